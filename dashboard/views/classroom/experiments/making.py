"""An experiment as a teacher makes it: ready ones to begin with, what can be varied, and a plan from what they said."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from dashboard.serving.problems import Problem
from dashboard.shell.rights.experiment_acts import ExperimentActs
from dashboard.shell.rights.limits import most_of
from dashboard.views.classroom.questions.routes import whole_in
from lstm_engine import SettingsError, tasks
from lstm_engine.cell.in_words import in_words
from lstm_engine.cell.variants import VARIANTS
from lstm_engine.runs import RunSettings
from lstm_engine.runs.experiments import CELL, LETTERS, LONGEST_TITLE, NUMBERS, Freedom, Plan, number_limits, spelled
from lstm_engine.runs.settings import SETTINGS
from lstm_engine.runs.store import LONGEST_NAME
from lstm_engine.tasks.characters import OwnTextTask

BATCH, LONGEST = 16, 50  # sequences of a step, and the most timesteps, unless they are varied
EXAMPLE = "anna"  # stands for the letters that each student types
UNREADABLE = "That is no experiment; expected a title, what is learned, what is varied, steps, units, runs and minutes."
# what the form begins with, for each number
RANGES: Mapping[str, tuple[float, float]] = {
    "learning_rate": (0.0003, 0.3),
    "hidden_size": (4, 64),
    "forget_bias": (-3, 3),
    "sequence_length": (4, 60),
    "batch_size": (1, 64),
    "seed": (0, 99),
}
CELLS = ("standard", "gru", "rnn", "mingru")
READY: tuple[dict[str, Any], ...] = (
    {"title": "Whose name is easy to learn?", "learns": LETTERS, "varies": [LETTERS], "steps": 100, "units": 24},
    {"title": "How fast should it learn?", "learns": "names", "varies": ["learning_rate"], "steps": 300, "units": 32},
    {"title": "How many units are enough?", "learns": "names", "varies": ["hidden_size"], "steps": 400, "units": 32},
    {"title": "Which cell learns it best?", "learns": "reber", "varies": [CELL, "seed"], "steps": 500, "units": 16},
    {"title": "How much of it is luck?", "learns": "names", "varies": ["seed"], "steps": 200, "units": 32},
)


def offered(acts: ExperimentActs) -> dict[str, Any]:
    """All that the teacher's form needs, and what they brought."""
    brought = acts.brought()
    numbers = []
    for name, label in NUMBERS.items():
        least, most = number_limits(name)
        if name == "hidden_size":
            most = min(most, most_of("class_units"))
        low, high = RANGES[name]
        kind = "whole" if SETTINGS[name].kind is int else "real"
        numbers.append(
            {"name": name, "label": label, "low": low, "high": high, "kind": kind, "least": least, "most": most}
        )
    return {
        "ready": list(READY),
        "learns": [
            {"name": LETTERS, "title": "The letters that each student types"},
            *({"name": name, "title": task.title} for name, task in tasks.TASKS.items() if not task.learns_from_text),
            *(
                {"name": f"run {run.id}", "title": f"As {run.name} (run {run.id}), which you brought"}
                for run, _ in brought
                if run.is_trained and run.readable
            ),
        ],
        "numbers": numbers,
        "cells": [
            {"name": name, "label": in_words(name).name, "is_on": name in CELLS}
            for name in VARIANTS
            if name != "no_peepholes"  # the LSTM once more
        ],
        "most": {"steps": most_of("class_steps"), "tries": most_of("tries"), "title": LONGEST_TITLE},
        "brought": [{"run": run.id, "name": run.name[:LONGEST_NAME], "is_shown": shown} for run, shown in brought],
    }


def plan_in(acts: ExperimentActs, message: dict[str, Any]) -> Plan:
    """What a teacher wants a class to try.

    Raises:
        Problem: it cannot be tried; the sentence says why.
    """
    title, learns, varies, minutes = (message.get(name) for name in ("title", "learns", "varies", "minutes"))
    if not isinstance(title, str) or not isinstance(learns, str) or not isinstance(varies, list):
        raise Problem(UNREADABLE)
    if minutes is not None and type(minutes) not in (int, float):
        raise Problem(UNREADABLE)
    try:
        freedoms = tuple(map(Freedom.from_json, varies))
        base = replace(
            base_of(acts, learns), hidden_size=whole_in(message, "units"), end_step=whole_in(message, "steps")
        )
        return Plan(" ".join(title.split()), base, freedoms, whole_in(message, "tries"), minutes)
    except SettingsError as error:
        said = str(error).rstrip(".")
        raise Problem(f"{said[:1].upper()}{said[1:]}.") from error


def base_of(acts: ExperimentActs, learns: str) -> RunSettings:
    """What all runs of an experiment have in common, but for what its teacher says."""
    if learns == LETTERS:
        return RunSettings(
            task=OwnTextTask.name,
            text=spelled(EXAMPLE),
            sequence_length=24,
            batch_size=BATCH,
            learning_rate=0.01,
            pace=0.0,
        )
    word, _, number = learns.partition(" ")
    if word == "run" and number.isdecimal() and len(number) < 19:
        return replace(acts.like(int(number)), pace=0.0)
    if learns not in tasks.TASKS:
        raise SettingsError(f"there is no task “{learns[:40]}” here that a class could learn")
    own = tasks.TASKS[learns].settings
    kept = {name: own[name] for name in ("learning_rate", "forget_bias", "init_std") if name in own}
    length = min(LONGEST, int(own.get("sequence_length", 25)))
    return RunSettings(task=learns, batch_size=BATCH, sequence_length=length, pace=0.0, **kept)
