"""What the step view is sent: whole traces, whole gradients, and what a model would say next."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.hierarchy import leaves_list, linkage

from dashboard.serving.binary import pack
from dashboard.serving.clamps import clamp_payload
from dashboard.shell.cells import cell_payload
from dashboard.views.step.textbook import textbook_lines
from lstm_engine import Intervention, LSTMModel, TaskInputError, Trace
from lstm_engine.cell.equations import log_sum_exp
from lstm_engine.cell.quantities import quantities_of, sums_of
from lstm_engine.cell.readouts import readout_of
from lstm_engine.cell.variants import Variant
from lstm_engine.tasks import EncodedSequence, Task
from lstm_engine.tracing.trace import TraceGradients

TOP = 5  # predicted symbols shown
MOST_VALUES = 7_000_000  # of a trace; more would keep a browser busy for seconds


def planes_of(variant: Variant | str) -> int:
    """How many numbers a unit has at a timestep: its quantities, and what goes into their activations."""
    return len(quantities_of(variant)) + len(sums_of(variant))


def trace_message(
    model: LSTMModel, task: Task, sequence: EncodedSequence, clamps: Sequence[Intervention] = ()
) -> bytes:
    """The trace of a sequence with its cell, weights, predictions and the clamps it was computed with, for the browser.

    Arrays, for a cell of Q quantities of which S are made from sums: ``values`` (layers, Q, T, H), quantities in the
    engine's order; ``preactivations`` (layers, S, T, H), sums in theirs; ``inputs`` (T, I), or vectors (T, E)
    where there is an embedding; of layer k ``weights_k`` (S, H, I+H+2), acting on [x; h′; 1; 1], and ``peepholes_k``
    (S, H), 0 where there is none; ``readout`` (O, H+1).

    Raises:
        TaskInputError: the sequence is too long for so large a model.
    """
    a = model.architecture
    check_length(a.variant, a.num_layers, a.hidden_size, len(sequence.labels))
    trace = model.trace(sequence.inputs, interventions=clamps)
    values = stacked(trace, [quantity.name for quantity in quantities_of(a.variant)])
    header: dict[str, Any] = {
        "cell": cell_payload(a.variant.name, task.loss),
        "textbook": textbook_lines(a.variant.name, task.loss),
        "readout_by": readout_of(task.loss).name,
        "labels": sequence.labels,
        "target_labels": sequence.target_labels,
        "input_labels": padded_labels(task.reads, a.input_size),
        "output_labels": padded_labels(task.vocabulary or task.outputs_named or (task.number_asked,), a.output_size),
        "about": asdict(task.about),
        "timesteps": len(sequence.labels),
        "units": a.hidden_size,
        "layers": a.num_layers,
        "unit_of_loss": task.unit,
        "clamps": [clamp_payload(clamp) for clamp in clamps],
        "similarity": [similarity_order(layer) for layer in values],
    }
    predictions = symbol_predictions if task.vocabulary else value_predictions
    header |= number_outputs(trace) if task.outputs_are_numbers else predictions(trace, task, sequence)
    if a.embedding_size is not None:  # the numbers of a symbol's vector have no meaning of their own
        header |= {"embedded": True, "input_labels": [f"x {k}" for k in range(a.embedding_size)]}
    arrays = {
        "values": values,
        "preactivations": stacked(trace, [f"{made.quantity}_preactivation" for made in sums_of(a.variant)]),
        "inputs": trace.inputs[:, 0],
        "readout": readout_with_bias(model),
    }
    for k in range(a.num_layers):
        arrays |= {f"weights_{k}": weights_of_sums(model, k), f"peepholes_{k}": peepholes_of_sums(model, k)}
    return pack(header, arrays)


def gradient_message(
    model: LSTMModel,
    task: Task,
    sequence: EncodedSequence,
    timestep: int,
    clamps: Sequence[Intervention] = (),
) -> bytes:
    """The gradient of the loss at one timestep with respect to every quantity up to there.

    Array: ``gradients`` (layers, Q, timestep+1, H); what comes later has no part in that loss.
    """
    a = model.architecture
    check_length(a.variant, a.num_layers, a.hidden_size, timestep + 1)
    found = gradients_of(model, task, sequence, timestep, clamps)
    names = [quantity.name for quantity in quantities_of(a.variant)]
    gradients = np.stack([np.stack([layer[name][:, 0] for name in names]) for layer in found.layers])
    return pack({"loss": found.loss, "timestep": timestep, "quantities": names}, {"gradients": gradients})


def hidden_gradient_norms(model: LSTMModel, task: Task, sequence: EncodedSequence, timestep: int) -> list[list[float]]:
    """How long the gradient of the loss at one timestep is at each hidden state up to there: norms for each layer."""
    found = gradients_of(model, task, sequence, timestep)
    return [np.linalg.norm(layer["hidden"][:, 0].astype(np.float64), axis=1).tolist() for layer in found.layers]


def gradients_of(
    model: LSTMModel,
    task: Task,
    sequence: EncodedSequence,
    timestep: int,
    clamps: Sequence[Intervention] = (),
) -> TraceGradients:
    """Of the loss at one timestep; the sequence is cut off behind it."""
    inputs, targets = sequence.inputs[: timestep + 1], sequence.targets[: timestep + 1]
    within = [
        replace(clamp, timesteps=[t for t in clamp.timesteps if t <= timestep])
        if clamp.timesteps is not None
        else clamp
        for clamp in clamps
    ]
    return model.trace_gradients(inputs, targets, task.loss, timesteps=[timestep], interventions=within)


def check_length(variant: Variant | str, num_layers: int, hidden_size: int, timesteps: int) -> None:
    """Raise TaskInputError if a trace of so many timesteps is more than a browser can hold."""
    longest = MOST_VALUES // (planes_of(variant) * hidden_size * num_layers)
    if timesteps > longest:
        raise TaskInputError(
            f"The sequence has {timesteps:,} timesteps; of this run, with {num_layers} layers of "
            f"{hidden_size} units, at most {longest:,} fit on the page. Shorten it, or step a smaller run."
        )


def padded_labels(labels: Sequence[str], count: int) -> list[str]:
    """A label for each of so many places, of which the last may stand for nothing."""
    return [*labels, *(f"unused {k}" for k in range(len(labels), count))]


def stacked(trace: Trace, names: Sequence[str]) -> NDArray:
    """(layers, names, T, H) of the first sequence in the batch."""
    return np.stack([np.stack([getattr(layer, name)[:, 0] for name in names]) for layer in trace.layers])


def weights_of_sums(model: LSTMModel, layer: int) -> NDArray:
    """(S, H, I+H+2), acting on [x; h′; 1; 1]; 0 where a cell has no such weight."""
    a, parameters = model.architecture, model.parameters
    width, H = a.layer_input_size(layer), a.hidden_size
    of_input, of_hidden = parameters.biases(layer)
    parts = parameters.layers[layer][:, :width], parameters.recurrent(layer), of_input[:, None], of_hidden[:, None]
    found = np.concatenate(parts, axis=1).reshape(len(a.variant.blocks), H, width + H + 2)
    return found[[a.variant.blocks.index(made.quantity) for made in sums_of(a.variant)]]


def peepholes_of_sums(model: LSTMModel, layer: int) -> NDArray:
    """(S, H), 0 where there is none."""
    variant, weights = model.architecture.variant, model.parameters.peepholes[layer]
    found = np.zeros((len(sums_of(variant)), model.architecture.hidden_size), model.dtype)
    for place, made in enumerate(sums_of(variant)):
        if made.quantity in variant.peepholes:
            found[place] = weights[variant.peepholes.index(made.quantity)]
    return found


def readout_with_bias(model: LSTMModel) -> NDArray:
    """(O, H+1), acting on [h; 1]."""
    readout = model.parameters.readout
    return readout if model.architecture.bias else np.pad(readout, ((0, 0), (0, 1)))


def similarity_order(values: NDArray) -> list[int]:
    """Units so that those whose curves (Q, T, H) resemble each other are neighbours: the leaves of a cluster tree."""
    curves = values.astype(np.float64).transpose(2, 0, 1).reshape(values.shape[-1], -1)  # (H, QT)
    if len(curves) < 3:
        return list(range(len(curves)))
    return [int(unit) for unit in leaves_list(linkage(curves, "average"))]


def symbol_predictions(trace: Trace, task: Task, sequence: EncodedSequence) -> dict[str, Any]:
    """The likeliest symbols at each timestep, which are right, and how likely the model thought that.

    ``right`` is empty where no answer is asked, and ``surprise`` is 0 there.
    """
    scores = trace.outputs[:, 0].astype(np.float64)  # (T, O)
    targets = sequence.targets[:, 0]
    if task.loss == "cross_entropy":
        log_probabilities = scores - log_sum_exp(scores)[:, None]
        right = np.eye(scores.shape[1], dtype=bool)[targets]  # (T, O)
        came = np.take_along_axis(log_probabilities, targets[:, None], axis=1)[:, 0]  # (T,)
        scale = 1
    else:  # each output is a yes or no of its own
        log_probabilities = -np.logaddexp(0, -scores)
        right = targets > 0.5
        came = np.where(right, log_probabilities, -np.logaddexp(0, scores)).sum(axis=1)
        scale = scores.shape[1]
    asked = sequence.mask[:, 0] if sequence.mask is not None else np.ones(len(scores), bool)
    came = np.where(asked, came, 0.0)
    order = np.argsort(-log_probabilities, axis=1, kind="stable")[:, :TOP]  # (T, TOP)
    return {
        "kind": "symbols",
        "top": order.tolist(),
        "top_probabilities": np.exp(np.take_along_axis(log_probabilities, order, axis=1)).round(6).tolist(),
        "right": [np.flatnonzero(row).tolist() if ask else [] for row, ask in zip(right, asked, strict=True)],
        "came_probability": np.exp(came).round(6).tolist(),
        "surprise": (-came).round(6).tolist(),
        "loss": float(-came.sum() / asked.sum() / scale) if asked.any() else None,
    }


def number_outputs(trace: Trace) -> dict[str, Any]:
    """What comes out at each timestep where nobody knows what is right: the outputs farthest from 0, as numbers."""
    outputs = trace.outputs[:, 0].astype(np.float64)  # (T, O)
    order = np.argsort(-np.abs(outputs), axis=1, kind="stable")[:, :TOP]  # (T, TOP)
    return {
        "kind": "numbers",
        "top": order.tolist(),
        "top_values": np.take_along_axis(outputs, order, axis=1).tolist(),
        "farthest": float(np.abs(outputs).max()),
        "right": [[] for _ in outputs],
        "surprise": [0.0] * len(outputs),
        "loss": None,
    }


def value_predictions(trace: Trace, task: Task, sequence: EncodedSequence) -> dict[str, Any]:
    """The predicted value at each timestep, and the one that came, in the unit of what a person brought.

    ``right`` is empty where no answer is asked; ``surprise`` and ``loss`` are in the readout's unit. ``own_unit`` says
    what a readout of 0 stands for (zero) and by how much more 1 does (one); None if it is in that unit itself.
    """
    predicted, came = trace.outputs[:, 0, 0], sequence.targets[:, 0, 0]
    asked = sequence.mask[:, 0] if sequence.mask is not None else np.ones(len(predicted), bool)
    errors = np.where(asked, (predicted - came) ** 2, 0.0)
    zero, one = task.in_own_unit(np.array([0.0, 1.0])).tolist()
    return {
        "kind": "value",
        "predicted": task.in_own_unit(predicted).tolist(),
        "own_unit": {"zero": zero, "one": one - zero} if (zero, one) != (0, 1) else None,
        "came": task.in_own_unit(came).tolist(),
        "right": [[0] if ask else [] for ask in asked],
        "surprise": [float(value) for value in errors],
        "loss": float(errors.sum() / asked.sum()),
    }
