"""The papers' own experiments, trained here from their presets with five seeds each; writes the table in the README.

``python -m tests.benchmarks.published [--seeds 5] [--only TASK ...] [--keep FILE]``

Nothing is picked: the seeds are 0 to 4, whichever seed a preset has, and the median and the worst of them stand in the
table, with the seeds that failed. With a file to keep what was trained, what stands there is not trained again.
"""

import argparse
import json
import os
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass, field, replace
from multiprocessing import get_context
from pathlib import Path
from statistics import mean, median
from typing import Any

from lstm_engine.runs.presets import PUBLISHED, preset
from lstm_engine.runs.training.bounds import available_cores
from lstm_engine.runs.training.processes import THREAD_VARIABLES
from lstm_engine.tasks import KINDS
from tests.benchmarks import characters, digits
from tests.benchmarks.names_tables import trigram_loss

README = Path(__file__).parents[2] / "README.md"
BEGIN, STOP = "<!-- results -->", "<!-- end of results -->"
COLUMNS = ["task", "cell", "steps", "median of the seeds", "worst", "reached with", "minutes", "to compare"]
CELLS = {"standard": "LSTM", "vanilla": "LSTM with peepholes", "rnn": "plain RNN", "gru": "GRU"}
DIGITS, PERMUTED, BITS = "digits", "permuted digits", "source code, bits"
PEEPHOLES = {"variant": "vanilla", "hidden_size": 5, "forget_bias": 3.0}


@dataclass(frozen=True)
class Experiment:
    """A row of the table.

    Attributes:
        task: one of the engine's, or of this folder's. differences: from its preset.
    """

    task: str
    differences: dict[str, Any] = field(default_factory=dict)

    def key(self, seed: int) -> str:
        """Names one training of it."""
        return json.dumps([self.task, self.differences, seed], sort_keys=True)

    def to_compare_with(self) -> "list[Experiment]":
        """The same with a GRU and with a plain network."""
        return [self, *(replace(self, differences={**self.differences, "variant": cell}) for cell in ("gru", "rnn"))]


EXPERIMENTS = [
    *Experiment("adding").to_compare_with(),
    *Experiment("reber").to_compare_with(),
    *Experiment("temporal order").to_compare_with(),
    *Experiment("copy").to_compare_with(),
    *Experiment("a^n b^n").to_compare_with(),
    Experiment("a^n b^n", PEEPHOLES),
    *Experiment("a^n b^n c^n").to_compare_with(),
    Experiment("brackets"),
    Experiment("parity"),
    *Experiment(DIGITS).to_compare_with(),
    *Experiment(PERMUTED).to_compare_with(),
    Experiment("words"),
    Experiment("names", {"hidden_size": 192, "learning_rate": 0.002, "end_step": 1_600, "batch_size": 64}),
    *Experiment(BITS).to_compare_with(),
]


@dataclass(frozen=True)
class Reached:
    """What one seed came to.

    Attributes:
        value: by the row's measure. minutes: of one core. task, cell, steps, measure: as the table shows them.
        goal: which value counts as reached. compared: what others reach.
    """

    value: float
    minutes: float
    task: str
    cell: str
    steps: str
    measure: str
    goal: float
    higher_is_better: bool
    compared: str

    @property
    def is_goal(self) -> bool:
        """Whether it reached what the row is to reach."""
        return self.value >= self.goal if self.higher_is_better else self.value <= self.goal


def train(experiment: Experiment, seed: int) -> Reached:
    """Train one seed to its end and measure it."""
    began = time.process_time()
    found = SPECIAL.get(experiment.task, of_a_task)(experiment, seed)
    return replace(found, minutes=(time.process_time() - began) / 60)


def of_a_task(experiment: Experiment, seed: int) -> Reached:
    """One of the engine's own tasks, by its own measure or by the loss on what is held out."""
    settings = replace(preset(PUBLISHED, experiment.task), **experiment.differences, seed=seed)
    trainer = settings.build_trainer()
    while trainer.steps_taken < settings.end_step:
        trainer.step()
    task = trainer.task
    cell = f"{CELLS[settings.variant]}, {settings.hidden_size} units"
    cell += f", embedding of {settings.embedding_size}" if settings.embedding_size else ""
    steps = f"{settings.end_step:,} × {settings.batch_size}"
    measure = task.measure(trainer.model, settings.sequence_length)
    guessers = "; ".join(f"{one.loss:.3f} {one.name}" for one in task.baselines())
    if measure is None:
        goal = trigram_loss() if experiment.task == "names" else task.baseline().loss
        compared = f"{guessers}; {goal:.3f} trigram table, interpolated" if experiment.task == "names" else guessers
        return Reached(trainer.validate(), 0.0, task.title, cell, steps, task.unit, goal, False, compared)
    compared = f"goal {measure.goal:.4g}"
    if experiment.task in ("words", "adding"):
        compared += f"; {task.unit}: {guessers}"
    return Reached(
        measure.value, 0.0, task.title, cell, steps, measure.name, measure.goal, measure.higher_is_better, compared
    )


