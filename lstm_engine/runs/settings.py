"""What a run is made of: one frozen record that is judged on its way in, stored as JSON, and turned into a trainer.

It consists of parts: what the model is, what it learns from, how it is optimized, how far and fast. Whoever needs one
part alone asks for that: ``ModelSettings`` in a signature is a promise that nothing else is looked at.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Self, TypeVar

from lstm_engine import tasks
from lstm_engine.cell.parameters import check_heads
from lstm_engine.cell.variants import VARIANTS, get_variant
from lstm_engine.checks import shown
from lstm_engine.errors import SettingsError
from lstm_engine.learning.optimizers import Adam
from lstm_engine.learning.shards import MOST_SHARDS
from lstm_engine.learning.training import Trainer
from lstm_engine.model import LSTMModel
from lstm_engine.runs.fields import WIDEST, Limits, setting, settings_of
from lstm_engine.runs.sharding import usual_shards

CHANGEABLE = ("learning_rate", "clip_norm", "batch_size")  # while a run trains
MOST_MEMORY = 2**30  # bytes of buffers that a run may need
STILL_POSSIBLE = "It can be looked at, exported and deleted, but not trained."

Part = TypeVar("Part")
Kind = TypeVar("Kind", bound="RunSettings")


@dataclass(frozen=True)
class DataSettings:
    """What is learned from, in which portions.

    Attributes:
        task: name of the task.
        text: what to learn from, for a task that learns from a person's own, or whose text may change with the
            machine; see ``pinned``.
        batch_size: B. sequence_length: T. shards: parts of each batch, see ``sharding.py``; None for one.
    """

    task: str = setting("names", "Task", "What is learned.")
    text: str | None = setting(None, "Text", "What to learn from, for a task on your own data.")
    batch_size: int = setting(32, "Batch size", "Sequences learned from in one step.", Limits(1, 256))
    sequence_length: int = setting(
        25, "Sequence length", "Timesteps that the gradient flows back through.", Limits(2, 200)
    )
    shards: int | None = setting(None, "Shards", "Parts of a batch that cores share.", Limits(1, MOST_SHARDS))


@dataclass(frozen=True)
class ModelSettings:
    """What the model is; its weights' shapes follow from it, and from what the task needs.

    Attributes:
        variant: which cell, see ``variants.py``.
        hidden_size: H. num_layers: layers stacked.
        bias: whether the cell has biases.
        forget_bias: initial bias of the forget gates; the larger, the longer a fresh cell remembers.
        init_std: weights from N(0, init_std); None as PyTorch.
        input_size, output_size: wider than the task needs; None for as wide as it needs.
        embedding_size: E, learned numbers that stand for each symbol; 0 for one-hot inputs.
    """

    variant: str = setting("standard", "Cell", "Which cell learns.")
    hidden_size: int = setting(
        64, "Hidden size", "Units of each layer: how much the cell can remember.", Limits(1, 512), WIDEST
    )
    num_layers: int = setting(1, "Layers", "Layers on top of each other.", Limits(1, 4), WIDEST)
    bias: bool = setting(True, "Biases", "Whether gates and readout have biases.")
    forget_bias: float = setting(
        1.0, "Forget bias", "Of a fresh cell: the larger, the longer it remembers.", Limits(-10, 10)
    )
    init_std: float | None = setting(  # float32 holds numbers up to 3e38
        None, "Spread of fresh weights", "Weights from N(0, this); None as PyTorch draws them.", Limits(0, 1e30)
    )
    input_size: int | None = setting(None, "Input width", "None for as wide as the task needs.", Limits(1, 10_000))
    output_size: int | None = setting(None, "Output width", "None for as wide as the task needs.", Limits(1, 10_000))
    embedding_size: int = setting(0, "Embedding", "Learned numbers a symbol; 0 for one-hot.", Limits(0, 1_000), WIDEST)


@dataclass(frozen=True)
class OptimizerSettings:
    """How the weights are moved.

    Attributes:
        learning_rate, beta1, beta2: Adam's.
        clip_norm: largest gradient norm; None for no clipping.
    """

    learning_rate: float = setting(0.004, "Learning rate", "How far a step moves the weights.", Limits(0, 1, True))
    beta1: float = setting(0.9, "Adam β₁", "Decay of the mean gradient.", Limits(0, 1, most_open=True))
    beta2: float = setting(0.99, "Adam β₂", "Decay of the mean squared gradient.", Limits(0, 1, most_open=True))
    clip_norm: float | None = setting(
        1.0, "Gradient clipped at", "Largest gradient norm; None for no clipping.", Limits(0, least_open=True)
    )


@dataclass(frozen=True)
class CourseSettings:
    """How far the run goes, and how fast.

    Attributes:
        seed: of weights and batches.
        end_step: the step at which the run is done.
        pace: the fastest training may go, in steps a second, so that a class can watch; 0 for as fast as it can.
    """

    seed: int = setting(
        0, "Seed", "Of the first weights and of the batches; the same seed gives the same run.", Limits(0, 2**32 - 1)
    )
    end_step: int = setting(3_000, "Steps", "The run ends after so many.", Limits(1, 1_000_000))
    pace: float = setting(50.0, "Training speed", "Most steps a second; 0 for as fast as it can.", Limits(0, 100_000))


@dataclass(frozen=True)
class RunSettings(CourseSettings, OptimizerSettings, ModelSettings, DataSettings):
    """Everything that decides how a run goes, flat; the same settings give the same numbers.

    The parts say what each setting means.

    Raises:
        SettingsError: a setting is of another kind or out of range; the message names it.
    """

    def __post_init__(self) -> None:
        if (problem := first_problem(vars(self))) is not None:
            raise SettingsError(problem)
        check_heads(get_variant(self.variant), self.hidden_size)
        self.task_object.check_embedding(self.embedding_size)
        if (needed := self.buffer_bytes) > MOST_MEMORY:
            raise SettingsError(
                f"hidden_size {self.hidden_size}, num_layers {self.num_layers}, batch_size {self.batch_size} and "
                f"sequence_length {self.sequence_length} together need about {needed / 2**30:.1f} GiB of memory, "
                f"expected at most {MOST_MEMORY / 2**30:.0f} GiB; make one of them smaller"
            )

    @property
    def buffer_bytes(self) -> int:
        """What a training step keeps for its way back, in bytes."""
        width = 20 * self.hidden_size * self.num_layers + self.task_object.input_size + 3 * self.task_object.output_size
        return 4 * self.sequence_length * self.batch_size * width

    @property
    def problem(self) -> str | None:
        """Why today's code cannot run these settings, in a sentence; None if it can. No task is built for it."""
        return None

    @property
    def data(self) -> DataSettings:
        """What is learned from, alone: to compare runs by."""
        return self._part(DataSettings)

    @property
    def model(self) -> ModelSettings:
        """What the model is, alone."""
        return self._part(ModelSettings)

    @property
    def optimizer(self) -> OptimizerSettings:
        """How the weights are moved, alone."""
        return self._part(OptimizerSettings)

    @property
    def course(self) -> CourseSettings:
        """How far and how fast, alone."""
        return self._part(CourseSettings)

    def _part(self, kind: type[Part]) -> Part:
        return kind(**{field.name: getattr(self, field.name) for field in fields(kind)})  # type: ignore[arg-type]

    def same_numbers(self, other: "RunSettings") -> bool:
        """Whether both give the same numbers: all but the pace decides. No task is built to find out."""
        return self.problem is None and other.problem is None and self.numbers() == other.numbers()

    def numbers(self, with_seed: bool = True) -> tuple[object, ...]:
        """What decides the numbers that a run computes, to compare runs by. No task is built for it."""
        course = replace(self.course, pace=0.0)
        return self.data, self.model, self.optimizer, course if with_seed else replace(course, seed=0)

    @property
    def task_object(self) -> tasks.Task:
        """The task that the name stands for, as wide as the settings say.

        Raises:
            SettingsError, TaskInputError: there is no such task any more, or it cannot be made from the text.
        """
        return tasks.get(self.task, self.input_size, self.output_size, self.text)

    def pinned(self) -> Self:
        """The same, with its number of shards, and a copy of whatever the task would else read from this machine."""
        text = tasks.OF_RUNS[self.task].text_to_keep() if self.text is None else None
        kept = self if text is None else replace(self, text=text)
        shards = self.shards or usual_shards(self.task, self.variant, self.hidden_size, self.batch_size)
        return kept if shards == self.shards else replace(kept, shards=shards)

    def build_model(self) -> LSTMModel:
        """A fresh model, as it is at step 0."""
        task = self.task_object.to_train()
        return LSTMModel(
            task.input_size,
            self.hidden_size,
            task.output_size,
            self.num_layers,
            self.variant,
            self.forget_bias,
            seed=self.seed,
            bias=self.bias,
            init_std=self.init_std,
            embedding_size=self.embedding_size or None,
        )

    def build_trainer(self) -> Trainer:
        """A trainer at step 0."""
        model = self.build_model()
        adam = Adam(model, self.learning_rate, (self.beta1, self.beta2), clip_norm=self.clip_norm)
        sizes = self.batch_size, self.sequence_length
        return Trainer(model, self.task_object, adam, *sizes, self.seed, shards=self.shards or 1)

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "RunSettings":
        """Raises SettingsError if the text is not a JSON object of settings that today's code can run."""
        settings = RunSettings.from_stored(text)
        if settings.problem is not None:
            raise SettingsError(settings.problem)
        return replace(settings)  # which judges them whole, with their task

    @staticmethod
    def from_stored(text: object) -> "RunSettings":
        """Whatever a database holds as settings; never raises, and builds no task.

        They were judged on their way in, but by the code of another day: what today's cannot run has a ``problem``, its
        usable values, defaults for the others, and gives back the stored text as it was.
        """
        try:
            values = json.loads(text)  # type: ignore[arg-type]
        except (TypeError, ValueError, RecursionError) as error:
            return UnreadableSettings.of({}, text, f"The settings of this run are not JSON ({error}). {STILL_POSSIBLE}")
        if not isinstance(values, dict):
            reason = f"The settings of this run are {shown(values)}, expected a JSON object"
            return UnreadableSettings.of({}, text, f"{reason}. {STILL_POSSIBLE}")
        usable = {name: one for name, one in values.items() if name in SETTINGS and SETTINGS[name].still_tells(one)}
        problem = first_problem(values) or first_unknown(values)
        if problem is None:
            return unjudged(RunSettings, usable)
        return UnreadableSettings.of(usable, text, f"This version cannot train the run: {problem}. {STILL_POSSIBLE}")


