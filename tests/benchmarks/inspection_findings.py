"""Claims about units, tested: one that is on inside quotes or brackets, and a memory that counts.

Trains the presets of two tasks, finds units, breaks them, and prints what came of it; whether it is what one hoped for
or not. ``python -m tests.benchmarks.inspection_findings --seeds 5``
"""

import argparse
from dataclasses import replace

import numpy as np

from lstm_engine import LSTMModel, inspection, load_model
from lstm_engine.runs.presets import PUBLISHED, preset
from lstm_engine.tasks.base import Batch
from lstm_engine.tasks.characters import CharactersTask
from lstm_engine.tasks.counting import CountingTask
from tests.benchmarks.table import print_table

WANTED = ("inside quotes", "inside brackets", "inside a comment")
STREAMS, LENGTH = 16, 1_000  # of the text that is held out, for breaking
LONGEST_LEARNED, LONGEST_TESTED = 10, 60


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=1, help="how many, from the preset's own on")
    parser.add_argument("--tasks", nargs="+", default=["source code", "a^n b^n"])
    parser.add_argument("--weights", help="of a model of the first task's preset, to take in the place of training one")
    asked = parser.parse_args()
    for task in asked.tasks:
        rows: list[list[str]] = []
        for k in range(asked.seeds):
            settings = preset(PUBLISHED, task)
            settings = replace(settings, seed=settings.seed + k)
            trainer = settings.build_trainer()
            model = trainer.model
            if asked.weights and task == asked.tasks[0]:
                model = load_model(asked.weights)
            else:
                while trainer.steps_taken < settings.end_step:
                    trainer.step()
            found = text_claims if isinstance(trainer.task, CharactersTask) else counting_claims
            rows += [[str(settings.seed), *row] for row in found(model, trainer.task)]
            print_table(task, ["seed", *HEADS[found.__name__]], rows)
            print(flush=True)


FOUND = ["property", "quantity", "unit", "AUC or R²", "by chance", "probe", "loss"]
HEADS = {
    "text_claims": [*FOUND, "rise inside", "outside", "more inside", "random units' more", "holds"],
    "counting_claims": [*FOUND, "rise", "random units' rise"],
}


def text_claims(model: LSTMModel, task: CharactersTask) -> list[list[str]]:
    """Units ranked on the text that was never learned from, half of it held out; and broken on all of it."""
    quantities = ("cell", "hidden")
    reading = inspection.read(model, task.symbols(task.passage()), quantities=quantities)
    properties = {name: value for name, value in inspection.passage_properties(task).items() if name in WANTED}
    batch, places = streams_of(task)
    rows = []
    for quantity in quantities:
        for name, found in inspection.find_units(reading.values[quantity], properties).found.items():
            unit = found.best.unit
            inside = properties[name][places]  # (T, B)
            claim = inspection.ablate(model, batch, [unit], inside, quantity=quantity)
            row = [name, quantity, str(unit), f"{found.best.score:.3f}", f"{found.control:.3f}", f"{found.probe:.3f}"]
            row += [f"{claim.overall.before:.3f}"]
            if claim.inside is None or claim.outside is None or claim.specific is None:
                rows.append([*row, *["-"] * 4, "not told"])
                continue
            row += [interval(claim.inside.rise), interval(claim.outside.rise), interval(claim.specific.rise)]
            rows.append([*row, interval(claim.specific.random), "yes" if claim.holds else "no"])
    return rows


def streams_of(task: CharactersTask) -> tuple[Batch, np.ndarray]:
    """The held-out text side by side, and which of its places each position is, (T, B)."""
    symbols = task.symbols(task.passage())
    T = min(LENGTH, (len(symbols) - 1) // STREAMS)
    places = np.arange(STREAMS) * T + np.arange(T)[:, None]
    return Batch(np.eye(task.input_size, dtype=np.float32)[symbols[places]], symbols[places + 1]), places


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
