"""Settings as the command line is given them."""

from collections.abc import Iterable, Sequence
from typing import Any

from lstm_engine.checks import SHOWN
from lstm_engine.errors import SettingsError
from lstm_engine.runs.settings import SETTINGS


def read_settings(pairs: Sequence[str], known: Iterable[str] = SETTINGS) -> dict[str, Any]:
    """From ``name=value`` texts to settings of the right kinds.

    Args:
        known: the names that may be given.

    Raises:
        SettingsError: there is no such setting, or the value is not of its kind.
    """
    known = list(known)
    values: dict[str, Any] = {}
    for pair in pairs:
        name, given, text = pair.partition("=")
        if not given or name not in known:
            raise SettingsError(f"“{pair[:SHOWN]}” is no setting; write NAME=VALUE with one of {', '.join(known)}")
        values[name] = SETTINGS[name].parse(text)
    return values
