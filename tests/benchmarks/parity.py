"""What it buys that gates see h: parity, cell by cell, five seeds each; writes its table in the README.

A cell whose gates see x alone multiplies h′ by a number that knows nothing of h′ and is never negative: no 1 can turn
one answer into the other. To see that this is it, and not what else the cells differ in, two of those that do see h are
trained once more with their weights on h held at 0.
"""

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from lstm_engine.cell.variants import get_variant
from lstm_engine.model import LSTMModel
from lstm_engine.runs.presets import PUBLISHED, preset
from lstm_engine.runs.settings import RunSettings
from lstm_engine.tasks.symbols import SymbolTask
from tests.benchmarks.published import write

BEGIN, STOP = "<!-- parity -->", "<!-- end of parity -->"
COLUMNS = ["cell", "gates see", "weights", "strings to 25 bits", "bits of them", "strings to 100 bits"]
SEEDS = range(5)
FURTHER = 100  # bits; four times as many as were learned from


class Experiment(NamedTuple):
    """A cell, what differs from the task's preset, and whether its weights on h are held at 0."""

    cell: str
    differences: dict[str, object]
    deaf: bool = False


EXPERIMENTS = (
    Experiment("LSTM", {}),
    Experiment("LSTM, weights on h held at 0", {}, deaf=True),
    Experiment("sLSTM, four heads", {"variant": "slstm"}),
    Experiment("sLSTM, weights on h held at 0", {"variant": "slstm"}, deaf=True),
    Experiment("minLSTM", {"variant": "minlstm"}),
    Experiment("minLSTM, two layers", {"variant": "minlstm", "num_layers": 2}),
    Experiment("GRU", {"variant": "gru"}),
    Experiment("minGRU", {"variant": "mingru"}),
)


def main() -> None:
    rows = []
    for experiment in EXPERIMENTS:
        settings = replace(preset(PUBLISHED, "parity"), **experiment.differences)  # type: ignore[arg-type]
        reached = np.array([measured(replace(settings, seed=seed), experiment.deaf) for seed in SEEDS])
        sees = "x and h" if get_variant(settings.variant).sees_hidden and not experiment.deaf else "x"
        model = settings.build_model()
        learned = model.num_parameters - (sum(array.size for array in weights_on_h(model)) if experiment.deaf else 0)
        rows.append([experiment.cell, sees, f"{learned:,}", *map(median_and_worst, reached.T)])
        print(" | ".join(rows[-1]), reached.round(3).tolist(), flush=True)
    write(rows, COLUMNS, BEGIN, STOP)


def measured(settings: RunSettings, deaf: bool) -> tuple[float, float, float]:
    """Train one run to its end: shares of strings and bits right at the lengths learned, and of longer strings."""
    trainer = settings.build_trainer()
    held = weights_on_h(trainer.model) if deaf else []
    for weights in held:
        weights[...] = 0
    while trainer.steps_taken < settings.end_step:
        trainer.step()
        for weights in held:
            weights[...] = 0
    task, model, T = trainer.task, trainer.model, settings.sequence_length
    strings, further = (task.measure(model, length) for length in (T, FURTHER))
    assert isinstance(task, SymbolTask)
    assert strings is not None
    assert further is not None
    return strings.value, bits_right(task, model, T), further.value


def weights_on_h(model: LSTMModel) -> list[np.ndarray]:
    """Those of every layer, as they are in the model."""
    return [array for name, array in model.parameters.items() if ".weight_hh_l" in name]


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
