"""The quantities that one can see in an LSTM cell, in the order in which the cell computes them.

Everything that lists gates and states (traces, figures, the drawn cell) reads them here, so that names, symbols,
ranges and colours agree everywhere.
"""

from dataclasses import dataclass

GATE_RANGE = (0.0, 1.0)
SIGNED_RANGE = (-1.0, 1.0)


@dataclass(frozen=True)
class Quantity:
    """One quantity of the cell.

    Attributes:
        name: attribute name in a trace, e.g. ``forget_gate``.
        label: the words that a person reads.
        symbol: the letter of the equations.
        equation: how the cell computes it, in the letters of ``equations.py``.
        limits: smallest and largest value it can take; None where it is unbounded.
        colour: key into the palette (Okabe and Ito 2008, eight colours that colour-blind people tell apart).
    """

    name: str
    label: str
    symbol: str
    equation: str
    limits: tuple[float, float] | None
    colour: str

    @property
    def is_gate(self) -> bool:
        """Whether the values are fractions: 0 closes the gate, 1 opens it."""
        return self.limits == GATE_RANGE


FORGET_GATE = Quantity("forget_gate", "Forget gate", "f", "f = σ(W_f [x, h′] + b_f)", GATE_RANGE, "vermillion")
INPUT_GATE = Quantity("input_gate", "Input gate", "i", "i = σ(W_i [x, h′] + b_i)", GATE_RANGE, "bluish_green")
CANDIDATE = Quantity("candidate", "Candidate", "g", "g = tanh(W_g [x, h′] + b_g)", SIGNED_RANGE, "reddish_purple")
OUTPUT_GATE = Quantity("output_gate", "Output gate", "o", "o = σ(W_o [x, h′] + b_o)", GATE_RANGE, "blue")
CELL = Quantity("cell", "Cell state", "c", "c = f · c′ + i · g", None, "orange")
HIDDEN = Quantity("hidden", "Hidden state", "h", "h = o · tanh(c)", SIGNED_RANGE, "sky_blue")

QUANTITIES = (FORGET_GATE, INPUT_GATE, CANDIDATE, OUTPUT_GATE, CELL, HIDDEN)
GATES = (FORGET_GATE, INPUT_GATE, CANDIDATE, OUTPUT_GATE)
