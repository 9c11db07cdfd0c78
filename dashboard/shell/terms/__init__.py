"""The glossary's entries: one a term, in words that somebody in the first year understands."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Term:
    """One entry.

    Attributes:
        name: what the glossary lists it under.
        words: one to three sentences.
        unit: what its number is measured in, or its range; empty of what is no number.
        computed: where it is computed, as a path in this project; empty of what is not computed.
        labels: what the screen calls it besides.
    """

    name: str
    words: str
    unit: str = ""
    computed: str = ""
    labels: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The entry on one line."""
        return f"{self.words} Unit or range: {self.unit}." if self.unit else self.words
