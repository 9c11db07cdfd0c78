"""Every cell written plainly: one class a family, forward and backward of a timestep side by side.

``kernel.py`` is the standard cell made fast. These classes compute all variants; they also keep every gradient, and let
any value be changed on its way (``Intervention``), which is why traces with questions run on them.

Arrays are feature-major, (H, B) a timestep. A prime marks the timestep before: c′, h′.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lstm_engine.cell.variants import Variant
from lstm_engine.errors import SettingsError


@dataclass(frozen=True)
class Intervention:
    """A change to a quantity while the cell computes: value <- scale * value + shift.

    Attributes:
        quantity: as in a trace: ``forget_gate``, ``cell``, ``hidden`` and so on.
        timesteps: which; None for all.
        units: which; None for all.
        scale: 0 forgets the value, so that ``shift`` alone remains: the value is clamped to it.
        shift: is added.
        layer: which, the lowest is 0.
    """

    quantity: str
    timesteps: Sequence[int] | None = None
    units: Sequence[int] | None = None
    scale: float = 0.0
    shift: float = 0.0
    layer: int = 0


class Cell:
    """One layer of any variant over (T, B); subclasses say what a timestep computes.

    Attributes:
        operand: (T+1, K, B), at t the column [x_t; h_{t-1}; 1; 1], as in the fast kernel.
        cells: (T+1, H, B), c_{t-1} at t; stays 0 in families without a cell state.
        values: what each quantity was, (T, H, B) by name; ``raw``, what it would have been without interventions on it.
        gradients: dL/d of each quantity after ``backward``, likewise.
        preactivations: (T, blocks, H, B).
    """

    quantities: tuple[str, ...]

    def __init__(
        self,
        variant: Variant,
        input_size: int,
        hidden_size: int,
        timesteps: int,
        batch_size: int,
        bias: bool,
        dtype: np.dtype,
        interventions: Sequence[Intervention] = (),
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
        self.values = {name: np.zeros((T, H, B), dtype) for name in self.quantities}
        self.gradients = {name: np.zeros((T, H, B), dtype) for name in self.quantities}
        self.preactivations = np.zeros((T, len(variant.blocks), H, B), dtype)
        self.d_hidden = np.zeros((H, B), dtype)
        self.d_cell = np.zeros((H, B), dtype)
        self.d_inputs = np.zeros((T, I, B), dtype)
        self.raw = dict(self.values)
        self._changes: dict[str, list[Intervention]] = {}
        for change in interventions:
            if change.quantity not in self.quantities:
                raise SettingsError(
                    f"there is no {change.quantity!r} in a {variant.name} cell; choose {', '.join(self.quantities)}"
                )
            self._changes.setdefault(change.quantity, []).append(change)
            self.raw[change.quantity] = np.zeros((T, H, B), dtype)

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
        for array in (self.d_hidden, self.d_cell, d_weights, d_peepholes):
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
        for change in self._changes.get(name, ()):
            if change.timesteps is None or t in change.timesteps:
                units = slice(None) if change.units is None else list(change.units)
                kept[units] = change.scale * kept[units] + change.shift
        return kept

    def note(self, name: str, t: int, gradient: NDArray) -> NDArray:
        """Store dL/d of a quantity, and give what flows on to how it was computed: changed values pass on less."""
        self.gradients[name][t] = gradient
        if name not in self._changes:
            return gradient
        onward = gradient.copy()
        for change in self._changes[name]:
            if change.timesteps is None or t in change.timesteps:
                onward[slice(None) if change.units is None else list(change.units)] *= change.scale
        return onward

    def input_gradients(self, weights: NDArray) -> NDArray:
        """dL/dx, (T, I, B); call after ``backward``."""
        return self.d_inputs

    def state_columns(self, rows: int) -> NDArray:
        """The first ``rows`` of [h_t; 1; 1] of all timesteps, (rows, T*B)."""
        columns = self.operand[1:, self.input_size : self.input_size + rows]
        return np.ascontiguousarray(columns.transpose(1, 0, 2)).reshape(rows, -1)

    def _spread(self, dz: NDArray, t: int, weights: NDArray, d_weights: NDArray) -> None:
        """From dz (blocks*H, B) of a product W [x; h′; 1; 1]: to W, to x, and to h′, which replaces ``d_hidden``."""
        I, H = self.input_size, self.hidden_size
        d_weights += dz @ self.operand[t].T
        self.d_inputs[t] = weights[:, :I].T @ dz
        self.d_hidden[...] = weights[:, I : I + H].T @ dz


class LSTMCell(Cell):
    """The LSTM with or without each of its parts; a gate that is not there stays open, at 1."""

    quantities = ("forget_gate", "input_gate", "candidate", "output_gate", "cell", "hidden")

    def step(self, t: int, weights: NDArray, peepholes: NDArray) -> None:
        v, H = self.variant, self.hidden_size
        self.preactivations[t] = (weights @ self.operand[t]).reshape(-1, H, self.batch_size)
        z = dict(zip(v.blocks, self.preactivations[t], strict=True))
        p = dict(zip(v.peepholes, peepholes[:, :, None], strict=True))  # each (H, 1)
        c_before = self.cells[t]
        for gate in ("input_gate", "forget_gate"):
            if gate in p:
                z[gate] += p[gate] * c_before
        i = self.keep("input_gate", t, sigmoid(z["input_gate"]) if "input_gate" in z else 1)
        f = self.keep("forget_gate", t, 1 - i if v.coupled else sigmoid(z["forget_gate"]) if "forget_gate" in z else 1)
        g = self.keep("candidate", t, np.tanh(z["candidate"]) if v.input_activation else z["candidate"])
        c = self.keep("cell", t, f * c_before + i * g)
        if "output_gate" in p:
            z["output_gate"] += p["output_gate"] * c  # this peephole sees the new cell state
        o = self.keep("output_gate", t, sigmoid(z["output_gate"]) if "output_gate" in z else 1)
        h = self.keep("hidden", t, o * (np.tanh(c) if v.output_activation else c))
        self.cells[t + 1], self.hidden[t] = c, h

    def back(
        self, t: int, dh: NDArray, weights: NDArray, peepholes: NDArray, d_weights: NDArray, d_peepholes: NDArray
    ) -> None:
        v, c_before = self.variant, self.cells[t]
        f, i, g, o, c, _ = (self.values[name][t] for name in self.quantities)
        raw_f, raw_i, raw_g, raw_o, _, _ = (self.raw[name][t] for name in self.quantities)
        p = dict(zip(v.peepholes, peepholes[:, :, None], strict=True))
        d_p = dict(zip(v.peepholes, d_peepholes, strict=True))
        dz: dict[str, NDArray] = {}
        said = np.tanh(c) if v.output_activation else c  # h = o * said
        do = self.note("output_gate", t, dh * said)
        dc = self.d_cell + dh * o * (1 - said**2 if v.output_activation else 1)
        if "output_gate" in v.blocks:
            dz["output_gate"] = do * raw_o * (1 - raw_o)
        if "output_gate" in p:
            dc = dc + dz["output_gate"] * p["output_gate"]
            d_p["output_gate"] += (dz["output_gate"] * c).sum(axis=1)
        dc = self.note("cell", t, dc)
        dg = self.note("candidate", t, dc * i)
        df = self.note("forget_gate", t, dc * c_before)
        di = self.note("input_gate", t, dc * g - (df if v.coupled else 0))  # f = 1 - i, if coupled
        dz["candidate"] = dg * (1 - raw_g**2) if v.input_activation else dg
        if "input_gate" in v.blocks:
            dz["input_gate"] = di * raw_i * (1 - raw_i)
        if "forget_gate" in v.blocks:
            dz["forget_gate"] = df * raw_f * (1 - raw_f)
        self.d_cell[...] = dc * f
        for gate in ("input_gate", "forget_gate"):
            if gate in p:
                self.d_cell += dz[gate] * p[gate]
                d_p[gate] += (dz[gate] * c_before).sum(axis=1)
        self._spread(np.concatenate([dz[block] for block in v.blocks]), t, weights, d_weights)


class GRUCell(Cell):
    """PyTorch's GRU: r = σ(.), z = σ(.), n = tanh(W x + b + r (U h′ + b′)), h = (1 - z) n + z h′."""

    quantities = ("reset_gate", "update_gate", "candidate", "hidden")

    def _parts(self, weights: NDArray) -> tuple[list[int], list[int]]:
        """Columns of the weights that act on the input, and those that act on h′, each with its bias."""
        I, H = self.input_size, self.hidden_size
        ones = [[I + H], [I + H + 1]] if self.bias else [[], []]
        return [*range(I), *ones[0]], [*range(I, I + H), *ones[1]]

    def step(self, t: int, weights: NDArray, peepholes: NDArray) -> None:
        H, B, x = self.hidden_size, self.batch_size, self.operand[t]
        of_input, of_hidden = self._parts(weights)
        from_input = (weights[:, of_input] @ x[of_input]).reshape(3, H, B)
        from_hidden = (weights[:, of_hidden] @ x[of_hidden]).reshape(3, H, B)
        z = self.preactivations[t]
        z[:2] = from_input[:2] + from_hidden[:2]
        r = self.keep("reset_gate", t, sigmoid(z[0]))
        u = self.keep("update_gate", t, sigmoid(z[1]))
        z[2] = from_input[2] + r * from_hidden[2]
        n = self.keep("candidate", t, np.tanh(z[2]))
        h_before = x[self.input_size : self.input_size + H]
        self.hidden[t] = self.keep("hidden", t, (1 - u) * n + u * h_before)

    def back(
        self, t: int, dh: NDArray, weights: NDArray, peepholes: NDArray, d_weights: NDArray, d_peepholes: NDArray
    ) -> None:
        I, H, x = self.input_size, self.hidden_size, self.operand[t]
        of_input, of_hidden = self._parts(weights)
        r, u, n, _ = (self.values[name][t] for name in self.quantities)
        raw_r, raw_u, raw_n, _ = (self.raw[name][t] for name in self.quantities)
        new_from_hidden = weights[2 * H :, of_hidden] @ x[of_hidden]  # U h′ + b′
        du = self.note("update_gate", t, dh * (x[I : I + H] - n))
        dn = self.note("candidate", t, dh * (1 - u)) * (1 - raw_n**2)
        dr = self.note("reset_gate", t, dn * new_from_hidden)
        d_gates = [dr * raw_r * (1 - raw_r), du * raw_u * (1 - raw_u)]
        to_input = np.concatenate([*d_gates, dn])
        to_hidden = np.concatenate([*d_gates, dn * r])
        d_weights[:, of_input] += to_input @ x[of_input].T
        d_weights[:, of_hidden] += to_hidden @ x[of_hidden].T
        self.d_inputs[t] = weights[:, :I].T @ to_input
        self.d_hidden[...] = dh * u + weights[:, I : I + H].T @ to_hidden


class RNNCell(Cell):
    """The plain network: h = tanh(W x + U h′ + b)."""

    quantities = ("hidden",)

    def step(self, t: int, weights: NDArray, peepholes: NDArray) -> None:
        self.preactivations[t, 0] = weights @ self.operand[t]
        self.hidden[t] = self.keep("hidden", t, np.tanh(self.preactivations[t, 0]))

    def back(
        self, t: int, dh: NDArray, weights: NDArray, peepholes: NDArray, d_weights: NDArray, d_peepholes: NDArray
    ) -> None:
        self._spread(dh * (1 - self.raw["hidden"][t] ** 2), t, weights, d_weights)


CELLS: dict[str, type[Cell]] = {"lstm": LSTMCell, "gru": GRUCell, "rnn": RNNCell}


def sigmoid(z: NDArray) -> NDArray:
    """1/(1 + exp(-z)) in the dtype of z, without overflow."""
    e = np.exp(-np.abs(z))
    return np.where(z >= 0, 1, e).astype(z.dtype) / (1 + e)
