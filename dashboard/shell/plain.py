"""Text that people typed, shown as text: Streamlit reads Markdown in nearly all it shows, Plotly a kind of HTML."""

import re

JOINER = "\u2060"  # no width, no break: takes words apart for a parser alone

# backslashes are enough for what is read while Markdown is parsed
_MARKDOWN = re.compile(r"[\\`*_{}\[\]()<>#+\-.!|~&$:=@^\"'/]")
# icons, emoji, links and arrows are looked for afterwards, in the text without its backslashes
_FOUND_LATER = re.compile(r"(?<=:)(?=[\w+-])|(?<=:)(?=//)|(?<=www)(?=\.)|(?=@)|(?<=[-<>~=])(?=[-<>=])", re.IGNORECASE)
# control characters but for those that split words; embeddings, overrides and isolates of directions
_UNSEEN = re.compile(r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069]")
_ENTITIES = str.maketrans({character: f"&#{ord(character)};" for character in "&<>$%{}"})


def on_one_line(text: str) -> str:
    """A text without what moves others: line breaks, control codes, and marks that turn the direction of writing, which
    would turn the rest of our sentence as well."""
    return " ".join(_UNSEEN.sub("", text).split())


def plain(text: str) -> str:
    """Text for Streamlit's Markdown that reads on the screen as it was typed, on one line."""
    joined = _FOUND_LATER.sub(JOINER, on_one_line(text))
    return _MARKDOWN.sub(r"\\\g<0>", joined)


def plain_in_chart(text: str) -> str:
    """Text for a Plotly figure (names, titles, annotations, hover texts) that reads there as it was typed.

    Plotly has no way to switch off its tags; entities are turned back after it has looked for them.
    """
    return on_one_line(text).translate(_ENTITIES)
