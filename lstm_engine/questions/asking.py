"""A question with the numbers of its scene filled in, and what the engine answers there."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np

from lstm_engine.errors import SettingsError
from lstm_engine.questions.facts import Facts, Make
from lstm_engine.questions.reading import HOLE, Question, QuestionError, Scene

MOST_CURVE = 80  # timesteps that a finger can sketch
MOST_UNITS = 600  # that a finger can find one among
SHARE = 0.15  # of the range: how far a sketched curve may lie off on average, and be right
LARGEST = 1e9
LONGEST_READ = 60  # characters of what was read, the last ones

Answer = int | float | list[float]


@dataclass(frozen=True)
class Asked:
    """A question as a class reads it.

    Attributes:
        title, kind, text: what is asked; paragraphs are apart by an empty line.
        options: choices in order, or the mistakes' names. reasons: why each is wrong, or right.
        why: the explanation of the whole. scene: the address where it stands.
        timestep: counted from 1. unit: counted from 0.
        answer: what the engine computes: a choice, a number, a curve (T,), or a unit.
        number: what the engine computed, as people read it.
        mistakes: the answers that mistakes lead to, as ``answer``; empty where there are choices.
        within: how far off a number may be, or a curve on average.
        low, high: the range of a number or a curve. units: that there are. labels: what is read at each timestep.
        also_right: further units that are as right.
    """

    title: str
    kind: str
    text: str
    options: list[str]
    reasons: list[str]
    why: str
    scene: str
    timestep: int
    unit: int
    answer: Answer
    number: str
    mistakes: list[Answer]
    within: float
    low: float
    high: float
    units: int
    labels: list[str]
    also_right: list[int]

    def to_stored(self) -> dict[str, Any]:
        """As JSON keeps it."""
        return asdict(self)

    @classmethod
    def from_stored(cls, values: dict[str, Any]) -> Self:
        """What ``to_stored`` gave."""
        return cls(**values)

    def without_answer(self) -> dict[str, Any]:
        """What somebody may read before answering."""
        shown = ("title", "kind", "text", "scene", "timestep", "unit", "low", "high", "units", "labels")
        found = {name: getattr(self, name) for name in shown}
        return found | {"options": self.options if self.kind == "choice" else []}

    def the_answer(self) -> dict[str, Any]:
        """What is told when it is revealed."""
        shown = ("answer", "number", "reasons", "why", "mistakes", "within", "also_right", "options")
        return {name: getattr(self, name) for name in shown}


def ask(question: Question, make: Make, scene: Scene) -> Asked:
    """Fill a question in, and have the engine answer it.

    Args:
        make: gives the facts of the scene at a timestep and a unit. scene: the question's, with run and checkpoint.

    Raises:
        QuestionError: the scene lacks what the question speaks of, or not exactly one choice is right there.
    """
    asking = Filling(question, make(*placed(question, make)), scene)
    return asking.done()


def placed(question: Question, make: Make) -> tuple[int, int]:
    """The timestep and the unit that a question chooses, from its scene or by expressions."""
    scene, head = question.scene, question.head
    with at_line(question.lines.get("scene", 0)):
        facts = make(scene.whole("timestep", 1), scene.whole("unit", 0))
    timestep, unit = facts.timestep, facts.unit
    for name in ("timestep", "unit"):
        if name not in head:
            continue
        with at_line(question.lines.get(name, 0)):
            value = facts.number(head[name])
            if value != int(value):
                raise SettingsError(f"“{head[name]}” gives {value:g}, which is no {name}")
            timestep, unit = (int(value), unit) if name == "timestep" else (timestep, int(value))
            facts = make(timestep, unit)
    return timestep, unit


@contextmanager
def at_line(line: int) -> Iterator[None]:
    """Around what is computed from a line; its error says which."""
    try:
        yield
    except QuestionError:
        raise
    except SettingsError as error:
        raise QuestionError(str(error), line) from error


class Filling:
    """A question that is being filled in from its facts."""

    def __init__(self, question: Question, facts: Facts, scene: Scene):
        self.question, self.facts, self.scene = question, facts, scene
        with at_line(question.lines.get("engine", 0)):
            self.value: Any = facts.value(question.head["engine"])

    def done(self) -> Asked:
        """The question."""
        kind, facts, parts = self.question.kind, self.facts, self.question.parts
        T = len(facts.sequence.labels)
        answer, also = self.answer()
        low, high = self.range()
        where = {**self.scene.parameters} | {"timestep": str(facts.timestep), "unit": str(facts.unit)}
        return Asked(
            title=self.question.title,
            kind=kind,
            text=self.filled(self.question.text),
            options=[self.filled(part.text, part.line) for part in parts],
            reasons=[self.filled(part.why, part.line) for part in parts],
            why=self.filled(self.question.why),
            scene=Scene(where).address,
            timestep=facts.timestep,
            unit=facts.unit,
            answer=answer,
            number=written(self.value) if self.value.size == 1 else "",
            mistakes=[] if kind == "choice" else [self.as_answer(part.expression, part.line) for part in parts],
            within=self.within(low, high),
            low=low,
            high=high,
            units=facts.model.architecture.hidden_size if kind == "unit" else 0,
            labels=list(facts.sequence.labels) if T <= MOST_CURVE else [],
            also_right=also,
        )

    def answer(self) -> tuple[Answer, list[int]]:
        """What the engine answers, and further units that are as right."""
        kind, line = self.question.kind, self.question.lines.get("engine", 0)
        if kind == "choice":
            return self.right_choice(), []
        if kind == "unit":
            H = self.facts.model.architecture.hidden_size
            if H > MOST_UNITS:
                raise QuestionError(f"the model has {H:,} units; one can be pointed at among {MOST_UNITS}", line)
            if self.value.shape == (H,):
                best = [int(unit) for unit in np.flatnonzero(self.value >= self.value.max())]
                return best[0], best[1:]
            return self.as_answer(self.question.head["engine"], line), []
        return self.as_answer(self.question.head["engine"], line), []

    def right_choice(self) -> int:
        """The one choice whose condition holds of the engine's value."""
        holding = []
        for place, part in enumerate(self.question.parts):
            with at_line(part.line):
                found = self.facts.value(part.expression, answer=self.answered)
            if found.size != 1:
                raise QuestionError(f"“{part.expression[:60]}” gives {found.size:,} answers, expected one", part.line)
            if bool(found.reshape(())):
                holding.append(place)
        if len(holding) != 1:
            which = "none of the choices is" if not holding else f"{len(holding)} choices are"
            value = written(self.value) if self.value.size == 1 else "several numbers"
            raise QuestionError(
                f"in this scene the engine computes {value}, and {which} right; expected exactly one. Take another "
                "scene, or change the conditions.",
                self.question.lines.get("engine", 0),
            )
        return holding[0]

    def as_answer(self, expression: str, line: int) -> Answer:
        """An expression's value as an answer of the question's kind."""
        with at_line(line):
            value = self.facts.value(expression)
        kind, T = self.question.kind, len(self.facts.sequence.labels)
        if kind == "curve":
            if value.shape != (T,):
                raise QuestionError(f"“{expression}” is no curve over the {T} timesteps, such as c[:, u] is", line)
            if T > MOST_CURVE:
                raise QuestionError(f"the sequence has {T} timesteps; a curve is sketched over {MOST_CURVE}", line)
            return [round(float(one), 4) for one in value]
        if value.size != 1:
            raise QuestionError(f"“{expression}” gives {value.size:,} numbers, expected one", line)
        number = float(value.reshape(()))
        return int(number) if kind == "unit" else number

    def range(self) -> tuple[float, float]:
        """Of a curve or a number: as the head says, or what the engine's values fit into."""
        values = self.value.astype(np.float64)
        edge = 1.0 if np.abs(values).max() <= 1 else math.ceil(np.abs(values).max() * 1.2)
        low, high = (0.0 if values.min() >= 0 else -edge), edge
        low, high = self.said("low", low), self.said("high", high)
        if not low < high:
            raise QuestionError("low must lie below high", self.question.lines.get("low", 0))
        return float(low), float(high)

    def within(self, low: float, high: float) -> float:
        """How far off an answer may be."""
        usual = SHARE * (high - low) if self.question.kind == "curve" else 0.05 * max(1.0, abs(self.single()))
        return self.said("within", usual)

    def said(self, name: str, otherwise: float) -> float:
        """A number of the head."""
        if name not in self.question.head:
            return otherwise
        with at_line(self.question.lines.get(name, 0)):
            return self.facts.number(self.question.head[name])

    def filled(self, text: str, line: int = 0) -> str:
        """A text with its numbers."""

        def number(hole: Any) -> str:
            with at_line(line):
                value = self.facts.number(hole[1], answer=self.answered)
            if hole[3] in ("symbol", "label", "read"):
                return self.named(hole[3], value)
            said = f"{value:+.2f}" if hole[3] else format(value, hole[2]) if hole[2] else written(value)
            return said.replace("%", " %").replace("-", "−")

        return HOLE.sub(number, text)

    def named(self, what: str, value: float) -> str:
        """The symbol that is read at a timestep, all that is read up to it, or what an output stands for."""
        labels, outputs = self.facts.sequence.labels, self.facts.task.vocabulary or ()
        among = outputs if what == "label" else labels
        place = int(value) - (what != "label")
        if not 0 <= place < len(among):
            raise QuestionError(f"there is no {what} {value:g} in this scene; it has {len(among)}")
        if what != "read":
            return among[place]
        separate = "" if all(len(label) == 1 for label in labels) else " "
        return separate.join(labels[: place + 1])[-LONGEST_READ:]

    def single(self) -> float:
        return float(self.value.reshape(())) if self.value.size == 1 else 0.0

    @property
    def answered(self) -> Any:
        """What the engine computed, as expressions call it."""
        return self.single() if self.value.size == 1 else self.value


