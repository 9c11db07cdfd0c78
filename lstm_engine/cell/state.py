"""What a network carries from one timestep to the next, so that a sequence can be read in pieces."""

from typing import NamedTuple

from numpy.typing import NDArray

from lstm_engine.cell.family import Variant
from lstm_engine.cell.variants import family_of


class LSTMState(NamedTuple):
    """Hidden and cell states of all layers between two timesteps, each (num_layers, B, H)."""

    hidden: NDArray
    cell: NDArray


class SLSTMState(NamedTuple):
    """The states of an sLSTM's layers between two timesteps, each (num_layers, B, H); c and n are scaled by exp(-m)."""

    hidden: NDArray
    cell: NDArray
    normaliser: NDArray
    stabiliser: NDArray


State = LSTMState | SLSTMState
KINDS: tuple[type[LSTMState] | type[SLSTMState], ...] = (LSTMState, SLSTMState)  # those that hold the fewest first


def state_kind(variant: Variant) -> type[LSTMState] | type[SLSTMState]:
    """The state that holds all that such a cell carries; a cell state that it lacks is 0 there."""
    carried = {quantity.name for quantity in family_of(variant).quantities if quantity.carried}
    return next(kind for kind in KINDS if carried <= set(kind._fields))
