"""A class experiment: a plan that says what each student may vary and within which limits, what students choose, and
the run that follows from it.

All runs of an experiment are alike but for what is varied, the seed included, so that a difference between two curves
is the difference of what their students chose.
"""

import json
import math
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from lstm_engine import tasks
from lstm_engine.cell.in_words import in_words as cell_words
from lstm_engine.cell.variants import VARIANTS
from lstm_engine.checks import shown
from lstm_engine.errors import EngineError, SettingsError
from lstm_engine.runs.rooms import MOST_NICKNAME, nickname_key, odd_sign
from lstm_engine.runs.settings import LIMITS, SETTINGS, RunSettings
from lstm_engine.tasks.characters import FEWEST_CHARACTERS, OwnTextTask

LETTERS = "letters"
CELL = "variant"
# what can be varied: in this order on all screens, each with what it is called there and what it does
NUMBERS: Mapping[str, str] = {
    "learning_rate": "learning rate",
    "hidden_size": "units",
    "forget_bias": "forget bias",
    "sequence_length": "sequence length",
    "batch_size": "batch size",
    "seed": "seed",
}
CALLED: Mapping[str, str] = {LETTERS: "letters", CELL: "cell", **NUMBERS}
WHOLE_STEP = {"hidden_size": 4}  # so that each choice can be divided among the heads of a cell that has some
LONGEST_TITLE = 80  # characters
MOST_MINUTES = 24 * 60
REPEATED = 2 * FEWEST_CHARACTERS  # characters of a text that is made of a few letters


@dataclass(frozen=True)
class Freedom:
    """One thing that students vary.

    Attributes:
        name: a key of ``CALLED``.
        low, high: of a number. choices: names of cells.
    """

    name: str
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.name not in CALLED:
            raise SettingsError(f"nothing is called {shown(self.name)} that could be varied; {known(CALLED)}")
        if self.name == CELL:
            wrong = [name for name in self.choices if name not in VARIANTS]
            if wrong or len(set(self.choices)) < 2 or len(set(self.choices)) != len(self.choices):
                what = f"there is no cell {shown(wrong[0])}" if wrong else "fewer than two cells are to choose from"
                raise SettingsError(f"{what}; {known(VARIANTS)}")
        elif self.name in NUMBERS:
            for value in (self.low, self.high):
                problem = SETTINGS[self.name].problem(value)
                if problem is not None or value is None:
                    raise SettingsError(problem or f"{CALLED[self.name]} needs a lowest and a highest value")
            assert self.low is not None
            assert self.high is not None
            if self.low >= self.high:
                raise SettingsError(
                    f"{CALLED[self.name]} goes from {self.low:g} to {self.high:g}; expected a lowest value below the "
                    "highest"
                )

    def judged(self, value: object) -> Any:
        """What somebody chose, as it is kept.

        Raises:
            SettingsError: it is none of what may be chosen; the sentence says what may.
        """
        if self.name == LETTERS:
            return letters_of(value)
        if self.name == CELL:
            if value not in self.choices:
                names = ", ".join(cell_words(name).name for name in self.choices)
                raise SettingsError(f"{shown(value)} is none of the cells of this experiment: {names}.")
            return value
        whole = SETTINGS[self.name].kind is int
        assert self.low is not None
        assert self.high is not None
        if not SETTINGS[self.name].fits(value) or not self.low <= value <= self.high:  # type: ignore[operator]
            raise SettingsError(
                f"The {CALLED[self.name]} may be {'a whole number ' if whole else ''}from {self.low:g} to "
                f"{self.high:g} in this experiment, not {shown(value)}."
            )
        return value

    def to_json(self) -> dict[str, Any]:
        """For whoever draws a field for it, and for ``from_json``."""
        found: dict[str, Any] = {"name": self.name}
        if self.name == CELL:
            return found | {"choices": list(self.choices)}
        return found if self.name == LETTERS else found | {"low": self.low, "high": self.high}

    @classmethod
    def from_json(cls, values: object) -> "Freedom":
        """Raises SettingsError if it is none."""
        if not isinstance(values, dict) or not isinstance(values.get("name"), str):
            raise SettingsError("what is varied is an object with a name")
        choices = values.get("choices", [])
        if not isinstance(choices, list) or not all(isinstance(one, str) for one in choices):
            raise SettingsError("the cells to choose from are a list of names")
        return cls(values["name"], values.get("low"), values.get("high"), tuple(choices))


