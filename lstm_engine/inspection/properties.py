"""Properties of the positions of a text: what a unit may tell, as arrays by name.

A position is what a model knows after it has read the character there: an opening mark counts as inside, the closing
one does not.
"""

import re
import unicodedata

import numpy as np
from numpy.typing import NDArray

from lstm_engine.checks import shown
from lstm_engine.errors import ShapeError

PAIRS = {"(": ")", "[": "]", "{": "}"}
CLOSES = {closing: opening for opening, closing in PAIRS.items()}
QUOTES = {'"': '"', "'": "'", '"""': '"""', "'''": "'''", "“": "”", "„": "“", "«": "»"}
MARK = re.compile(r"\\.|\"\"\"|'''|[\"'“”„«»]|\n(?:[ \t]*\n)?", re.DOTALL)
# the strings and comments of Python; a string that is not closed ends with its line, or with the text
LEXEME = re.compile(
    r"#[^\n]*"
    r'|"""(?:[^"\\]|\\.|"(?!""))*(?:"""|\Z)|\'\'\'(?:[^\'\\]|\\.|\'(?!\'\'))*(?:\'\'\'|\Z)'
    r'|"(?:[^"\\\n]|\\.)*"?|\'(?:[^\'\\\n]|\\.)*\'?',
    re.DOTALL,
)
PREFIXES = frozenset("rbfuRBFU")


def text_properties(text: str) -> dict[str, NDArray]:
    """Properties of each of N characters, bool or real, (N,) each, by name.

    Returns:
        yes or no: ``inside quotes`` (as prose and programs set them; an apostrophe opens none), ``inside brackets``
        (round, square or curly ones that are closed again), ``inside a comment`` and ``inside a string`` (as Python
        reads them), ``word start``, ``inside a word``, ``vowel``, ``digit``, ``upper case``, ``white space``,
        ``line start``; numbers: ``bracket depth``, ``indentation`` (blanks at the line's beginning, as far as they are
        read), ``line position``, ``word position`` (0 outside of words) and ``position``, each from 0.

    Raises:
        ShapeError: it is no text, or empty.

    >>> text_properties("a (b) c")["bracket depth"].tolist()
    [0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0]
    """
    if not isinstance(text, str) or not text:
        raise ShapeError(f"text is {shown(text)}, expected at least one character")
    N = len(text)
    place = np.arange(N)
    kinds, which = np.unique(np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32), return_inverse=True)
    symbols = [chr(kind) for kind in kinds]

    def those(test: list[bool]) -> NDArray[np.bool_]:
        return np.array(test, bool)[which]

    newline, blank = those([s == "\n" for s in symbols]), those([s.isspace() for s in symbols])
    in_word = those([s.isalnum() or s == "_" for s in symbols])
    line_start, word_start = after(newline, True), in_word & ~after(in_word, False)
    line_position = place - last(line_start, place)
    leading = last(line_start | ~(blank & ~newline), place) == last(line_start, place)  # nothing but blanks so far
    leading &= blank & ~newline
    quotes, (strings, comments) = inside_quotes(text), lexemes(text)
    depth = bracket_depth(text, quotes & strings, comments)  # either alone takes an apostrophe for a mark somewhere
    return {
        "inside quotes": quotes,
        "inside brackets": depth > 0,
        "inside a comment": comments,
        "inside a string": strings,
        "word start": word_start,
        "inside a word": in_word,
        "vowel": those([unicodedata.normalize("NFD", s)[0].lower() in "aeiou" for s in symbols]),
        "digit": those([s.isdigit() for s in symbols]),
        "upper case": those([s.isupper() for s in symbols]),
        "white space": blank,
        "line start": line_start,
        "bracket depth": depth.astype(np.float64),
        "indentation": indentation(leading, line_start, place),
        "line position": line_position.astype(np.float64),
        "word position": np.where(in_word, place - last(word_start, place), 0).astype(np.float64),
        "position": place.astype(np.float64),
    }


def after(truth: NDArray, first: bool) -> NDArray[np.bool_]:
    """Whether it was so one position earlier."""
    return np.concatenate([[first], truth[:-1]])


def last(truth: NDArray, place: NDArray) -> NDArray:
    """The last position up to each at which it was so; 0 before the first."""
    return np.maximum.accumulate(np.where(truth, place, 0))