def of_digits(experiment: Experiment, seed: int) -> Reached:
    """Handwritten digits, a pixel at a timestep."""
    found = digits.train(seed, permuted=experiment.task == PERMUTED, **experiment.differences)
    title = "Digits, pixel by pixel" + (", permuted" if experiment.task == PERMUTED else "")
    cell = f"{CELLS[experiment.differences.get('variant', 'standard')]}, {digits.UNITS} units"
    steps = f"{digits.STEPS:,} × {digits.BATCH}"
    goal = digits.nearest_mean()
    return Reached(
        found, 0.0, title, cell, steps, "share of digits right", goal, True, f"{goal:.3f} nearest mean image"
    )


def of_characters(experiment: Experiment, seed: int) -> Reached:
    """Python's library, character by character, in bits."""
    found = characters.train(seed, **experiment.differences)
    cell = f"{CELLS[experiment.differences.get('variant', 'standard')]}, {characters.UNITS} units"
    steps = f"{characters.STEPS:,} × {characters.BATCH}"
    others = characters.others()
    goal = others[f"{characters.ORDERS[-1]}-gram table"]
    compared = "; ".join(f"{bits:.3f} {name}" for name, bits in others.items())
    return Reached(found, 0.0, "Source code", cell, steps, "bits a character", goal, False, compared)


SPECIAL: dict[str, Callable[[Experiment, int], Reached]] = {
    DIGITS: of_digits,
    PERMUTED: of_digits,
    BITS: of_characters,
}


def row_of(found: dict[int, Reached]) -> list[str]:
    """A row of the table, from what each seed reached."""
    one = next(iter(found.values()))
    values = [reached.value for reached in found.values()]
    failed = [str(seed) for seed, reached in sorted(found.items()) if not reached.is_goal]
    reached = f"{len(found) - len(failed)} of {len(found)} seeds"
    if failed and len(failed) < len(found):
        reached += f"; not with {', '.join(failed)}"
    worst = min(values) if one.higher_is_better else max(values)
    minutes = f"{mean(reached.minutes for reached in found.values()):.1f}"
    middle = f"{median(values):.4g} {one.measure}"
    return [one.task, one.cell, one.steps, middle, f"{worst:.4g}", reached, minutes, one.compared]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--only", nargs="*", default=[], help=", ".join(dict.fromkeys(one.task for one in EXPERIMENTS)))
    parser.add_argument("--keep", type=Path, help="a file of what was trained, which is read and gone on with")
    options = parser.parse_args()
    if options.only and (unknown := set(options.only) - {*KINDS, *SPECIAL}):
        parser.error(f"there is no task {', '.join(sorted(unknown))}")
    known: dict[str, Reached] = {}
    if options.keep and options.keep.exists():
        lines = map(json.loads, options.keep.read_text("utf-8").splitlines())
        known = {line["key"]: Reached(**line["reached"]) for line in lines}
    wanted = [one for one in EXPERIMENTS if not options.only or one.task in options.only]
    os.environ.update(dict.fromkeys(THREAD_VARIABLES, "1"))  # of the processes: each is as fast beside another one
    with ProcessPoolExecutor(available_cores(), get_context("spawn")) as pool:
        trained = {
            pool.submit(train, one, seed): one.key(seed)
            for one in wanted
            for seed in range(options.seeds)
            if one.key(seed) not in known
        }
        for future in as_completed(trained):
            key = trained[future]
            known[key] = future.result()
            print(key, f"{known[key].value:.4g} {known[key].measure}, {known[key].minutes:.1f} min", flush=True)
            if options.keep:
                with options.keep.open("a", encoding="utf-8") as file:
                    file.write(json.dumps({"key": key, "reached": asdict(known[key])}) + "\n")
    rows = []
    for one in EXPERIMENTS:
        found = {seed: known[one.key(seed)] for seed in range(options.seeds) if one.key(seed) in known}
        if found:
            rows.append(row_of(found))
            print(" | ".join(rows[-1]), flush=True)
    if not options.only:
        write(rows, COLUMNS, BEGIN, STOP)


def write(rows: list[list[str]], columns: list[str], begin: str, stop: str, path: Path = README) -> None:
    """Put the table between its marks in the README, or another document."""
    lines = ["| " + " | ".join(row) + " |" for row in (columns, ["---"] * len(columns), *rows)]
    text = path.read_text("utf-8")
    before, rest = text.split(begin)
    _, after = rest.split(stop)
    path.write_text(f"{before}{begin}\n" + "\n".join(lines) + f"\n{stop}{after}", "utf-8")


if __name__ == "__main__":
    main()
