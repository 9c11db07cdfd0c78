"""Trainer: one resumable training step at a time. When to stop, save or wait is for others to say."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lstm_engine.cell.parameters import strip_prefix
from lstm_engine.errors import DivergenceError, SettingsError, WeightsError
from lstm_engine.learning.optimizers import Adam, Optimizer
from lstm_engine.learning.schedules import Schedule, constant
from lstm_engine.model import LSTMModel, LSTMState
from lstm_engine.tasks.base import Batch, Task


@dataclass(frozen=True)
class StepMetrics:
    """What one training step measured.

    Attributes:
        step: 1 for the first.
        loss: mean over the batch, before the update, in the task's unit.
        gradient_norm: Euclidean norm over all weights, before clipping.
        learning_rate: of this step.
    """

    step: int
    loss: float
    gradient_norm: float
    learning_rate: float


class Trainer:
    """Trains a model on a task.

    Args:
        model: what learns.
        task: what is learned.
        optimizer: how; Adam with its defaults if None.
        batch_size: B, sequences in a batch.
        sequence_length: T, timesteps of a sequence.
        seed: of the batches.
        schedule: factor on the optimizer's learning rate at each step; None for 1.

    Raises:
        SettingsError: the model's sizes are not the task's, or a size is not a positive integer.

    >>> from lstm_engine import tasks
    >>> trainer = Trainer(LSTMModel(28, 16, 28), tasks.get("names"), batch_size=4, sequence_length=10)
    >>> trainer.step().step
    1
    """

    def __init__(
        self,
        model: LSTMModel,
        task: Task,
        optimizer: Optimizer | None = None,
        batch_size: int = 32,
        sequence_length: int = 25,
        seed: int = 0,
        schedule: Schedule | None = None,
    ):
        for name, size in (("batch_size", batch_size), ("sequence_length", sequence_length)):
            if isinstance(size, bool) or not isinstance(size, int) or size < 1:
                raise SettingsError(f"{name} is {size!r}, expected a whole number of at least 1")
        a = model.architecture
        if (a.input_size, a.output_size) != (task.input_size, task.output_size):
            raise SettingsError(
                f"the model has input_size {a.input_size} and output_size {a.output_size}, "
                f"but task {task.name!r} needs {task.input_size} and {task.output_size}"
            )
        self.model = model
        self.task = task
        self.optimizer = optimizer if optimizer is not None else Adam(model)
        self.schedule = schedule if schedule is not None else constant()
        self.base_rate = self.optimizer.learning_rate
        self.batch_size = batch_size
        self.sequence_length = sequence_length
        self.steps_taken = 0
        self._generator = np.random.Generator(np.random.PCG64(seed))

    @cached_property
    def _validation(self) -> Batch:
        return self.task.validation_batch(self.sequence_length)

    def step(self) -> StepMetrics:
        """Draw a batch, compute loss and gradients, update the weights.

        Raises:
            DivergenceError: loss or gradient is not finite; the weights are then those of the step before.
        """
        batch = self.task.batch(self._generator, self.batch_size, self.sequence_length)
        step = self.steps_taken + 1
        self.optimizer.learning_rate = self.base_rate * self.schedule(step)
        with np.errstate(over="ignore", invalid="ignore"):  # what overflows is told below, in words that help
            loss, gradients = self.model.loss_and_gradients(batch.inputs, batch.targets, self.task.loss, batch.mask)
            if not np.isfinite(loss):
                raise DivergenceError(diverged(step, "loss", self.optimizer.learning_rate))
            norm = self.optimizer.step(gradients)
        if not np.isfinite(norm):
            raise DivergenceError(diverged(step, "gradient", self.optimizer.learning_rate))
        self.steps_taken = step
        return StepMetrics(step, loss, norm, self.optimizer.learning_rate)

    def validate(self) -> float:
        """The loss on the task's held-out part."""
        held_out = self._validation
        return self.model.loss(held_out.inputs, held_out.targets, self.task.loss, held_out.mask)

    def state_dict(self) -> dict[str, NDArray]:
        """All that later steps depend on, as named arrays: weights, optimizer, random generator, step."""
        state = {f"model.{name}": array for name, array in self.model.state_dict().items()}
        state |= {f"optimizer.{name}": array for name, array in self.optimizer.state_dict().items()}
        return state | {"generator": pack_generator(self._generator), "steps_taken": np.array(self.steps_taken)}

    def load_state_dict(self, state: Mapping[str, NDArray]) -> None:
        """Go on from a ``state_dict()``: later steps are bit-identical to those of the trainer that it came from.

        Raises:
            WeightsError: something is missing or of another shape.
        """
        missing = {"generator", "steps_taken"} - state.keys()
        if missing:
            raise WeightsError(f"the trainer's state lacks {', '.join(sorted(missing))}")
        self.optimizer.load_state_dict(strip_prefix(state, "optimizer."))
        self.model.load_state_dict(strip_prefix(state, "model."))
        unpack_generator(self._generator, state["generator"])
        self.steps_taken = int(state["steps_taken"])


