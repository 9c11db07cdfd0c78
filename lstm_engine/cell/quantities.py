"""What one can see in a cell, and what it does, in the order in which it does it. The families define it."""

from collections.abc import Sequence

from lstm_engine.cell.family import GATE_RANGE, SIGNED_RANGE, GradientStep, Operation, Quantity, Sum
from lstm_engine.cell.lstm import GATES, QUANTITIES
from lstm_engine.cell.readouts import readout_of
from lstm_engine.cell.variants import Variant, family_of, get_variant


def quantities_of(variant: Variant | str) -> tuple[Quantity, ...]:
    """What a cell of this variant computes and its trace holds, in the paper's order.

    A gate that it lacks is among them, with the equation that it is 1.

    Raises:
        SettingsError: there is no variant of that name.

    >>> [quantity.symbol for quantity in quantities_of("gru")]
    ['r', 'z', 'n', 'h']
    """
    found = variant_of(variant)
    return family_of(found).cell.quantities_of(found)


def watched_quantities(quantities: Sequence[Quantity]) -> tuple[Quantity, ...]:
    """Of a cell's quantities those that show how it learns: its gates and candidates, or, without any, its states.

    >>> [quantity.symbol for quantity in watched_quantities(quantities_of("gru"))]
    ['r', 'z', 'n']
    """
    found = tuple(quantity for quantity in quantities if not quantity.carried and not quantity.missing)
    return found or tuple(quantities)


def operations_of(variant: Variant | str, loss: str = "cross_entropy") -> tuple[Operation, ...]:
    """What a cell of this variant does within a timestep, one thing after the other; errors as above.

    The last one is what the network then says, which depends on what it learns: on its task's loss.

    >>> [operation.name for operation in operations_of("rnn")]
    ['concatenate', 'weigh', 'squash', 'predict']
    >>> operations_of("rnn", "squared_error")[-1].equation
    'y = W_y h + b_y'
    """
    found = variant_of(variant)
    *computed, _ = family_of(found).cell.operations_of(found)
    return (*computed, readout_of(loss).operation)


def sums_of(variant: Variant | str) -> tuple[Sum, ...]:
    """What goes into each activation, in the order of the quantities; errors as above."""
    found = variant_of(variant)
    return family_of(found).cell.sums_of(found)


def gradient_steps_of(variant: Variant | str) -> tuple[GradientStep, ...]:
    """On which ways a gradient goes back; errors as above."""
    found = variant_of(variant)
    return family_of(found).cell.gradient_steps_of(found)


def variant_of(variant: Variant | str) -> Variant:
    """The variant itself, or the one of that name."""
    return variant if isinstance(variant, Variant) else get_variant(variant)


# those of the LSTM stand here as well, for what draws no other cell
__all__ = [
    "GATES",
    "GATE_RANGE",
    "QUANTITIES",
    "SIGNED_RANGE",
    "Quantity",
    "gradient_steps_of",
    "operations_of",
    "quantities_of",
    "sums_of",
    "watched_quantities",
]
