"""From a sweep's results to the pictures that they make: which there are, and what stands in them."""

from collections.abc import Sequence
from statistics import median
from typing import Any

from dashboard.views.sweeps.figures import Choice, Dimension, Panel, Reach, dimension, spans_decades
from lstm_engine.cell.in_words import in_words
from lstm_engine.runs.sweeps import Plan
from lstm_engine.runs.sweeps.importance import grid_places, logarithms, shares, table_of
from lstm_engine.runs.sweeps.plan import GRID
from lstm_engine.runs.sweeps.results import FAILED, Outcome, Result, higher_is_better, outcomes_of, score_name
from lstm_engine.tasks import KINDS

MOST_CHOICES = 20  # of a picture of choices
TOGETHER = " × "
BETWEEN = " · "


def setting_name(name: str) -> str:
    """A setting, as tables and pictures call it."""
    return "cell" if name == "variant" else name.replace("_", " ")


def value_in_words(name: str, value: Any) -> str:
    """A setting's value, as people call it."""
    if name == "variant":
        return in_words(value).name
    if name == "task":
        return KINDS[value].title
    if value is None:
        return "none"
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def label_of(values: dict[str, Any], without: Sequence[str] = ()) -> str:
    """A choice in words; a cell and a task need no name before them."""
    parts = []
    for name, value in values.items():
        if name not in without:
            words = value_in_words(name, value)
            parts.append(words if name in ("variant", "task") else f"{setting_name(name)} {words}")
    return ", ".join(parts) or "all"


def choices_of(outcomes: Sequence[Outcome]) -> list[Choice]:
    """The choices of one task that have a score."""
    found = []
    for outcome in outcomes[:MOST_CHOICES]:
        if outcome.middle is not None:
            scores = tuple(score for one in outcome.results if (score := one.score) is not None)
            found.append(Choice(short_label(dict(outcome.values)), scores, outcome.middle))
    return found


def short_label(values: dict[str, Any]) -> str:
    """A choice of several settings by their values alone, which fits a phone; ``in_order`` says whose they are."""
    kept = {name: value for name, value in values.items() if name != "task"}
    return label_of(kept) if len(kept) < 2 else BETWEEN.join(value_in_words(*item) for item in kept.items())


def in_order(plan: Plan) -> str:
    """The settings in the order in which ``short_label`` has their values; empty where it names them."""
    names = [axis.name for axis in plan.in_order if axis.name != "task"]
    return BETWEEN.join(map(setting_name, names)) if len(names) > 1 else ""


def by_task(results: Sequence[Result]) -> dict[str, list[Outcome]]:
    """The outcomes of every task, the best first."""
    found: dict[str, list[Outcome]] = {}
    for outcome in outcomes_of(results):
        found.setdefault(outcome.task, []).append(outcome)
    return found


def panels_of(plan: Plan, results: Sequence[Result]) -> list[Panel]:
    """Success against distance, a panel a task; none where the length of sequences is not varied."""
    if "sequence_length" not in {axis.name for axis in plan.axes}:
        return []
    panels = []
    for task, outcomes in by_task(results).items():
        lines: dict[str, dict[int, tuple[float, ...]]] = {}
        for outcome in outcomes:
            scores = tuple(score for one in outcome.results if (score := one.score) is not None)
            length = outcome.values.get("sequence_length")
            if scores and length is not None:
                label = label_of(dict(outcome.values), ("task", "sequence_length"))
                lines.setdefault(label, {})[length] = scores
        kind = KINDS[task]
        reached = [score for line in lines.values() for scores in line.values() for score in scores]
        goal = kind.goal if kind.measure_name else None
        panels.append(
            Panel(
                kind.title,
                score_name(task),
                goal,
                not higher_is_better(task) and spans_decades([*reached, *([goal] if goal else [])]),
                tuple(reach_of(label, lines[label]) for label in sorted(lines)),
            )
        )
    return [panel for panel in panels if panel.lines]


def reach_of(label: str, by_length: dict[int, tuple[float, ...]]) -> Reach:
    """A line, its lengths ascending."""
    lengths = tuple(sorted(by_length))
    every = [by_length[length] for length in lengths]
    return Reach(label, lengths, tuple(map(median, every)), tuple(map(min, every)), tuple(map(max, every)))


def coordinates_of(
    plan: Plan, results: Sequence[Result], task: str
) -> tuple[list[Dimension], Dimension, list[int]] | None:
    """The axes of the parallel coordinates, what was reached, and each run's rank; None while fewer than two runs have
    a score."""
    scored = [one for one in results if one.score is not None and one.trial.settings.task == task]
    if len(scored) < 2:
        return None
    dimensions = []
    for axis in plan.axes:
        values = [getattr(one.trial.settings, axis.name) for one in scored]
        if axis.name == "task" or len(set(values)) < 2:
            continue
        words = [value_in_words(axis.name, value) for value in values]
        numbers = all(isinstance(value, int | float) and not isinstance(value, bool) for value in values)
        shown = dimension(setting_name(axis.name), values if numbers else words, axis.scale == "log")
        dimensions.append(shown)
    scores = [float(one.score) for one in scored if one.score is not None]
    sign = -1 if higher_is_better(task) else 1
    order = sorted(range(len(scores)), key=lambda place: sign * scores[place])
    ranks = [0] * len(scores)
    for rank, place in enumerate(order):
        ranks[place] = rank
    return dimensions, dimension(score_name(task), scores, sign > 0 and spans_decades(scores)), ranks


def why_no_importance(plan: Plan) -> str | None:
    """Why it is not said what matters, where several settings are varied; None if it is, once all runs are done."""
    what = {
        "choices were drawn at random": plan.method != GRID,
        "choices were given up on the way": plan.halving is not None,
        "a setting is varied under a condition": any(axis.where for axis in plan.axes),
        "several tasks are compared": any(axis.name == "task" for axis in plan.axes),
    }
    found = next((words for words, holds in what.items() if holds), None)
    if found is None or len(plan.axes) < 2:
        return None
    return (
        f"How much each setting matters is computed of full grids of one task alone, where it is exact; here {found}. "
        "A grid of the same settings tells."
    )


def importance_of(plan: Plan, results: Sequence[Result]) -> list[tuple[str, float]]:
    """What share of the differences each setting explains; empty where that cannot be told exactly.

    That is: a full grid of one task, in which every run came to its end or failed; see ``sweeps.importance``.
    """
    axes = [axis for axis in plan.axes if len(axis.values) > 1]
    tasks = {one.trial.settings.task for one in results}
    if why_no_importance(plan) is not None or len(axes) < 2 or len(tasks) != 1:
        return []
    task = tasks.pop()
    reached = [float(one.score) for one in results if one.score is not None and one.state != FAILED]
    if not reached:
        return []
    worst = min(reached) if higher_is_better(task) else max(reached)
    scores: dict[tuple[int, ...], list[float | None]] = {}
    for one in results:
        value = worst if one.state == FAILED else one.score
        scores.setdefault(grid_places(axes, one.trial.values), []).append(value)
    table = table_of(scores, [len(axis.values) for axis in axes], plan.seeds)
    if table is None:
        return []
    found = shares(table if higher_is_better(task) else logarithms(table), [axis.name for axis in axes])
    named = [(TOGETHER.join(map(setting_name, one.settings)) if one.settings else "seed", one.share) for one in found]
    return [(name, share) for name, share in named if share >= 0.001]
