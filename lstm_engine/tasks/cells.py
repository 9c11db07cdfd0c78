"""The cells of a table: numbers as people write them, dates, and the many ways to say that there is nothing."""

import math
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Literal

Decimal = Literal[".", ","]

MISSING = frozenset(
    {"", "-", "–", "—", "?", ".", "..", "na", "n/a", "n.a.", "nan", "null", "none", "nil", "#n/a", "k. a."}
)
DATE_FORMATS = (
    *(
        f"{date}{time}"
        for date in ("%Y-%m-%d", "%Y/%m/%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%d.%m.%y")
        for time in ("", " %H:%M", " %H:%M:%S")
    ),
    "%Y-%m",
    "%m/%Y",
    "%d %b %Y",
    "%d %B %Y",
    "%b %d, %Y",
    "%H:%M",
    "%H:%M:%S",
)
SPACES = "\u00a0\u2009\u202f '’_"  # between groups of three digits
UNITS = re.compile(r"^[^\w.,+\-−]+|[^\w.,)]+$|\s*(?:%|‰|°\s?[CFK]?|[$€£¥]|EUR|USD|CHF|GBP)$|^(?:EUR|USD|CHF|GBP)\s*")


def is_missing(cell: str) -> bool:
    """Whether a cell says that there is no number."""
    return cell.strip().lower() in MISSING


def plain_number(cell: str) -> bool:
    """Whether a cell is a number whichever the decimal sign, and so no date."""
    return number_in(cell, ".") is not None or number_in(cell, ",") is not None


def number_in(cell: str, decimal: Decimal) -> float | None:
    """The finite number in a cell, with groups of thousands, and a unit or currency beside it; None without one."""
    text = UNITS.sub("", cell.strip()).replace("−", "-")
    text = re.sub(f"(?<=\\d)[{SPACES}](?=\\d{{3}}(?:\\D|$))", "", text)
    other = "," if decimal == "." else "."
    if other in text:
        if not re.fullmatch(rf"[+-]?\d{{1,3}}(?:{re.escape(other)}\d{{3}})+(?:{re.escape(decimal)}\d*)?", text):
            return None
        text = text.replace(other, "")
    if not re.fullmatch(r"[+-]?(?:\d+[.,]?\d*|[.,]\d+)(?:[eE][+-]?\d+)?", text):
        return None
    value = float(text.replace(decimal, "."))
    return value if math.isfinite(value) else None


def date_in(cell: str, form: str) -> datetime | None:
    """The date in a cell, if it is written in that form."""
    text = cell.replace("T", " ").removesuffix("Z").split("+")[0].split(".000")[0].strip()
    try:
        return datetime.strptime(text, form)
    except ValueError:
        return None


def date_form(cells: Sequence[str]) -> str | None:
    """The form in which nine of ten of these cells are dates; None if there is none."""
    if not cells or plain_number(cells[0]):
        return None
    return next(
        (form for form in DATE_FORMATS if sum(date_in(cell, form) is not None for cell in cells) > 0.9 * len(cells)),
        None,
    )
