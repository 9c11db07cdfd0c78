"""The words in which a family of cells describes itself: quantities, operations, variants, and what computes them.

A family is one file (``lstm.py``, ``gru.py``, ``rnn.py``) that ends in a ``Family``, and one entry in ``variants.py``.
Everything that lists gates and states (traces, statistics, figures, the drawn cell) reads them from there, so that
names, symbols, ranges and colours agree everywhere.
"""

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lstm_engine.cell.cell import Cell
    from lstm_engine.cell.layer_trace import TracedLayer

GATE_RANGE = (0.0, 1.0)
SIGNED_RANGE = (-1.0, 1.0)
WIDEST_CLAMP = 1e6  # where a quantity has no limits; beyond, a float32 has no digits left for what is added to it


@dataclass(frozen=True)
class Quantity:
    """One quantity of a cell.

    Attributes:
        name: attribute name in a trace, e.g. ``forget_gate``.
        label: the words that a person reads.
        symbol: the letter of the equations.
        equation: how the cell computes it, in the letters of ``equations.py``.
        limits: smallest and largest value it can take; None where it is unbounded.
        colour: key into the palette (Okabe and Ito 2008, eight colours that colour-blind people tell apart).
        carried: whether it is a state, which the next timestep starts from.
        words: what it is for, as a sentence; shown beside its equation.
        formula: the same equation for one unit, see ``formulas.py``, or nothing where it cannot be had so.
        missing: whether a variant lacks it; it then stays at the number that its equation says.
        kept, written: formulas, of a state that adds up: what its former value is multiplied with, and what is added.
    """

    name: str
    label: str
    symbol: str
    equation: str
    limits: tuple[float, float] | None
    colour: str
    carried: bool = False
    words: str = ""
    formula: str = ""
    missing: bool = False
    kept: str = ""
    written: str = ""

    @property
    def is_gate(self) -> bool:
        """Whether the values are fractions: 0 closes the gate, 1 opens it."""
        return self.limits == GATE_RANGE

    @property
    def clamp_limits(self) -> tuple[float, float]:
        """Smallest and largest value that it can be clamped to."""
        return self.limits or (-WIDEST_CLAMP, WIDEST_CLAMP)


def sigmoid_gate(name: str, label: str, symbol: str, colour: str, words: str) -> Quantity:
    """A quantity that is the sigmoid of a weighted sum of x and h′."""
    equation = f"{symbol} = σ(W_{symbol} [x, h′] + b_{symbol})"
    return Quantity(name, label, symbol, equation, GATE_RANGE, colour, words=words, formula=f"{symbol} = σ(a_{symbol})")


@dataclass(frozen=True)
class Operation:
    """One thing that a cell does within a timestep, which people can step to.

    Attributes:
        name: in a word.
        words: what it does, as a sentence.
        equation: in the letters of ``equations.py``.
        formulas: of one unit, see ``formulas.py``; what it reads follows from them.
        makes: names of the quantities that come to be, in their order.
        about: the quantity that it is on the way to, where it makes none.
        line: the letter of the textbook's line.
    """

    name: str
    words: str
    equation: str
    formulas: tuple[str, ...] = ()
    makes: tuple[str, ...] = ()
    about: str = ""
    line: str = ""

    @property
    def subject(self) -> str:
        """The quantity that it is about, or nothing."""
        return self.makes[-1] if self.makes else self.about


PREDICTION = "prediction"  # what the readout makes of the topmost hidden state; no quantity of the cell
CONCATENATE = Operation(
    "concatenate", "The input and what the cell said last stand side by side.", "[x, h′]", line="xh"
)
PREDICT = Operation(
    "predict", "All hidden values together say what comes next.", "p = softmax(W_y h + b_y)", about=PREDICTION
)


