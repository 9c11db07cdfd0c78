"""A question as data: Markdown with a small head, read with an error that says the line and what to do.

.. code-block:: text

    ---
    title: What does the unit hand on?
    kind: choice
    scene: step?task=names&sequence=emma&timestep=3
    unit: argmax(abs(c[t]))
    engine: h[t, u]
    ---
    Unit {u} has the cell state c = {c[t, u]:.2f}. What does it hand on as h?

    ## {c[t, u]:.2f}, its cell state
    if: near(answer, c[t, u])
    The cell state stays inside of the cell.

    ## Why
    h = o · tanh(c).

A choice stands under a heading, with the condition under which it is right: the engine decides, nobody marks it. Of the
other kinds, a heading names a mistake, and ``is:`` computes the answer that it leads to. In braces stand expressions.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlencode, urlsplit

from lstm_engine.errors import SettingsError
from lstm_engine.questions.language import parsed

KINDS = {
    "choice": "one of several answers",
    "number": "a number to type",
    "curve": "a curve to sketch over the timesteps",
    "unit": "a unit to point at",
}
HEAD = ("title", "kind", "scene", "engine", "timestep", "unit", "within", "low", "high")
NEEDED = ("title", "kind", "scene", "engine")
EXPRESSIONS = ("engine", "timestep", "unit", "within", "low", "high")
LONGEST_TEXT = 8_000  # characters of a whole question
LONGEST_TITLE, LONGEST_CHOICE, LONGEST_PART = 120, 200, 1_500
FEWEST_CHOICES, MOST_CHOICES = 2, 8
WHY = "why"
HOLE = re.compile(r"\{([^{}]{1,200}?)(?::([.\d]{0,3}[f%])|:(sign|symbol|label|read))?\}")
SCENE = "a scene is an address of the Step page, such as step?task=names&sequence=emma&timestep=3"


class QuestionError(SettingsError):
    """A question that cannot be read; ``line`` says where, counted from 1, or 0 for the whole."""

    def __init__(self, sentence: str, line: int = 0):
        super().__init__(f"Line {line}: {sentence}" if line else sentence)
        self.line = line


@dataclass(frozen=True)
class Scene:
    """Where a question stands: the parameters of an address of the Step page."""

    parameters: Mapping[str, str]

    @property
    def address(self) -> str:
        """The page and its parameters, as a place of the app is written."""
        return f"step?{urlencode(self.parameters)}"

    def whole(self, name: str, otherwise: int) -> int:
        """A whole number among them."""
        text = self.parameters.get(name, "")
        return int(text) if re.fullmatch(r"\d{1,9}", text) else otherwise


@dataclass(frozen=True)
class Part:
    """A choice, or a mistake: what it says, its condition or value as an expression, and why it is wrong, or right."""

    text: str
    expression: str
    why: str
    line: int = 0


@dataclass(frozen=True)
class Question:
    """A question as it was written; its texts may have expressions in braces.

    Attributes:
        head: its lines, by name. lines: where each stands.
        text: what is asked. parts: choices, or mistakes. why: the explanation.
    """

    head: Mapping[str, str]
    text: str
    parts: tuple[Part, ...]
    why: str
    scene: Scene
    lines: Mapping[str, int] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """Its name in lists."""
        return self.head["title"]

    @property
    def kind(self) -> str:
        """One of ``KINDS``."""
        return self.head["kind"]


def cleaned(text: str) -> str:
    """A text without what cannot be seen, such as marks that turn the direction of all that stands behind them."""
    joiners = "\u200c\u200d"
    kept = (one for one in text if one == "\n" or one in joiners or unicodedata.category(one) not in ("Cc", "Cf", "Cs"))
    return "".join(kept)


def read_scene(address: str, line: int = 0) -> Scene:
    """The scene that an address names, with or without the server's name before it.

    Raises:
        QuestionError: it is no address of the Step page, or says neither run nor task.

    >>> read_scene("http://localhost:8501/step?task=names&timestep=3").parameters["timestep"]
    '3'
    """
    try:
        split = urlsplit(address.strip())
        page = split.path.rstrip("/").rpartition("/")[2]
        parameters = dict(parse_qsl(split.query, max_num_fields=60))
    except ValueError:
        page, parameters = "", {}
    if page != "step":
        raise QuestionError(f"the scene is “{address[:60]}”; {SCENE}", line)
    if not parameters.keys() & {"run", "task"}:
        raise QuestionError(f"the scene names no run and no task; {SCENE}", line)
    return Scene(parameters)


def read_question(text: str) -> Question:
    """A question from its Markdown.

    Raises:
        QuestionError: it is none; the sentence says the line, what was expected, and what to do.
    """
    if len(text) > LONGEST_TEXT:
        raise QuestionError(f"the question has {len(text):,} characters, expected at most {LONGEST_TEXT:,}")
    lines = cleaned(text.replace("\r\n", "\n").replace("\t", " ")).split("\n")
    start = next((number for number, line in enumerate(lines) if line.strip()), len(lines))
    if start == len(lines) or lines[start].strip() != "---":
        raise QuestionError("the head is missing; begin with a line --- and end the head with another", start + 1)
    end = next((number for number in range(start + 1, len(lines)) if lines[number].strip() == "---"), None)
    if end is None:
        raise QuestionError("the head has no end; write a line --- below it", start + 1)
    head, places = read_head(lines, start + 1, end)
    scene = read_scene(head["scene"], places["scene"])
    body, parts, why = read_body(lines, end + 1, head["kind"])
    if not body:
        raise QuestionError("nothing is asked; write the question below the head", end + 1)
    choices = len(parts)
    if head["kind"] == "choice" and not FEWEST_CHOICES <= choices <= MOST_CHOICES:
        raise QuestionError(
            f"there {'is' if choices == 1 else 'are'} {choices} choice{'' if choices == 1 else 's'}, expected "
            f"{FEWEST_CHOICES} to {MOST_CHOICES}; each begins with a line “## …”",
            end + 1,
        )
    if choices > MOST_CHOICES:
        raise QuestionError(f"there are {choices} mistakes, expected at most {MOST_CHOICES}", end + 1)
    return Question(head, body, tuple(parts), why, scene, places)


def read_head(lines: list[str], start: int, end: int) -> tuple[dict[str, str], dict[str, int]]:
    """The head's lines by name, and where each stands."""
    head: dict[str, str] = {}
    places: dict[str, int] = {}
    for number in range(start, end):
        if not lines[number].strip():
            continue
        name, colon, value = lines[number].partition(":")
        name, value = name.strip().lower(), value.strip()
        if not colon or name not in HEAD:
            raise QuestionError(
                f"“{lines[number].strip()[:40]}” is no line of a head; it has {in_words(HEAD)}", number + 1
            )
        if name in head:
            raise QuestionError(f"“{name}” stands in the head twice; leave one out", number + 1)
        if not value:
            raise QuestionError(f"“{name}” says nothing; write it behind the colon, or leave the line out", number + 1)
        head[name], places[name] = value, number + 1
    for name in NEEDED:
        if name not in head:
            raise QuestionError(f"the head has no “{name}”; it needs {in_words(NEEDED)}", start)
    if head["kind"] not in KINDS:
        raise QuestionError(f"the kind is “{head['kind'][:40]}”, expected {in_words(KINDS, 'or')}", places["kind"])
    if len(head["title"]) > LONGEST_TITLE:
        raise QuestionError(f"the title has more than {LONGEST_TITLE} characters; shorten it", places["title"])
    for name in EXPRESSIONS:
        if name in head:
            check_expression(head[name], places[name])
    return head, places


