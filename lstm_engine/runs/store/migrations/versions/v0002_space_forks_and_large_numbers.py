"""When a run was deleted stands with the run; forks that are being made, and space, are known; numbers have 64 bits."""

import sqlalchemy as sql
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

NUMBERS = {
    "runs": ("id", "step", "target_step"),
    "metrics": ("run_id", "step"),
    "summaries": (
        "run_id",
        "bucket",
        *(f"{name}_{end}_step" for name in ("loss", "gradient_norm", "validation_loss") for end in ("low", "high")),
    ),
    "checkpoints": ("run_id", "step"),
    "changes": ("id", "run_id", "step"),
    "notes": ("run_id", "parent_run", "parent_step"),
}


def upgrade() -> None:
    """Add, move and widen columns; no row is lost."""
    op.add_column("runs", sql.Column("deleted_at", sql.Float))
    op.add_column("runs", sql.Column("forming", sql.Boolean, nullable=False, server_default=sql.false()))
    whole = sql.BigInteger().with_variant(sql.Integer(), "sqlite")
    op.add_column("runs", sql.Column("checkpoint_bytes", whole, nullable=False, server_default="0"))
    op.execute("UPDATE runs SET deleted_at = (SELECT deleted_at FROM notes WHERE run_id = runs.id)")
    op.execute(
        "UPDATE runs SET checkpoint_bytes ="
        " (SELECT COALESCE(SUM(LENGTH(data)), 0) FROM checkpoints WHERE run_id = runs.id)"
    )
    op.drop_column("notes", "deleted_at")
    if op.get_context().dialect.name != "postgresql":
        return  # SQLite's whole numbers have 64 bits
    for table, columns in NUMBERS.items():  # all of a table's at once, since each time the whole table is rewritten
        op.execute(f"ALTER TABLE {table} " + ", ".join(f"ALTER COLUMN {column} TYPE bigint" for column in columns))
    op.execute("ALTER SEQUENCE runs_id_seq AS bigint")
    op.execute("ALTER SEQUENCE changes_id_seq AS bigint")
    op.alter_column("notes", "run_id", server_default=None)  # always a run's, never one of its own
    op.execute("DROP SEQUENCE IF EXISTS notes_run_id_seq")