def making(quantity: Quantity, name: str, words: str = "", **changes: Any) -> Operation:
    """The operation that makes one quantity, in its own words and by its own equation unless others are given."""
    made = Operation(
        name,
        words or quantity.words,
        quantity.equation,
        (quantity.formula,) if quantity.formula else (),
        (quantity.name,),
        line=quantity.symbol,
    )
    return replace(made, **changes)


@dataclass(frozen=True)
class GradientStep:
    """A way on which the gradient of a loss goes back within a timestep, or to the one before.

    Attributes:
        quantity: the name of the one that it comes from.
        onto: the letter that it arrives at: ``c``, ``c′``, or ``a_f``, what goes into f's activation.
        factor: the formula of what it is multiplied with on that way.
        words: what that means, as a sentence.
    """

    quantity: str
    onto: str
    factor: str
    words: str = ""


@dataclass(frozen=True)
class Sum:
    """What goes into the activation of a quantity: a = W x + b + U h′ + b′, and what a cell adds to that.

    Attributes:
        quantity: its name.
        peephole: the letter of the state that it sees through one weight a unit, ``c`` or ``c′``, or nothing.
        gated_by: the letter of the quantity that U h′ + b′ is multiplied with, or nothing.
    """

    quantity: str
    peephole: str = ""
    gated_by: str = ""


@dataclass(frozen=True)
class Variant:
    """One kind of cell.

    Attributes:
        name: as in ``LSTMModel(variant=name)``.
        title: in words.
        family: ``lstm``, ``gru``, ``rnn`` and so on; the prefix of its weights' names.
        blocks: what each H rows of the weights compute, in the order of PyTorch.
        peepholes: the gates that also see the cell state, each through one weight a unit.
        input_activation: whether the candidate goes through tanh.
        output_activation: whether the cell state goes through tanh before it is said.
        coupled: whether the forget gate is one minus the input gate.
        sees_hidden: whether the blocks see h′, or x alone.
        heads: groups of H/heads units each, of which a unit sees its own group's h′ alone; 1 lets it see all.
        biases: bias vectors a block; PyTorch has two.
    """

    name: str
    title: str
    family: str
    blocks: tuple[str, ...]
    peepholes: tuple[str, ...] = ()
    input_activation: bool = True
    output_activation: bool = True
    coupled: bool = False
    sees_hidden: bool = True
    heads: int = 1
    biases: int = 2

    @property
    def has_forget_bias(self) -> bool:
        """Whether a forget gate has weights of its own, so that its first bias can be chosen."""
        return "forget_gate" in self.blocks

    def recurrent_width(self, hidden_size: int) -> int:
        """How many h′ a unit sees."""
        return hidden_size // self.heads if self.sees_hidden else 0


@dataclass(frozen=True)
class Family:
    """Variants that have their quantities, their trace and their code in common.

    Attributes:
        name: the prefix of the weights' names, and of the arrays in a saved trace.
        variants: its members.
        cell: computes them; names the quantities.
        trace: holds what one layer computed.
    """

    name: str
    variants: tuple[Variant, ...]
    cell: "type[Cell]"
    trace: "type[TracedLayer]"

    def __post_init__(self) -> None:
        held, expected = {field.name for field in fields(self.trace)}, set(self.trace_arrays)
        if held != expected:  # a mistake in a family's file, which is told when it is first imported
            raise TypeError(f"{self.trace.__name__} differs from the quantities in {sorted(held ^ expected)}")

    @property
    def quantities(self) -> tuple[Quantity, ...]:
        """What its cells compute, in the paper's order."""
        return self.cell.quantities

    @property
    def trace_arrays(self) -> tuple[str, ...]:
        """What a layer's trace holds: every quantity and pre-activation, and the states before the first timestep."""
        blocks = {block for variant in self.variants for block in variant.blocks}
        return (
            *(quantity.name for quantity in self.quantities),
            *(f"{quantity.name}_preactivation" for quantity in self.quantities if quantity.name in blocks),
            *(f"initial_{quantity.name}" for quantity in self.quantities if quantity.carried),
        )
