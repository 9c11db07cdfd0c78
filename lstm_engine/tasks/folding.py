"""What a person typed, in the letters that a task has: é as e, ß as ss, “curly” quotes as straight ones.

Letters come from Unicode's own tables (its compatibility decompositions, without their marks); a few letters and signs
that have none stand here.
"""

import unicodedata
from collections.abc import Container, Iterator
from dataclasses import dataclass

LETTERS = {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "ħ": "h"}
SIGNS = (
    dict.fromkeys("’‘ʼ‛´`′ʻʿʾ＇", "'")
    | dict.fromkeys("“”„‟«»″", '"')
    | dict.fromkeys("‐‑‒–—―−﹣－", "-")
    | dict.fromkeys("\t\n\r\v\f\u00a0\u2007\u2009\u200a\u202f\u3000", " ")
    | {"…": "...", "×": "x", "·": "."}
)
UNSEEN = ("Cf", "Mn", "Me")  # categories: joiners and marks of direction; marks that sit on another letter
MOST_NAMED = 10  # characters that a sentence names
SCRIPTS = {
    "CYRILLIC": "Cyrillic",
    "GREEK": "Greek",
    "ARABIC": "Arabic",
    "HEBREW": "Hebrew",
    "DEVANAGARI": "Devanagari",
    "BENGALI": "Bengali",
    "TAMIL": "Tamil",
    "THAI": "Thai",
    "ARMENIAN": "Armenian",
    "GEORGIAN": "Georgian",
    "ETHIOPIC": "Ethiopic",
    "HANGUL": "Korean",
    "HIRAGANA": "Japanese",
    "KATAKANA": "Japanese",
    "CJK": "Chinese or Japanese",
}


@dataclass(frozen=True)
class Folded:
    """A text in the characters that are known.

    Attributes:
        text: as it is read; what could not be folded is left out of it.
        changes: each character that was folded, and what it became; nothing where it was left out without harm.
        unknown: the characters that could not be folded, each once, in the order of their code points.
    """

    text: str
    changes: tuple[tuple[str, str], ...] = ()
    unknown: tuple[str, ...] = ()

    @property
    def note(self) -> str:
        """What was folded to what, in a sentence; empty if nothing was."""
        said = [f"{before} as {after}" for before, after in self.changes if after.strip() and before.isprintable()]
        dropped = [before for before, after in self.changes if not after and visible(before)]
        if dropped:
            said.append(f"without {' '.join(dropped[:MOST_NAMED])}")
        if not said:
            return ""
        more = f" and {len(said) - MOST_NAMED} more" if len(said) > MOST_NAMED else ""
        return f"Read as “{shortened(self.text)}”: {', '.join(said[:MOST_NAMED])}{more}."


def fold(text: str, known: Container[str], dropped: Container[str] = "") -> Folded:
    """A text in known characters; what is known already stays as it is, so folding twice changes nothing.

    Args:
        text: what a person typed.
        known: the characters that can be read.
        dropped: characters that may be left out where they are not known, such as the apostrophe of a name.
    """
    if all(character in known for character in text):
        return Folded(text)
    composed = "".join(compose(text, known))
    changes: dict[str, str] = {}
    unknown, parts = set(), []
    for character in composed:
        if character in known:
            parts.append(character)
            continue
        found = next((one for one in candidates(character) if one and all(c in known for c in one)), None)
        if found is None and (character in dropped or unicodedata.category(character) in UNSEEN):
            found = ""
        if found is None and any(one in dropped for one in candidates(character)):
            found = ""
        if found is None:
            unknown.add(character)
            continue
        changes[character] = found
        parts.append(found)
    return Folded("".join(parts), tuple(changes.items()), tuple(sorted(unknown)))


def compose(text: str, known: Container[str]) -> Iterator[str]:
    """The text with its letters and the marks on them as one character each, where a mark is not known by itself."""
    run = ""
    for character in text:
        if run and unicodedata.combining(character) and character not in known:
            run += character
            continue
        yield unicodedata.normalize("NFC", run)
        run = character
    yield unicodedata.normalize("NFC", run)


def candidates(character: str) -> Iterator[str]:
    """What a character may be read as, the nearest first."""
    for one in (SIGNS.get(character, ""), without_marks(character)):
        if one:
            yield one
            yield one.lower()
            yield one.upper()
    lower = character.lower()
    if lower in LETTERS:
        yield LETTERS[lower] if character == lower else LETTERS[lower].title()
        yield LETTERS[lower]
        yield LETTERS[lower].upper()


def without_marks(text: str) -> str:
    """The plain letters of a text: é as e, ﬁ as fi, １ as 1."""
    decomposed = unicodedata.normalize("NFKD", text)
    plain = "".join(SIGNS.get(one, one) for one in decomposed if not unicodedata.combining(one))
    return "".join(LETTERS.get(one, one) for one in plain) if plain != text else plain


def visible(character: str) -> bool:
    """Whether a person has seen it: no joiner, no mark, no space."""
    return unicodedata.category(character) not in UNSEEN and not character.isspace()


def shortened(text: str, most: int = 60) -> str:
    """A text that fits into a sentence."""
    return text if len(text) <= most else f"{text[: most - 2]} …"


def named(characters: tuple[str, ...]) -> str:
    """Characters as a sentence names them, with their script where it is another one than ours."""
    said = ", ".join(f"“{one}”" for one in characters[:MOST_NAMED])
    more = f" and {len(characters) - MOST_NAMED} more" if len(characters) > MOST_NAMED else ""
    kinds = list(dict.fromkeys(filter(None, map(kind_of, characters))))
    return f"{said}{more}{f' ({_and(kinds)})' if kinds else ''}"


def kind_of(character: str) -> str:
    """What kind of character it is, in words; empty for those that need none."""
    script = next(iter(unicodedata.name(character, "").split()), "")
    if script in SCRIPTS:
        return f"{SCRIPTS[script]} letters"
    return "emoji or signs" if unicodedata.category(character) in ("So", "Sk") else ""


def _and(words: list[str]) -> str:
    return " and ".join(words) if len(words) < 3 else f"{', '.join(words[:-1])} and {words[-1]}"
