"""Text that people typed, shown as text: Streamlit reads Markdown in nearly all it shows, Plotly a kind of HTML."""

import re

JOINER = "\u2060"  # no width, no break: takes words apart for a parser alone

# backslashes are enough for what is read while Markdown is parsed
_MARKDOWN = re.compile(r"[\\`*_{}\[\]()<>#+\-.!|~&$:=@^\"'/]")
# icons, emoji, links and arrows are looked for afterwards, in the text without its backslashes
_FOUND_LATER = re.compile(r"(?<=:)(?=[\w+-])|(?<=:)(?=//)|(?<=www)(?=\.)|(?=@)|(?<=[-<>~=])(?=[-<>=])", re.IGNORECASE)
_ENTITIES = str.maketrans({character: f"&#{ord(character)};" for character in "&<>$%{}"})


def plain(text: str) -> str:
    """Text for Streamlit's Markdown that reads on the screen as it was typed, on one line."""
    joined = _FOUND_LATER.sub(JOINER, " ".join(text.split()))
    return _MARKDOWN.sub(r"\\\g<0>", joined)


def plain_in_chart(text: str) -> str:
    """Text for a Plotly figure (names, titles, annotations, hover texts) that reads there as it was typed.

    Plotly has no way to switch off its tags; entities are turned back after it has looked for them.
    """
    return " ".join(text.split()).translate(_ENTITIES)
