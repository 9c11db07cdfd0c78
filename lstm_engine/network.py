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
        self._made: dict[str, NDArray] = {}

    def run(self, inputs: NDArray, state: State | None, to_learn: bool = False) -> None:
        """Forward through every layer, from inputs as ``checked_inputs`` gives them and states (num_layers, B, H), or
        zeros; ``to_learn`` for a ``backward`` after it, which is for nobody to read but the last state."""
        p = self.parameters
        if p.embedding is not None:
            self.symbols = inputs  # (T, B)
            inputs = vectors_of(inputs, p.embedding)  # (T, B, E)
        below = inputs.transpose(0, 2, 1)  # (T, I, B)
        for k, layer in enumerate(self.layers):
            layer.initial_hidden[...] = 0 if state is None else state.hidden[k].T
            layer.initial_cell[...] = 0 if state is None else state.cell[k].T
            for name, states in further_states(layer).items():
                states[0] = 0 if state is None else getattr(state, name)[k].T
            layer.operand[: self.timesteps, : layer.input_size] = below
            if to_learn and isinstance(layer, LayerKernel):
                layer.forward_to_learn(p.layers[k])
            else:
                layer.forward(p.layers[k], p.peepholes[k])
            below = layer.hidden

    def inputs_read(self) -> NDArray:
        """A copy of what the first layer read: the inputs (T, B, I), or the symbols' vectors (T, B, E)."""
        first = self.layers[0]
        return first.operand[: self.timesteps, : first.input_size].transpose(0, 2, 1).copy()

    def read(self, again: bool = False) -> NDArray:
        """What the readout makes of the topmost layer: (O, T, B); ``again`` in the array that was given before."""
        readout, columns = self.parameters.readout, self._readout_operand()
        out = self._buffer("outputs", len(readout), columns.shape[1]) if again else None
        return np.matmul(readout, columns, out=out).reshape(-1, self.timesteps, self.batch_size)

    def _buffer(self, name: str, rows: int, columns: int) -> NDArray:
        """An array that is made once: fresh ones of this size come from the system, page by page, at each step."""
        if name not in self._made:
            self._made[name] = np.empty((rows, columns), self.parameters.flat.dtype)
        return self._made[name]

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
        d_columns = np.matmul(p.readout[:, :H].T, d_readout, out=self._buffer("d_hidden", H, T * B))
        d_hidden = d_columns.reshape(H, T, B).transpose(1, 0, 2)  # (T, H, B)
        for k in reversed(range(len(self.layers))):
            layer = self.layers[k]
            layer.backward(p.layers[k], p.peepholes[k], d_hidden, gradients.layers[k], gradients.peepholes[k])
            if k > 0:
                d_hidden = layer.input_gradients(p.layers[k])
        if gradients.embedding is not None:
            add_by_symbol(self.symbols, self.layers[0].input_gradients(p.layers[0]), gradients.embedding)

    def gradients_below(self) -> tuple[NDArray, State]:
        """After ``backward``: copies of the gradients of ``inputs_read``, (T, B, I), and of the initial states."""
        d_inputs = self.layers[0].input_gradients(self.parameters.layers[0]).transpose(0, 2, 1).copy()
        return d_inputs, self._stacked(
            {"hidden": layer.d_hidden, "cell": layer.d_cell} | (layer.d_states if isinstance(layer, Cell) else {})
            for layer in self.layers
        )

    def _readout_operand(self) -> NDArray:
        """[h_t; 1] of the topmost layer for all timesteps, (H+1, T*B), or (H, T*B) without biases."""
        return self.layers[-1].state_columns(self.parameters.readout.shape[1])


def vectors_of(symbols: NDArray, embedding: NDArray) -> NDArray:
    """The rows of an embedding (V, E) that stand for symbols, with one more dimension; zeros for none (below 0)."""
    vectors = np.take(embedding, symbols, axis=0, mode="clip")
    if symbols.min() < 0:
        vectors[symbols < 0] = 0
    return vectors


