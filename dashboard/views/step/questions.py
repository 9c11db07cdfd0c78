"""Answers to what the step view asks the engine: about one run, at one checkpoint, on one sequence.

They come through routes of the app rather than through the page's script: a question costs the engine's own time and
nothing else, and whoever asks it is not waited for by anybody.
"""

import io
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
import pyarrow
import pyarrow.csv
import pyarrow.parquet

from dashboard.serving.answering import QuestionError
from dashboard.serving.questions import checkpoint_step
from dashboard.views.step.messages import gradient_message, hidden_gradient_norms, trace_message
from lstm_engine import Intervention, LSTMModel
from lstm_engine.cell.quantities import QUANTITIES, Quantity
from lstm_engine.runs import Run, RunSettings, RunStore
from lstm_engine.runs.checkpoints import restore, restored
from lstm_engine.tasks import EncodedSequence, Task
from lstm_engine.tasks.base import MAX_SEQUENCE

MOST_CLAMPS = 50
LONGEST_CONTINUATION = 60
HOTTEST = 5.0  # temperature; beyond it a draw is hardly the model's own
CLAMP = re.compile(
    r"(?P<symbol>[figoch]):(?P<layer>\d{1,3}):(?P<unit>\*|\d{1,6}):(?P<first>\d{1,6})-(?P<last>\d{1,6})=(?P<value>.{1,40})"
)


@dataclass(frozen=True)
class Question:
    """What is asked about.

    Attributes:
        run_id: which run.
        step: at which checkpoint.
        text: the sequence, as its task's ``encode`` takes it.
        clamps: values that are held, in the form of ``parse_clamps``.
    """

    run_id: int
    step: int
    text: str
    clamps: str = ""


class Questions:
    """Answers questions; the latest are kept, since a class asks the same ones.

    Args:
        get_store: gives the run store, or raises StoreError while it cannot be opened.
    """

    def __init__(self, get_store: Callable[[], RunStore]):
        self._get_store = get_store
        self.trace = lru_cache(maxsize=8)(self._trace)

    def question(self, run_id: int, asked: Mapping[str, str]) -> Question:
        """What the query of an address asks: ``checkpoint`` (a step, or newest), ``sequence``, ``clamps``.

        Raises:
            RunNotFound: there is no such run, or it has no such checkpoint.
            QuestionError: the checkpoint is not a number.
        """
        store = self._get_store()
        run = store.get(run_id)
        step = checkpoint_step(store, run_id, asked)
        text = asked.get("sequence") or run.settings.task_object.examples()[0]
        return Question(run_id, step, text, asked.get("clamps", ""))

    def checkpoints(self, run_id: int) -> dict[str, Any]:
        """The steps at which the run can be looked at."""
        store = self._get_store()
        store.get(run_id)
        return {"steps": store.checkpoint_steps(run_id)}

    def _trace(self, question: Question) -> bytes:
        model, task, sequence, changes = self._prepare(question)
        return trace_message(model, task, sequence, changes)

    def gradients(self, question: Question, timestep: int) -> bytes:
        """See ``gradient_message``; timesteps count from 0."""
        model, task, sequence, changes = self._prepare(question)
        check_asked(timestep, sequence)
        return gradient_message(model, task, sequence, timestep, changes)

    def continuation(self, question: Question, timestep: int, temperature: float, seed: int) -> dict[str, Any]:
        """What the model says after the timestep: the whole sequence, beginning and continuation."""
        if not 0 <= temperature <= HOTTEST:
            raise QuestionError(f"The temperature is {temperature:g}; it must be from 0 to {HOTTEST:g}.")
        model, task, sequence, _ = self._prepare(question)
        check_timestep(timestep, sequence)
        count = min(LONGEST_CONTINUATION, MAX_SEQUENCE - timestep - 1)
        generator = np.random.default_rng(seed)
        return {"sequence": task.continued(model, sequence, timestep + 1, count, temperature, generator)}

    def companion(self, question: Question, timestep: int) -> dict[str, Any]:
        """The plain RNN of equal size, trained on the same task: how it stands, and its gradient norms."""
        store = self._get_store()
        run = store.get(question.run_id)
        found = find_companion(store.list_runs(), run)
        if found is None:
            return {"status": "missing"}
        steps = store.checkpoint_steps(found.id)
        step = max((s for s in steps if s <= question.step), default=steps[0])
        trainer = restored(found.settings, store.checkpoint(found.id, step))
        sequence = trainer.task.encode(question.text)
        check_asked(timestep, sequence)
        return {
            "status": found.status.value,
            "run": found.id,
            "name": found.name,
            "step": step,
            "newest": steps[-1],
            "wanted": question.step,
            "norms": hidden_gradient_norms(trainer.model, trainer.task, sequence, timestep),
        }

    def make_companion(self, run_id: int) -> dict[str, Any]:
        """Create and start the companion, unless there is one."""
        store = self._get_store()
        run = store.get(run_id)
        if find_companion(store.list_runs(), run) is None:
            store.create(companion_settings(run.settings), f"plain RNN beside {run.name}"[:80])
        return {}

    def export(self, question: Question, kind: str) -> bytes:
        """The trace as a file: ``csv``, ``parquet`` or ``npz``.

        The tables are tidy: one row a number, with timesteps, units and layers counted from 0.
        """
        model, _, sequence, changes = self._prepare(question)
        trace = model.trace(sequence.inputs, interventions=changes)
        file = io.BytesIO()
        if kind == "npz":
            trace.save(file)
            return file.getvalue()
        columns = trace.columns()
        columns["symbol"] = np.array(sequence.labels)[columns["timestep"]]
        table = pyarrow.table(columns)
        if kind == "csv":
            pyarrow.csv.write_csv(table, file)
        else:
            pyarrow.parquet.write_table(table, file)
        return file.getvalue()

    def _prepare(self, question: Question) -> tuple[LSTMModel, Task, EncodedSequence, list[Intervention]]:
        store = self._get_store()
        settings = store.get(question.run_id).settings
        task = settings.task_object
        sequence = task.encode(question.text)
        trainer = settings.build_trainer()
        if not trainer.model.is_standard:
            raise QuestionError(f"The cell of this run is of variant “{settings.variant}”; the page draws the LSTM.")
        changes = parse_clamps(question.clamps, trainer.model, len(sequence.labels))
        restore(trainer, store.checkpoint(question.run_id, question.step))
        return trainer.model, task, sequence, changes


