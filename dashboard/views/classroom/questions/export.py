"""All answers of a room as a CSV file, in which no program takes a text for a formula."""

import csv
import io
import json
import time
from collections.abc import Sequence
from typing import Any

from dashboard.shell.rights.vote_acts import question_in
from lstm_engine.questions import Asked, is_right
from lstm_engine.runs.store.votes import Given, Vote

COLUMNS = (
    *("question", "kind", "asked at", "vote", "turn", "student", "answer", "right", "engine's answer", "answered at"),
    "scene",
)
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def cell(text: str) -> str:
    """A text that spreadsheets show as it is (OWASP, CSV injection): what looks like a formula gets an apostrophe.

    >>> cell("=1+1"), cell(" @x"), cell("anna")
    ("'=1+1", "' @x", 'anna')
    """
    one_line = " ".join(text.split("\n"))
    return f"'{one_line}" if one_line.lstrip().startswith(FORMULA) or one_line.startswith(FORMULA) else one_line


def in_words(asked: Asked, answer: Any) -> str | int | float:
    """An answer as people read it; numbers stay numbers."""
    if asked.kind == "choice":
        return cell(asked.options[answer])
    if asked.kind == "curve":
        return (
            " ".join(f"{value:g}" for value in answer) if answer[0] >= 0 else " " + " ".join(map("{:g}".format, answer))
        )
    number: int | float = answer
    return number


def moment(seconds: float) -> str:
    """A time of the world, to the second."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


def answers_csv(votes: Sequence[Vote], given: Sequence[Given], with_nicknames: bool) -> bytes:
    """The file; who has no nickname, or is to have none, is a number that stays the same through it."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(COLUMNS)
    numbers = {seat: place for place, seat in enumerate(sorted({one.seat_id for one in given}), 1)}
    asked = {vote.id: (vote, question_in(vote)) for vote in votes}
    for one in given:
        vote, question = asked[one.vote_id]
        answer = json.loads(one.answer)
        student = one.nickname if with_nicknames and one.nickname else f"student {numbers[one.seat_id]}"
        writer.writerow(
            [
                cell(question.title),
                question.kind,
                moment(vote.opened_at),
                vote.id,
                one.turn,
                cell(student),
                in_words(question, answer),
                "yes" if is_right(question, answer) else "no",
                in_words(question, question.answer),
                moment(one.answered_at),
                cell(question.scene),
            ]
        )
    return file.getvalue().encode("utf-8-sig", "replace")  # which a spreadsheet knows for UTF-8
