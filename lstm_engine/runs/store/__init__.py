"""The run store: what the app and the training processes share, in one SQL database."""

from lstm_engine.runs.store.changes import changed_settings
from lstm_engine.runs.store.errors import (
    AlreadyThere,
    LeaseLost,
    NicknameTaken,
    RoomFull,
    RunNotFound,
    StateLost,
    StoreError,
    StoreProblem,
    TooManyExperiments,
    TooManyQuestions,
    TooManyRooms,
    TooManyRuns,
    TooManyShown,
)
from lstm_engine.runs.store.leases import Known
from lstm_engine.runs.store.metrics import MOST_ROWS
from lstm_engine.runs.store.notes import MOST_NOTE
from lstm_engine.runs.store.owners import Owner, is_seats
from lstm_engine.runs.store.schema import LONGEST_NAME
from lstm_engine.runs.store.store import RunStore

__all__ = [
    "LONGEST_NAME",
    "MOST_NOTE",
    "MOST_ROWS",
    "AlreadyThere",
    "Known",
    "LeaseLost",
    "NicknameTaken",
    "Owner",
    "RoomFull",
    "RunNotFound",
    "RunStore",
    "StateLost",
    "StoreError",
    "StoreProblem",
    "TooManyExperiments",
    "TooManyQuestions",
    "TooManyRooms",
    "TooManyRuns",
    "TooManyShown",
    "changed_settings",
    "is_seats",
]