def parse_clamps(text: str, model: LSTMModel, timesteps: int) -> list[Intervention]:
    """From ``f:1:3:2-9=0.5`` (gate f of layer 1, unit 3, timesteps 2 to 9, is 0.5) to interventions.

    The unit may be ``*`` for all; layers and timesteps count from 1, units from 0, as on the page. Several are
    separated by commas, and the later ones win.

    Raises:
        QuestionError: one cannot be read, or lies outside of the cell, the sequence or the quantity's range.
    """
    changes = []
    parts = [part for part in text.split(",") if part]
    if len(parts) > MOST_CLAMPS:
        raise QuestionError(f"There are {len(parts)} clamps; at most {MOST_CLAMPS} are possible.")
    a = model.architecture
    for part in parts:
        match = CLAMP.fullmatch(part)
        if match is None:
            raise QuestionError(f"The clamp “{part[:40]}” cannot be read; expected something like f:1:3:2-9=0.5.")
        quantity = next(q for q in QUANTITIES if q.symbol == match["symbol"])
        layer, first, last = int(match["layer"]), int(match["first"]), int(match["last"])
        unit = None if match["unit"] == "*" else int(match["unit"])
        if not 1 <= layer <= a.num_layers:
            raise QuestionError(f"The clamp “{part}” names layer {layer}; there are 1 to {a.num_layers}.")
        if unit is not None and unit >= a.hidden_size:
            raise QuestionError(f"The clamp “{part}” names unit {unit}; there are 0 to {a.hidden_size - 1}.")
        if not 1 <= first <= last <= timesteps:
            raise QuestionError(f"The clamp “{part}” names timesteps {first} to {last}; there are 1 to {timesteps}.")
        value = clamp_value(match["value"], quantity)
        units = None if unit is None else [unit]
        changes.append(Intervention(quantity.name, range(first - 1, last), units, 0.0, value, layer - 1))
    return changes


def clamp_value(text: str, quantity: Quantity) -> float:
    """The number that a quantity is to be held at.

    Raises:
        QuestionError: it is not one, or lies outside of the quantity's range.
    """
    low, high = quantity.limits or (-1e6, 1e6)
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not low <= value <= high:
        raise QuestionError(
            f"“{text}” is no value for the {quantity.label.lower()}; it must be a number from {low:g} to {high:g}."
        )
    return value


def check_timestep(timestep: int, sequence: EncodedSequence) -> None:
    """Raise QuestionError unless the sequence has that timestep."""
    if not 0 <= timestep < len(sequence.labels):
        raise QuestionError(f"There is no timestep {timestep + 1}; the sequence has 1 to {len(sequence.labels)}.")


def check_asked(timestep: int, sequence: EncodedSequence) -> None:
    """Raise QuestionError unless the task asks for an answer at that timestep of the sequence."""
    check_timestep(timestep, sequence)
    if sequence.mask is not None and not sequence.mask[timestep, 0]:
        raise QuestionError(f"The task asks for no answer at timestep {timestep + 1}, so there is no loss there.")


def companion_settings(settings: RunSettings) -> RunSettings:
    """A plain RNN with all else equal, trained as fast as it goes."""
    return replace(settings, variant="rnn", pace=0.0)


def find_companion(runs: Sequence[Run], run: Run) -> Run | None:
    """The newest run that is the run's companion."""
    wanted = companion_settings(run.settings)
    return next((other for other in runs if companion_settings(other.settings) == wanted == other.settings), None)
