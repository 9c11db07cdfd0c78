"""The gated recurrent unit (Cho et al. 2014), in PyTorch's formulation."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstm_engine.cell.cell import Cell, sigmoid
from lstm_engine.cell.equations import gru_step
from lstm_engine.cell.family import (
    CONCATENATE,
    PREDICT,
    SIGNED_RANGE,
    Family,
    GradientStep,
    Operation,
    Quantity,
    Sum,
    Variant,
    making,
    sigmoid_gate,
)
from lstm_engine.cell.layer_trace import TracedLayer

RESET_GATE = sigmoid_gate(
    "reset_gate", "Reset gate", "r", "blue", "How much of what was said last goes into the new content."
)
UPDATE_GATE = sigmoid_gate(
    "update_gate", "Update gate", "z", "vermillion", "How much of the old state to keep; the rest is written anew."
)
CANDIDATE = Quantity(
    "candidate",
    "Candidate",
    "n",
    "n = tanh(W_n x + b_n + r · (U_n h′ + b′_n))",
    SIGNED_RANGE,
    "reddish_purple",
    words="The new content itself.",
    formula="n = tanh(w_n + r · u_n)",
)
HIDDEN = Quantity(
    "hidden",
    "Hidden state",
    "h",
    "h = (1 - z) · n + z · h′",
    SIGNED_RANGE,
    "sky_blue",
    True,
    words="New content takes the place of what is not kept: memory and what is said are one.",
    formula="h = (1 - z) · n + z · h′",
    kept="z",
    written="(1 - z) · n",
)

QUANTITIES = (RESET_GATE, UPDATE_GATE, CANDIDATE, HIDDEN)

VARIANTS = (Variant("gru", "Gated recurrent unit", family="gru", blocks=("reset_gate", "update_gate", "candidate")),)


@dataclass(frozen=True)
class GRULayerTrace(TracedLayer):
    """One GRU layer's gates and state, each (T, B, H), and the state before the first timestep, (B, H)."""

    quantities = QUANTITIES

    reset_gate: NDArray
    update_gate: NDArray
    candidate: NDArray
    hidden: NDArray
    reset_gate_preactivation: NDArray
    update_gate_preactivation: NDArray
    candidate_preactivation: NDArray
    initial_hidden: NDArray


class GRUCell(Cell):
    """PyTorch's GRU: r = σ(.), z = σ(.), n = tanh(W x + b + r (U h′ + b′)), h = (1 - z) n + z h′."""

    quantities = QUANTITIES

    @classmethod
    def operations_of(cls, variant: Variant) -> tuple[Operation, ...]:
        recall = "The reset gate lets part of what was said last into the new content."
        keep = "The update gate lets part of the old state through."
        return (
            CONCATENATE,
            making(RESET_GATE, "reset"),
            making(UPDATE_GATE, "update"),
            Operation("recall", recall, "r · (U_n h′ + b′_n)", ("r · u_n",), about="candidate", line="n"),
            making(CANDIDATE, "candidate"),
            Operation("keep", keep, "z · h′", ("z · h′",), about="hidden", line="h"),
            making(HIDDEN, "write"),
            PREDICT,
        )

    @classmethod
    def sums_of(cls, variant: Variant) -> tuple[Sum, ...]:
        return Sum("reset_gate"), Sum("update_gate"), Sum("candidate", gated_by="r")

    @classmethod
    def gradient_steps_of(cls, variant: Variant) -> tuple[GradientStep, ...]:
        survive = "The path along which gradients survive: one factor a timestep, the update gate."
        shut = "Nothing of it passes where the gate is fully open or shut."
        return (
            GradientStep("hidden", "h′", "z", survive),
            GradientStep("hidden", "n", "1 − z", "What is not kept was written anew, and answers for it."),
            GradientStep(
                "hidden", "z", "h′ − n", "How far old and new lie apart decides how much the update gate mattered."
            ),
            GradientStep("candidate", "a_n", "1 − n²", "Nothing of it passes where the candidate is at −1 or 1."),
            GradientStep(
                "candidate", "r", "(1 − n²) · u_n", "What it let through decides how much the reset gate mattered."
            ),
            GradientStep("update_gate", "a_z", "z · (1 − z)", shut),
            GradientStep("reset_gate", "a_r", "r · (1 − r)", shut),
        )

    @classmethod
    def textbook_of(cls, variant: Variant) -> Callable[..., Any]:
        return gru_step

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
        r, u, n, _ = (self.values[quantity.name][t] for quantity in QUANTITIES)
        raw_r, raw_u, raw_n, _ = (self.raw[quantity.name][t] for quantity in QUANTITIES)
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

    @classmethod
    def recurrent_and_bias(
        cls, block: str, recurrent: NDArray, bias_input: NDArray, bias_recurrent: NDArray, trace: TracedLayer
    ) -> tuple[NDArray, NDArray]:
        if block != "candidate":
            return super().recurrent_and_bias(block, recurrent, bias_input, bias_recurrent, trace)
        assert isinstance(trace, GRULayerTrace)
        return trace.reset_gate * recurrent, bias_input + trace.reset_gate * bias_recurrent  # r (U h′ + b′)


FAMILY = Family("gru", VARIANTS, GRUCell, GRULayerTrace)
