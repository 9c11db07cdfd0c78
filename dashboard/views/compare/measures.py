"""The task's own measure of compared runs, beside their loss: the share of strings that are right, say."""

from collections.abc import Mapping, Sequence

import numpy as np

from dashboard.shell.readable import problem_of
from dashboard.views.compare.curves import measure_curves
from dashboard.views.compare.figures import Line
from dashboard.views.compare.groups import Group
from dashboard.views.compare.lines import line_of
from lstm_engine.runs import Run, RunStore
from lstm_engine.runs.comparing import measure_of
from lstm_engine.runs.run import Series
from lstm_engine.tasks import OF_RUNS


def measured(store: RunStore, runs: Sequence[Run]) -> dict[int, Series]:
    """The measure of every run whose task has one, over steps; of a run from before it was recorded, its newest."""
    found = {}
    for run in runs:
        kind = OF_RUNS.get(run.settings.task)
        if kind is None or not kind.measure_name or not run.is_trained or problem_of(run):
            continue
        series = measure_curves().of(store, run)
        if not len(series.step) and run.step and not run.status.under_way:
            value = measure_of(store, run)
            if value is not None:
                series = Series(np.array([run.step], np.int64), np.array([value]))
                measure_curves().keep(run, series)
        found[run.id] = series
    return found


def measure_lines(groups: Sequence[Group], curves: Mapping[int, Series]) -> dict[tuple[str, float], list[Line]]:
    """Lines by what is measured and its goal; those without a point as yet are left out."""
    found: dict[tuple[str, float], list[Line]] = {}
    for group in groups:
        kind = OF_RUNS.get(group.runs[0].settings.task)
        mine = [curves[run.id] for run in group.runs if run.id in curves]
        if kind is None or not any(len(curve.step) for curve in mine):
            continue
        found.setdefault((kind.measure_name, kind.goal), []).append(line_of(group.label, mine))
    return found