def read_body(lines: list[str], start: int, kind: str) -> tuple[str, list[Part], str]:
    """What is asked, the parts, and the explanation."""
    sections: list[tuple[str, int, list[str]]] = [("", start + 1, [])]
    for number in range(start, len(lines)):
        heading = re.fullmatch(r"##\s*(.*)", lines[number].rstrip())
        if heading:
            sections.append((heading[1].strip(), number + 1, []))
        else:
            sections[-1][2].append(lines[number])
    asked = checked_text(sections[0][2], sections[0][1])
    word, parts, why = ("if" if kind == "choice" else "is"), [], ""
    for title, line, content in sections[1:]:
        if title.lower() == WHY:
            if why:
                raise QuestionError("there are two parts “## Why”; join them", line)
            why = checked_text(content, line)
            continue
        if not title or len(title) > LONGEST_CHOICE:
            raise QuestionError(f"a heading has {len(title)} characters, expected 1 to {LONGEST_CHOICE}", line)
        check_holes(title, line)
        first = next((k for k, one in enumerate(content) if one.strip()), None)
        name, colon, expression = content[first].partition(":") if first is not None else ("", "", "")
        if first is None or name.strip().lower() != word or not colon or not expression.strip():
            expected = (
                "“if:” and the condition under which this choice is right, as in if: near(answer, c[t, u])"
                if kind == "choice"
                else "“is:” and the answer that this mistake leads to, as in is: T"
            )
            raise QuestionError(f"below “## {title[:30]}” stands no condition; expected {expected}", line + 1)
        check_expression(expression.strip(), line + first + 1)
        because = checked_text(content[first + 1 :], line + first + 2)
        if not because:
            raise QuestionError(f"“## {title[:30]}” has no reason; write below it why it is wrong, or right", line)
        parts.append(Part(title, expression.strip(), because, line))
    return asked, parts, why


def checked_text(lines: list[str], line: int) -> str:
    """Paragraphs, each on one line."""
    text = "\n".join(lines).strip()
    if len(text) > LONGEST_PART:
        raise QuestionError(f"this part has {len(text):,} characters, expected at most {LONGEST_PART:,}", line)
    check_holes(text, line)
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in re.split(r"\n\s*\n", text) if paragraph.strip())


def check_holes(text: str, line: int) -> None:
    """Raise QuestionError for what stands in braces and is no expression."""
    for hole in HOLE.finditer(text):
        check_expression(hole[1], line)
    rest = HOLE.sub("", text)
    if "{" in rest or "}" in rest:
        raise QuestionError("a brace is alone; in braces stands an expression, as in {c[t, u]:.2f}", line)


def check_expression(expression: str, line: int) -> None:
    """Raise QuestionError if it is none."""
    try:
        parsed(expression)
    except SettingsError as error:
        raise QuestionError(str(error), line) from None


def in_words(names: object, last: str = "and") -> str:
    """Names as a list in a sentence."""
    *first, end = list(names)  # type: ignore[call-overload]
    return f"{', '.join(first)} {last} {end}" if first else str(end)
