"""Runs that outlive a process: the store, the training process, and the launcher that starts it."""

from lstm_engine.runs.launcher import Launcher
from lstm_engine.runs.settings import PRESETS, RunSettings, preset
from lstm_engine.runs.store import History, Run, RunNotFound, RunStore, Status, StoreError

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
