"""A model reads a long passage, piece by piece; what it computed comes back in the order of the passage."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from numpy.typing import ArrayLike, NDArray

from lstm_engine.cell.interventions import Intervention
from lstm_engine.model import LSTMModel
from lstm_engine.tracing.trace import Trace


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
    positions before its piece, so that its state is (nearly) what it would be. ``streams=1`` reads in one go.

    Args:
        inputs: (N,) integers (symbols), or (N, I).
        targets: (N,) integers, or (N, O); None for no losses.
        interventions: at all timesteps.
    """
    raise NotImplementedError


def traces(model: LSTMModel, inputs: ArrayLike, *, streams: int = 32, warm_up: int = 100) -> Iterator[Trace]:
    """The same passage as traces of a few hundred timesteps, for ``gate_statistics``; memory stays bounded."""
    raise NotImplementedError
