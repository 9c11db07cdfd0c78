"""What it buys that gates see h: parity, cell by cell, five seeds each; writes its table in the README.

A cell whose gates see x alone multiplies h′ by a number that knows nothing of h′ and is never negative: no 1 can turn
one answer into the other.
"""

from dataclasses import replace

import numpy as np

from lstm_engine.cell.variants import get_variant
from lstm_engine.model import LSTMModel
from lstm_engine.runs.presets import PUBLISHED, preset
from lstm_engine.runs.settings import RunSettings
from lstm_engine.tasks.symbols import SymbolTask
from tests.benchmarks.published import write

BEGIN, STOP = "<!-- parity -->", "<!-- end of parity -->"
COLUMNS = [
    "cell",
    "its gates see",
    "weights",
    "strings right, to 25 bits",
    "bits right, to 25",
    "strings right, to 100 bits",
]
SEEDS = range(5)
FURTHER = 100  # bits; four times as many as were learned from
CELLS: dict[str, dict[str, object]] = {
    "LSTM": {},
    "GRU": {"variant": "gru"},
    "sLSTM, four heads": {"variant": "slstm"},
    "minLSTM": {"variant": "minlstm"},
    "minLSTM, two layers": {"variant": "minlstm", "num_layers": 2},
    "minGRU": {"variant": "mingru"},
}


def main() -> None:
    rows = []
    for cell, differences in CELLS.items():
        settings = replace(preset(PUBLISHED, "parity"), **differences)  # type: ignore[arg-type]
        reached = np.array([measured(replace(settings, seed=seed)) for seed in SEEDS])
        sees = "x and h" if get_variant(settings.variant).sees_hidden else "x"
        weights = f"{settings.build_model().num_parameters:,}"
        rows.append([cell, sees, weights, *map(median_and_worst, reached.T)])
        print(" | ".join(rows[-1]), reached.round(3).tolist(), flush=True)
    write(rows, COLUMNS, BEGIN, STOP)


def measured(settings: RunSettings) -> tuple[float, float, float]:
    """Train one run to its end: strings and bits that are right at the lengths learned, and strings at longer ones."""
    trainer = settings.build_trainer()
    while trainer.steps_taken < settings.end_step:
        trainer.step()
    task, model, T = trainer.task, trainer.model, settings.sequence_length
    strings, further = (task.measure(model, length) for length in (T, FURTHER))
    assert isinstance(task, SymbolTask)
    assert strings is not None
    assert further is not None
    return strings.value, bits_right(task, model, T), further.value


def bits_right(task: SymbolTask, model: LSTMModel, sequence_length: int) -> float:
    """The share of held-out bits with the right answer."""
    batch = task.validation_batch(sequence_length)
    assert batch.mask is not None
    answers = model.forward(batch.inputs)[0][..., : len(task.answers)].argmax(axis=2)
    return float((answers == batch.targets)[batch.mask].mean())


def median_and_worst(values: np.ndarray) -> str:
    return f"{np.median(values):.3f}, worst {values.min():.3f}"


if __name__ == "__main__":
    main()
