"""A trace: everything that a network computed on its way through a sequence, by name."""

from dataclasses import dataclass, fields
from os import PathLike
from typing import BinaryIO, Self

import numpy as np
from numpy.typing import NDArray

from lstm_engine.cell.gru import GRULayerTrace
from lstm_engine.cell.layer_trace import TRACED_DTYPES, TracedLayer
from lstm_engine.cell.lstm import LayerTrace
from lstm_engine.cell.rnn import RNNLayerTrace
from lstm_engine.cell.state import State
from lstm_engine.checks import path_text, shown
from lstm_engine.errors import ShapeError, WeightsError
from lstm_engine.tracing.files import MOST_BYTES, read_trace, write_trace


@dataclass(frozen=True)
class PreactivationParts:
    """What a pre-activation is the sum of, each (T, B, H): W x, U h', the biases, and the peephole's part of c."""

    input: NDArray
    recurrent: NDArray
    bias: NDArray
    peephole: NDArray


@dataclass(frozen=True)
class TraceGradients:
    """The gradient of a loss with respect to everything on the way.

    Attributes:
        loss: at the timesteps that were asked about.
        layers: for each layer, (T, B, H) by the name of the quantity, as in its trace.
        inputs: (T, B, I).
        initial_hidden, initial_cell: (num_layers, B, H).
        initial_state: with respect to all that is carried into the first timestep, as ``forward`` takes it.
    """

    loss: float
    layers: tuple[dict[str, NDArray], ...]
    inputs: NDArray
    initial_hidden: NDArray
    initial_cell: NDArray
    initial_state: State


@dataclass(frozen=True)
class Trace:
    """One pass: ``inputs`` (T, B, I), a trace for each layer from the input upward, ``outputs`` (T, B, O).

    For an LSTM, ``layers[k]`` is a ``LayerTrace``.

    Raises:
        ShapeError: the arrays do not fit each other.
    """

    inputs: NDArray
    layers: tuple[LayerTrace, ...]
    outputs: NDArray

    def __post_init__(self) -> None:
        if not isinstance(self.layers, list | tuple) or not self.layers:
            raise ShapeError(f"layers are {shown(self.layers)}, expected the traces of at least one layer")
        first, kind = self.layers[0], type(self.layers[0])
        for layer in self.layers:
            if not isinstance(layer, TracedLayer) or type(layer) is not kind:
                raise ShapeError(f"layers hold {shown(layer)}, expected traces of layers with one kind of cell")
            if layer.shape != first.shape or layer.hidden.dtype != first.hidden.dtype:
                raise ShapeError(
                    f"a layer is {layer.hidden.dtype} of shape {layer.shape}, expected {first.hidden.dtype} with "
                    f"(T, B, H) = {first.shape}, as the first one"
                )
        for name in ("inputs", "outputs"):
            array = getattr(self, name)
            if not isinstance(array, np.ndarray) or array.dtype not in TRACED_DTYPES:
                raise ShapeError(
                    f"{name} are {shown(array)}, expected an array of {' or '.join(map(str, TRACED_DTYPES))}"
                )
            if array.ndim != 3 or array.shape[:2] != first.shape[:2] or array.dtype != first.hidden.dtype:
                T, B, _ = first.shape
                raise ShapeError(
                    f"{name} are {array.dtype} of shape {array.shape}, expected {first.hidden.dtype} and three "
                    f"dimensions, of which the first are (T, B) = {(T, B)}"
                )

    def save(self, path: str | PathLike[str] | BinaryIO) -> None:
        """Write an .npz file, or into an open one: one plain array each, no pickle.

        Raises:
            WeightsError: the file cannot be written.
        """
        write_trace(path, self.inputs, self.layers, self.outputs)

    @classmethod
    def load(cls, path: str | PathLike[str] | BinaryIO, most_bytes: int = MOST_BYTES) -> Self:
        """Read what ``save`` wrote. Its numbers may be NaN or infinite: what a model that diverged did is kept as well.

        Args:
            most_bytes: that the arrays may take in memory; a file that says it holds more is not read.

        Raises:
            WeightsError: the file is not one, or holds too much.
        """
        inputs, layers, outputs = read_trace(path, most_bytes)
        try:
            return cls(inputs, layers, outputs)  # type: ignore[arg-type]
        except ShapeError as error:
            raise WeightsError(f"{path_text(path)} cannot be read as a trace: {error}") from error

    def columns(self) -> dict[str, NDArray]:
        """Tidy long form: columns layer, quantity, timestep, sequence, unit and value, one row a number."""
        rows: list[tuple[NDArray, ...]] = []
        for k, layer in enumerate(self.layers):
            for field in fields(layer):
                array = getattr(layer, field.name)
                if array is not None and array.ndim == 3:
                    name, number = np.full(array.size, field.name), np.full(array.size, k)
                    rows.append((number, name, *np.indices(array.shape).reshape(3, -1), array.ravel()))
        names = ("layer", "quantity", "timestep", "sequence", "unit", "value")
        return {name: np.concatenate(parts) for name, parts in zip(names, zip(*rows, strict=True), strict=True)}


__all__ = ["GRULayerTrace", "LayerTrace", "PreactivationParts", "RNNLayerTrace", "Trace", "TraceGradients"]
