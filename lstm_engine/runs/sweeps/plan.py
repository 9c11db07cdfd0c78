"""A sweep as data: what is varied from which settings, how it is chosen, with how many seeds, and when it is given up.

The same plan gives the same runs with the same numbers, wherever and whenever: it is kept with the sweep, stands in its
link, and is what the command line takes.
"""

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np

from lstm_engine.checks import shown
from lstm_engine.errors import EngineError, SettingsError
from lstm_engine.runs.fields import is_number
from lstm_engine.runs.presets import PRESET_NAMES, PUBLISHED, preset
from lstm_engine.runs.settings import SETTINGS, RunSettings
from lstm_engine.runs.sweeps.halving import Halving
from lstm_engine.runs.sweeps.space import Axis, axis_of, varied, written
from lstm_engine.tasks import KINDS

MOST_RUNS = 2_000  # of a sweep: what its table, its picture and the store can take
MOST_LOOKED_AT = 100_000  # choices of a grid that are gone through to see which conditions leave
MOST_SEEDS = 100
MOST_MINUTES = 100_000
LONGEST_PLAN = 20_000  # characters of JSON
LONGEST_TITLE = 60
TRIES = 50  # draws for each random choice, before a space is taken for used up
GRID, RANDOM = "grid", "random"
FIELDS = ("title", "task", "preset", "set", "space", "method", "choices", "draw", "seeds", "halving", "minutes")


@dataclass(frozen=True)
class Trial:
    """One run of a sweep.

    Attributes:
        place: in the sweep, from 0. choice: which of its choices of settings, from 0; trials of one choice differ in
            their seed alone. values: what is varied, by name; what a condition leaves out is not among it.
        settings: of the run, whole.
    """

    place: int
    choice: int
    values: Mapping[str, Any]
    settings: RunSettings


