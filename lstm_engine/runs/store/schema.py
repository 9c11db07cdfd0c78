"""The tables of the run store."""

import sqlalchemy as sql

metadata = sql.MetaData()
runs = sql.Table(
    "runs",
    metadata,
    sql.Column("id", sql.Integer, primary_key=True),
    sql.Column("name", sql.String(80), nullable=False),
    sql.Column("settings", sql.Text, nullable=False),
    sql.Column("created_at", sql.Float, nullable=False),
    sql.Column("step", sql.Integer, nullable=False, default=0),
    sql.Column("target_step", sql.Integer, nullable=False),
    sql.Column("stopped", sql.Boolean, nullable=False, default=False),
    sql.Column("pace", sql.Float, nullable=False),
    sql.Column("queued_at", sql.Float, nullable=False),
    sql.Column("lease", sql.String(120)),
    sql.Column("heartbeat", sql.Float),
    sql.Column("steps_per_second", sql.Float),
    sql.Column("error", sql.Text),
    sqlite_autoincrement=True,  # a deleted run's number never comes back, so that old links cannot show another run
)
metrics = sql.Table(
    "metrics",
    metadata,
    sql.Column("run_id", sql.Integer, primary_key=True),
    sql.Column("step", sql.Integer, primary_key=True),
    sql.Column("loss", sql.Float(53), nullable=False),
    sql.Column("validation_loss", sql.Float(53)),
    sql.Column("gradient_norm", sql.Float(53), nullable=False),
    sql.Column("learning_rate", sql.Float(53), nullable=False),
)
# the extremes of every 256 steps, so that a run of a million steps is drawn without reading them all
summaries = sql.Table(
    "summaries",
    metadata,
    sql.Column("run_id", sql.Integer, primary_key=True),
    sql.Column("bucket", sql.Integer, primary_key=True),
    *[
        sql.Column(f"{name}_{end}{part}", sql.Integer if part else sql.Float(53))
        for name in ("loss", "gradient_norm", "validation_loss")
        for end in ("low", "high")
        for part in ("", "_step")
    ],
)
checkpoints = sql.Table(
    "checkpoints",
    metadata,
    sql.Column("run_id", sql.Integer, primary_key=True),
    sql.Column("step", sql.Integer, primary_key=True),
    sql.Column("passing", sql.Boolean, nullable=False),
    sql.Column("data", sql.LargeBinary, nullable=False),
)
# what people change while a run trains; a step is given to it when the worker takes it up, and it holds from there on
changes = sql.Table(
    "changes",
    metadata,
    sql.Column("id", sql.Integer, primary_key=True),
    sql.Column("run_id", sql.Integer, nullable=False, index=True),
    sql.Column("step", sql.Integer),
    sql.Column("field", sql.String(40), nullable=False),
    sql.Column("value", sql.Float(53)),
)
# what people say of a run, beside what it is; a table of its own, so that older stores need no new columns
notes = sql.Table(
    "notes",
    metadata,
    sql.Column("run_id", sql.Integer, primary_key=True),
    sql.Column("note", sql.Text, nullable=False, default=""),
    sql.Column("tags", sql.Text, nullable=False, default=""),
    sql.Column("parent_run", sql.Integer),
    sql.Column("parent_step", sql.Integer),
    sql.Column("deleted_at", sql.Float),
)
marks = sql.Table("marks", metadata, sql.Column("name", sql.String(40), primary_key=True))