def indentation(leading: NDArray, line_start: NDArray, place: NDArray) -> NDArray:
    """How many blanks the line begins with, as far as it is read."""
    counted = np.cumsum(leading)
    before = counted - leading
    return (counted - before[last(line_start, place)]).astype(np.float64)


def bracket_depth(text: str, quoted: NDArray, comments: NDArray) -> NDArray:
    """(N,), how many brackets are open that are closed again; one that stands alone in quotes counts for a letter.

    What is opened in a quotation or a comment is closed in it or never: else the one in ``r"\\("`` would be closed by
    the one of "1)" a thousand lines below.

    Args:
        quoted, comments: (N,) bool, where a quotation and where a comment is.
    """
    change = np.zeros(len(text), np.int64)
    open_at: list[tuple[int, str]] = []
    waiting = dict.fromkeys(PAIRS, 0)
    places = np.array([found.start() for found in re.finditer(r"[()\[\]{}]", text)], np.int64)
    region = regions(text, quoted, comments)[places]
    before = 0
    for k in np.argsort(region, kind="stable"):
        place = int(places[k])
        bracket = text[place]
        if text[place - 1 : place] + text[place + 1 : place + 2] in ('""', "''"):
            continue
        if region[k] != before:
            open_at, waiting, before = [], dict.fromkeys(PAIRS, 0), region[k]
        if bracket in PAIRS:
            open_at.append((place, bracket))
            waiting[bracket] += 1
        elif waiting[CLOSES[bracket]]:
            while True:  # those on top of it were never closed
                opened, kind = open_at.pop()
                waiting[kind] -= 1
                if kind == CLOSES[bracket]:
                    break
            change[opened] += 1
            change[place] -= 1
    return np.cumsum(change)


def regions(text: str, quoted: NDArray, comments: NDArray) -> NDArray[np.int64]:
    """(N,), a number for each quotation and for each comment, 0 elsewhere; a comment goes on over lines."""
    place = np.arange(len(text))
    kind = np.where(comments, 2, np.where(quoted, 1, 0))
    symbol = np.array([not character.isspace() for character in text])
    kind = kind[last(symbol, place)]
    return np.where(kind > 0, np.cumsum(np.diff(kind, prepend=0) != 0), 0)


def lexemes(text: str) -> tuple[NDArray, NDArray]:
    """Where Python reads a string, and where a comment; (N,) bool each."""
    strings, comments = np.zeros(len(text), bool), np.zeros(len(text), bool)
    for found in LEXEME.finditer(text):
        start, stop = found.span()
        lexeme = found.group()
        if lexeme[0] == "#":
            comments[start:stop] = True
            continue
        mark = lexeme[:3] if lexeme.startswith(('"""', "'''")) else lexeme[0]
        closed = len(lexeme) >= 2 * len(mark) and lexeme.endswith(mark)
        strings[start + len(mark) - 1 : stop - 1 if closed else stop] = True
    return strings, comments


def inside_quotes(text: str) -> NDArray[np.bool_]:
    """(N,) bool. A quotation that is never closed ends at a blank line, and one in single marks with its line."""
    inside, expected, start = np.zeros(len(text), bool), "", 0
    for found in MARK.finditer(text):
        mark, place = found.group(), found.start()
        if mark[0] == "\\":
            continue
        if not expected:
            if mark in QUOTES and (mark != "'" or opens(text, place)):
                expected, start = QUOTES[mark], found.end() - 1
            continue
        ends_line = mark[0] == "\n" and len(expected) == 1 and (expected == "'" or len(mark) > 1)
        closes = mark == expected and (mark != "'" or not is_in_word(text, place + 1))
        if closes or ends_line:
            inside[start : found.end() - 1 if closes else place] = True
            expected = ""
    if expected:
        inside[start:] = True
    return inside


def opens(text: str, place: int) -> bool:
    """Whether a single mark opens a quotation: not after a letter, unless that is the r of r'…'."""
    prefixed = place > 0 and text[place - 1] in PREFIXES and not is_in_word(text, place - 2)
    return prefixed or not is_in_word(text, place - 1)


def is_in_word(text: str, place: int) -> bool:
    return 0 <= place < len(text) and (text[place].isalnum() or text[place] == "_")
