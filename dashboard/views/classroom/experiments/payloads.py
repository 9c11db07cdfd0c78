"""What a room is told of an experiment: what may be varied, and a curve for each run."""

from typing import Any

from lstm_engine import tasks
from lstm_engine.cell.in_words import in_words
from lstm_engine.errors import SettingsError
from lstm_engine.runs import RunStore
from lstm_engine.runs.class_curves import Standing, part_width, whole_parts
from lstm_engine.runs.experiments import CALLED, CELL, LETTERS, WHOLE_STEP, Freedom, Plan
from lstm_engine.runs.rooms import MOST_NICKNAME, Room
from lstm_engine.runs.settings import SETTINGS
from lstm_engine.runs.store.experiments import Variation

MANY_TIMES = 10  # a range whose end is so many times its beginning is chosen from by its logarithm
DIGITS = 4  # of a loss: more than a curve shows


def experiment_for_all(store: RunStore, room: Room) -> dict[str, Any]:
    """What a room tries just now, for all in it."""
    experiment = store.experiment(room.id)
    if experiment is None:
        return {"experiment": None}
    try:
        plan = Plan.from_json(experiment.plan)
    except SettingsError:  # of another version; it can be ended and exported all the same
        return {"experiment": None}
    end = plan.base.end_step
    task = tasks.KINDS[plan.base.task]
    return {
        "experiment": experiment.id,
        "title": plan.title,
        "what": task.title if LETTERS not in varied(plan) else "The letters that you type, again and again",
        "unit": task.unit,
        "freedoms": [field_of(one) for one in plan.freedoms],
        "same": what_is_the_same(plan),
        "tries": plan.tries,
        "steps": end,
        "width": part_width(end),
        "parts": whole_parts(end, end),
        "is_frozen": experiment.frozen_at is not None,
        "closes_at": experiment.closes_at,
    }


def varied(plan: Plan) -> set[str]:
    """Names of what is varied."""
    return {one.name for one in plan.freedoms}


def field_of(freedom: Freedom) -> dict[str, Any]:
    """What a browser needs to let somebody choose."""
    found = freedom.to_json() | {"label": CALLED[freedom.name]}
    if freedom.name == LETTERS:
        return found | {"most": MOST_NICKNAME, "help": "Your cell learns to spell them, over and over."}
    if freedom.name == CELL:
        words = [(name, in_words(name)) for name in freedom.choices]
        return found | {"choices": [{"name": name, "label": word.name, "idea": word.idea} for name, word in words]}
    assert freedom.low is not None
    assert freedom.high is not None
    return found | {
        "help": SETTINGS[freedom.name].help,
        "is_whole": SETTINGS[freedom.name].kind is int,
        "is_log": freedom.low > 0 and freedom.high / freedom.low >= MANY_TIMES and SETTINGS[freedom.name].kind is float,
        "step": WHOLE_STEP.get(freedom.name, 1),
    }


def what_is_the_same(plan: Plan) -> str:
    """All else, in a sentence."""
    base, free = plan.base, varied(plan)
    parts = [
        "" if CELL in free else in_words(base.variant).name,
        "" if "hidden_size" in free else f"{base.hidden_size} units",
        "" if "learning_rate" in free else f"learning rate {base.learning_rate:g}",
        "" if "seed" in free else "the same first weights",
        f"{base.end_step:,} steps",
    ]
    return f"The same for all: {', '.join(part for part in parts if part)}."


def curve_payload(one: Variation, number: int, plan: Plan, chosen: Any, curve: tuple[float, ...]) -> dict[str, Any]:
    """One run's curve.

    Args:
        number: its place among those that were begun, from 1. chosen: what its student chose.
    """
    return {
        "run": one.run_id,
        "number": number,
        "seat": one.seat_id,
        "nickname": one.nickname,
        "what": plan.in_words(chosen),
        "state": state_of(one, plan.base.end_step),
        "step": one.step,
        "values": [rounded(value) for value in curve],
    }


def state_of(one: Variation, end_step: int) -> str:
    """What a run is doing, as the wall tells it."""
    if one.error is not None:
        return "failed"
    if one.step >= end_step:
        return "done"
    if one.stopped:
        return "resting"
    return "training" if one.is_held else "waiting"


def wall_payload(experiment: int, found: Standing) -> dict[str, Any]:
    """What all curves say together."""
    return {
        "experiment": experiment,
        "mean": [rounded(value) for value in found.mean],
        "reached": found.reached,
        "ranked": len(found.ranked),
        "best": found.ranked[0] if found.ranked else None,
        "worst": found.ranked[-1] if len(found.ranked) > 1 else None,
    }


def rounded(value: float) -> float:
    """To so many digits as a curve can show.

    >>> rounded(2.345678), rounded(0.00123456)
    (2.346, 0.001235)
    """
    return float(f"{value:.{DIGITS}g}")
