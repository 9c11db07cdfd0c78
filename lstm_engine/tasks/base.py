"""What every task offers: batches to learn from, words for people, and a way in for a user's own sequence."""

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from lstm_engine.cell.interventions import Intervention
from lstm_engine.checks import whole_number
from lstm_engine.errors import SettingsError, TaskInputError
from lstm_engine.tasks.about import About
from lstm_engine.tasks.beginning import Beginning
from lstm_engine.tasks.measure import Measure as Measure

if TYPE_CHECKING:
    from lstm_engine.model import LSTMModel

MAX_SEQUENCE = 2_000  # timesteps of a user's own sequence; more cannot be read on a screen


@dataclass(frozen=True)
class Batch:
    """Sequences to learn from, side by side.

    Attributes:
        inputs: (T, B, I) float32.
        targets: integers (T, B) where the loss is cross-entropy, float32 (T, B, O) where it is squared error.
        mask: (T, B), True where a position counts; None if all do.
    """

    inputs: NDArray
    targets: NDArray
    mask: NDArray | None = None


@dataclass(frozen=True)
class EncodedSequence:
    """One sequence, ready to be stepped through.

    Attributes:
        labels: what went in at each of T timesteps, as a person reads it.
        inputs: (T, 1, I), or symbols (T, 1).
        target_labels: what came next, or is right, at each timestep; empty where no answer is asked.
        targets: (T, 1) or (T, 1, O), as in a batch.
        mask: (T, 1), as in a batch.
        note: a sentence on what was read otherwise than it was typed; empty if nothing was.
    """

    labels: list[str]
    inputs: NDArray
    target_labels: list[str]
    targets: NDArray
    mask: NDArray | None = None
    note: str = ""


@dataclass(frozen=True)
class Baseline:
    """What a guesser without memory reaches on the validation part."""

    name: str
    loss: float


@dataclass(frozen=True)
class Sample:
    """Something that a model made up, or answered.

    Attributes:
        text: its words, if it speaks in symbols; ``origin`` marks them ``new``, ``memorised`` or ``held out``, and
            answers ``right`` or ``wrong``.
        curves: the true curve and the predicted one by name, if it predicts numbers.
    """

    text: str = ""
    origin: str = ""
    curves: dict[str, list[float]] = field(default_factory=dict)


