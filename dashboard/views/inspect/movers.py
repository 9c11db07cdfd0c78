"""What moved a prediction: how strongly each earlier symbol moves one output, by gradient times input."""

from typing import Any

import numpy as np

from dashboard.serving.problems import Problem
from dashboard.views.inspect.analyses import Analysis
from dashboard.views.inspect.bounds import check_position
from dashboard.views.inspect.profiles import number
from lstm_engine.inspection import saliency

MOST_BEFORE = 200  # symbols before the prediction that are looked at


def movers_payload(analysis: Analysis, position: int, output: int | None) -> dict[str, Any]:
    """How strongly each symbol up to a position moves what the model expects next.

    The sequence is read anew from at most ``MOST_BEFORE`` symbols earlier.

    Args:
        output: whose chance is looked at; None for the likeliest one.

    Raises:
        Problem: there is no such position or output.
    """
    check_position(position, analysis)
    text, vocabulary = analysis.passage, analysis.task.vocabulary
    sequence, timestep = text.place(position)
    first = max(0, timestep - MOST_BEFORE)
    inputs = text.batch.inputs[first : timestep + 1, [sequence]]  # (T, 1, I)
    outputs = len(vocabulary) or analysis.model.architecture.output_size
    if output is not None and output >= outputs:
        raise Problem(f"There is no output {output}; this run has 0 to {outputs - 1}.")
    if output is None:
        output = int(analysis.top[position, 0])
    found = saliency(
        analysis.model,
        inputs,
        timestep - first,
        output,
        log_probability=analysis.task.loss == "cross_entropy",
    )
    begin = text.begins[sequence] + first
    likeliest = [
        {"output": int(one), "label": vocabulary[one] if one < len(vocabulary) else f"{one}", "chance": number(chance)}
        for one, chance in zip(analysis.top[position], analysis.top_chances[position], strict=True)
    ]
    came = [k for k, label in enumerate(vocabulary) if label == text.came[position]]
    return {
        "first": begin,
        "labels": list(text.labels[begin : position + 1]),
        "moves": [number(value) for value in np.asarray(found.of_inputs, np.float64)],
        "output": output,
        "label": vocabulary[output] if output < len(vocabulary) else analysis.task.number_asked,
        "likeliest": likeliest if vocabulary else [],
        "came": came[0] if came else None,
        "came_label": text.came[position],
        "cut": first > 0,
    }
