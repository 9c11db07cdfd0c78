"""What a sweep varies: for each setting a list of values or a range, and where it matters; judged before anything runs.

As people write it, in the app and in a terminal alike::

    learning_rate = 0.0001..0.1 log 7      seven values, evenly spaced on a logarithmic scale
    hidden_size = 16..64 4                 four whole numbers, evenly spaced
    variant = standard, gru, rnn           these
    forget_bias = 0, 1, 5 where variant = standard, vanilla
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from lstm_engine.checks import SHOWN, shown
from lstm_engine.errors import SettingsError
from lstm_engine.runs.fields import Setting, is_number
from lstm_engine.runs.settings import SETTINGS

NOT_VARIED = ("text", "seed", "pace")  # a text is no number; seeds are counted; a sweep goes as fast as it can
VARIED = tuple(name for name in SETTINGS if name not in NOT_VARIED)
MOST_VALUES = 1_000  # of one setting
SCALES = ("linear", "log")
RANGE = re.compile(r"(?P<least>[^.\s]\S*?)\s*\.\.\s*(?P<most>\S+)(?:\s+(?P<scale>log|linear))?(?:\s+(?P<points>\S+))?")
Where = Mapping[str, tuple[Any, ...]]


@dataclass(frozen=True)
class Axis:
    """One setting that a sweep varies.

    Attributes:
        name: of the setting.
        values: all that a grid takes of it, in order.
        least, most, scale: of a range, from which a random choice draws anything in between; None of a list.
        where: settings that must have one of these values; elsewhere the setting is not varied, and is as it was.
    """

    name: str
    values: tuple[Any, ...]
    least: float | None = None
    most: float | None = None
    scale: str = "linear"
    where: tuple[tuple[str, tuple[Any, ...]], ...] = ()

    @property
    def is_range(self) -> bool:
        """Whether it is a range rather than a list."""
        return self.least is not None

    def draw(self, generator: np.random.Generator) -> Any:
        """A random value: one of a list, or anywhere in a range, evenly on its scale."""
        if self.least is None or self.most is None:
            return self.values[int(generator.integers(len(self.values)))]
        return self.between(float(generator.random()))

    def between(self, share: float) -> Any:
        """The value that lies so far on the way through the range, from 0 to 1."""
        least, most = float(self.least or 0), float(self.most or 0)
        log = self.scale == "log"
        value = math.exp(math.log(least) + share * math.log(most / least)) if log else least + share * (most - least)
        # digits beyond the sixth say nothing, and would make names and tables hard to read
        value = min(max(float(f"{value:.6g}"), least), most)
        return round(value) if SETTINGS[self.name].kind is int else value

    def to_data(self) -> dict[str, Any]:
        """As JSON holds it; ``axis_of`` reads it."""
        more = {"where": {name: list(values) for name, values in self.where}} if self.where else {}
        if self.is_range:
            points = {"from": self.least, "to": self.most, "scale": self.scale, "points": len(self.values)}
            return {**points, **more}
        return {"values": list(self.values), **more}

    def in_words(self) -> str:
        """As people write it; ``read_axis`` reads it."""
        where = " and ".join(f"{name} = {', '.join(map(written, values))}" for name, values in self.where)
        if self.is_range:
            scale = " log" if self.scale == "log" else ""
            said = f"{written(self.least)}..{written(self.most)}{scale} {len(self.values)}"
        else:
            said = ", ".join(map(written, self.values))
        return f"{said} where {where}" if where else said


def written(value: object) -> str:
    """A value as ``Setting.parse`` reads it."""
    if isinstance(value, bool) or value is None:
        return str(value).lower()
    return f"{value:.10g}" if isinstance(value, float) else str(value)


def varied(name: object) -> Setting:
    """The setting of that name, which can be varied.

    Raises:
        SettingsError: there is none, or it cannot.
    """
    if name == "seed":
        raise SettingsError("seed is not varied like other settings; say how many seeds each choice is trained with")
    if name == "pace":
        raise SettingsError("pace is not varied, since it changes no number; a sweep trains as fast as it can")
    if not isinstance(name, str) or name not in VARIED:
        raise SettingsError(f"there is no setting {shown(name)} to vary; choose one of {', '.join(VARIED)}")
    return SETTINGS[name]


def axis(name: str, values: Sequence[Any], where: Where | None = None) -> Axis:
    """A list of values.

    Raises:
        SettingsError: it is empty, has a value twice, or one that the setting cannot have.
    """
    setting = varied(name)
    if not values:
        raise SettingsError(f"{name} has no values to try; write at least one")
    if len(values) > MOST_VALUES:
        raise SettingsError(f"{name} has {len(values):,} values, expected at most {MOST_VALUES:,}")
    found = []
    for value in values:
        fits_float = setting.kind is float and is_number(value, int)
        one = float(value) if fits_float else value
        if (problem := setting.problem(one)) is not None:
            raise SettingsError(problem)
        if one in found:
            raise SettingsError(f"{name} has the value {written(one)} twice; write each once")
        found.append(one)
    return Axis(name, tuple(found), where=judged_where(name, where or {}))


def axis_range(
    name: str, least: float, most: float, points: int, scale: str = "linear", where: Where | None = None
) -> Axis:
    """A range, of which a grid takes so many points, both ends among them.

    Raises:
        SettingsError: the setting is no number, the ends contradict each other, or cannot be had.
    """
    setting = varied(name)
    if setting.kind not in (int, float):
        raise SettingsError(f"{name} is no number, so it has no range; list its values, with commas between")
    for end in (least, most):
        if (
            problem := setting.problem(round(end) if setting.kind is int and float(end).is_integer() else end)
        ) is not None:
            raise SettingsError(problem)
    if not least < most:
        raise SettingsError(f"{name} goes from {written(least)} to {written(most)}, expected a range that grows")
    if scale not in SCALES:
        raise SettingsError(f"{name} has the scale {shown(scale)}, expected linear or log")
    if scale == "log" and least <= 0:
        raise SettingsError(
            f"{name} begins at {written(least)}, which a logarithmic scale does not reach; begin above 0, or leave "
            "out log"
        )
    if not is_number(points, int) or not 2 <= points <= MOST_VALUES:
        raise SettingsError(f"{name} has {shown(points)} points, expected a whole number from 2 to {MOST_VALUES:,}")
    kind = float if setting.kind is float else int
    empty = Axis(name, (), kind(least), kind(most), scale)
    values = dict.fromkeys(empty.between(k / (points - 1)) for k in range(points))  # whole numbers may meet
    return Axis(name, tuple(values), kind(least), kind(most), scale, judged_where(name, where or {}))


def judged_where(name: str, where: Where) -> tuple[tuple[str, tuple[Any, ...]], ...]:
    """A condition, each of its values one that the named setting can have."""
    found = []
    for other, values in where.items():
        setting = varied(other)
        if other == name:
            raise SettingsError(f"{name} cannot depend on itself")
        if not values:
            raise SettingsError(f"{name} is varied where {other} has no value at all; write at least one")
        for value in values:
            if (problem := setting.problem(value)) is not None:
                raise SettingsError(problem)
        found.append((other, tuple(values)))
    return tuple(found)


def axis_of(name: str, data: object) -> Axis:
    """From the JSON that ``Axis.to_data`` gives.

    Raises:
        SettingsError: it is no such thing; the message says what is wrong.
    """
    if isinstance(data, list):
        data = {"values": data}
    if not isinstance(data, dict):
        raise SettingsError(f"{shown(name)} is varied over {shown(data)}, expected a list of values or a range")
    unknown = data.keys() - {"values", "from", "to", "scale", "points", "where"}
    if unknown:
        raise SettingsError(f"{shown(name)} has {shown(sorted(unknown)[0])}, expected values, or from, to and points")
    said = data.get("where", {})
    if not isinstance(said, dict) or not all(isinstance(values, list) for values in said.values()):
        raise SettingsError(f"{shown(name)} is varied where {shown(said)}, expected settings with lists of values")
    where = {other: tuple(values) for other, values in said.items()}
    if "values" in data:
        if data.keys() & {"from", "to", "points", "scale"}:
            raise SettingsError(f"{shown(name)} has both a list of values and a range; write one of them")
        if not isinstance(data["values"], list):
            raise SettingsError(f"{shown(name)} has the values {shown(data['values'])}, expected a list")
        return axis(name, data["values"], where)
    least, most = data.get("from"), data.get("to")
    if not (is_number(least, float) and is_number(most, float)):
        raise SettingsError(f"{shown(name)} goes from {shown(least)} to {shown(most)}, expected two numbers")
    scale, points = data.get("scale", "linear"), data.get("points", 2)
    return axis_range(name, least, most, points, scale, where)  # type: ignore[arg-type]


def read_axis(name: str, text: str) -> Axis:
    """From what a person wrote, as the head of this file shows it.

    Raises:
        SettingsError: it cannot be read so.
    """
    name = name.strip()
    setting = varied(name)
    said, *rest = re.split(r"\bwhere\b", text, maxsplit=1)
    said, condition = said.strip(), rest[0] if rest else ""
    where: dict[str, tuple[Any, ...]] = {}
    for part in re.split(r"\band\b", condition) if rest else []:
        other, given, values = part.partition("=")
        if not given:
            raise SettingsError(f"“{part.strip()[:SHOWN]}” is no condition; write: where variant = standard, gru")
        where[other.strip()] = tuple(varied(other.strip()).parse(one) for one in listed(values))
    found = RANGE.fullmatch(said)
    if found is None:
        return axis(name, [setting.parse(one) for one in listed(said)], where)
    try:
        least, most = float(found["least"]), float(found["most"])
        points = int(found["points"] or 5)
    except ValueError:
        raise SettingsError(
            f"{name} is “{said[:SHOWN]}”, expected a range such as 0.001..0.1 log 5: from, to, log or nothing, and how "
            "many points"
        ) from None
    return axis_range(name, least, most, points, found["scale"] or "linear", where)


def listed(text: str) -> list[str]:
    """Values with commas between."""
    return [part.strip() for part in text.split(",") if part.strip()]
