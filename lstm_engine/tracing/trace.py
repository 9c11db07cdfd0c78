"""A trace: everything that a network computed on its way through a sequence, by name."""

from dataclasses import dataclass, fields
from os import PathLike
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from lstm_engine.errors import WeightsError


@dataclass(frozen=True)
class LayerTrace:
    """One LSTM layer's gates and states, each (T, B, H), in the order in which the cell computes them.

    The pre-activations are what goes into sigmoid or tanh: ``W [x, h'] + b``; a gate that a variant lacks is 1 and has
    none (None). ``initial_hidden`` and ``initial_cell``, each (B, H), are the states before the first timestep.
    """

    forget_gate: NDArray
    input_gate: NDArray
    candidate: NDArray
    output_gate: NDArray
    cell: NDArray
    hidden: NDArray
    forget_gate_preactivation: NDArray | None
    input_gate_preactivation: NDArray | None
    candidate_preactivation: NDArray | None
    output_gate_preactivation: NDArray | None
    initial_hidden: NDArray
    initial_cell: NDArray


@dataclass(frozen=True)
class GRULayerTrace:
    """One GRU layer's gates and state, each (T, B, H), and the state before the first timestep, (B, H)."""

    reset_gate: NDArray
    update_gate: NDArray
    candidate: NDArray
    hidden: NDArray
    reset_gate_preactivation: NDArray
    update_gate_preactivation: NDArray
    candidate_preactivation: NDArray
    initial_hidden: NDArray


@dataclass(frozen=True)
class RNNLayerTrace:
    """One plain layer's state and what went into its tanh, each (T, B, H), and the state before, (B, H)."""

    hidden: NDArray
    hidden_preactivation: NDArray
    initial_hidden: NDArray


LAYER_TRACES: dict[str, type[LayerTrace] | type[GRULayerTrace] | type[RNNLayerTrace]] = {
    "lstm": LayerTrace,
    "gru": GRULayerTrace,
    "rnn": RNNLayerTrace,
}


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
    """

    loss: float
    layers: tuple[dict[str, NDArray], ...]
    inputs: NDArray
    initial_hidden: NDArray
    initial_cell: NDArray


@dataclass(frozen=True)
class Trace:
    """One pass: ``inputs`` (T, B, I), a trace for each layer from the input upward, ``outputs`` (T, B, O).

    For an LSTM, ``layers[k]`` is a ``LayerTrace``.
    """

    inputs: NDArray
    layers: tuple[LayerTrace, ...]
    outputs: NDArray

    def save(self, path: str | PathLike[str] | BinaryIO) -> None:
        """Write an .npz file, or into an open one: one plain array each, no pickle."""
        arrays = {"inputs": self.inputs, "outputs": self.outputs}
        family = next(name for name, kind in LAYER_TRACES.items() if isinstance(self.layers[0], kind))
        for k, layer in enumerate(self.layers):
            for field in fields(layer):
                array = getattr(layer, field.name)
                if array is not None:
                    arrays[f"{family}.{k}.{field.name}"] = array
        if isinstance(path, str | PathLike):
            with open(path, "wb") as file:  # NumPy would add .npz to a name without it
                np.savez_compressed(file, **arrays)  # type: ignore[arg-type]
        else:
            np.savez_compressed(path, **arrays)  # type: ignore[arg-type]

    @classmethod
    def load(cls, path: str | PathLike[str]) -> "Trace":
        """Read what ``save`` wrote.

        Raises:
            WeightsError: the file is not one.
        """
        try:
            with np.load(path, allow_pickle=False) as file:
                arrays = dict(file)
            named = {tuple(name.split(".", 2)): array for name, array in arrays.items() if "." in name}
            count = 1 + max(int(layer) for _, layer, _ in named)
            family = next(iter(named))[0]
            kind = LAYER_TRACES[family]
            layers = tuple(
                kind(**{field.name: named.get((family, str(k), field.name)) for field in fields(kind)})  # type: ignore[arg-type]
                for k in range(count)
            )
            return cls(arrays["inputs"], layers, arrays["outputs"])  # type: ignore[arg-type]
        except Exception as error:  # NumPy and zipfile raise many kinds for a file that is damaged
            raise WeightsError(f"{path} cannot be read as a trace: {error}") from error

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
