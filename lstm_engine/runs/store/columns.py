"""What each column of a run's row may hold. SQLite takes anything in any column, whatever its type says; so a row is
judged where it becomes a run, and one that cannot be used hurts no other."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from lstm_engine.checks import shown
from lstm_engine.runs.fields import is_number, is_text
from lstm_engine.runs.lease import is_lease
from lstm_engine.runs.settings import LIMITS, STILL_POSSIBLE
from lstm_engine.runs.store.schema import LONGEST_NAME

MOST_OF_A_RUN = 10**15  # steps, or bytes; the sum over many runs is to fit into 64 bits
LATEST = 253_402_300_799  # the end of the year 9999, in seconds: no calendar goes further


class Column(NamedTuple):
    """What fits into a column, in code and in words, and what stands for a value that does not."""

    fits: Callable[[Any], bool]
    expected: str
    instead: Any


def is_whole(value: object) -> bool:
    """Whether it is a number of a step, as a run can have it."""
    return is_number(value, int) and 0 <= value <= MOST_OF_A_RUN  # type: ignore[operator]


def is_time(value: object) -> bool:
    """Whether it is a time that a calendar has, in seconds."""
    return is_number(value, float) and 0 <= value <= LATEST  # type: ignore[operator]


def is_shown(value: object) -> bool:
    """Whether it is text that can be shown."""
    return isinstance(value, str) and is_text(value)


def is_truth(value: object) -> bool:
    """Whether it is a truth, as one of the databases gives it back."""
    return isinstance(value, bool | int) and value in (0, 1)


def is_pace(value: object) -> bool:
    """Whether it is a number of steps a second that a person may ask for."""
    return is_number(value, float) and value in LIMITS["pace"]  # type: ignore[operator]


def is_rate(value: object) -> bool:
    """Whether it is a number of steps a second that was measured."""
    return is_number(value, float) and value >= 0  # type: ignore[operator]


def or_none(fits: Callable[[Any], bool]) -> Callable[[Any], bool]:
    """The same, for a column that may be empty."""
    return lambda value: value is None or fits(value)


TIME = f"a time in seconds, from 0 to {LATEST:,}"
STEP = f"a whole number from 0 to {MOST_OF_A_RUN:,}"
JUDGED: Mapping[str, Column] = {
    "name": Column(is_shown, "text", None),
    "created_at": Column(is_time, TIME, 0.0),
    "step": Column(is_whole, STEP, 0),
    "target_step": Column(is_whole, STEP, None),
    "stopped": Column(is_truth, "0 or 1", True),
    "pace": Column(is_pace, f"a number of {LIMITS['pace']}", LIMITS["pace"].least),
    "queued_at": Column(is_time, TIME, 0.0),
    "lease": Column(or_none(is_lease), "host:process:number, or nothing", None),
    "heartbeat": Column(or_none(is_time), f"{TIME}, or nothing", None),
    "steps_per_second": Column(or_none(is_rate), "a number of at least 0, or nothing", None),
    "error": Column(or_none(is_shown), "text, or nothing", None),
    "owner": Column(or_none(is_shown), "text, or nothing", None),
    "forming": Column(is_truth, "0 or 1", False),
}


def judged(values: Mapping[str, Any]) -> tuple[dict[str, Any], str | None]:
    """A row's columns, with a sensible value for each that cannot be used, and a sentence on the first of those.

    Args:
        values: by the names of ``JUDGED``, the run's ``id`` and its ``settings``, which judge themselves.
    """
    usable, problem = dict(values), None
    for name, column in JUDGED.items():
        value = values[name]
        if column.fits(value):
            continue
        usable[name] = column.instead
        if problem is None:
            problem = (
                f"The column {name} of this run holds {shown(value)}, expected {column.expected}. {STILL_POSSIBLE}"
            )
    if usable["name"] is None:
        usable["name"] = f"run {values['id']}"
    if usable["target_step"] is None:
        usable["target_step"] = usable["step"]
    usable["name"] = usable["name"][:LONGEST_NAME]
    usable["stopped"] = bool(usable["stopped"])
    return usable, problem
