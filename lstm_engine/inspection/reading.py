"""A model reads a long passage, piece by piece; what it computed comes back in the order of the passage."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lstm_engine.cell.interventions import Intervention
from lstm_engine.cell.quantities import quantities_of
from lstm_engine.checks import REAL, as_array, choice, instance, shown, truth, whole_number
from lstm_engine.errors import SettingsError, ShapeError
from lstm_engine.learning.losses import LOSSES
from lstm_engine.model import LSTMModel
from lstm_engine.tasks.base import one_hot
from lstm_engine.tracing.trace import Trace

CHUNK = 8_192  # positions whose trace is in memory at once: about 10 arrays of (CHUNK, H)
MOST_STREAMS = 1_024
MOST_WARM_UP = 10_000


@dataclass(frozen=True)
class Reading:
    """What a model computed on a passage, in the passage's order.

    Attributes:
        values: (N, H) by the name of the quantity.
        losses: (N,), the loss at each position; None where no targets were given.
        outputs: (N, O); None unless they were asked for.
    """

    values: Mapping[str, NDArray]
    losses: NDArray | None
    outputs: NDArray | None


def read(
    model: LSTMModel,
    inputs: ArrayLike,
    targets: ArrayLike | None = None,
    quantities: Sequence[str] = ("hidden",),
    layer: int = 0,
    *,
    loss: str = "cross_entropy",
    interventions: Sequence[Intervention] = (),
    streams: int = 32,
    warm_up: int = 100,
    keep_outputs: bool = False,
) -> Reading:
    """Read a passage of N positions.

    It is cut into ``streams`` pieces that run side by side, which is many times as fast; each begins ``warm_up``
    positions before its piece, so that its state is (nearly) what it would be. ``streams=1`` reads in one go, and so is
    a passage read that is too short to be cut.

    Args:
        model: that reads.
        inputs: (N,) integers (symbols), or (N, I).
        targets: (N,) integers, or (N, O), as the loss takes them; None for no losses.
        quantities: to keep, as in a trace.
        layer: whose, the lowest is 0.
        loss: which, see ``LSTMModel.loss_and_gradients``.
        interventions: at all timesteps.
        streams, warm_up: see above.
        keep_outputs: whether to keep the outputs, too.

    Raises:
        ShapeError: inputs or targets have another shape or dtype, or are not finite.
        SettingsError: there is no such quantity, layer or loss; an intervention does not fit, or names timesteps.
    """
    a = instance("model", model, LSTMModel).architecture
    layer = whole_number("layer", layer, 0, a.num_layers - 1)
    names = checked_quantities(quantities, a.variant.name)
    passage = checked_passage(model, inputs)
    N = len(passage)
    aims = None if targets is None else checked_targets(targets, N, a.output_size, loss)
    everywhere(interventions)
    keep_outputs = truth("keep_outputs", keep_outputs)
    values = {name: np.empty((N, a.hidden_size), model.dtype) for name in names}
    losses = None if aims is None else np.empty(N)
    outputs = np.empty((N, a.output_size), model.dtype) if keep_outputs else None
    for place, trace in pieces(model, passage, streams, warm_up, interventions):
        counted = place >= 0  # (T, B)
        at = place[counted]
        for name, array in values.items():
            array[at] = getattr(trace.layers[layer], name)[counted]
        if outputs is not None:
            outputs[at] = trace.outputs[counted]
        if losses is not None and aims is not None:
            losses[at] = losses_at(trace.outputs[counted], aims[at], loss)
    return Reading(values, losses, outputs)


def traces(model: LSTMModel, inputs: ArrayLike, *, streams: int = 32, warm_up: int = 100) -> Iterator[Trace]:
    """The same passage as traces of some hundred timesteps, for ``gate_statistics``; memory stays bounded.

    What is read to warm up is among them: a part of ``warm_up`` in the length of a piece counts twice.

    Args and errors: as in ``read``.
    """
    passage = checked_passage(instance("model", model, LSTMModel), inputs)
    return (trace for _, trace in pieces(model, passage, streams, warm_up, ()))


def pieces(
    model: LSTMModel, passage: NDArray, streams: int, warm_up: int, interventions: Sequence[Intervention]
) -> Iterator[tuple[NDArray, Trace]]:
    """Traces one after the other, each with the place in the passage of every timestep, (T, B); -1 does not count."""
    N = len(passage)
    streams = whole_number("streams", streams, 1, MOST_STREAMS)
    warm_up = whole_number("warm_up", warm_up, 0, MOST_WARM_UP)
    B = max(1, min(streams, N // max(warm_up, 1)))  # a piece is no shorter than what warms it up
    L = math.ceil(N / B)
    lead = warm_up if B > 1 else 0
    place = np.arange(B) * L + np.arange(-lead, L)[:, None]  # (T, B)
    asked = np.clip(place, 0, N - 1)
    counts = np.where((place < N) & (np.arange(-lead, L)[:, None] >= 0), place, -1)
    chunk = max(1, CHUNK // B)
    state = None
    edges = [*range(0, lead, chunk), *range(lead, lead + L, chunk), lead + L]
    for start, stop in pairwise(edges):
        if start == lead and state is not None:  # the first piece has nothing before it
            state = type(state)(*(first_from_nothing(part) for part in state))
        trace = model.trace(as_inputs(model, passage[asked[start:stop]]), state, interventions)
        state = model.last_state()
        yield counts[start:stop], trace


def first_from_nothing(part: NDArray) -> NDArray:
    """A state (layers, B, H) whose first sequence starts from zeros."""
    found = part.copy()
    found[:, 0] = 0
    return found


def as_inputs(model: LSTMModel, passage: NDArray) -> NDArray:
    """(T, B) symbols as the model reads them, or (T, B, I) as they are."""
    if passage.ndim == 2 and model.architecture.embedding_size is None:
        return one_hot(passage, model.architecture.input_size)
    return passage


def checked_passage(model: LSTMModel, inputs: ArrayLike) -> NDArray:
    """(N,) symbols or (N, I), or ShapeError."""
    array, I = as_array("inputs", inputs), model.architecture.input_size
    if array.ndim == 1 and len(array) and array.dtype.kind in "iu":
        if array.min() < 0 or array.max() >= I:
            raise ShapeError(f"inputs range over {array.min()}..{array.max()}, expected symbols from 0 to {I - 1}")
        return array.astype(np.intp)
    if array.ndim == 2 and len(array) and array.shape[1] == I and array.dtype.kind in REAL:
        return array
    raise ShapeError(
        f"inputs are {array.dtype} of shape {array.shape}, expected symbols (N,) as integers, or numbers (N, I) with "
        f"I = {I}"
    )


def checked_targets(targets: ArrayLike, N: int, O: int, loss: str) -> NDArray:
    """(N,) symbols for cross-entropy, else (N, O), or ShapeError."""
    choice("loss", loss, LOSSES)
    array = as_array("targets", targets)
    if loss == "cross_entropy":
        if array.shape != (N,) or array.dtype.kind not in "iu" or array.min() < 0 or array.max() >= O:
            raise ShapeError(
                f"targets are {array.dtype} of shape {array.shape}, expected integers from 0 to {O - 1} of shape "
                f"(N,) = {(N,)}"
            )
    elif array.shape != (N, O) or array.dtype.kind not in REAL or not np.isfinite(array).all():
        raise ShapeError(
            f"targets are {array.dtype} of shape {array.shape}, expected finite real numbers of shape (N, O) = {(N, O)}"
        )
    return array


def checked_quantities(quantities: object, variant: str) -> list[str]:
    """Names of quantities, or SettingsError."""
    known = [quantity.name for quantity in quantities_of(variant)]
    asked = quantities if isinstance(quantities, list | tuple) else [quantities]
    for name in asked:
        if not isinstance(name, str) or name not in known:
            raise SettingsError(f"there is no {shown(name)} in a {variant} cell; choose {', '.join(known)}")
    return [str(name) for name in asked]


def everywhere(interventions: object) -> None:
    """SettingsError for an intervention at certain timesteps, which a passage in pieces has not."""
    for intervention in interventions if isinstance(interventions, list | tuple) else ():
        if isinstance(intervention, Intervention) and intervention.timesteps is not None:
            raise SettingsError("an intervention names timesteps; a passage that is read in pieces takes them at all")


def losses_at(outputs: NDArray, targets: NDArray, loss: str) -> NDArray:
    """The loss at each position, (M,) float64, of outputs (M, O): what ``losses.py`` takes the mean of."""
    z = outputs.astype(np.float64)
    if loss == "cross_entropy":
        top = z.max(axis=1)
        return np.log(np.exp(z - top[:, None]).sum(axis=1)) + top - z[np.arange(len(z)), targets]
    if loss == "squared_error":
        return ((z - targets) ** 2).mean(axis=1)
    return (np.maximum(z, 0) - z * targets + np.log1p(np.exp(-np.abs(z)))).mean(axis=1)
