"""How strongly each earlier symbol moves a chosen prediction: gradient times input."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lstm_engine.checks import as_array, instance, truth, whole_number
from lstm_engine.errors import ShapeError
from lstm_engine.model import LSTMModel


@dataclass(frozen=True)
class Saliency:
    """How strongly each earlier timestep moves one output (gradient times input).

    Attributes:
        timestep: of the prediction. output: which of its numbers.
        value: of that output there: its score before softmax, or its log-probability.
        of_inputs: (timestep + 1,), to first order what would be lost without the input of that timestep.
    """

    timestep: int
    output: int
    value: float
    of_inputs: NDArray


def saliency(
    model: LSTMModel, inputs: ArrayLike, timestep: int, output: int | None = None, log_probability: bool = False
) -> Saliency:
    """Gradient times input (Shrikumar et al. 2016; Denil et al. 2014) of one output at one timestep.

    Args:
        inputs: (T, 1, I) or, with an embedding, integers (T, 1).
        timestep: of the prediction. output: which; None for the largest there.
        log_probability: of the output after softmax, in nats, in the place of its score.

    With an embedding the input is the vector that was read.

    Raises:
        ShapeError: inputs are no single sequence.
        SettingsError: there is no such timestep or output.
    """
    a = instance("model", model, LSTMModel).architecture
    array = as_array("inputs", inputs)
    if array.ndim < 2 or array.shape[1] != 1:
        raise ShapeError(f"inputs have shape {array.shape}, expected one sequence, such as (T, 1, I)")
    timestep = whole_number("timestep", timestep, 0, len(array) - 1)
    trace = model.trace(array[: timestep + 1])
    said = trace.outputs[timestep, 0]  # (O,)
    output = int(said.argmax()) if output is None else whole_number("output", output, 0, a.output_size - 1)
    T, O = timestep + 1, a.output_size
    if truth("log_probability", log_probability):
        targets = np.full((T, 1), output)
        gradients = model.trace_gradients(array[:T], targets, "cross_entropy", [timestep])
        moved, value = -gradients.inputs, -gradients.loss
    else:
        # squared error has the gradient 2 (y - target) / O, which is 1 at this output and 0 elsewhere with this target
        wanted = trace.outputs.astype(np.float64)
        wanted[timestep, 0, output] -= O / 2
        moved = model.trace_gradients(array[:T], wanted, "squared_error", [timestep]).inputs
        value = float(said[output])
    return Saliency(timestep, output, value, (moved.astype(np.float64) * trace.inputs)[:, 0].sum(axis=1))
