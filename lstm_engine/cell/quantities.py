"""The quantities that one can see in a cell, in the order in which the cell computes them. The families define them."""

from lstm_engine.cell.family import GATE_RANGE, SIGNED_RANGE, Quantity
from lstm_engine.cell.lstm import GATES, QUANTITIES
from lstm_engine.cell.variants import Variant, family_of, get_variant


def quantities_of(variant: Variant | str) -> tuple[Quantity, ...]:
    """What a cell of this variant computes and its trace holds, in the paper's order.

    A gate that it lacks is among them, with the equation that it is 1.

    Raises:
        SettingsError: there is no variant of that name.

    >>> [quantity.symbol for quantity in quantities_of("gru")]
    ['r', 'z', 'n', 'h']
    """
    found = variant if isinstance(variant, Variant) else get_variant(variant)
    return family_of(found).cell.quantities_of(found)


# those of the LSTM stand here as well, for what draws no other cell
__all__ = ["GATES", "GATE_RANGE", "QUANTITIES", "SIGNED_RANGE", "Quantity", "quantities_of"]
