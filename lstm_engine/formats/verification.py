"""Does an assembled model compute what its maker's computed?"""

import itertools
import json
from collections.abc import Iterator
from collections.abc import Mapping as Named
from dataclasses import dataclass
from os import PathLike
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lstm_engine.checks import REAL, as_array, instance, positive, shown, why_no_json
from lstm_engine.errors import EngineError, SettingsError, ShapeError, WeightsError
from lstm_engine.formats.arrays import Promised
from lstm_engine.formats.content import NUMPY, ZIP, called, content_of, is_pickle, kind_of
from lstm_engine.formats.read_npz import read_npz
from lstm_engine.formats.read_safetensors import read_safetensors
from lstm_engine.model import LSTMModel

TOLERANCE = 1e-4
MOST_BYTES = 64 * 2**20  # of inputs and outputs
MOST_NUMBERS = 2**27  # that a model keeps while it runs
MOST_TIMESTEPS = 50_000  # times layers: half a second, one after the other, which others wait for
OTHER_KIND = (
    "it is another kind of file; expected arrays called inputs and outputs in a safetensors or an .npz file, or a JSON "
    'object such as {"inputs": [[…]], "outputs": [[…]]}'
)
INPUTS = ("inputs", "input", "x", "symbols")
OUTPUTS = ("outputs", "output", "y", "logits", "predictions")


@dataclass(frozen=True)
class Verification:
    """How far a model's outputs are from those that were expected.

    Attributes:
        agrees: whether the largest difference is within the tolerance.
        largest: the largest absolute difference.
        where: timestep, sequence and output (t, b, o) at which it is.
        expected, computed: the two numbers there.
        reading: how the two were compared: ``"inputs (B, T, I), outputs after softmax"``.
        words: all of this in a sentence.
    """

    agrees: bool
    largest: float
    where: tuple[int, int, int]
    expected: float
    computed: float
    reading: str
    words: str


def verify(
    model: LSTMModel,
    inputs: ArrayLike,
    outputs: ArrayLike,
    *,
    batch_first: bool | None = None,
    tolerance: float = TOLERANCE,
) -> Verification:
    """Compare a model with what another library computed from the same inputs, from zero states.

    Args:
        model: to check.
        inputs: (T, B, I) or, batch first, (B, T, I); symbols (T, B) or (B, T); without a batch (T, I) or (T,).
        outputs: what came out, in the same order; of every timestep or of the last alone; before or after softmax.
        batch_first: which order; None takes the one that agrees better, and says so.
        tolerance: the largest difference that counts as agreement.

    Raises:
        ShapeError: the arrays fit neither the model nor each other.
        SettingsError: the tolerance is no number above 0.
    """
    instance("model", model, LSTMModel)
    limit = positive("tolerance", tolerance)
    expected, given = as_array("outputs", outputs), as_array("inputs", inputs)
    check_room(given, model)
    if expected.dtype.kind not in REAL or not expected.size or not np.isfinite(expected).all():
        raise ShapeError(f"outputs are {expected.dtype} of shape {expected.shape}, expected finite numbers")
    best: tuple[float, NDArray, NDArray, str] | None = None
    trouble: EngineError | None = None
    for turned, read in readings(given, model, batch_first):
        try:
            computed = model.forward(read)[0].astype(np.float64)  # (T, B, O)
        except ShapeError as error:
            trouble = trouble or error
            continue
        for wanted, put_out, words in comparisons(expected.astype(np.float64), computed, turned):
            largest = float(np.abs(wanted - put_out).max())
            # of two orders or scales that both fit, the first, unless another explains what came out far better
            if best is None or largest < best[0] / 2:
                layout = "(B, T, …)" if turned else "(T, B, …)"
                best = largest, wanted, put_out, f"inputs {layout}, {words}"
    if best is None:
        raise trouble or ShapeError(
            f"outputs have shape {expected.shape}, which fits no outputs of inputs {given.shape}: expected one "
            f"for each timestep or for the last alone, {model.architecture.output_size} numbers each"
        )
    return judged(*best, limit, model)


def check_room(inputs: NDArray, model: LSTMModel) -> None:
    """ShapeError if the model would need more memory for such inputs than a check is worth."""
    a = model.architecture
    places = inputs.size if a.embedding_size is not None and inputs.ndim < 3 else inputs.size // a.input_size  # T*B
    if places * (12 * a.hidden_size * a.num_layers + 6 * a.output_size) > MOST_NUMBERS:
        raise ShapeError(
            f"inputs have shape {inputs.shape}, too long to check at once; give fewer timesteps or sequences"
        )
    longest = max(inputs.shape[:2], default=1)  # which of both are the timesteps is found out by trying
    if longest * a.num_layers > MOST_TIMESTEPS:
        raise ShapeError(
            f"inputs have shape {inputs.shape}; at most {MOST_TIMESTEPS // a.num_layers:,} timesteps, or sequences, "
            "are compared; give fewer"
        )


