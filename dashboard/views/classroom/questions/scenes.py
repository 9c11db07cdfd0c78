"""The scene of a question in the runs that there are: a run, a checkpoint and a sequence, and what the engine computes
there."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

from dashboard.serving.checkpoints import NEWEST, checkpoint_step
from dashboard.serving.clamps import parse_clamps
from dashboard.serving.numbers import run_number
from dashboard.serving.problems import Kind, Problem
from lstm_engine.questions import Asked, Facts, Question, Scene, ask, live_question
from lstm_engine.questions.facts import Make
from lstm_engine.runs import Run, RunNotFound, RunStore
from lstm_engine.runs.checkpoints import restored_with_task

Hold = Callable[[int, int], bool]
TRIES = 5  # at a checkpoint that the next one has just replaced
MOST_VALUES = 1_000_000  # units times timesteps; a class waits while it is computed
NO_RUN = (
    "There is no run of the task “{}” here to ask this about. Begin one on the Train page, or write another scene into "
    "the question."
)


def run_for(store: RunStore, scene: Scene) -> Run:
    """The run that a scene names, or else the newest of its task.

    Raises:
        Problem: there is none that whoever asks may see.
    """
    number, task = run_number(scene.parameters.get("run", "")), scene.parameters.get("task")
    runs = [run for run in store.list_runs() if run.readable]
    named = next((run for run in runs if run.id == number), None)
    if named is None and number is not None:
        with suppress(RunNotFound):  # a class's runs stand in no list
            run = store.get(number)
            named = run if run.readable else None
    if named is not None and task in (None, named.settings.task):
        return named
    if task is None:
        store.get(number or 0)  # which says what became of it
    found = next((run for run in runs if run.settings.task == task), None)
    if found is None:
        raise Problem(NO_RUN.format((task or "")[:40]), Kind.MISSING)
    return found


def checkpoint_of(store: RunStore, run: Run, scene: Scene, hold: Hold | None) -> int:
    """The checkpoint that a scene names, or else the newest: the one that stays, or that ``hold`` makes stay."""
    step = checkpoint_step(store, run.id, {"checkpoint": scene.parameters.get("checkpoint", NEWEST)})
    named = "checkpoint" in scene.parameters and step in store.checkpoint_steps(run.id)
    if hold is None:
        return step if named else store.resting_checkpoint_step(run.id)
    for _ in range(TRIES):
        if hold(run.id, step):
            return step
        step = store.newest_checkpoint_step(run.id)
    raise Problem("The run trains so fast that its checkpoints go at once. Pause it, or ask again.", Kind.BUSY)


def placed(store: RunStore, scene: Scene, hold: Hold | None = None) -> tuple[Scene, Make]:
    """A scene with its run, checkpoint and sequence, and what gives its facts at a timestep and a unit.

    Args:
        hold: keeps a checkpoint of a run that trains; whether it is there.

    Raises:
        EngineError: it cannot be had; the sentence says why.
    """
    run = run_for(store, scene)
    step = checkpoint_of(store, run, scene, hold)
    model, task = restored_with_task(run.settings, store.checkpoint(run.id, step))
    text = scene.parameters.get("sequence") or task.examples()[0]
    sequence = task.encode(text)
    clamps = parse_clamps(scene.parameters.get("clamps", ""), model, len(sequence.labels))
    a = model.architecture
    if a.num_layers * a.hidden_size * len(sequence.labels) > MOST_VALUES:
        raise Problem("The scene's sequence is too long for so large a model; take a shorter one.", Kind.TOO_LARGE)
    layer = scene.whole("layer", 1) - 1
    kept = {name: value for name, value in scene.parameters.items() if name != "task"}
    there = Scene({**kept, "run": str(run.id), "checkpoint": str(step), "sequence": text})
    return there, lambda t, u: Facts(model, task, sequence, t, u, layer, clamps)


def asked_in(store: RunStore, question: Question, hold: Hold | None = None) -> Asked:
    """A question with the numbers of its scene, as it is just now; raises EngineError if it cannot be asked there."""
    scene, make = placed(store, question.scene, hold)
    return ask(question, make, scene)


def asked_live(store: RunStore, name: str, scene: Scene, hold: Hold | None = None) -> Asked:
    """A question of ``LIVE`` about where somebody stands; raises EngineError if there is nothing to ask."""
    there, make = placed(store, scene, hold)
    facts = make(scene.whole("timestep", 1), scene.whole("unit", 0))
    question = live_question(name, facts, there)
    return ask(replace(question, scene=there), make, question.scene)