def truncated_bptt(
    model: LSTMModel,
    optimizer: Optimizer,
    inputs: ArrayLike,
    targets: ArrayLike,
    window: int,
    loss: str = "cross_entropy",
    state: LSTMState | None = None,
) -> Iterator[tuple[float, LSTMState]]:
    """Learn from a sequence that is too long to backpropagate through at once (Williams and Peng 1990).

    The sequence is cut into windows; states are carried from each to the next, gradients are not. The weights are
    updated after every window.

    Args:
        model, optimizer: what learns, and how.
        inputs, targets, loss: as in ``LSTMModel.loss_and_gradients``, of any length T.
        window: timesteps that the gradient flows back through.
        state: before the first timestep; None for zeros.

    Yields:
        the loss of each window before its update, and the state after it.

    Raises:
        DivergenceError: loss or gradient is not finite; the weights are then those of the window before.
    """
    if isinstance(window, bool) or not isinstance(window, int) or window < 1:
        raise SettingsError(f"window is {window!r}, expected a whole number of at least 1")
    inputs, targets = np.asarray(inputs), np.asarray(targets)
    for number, start in enumerate(range(0, len(inputs), window), start=1):
        part = slice(start, start + window)
        with np.errstate(over="ignore", invalid="ignore"):
            value, gradients = model.loss_and_gradients(inputs[part], targets[part], loss, state=state)
            if not np.isfinite(value):
                raise DivergenceError(diverged(number, "loss", optimizer.learning_rate))
            state = model.last_state()
            if not np.isfinite(optimizer.step(gradients)):
                raise DivergenceError(diverged(number, "gradient", optimizer.learning_rate))
        yield value, state


def diverged(step: int, quantity: str, learning_rate: float) -> str:
    """What to say when a quantity is no longer a finite number."""
    return (
        f"Training diverged at step {step:,}: the {quantity} is no longer a finite number. The usual cause is a "
        f"learning rate that is too large (it is {learning_rate:g}); try a tenth of it, or clip the gradient at a "
        "smaller norm."
    )


def pack_generator(generator: np.random.Generator) -> NDArray:
    """The state of a PCG64 generator as six numbers, uint64: its two 128-bit integers in halves, and its buffer."""
    state = generator.bit_generator.state
    words = [state["state"][key] >> shift & (2**64 - 1) for key in ("state", "inc") for shift in (64, 0)]
    return np.array([*words, state["has_uint32"], state["uinteger"]], np.uint64)


def unpack_generator(generator: np.random.Generator, packed: NDArray) -> None:
    """Set a PCG64 generator to the state that ``pack_generator`` took."""
    words = [int(word) for word in packed]
    if len(words) != 6:
        raise WeightsError(f"the random generator's state has {len(words)} numbers, expected 6")
    generator.bit_generator.state = {
        "bit_generator": "PCG64",
        "state": {"state": words[0] << 64 | words[1], "inc": words[2] << 64 | words[3]},
        "has_uint32": words[4],
        "uinteger": words[5],
    }
