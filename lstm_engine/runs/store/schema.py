"""The tables of the run store, as they are now; ``migrations/`` brings older ones here."""

from typing import Any

import sqlalchemy as sql

from lstm_engine.runs.metrics import CURVES, METRICS, SUMMARY_PARTS

VERSION = "0009"  # of these tables: the newest of the migrations
LARGEST = 2**63 - 1
LONGEST_NAME = 80  # characters of a run's
LONGEST_OWNER = 64


class Whole(sql.types.TypeDecorator[int]):
    """A whole number of 64 bits. A larger one is compared as the largest there is, so that nothing is found at it."""

    impl = sql.BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: sql.Dialect) -> sql.types.TypeEngine[Any]:
        # SQLite's INTEGER has 64 bits, and numbers rows by itself under no other name
        return dialect.type_descriptor(sql.Integer() if dialect.name == "sqlite" else sql.BigInteger())

    def process_bind_param(self, value: int | None, dialect: sql.Dialect) -> int | None:
        return None if value is None else max(-LARGEST - 1, min(int(value), LARGEST))


metadata = sql.MetaData()
runs = sql.Table(
    "runs",
    metadata,
    sql.Column("id", Whole, primary_key=True),
    sql.Column("name", sql.String(LONGEST_NAME), nullable=False),
    sql.Column("settings", sql.Text, nullable=False),
    sql.Column("created_at", sql.Float, nullable=False),
    sql.Column("step", Whole, nullable=False, default=0),
    sql.Column("target_step", Whole, nullable=False),
    sql.Column("stopped", sql.Boolean, nullable=False, default=False),
    sql.Column("pace", sql.Float, nullable=False),
    sql.Column("queued_at", sql.Float, nullable=False),
    sql.Column("lease", sql.String(120)),
    sql.Column("heartbeat", sql.Float),
    sql.Column("steps_per_second", sql.Float),
    sql.Column("error", sql.Text),
    sql.Column("deleted_at", sql.Float),  # for a day it can be had back
    sql.Column("forming", sql.Boolean, nullable=False, server_default=sql.false()),  # a fork that is being copied
    sql.Column("checkpoint_bytes", Whole, nullable=False, server_default="0"),  # of all its checkpoints
    sql.Column(
        "owner", sql.String(LONGEST_OWNER), index=True
    ),  # who started it where many do; nobody: the administrator
    sqlite_autoincrement=True,  # a deleted run's number never comes back, so that old links cannot show another run
)
metrics = sql.Table(
    "metrics",
    metadata,
    sql.Column("run_id", Whole, primary_key=True, autoincrement=False),
    sql.Column("step", Whole, primary_key=True, autoincrement=False),
    *[sql.Column(metric.name, sql.Float(53), nullable=not metric.gapless) for metric in METRICS],
)
# the extremes of every 256 steps, so that a run of a million steps is drawn without reading them all
summaries = sql.Table(
    "summaries",
    metadata,
    sql.Column("run_id", Whole, primary_key=True, autoincrement=False),
    sql.Column("bucket", Whole, primary_key=True, autoincrement=False),
    *[
        sql.Column(f"{metric.name}_{part}", Whole if part.endswith("_step") else sql.Float(53))
        for metric in CURVES
        for part in SUMMARY_PARTS
    ],
)
checkpoints = sql.Table(
    "checkpoints",
    metadata,
    sql.Column("run_id", Whole, primary_key=True, autoincrement=False),
    sql.Column("step", Whole, primary_key=True, autoincrement=False),
    sql.Column("passing", sql.Boolean, nullable=False),  # the next one replaces it
    sql.Column("data", sql.LargeBinary, nullable=False),
)
# what people change while a run trains; a step is given to it when the worker takes it up, and it holds from there on
changes = sql.Table(
    "changes",
    metadata,
    sql.Column("id", Whole, primary_key=True),
    sql.Column("run_id", Whole, nullable=False, index=True),
    sql.Column("step", Whole),
    sql.Column("field", sql.String(40), nullable=False),
    sql.Column("value", sql.Float(53)),
)
# what people say of a run, beside what it is
notes = sql.Table(
    "notes",
    metadata,
    sql.Column("run_id", Whole, primary_key=True, autoincrement=False),
    sql.Column("note", sql.Text, nullable=False, default=""),
    sql.Column("tags", sql.Text, nullable=False, default=""),
    sql.Column("parent_run", Whole),
    sql.Column("parent_step", Whole),
)
# what people call a unit of a run, and say of it
unit_notes = sql.Table(
    "unit_notes",
    metadata,
    sql.Column("run_id", Whole, primary_key=True, autoincrement=False),
    sql.Column("layer", Whole, primary_key=True, autoincrement=False),
    sql.Column("unit", Whole, primary_key=True, autoincrement=False),
    sql.Column("name", sql.Text, nullable=False),
    sql.Column("note", sql.Text, nullable=False),
)
# what all servers of a store must know alike, and nobody else: with it they sign what they hand to browsers
server_keys = sql.Table(
    "server_keys",
    metadata,
    sql.Column("name", sql.String(40), primary_key=True),
    sql.Column("value", sql.String(200), nullable=False),
)
# who has shown a key, until when; of what their browser holds, and of the key, only hashes are here
sign_ins = sql.Table(
    "sign_ins",
    metadata,
    sql.Column("token_hash", sql.String(64), primary_key=True),
    sql.Column("key_hash", sql.String(64), nullable=False),
    sql.Column("ends_at", sql.Float(53), nullable=False),
)
# how often visitors did what is limited, for some minutes; of whom, only a hash is here
counts = sql.Table(
    "counts",
    metadata,
    sql.Column("id", Whole, primary_key=True),
    sql.Column("name", sql.String(40), nullable=False),
    sql.Column("whom", sql.String(32), nullable=False),
    sql.Column("at", sql.Float(53), nullable=False),
    sql.Index("ix_counts_name_whom", "name", "whom"),
)
# a class that follows one place; of the teacher's key only a hash is here, and of what students' browsers hold
rooms = sql.Table(
    "rooms",
    metadata,
    sql.Column("id", Whole, primary_key=True),
    sql.Column("code", sql.String(12), nullable=False, unique=True),
    sql.Column("key_hash", sql.String(64), nullable=False, unique=True),
    sql.Column("owner", sql.String(LONGEST_OWNER), index=True),
    sql.Column("opened_at", sql.Float(53), nullable=False),
    sql.Column("touched_at", sql.Float(53), nullable=False),
    sql.Column("closed_at", sql.Float(53)),
    sql.Column("place", sql.Text, nullable=False),
    sql.Column("moved_by", sql.String(40), nullable=False),
    sql.Column("version", Whole, nullable=False),
    sql.Column("changes", Whole, nullable=False),
    sql.Column("leader", Whole),
    sql.Column("settings", sql.Text, nullable=False),
    sql.Column("removals", Whole, nullable=False),
    sqlite_autoincrement=True,  # what is left of a room that went never belongs to another
)
seats = sql.Table(
    "seats",
    metadata,
    sql.Column("id", Whole, primary_key=True),
    sql.Column("room_id", Whole, nullable=False),
    sql.Column("token_hash", sql.String(64), nullable=False, unique=True),
    sql.Column("nickname", sql.String(40), nullable=False),
    sql.Column("nickname_key", sql.String(200), nullable=False),
    sql.Column("joined_at", sql.Float(53), nullable=False),
    sql.Column("seen_at", sql.Float(53), nullable=False),
    sql.Column("follows", sql.Boolean, nullable=False),
    sql.Column("whereabouts", sql.Text, nullable=False),
    sql.Column("removed", sql.Boolean, nullable=False),
    # the visitor who sits there: a page knows its visitor, but not what their browser was handed since it was opened
    sql.Column("owner", sql.String(LONGEST_OWNER), index=True),
    sql.Index("ix_seats_nickname", "room_id", "nickname_key", unique=True),
    sqlite_autoincrement=True,
)
# a question that was asked in a room: what stands in it, and what the engine answered, as it was then
votes = sql.Table(
    "votes",
    metadata,
    sql.Column("id", Whole, primary_key=True),
    sql.Column("room_id", Whole, nullable=False, index=True),
    sql.Column("question", sql.Text, nullable=False),
    sql.Column("turn", Whole, nullable=False),  # 1, and 2 once it is asked again
    sql.Column("opened_at", sql.Float(53), nullable=False),
    sql.Column("closed_at", sql.Float(53)),  # nobody answers from then on
    sql.Column("revealed_at", sql.Float(53)),
    sql.Column("ended_at", sql.Float(53)),  # it is on nobody's screen any more
    sqlite_autoincrement=True,
)
# who answered what: one row a student and a turn, so that no answer is counted twice
answers = sql.Table(
    "answers",
    metadata,
    sql.Column("vote_id", Whole, primary_key=True, autoincrement=False),
    sql.Column("turn", Whole, primary_key=True, autoincrement=False),
    sql.Column("seat_id", Whole, primary_key=True, autoincrement=False),
    sql.Column("room_id", Whole, nullable=False, index=True),
    sql.Column("nickname", sql.String(40), nullable=False),
    sql.Column("answer", sql.Text, nullable=False),
    sql.Column("said", Whole, nullable=False),  # the browser's own count: a message that was late changes nothing
    sql.Column("answered_at", sql.Float(53), nullable=False),
)
# questions of a teacher's own, kept with the room
own_questions = sql.Table(
    "own_questions",
    metadata,
    sql.Column("id", Whole, primary_key=True),
    sql.Column("room_id", Whole, nullable=False, index=True),
    sql.Column("text", sql.Text, nullable=False),
    sqlite_autoincrement=True,
)
# what a teacher asks a class to try, each student in a run of their own
experiments = sql.Table(
    "experiments",
    metadata,
    sql.Column("id", Whole, primary_key=True),
    sql.Column("room_id", Whole, nullable=False, index=True),
    sql.Column("plan", sql.Text, nullable=False),
    sql.Column("opened_at", sql.Float(53), nullable=False),
    sql.Column("closes_at", sql.Float(53)),  # nobody begins a run from then on
    sql.Column("frozen_at", sql.Float(53)),  # its runs rest
    sql.Column("ended_at", sql.Float(53)),  # it is on nobody's screen any more
    sqlite_autoincrement=True,
)
# whose run is whose in an experiment; it stays when the run goes, so that a student's runs are counted
variations = sql.Table(
    "variations",
    metadata,
    sql.Column("run_id", Whole, primary_key=True, autoincrement=False),
    sql.Column("experiment_id", Whole, nullable=False, index=True),
    sql.Column("room_id", Whole, nullable=False, index=True),
    sql.Column("seat_id", Whole, nullable=False),
    sql.Column("nickname", sql.String(40), nullable=False),
    sql.Column("chosen", sql.Text, nullable=False),
    sql.Column("removed", sql.Boolean, nullable=False),
)
# runs of a teacher's own that hold what they brought, and that their class may see
shown_runs = sql.Table(
    "shown_runs",
    metadata,
    sql.Column("room_id", Whole, primary_key=True, autoincrement=False),
    sql.Column("run_id", Whole, primary_key=True, autoincrement=False),
)
# a plan, and how far it is carried out
sweeps = sql.Table(
    "sweeps",
    metadata,
    sql.Column("id", Whole, primary_key=True),
    sql.Column("name", sql.String(LONGEST_NAME), nullable=False),
    sql.Column("plan", sql.Text, nullable=False),
    sql.Column("created_at", sql.Float(53), nullable=False),
    sql.Column("state", sql.String(20), nullable=False),
    sql.Column("owner", sql.String(LONGEST_OWNER)),
    sql.Column("owner_most", Whole),  # runs that the owner may have
    sql.Column("size", Whole, nullable=False),
    sql.Column("decided", Whole, nullable=False, server_default="0"),
    sql.Column("spent", sql.Float(53), nullable=False, server_default="0"),
    sql.Column("ticked_at", sql.Float(53), nullable=False, server_default="0"),
    sql.Column("allowed", sql.Float(53)),
    sql.Column("error", sql.Text),
    sql.Column("deleted_at", sql.Float(53)),
    sqlite_autoincrement=True,
)
# which run is which trial of a plan; it stays when the run goes, so that none is begun twice
sweep_runs = sql.Table(
    "sweep_runs",
    metadata,
    sql.Column("sweep_id", Whole, primary_key=True, autoincrement=False),
    sql.Column("place", Whole, primary_key=True, autoincrement=False),
    sql.Column("run_id", Whole, nullable=False, index=True),
    sql.Column("rung", Whole, nullable=False),
    sql.Column("dropped", Whole),
)
marks = sql.Table("marks", metadata, sql.Column("name", sql.String(40), primary_key=True))
# the table in which Alembic keeps the version; here as well, so that nobody has to load Alembic to read it
versions = sql.Table(
    "alembic_version",
    metadata,
    sql.Column("version_num", sql.String(32), nullable=False),
    sql.PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)
# of a run, everything that goes when it goes for good
OF_A_RUN = (metrics, summaries, checkpoints, changes, notes, unit_notes)
# of a room, the same; each has its number as room_id
OF_A_ROOM = (seats, votes, answers, own_questions, experiments, variations, shown_runs)