@dataclass(frozen=True)
class Plan:
    """See the head of this file.

    Attributes:
        task, preset: what all runs begin from; where tasks are varied, each task's own preset of that name.
        fixed: settings that differ from it in all runs. axes: what is varied.
        method: ``grid`` tries all values together, ``random`` draws ``choices`` of them (Bergstra and Bengio 2012),
            always the same ones for one ``draw``.
        seeds: runs of each choice, which differ in their seed. halving: when hopeless choices are given up, if at all.
        minutes: after so many of training nothing new is begun, and what trains is stopped; None for no bound.

    Raises:
        SettingsError: there is nothing to train, too much, or what cannot be; the message says which and what to do.
    """

    task: str
    axes: tuple[Axis, ...] = ()
    preset: str = PUBLISHED
    fixed: Mapping[str, Any] = field(default_factory=dict)
    method: str = GRID
    choices: int | None = None
    draw: int = 0
    seeds: int = 1
    halving: Halving | None = None
    minutes: float | None = None
    title: str = ""

    def __post_init__(self) -> None:
        self._check_parts()
        self._check_conditions()
        if (number := self.most_runs) > MOST_RUNS:
            raise SettingsError(too_many(number, len(self.axes)))
        self.trials  # every run's settings are judged before the first is made  # noqa: B018

    def __hash__(self) -> int:
        return hash(self.to_json())

    def _check_parts(self) -> None:
        if self.task not in KINDS:
            raise SettingsError(f"there is no task {shown(self.task)}; choose one of {', '.join(KINDS)}")
        if self.preset not in PRESET_NAMES:
            raise SettingsError(f"there is no preset {shown(self.preset)}; choose one of {', '.join(PRESET_NAMES)}")
        names = [axis.name for axis in self.axes]
        for name in names:
            if names.count(name) > 1:
                raise SettingsError(f"{name} is varied twice; write all its values in one place")
            if name in self.fixed:
                raise SettingsError(f"{name} is both set and varied; leave out one of them")
        for name in self.fixed:
            if name not in SETTINGS or name in ("task", "text", "pace"):
                known = ", ".join(known for known in SETTINGS if known not in ("task", "text", "pace"))
                raise SettingsError(f"there is no setting {shown(name)} to set; choose one of {known}")
        tasks = next((axis.values for axis in self.axes if axis.name == "task"), (self.task,))
        for task in tasks:
            if task not in KINDS:
                raise SettingsError(f"there is no task {shown(task)}; choose one of {', '.join(KINDS)}")
            if KINDS[task].learns_from_text:
                why = "learns from a text of your own, which no sweep's link can hold; begin its runs one by one"
                raise SettingsError(f"the task {task} {why}, and lay them over each other on Compare")
        if not is_number(self.seeds, int) or not 1 <= self.seeds <= MOST_SEEDS:
            raise SettingsError(f"seeds is {shown(self.seeds)}, expected a whole number from 1 to {MOST_SEEDS}")
        if self.method not in (GRID, RANDOM):
            raise SettingsError(f"method is {shown(self.method)}, expected grid or random")
        if not self.axes and self.seeds == 1:
            raise SettingsError(
                "the sweep is empty: it varies nothing; name a setting and its values, or several seeds"
            )
        if self.method == RANDOM and not self.axes:
            raise SettingsError("a random choice needs a setting to draw; name one, with a range or a list")
        if self.method == RANDOM and (not is_number(self.choices, int) or self.choices < 1):  # type: ignore[operator]
            raise SettingsError(f"choices is {shown(self.choices)}, expected how many to draw, a whole number above 0")
        if self.method == GRID and self.choices is not None:
            raise SettingsError("a grid tries all values together, so choices cannot be set; leave it out, or draw")
        if not is_number(self.draw, int) or not 0 <= self.draw < 2**32:
            raise SettingsError(f"draw is {shown(self.draw)}, expected a whole number from 0 to {2**32 - 1:,}")
        if self.minutes is not None and (not is_number(self.minutes, float) or not 0 < self.minutes <= MOST_MINUTES):
            raise SettingsError(
                f"minutes is {shown(self.minutes)}, expected a number above 0, at most {MOST_MINUTES:,}"
            )

    def _check_conditions(self) -> None:
        by_name = {axis.name: axis for axis in self.axes}
        for axis in self.axes:
            for other, values in axis.where:
                if other not in by_name:
                    raise SettingsError(f"{axis.name} depends on {other}, which is not varied; vary it, or drop that")
                taken = by_name[other]
                if not taken.is_range and (missing := [value for value in values if value not in taken.values]):
                    raise SettingsError(
                        f"{axis.name} is varied where {other} is {written(missing[0])}, which {other} never is; it is "
                        f"{', '.join(map(written, taken.values))}"
                    )
        self.in_order  # noqa: B018

    @cached_property
    def in_order(self) -> tuple[Axis, ...]:
        """The axes, each behind those that it depends on; raises SettingsError if they go round in a circle."""
        found: list[Axis] = []
        left = list(self.axes)
        while left:
            known = {axis.name for axis in found}
            ready = [axis for axis in left if all(other in known for other, _ in axis.where)]
            if not ready:
                circle = ", ".join(axis.name for axis in left)
                raise SettingsError(f"{circle} depend on each other in a circle; drop one of the conditions")
            found.append(ready[0])
            left.remove(ready[0])
        return tuple(found)

    @property
    def most_runs(self) -> int:
        """How many runs there are, conditions aside; nothing is gone through to count them."""
        if self.method == RANDOM:
            return (self.choices or 0) * self.seeds
        grid = math.prod(len(axis.values) for axis in self.axes)
        if grid <= MOST_LOOKED_AT and any(axis.where for axis in self.axes):
            grid = sum(1 for _ in self._grid({}, 0))
        return grid * self.seeds

    def _grid(self, values: dict[str, Any], place: int) -> Iterator[dict[str, Any]]:
        """All choices, the last setting turning fastest."""
        if place == len(self.in_order):
            yield values
            return
        axis = self.in_order[place]
        if not holds(axis, values):
            yield from self._grid(values, place + 1)
            return
        for value in axis.values:
            yield from self._grid({**values, axis.name: value}, place + 1)

    def _drawn(self) -> Iterator[dict[str, Any]]:
        """As many different choices as were asked for."""
        generator = np.random.default_rng(self.draw)
        known: set[tuple[Any, ...]] = set()
        wanted = self.choices or 0
        for _ in range(TRIES * wanted):
            values: dict[str, Any] = {}
            for axis in self.in_order:
                if holds(axis, values):
                    values[axis.name] = axis.draw(generator)
            if (key := tuple(values.items())) not in known:
                known.add(key)
                yield values
            if len(known) == wanted:
                return
        raise SettingsError(
            f"{wanted:,} different choices were asked for, and only {len(known):,} were found; ask for fewer, "
            "or vary more"
        )

    @cached_property
    def trials(self) -> tuple[Trial, ...]:
        """All runs, those of the first seed first, so that half a sweep tells of all choices.

        Raises:
            SettingsError: one of them cannot be trained; the message says what was varied there.
        """
        found = []
        choices = [*(self._drawn() if self.method == RANDOM else self._grid({}, 0))]
        bases: dict[str, RunSettings] = {}
        for number, values in enumerate(choices):
            task = values.get("task", self.task)
            try:
                if task not in bases:
                    bases[task] = replace(preset(self.preset, task), **{**self.fixed, "pace": 0.0})
                rest = {name: value for name, value in values.items() if name != "task"}
                settings = replace(bases[task], **rest)
            except (EngineError, TypeError) as error:
                said = "; ".join(f"{name} = {written(value)}" for name, value in values.items())
                where = f"Where {said}: " if values else ""
                raise SettingsError(f"{where}{error}") from error
            if self.halving is not None:
                self.halving.check(settings.end_step)
            found.append((number, values, settings))
        by_seed = [
            (number, values, replace(settings, seed=(settings.seed + seed) % 2**32))
            for seed in range(self.seeds)
            for number, values, settings in found
        ]
        return tuple(Trial(place, *trial) for place, trial in enumerate(by_seed))

    def to_json(self) -> str:
        """As it is kept, and stands in links."""
        return json.dumps(self.to_data(), ensure_ascii=False, separators=(",", ":"))

    def to_data(self) -> dict[str, Any]:
        """As JSON holds it; what is as it would be anyway is left out."""
        data: dict[str, Any] = {"task": self.task}
        if self.title:
            data["title"] = self.title
        if self.preset != PUBLISHED:
            data["preset"] = self.preset
        if self.fixed:
            data["set"] = dict(self.fixed)
        if self.axes:
            data["space"] = {axis.name: axis.to_data() for axis in self.axes}
        if self.method == RANDOM:
            data |= {"method": RANDOM, "choices": self.choices, "draw": self.draw}
        if self.seeds != 1:
            data["seeds"] = self.seeds
        if self.halving is not None:
            data["halving"] = {"steps": self.halving.steps, "keep": self.halving.keep}
        if self.minutes is not None:
            data["minutes"] = self.minutes
        return data

    @staticmethod
    def from_json(text: str) -> "Plan":
        """Raises SettingsError if the text is no plan; the message says what is wrong with it."""
        if len(text) > LONGEST_PLAN:
            raise SettingsError(f"the plan has {len(text):,} characters, expected at most {LONGEST_PLAN:,}")
        try:
            data = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise SettingsError(f"the plan cannot be read as JSON: {str(error)[:100]}") from None
        return Plan.from_data(data)

    @staticmethod
    def from_data(data: object) -> "Plan":
        """The same from what JSON holds."""
        if not isinstance(data, dict):
            raise SettingsError(f"the plan is {shown(data)}, expected an object with {', '.join(FIELDS)}")
        if unknown := sorted(data.keys() - set(FIELDS)):
            raise SettingsError(f"the plan has {shown(unknown[0])}, expected some of {', '.join(FIELDS)}")
        space, fixed = data.get("space", {}), data.get("set", {})
        title, halving = data.get("title", ""), data.get("halving")
        if not isinstance(space, dict) or not isinstance(fixed, dict):
            wrong = space if not isinstance(space, dict) else fixed
            raise SettingsError(f"space and set are settings by name, not {shown(wrong)}")
        if not isinstance(title, str):
            raise SettingsError(f"title is {shown(title)}, expected text")
        if not isinstance(data.get("task"), str):
            raise SettingsError(
                f"the plan names the task {shown(data.get('task'))}, expected one of {', '.join(KINDS)}"
            )
        named = {"preset": "preset", "method": "method", "choices": "choices", "draw": "draw", "seeds": "seeds"}
        rest = {key: data[name] for name, key in named.items() if name in data}
        return Plan(
            task=data["task"],
            axes=tuple(axis_of(name, said) for name, said in space.items()),
            fixed={name: fixed_value(name, value) for name, value in fixed.items()},
            halving=None if halving is None else Halving.of(halving),
            minutes=data.get("minutes"),
            title=title[:LONGEST_TITLE],
            **rest,
        )


def holds(axis: Axis, values: Mapping[str, Any]) -> bool:
    """Whether a setting is varied, given the values of those that it depends on."""
    return all(other in values and values[other] in allowed for other, allowed in axis.where)


def fixed_value(name: str, value: object) -> object:
    """A value that is set in all runs; a whole number where any number fits is one."""
    if name != "seed":
        varied(name)
    return float(value) if SETTINGS[name].kind is float and is_number(value, int) else value  # type: ignore[arg-type]


def too_many(number: int, settings: int) -> str:
    """What to say of too many runs."""
    what = "a setting" if settings < 2 else f"{settings} settings"
    return (
        f"the sweep would have {number:,} runs, expected at most {MOST_RUNS:,}; give {what} fewer values, train fewer "
        "seeds, or draw some choices at random"
    )