@dataclass(frozen=True)
class Plan:
    """What a teacher asks a class to try.

    Attributes:
        title: a line of text.
        base: the settings of all runs but for what is varied.
        freedoms: what is varied, in the order of ``CALLED``.
        tries: runs that each student may begin.
        minutes: for which runs may be begun; None until it is frozen.

    Raises:
        SettingsError: it cannot be carried out; the sentence says why.
    """

    title: str
    base: RunSettings
    freedoms: tuple[Freedom, ...]
    tries: int = 1
    minutes: float | None = None

    def __post_init__(self) -> None:
        names = [one.name for one in self.freedoms]
        if not names or len(set(names)) != len(names):
            raise SettingsError("an experiment varies at least one thing, and each once; choose what students may vary")
        if not self.title.strip() or len(self.title) > LONGEST_TITLE:
            raise SettingsError(f"an experiment has a title of at most {LONGEST_TITLE} characters")
        if type(self.tries) is not int or self.tries < 1:
            raise SettingsError(f"each student has at least one run, not {shown(self.tries)}")
        if self.minutes is not None and not 0 < self.minutes <= MOST_MINUTES:
            raise SettingsError(f"minutes are more than 0 and at most {MOST_MINUTES:,}, or none")
        if LETTERS in names and self.base.task != OwnTextTask.name:
            raise SettingsError("letters are varied where a text is learned")
        if not tasks.KINDS.get(self.base.task, OwnTextTask).is_trained or self.base.task not in tasks.KINDS:
            raise SettingsError("what an experiment learns can be trained; a model that was brought cannot")
        order = list(CALLED)
        object.__setattr__(self, "freedoms", tuple(sorted(self.freedoms, key=lambda one: order.index(one.name))))

    def judged(self, chosen: object) -> dict[str, Any]:
        """What a student chose, as it is kept: a value for each freedom, and for nothing else.

        Raises:
            SettingsError: something is missing, too much, or may not be chosen.
        """
        names = {one.name for one in self.freedoms}
        if not isinstance(chosen, dict) or set(chosen) != names:
            raise SettingsError(
                f"In this experiment you choose: {', '.join(CALLED[one.name] for one in self.freedoms)}."
            )
        return {one.name: one.judged(chosen[one.name]) for one in self.freedoms}

    def settings_for(self, chosen: Mapping[str, Any]) -> RunSettings:
        """The run's settings of somebody who chose that, as ``judged`` gives it.

        Raises:
            SettingsError: together they cannot be.
        """
        values = {name: value for name, value in chosen.items() if name != LETTERS}
        if LETTERS in chosen:
            values["text"] = spelled(chosen[LETTERS])
        return replace(self.base, **values)

    def largest(self) -> RunSettings:
        """The largest run that anybody may begin, to judge what it costs."""
        sizes = {
            one.name: one.high
            for one in self.freedoms
            if one.name in ("hidden_size", "sequence_length", "batch_size") and one.high is not None
        }
        cells = next((one.choices for one in self.freedoms if one.name == CELL), (self.base.variant,))
        found: list[RunSettings] = []
        for cell in cells:
            try:
                found.append(replace(self.base, variant=cell, **sizes))  # type: ignore[arg-type]
            except SettingsError as error:
                raise SettingsError(f"With the {cell_words(cell).name}: {error}") from error
        return max(found, key=lambda settings: settings.build_model().num_parameters)

    def in_words(self, chosen: Mapping[str, Any]) -> str:
        """What somebody chose, in a few words.

        >>> Plan("Try", RunSettings(), (Freedom("learning_rate", 0.001, 0.1),)).in_words({"learning_rate": 0.01})
        'learning rate 0.01'
        """
        return ", ".join(part_in_words(one.name, chosen[one.name]) for one in self.freedoms if one.name in chosen)

    def to_json(self) -> str:
        """As it is stored."""
        return json.dumps(
            {
                "title": self.title,
                "base": self.base.to_json(),
                "freedoms": [one.to_json() for one in self.freedoms],
                "tries": self.tries,
                "minutes": self.minutes,
            }
        )

    @classmethod
    def from_json(cls, text: str) -> "Plan":
        """Raises SettingsError if today's code cannot carry it out."""
        try:
            values = json.loads(text)
            freedoms = tuple(map(Freedom.from_json, values["freedoms"]))
            base = RunSettings.from_json(values["base"])
            return cls(values["title"], base, freedoms, values["tries"], values["minutes"])
        except EngineError as error:
            raise SettingsError(f"This version cannot carry out the experiment: {error}") from error
        except (ValueError, KeyError, TypeError) as error:
            raise SettingsError(f"What is stored of the experiment cannot be read: {error}") from error


def letters_of(value: object) -> str:
    """The letters that somebody's cell is to learn, as they are kept; what a nickname may be, they may be.

    Raises:
        SettingsError: they are none.
    """
    letters = " ".join(unicodedata.normalize("NFC", value[:1_000]).split()) if isinstance(value, str) else ""
    if len(nickname_key(letters)) < 2:
        raise SettingsError("Type the letters that your cell is to learn, two at least: your name, for one.")
    if len(letters) > MOST_NICKNAME:
        raise SettingsError(f"Those are {len(letters):,} letters; {MOST_NICKNAME} may be learned here.")
    odd = odd_sign(letters)
    if odd:
        raise SettingsError(f"Letters, digits, blanks and - _ . ’ can be learned here; yours have {odd} among them.")
    return letters


def spelled(letters: str) -> str:
    """A text that says them again and again, a line each time, long enough to be learned from."""
    line = f"{letters}\n"
    return line * math.ceil(REPEATED / len(line))


def part_in_words(name: str, value: Any) -> str:
    """One thing that was chosen."""
    if name == LETTERS:
        return f"“{value}”"
    if name == CELL:
        return cell_words(value).name
    return f"{value:g} units" if name == "hidden_size" else f"{CALLED[name]} {value:g}"


def known(names: Mapping[str, Any]) -> str:
    """What could have been meant."""
    return f"choose of {', '.join(names)}"


def number_limits(name: str) -> tuple[float, float]:
    """The widest range that a number of ``NUMBERS`` may be varied in."""
    limits = LIMITS[name]
    return limits.least, limits.most