def readings(inputs: NDArray, model: LSTMModel, batch_first: bool | None) -> Iterator[tuple[bool, NDArray]]:
    """The inputs with timesteps in front, and whether the batch stood there."""
    symbols = model.architecture.embedding_size is not None
    if symbols and inputs.dtype.kind == "f" and inputs.ndim <= 2 and np.array_equal(inputs, np.round(inputs)):
        inputs = inputs.astype(np.int64)  # JSON and some libraries make every number a float
    if inputs.ndim == (1 if symbols else 2):
        inputs = inputs[:, None]
        batch_first = False
    for turned in (False, True) if batch_first is None else (bool(batch_first),):
        yield turned, inputs.swapaxes(0, 1) if turned and inputs.ndim >= 2 else inputs


def comparisons(expected: NDArray, computed: NDArray, turned: bool) -> Iterator[tuple[NDArray, NDArray, str]]:
    """Pairs of equal shape (T, B, O) or (1, B, O) to compare, and what was done to make them so."""
    T, B, O = computed.shape
    shapes = [(expected, "outputs of every timestep")]
    if expected.ndim == 2 and B == 1 and expected.shape == (T, O):
        shapes.append((expected[:, None], "outputs of every timestep"))
    if expected.shape == (O,) and B == 1:
        shapes.append((expected[None, None], "outputs of the last timestep"))
    if expected.ndim == 2 and expected.shape == (B, O):
        shapes.append((expected[None], "outputs of the last timestep"))
    if expected.ndim == 3 and turned:
        shapes[0] = (expected.swapaxes(0, 1), shapes[0][1])
    after = {
        "": computed,
        " after softmax": softmax(computed),
        " after log softmax": np.log(softmax(computed) + 1e-300),
    }
    after[" after a sigmoid"] = 1 / (1 + np.exp(-np.clip(computed, -700, 700)))
    for (wanted, words), (what, values) in itertools.product(shapes, after.items()):
        given = values[-1:] if "last" in words else values
        if wanted.shape == given.shape:
            yield wanted, given, words + what


def softmax(values: NDArray) -> NDArray:
    """Over the last axis."""
    powers = np.exp(values - values.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def judged(
    largest: float, expected: NDArray, computed: NDArray, reading: str, tolerance: float, model: LSTMModel
) -> Verification:
    """The finding, in numbers and in words."""
    t, b, o = (int(index) for index in np.unravel_index(np.abs(expected - computed).argmax(), expected.shape))
    wanted, given = float(expected[t, b, o]), float(computed[t, b, o])
    place = f"timestep {t}, sequence {b}, output {o}"
    agrees = largest <= tolerance
    if agrees:
        words = f"it agrees with the outputs: the largest difference is {largest:.2g}, at {place} ({reading})"
    else:
        words = (
            f"it differs from the outputs by up to {largest:.2g}, at {place}: {given:.6g}, expected {wanted:.6g} "
            f"({reading}); look at the order of gates, the biases, what is transposed and the activation"
        )
        if largest < 1e-2 and model.dtype == np.float32:
            words += "; so small a difference may be rounding: try dtype='float64'"
    return Verification(agrees, largest, (t, b, o), wanted, given, reading, words)


def examples(source: str | PathLike[str] | bytes | BinaryIO) -> tuple[NDArray, NDArray]:
    """Inputs and outputs from a file: arrays ``inputs`` and ``outputs`` in ``.npz`` or safetensors, or in JSON.

    Raises:
        WeightsError: it cannot be read, or holds no such arrays.
    """
    try:
        content = content_of(source, MOST_BYTES)
        if content.lstrip()[:1] == b"{":
            arrays = from_json(content)
        else:
            arrays = {name: promised.read() for name, promised in promised_in(content).items()}
        return one_of(arrays, INPUTS), one_of(arrays, OUTPUTS)
    except (EngineError, OSError, ValueError, MemoryError) as error:
        if isinstance(error, SettingsError):
            raise
        raise WeightsError(f"{called(source)} cannot be read as inputs and outputs: {error}") from error


def promised_in(content: bytes) -> Named[str, Promised]:
    """Arrays of numbers, whole ones as well, in an ``.npz`` or a safetensors file, or WeightsError for another."""
    try:
        kind = kind_of(content)
    except WeightsError as error:
        if content.startswith((ZIP, NUMPY)) or is_pickle(content):
            raise
        raise WeightsError(OTHER_KIND) from error
    if kind == "npz":
        return read_npz(content, MOST_BYTES, REAL).arrays
    if kind == "safetensors":
        return read_safetensors(content, whole_numbers=True).arrays
    raise WeightsError(OTHER_KIND)


def one_of(arrays: dict[str, NDArray], names: tuple[str, ...]) -> NDArray:
    """The array of one of these names, or WeightsError."""
    for name in names:
        if name in arrays:
            return arrays[name]
    held = ", ".join(map(shown, list(arrays)[:4])) or "none"
    raise WeightsError(f"it has no array {shown(names[0])}; there are {held}; expected inputs and outputs")


def from_json(content: bytes) -> dict[str, NDArray]:
    """Arrays of the lists in a JSON object."""
    try:
        found: Any = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise WeightsError(f"it is no JSON: {why_no_json(error)}") from error
    arrays = {}
    for name in (*INPUTS, *OUTPUTS):
        if name in found:
            array = as_array(name, found[name], WeightsError)
            if array.dtype.kind not in REAL:
                raise WeightsError(f"{name} is {shown(found[name])}, expected numbers in rows of equal length")
            arrays[name] = array
    return arrays