def written(value: Any) -> str:
    """A number as people read it."""
    number = float(np.asarray(value).reshape(()))
    said = f"{number:,.0f}" if number == int(number) else f"{number:,.2f}" if abs(number) >= 0.01 else f"{number:.3g}"
    return said.replace("-", "−")


def answer_of(asked: Asked, given: Any) -> Answer:
    """An answer as somebody sent it, judged.

    Raises:
        SettingsError: it is no answer to that question.
    """
    if asked.kind in ("choice", "unit"):
        most = len(asked.options) if asked.kind == "choice" else asked.units
        if type(given) is int and 0 <= given < most:
            return given
        raise SettingsError(f"that is no answer to this question; expected a whole number from 0 to {most - 1}")
    if asked.kind == "number":
        if type(given) in (int, float) and math.isfinite(given) and abs(given) <= LARGEST:
            return float(given)
        raise SettingsError("that is no number; type one such as 0.5")
    T = len(asked.labels)
    if not isinstance(given, list) or len(given) != T or not all(type(one) in (int, float) for one in given):
        raise SettingsError(f"that is no curve over the {T} timesteps of this question")
    if not all(math.isfinite(one) for one in given):
        raise SettingsError("a curve is made of finite numbers")
    return [round(min(max(float(one), asked.low), asked.high), 3) for one in given]


def is_right(asked: Asked, given: Answer) -> bool:
    """Whether an answer is what the engine computes, as near as the question wants it."""
    if asked.kind in ("choice", "unit"):
        return given == asked.answer or given in asked.also_right
    return distance(given, asked.answer) <= asked.within


def distance(left: Answer, right: Answer) -> float:
    """How far two answers lie apart, curves on average."""
    return float(np.abs(np.subtract(left, right)).mean())


def mistake_in(asked: Asked, given: Answer) -> int | None:
    """Which of a question's choices or mistakes an answer is; None if it is none of them."""
    if asked.kind == "choice":
        return given if isinstance(given, int) else None
    for place, mistake in enumerate(asked.mistakes):
        near = given == mistake if asked.kind == "unit" else distance(given, mistake) <= asked.within
        if near:
            return place
    return None
