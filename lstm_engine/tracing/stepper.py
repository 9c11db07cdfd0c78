"""A standard model fed one timestep at a time: for sampling, and wherever the next input is not known yet."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lstm_engine.cell.kernel import LayerKernel
from lstm_engine.cell.state import LSTMState
from lstm_engine.checks import REAL, as_array, instance, narrowed, whole_number
from lstm_engine.errors import SettingsError, ShapeError
from lstm_engine.model import LSTMModel
from lstm_engine.network import checked_state, checked_symbols, vectors_of

MOST_SEQUENCES = 2**20  # side by side


class Stepper:
    """Keeps a model's states from one timestep to the next. It belongs to one thread at a time.

    Args:
        model: of the standard variant; its weights are copied, later changes of them do not count.
        batch_size: B, sequences that are stepped side by side.
        state: before the first timestep; None for zeros.

    Raises:
        SettingsError: the model is of another variant, or batch_size is not a positive integer.
        ShapeError: the state has another shape, or holds values that are not finite.

    >>> stepper = Stepper(LSTMModel(3, 4, 2))
    >>> stepper.step(np.zeros((1, 3))).shape
    (1, 2)
    """

    def __init__(self, model: LSTMModel, batch_size: int = 1, state: LSTMState | None = None):
        instance("model", model, LSTMModel)
        batch_size = whole_number("batch_size", batch_size, 1, MOST_SEQUENCES)
        if not model.is_standard:
            raise SettingsError(f"a Stepper steps the standard variant, and this model is of variant {model.variant!r}")
        a = model.architecture
        self.architecture = a
        self._dtype = model.dtype
        self._kernels = [
            LayerKernel(a.layer_input_size(k), a.hidden_size, 1, batch_size, a.bias, model.dtype)
            for k in range(a.num_layers)
        ]
        for kernel, weights in zip(self._kernels, model.parameters.layers, strict=True):
            kernel.prepare(weights)
        embedding = model.parameters.embedding
        self._embedding = None if embedding is None else embedding.copy()  # (V, E)
        self._readout = model.parameters.readout.copy()  # (O, H+1)
        self._views = [
            (
                kernel.operand[0, : kernel.input_size],
                kernel.hidden[0],
                kernel.initial_hidden,
                kernel.cell[0],
                kernel.initial_cell,
                kernel.run,
            )
            for kernel in self._kernels
        ]
        top = self._kernels[-1]
        self._read = top.operand[1, top.input_size : top.input_size + self._readout.shape[1]]  # [h; 1]
        if state is not None:
            found = checked_state(state, a, batch_size, model.dtype)
            for kernel, hidden, cell in zip(self._kernels, found.hidden, found.cell, strict=True):
                kernel.initial_hidden[...], kernel.initial_cell[...] = hidden.T, cell.T

    def advance(self, x: ArrayLike) -> NDArray:
        """One timestep without the readout: from x (B, I) to the topmost h, (H, B), which the next call overwrites.

        With an embedding x is integers (B,), or one-hot (B, V).

        Raises:
            ShapeError: x has another shape, or numbers that do not fit the model's dtype. Of an x in that dtype the
                values are not looked at, which would cost a tenth of the timestep.
        """
        below = as_array("x", x)
        if self._embedding is not None:
            below = self._vectors(below)
        if below.shape[::-1] != self._views[0][0].shape:
            expected = self._views[0][0].shape[::-1]
            raise ShapeError(f"x has shape {below.shape}, expected (B, I) = {expected}")
        if below.dtype != self._dtype and (
            below.dtype.kind not in REAL or not np.isfinite(narrowed(below, self._dtype)).all()
        ):
            raise ShapeError(f"x has dtype {below.dtype}, expected real numbers that are finite in {self._dtype}")
        below = below.T
        for inputs, hidden, hidden_before, cell, cell_before, run in self._views:
            inputs[...] = below
            run()
            hidden_before[...] = hidden
            cell_before[...] = cell
            below = hidden
        return below

    def _vectors(self, x: NDArray) -> NDArray:
        """The rows of the embedding for x, (B, E)."""
        assert self._embedding is not None
        symbols, B = checked_symbols("x", x, len(self._embedding), "B"), len(self._read[0])
        if len(symbols) != B:
            raise ShapeError(f"x has shape {x.shape}, expected B = {B} symbols")
        return vectors_of(symbols, self._embedding)

    def step(self, x: ArrayLike) -> NDArray:
        """One timestep: from x, as in ``advance``, to the outputs (B, O)."""
        self.advance(x)
        return (self._readout @ self._read).T

    @property
    def state(self) -> LSTMState:
        """Copies of the states after the last timestep, each (num_layers, B, H)."""
        hidden = np.stack([kernel.initial_hidden.T for kernel in self._kernels])
        return LSTMState(hidden, np.stack([kernel.initial_cell.T for kernel in self._kernels]))