class Task(ABC):
    """A task; subclasses say what is learned from what.

    Attributes:
        input_size: I. output_size: O.
        vocabulary: what each output index stands for; empty where outputs are numbers.
        paper: where the task was first set.
        reads: what each input stands for.
        reads_symbols: whether inputs are one-hot (all zeros where nothing is read), as an embedding needs them.
        settings: of a run that reaches its goal, where not ``RunSettings``'. is_trained: whether runs learn it.
        outputs_are_numbers: whether all are shown as numbers, by ``outputs_named``, rather than one or scores.
        learns_from_text: whether a text is its third argument. samples_title: what ``samples`` shows, and
            ``curve_axes`` where they are curves.
        least_length: the least sequence_length that it can be made of.
        measure_name, goal, higher_is_better: of what ``measure`` gives within a moment, as in ``Measure``; no name
            where the loss says it all.
        what_is_read, question, verdict, number_asked, guesser_is, alike, solved: see ``about``; what is left empty
            follows from the task's loss and baseline.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    description: ClassVar[str]
    loss: str
    unit: str  # of the loss
    input_help: str  # how a person writes a sequence
    paper: ClassVar[str] = ""
    settings: ClassVar[dict[str, Any]] = {}
    reads_symbols: bool = False
    is_trained: ClassVar[bool] = True
    learns_from_text: ClassVar[bool] = False
    samples_title: ClassVar[str] = "Samples"
    curve_axes: tuple[str, str] = ("timestep", "value")
    least_length: ClassVar[int] = 1
    what_is_read: ClassVar[str] = ""
    question: str = ""
    verdict: ClassVar[str] = ""
    number_asked: str = "next value"
    guesser_is: ClassVar[str] = ""
    alike: ClassVar[str] = "answers"
    solved: ClassVar[str] = ""
    measure_name: ClassVar[str] = ""
    goal: ClassVar[float] = math.nan
    higher_is_better: ClassVar[bool] = True

    input_size: int
    output_size: int
    vocabulary: tuple[str, ...] = ()
    reads: tuple[str, ...] = ("value",)
    outputs_are_numbers: bool = False
    outputs_named: tuple[str, ...] = ()

    @classmethod
    def text_to_keep(cls) -> str | None:
        """The text that a run is to keep, where the task would else read it from the machine that it runs on."""
        return None

    @cached_property
    def about(self) -> About:
        """What the task is, in words that a student understands."""
        continues = self.continues()
        independent = self.loss == "binary_cross_entropy"
        asked = "Which symbols may come next?" if independent else "Which answer is right?"
        return About(
            reads=self.what_is_read or self.description,
            question=self.question or ("What comes next?" if continues else asked),
            verdict=self.verdict or ("came" if continues else "may come" if independent else "is right"),
            number_asked=self.number_asked,
            guesser=self.guesser(),
            solved=self.solved_when(),
            continues=continues,
            independent=independent,
        )

    def guesser(self) -> str:
        """What a guesser without memory reaches, in a sentence."""
        baseline = self.baseline()
        who, reached = self.guesser_is or f"A guesser ({baseline.name})", f"{baseline.loss:.3g} {self.unit}"
        if self.loss == "squared_error":
            error = math.sqrt(baseline.loss * self.output_size)
            return f"{who} errs by {error:.2g} in the root mean square: {reached}."
        if self.loss != "cross_entropy":
            return f"{who} has a loss of {reached}."
        return f"{who} is as unsure as among {math.exp(baseline.loss):.2g} equally likely {self.alike}: {reached}."

    def solved_when(self) -> str:
        """What counts as solved, in a sentence."""
        return self.solved or f"Something was learned once the loss lies below {self.baseline().loss:.3g} {self.unit}."

    def in_own_unit(self, values: NDArray) -> NDArray:
        """Values as the model reads and says them, in the unit of what a person brought; of any shape."""
        return values

    def to_train(self) -> Self:
        """Itself, for whoever wants to train on it; raises SettingsError if nobody can."""
        return self

    def check_sizes(self, batch_size: int, sequence_length: int) -> None:
        """What every batch is to begin with.

        Raises:
            SettingsError: there can be no batch of such a size.
        """
        whole_number("batch_size", batch_size)
        whole_number(f"sequence_length of the task {self.name!r}", sequence_length, self.least_length)

    def check_embedding(self, embedding_size: int) -> None:
        """What every run is to begin with; 0 is no embedding.

        Raises:
            SettingsError: there is one, and the task reads no symbols.
        """
        if embedding_size and not self.reads_symbols:
            raise SettingsError(
                f"embedding_size is {embedding_size}, but the task {self.name!r} reads numbers, which no vectors stand "
                "for; expected 0"
            )

    @abstractmethod
    def batch(self, generator: np.random.Generator, batch_size: int, sequence_length: int) -> Batch:
        """A random batch to train on; the same generator state gives the same batch.

        Raises:
            SettingsError: there can be no batch of such a size.
        """

    @abstractmethod
    def validation_batch(self, sequence_length: int) -> Batch:
        """All of the held-out part, always the same.

        Raises:
            SettingsError: there can be no sequences of such a length.
        """

    @abstractmethod
    def baseline(self) -> Baseline:
        """The best guess without memory, on the validation part; computed once."""

    def baselines(self) -> "tuple[Baseline, ...]":
        """All guessers that the task knows, the worst first."""
        return (self.baseline(),)

    @abstractmethod
    def show(self, batch: Batch) -> list[str]:
        """Each sequence of a batch as people read it."""

    @abstractmethod
    def encode(self, text: str) -> EncodedSequence:
        """A user's own text or numbers as a sequence.

        Raises:
            TaskInputError: it is empty, too long, or holds what the task cannot represent.
        """

    @abstractmethod
    def examples(self) -> Sequence[str]:
        """A few sequences to start with, in the form that ``encode`` takes."""

    @abstractmethod
    def samples(self, model: "LSTMModel", generator: np.random.Generator, count: int) -> list[Sample]:
        """What the model makes up by itself."""

    def measure(self, model: "LSTMModel", sequence_length: int, thorough: bool = True) -> Measure | None:
        """The figure that the task's paper gives, of this model; None if the loss says it all.

        Args:
            sequence_length: T, at which the model is measured.
            thorough: False for an answer within a moment, from fewer or smaller sequences.
        """
        return None

    @classmethod
    def continues(cls) -> bool:
        """Whether a model can go on by itself: what it says is what it reads."""
        return cls.go_on is not Task.go_on

    def continued(
        self,
        model: "LSTMModel",
        sequence: EncodedSequence,
        timesteps: int,
        count: int,
        temperature: float,
        generator: np.random.Generator,
        interventions: Sequence[Intervention] = (),
    ) -> str:
        """A sequence's beginning with what the model adds to it, in the form that ``encode`` takes.

        Args:
            sequence: whose beginning the model reads.
            timesteps: how much of it, at least 1.
            count, temperature, generator, interventions: see ``Beginning``.

        Raises:
            TaskInputError: what the model says is not what it reads, so it cannot go on by itself.
            SettingsError: an intervention does not fit, as in ``LSTMModel.trace``.
        """
        model.check_interventions(interventions, timesteps + count)
        labels, inputs = sequence.labels[:timesteps], sequence.inputs[:timesteps]
        return self.go_on(Beginning(model, labels, inputs, count, temperature, generator, interventions))

    def go_on(self, beginning: Beginning) -> str:
        """What ``continued`` is to give; of a task in which no model can go on, the refusal."""
        raise TaskInputError(
            f"In the task “{self.title}” a model gives answers about what it reads; it does not say what comes next."
        )


def padded_size(name: str, needed: int, wanted: int | None) -> int:
    """The width to use when ``needed`` suffice and a person asked for ``wanted``.

    Raises:
        SettingsError: fewer are wanted than needed.
    """
    if wanted is None:
        return needed
    if wanted < needed:
        raise SettingsError(f"{name} is {wanted}, but this task needs at least {needed}")
    return wanted


def one_hot(indices: NDArray, width: int) -> NDArray:
    """Symbols (T, B) as inputs (T, B, width), float32."""
    inputs = np.zeros((*indices.shape, width), np.float32)
    np.put_along_axis(inputs, indices[..., None], 1, axis=-1)
    return inputs
