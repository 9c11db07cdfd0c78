"""The glossary: what every label, column, tile and control on the screen means, as data.

Its entries stand in ``terms/``. Streamlit's widgets show them as ``help=explained(label)``; in our own components
``browser/glossary.js`` shows what ``/api/glossary`` says of whatever is pointed at; the page of text lists all.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from types import MappingProxyType

from dashboard.shell.terms import Term
from dashboard.shell.terms.cells import CELLS
from dashboard.shell.terms.controls import CONTROLS
from dashboard.shell.terms.ideas import IDEAS
from dashboard.shell.terms.inspection import INSPECTION, PROPERTIES
from dashboard.shell.terms.models import MODELS
from dashboard.shell.terms.settings import SETTINGS
from dashboard.shell.terms.sweeps import SWEEPS

SECTIONS: Mapping[str, tuple[Term, ...]] = MappingProxyType(
    {
        "Ideas and numbers": IDEAS,
        "Inside a cell": CELLS,
        "Settings of a run": SETTINGS,
        "What is asked of units": (*INSPECTION, *PROPERTIES),
        "What can be pressed and chosen": CONTROLS,
        "Sweeps": SWEEPS,
        "A model of your own": MODELS,
    }
)


def all_terms() -> Iterator[Term]:
    """Every entry, in the order in which the page of text lists them."""
    for terms in SECTIONS.values():
        yield from terms


@cache
def by_label() -> Mapping[str, Term]:
    """Each entry by its name and by all that the screen calls it, in lower case.

    Raises:
        ValueError: two entries explain one label.
    """
    found: dict[str, Term] = {}
    for term in all_terms():
        for label in (term.name, *term.labels):
            if found.setdefault(label.lower(), term) is not term:
                raise ValueError(f"“{label}” is explained twice: by “{found[label.lower()].name}” and “{term.name}”")
    return MappingProxyType(found)


def term_of(label: str) -> Term | None:
    """The entry of what the screen calls so; None if there is none."""
    return by_label().get(label.lower())


def explained(label: str) -> str | None:
    """The entry as a sentence or three, for Streamlit's ``help=``; None if there is none, which a test would find."""
    term = term_of(label)
    return None if term is None else term.text
