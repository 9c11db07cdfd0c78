"""Answers to what the step view asks the engine: about one run, at one checkpoint, on one sequence.

They come through routes of the app rather than through the page's script: a question costs the engine's own time and
nothing else, and whoever asks it is not waited for by anybody.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import IO, Any

import numpy as np

from dashboard.serving.checkpoints import checkpoint_step
from dashboard.serving.clamps import held_on, parse_clamps
from dashboard.serving.kept import Kept
from dashboard.serving.problems import Problem
from dashboard.shell.made_beside import FAR_BACK
from dashboard.shell.rights.acts import Acts
from dashboard.views.step.beside import run_beside, runs_beside
from dashboard.views.step.companion import companion_settings, far_settings
from dashboard.views.step.export import write_trace
from dashboard.views.step.messages import (
    check_length,
    gradient_message,
    hidden_gradient_norms,
    planes_of,
    trace_message,
)
from lstm_engine import Intervention, LSTMModel
from lstm_engine.cell.quantities import sums_of
from lstm_engine.runs import RunStore
from lstm_engine.runs.checkpoints import restored_with_task
from lstm_engine.runs.costs import cost_of
from lstm_engine.tasks import EncodedSequence, Task
from lstm_engine.tasks.base import MAX_SEQUENCE

LONGEST_CONTINUATION = 60
MOST_KEPT = 2**27  # bytes of traces
LARGE = 1_500_000  # values and weights of an answer: 6 MB, and a tenth of a second of the processor


@dataclass(frozen=True)
class Question:
    """What is asked about.

    Attributes:
        run_id: which run.
        step: at which checkpoint.
        text: the sequence, as its task's ``encode`` takes it.
        clamps: in the form of ``parse_clamps``.
        made_at: when the run was made: its number alone could be another's, in a database put in the place of this one.
    """

    run_id: int
    step: int
    text: str
    clamps: str = ""
    made_at: float = 0.0


class Questions:
    """Answers questions; the latest are kept, since a class asks the same ones.

    Args:
        get_store: gives the run store, or raises StoreError while it cannot be opened.
    """

    def __init__(self, get_store: Callable[[], RunStore]):
        self._get_store = get_store
        self._traces: Kept[Question, bytes] = Kept(MOST_KEPT)

    def question(self, run_id: int, asked: Mapping[str, str]) -> Question:
        """What the query of an address asks: ``checkpoint`` (a step, or newest), ``sequence``, ``clamps``.

        Raises:
            RunNotFound: there is no such run.
            Problem: the checkpoint is neither a step nor the newest.
        """
        store = self._get_store()
        run = store.get(run_id)
        step = checkpoint_step(store, run_id, asked)
        text = asked.get("sequence") or run.settings.task_object.examples()[0]
        return Question(run_id, step, text, asked.get("clamps", ""), run.created_at)

    def is_large(self, question: Question) -> bool:
        """Whether the answer takes so much time and room that small questions must not wait behind it."""
        settings = self._get_store().get(question.run_id).settings
        units = settings.num_layers * settings.hidden_size
        timesteps = len(settings.task_object.encode(question.text).labels)
        weights = 2 * len(sums_of(settings.variant)) * settings.hidden_size
        readout = settings.task_object.output_size * settings.hidden_size
        return units * (timesteps * planes_of(settings.variant) + weights) + readout > LARGE

    def checkpoints(self, run_id: int) -> dict[str, Any]:
        """The steps at which the run can be looked at."""
        store = self._get_store()
        store.get(run_id)
        return {"steps": store.checkpoint_steps(run_id)}

    def beside(self, run_id: int, wanted: str | None, seen: RunStore | None = None) -> dict[str, Any]:
        """The run of that number, to stand beside this one; without one, those that there are to choose from.

        Args:
            seen: the store as whoever asks sees it; the whole one if None.
        """
        store = seen or self._get_store()
        return runs_beside(store, run_id) if wanted is None else run_beside(store, run_id, wanted)

    def trace(self, question: Question) -> bytes:
        """See ``trace_message``."""

        def compute() -> bytes:
            model, task, sequence, clamps = self._prepare(question)
            return trace_message(model, task, sequence, clamps)

        return self._traces.get(question, compute)

    def gradients(self, question: Question, timestep: int) -> bytes:
        """See ``gradient_message``; timesteps count from 0."""
        model, task, sequence, clamps = self._prepare(question)
        check_asked(timestep, sequence)
        return gradient_message(model, task, sequence, timestep, clamps)

    def continuation(
        self, question: Question, timestep: int, temperature: float, seed: int, beside_clamps: str = ""
    ) -> dict[str, Any]:
        """What the model says after the timestep, with what is clamped: the whole sequence, beginning and continuation.

        Beside the ``sequence`` stand the ``clamps`` in it, see ``held_on``, and those of what stands beside on the same
        sequence, ``beside_clamps``.
        """
        model, task, sequence, _ = self._prepare(question)
        check_timestep(timestep, sequence)
        T, count = len(sequence.labels), min(LONGEST_CONTINUATION, MAX_SEQUENCE - timestep - 1)
        longest = timestep + 1 + count
        held = parse_clamps(held_on(question.clamps, T, longest), model, longest)
        generator = np.random.default_rng(seed)
        text = task.continued(model, sequence, timestep + 1, count, temperature, generator, held)
        continued = len(task.encode(text).labels)
        clamps, beside = (held_on(one, T, continued) for one in (question.clamps, beside_clamps))
        return {"sequence": text, "clamps": clamps, "beside_clamps": beside}

    def companion(self, question: Question, timestep: int) -> dict[str, Any]:
        """The plain RNN of equal size, trained on the same task: how it stands, and its gradient norms."""
        store = self._get_store()
        run = store.get(question.run_id)
        settings = companion_settings(run.settings)
        if settings is None:
            return {"status": "itself" if run.is_trained else "alone"}
        found = store.find(settings)
        if found is None:
            return {"status": "missing"}
        steps = store.checkpoint_steps(found.id)
        step = max((s for s in steps if s <= question.step), default=steps[0])
        model, task = restored_with_task(found.settings, store.checkpoint(found.id, step))
        sequence = task.encode(question.text)
        check_asked(timestep, sequence)
        check_length(found.settings.variant, found.settings.num_layers, found.settings.hidden_size, timestep + 1)
        return {
            "status": found.status.value,
            "run": found.id,
            "name": found.name,
            "step": step,
            "newest": steps[-1],
            "wanted": question.step,
            "norms": hidden_gradient_norms(model, task, sequence, timestep),
        }

    def make_companion(self, run_id: int, acts: Acts | None = None) -> dict[str, Any]:
        """Create and start the companion, unless there is one.

        Args:
            acts: what whoever asks may do; all of it, as at this machine, if None.

        Raises:
            Problem: there is none to train, or it is not theirs to begin.
        """
        store = self._get_store()
        run = store.get(run_id)
        settings = companion_settings(run.settings)
        if settings is None:
            why = "is a plain network itself" if run.is_trained else "was trained elsewhere"
            raise Problem(f"Run {run_id} {why}, so there is none to train beside it.")
        acts = acts or Acts.here(store)
        acts.check_copy(run_id)
        acts.find_or_create(settings, f"plain RNN beside {run.name}")
        return {}

    def far_run(self, run_id: int) -> dict[str, Any]:
        """A run in which a gradient has far to go: where it can be looked at, or else what it costs to make it.

        Its ``status`` is ``here`` (it is this one, or its companion), ``ready`` (``run``), or ``missing`` (``seconds``
        of training, until which it can be looked at all the while). ``sequence`` and ``timestep``, from 1, say where.
        """
        store = self._get_store()
        settings = store.get(run_id).settings
        far = far_settings()
        plain = companion_settings(far)
        assert plain is not None
        example = far.task_object.examples()[0]
        place = {"sequence": example, "timestep": len(far.task_object.encode(example).labels)}
        if replace(settings, pace=0.0) in (far, plain):
            return {"status": "here"}
        found = store.find(far)
        if found is not None:
            return {"status": "ready", "run": found.id, **place}
        return {"status": "missing", "seconds": cost_of(far).seconds + cost_of(plain).seconds, **place}

    def make_far_run(self, run_id: int, acts: Acts | None = None) -> dict[str, Any]:
        """Create and start that run and its companion, unless they are there; as ``make_companion``."""
        store = self._get_store()
        store.get(run_id)
        far = far_settings()
        made = (acts or Acts.here(store)).find_or_create(far, FAR_BACK)
        self.make_companion(made.id, acts)
        return self.far_run(run_id)

    def write_export(self, question: Question, kind: str, file: IO[bytes]) -> None:
        """Write the trace as a file: ``csv``, ``parquet`` or ``npz``; what can be seen can be saved.

        Raises:
            TaskInputError: the sequence is too long for so large a model.
        """
        model, _, sequence, clamps = self._prepare(question)
        a = model.architecture
        check_length(a.variant, a.num_layers, a.hidden_size, len(sequence.labels))
        write_trace(model.trace(sequence.inputs, interventions=clamps), sequence.labels, kind, file)

    def _prepare(self, question: Question) -> tuple[LSTMModel, Task, EncodedSequence, list[Intervention]]:
        store = self._get_store()
        settings = store.get(question.run_id).settings
        model, task = restored_with_task(settings, store.checkpoint(question.run_id, question.step))
        sequence = task.encode(question.text)
        return model, task, sequence, parse_clamps(question.clamps, model, len(sequence.labels))


def check_timestep(timestep: int, sequence: EncodedSequence) -> None:
    """Raise Problem unless the sequence has that timestep."""
    if not 0 <= timestep < len(sequence.labels):
        raise Problem(f"There is no timestep {timestep + 1}; the sequence has 1 to {len(sequence.labels)}.")


def check_asked(timestep: int, sequence: EncodedSequence) -> None:
    """Raise Problem unless the task asks for an answer at that timestep of the sequence."""
    check_timestep(timestep, sequence)
    if sequence.mask is not None and not sequence.mask[timestep, 0]:
        raise Problem(f"The task asks for no answer at timestep {timestep + 1}, so there is no loss there.")
