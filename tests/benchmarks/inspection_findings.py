"""Claims about units, tested: one that is on inside quotes or brackets, and a memory that counts.

Trains the presets of two tasks, finds units, breaks them, and prints what came of it; whether it is what one hoped for
or not. ``python -m tests.benchmarks.inspection_findings --seeds 5``; with ``--write`` the README's table is that.
"""

import argparse
from dataclasses import replace
from pathlib import Path

import numpy as np

from dashboard.views.inspect.analyses import Analysis, analysis_of
from dashboard.views.inspect.texts import HELD_OUT, most_positions, passage, side_by_side
from lstm_engine import LSTMModel, inspection, load_model, save_model
from lstm_engine.cell.quantities import quantities_of
from lstm_engine.runs import RunSettings
from lstm_engine.runs.presets import PUBLISHED, preset
from lstm_engine.tasks import KINDS
from lstm_engine.tasks.counting import CountingTask
from tests.benchmarks.published import write
from tests.benchmarks.table import print_table

WANTED = ("inside quotes", "inside brackets", "inside a comment")
GOAL = 0.95  # AUC
LONGEST_LEARNED, LONGEST_TESTED = 10, 60

TEXT_HEAD = ["seed", "property", "quantity", "unit", "AUC", "by chance", "probe"]
TEXT_HEAD += ["loss inside", "rise", "random units'", "loss outside", "rise", "random units'", "rises more by"]
TEXT_HEAD += ["random units' more", "holds"]
COUNT_HEAD = ["seed", "property", "quantity", "unit", "R²", "by chance", "probe", "loss", "rise", "random units' rise"]
BEGIN, STOP = "<!-- units -->", "<!-- end of units -->"
COLUMNS = ["task", "seed", "property", "unit", "told", "by chance", "loss inside", "loss outside"]
COLUMNS += ["rises more inside, by", "random units"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=1, help="how many")
    parser.add_argument("--first-seed", type=int, help="the others follow it; the preset's own if left out")
    parser.add_argument("--tasks", nargs="+", default=["source code", "a^n b^n"])
    parser.add_argument("--folder", type=Path, help="weights are kept there, and taken from there the next time")
    parser.add_argument("--write", action="store_true", help="the table in the README")
    asked = parser.parse_args()
    written: list[list[str]] = []
    for task in asked.tasks:
        rows: list[list[str]] = []
        head = COUNT_HEAD
        for k in range(asked.seeds):
            settings = preset(PUBLISHED, task)
            settings = replace(settings, seed=(settings.seed if asked.first_seed is None else asked.first_seed) + k)
            model = trained(settings, asked.folder)
            if isinstance(settings.task_object, CountingTask):
                found = counting_claims(model, settings.task_object)
            else:
                head, found = TEXT_HEAD, text_claims(model, settings)
            rows += [[str(settings.seed), *row] for row in found]
            print_table(task, head, rows)
            if head is TEXT_HEAD:
                print_summary(rows)
            print(flush=True)
        written += [in_readme(task, row) for row in best_of_each_seed(rows)]
    if asked.write:
        write(written, COLUMNS, BEGIN, STOP)


def best_of_each_seed(rows: list[list[str]]) -> list[list[str]]:
    """The rows with the highest score, of those whose claim holds if there is one above the goal."""

    def rank(row: list[str]) -> tuple[bool, float]:
        return float(row[4]) > GOAL and row[-1] != "no", float(row[4])

    seeds = dict.fromkeys(row[0] for row in rows)
    return [max((row for row in rows if row[0] == seed), key=rank) for seed in seeds]


def in_readme(task: str, row: list[str]) -> list[str]:
    """A row of the README's table."""
    seed, name, quantity, unit, score, chance = row[:6]
    start = [KINDS[task].title, seed, name, f"{quantity} {unit}"]
    if len(row) == len(COUNT_HEAD):
        return [*start, f"R² {score}", chance, f"{row[7]} in all", "–", f"{row[8]} in all", row[9]]
    return [*start, f"AUC {score}", chance, row[7], row[10], row[13], row[14]]


def trained(settings: RunSettings, folder: Path | None) -> LSTMModel:
    """The model after its whole training."""
    kept = None if folder is None else folder / f"{settings.task.replace(' ', '-')}-{settings.seed}.safetensors"
    if kept is not None and kept.exists():
        return load_model(kept)
    trainer = settings.build_trainer()
    while trainer.steps_taken < settings.end_step:
        trainer.step()
    if kept is not None:
        kept.parent.mkdir(parents=True, exist_ok=True)
        save_model(trainer.model, kept)
    return trainer.model


