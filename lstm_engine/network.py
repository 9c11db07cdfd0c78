"""The passes through all layers and the readout, forward and backward, and the buffers that they fill.

Arrays are feature-major here, as in the kernel.
"""

import threading
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lstm_engine.cell.cell import Cell
from lstm_engine.cell.interventions import Intervention
from lstm_engine.cell.kernel import LayerKernel
from lstm_engine.cell.lstm import is_standard
from lstm_engine.cell.parameters import Architecture, NamedArrays
from lstm_engine.cell.state import State, state_kind
from lstm_engine.cell.variants import family_of
from lstm_engine.checks import REAL, as_array, narrowed, shown
from lstm_engine.errors import ShapeError

KEPT_SHAPES = 4  # buffers are kept for this many shapes (T, B); more would let memory grow with every new length


class Workspace:
    """The buffers for sequences of T timesteps in a batch of B, a kernel or a cell for each layer.

    Args:
        parameters: of the model.
        timesteps, batch_size: T and B.
        interventions: that fit the model.
        plain: take the cells that keep every gradient, also where there is a fast kernel.
    """

    def __init__(
        self,
        parameters: NamedArrays,
        timesteps: int,
        batch_size: int,
        interventions: Sequence[Intervention] = (),
        plain: bool = False,
    ):
        a, dtype = parameters.architecture, parameters.flat.dtype
        cell, fast = family_of(a.variant).cell, is_standard(a.variant) and not (plain or interventions)
        self.parameters, self.state_kind = parameters, state_kind(a.variant)
        self.timesteps, self.batch_size = timesteps, batch_size
        self.layers: list[LayerKernel | Cell] = []
        for k in range(a.num_layers):
            sizes = a.layer_input_size(k), a.hidden_size, timesteps, batch_size, a.bias, dtype
            here = [intervention for intervention in interventions if intervention.layer == k]
            self.layers.append(LayerKernel(*sizes) if fast else cell(a.variant, *sizes, here))

    def run(self, inputs: NDArray, state: State | None) -> None:
        """Forward through every layer, from inputs (T, B, I) and states (num_layers, B, H), or zeros."""
        p = self.parameters
        below = inputs.transpose(0, 2, 1)  # (T, I, B)
        for k, layer in enumerate(self.layers):
            layer.initial_hidden[...] = 0 if state is None else state.hidden[k].T
            layer.initial_cell[...] = 0 if state is None else state.cell[k].T
            for name, states in further_states(layer).items():
                states[0] = 0 if state is None else getattr(state, name)[k].T
            layer.operand[: self.timesteps, : layer.input_size] = below
            layer.forward(p.layers[k], p.peepholes[k])
            below = layer.hidden

    def read(self) -> NDArray:
        """What the readout makes of the topmost layer: (O, T, B)."""
        return (self.parameters.readout @ self._readout_operand()).reshape(-1, self.timesteps, self.batch_size)

    def outputs(self) -> NDArray:
        """The same as a caller sees it: (T, B, O)."""
        return np.ascontiguousarray(self.read().transpose(1, 2, 0))

    def last_state(self) -> State:
        """Copies of the states after the last timestep."""
        return self._stacked(
            {"hidden": layer.hidden[-1], "cell": layer.cell[-1]}
            | {name: states[-1] for name, states in further_states(layer).items()}
            for layer in self.layers
        )

    def _stacked(self, of_layers: Iterable[dict[str, NDArray]]) -> State:
        """A state, or gradients of one, from each layer's parts by name, (H, B)."""
        parts = list(of_layers)
        return self.state_kind(*(np.stack([part[name].T for part in parts]) for name in self.state_kind._fields))

    def backward(self, d_outputs: NDArray, gradients: NamedArrays) -> None:
        """Backpropagation from the outputs, (O, T, B), through every layer; ``gradients`` are overwritten."""
        O, T, B = d_outputs.shape
        p, H = self.parameters, self.parameters.architecture.hidden_size
        d_readout = d_outputs.reshape(O, T * B)
        np.matmul(d_readout, self._readout_operand().T, out=gradients.readout)
        d_hidden = (p.readout[:, :H].T @ d_readout).reshape(H, T, B).transpose(1, 0, 2)  # (T, H, B)
        for k in reversed(range(len(self.layers))):
            layer = self.layers[k]
            layer.backward(p.layers[k], p.peepholes[k], d_hidden, gradients.layers[k], gradients.peepholes[k])
            if k > 0:
                d_hidden = layer.input_gradients(p.layers[k])

    def gradients_below(self) -> tuple[NDArray, State]:
        """After ``backward``: copies of the gradients of the inputs, (T, B, I), and of the initial states."""
        d_inputs = self.layers[0].input_gradients(self.parameters.layers[0]).transpose(0, 2, 1).copy()
        return d_inputs, self._stacked(
            {"hidden": layer.d_hidden, "cell": layer.d_cell} | (layer.d_states if isinstance(layer, Cell) else {})
            for layer in self.layers
        )

    def _readout_operand(self) -> NDArray:
        """[h_t; 1] of the topmost layer for all timesteps, (H+1, T*B), or (H, T*B) without biases."""
        return self.layers[-1].state_columns(self.parameters.readout.shape[1])


