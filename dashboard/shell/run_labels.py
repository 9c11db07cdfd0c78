"""What a person reads of each run in a list: its name, cell and task, what sets it apart, where it stands."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from dashboard.shell.plain import on_one_line
from dashboard.shell.readable import CANNOT_RUN
from lstm_engine.cell.in_words import in_words
from lstm_engine.runs import Run, Status
from lstm_engine.runs.settings import SETTINGS
from lstm_engine.tasks import OF_RUNS

MOST_DIFFERENCES = 3  # of a run from those of its task and cell, in a list
SAID_ALREADY = ("task", "text", "variant", "hidden_size", "pace", "input_size", "output_size")
TELLING = (  # of two differences, the one that is said first
    "seed",
    "learning_rate",
    "num_layers",
    *(name for name in SETTINGS if name not in ("seed", "learning_rate", "num_layers", *SAID_ALREADY)),
)
STANDING = {Status.QUEUED: "waiting", Status.LOST: "being taken up again", Status.UNREADABLE: CANNOT_RUN}

ELSEWHERE = "trained elsewhere"


def run_labels(runs: Sequence[Run], losses: Mapping[int, float] | None = None) -> dict[int, str]:
    """What a person reads of each run, by its number; widgets cannot tell options apart that read the same.

    Args:
        runs: all that stand in the list.
        losses: the newest validation loss of those that have one, by their numbers; where the runs stand is said with
            it. None beside curves, which show that themselves.
    """
    differing = differences(runs)
    labels = {}
    for run in runs:
        units = run.settings.hidden_size
        parts = [on_one_line(run.name), f"{cell_name(run)}, {units} unit{'' if units == 1 else 's'}"]
        parts += differing[run.id]  # what sets it apart, while there is room
        if task_title(run) not in run.name:
            parts.append(task_title(run))
        if losses is not None or not run.readable:
            parts.append(STANDING.get(run.status, run.status.value) if run.is_trained else ELSEWHERE)
        if losses is not None and run.id in losses:
            parts.append(f"loss {losses[run.id]:.3g}")
        labels[run.id] = " · ".join(parts)
    return told_apart(labels)


def cell_name(run: Run) -> str:
    """The run's cell, as people call it."""
    return in_words(run.settings.variant).name


def task_title(run: Run) -> str:
    """The run's task, as people call it; its name as stored, where this version does not know it."""
    kind = OF_RUNS.get(run.settings.task)
    return run.settings.task if kind is None else kind.title


def differences(runs: Sequence[Run]) -> dict[int, list[str]]:
    """In what each run differs from those of its task and cell, in words: what is unusual among them first."""
    siblings: dict[tuple[str, str], list[Run]] = defaultdict(list)
    for run in runs:
        siblings[run.settings.task, run.settings.variant].append(run)
    found: dict[int, list[str]] = {}
    for group in siblings.values():
        values = {name: Counter(getattr(run.settings, name) for run in group) for name in TELLING}
        differing = [name for name in TELLING if len(values[name]) > 1]
        for run in group:
            commonness = {name: values[name][getattr(run.settings, name)] for name in differing}
            chosen = sorted(differing, key=commonness.__getitem__)[:MOST_DIFFERENCES]
            found[run.id] = [setting_words(run, name) for name in differing if name in chosen]
    return found


def setting_words(run: Run, name: str) -> str:
    """A setting and its value in this run: “seed 1”, “no biases”."""
    label, value = SETTINGS[name].label, getattr(run.settings, name)
    label = label if label.startswith("Adam") else label[:1].lower() + label[1:]
    if isinstance(value, bool):
        return label if value else f"no {label}"
    return f"{label} {'none' if value is None else f'{value:,.6g}'}"


def told_apart(labels: Mapping[int, str]) -> dict[int, str]:
    """The labels by run number, with the number in those that would read the same."""
    shared = {label for label, count in Counter(labels.values()).items() if count > 1}
    return {run_id: f"{label} (run {run_id})" if label in shared else label for run_id, label in labels.items()}
