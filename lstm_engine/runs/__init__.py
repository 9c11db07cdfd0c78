"""Runs that outlive a process: the store, the training process, and the launcher that starts it."""

from lstm_engine.runs.presets import PRESETS, preset
from lstm_engine.runs.run import History, Run, Status
from lstm_engine.runs.settings import RunSettings
from lstm_engine.runs.store import RunNotFound, RunStore, StoreError
from lstm_engine.runs.training.launcher import Launcher

__all__ = [
    "PRESETS",
    "History",
    "Launcher",
    "Run",
    "RunNotFound",
    "RunSettings",
    "RunStore",
    "Status",
    "StoreError",
    "preset",
]
