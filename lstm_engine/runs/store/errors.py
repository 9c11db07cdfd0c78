"""What can go wrong with a store: each error has a kind for programs and a sentence for people."""

import sqlite3
from enum import StrEnum

from lstm_engine.errors import EngineError


class StoreProblem(StrEnum):
    """What is wrong."""

    ADDRESS = "address"  # the URL names no database that runs can be kept in
    NO_DRIVER = "no driver"
    UNREADABLE = "unreadable"  # this user may not open it
    DAMAGED = "damaged"
    READ_ONLY = "read-only"
    NEWER = "newer"  # made by a later version of this program
    MISSING = "missing"  # its file or its tables were removed
    BUSY = "busy"  # somebody else holds it
    DISK_FULL = "disk full"
    NO_ROOM = "no room"  # it holds as much as the settings allow
    AWAY = "away"  # it does not answer, for whatever reason
    RUN_GONE = "run gone"
    CHECKPOINT_GONE = "checkpoint gone"
    ALREADY_THERE = "already there"
    LEASE_LOST = "lease lost"
    STATE_LOST = "state lost"  # the database came back without what it had confirmed


class StoreError(EngineError):
    """The database cannot be read or written; the message says why and what to do, ``kind`` says it to programs."""

    kind = StoreProblem.AWAY

    def __init__(self, message: str, kind: StoreProblem | None = None):
        super().__init__(message)
        if kind is not None:
            self.kind = kind


class RunNotFound(StoreError):
    """There is no such run or checkpoint, or no longer."""

    kind = StoreProblem.RUN_GONE


class TooManyRuns(EngineError):
    """Somebody has as many runs as they may have; ``most`` says how many.

    It is no trouble of the store's, and nothing that is mended by trying again.
    """

    def __init__(self, most: int):
        super().__init__(f"there are {most} runs of this owner already, expected at most {most}; delete one first")
        self.most = most


class TooManyRooms(EngineError):
    """Somebody has as many rooms open as they may have; ``most`` says how many."""

    def __init__(self, most: int):
        super().__init__(f"there are {most} rooms of this owner already, expected at most {most}; close one first")
        self.most = most


class RoomFull(EngineError):
    """All seats of a room are taken; ``most`` says how many there are."""

    def __init__(self, most: int):
        super().__init__(f"there are {most} students in this room already, expected at most {most}")
        self.most = most


class NicknameTaken(EngineError):
    """Somebody in the room is called so, or nearly so."""


class TooManyQuestions(EngineError):
    """A room keeps as many questions, or has asked as many, as it may; ``most`` says how many."""

    def __init__(self, most: int):
        super().__init__(f"this room has {most} questions already, as many as it may have; take one out first")
        self.most = most


class TooManyExperiments(EngineError):
    """A room has begun as many experiments as it may; ``most`` says how many."""

    def __init__(self, most: int):
        super().__init__(f"this room has begun {most} experiments, as many as it may")
        self.most = most


class TooManyShown(EngineError):
    """A room is shown as many runs as it may be; ``most`` says how many."""

    def __init__(self, most: int):
        super().__init__(f"this room is shown {most} runs, as many as it may be; stop showing one first")
        self.most = most


class AlreadyThere(StoreError):
    """Somebody else has just written the same row."""

    kind = StoreProblem.ALREADY_THERE


class LeaseLost(StoreError):
    """This process no longer holds the run: it was deleted, or another process took it up."""

    kind = StoreProblem.LEASE_LOST


class StateLost(StoreError):
    """The store no longer holds what it had confirmed, as a server that went down may forget its last commits."""

    kind = StoreProblem.STATE_LOST


OF_SQLITE = {
    sqlite3.SQLITE_BUSY: StoreProblem.BUSY,
    sqlite3.SQLITE_LOCKED: StoreProblem.BUSY,
    sqlite3.SQLITE_READONLY: StoreProblem.READ_ONLY,
    sqlite3.SQLITE_CORRUPT: StoreProblem.DAMAGED,
    sqlite3.SQLITE_NOTADB: StoreProblem.DAMAGED,
    sqlite3.SQLITE_FULL: StoreProblem.DISK_FULL,
    sqlite3.SQLITE_CANTOPEN: StoreProblem.UNREADABLE,
    sqlite3.SQLITE_PERM: StoreProblem.UNREADABLE,
}
# https://www.postgresql.org/docs/current/errcodes-appendix.html
OF_POSTGRES = {
    "25006": StoreProblem.READ_ONLY,  # read_only_sql_transaction, as on a standby
    "3F000": StoreProblem.MISSING,  # invalid_schema_name
    "40001": StoreProblem.BUSY,  # serialization_failure
    "40P01": StoreProblem.BUSY,  # deadlock_detected
    "42501": StoreProblem.UNREADABLE,  # insufficient_privilege
    "42703": StoreProblem.MISSING,  # undefined_column
    "42P01": StoreProblem.MISSING,  # undefined_table
    "53100": StoreProblem.DISK_FULL,
    "55P03": StoreProblem.BUSY,  # lock_not_available
    "57014": StoreProblem.BUSY,  # query_canceled, by a timeout
    "XX001": StoreProblem.DAMAGED,  # data_corrupted
    "XX002": StoreProblem.DAMAGED,  # index_corrupted
}


def store_problem_of(error: BaseException) -> StoreProblem:
    """What a driver's error means. This is the one place that knows drivers' codes, and SQLite's words where it has
    no code of its own: that a table is missing is to it an error in the statement."""
    state = getattr(error, "sqlstate", None)
    if state is not None:
        return OF_POSTGRES.get(state, StoreProblem.AWAY)
    code = getattr(error, "sqlite_errorcode", None)
    if code is None:
        return StoreProblem.AWAY
    if code == sqlite3.SQLITE_READONLY_DBMOVED:
        return StoreProblem.MISSING
    if code == sqlite3.SQLITE_ERROR and "no such" in str(error):
        return StoreProblem.MISSING
    return OF_SQLITE.get(code & 0xFF, StoreProblem.AWAY)


def sentence_of(problem: StoreProblem, place: str, reason: str) -> str:
    """What to say of it.

    Args:
        place: which store. reason: the driver's own words, for what nobody foresaw.
    """
    sentences = {
        StoreProblem.DAMAGED: f"{place} is damaged: it is no longer a readable database. "
        "Nothing was changed. Move the file away or restore a backup, then try again.",
        StoreProblem.READ_ONLY: f"{place} is read-only, so runs can be looked at but not changed. "
        "Make the file and its folder writable, then try again.",
        StoreProblem.BUSY: f"{place} is locked by another program; try again in a moment.",
        StoreProblem.MISSING: f"{place} is empty: its file was removed or replaced while the app ran. "
        "Put it back, then try again; or start the app again to begin a new one.",
        StoreProblem.DISK_FULL: f"{place} cannot grow: the disk is full. Free some space, then go on.",
        StoreProblem.UNREADABLE: f"{place} cannot be opened by this user: {reason}.",
    }
    return sentences.get(problem, f"{place} does not answer: {reason}.")