SETTINGS = settings_of(RunSettings)
LIMITS: dict[str, Limits] = {name: field.limits for name, field in SETTINGS.items() if field.limits is not None}


class UnreadableSettings(RunSettings):
    """Stored settings that today's code cannot run, as far as they could be read; ``RunSettings.from_stored`` makes
    them."""

    _stored: str
    _problem: str

    def __init__(self, **_: object):
        raise SettingsError(f"these settings are of a run that this version cannot train. {STILL_POSSIBLE}")

    @staticmethod
    def of(usable: Mapping[str, Any], stored: object, problem: str) -> "UnreadableSettings":
        """Made from the usable values, the stored text, and a sentence on what is wrong with it."""
        settings = unjudged(UnreadableSettings, usable)
        object.__setattr__(settings, "_stored", stored if isinstance(stored, str) else str(stored))
        object.__setattr__(settings, "_problem", problem)
        return settings

    @property
    def problem(self) -> str:
        return self._problem

    @property
    def task_object(self) -> tasks.Task:
        raise SettingsError(self._problem)

    def pinned(self) -> Self:
        return self

    def to_json(self) -> str:
        return self._stored

    def __eq__(self, other: object) -> bool:
        return isinstance(other, UnreadableSettings) and self._stored == other._stored

    def __hash__(self) -> int:
        return hash(self._stored)


def unjudged(kind: type[Kind], values: Mapping[str, Any]) -> Kind:
    """A record of values that were judged before, with defaults for the others; no task is built."""
    settings = object.__new__(kind)
    for name, field in SETTINGS.items():
        object.__setattr__(settings, name, values.get(name, field.default))
    return settings


def first_problem(values: Mapping[str, Any]) -> str | None:
    """What is wrong with the first setting whose value is of another kind or out of range."""
    kind = tasks.OF_RUNS.get(str(values.get("task")))
    found = (field.of(kind).problem(values[name]) for name, field in SETTINGS.items() if name in values)
    return next((problem for problem in found if problem is not None), None)


def first_unknown(values: Mapping[str, Any]) -> str | None:
    """The first of the things that the settings name and today's code does not have; no task is built to find it."""
    unknown = sorted(values.keys() - SETTINGS.keys())
    if unknown:
        return f"there is no setting {shown(unknown[0])}"
    if values.get("task", SETTINGS["task"].default) not in tasks.OF_RUNS:
        return f"there is no task {shown(values['task'])}"
    if values.get("variant", SETTINGS["variant"].default) not in VARIANTS:
        return f"there is no variant {shown(values['variant'])}"
    return None
