"""The papers' own experiments, trained here from their presets; writes the table in the README."""

import time
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lstm_engine.runs.presets import PUBLISHED, preset
from lstm_engine.runs.settings import RunSettings
from lstm_engine.tasks.names import ALPHABET, END, INDEX, split_names

README = Path(__file__).parents[2] / "README.md"
BEGIN, STOP = "<!-- results -->", "<!-- end of results -->"
COLUMNS = ["task", "cell", "seed", "steps", "minutes", "reached", "to compare"]
# task, what differs from its preset
EXPERIMENTS: list[tuple[str, dict[str, object]]] = [
    ("adding", {}),
    ("adding", {"variant": "rnn"}),
    ("reber", {}),
    ("reber", {"variant": "rnn"}),
    ("temporal order", {}),
    ("temporal order", {"variant": "rnn"}),
    ("a^n b^n", {}),
    ("a^n b^n", {"variant": "vanilla", "hidden_size": 5, "forget_bias": 3.0, "seed": 0}),
    ("a^n b^n c^n", {}),
    ("brackets", {}),
    ("copy", {}),
    ("parity", {}),
    ("words", {}),
    ("names", {"hidden_size": 192, "learning_rate": 0.002, "end_step": 1_600, "batch_size": 64}),
]
CELLS = {"standard": "LSTM", "vanilla": "LSTM with peepholes", "rnn": "plain RNN", "gru": "GRU"}


def main() -> None:
    rows = []
    for task, differences in EXPERIMENTS:
        rows.append(train(replace(preset(PUBLISHED, task), **differences)))  # type: ignore[arg-type]
        print(" | ".join(rows[-1]), flush=True)
    write(rows, COLUMNS, BEGIN, STOP)


def train(settings: RunSettings) -> list[str]:
    """Train one run to its end and measure it."""
    trainer = settings.build_trainer()
    started = time.perf_counter()
    while trainer.steps_taken < settings.end_step:
        trainer.step()
    minutes = (time.perf_counter() - started) / 60
    measure = trainer.task.measure(trainer.model, settings.sequence_length)
    if measure is None:
        reached = f"{trainer.validate():.3f} {trainer.task.unit}"
        baseline = trainer.task.baseline()
        compared = f"{baseline.loss:.3f} {baseline.name}"
        if settings.task == "names":
            compared += f"; {trigram_loss():.3f} trigram table, interpolated"
    else:
        reached = f"{measure.name}: {measure.value:.4g}"
        compared = f"goal {measure.goal:g}{'' if measure.reached else ', not reached'}"
        if settings.task == "words":
            reached += f" ({trainer.validate():.3f} {trainer.task.unit} in the app)"
            tables = (f"{baseline.loss:.3f} {baseline.name}" for baseline in trainer.task.baselines())
            compared += f"; {'; '.join(tables)}"
        if settings.task == "adding":
            baseline = trainer.task.baseline()
            compared += f"; {baseline.name}: {baseline.loss:.3f}"
    cell = f"{CELLS[settings.variant]}, {settings.hidden_size} units"
    cell += f", embedding of {settings.embedding_size}" if settings.embedding_size else ""
    steps = f"{settings.end_step:,} × {settings.batch_size}"
    return [trainer.task.title, cell, str(settings.seed), steps, f"{minutes:.1f}", reached, compared]


def trigram_loss() -> float:
    """Nats per character of tables of three, two and one letters, mixed as suits the training names best."""
    training, validation = split_names()
    cut = len(training) * 9 // 10
    shares = best_shares(tables(training[:cut]), training[cut:])
    return -float(np.mean(np.log(mixed(tables(training), validation, shares))))


def tables(names: tuple[str, ...]) -> list[NDArray]:
    """Probabilities of the next letter after none, one and two letters, each table smoothed by a tenth of a count."""
    size = len(ALPHABET)
    counts = [np.full(size, 0.1), np.full((size, size), 0.1), np.full((size, size, size), 0.1)]
    for one, two, three in triples(names):
        counts[0][three] += 1
        counts[1][two, three] += 1
        counts[2][one, two, three] += 1
    return [count / count.sum(axis=-1, keepdims=True) for count in counts]


def triples(names: tuple[str, ...]) -> list[tuple[int, int, int]]:
    """All letters with the two before them."""
    padded = [END * 2 + name + END for name in names]
    return [
        (INDEX[a], INDEX[b], INDEX[c]) for name in padded for a, b, c in zip(name, name[1:], name[2:], strict=False)
    ]


def mixed(of: list[NDArray], names: tuple[str, ...], shares: tuple[float, float, float]) -> NDArray:
    one, two, three = np.array(triples(names)).T
    return shares[0] * of[0][three] + shares[1] * of[1][two, three] + shares[2] * of[2][one, two, three]


def best_shares(of: list[NDArray], names: tuple[str, ...]) -> tuple[float, float, float]:
    grid = [(a, b, 1 - a - b) for a in np.arange(0.01, 0.2, 0.03) for b in np.arange(0.05, 0.6, 0.05)]
    return max(grid, key=lambda shares: float(np.log(mixed(of, names, shares)).mean()))


def write(rows: list[list[str]], columns: list[str], begin: str, stop: str) -> None:
    """Put the table between its marks in the README."""
    lines = ["| " + " | ".join(row) + " |" for row in (columns, ["---"] * len(columns), *rows)]
    text = README.read_text("utf-8")
    before, rest = text.split(begin)
    _, after = rest.split(stop)
    README.write_text(f"{before}{begin}\n" + "\n".join(lines) + f"\n{stop}{after}", "utf-8")


if __name__ == "__main__":
    main()
