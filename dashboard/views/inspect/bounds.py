"""What a question about a text may name: its pages, positions, layers and units."""

from dashboard.serving.numbers import Bounds
from dashboard.serving.problems import Kind, Problem
from dashboard.views.inspect.analyses import Analysis
from dashboard.views.inspect.texts import MOST_WORK, most_broken

PAGE = 5_000  # positions shown at once
LAYER, UNIT = Bounds("layer", 1, 100), Bounds("unit", 0, 10**6)
PAGE_NUMBER, POSITION = Bounds("page", 1, 10**5), Bounds("position", 1, 10**6)
OUTPUT = Bounds("output", 0, 10**6)
FEWEST_RANKED = 20  # positions, half of which are held out
MOST_BROKEN = 64  # units at once


def page_of(analysis: Analysis, page: int) -> slice:
    """The positions of a page, counted from 1.

    Raises:
        Problem: the text has no such page.
    """
    total = len(analysis.passage.labels)
    if (page - 1) * PAGE >= total:
        raise Problem(f"There is no page {page:,}; this text has 1 to {-(-total // PAGE):,}.", Kind.MISSING)
    return slice((page - 1) * PAGE, min(total, page * PAGE))


def check_position(position: int, analysis: Analysis) -> None:
    """Raise Problem unless the text has that position, counted from 0."""
    total = len(analysis.passage.labels)
    if not 0 <= position < total:
        raise Problem(f"There is no position {position + 1:,}; this text has 1 to {total:,}.")


def check_units(units: list[int], hidden_size: int) -> None:
    """Raise Problem unless a layer of that size has those units."""
    if not units or len(units) > min(MOST_BROKEN, hidden_size - 1):
        most = min(MOST_BROKEN, hidden_size - 1)
        raise Problem(f"Those are {len(units)} units; choose from 1 to {most} of this layer.")
    absent = [unit for unit in units if not 0 <= unit < hidden_size]
    if absent:
        raise Problem(f"There is no unit {absent[0]}; this layer has 0 to {hidden_size - 1}.")


def is_long(analysis: Analysis) -> bool:
    """Whether the text is long enough for units to be ranked on it."""
    return len(analysis.passage.labels) >= FEWEST_RANKED


def check_length(analysis: Analysis) -> None:
    """Raise Problem unless it is."""
    if not is_long(analysis):
        total = len(analysis.passage.labels)
        raise Problem(
            f"The text has {total} positions; at least {FEWEST_RANKED} are needed to rank units by it. "
            "Choose a longer text of your own."
        )


def check_work(analysis: Analysis) -> None:
    """Raise Problem if breaking units would keep the server busy for too long, on the first of its positions even."""
    weights = analysis.model.num_parameters
    total = most_broken(analysis.passage, weights)
    if total * weights > MOST_WORK:
        raise Problem(
            f"Breaking units of a model with {weights:,} weights on {total:,} positions would take too long; "
            f"choose a text of your own with at most {max(1, int(MOST_WORK // weights)):,} positions."
        )