def text_claims(model: LSTMModel, settings: RunSettings) -> list[list[str]]:
    """What the Inspect page finds and breaks in the held-out text: for each property its best unit of all quantities.

    The page reads ``MOST_SYMBOLS`` positions of it; half of those decide which way a unit goes, half its AUC.
    """
    task, quantities = settings.task_object, [q.name for q in quantities_of(model.variant) if not q.missing]
    text = passage(task, settings, HELD_OUT, "", most_positions(settings, model, len(quantities)))
    rows = []
    for layer in range(settings.num_layers):
        analysis = analysis_of(model, task, text, layer)
        found = {
            quantity: inspection.find_units(analysis.values[quantity], analysis.properties).found
            for quantity in quantities
        }
        for name in WANTED:
            best = max((q for q in quantities if name in found[q]), key=lambda q: found[q][name].best.score)
            rows.append(claimed(analysis, best, found[best][name]))
    return rows


def claimed(analysis: Analysis, quantity: str, found: inspection.Finding) -> list[str]:
    """What is found, and what breaking it does, as cells of a table."""
    batch, positions = side_by_side(analysis.passage, analysis.model.num_parameters)
    inside = analysis.properties[found.name][positions] & (positions >= 0)
    unit = found.best.unit
    claim = inspection.ablate(analysis.model, batch, [unit], inside, quantity=quantity, layer=analysis.layer)
    row = [found.name, quantity, str(unit), f"{found.best.score:.3f}", f"{found.control:.3f}", f"{found.probe:.3f}"]
    if claim.inside is None or claim.outside is None or claim.specific is None:
        return [*row, *["-"] * 8, "not told"]
    for effect in (claim.inside, claim.outside):
        row += [f"{effect.before:.3f} to {effect.after:.3f}", interval(effect.rise), interval(effect.random)]
    return [*row, interval(claim.specific.rise), interval(claim.specific.random), "yes" if claim.holds else "no"]


def print_summary(rows: list[list[str]]) -> None:
    """Median and worst over the seeds, of each property, and of the best of them."""
    seeds = list(dict.fromkeys(row[0] for row in rows))
    for name in WANTED:
        scores = [float(row[4]) for row in rows if row[1] == name]
        holds = sum(row[-1] == "yes" for row in rows if row[1] == name)
        print(f"  {name}: {told(scores)}; broken, the claim holds for {holds} of {len(scores)}")
    both = {row[0] for row in rows if float(row[4]) > GOAL and row[-1] == "yes"}
    best = [max(float(row[4]) for row in rows if row[0] == seed) for seed in seeds]
    print(f"  the best of them: {told(best)}; with a claim that holds for {len(both)} of {len(seeds)}")


def told(scores: list[float]) -> str:
    above = sum(score > GOAL for score in scores)
    return f"AUC median {np.median(scores):.3f}, worst {min(scores):.3f}, above {GOAL} for {above} of {len(scores)}"


def counting_claims(model: LSTMModel, task: CountingTask) -> list[list[str]]:
    """The count at lengths that were never learned from."""
    batch = task.pack([task.word(n) for n in range(LONGEST_LEARNED + 1, LONGEST_TESTED + 1)])
    counts = {"open count": inspection.sequence_properties(task, batch)["open count"]}
    there = inspection.positions_that_count(batch)
    trace = model.trace(batch.inputs)
    rows = []
    for quantity in ("cell", "hidden"):
        values = inspection.in_reading_order(getattr(trace.layers[0], quantity))
        found = inspection.find_units(values, counts, where=there).found["open count"]
        others = model.architecture.hidden_size
        claim = inspection.ablate(
            model, batch, [found.best.unit], loss=task.loss, quantity=quantity, random_sets=others
        ).overall
        row = [f"open count, n = {LONGEST_LEARNED + 1} to {LONGEST_TESTED}", quantity, str(found.best.unit)]
        row += [f"{found.best.score:.5f}", f"{found.control:.3f}", f"{found.probe:.5f}", f"{claim.before:.2g}"]
        rows.append([*row, interval(claim.rise), interval(claim.random)])
    return rows


def interval(estimate: inspection.Estimate) -> str:
    return f"{estimate.value:.3f} ({estimate.low:.3f} to {estimate.high:.3f})"


if __name__ == "__main__":
    main()
