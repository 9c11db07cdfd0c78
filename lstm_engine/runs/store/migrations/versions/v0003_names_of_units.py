"""People give units of a run a name and a note."""

import sqlalchemy as sql
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table; nothing else changes."""
    whole = sql.BigInteger().with_variant(sql.Integer(), "sqlite")
    op.create_table(
        "unit_notes",
        sql.Column("run_id", whole, primary_key=True, autoincrement=False),
        sql.Column("layer", whole, primary_key=True, autoincrement=False),
        sql.Column("unit", whole, primary_key=True, autoincrement=False),
        sql.Column("name", sql.Text, nullable=False),
        sql.Column("note", sql.Text, nullable=False),
    )