def add_by_symbol(symbols: NDArray, d_vectors: NDArray, d_embedding: NDArray) -> None:
    """The gradient of an embedding: each row is the sum over the places at which its symbol was read; (V, E).

    The places are sorted by their symbol and added from the first to the last, so the sums are the same every time. (A
    product with the symbols as one-hot columns would be V times the work.)

    Args:
        symbols: (T, B), each in 0..V-1, or below 0 for none.
        d_vectors: (T, E, B), the gradient of what was read.
        d_embedding: (V, E), is overwritten.
    """
    places = symbols.reshape(-1)  # (T*B,)
    order = np.argsort(places, kind="stable")
    sorted_places = places[order]
    first = np.flatnonzero(np.diff(sorted_places, prepend=-1))  # where another symbol begins; none, -1, has no row
    rows = d_vectors.transpose(0, 2, 1).reshape(len(places), -1)  # (T*B, E)
    d_embedding.fill(0)
    if first.size:
        d_embedding[sorted_places[first]] = np.add.reduceat(rows[order], first, axis=0)


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
    """Inputs (T, B, I) in the model's dtype, or symbols (T, B) where there is an embedding.

    Raises:
        ShapeError: they are not that, or not finite in the dtype.
    """
    array, I = as_array("inputs", inputs), architecture.input_size
    if architecture.embedding_size is not None:
        return checked_symbols("inputs", array, I, "T, B")
    if array.ndim != 3 or array.shape[2] != I or 0 in array.shape:
        raise ShapeError(f"inputs have shape {array.shape}, expected (T, B, I) with I = {I} and T, B of at least 1")
    if array.dtype.kind not in REAL:
        raise ShapeError(f"inputs have dtype {array.dtype}, expected real numbers")
    array = narrowed(array, dtype)
    if not np.isfinite(array).all():
        raise ShapeError(f"inputs hold values that are not finite in {dtype} (NaN, infinity or too large)")
    return array


def checked_symbols(name: str, array: NDArray, V: int, letters: str) -> NDArray:
    """Which symbol stands at each place, from whole numbers or from one-hot vectors; -1 where a vector is all zeros.

    Zeros are how tasks pad strings of several lengths, and what they give is what a product with them would: zeros.

    Args:
        name: of the argument.
        array: integers with the dimensions that ``letters`` name, or numbers with one more, of size V.
        letters: ``"T, B"`` or ``"B"``.

    Raises:
        ShapeError: it is neither, or names a symbol that is not there.
    """
    dimensions = letters.count(",") + 1
    expected = f"integers ({letters}{',' if dimensions == 1 else ''}) from 0 to {V - 1}, or one-hot ({letters}, {V})"
    if array.ndim not in (dimensions, dimensions + 1) or 0 in array.shape:
        raise ShapeError(f"{name} have shape {array.shape}, expected {expected}")
    if array.ndim == dimensions:
        if array.dtype.kind not in "iu":
            raise ShapeError(f"{name} have dtype {array.dtype}, expected {expected}")
        if array.min() < 0 or array.max() >= V:
            raise ShapeError(f"{name} range over {array.min()}..{array.max()}, expected {expected}")
        return array.astype(np.intp)
    if array.shape[-1] != V or array.dtype.kind not in REAL:
        raise ShapeError(f"{name} are {array.dtype} of shape {array.shape}, expected {expected}")
    symbols = array.argmax(axis=-1)
    largest = np.take_along_axis(array, symbols[..., None], axis=-1)[..., 0]
    there = largest == 1
    if not (there | (largest == 0)).all() or np.count_nonzero(array != 0) != np.count_nonzero(there):
        raise ShapeError(f"{name} hold vectors that are not one-hot (a single 1 among zeros), expected {expected}")
    symbols[~there] = -1
    return symbols


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
