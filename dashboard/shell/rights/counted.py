"""How often visitors do what is limited, counted for all servers of the store together."""

from dashboard.serving.problems import Problem
from dashboard.shell.rights.limits import MINUTES, beyond, most_of, rates
from lstm_engine.runs import RunStore


def refused_by(full: tuple[str, str] | None) -> Problem | None:
    """What is told of one that is full."""
    return None if full is None else beyond(full[0], most_of(full[0]))


def full(store: RunStore, *wanted: tuple[str, str]) -> Problem | None:
    """The refusal that ``take`` would give, where only what then fails is counted; raises StoreError as well."""
    return refused_by(store.full({key: most_of(key[0]) for key in wanted}, MINUTES * 60.0))


def take(store: RunStore, *wanted: tuple[str, str]) -> Problem | None:
    """Count one more under each of (a limit's name, of whom); the refusal, and nothing counted, if one is full.

    Where nothing can be written, it is this server that counts.

    Raises:
        StoreError: the store does not answer.
    """
    if store.read_only:
        return rates().take(*wanted)
    return refused_by(store.count({key: most_of(key[0]) for key in wanted}, MINUTES * 60.0))
