"""What one setting of a run is: its kind, its limits and the words for it, said once for checks, forms and terminal."""

import dataclasses
import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, get_args

from lstm_engine.checks import SHOWN, shown
from lstm_engine.errors import SettingsError
from lstm_engine.tasks import Task

KINDS_IN_WORDS = {int: "a whole number", float: "a number", bool: "true or false", str: "text"}
LONGEST_SHOWN = 200  # characters of a stored name that a list can show
LARGEST_WHOLE = 2**31 - 1  # of a stored number that is out of its limits, but still tells what the run was


@dataclasses.dataclass(frozen=True)
class Limits:
    """The range of a setting; ``least_open`` and ``most_open`` exclude the ends."""

    least: float
    most: float = math.inf
    least_open: bool = False
    most_open: bool = False

    def __str__(self) -> str:
        low = f"above {self.least:,.10g}" if self.least_open else f"at least {self.least:,.10g}"
        if math.isinf(self.most):
            return low
        high = f"below {self.most:,.10g}" if self.most_open else f"at most {self.most:,.10g}"
        return f"{low} and {high}"

    def __contains__(self, value: float) -> bool:
        above = value > self.least if self.least_open else value >= self.least
        return bool(above and (value < self.most if self.most_open else value <= self.most))


WIDEST = Limits(0, 100_000)  # of a model that was trained elsewhere; all of it together has a bound of its own


@dataclasses.dataclass(frozen=True)
class Setting:
    """One setting, as checks, forms and the terminal need it.

    Attributes:
        name: of the field. kind: int, float, bool or str. optional: whether it may be None.
        label, help: for people; a heading and a sentence.
        limits: of a number; None for other kinds.
        widest: of a model that was trained elsewhere; None for the same.
        default: its value where nothing is said.
    """

    name: str
    kind: type
    optional: bool
    label: str
    help: str
    limits: Limits | None
    default: Any
    widest: Limits | None = None

    @property
    def expected(self) -> str:
        """What it must be, in words."""
        of = f" of {self.limits}" if self.limits is not None else ""
        return f"{KINDS_IN_WORDS[self.kind]}{of}{', or None' if self.optional else ''}"

    def fits(self, value: object) -> bool:
        """Whether the value is of the setting's kind and within its limits."""
        if value is None:
            return self.optional
        if self.kind is str:
            return isinstance(value, str) and is_text(value)
        if self.kind is bool:
            return isinstance(value, bool)
        return is_number(value, self.kind) and (self.limits is None or value in self.limits)  # type: ignore[operator]

    def problem(self, value: object) -> str | None:
        """A sentence on why it cannot have this value; None if it can."""
        return None if self.fits(value) else f"{self.name} is {shown(value)}, expected {self.expected}"

    def still_tells(self, value: object) -> bool:
        """Whether a stored value says what the run is, though it may be more than the limits allow today."""
        if isinstance(value, str):
            return self.fits(value) and (len(value) <= LONGEST_SHOWN or self.name == "text")
        if self.fits(value) or self.limits is None or not is_number(value, self.kind):
            return self.fits(value)
        return self.limits.most < value <= LARGEST_WHOLE  # type: ignore[operator]

    def of(self, task: type[Task] | None) -> "Setting":
        """The same, in a run of such a task: what is never trained may be as wide as it was brought."""
        wide = task is not None and not task.is_trained and self.widest is not None
        return dataclasses.replace(self, limits=self.widest) if wide else self

    def parse(self, text: str) -> Any:
        """The value that a person typed; its limits are for ``fits`` to judge.

        Raises:
            SettingsError: it is not of the setting's kind.
        """
        if self.optional and text.lower() == "none":
            return None
        try:
            return {"true": True, "false": False}[text.lower()] if self.kind is bool else self.kind(text)
        except (ValueError, KeyError):
            expected = self.expected.replace("or None", "or none")
            raise SettingsError(f"{self.name} is “{text[:SHOWN]}”, expected {expected}") from None


def setting(default: Any, label: str, help: str, limits: Limits | None = None, widest: Limits | None = None) -> Any:
    """A dataclass field that is a setting."""
    words = {"label": label, "help": help}
    return dataclasses.field(default=default, metadata={**words, "limits": limits, "widest": widest})


def settings_of(kind: type) -> Mapping[str, Setting]:
    """The settings that a dataclass consists of, by name."""
    found = {}
    for field in dataclasses.fields(kind):
        kinds = get_args(field.type) or (field.type,)
        one = next(each for each in kinds if each is not type(None))
        found[field.name] = Setting(field.name, one, type(None) in kinds, default=field.default, **field.metadata)
    return MappingProxyType(found)


def is_number(value: object, kind: type) -> bool:
    """Whether it is a finite number of that kind; a truth is none, though Python counts with it."""
    if isinstance(value, bool) or not isinstance(value, int if kind is int else int | float):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:  # an int that no float can be
        return False


def is_text(value: str) -> bool:
    """Whether it can be stored and shown: lone surrogates, as from bytes that are no UTF-8, cannot."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
