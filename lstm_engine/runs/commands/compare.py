"""``compare``: what runs differ in, and what each of them reached; of several seeds the median and the spread."""

import argparse
from collections.abc import Sequence
from dataclasses import asdict
from statistics import median
from typing import Any

from lstm_engine.runs.commands.exits import DONE, print_json, shown, table
from lstm_engine.runs.comparing import by_seed, measure_of
from lstm_engine.runs.run import Run
from lstm_engine.runs.store import RunStore
from lstm_engine.runs.sweeps.space import written
from lstm_engine.runs.terminal import printable
from lstm_engine.tasks import OF_RUNS

ASIDE = ("text", "pace", "seed")  # of settings: what no table shows, and what makes no difference


def add_compare(commands: Any, common: argparse.ArgumentParser, number: Any) -> None:
    """The command and its options."""
    parser = commands.add_parser("compare", parents=[common], help="what runs differ in, and what they reached")
    parser.add_argument("run", type=number, nargs="+", metavar="RUN")
    parser.set_defaults(command=compare_command)


def compare_command(store: RunStore, options: argparse.Namespace) -> int:
    runs = [store.get(run_id) for run_id in dict.fromkeys(options.run)]
    groups = [row_of(store, group, varying(runs)) for group in by_seed(runs)]
    if options.json:
        print_json(groups)
        return DONE
    names = varying(runs)
    head = ["runs", *names, "seeds", "best validation loss", "worst", "measure", "worst", "of"]
    rows = [
        [
            " ".join(str(one["run"]) for one in group["runs"]),
            *(written(group["settings"][name]) for name in names),
            str(len(group["runs"])),
            shown(group["median_best_validation_loss"]),
            shown(group["worst_best_validation_loss"]),
            shown(group["median_measure"]),
            shown(group["worst_measure"]),
            group["measure"] or "–",
        ]
        for group in groups
    ]
    for line in table([head, *rows]).splitlines():
        print(printable(line))
    return DONE


def varying(runs: Sequence[Run]) -> list[str]:
    """The settings in which they differ; their task, where they differ in nothing."""
    settings = [asdict(run.settings) for run in runs]
    return [name for name in settings[0] if name not in ASIDE and len({str(one[name]) for one in settings}) > 1] or [
        "task"
    ]


def row_of(store: RunStore, group: Sequence[Run], names: Sequence[str]) -> dict[str, Any]:
    """Runs that differ in their seed alone."""
    rows: list[dict[str, Any]] = []
    for run in group:
        measured = store.validations(run.id).value
        best = float(measured.min()) if len(measured) else None
        rows.append(
            {
                "run": run.id,
                "name": run.name,
                "seed": run.settings.seed,
                "status": run.status.value,
                "step": run.step,
                "best_validation_loss": best,
                "measure": measure_of(store, run),
            }
        )
    task = OF_RUNS.get(group[0].settings.task)
    higher = task is None or task.higher_is_better
    losses = [row["best_validation_loss"] for row in rows if row["best_validation_loss"] is not None]
    measures = [row["measure"] for row in rows if row["measure"] is not None]
    settings = asdict(group[0].settings)
    return {
        "settings": {name: settings[name] for name in names},
        "measure": (task.measure_name if task is not None else "") or None,
        "median_best_validation_loss": median(losses) if losses else None,
        "worst_best_validation_loss": max(losses) if losses else None,
        "median_measure": median(measures) if measures else None,
        "worst_measure": (min(measures) if higher else max(measures)) if measures else None,
        "runs": rows,
    }
