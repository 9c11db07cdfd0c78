"""Trainer: one resumable training step at a time. When to stop, save or wait is for others to say."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lstm_engine.cell.parameters import strip_prefix
from lstm_engine.cell.state import State
from lstm_engine.checks import as_array, instance, named_mapping, real_number, shown, whole_number
from lstm_engine.errors import DivergenceError, SettingsError, ShapeError, WeightsError
from lstm_engine.learning.optimizers import Adam, Optimizer, fitting_steps
from lstm_engine.learning.schedules import Schedule, constant
from lstm_engine.learning.shards import MOST_SHARDS, Shards, available_cores
from lstm_engine.model import MOST_SEED, LSTMModel
from lstm_engine.tasks.base import Batch, Task

OWN_STATE = {"generator", "steps_taken"}  # beside the model's and the optimizer's
MOST_POSITIONS = 2**24  # in a batch; as inputs of 28 numbers these are two gigabytes


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
    """Trains a model on a task. It belongs to one thread at a time, since each step changes the model's weights.

    Args:
        model: what learns.
        task: what is learned.
        optimizer: how; Adam with its defaults if None.
        batch_size: B, sequences in a batch.
        sequence_length: T, timesteps of a sequence.
        seed: of the batches, from 0 to 2**128 - 1.
        schedule: factor on the optimizer's learning rate at each step; None for 1.
        shards: the batch is cut into so many parts, whose gradients are added in a fixed order. The numbers follow from
            how many there are, to the bit, not from how many processes compute them, see ``processes``.

    With shards, processes beside this one compute, one core each, and the model's weights lie in memory that they
    share. They end with ``close``, with the trainer, and with this process, however it ends.

    Raises:
        SettingsError: the model's sizes are not the task's, the optimizer is of another model, or a size is not a
            positive integer.

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
        shards: int = 1,
    ):
        instance("model", model, LSTMModel)
        instance("task", task, Task)  # type: ignore[type-abstract]
        a = model.architecture
        if (a.input_size, a.output_size) != (task.input_size, task.output_size):
            raise SettingsError(
                f"the model has input_size {a.input_size} and output_size {a.output_size}, "
                f"but task {task.name!r} needs {task.input_size} and {task.output_size}"
            )
        self.model = model
        self.task = task
        self.optimizer = Adam(model) if optimizer is None else of_model(optimizer, model)
        if schedule is not None and not callable(schedule):
            raise SettingsError(f"schedule is {shown(schedule)}, expected one such as schedules.warmup(100), or None")
        self.schedule = schedule if schedule is not None else constant()
        self.base_rate = self.optimizer.learning_rate
        self.batch_size = whole_number("batch_size", batch_size)
        self.sequence_length = whole_number("sequence_length", sequence_length)
        if self.batch_size * self.sequence_length > MOST_POSITIONS:
            raise SettingsError(
                f"batch_size {shown(batch_size)} times sequence_length {shown(sequence_length)} is more than "
                f"{MOST_POSITIONS:,} positions in a batch; make one of them smaller"
            )
        self.steps_taken = 0
        count = whole_number("shards", shards, 1, MOST_SHARDS)
        self._shards = Shards(model, count, min(count, available_cores())) if count > 1 else None
        self._generator = np.random.Generator(np.random.PCG64(whole_number("seed", seed, 0, MOST_SEED)))

    @property
    def shards(self) -> int:
        """Parts that a batch is cut into."""
        return 1 if self._shards is None else self._shards.count

    @property
    def processes(self) -> int:
        """How many processes compute, at most one a shard; as many as there are cores, unless it is set, at any time.
        With 1 it is this one alone, with the same numbers."""
        return 1 if self._shards is None else self._shards.processes

    @processes.setter
    def processes(self, count: int) -> None:
        wanted = min(self.shards, whole_number("processes", count))
        if self._shards is not None:
            self._shards.processes = wanted
            if wanted == 1:
                self._shards.close()

    def wait_until_ready(self) -> None:
        """Until the processes compute that are to; they take a moment to start, in which this one does it all."""
        if self._shards is not None:
            self._shards.wait_until_ready(
                self.task.batch(np.random.default_rng(0), self.batch_size, self.sequence_length)
            )

    def close(self) -> None:
        """End the processes that compute beside this one; the next step would begin them anew."""
        if self._shards is not None:
            self._shards.close()

    @cached_property
    def _validation(self) -> Batch:
        return self.task.validation_batch(self.sequence_length)

    def step(self) -> StepMetrics:
        """Draw a batch, compute loss and gradients, update the weights.

        Raises:
            DivergenceError: loss or gradient is not finite; the weights are then those of the step before.
            SettingsError: the schedule gives no factor.
        """
        batch = self.task.batch(self._generator, self.batch_size, self.sequence_length)
        step = self.steps_taken + 1
        self.optimizer.learning_rate = self.base_rate * not_negative(self.schedule(step), step)
        with np.errstate(over="ignore", invalid="ignore"):  # what overflows is told below, in words that help
            if self._shards is None:
                loss, gradients = self.model.loss_and_gradients(batch.inputs, batch.targets, self.task.loss, batch.mask)
            else:
                loss, gradients = self._shards.loss_and_gradients(batch, self.task.loss)
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
            WeightsError: something is missing, unexpected, of another shape, or no state that a trainer can be in; the
                trainer is then unchanged.
        """
        state = named_mapping("the trainer's state", state, WeightsError)
        missing = OWN_STATE - state.keys()
        if missing:
            raise WeightsError(f"the trainer's state lacks {', '.join(sorted(missing))}")
        extra = {name for name in state if not name.startswith(("model.", "optimizer."))} - OWN_STATE
        if extra:
            raise WeightsError(f"the trainer's state holds {shown(sorted(extra))}, which no trainer has")
        weights = self.model.parameters.fitting(strip_prefix(state, "model."))
        optimizer = self.optimizer.fitting_state(strip_prefix(state, "optimizer."))
        generator = unpack_generator(state["generator"])
        steps_taken = fitting_steps("steps_taken", state["steps_taken"])
        # from here on nothing can fail, so that a refused state changes nothing
        self.model.load_state_dict(weights)
        self.optimizer.take_state(*optimizer)
        self._generator.bit_generator.state = generator
        self.steps_taken = steps_taken


def not_negative(factor: float, step: int) -> float:
    """A schedule's factor, or SettingsError unless it is a finite number of at least 0."""
    number = real_number(f"the schedule's factor at step {step:,}", factor)
    if number < 0:
        raise SettingsError(f"the schedule's factor at step {step:,} is {number:g}, expected at least 0")
    return number


