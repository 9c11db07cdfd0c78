"""Which runs differ in their seed alone, and what the lines of the chart are called."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dashboard.shell.plain import on_one_line
from dashboard.shell.readable import problem_of
from dashboard.shell.run_labels import told_apart
from lstm_engine.runs import Run
from lstm_engine.runs.run import Change, Notes


@dataclass(frozen=True)
class Past:
    """What happened to a run beside training it.

    Attributes:
        changes: of its settings, in mid-run.
        notes: where it was forked from.
    """

    changes: tuple[Change, ...]
    notes: Notes

    def __str__(self) -> str:
        words = []
        if self.notes.parent_run is not None:
            words.append(f"forked from run {self.notes.parent_run} at step {self.notes.parent_step:,}")
        for change in self.changes:
            value = "none" if change.value is None else f"{change.value:g}"
            since = "from the next step on" if change.step is None else f"from step {change.step:,}"
            words.append(f"{change.field.replace('_', ' ')} {value} {since}")
        return ", ".join(words)


@dataclass(frozen=True)
class Group:
    """Runs that are drawn as one line: one run, or several that differ in their seed alone."""

    label: str
    runs: tuple[Run, ...]


def grouped(
    runs: Sequence[Run], pasts: Mapping[int, Past], labels: Mapping[int, str], pooled: bool = True
) -> list[Group]:
    """The runs as lines of the chart, each with a label of its own; ``labels`` are those of single runs.

    A fork goes its own way from its parent's weights, so it is no further seed; nor is the same seed once more. Runs
    that were changed in mid-run belong together only if the same was changed at the same steps.
    """
    found: dict[object, list[Run]] = {}
    for run in runs:
        past = pasts[run.id]
        key: object = run.id
        if pooled and past.notes.parent_run is None and not problem_of(run):
            alike = (run.settings.numbers(with_seed=False), past.changes)
            seeds = [other.settings.seed for other in found.get((alike, 0), [])]
            key = (alike, 0) if run.settings.seed not in seeds else run.id
        found.setdefault(key, []).append(run)
    several = {group[0].id: f"{shared_name(group)}, {len(group)} seeds" for group in found.values() if len(group) > 1}
    named = {**labels, **told_apart(several)}
    return [Group(named[group[0].id], tuple(group)) for group in found.values()]


def shared_name(runs: Sequence[Run]) -> str:
    """The words that the names of runs with several seeds begin with, as “LSTM, parity” of “LSTM, parity, seed 0”.

    Where they begin differently, the first one's name.
    """
    names = [on_one_line(run.name).split(" ") for run in runs]
    alike = itertools.takewhile(lambda words: len(set(words)) == 1, zip(*names, strict=False))
    common = [words[0] for words in alike]
    if len(common) < max(map(len, names)):
        common = common[:-1] if common[-1:] == ["seed"] else common
    return " ".join(common).rstrip(" ,;:·-") or " ".join(names[0])
