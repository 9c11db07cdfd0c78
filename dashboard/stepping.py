"""What the step view is sent: one whole trace of one sequence at one checkpoint, as compact binary."""

import base64
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dashboard.palette import QUANTITY_COLOURS
from lstm_engine import LSTMModel, TaskInputError, Trace
from lstm_engine.equations import log_sum_exp
from lstm_engine.quantities import QUANTITIES
from lstm_engine.tasks import EncodedSequence, Task

TOP = 5  # predicted symbols shown
MOST_VALUES = 7_000_000  # of a trace; more would keep a browser busy for seconds


def encode_floats(values: NDArray) -> str:
    """Little-endian float32, base64."""
    return base64.b64encode(np.ascontiguousarray(values, "<f4").tobytes()).decode("ascii")


def step_payload(model: LSTMModel, task: Task, sequence: EncodedSequence) -> dict[str, Any]:
    """The trace of a sequence with its predictions, ready for the browser.

    Returns:
        a dictionary that JSON can hold; ``values`` is float32 (layers, 6, T, H), quantities in the engine's order.

    Raises:
        TaskInputError: the sequence is too long for so large a model.
    """
    a = model.architecture
    longest = MOST_VALUES // (len(QUANTITIES) * a.hidden_size * a.num_layers)
    if len(sequence.labels) > longest:
        raise TaskInputError(
            f"The sequence has {len(sequence.labels):,} timesteps; of this run, with {a.num_layers} layers of "
            f"{a.hidden_size} units, at most {longest:,} fit on the page. Shorten it, or step a smaller run."
        )
    trace = model.trace(sequence.inputs)
    payload: dict[str, Any] = {
        "labels": sequence.labels,
        "target_labels": sequence.target_labels,
        "timesteps": len(sequence.labels),
        "units": a.hidden_size,
        "layers": a.num_layers,
        "quantities": [
            {
                "name": quantity.name,
                "label": quantity.label,
                "symbol": quantity.symbol,
                "equation": quantity.equation,
                "gate": quantity.is_gate,
                "colour": QUANTITY_COLOURS[quantity.name],
            }
            for quantity in QUANTITIES
        ],
        "values": encode_floats(stack_values(trace)),
    }
    if task.loss == "cross_entropy":
        return payload | symbol_predictions(trace, task, sequence)
    return payload | value_predictions(trace, sequence)


def stack_values(trace: Trace) -> NDArray:
    """(layers, 6, T, H) of the first sequence in the batch."""
    return np.stack(
        [np.stack([getattr(layer, quantity.name)[:, 0] for quantity in QUANTITIES]) for layer in trace.layers]
    )


def symbol_predictions(trace: Trace, task: Task, sequence: EncodedSequence) -> dict[str, Any]:
    """The likeliest symbols at each timestep, and how likely the one was that came."""
    scores = trace.outputs[:, 0].astype(np.float64)  # (T, O)
    log_probabilities = scores - log_sum_exp(scores)[:, None]
    order = np.argsort(-log_probabilities, axis=1, kind="stable")[:, :TOP]  # (T, TOP)
    targets = sequence.targets[:, 0]
    came = np.take_along_axis(log_probabilities, targets[:, None], axis=1)[:, 0]  # (T,)
    words = [task.vocabulary[k] if k < len(task.vocabulary) else f"unused {k}" for k in range(scores.shape[1])]
    return {
        "kind": "symbols",
        "top_labels": [[words[k] for k in row] for row in order],
        "top_probabilities": np.exp(np.take_along_axis(log_probabilities, order, axis=1)).round(6).tolist(),
        "came_probability": np.exp(came).round(6).tolist(),
        "loss": float(-came.mean()),
    }


def value_predictions(trace: Trace, sequence: EncodedSequence) -> dict[str, Any]:
    """The predicted value at each timestep, and the one that came."""
    predicted, came = trace.outputs[:, 0, 0], sequence.targets[:, 0, 0]
    return {
        "kind": "value",
        "predicted": [float(value) for value in predicted],
        "came": [float(value) for value in came],
        "loss": float(np.mean((predicted - came) ** 2)),
    }
