"""What every cell is: one layer over a sequence, written plainly. The families say what a timestep computes.

``kernel.py`` is the standard cell made fast. These classes compute all variants; they also keep every gradient, and let
any value be changed on its way (``Intervention``), which is why traces with questions run on them.

Arrays are feature-major, (H, B) a timestep. A prime marks the timestep before: c′, h′.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from lstm_engine.cell.family import CONCATENATE, PREDICT, GradientStep, Operation, Quantity, Sum, Variant, making
from lstm_engine.cell.layer_trace import TracedLayer

if TYPE_CHECKING:
    from lstm_engine.cell.interventions import Intervention


class Cell:
    """One layer of any variant over (T, B); subclasses say what a timestep computes.

    Attributes:
        operand: (T+1, K, B), at t the column [x_t; h_{t-1}; 1; 1], as in the fast kernel.
        cells: (T+1, H, B), c_{t-1} at t; stays 0 in families without a cell state.
        states: what is carried besides h and c, likewise, by name; ``d_states``, dL/d of each, (H, B).
        values: what each quantity was, (T, H, B) by name; ``raw``, what it would have been without interventions on it.
        gradients: dL/d of each quantity after ``backward``, likewise.
        preactivations: (T, blocks, H, B).
    """

    quantities: ClassVar[tuple[Quantity, ...]]  # in the paper's order

    def __init__(
        self,
        variant: Variant,
        input_size: int,
        hidden_size: int,
        timesteps: int,
        batch_size: int,
        bias: bool,
        dtype: np.dtype,
        interventions: "Sequence[Intervention]" = (),
    ):
        I, H, T, B = input_size, hidden_size, timesteps, batch_size
        K = I + H + (2 if bias else 0)
        self.variant, self.bias = variant, bias
        self.input_size, self.hidden_size, self.timesteps, self.batch_size = I, H, T, B
        self.operand = np.ones((T + 1, K, B), dtype)
        self.operand[:, : I + H] = 0
        self.hidden = self.operand[1:, I : I + H]  # (T, H, B)
        self.initial_hidden = self.operand[0, I : I + H]
        self.cells = np.zeros((T + 1, H, B), dtype)
        self.cell = self.cells[1:]
        self.initial_cell = self.cells[0]
        self.values = {quantity.name: np.zeros((T, H, B), dtype) for quantity in self.quantities}
        self.gradients = {quantity.name: np.zeros((T, H, B), dtype) for quantity in self.quantities}
        self.preactivations = np.zeros((T, len(variant.blocks), H, B), dtype)
        self.d_hidden = np.zeros((H, B), dtype)
        self.d_cell = np.zeros((H, B), dtype)
        self.d_inputs = np.zeros((T, I, B), dtype)
        further = [q.name for q in self.quantities if q.carried and q.name not in ("hidden", "cell")]
        self.states = {name: np.zeros((T + 1, H, B), dtype) for name in further}
        self.d_states = {name: np.zeros((H, B), dtype) for name in further}
        self.raw = dict(self.values)
        self._interventions: dict[str, list[Intervention]] = {}
        for intervention in interventions:
            self._interventions.setdefault(intervention.quantity, []).append(intervention)
            self.raw[intervention.quantity] = np.zeros((T, H, B), dtype)

    @classmethod
    def quantities_of(cls, variant: Variant) -> tuple[Quantity, ...]:
        """The quantities as one variant has them."""
        return cls.quantities

    @classmethod
    def operations_of(cls, variant: Variant) -> tuple[Operation, ...]:
        """What a timestep of one variant consists of, in order: an operation a quantity, unless a family says more."""
        made = [making(q, q.label.lower()) for q in cls.quantities_of(variant) if not q.missing]
        return (CONCATENATE, *made, PREDICT)

    @classmethod
    def sums_of(cls, variant: Variant) -> tuple[Sum, ...]:
        """What goes into the activation of each quantity that has weights, in the order of the quantities."""
        return tuple(Sum(q.name) for q in cls.quantities_of(variant) if q.name in variant.blocks)

    @classmethod
    def gradient_steps_of(cls, variant: Variant) -> tuple[GradientStep, ...]:
        """How a gradient goes back, the main way from each quantity first; none, unless a family says how."""
        return ()

    @classmethod
    def textbook_of(cls, variant: Variant) -> Callable[..., Any] | None:
        """The function of ``equations.py`` that computes one timestep; None where the textbook has none."""
        return None

    def forward(self, weights: NDArray, peepholes: NDArray) -> None:
        """Run the sequence from the inputs and initial states in the buffers.

        Args:
            weights: (blocks*H, K), see ``NamedArrays``.
            peepholes: (number of peepholes, H).
        """
        for t in range(self.timesteps):
            self.step(t, weights, peepholes)

    def backward(
        self, weights: NDArray, peepholes: NDArray, d_outputs: NDArray, d_weights: NDArray, d_peepholes: NDArray
    ) -> None:
        """Backpropagation through time; arguments as in ``forward``, ``d_...`` are overwritten with gradients.

        Args:
            d_outputs: (T, H, B), gradient of the loss with respect to each h_t from above.
        """
        for array in (self.d_hidden, self.d_cell, *self.d_states.values(), d_weights, d_peepholes):
            array.fill(0)
        for t in reversed(range(self.timesteps)):
            dh = self.note("hidden", t, self.d_hidden + d_outputs[t])
            self.back(t, dh, weights, peepholes, d_weights, d_peepholes)

    def step(self, t: int, weights: NDArray, peepholes: NDArray) -> None:
        raise NotImplementedError

    def back(
        self, t: int, dh: NDArray, weights: NDArray, peepholes: NDArray, d_weights: NDArray, d_peepholes: NDArray
    ) -> None:
        raise NotImplementedError

    def keep(self, name: str, t: int, value: NDArray | float) -> NDArray:
        """Store a quantity of this timestep, changed as the interventions want it."""
        self.raw[name][t] = value
        kept = self.values[name][t]
        kept[...] = value
        for intervention in self._interventions.get(name, ()):
            if intervention.timesteps is None or t in intervention.timesteps:
                units = slice(None) if intervention.units is None else list(intervention.units)
                kept[units] = intervention.scale * kept[units] + intervention.shift
        return kept

    def note(self, name: str, t: int, gradient: NDArray) -> NDArray:
        """Store dL/d of a quantity, and give what flows on to how it was computed: changed values pass on less."""
        self.gradients[name][t] = gradient
        if name not in self._interventions:
            return gradient
        onward = gradient.copy()
        for intervention in self._interventions[name]:
            if intervention.timesteps is None or t in intervention.timesteps:
                onward[slice(None) if intervention.units is None else list(intervention.units)] *= intervention.scale
        return onward

    def input_gradients(self, weights: NDArray) -> NDArray:
        """dL/dx, (T, I, B); call after ``backward``."""
        return self.d_inputs

    def state_columns(self, rows: int) -> NDArray:
        """The first ``rows`` of [h_t; 1; 1] of all timesteps, (rows, T*B)."""
        columns = self.operand[1:, self.input_size : self.input_size + rows]
        return np.ascontiguousarray(columns.transpose(1, 0, 2)).reshape(rows, -1)

    @classmethod
    def recurrent_and_bias(
        cls, block: str, recurrent: NDArray, bias_input: NDArray, bias_recurrent: NDArray, trace: TracedLayer
    ) -> tuple[NDArray, NDArray]:
        """What U h′ and the biases add to a block's pre-activation, each (T, B, H).

        Args:
            recurrent: U h′, (T, B, H).
            bias_input, bias_recurrent: (H,).
            trace: of this layer.
        """
        return recurrent, np.broadcast_to(bias_input + bias_recurrent, recurrent.shape)

    @classmethod
    def peephole(cls, variant: Variant, block: str, peepholes: NDArray, trace: TracedLayer) -> NDArray:
        """What the cell state adds to a block's pre-activation through its peephole, (T, B, H)."""
        return np.zeros_like(trace.hidden)  # type: ignore[attr-defined]

    def _spread(self, dz: NDArray, t: int, weights: NDArray, d_weights: NDArray) -> None:
        """From dz (blocks*H, B) of a product W [x; h′; 1; 1]: to W, to x, and to h′, which replaces ``d_hidden``."""
        I, H = self.input_size, self.hidden_size
        d_weights += dz @ self.operand[t].T
        self.d_inputs[t] = weights[:, :I].T @ dz
        self.d_hidden[...] = weights[:, I : I + H].T @ dz

    def _hidden_before(self, t: int) -> NDArray:
        """h′, (H, B)."""
        return self.operand[t, self.input_size : self.input_size + self.hidden_size]

    def _from_input(self, t: int, weights: NDArray) -> NDArray:
        """W x + b, (blocks, H, B), in cells with one bias a block, which is the last column of their weights."""
        z = weights[:, : self.input_size] @ self.operand[t, : self.input_size]
        if self.bias:
            z += weights[:, -1:]
        return z.reshape(-1, self.hidden_size, self.batch_size)

    def _spread_to_input(self, dz: NDArray, t: int, weights: NDArray, d_weights: NDArray) -> None:
        """From dz (blocks, H, B) of such a W x + b: to W, b and x."""
        I, flat = self.input_size, dz.reshape(-1, self.batch_size)
        d_weights[:, :I] += flat @ self.operand[t, :I].T
        if self.bias:
            d_weights[:, -1] += flat.sum(axis=1)
        self.d_inputs[t] = weights[:, :I].T @ flat


def sigmoid(z: NDArray) -> NDArray:
    """1/(1 + exp(-z)) in the dtype of z, without overflow."""
    e = np.exp(-np.abs(z))
    return np.where(z >= 0, 1, e).astype(z.dtype) / (1 + e)


def log_sigmoid(z: NDArray) -> NDArray:
    """log(1/(1 + exp(-z))) in the dtype of z, without overflow, and without the -inf of log(0)."""
    return np.minimum(z, 0) - np.log1p(np.exp(-np.abs(z)))