def of_model(optimizer: object, model: LSTMModel) -> Optimizer:
    """The optimizer, or SettingsError unless it is one, and updates this model."""
    found = instance("optimizer", optimizer, Optimizer)
    if found.model is not model:
        raise SettingsError("the optimizer updates another model; make one with the model that is to learn")
    return found


def truncated_bptt(
    model: LSTMModel,
    optimizer: Optimizer,
    inputs: ArrayLike,
    targets: ArrayLike,
    window: int,
    loss: str = "cross_entropy",
    state: State | None = None,
) -> Iterator[tuple[float, State]]:
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
        ShapeError, SettingsError: as ``LSTMModel.loss_and_gradients``, or window is not a positive integer.
    """
    of_model(optimizer, instance("model", model, LSTMModel))
    window = whole_number("window", window)
    inputs, targets = as_array("inputs", inputs), as_array("targets", targets)
    if 0 in (inputs.ndim, targets.ndim) or not len(inputs) or len(inputs) != len(targets):
        raise ShapeError(f"inputs have shape {inputs.shape} and targets {targets.shape}, expected T timesteps of both")
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


def unpack_generator(packed: ArrayLike) -> dict[str, Any]:
    """The state of a PCG64 generator that ``pack_generator`` took, in the form that NumPy takes.

    Raises:
        WeightsError: it is none.
    """
    array = as_array("generator", packed, WeightsError)
    if array.shape != (6,) or array.dtype != np.uint64:
        raise WeightsError(f"generator is {array.dtype} of shape {array.shape}, expected six uint64")
    words = [int(word) for word in array]
    if words[3] % 2 == 0 or words[4] > 1 or words[5] >= 2**32:  # PCG64 steps by odd numbers, and buffers 32 bits
        raise WeightsError("generator holds numbers that no PCG64 generator has")
    return {
        "bit_generator": "PCG64",
        "state": {"state": words[0] << 64 | words[1], "inc": words[2] << 64 | words[3]},
        "has_uint32": words[4],
        "uinteger": words[5],
    }
