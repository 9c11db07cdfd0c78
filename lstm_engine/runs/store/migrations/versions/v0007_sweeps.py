"""Sweeps, and which runs are theirs; the task's own measure beside the loss."""

import sqlalchemy as sql
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add two tables and a column, unless they are there; runs that are belong to no sweep, and were not measured."""
    found = sql.inspect(op.get_bind())
    whole = sql.BigInteger().with_variant(sql.Integer(), "sqlite")
    if "measure" not in {column["name"] for column in found.get_columns("metrics")}:
        op.add_column("metrics", sql.Column("measure", sql.Float(53)))
    if found.has_table("sweeps"):
        return
    op.create_table(
        "sweeps",
        sql.Column("id", whole, primary_key=True),
        sql.Column("name", sql.String(80), nullable=False),
        sql.Column("plan", sql.Text, nullable=False),
        sql.Column("created_at", sql.Float(53), nullable=False),
        sql.Column("state", sql.String(20), nullable=False),
        sql.Column("owner", sql.String(64)),
        sql.Column("owner_most", whole),
        sql.Column("size", whole, nullable=False),
        sql.Column("decided", whole, nullable=False, server_default="0"),
        sql.Column("spent", sql.Float(53), nullable=False, server_default="0"),
        sql.Column("ticked_at", sql.Float(53), nullable=False, server_default="0"),
        sql.Column("allowed", sql.Float(53)),
        sql.Column("error", sql.Text),
        sql.Column("deleted_at", sql.Float(53)),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "sweep_runs",
        sql.Column("sweep_id", whole, primary_key=True, autoincrement=False),
        sql.Column("place", whole, primary_key=True, autoincrement=False),
        sql.Column("run_id", whole, nullable=False),
        sql.Column("rung", whole, nullable=False),
        sql.Column("dropped", whole),
    )
    op.create_index("ix_sweep_runs_run_id", "sweep_runs", ["run_id"])
