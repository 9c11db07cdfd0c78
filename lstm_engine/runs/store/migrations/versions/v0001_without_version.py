"""The tables as they were before they had a version. Stores of then may lack the younger ones."""

import sqlalchemy as sql
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make what is missing."""
    op.create_table(
        "runs",
        sql.Column("id", sql.Integer, primary_key=True),
        sql.Column("name", sql.String(80), nullable=False),
        sql.Column("settings", sql.Text, nullable=False),
        sql.Column("created_at", sql.Float, nullable=False),
        sql.Column("step", sql.Integer, nullable=False),
        sql.Column("target_step", sql.Integer, nullable=False),
        sql.Column("stopped", sql.Boolean, nullable=False),
        sql.Column("pace", sql.Float, nullable=False),
        sql.Column("queued_at", sql.Float, nullable=False),
        sql.Column("lease", sql.String(120)),
        sql.Column("heartbeat", sql.Float),
        sql.Column("steps_per_second", sql.Float),
        sql.Column("error", sql.Text),
        sqlite_autoincrement=True,
        if_not_exists=True,
    )
    op.create_table(
        "metrics",
        sql.Column("run_id", sql.Integer, primary_key=True),
        sql.Column("step", sql.Integer, primary_key=True),
        sql.Column("loss", sql.Float(53), nullable=False),
        sql.Column("validation_loss", sql.Float(53)),
        sql.Column("gradient_norm", sql.Float(53), nullable=False),
        sql.Column("learning_rate", sql.Float(53), nullable=False),
        if_not_exists=True,
    )
    op.create_table(
        "summaries",
        sql.Column("run_id", sql.Integer, primary_key=True),
        sql.Column("bucket", sql.Integer, primary_key=True),
        *[
            sql.Column(f"{name}_{end}{part}", sql.Integer if part else sql.Float(53))
            for name in ("loss", "gradient_norm", "validation_loss")
            for end in ("low", "high")
            for part in ("", "_step")
        ],
        if_not_exists=True,
    )
    op.create_table(
        "checkpoints",
        sql.Column("run_id", sql.Integer, primary_key=True),
        sql.Column("step", sql.Integer, primary_key=True),
        sql.Column("passing", sql.Boolean, nullable=False),
        sql.Column("data", sql.LargeBinary, nullable=False),
        if_not_exists=True,
    )
    op.create_table(
        "changes",
        sql.Column("id", sql.Integer, primary_key=True),
        sql.Column("run_id", sql.Integer, nullable=False),
        sql.Column("step", sql.Integer),
        sql.Column("field", sql.String(40), nullable=False),
        sql.Column("value", sql.Float(53)),
        if_not_exists=True,
    )
    op.create_index("ix_changes_run_id", "changes", ["run_id"], if_not_exists=True)
    op.create_table(
        "notes",
        sql.Column("run_id", sql.Integer, primary_key=True),
        sql.Column("note", sql.Text, nullable=False),
        sql.Column("tags", sql.Text, nullable=False),
        sql.Column("parent_run", sql.Integer),
        sql.Column("parent_step", sql.Integer),
        sql.Column("deleted_at", sql.Float),
        if_not_exists=True,
    )
    op.create_table("marks", sql.Column("name", sql.String(40), primary_key=True), if_not_exists=True)
