"""What a run is made of: one frozen record that is checked once, stored as JSON, and turned into a trainer."""

import json
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Self

import numpy as np

from lstm_engine import tasks
from lstm_engine.cell.variants import get_variant
from lstm_engine.errors import SettingsError
from lstm_engine.learning.optimizers import Adam
from lstm_engine.learning.training import Trainer
from lstm_engine.model import LSTMModel


@dataclass(frozen=True)
class Limits:
    """The range of a setting; ``least_open`` and ``most_open`` exclude the ends."""

    least: float
    most: float
    least_open: bool = False
    most_open: bool = False

    def __str__(self) -> str:
        low = f"above {self.least:g}" if self.least_open else f"at least {self.least:g}"
        high = f"below {self.most:g}" if self.most_open else f"at most {self.most:g}"
        return f"{low} and {high}"

    def __contains__(self, value: float) -> bool:
        above = value > self.least if self.least_open else value >= self.least
        return bool(above and (value < self.most if self.most_open else value <= self.most))


LIMITS: dict[str, Limits] = {
    "hidden_size": Limits(1, 512),
    "num_layers": Limits(1, 4),
    "learning_rate": Limits(0, 1, least_open=True),
    "beta1": Limits(0, 1, most_open=True),
    "beta2": Limits(0, 1, most_open=True),
    "batch_size": Limits(1, 256),
    "sequence_length": Limits(2, 200),
    "seed": Limits(0, 2**32 - 1),
    "forget_bias": Limits(-10, 10),
    "end_step": Limits(1, 1_000_000),
    "pace": Limits(0, 100_000),
}
CHANGEABLE = ("learning_rate", "clip_norm", "batch_size")  # while a run trains
MOST_MEMORY = 2**30  # bytes of buffers that a run may need


@dataclass(frozen=True)
class RunSettings:
    """Everything that decides how a run goes; the same settings give the same numbers.

    Attributes:
        task: name of the task.
        hidden_size: H. num_layers: layers stacked.
        learning_rate, beta1, beta2: Adam's.
        batch_size: B. sequence_length: T. seed: of weights and batches.
        end_step: the step at which the run is done.
        pace: the fastest training may go, in steps a second, so that a class can watch; 0 for as fast as it can.
        clip_norm: largest gradient norm; None for no clipping.
        bias: whether the cell has biases. init_std: weights from N(0, init_std); None as PyTorch.
        input_size, output_size: wider than the task needs; None for as wide as it needs.
        variant: which cell, see ``variants.py``.
        forget_bias: initial bias of the forget gates; the larger, the longer a fresh cell remembers.
        text: what to learn from, for a task that learns from a person's own.

    Raises:
        SettingsError: a setting is out of range; the message names it.
    """

    task: str = "names"
    hidden_size: int = 64
    num_layers: int = 1
    learning_rate: float = 0.004
    beta1: float = 0.9
    beta2: float = 0.99
    batch_size: int = 32
    sequence_length: int = 25
    seed: int = 0
    end_step: int = 3_000
    pace: float = 50.0
    clip_norm: float | None = 1.0
    bias: bool = True
    init_std: float | None = None
    input_size: int | None = None
    output_size: int | None = None
    variant: str = "standard"
    forget_bias: float = 1.0
    text: str | None = None

    def __post_init__(self) -> None:
        for name, limits in LIMITS.items():
            value = getattr(self, name)
            whole = RunSettings.__annotations__[name] is int
            kind = "a whole number" if whole else "a number"
            is_number = isinstance(value, int if whole else int | float) and not isinstance(value, bool)
            if not is_number or value not in limits:
                raise SettingsError(f"{name} is {value!r}, expected {kind} of {limits}")
        if self.clip_norm is not None and not (np.isfinite(self.clip_norm) and self.clip_norm > 0):
            raise SettingsError(f"clip_norm is {self.clip_norm!r}, expected a finite number above 0, or None")
        get_variant(self.variant)
        task = self.task_object
        width = 20 * self.hidden_size * self.num_layers + task.input_size + 3 * task.output_size
        needed = 4 * self.sequence_length * self.batch_size * width
        if needed > MOST_MEMORY:
            raise SettingsError(
                f"hidden_size {self.hidden_size}, num_layers {self.num_layers}, batch_size {self.batch_size} and "
                f"sequence_length {self.sequence_length} together need about {needed / 2**30:.1f} GiB of memory, "
                f"expected at most {MOST_MEMORY / 2**30:.0f} GiB; make one of them smaller"
            )

    @property
    def task_object(self) -> tasks.Task:
        """The task that the name stands for, as wide as the settings say."""
        return tasks.get(self.task, self.input_size, self.output_size, self.text)

    def build_trainer(self) -> Trainer:
        """A trainer at step 0."""
        task = self.task_object
        model = LSTMModel(
            task.input_size,
            self.hidden_size,
            task.output_size,
            self.num_layers,
            self.variant,
            self.forget_bias,
            seed=self.seed,
            bias=self.bias,
            init_std=self.init_std,
        )
        adam = Adam(model, self.learning_rate, (self.beta1, self.beta2), clip_norm=self.clip_norm)
        return Trainer(model, task, adam, self.batch_size, self.sequence_length, self.seed)

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Raises SettingsError if the text is not a JSON object of known settings."""
        try:
            values: Any = json.loads(text)
        except json.JSONDecodeError as error:
            raise SettingsError(f"the settings are not JSON: {error}") from error
        known = {field.name for field in fields(cls)}
        if not isinstance(values, dict) or values.keys() - known:
            raise SettingsError(f"the settings hold unknown entries; expected some of {', '.join(sorted(known))}")
        return cls(**values)


CLASSROOM = RunSettings()
# The notebook that this project began from, to the letter: one layer without biases, one-hot inputs of width 100,
# 256 units, 1000 outputs, weights from N(0, 0.01), Adam with 0.005, 0.9, 0.99, no clipping.
NOTEBOOK = RunSettings(
    hidden_size=256,
    learning_rate=0.005,
    beta1=0.9,
    beta2=0.99,
    batch_size=20,
    sequence_length=10,
    clip_norm=None,
    bias=False,
    init_std=0.01,
    input_size=100,
    output_size=1000,
    pace=0.0,
)
PRESETS: dict[str, RunSettings] = {"classroom": CLASSROOM, "notebook": NOTEBOOK}
PUBLISHED = "published"  # the preset that each task brings: what reaches its paper's result
PRESET_NAMES = (*PRESETS, PUBLISHED)


def preset(name: str, task: str, text: str | None = None) -> RunSettings:
    """A preset's settings for a task.

    Args:
        text: what to learn from, for a task that learns from a person's own.

    Raises:
        SettingsError: there is no such preset or task.
    """
    if task not in tasks.KINDS:
        raise SettingsError(f"there is no task {task!r}; choose one of {', '.join(tasks.KINDS)}")
    if name == PUBLISHED:
        return RunSettings(task=task, text=text, **tasks.KINDS[task].settings)
    if name not in PRESETS:
        raise SettingsError(f"there is no preset {name!r}; choose one of {', '.join(PRESET_NAMES)}")
    return replace(PRESETS[name], task=task, text=text)