class Buffers(threading.local):
    """What a model computes in. Every thread has its own, so that several can run one model at once.

    They go when their thread ends, or the model.

    Attributes:
        kept: workspaces by (T, B), the one used last at the end.
        last_state: after the sequence that ran last: a workspace that still holds it, or the state itself.
    """

    def __init__(self, parameters: NamedArrays):
        self._parameters = parameters
        self._gradients: NamedArrays | None = None
        self.kept: dict[tuple[int, int], Workspace] = {}
        self.last_state: Workspace | State | None = None

    def workspace(self, T: int, B: int) -> Workspace:
        """The buffers for this shape; the least recently used ones make room."""
        found = self.kept.pop((T, B), None)
        if found is None:
            found = Workspace(self._parameters, T, B)
        self.kept[T, B] = found
        if len(self.kept) > KEPT_SHAPES:
            self.kept.pop(next(iter(self.kept)))
        return found

    @property
    def gradients(self) -> NamedArrays:
        """Where the gradients of the weights are put."""
        if self._gradients is None:
            self._gradients = NamedArrays(self._parameters.architecture, dtype=self._parameters.flat.dtype)
        return self._gradients


def checked_inputs(inputs: ArrayLike, architecture: Architecture, dtype: np.dtype) -> NDArray:
    """Inputs (T, B, I) in the model's dtype, or ShapeError if they are not that, or not finite in it."""
    array, I = as_array("inputs", inputs), architecture.input_size
    if array.ndim != 3 or array.shape[2] != I or 0 in array.shape:
        raise ShapeError(f"inputs have shape {array.shape}, expected (T, B, I) with I = {I} and T, B of at least 1")
    if array.dtype.kind not in REAL:
        raise ShapeError(f"inputs have dtype {array.dtype}, expected real numbers")
    array = narrowed(array, dtype)
    if not np.isfinite(array).all():
        raise ShapeError(f"inputs hold values that are not finite in {dtype} (NaN, infinity or too large)")
    return array


def further_states(layer: LayerKernel | Cell) -> dict[str, NDArray]:
    """What a layer carries besides h and c, each (T+1, H, B); at t what the timestep t starts from."""
    return layer.states if isinstance(layer, Cell) else {}


def checked_state(state: object, architecture: Architecture, B: int, dtype: np.dtype) -> State:
    """The states (num_layers, B, H), or ShapeError if they are not that, or not finite in the dtype."""
    kind = state_kind(architecture.variant)
    if not isinstance(state, list | tuple) or len(state) != len(kind._fields):
        *names, last = kind._fields
        found = f"{type(state).__name__} of {len(state)} parts" if isinstance(state, list | tuple) else shown(state)
        raise ShapeError(f"state is {found}, expected an {kind.__name__} of {', '.join(names)} and {last}, or None")
    parts = [as_array(f"state.{name}", part) for name, part in zip(kind._fields, state, strict=True)]
    shape = (architecture.num_layers, B, architecture.hidden_size)
    for name, part in zip(kind._fields, parts, strict=True):
        if part.shape != shape:
            raise ShapeError(f"state.{name} has shape {part.shape}, expected (num_layers, B, H) = {shape}")
        if part.dtype.kind not in REAL or not np.isfinite(narrowed(part, dtype)).all():
            raise ShapeError(f"state.{name} must hold real numbers that are finite in {dtype}")
    return kind(*parts)
