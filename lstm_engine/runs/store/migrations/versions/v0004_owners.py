"""Runs have an owner where many people start them; servers of a store share a key; who has shown one is known."""

import sqlalchemy as sql
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add a column and two tables, unless they are there; runs that are there belong to nobody."""
    found = sql.inspect(op.get_bind())
    if "owner" not in {column["name"] for column in found.get_columns("runs")}:
        op.add_column("runs", sql.Column("owner", sql.String(64)))
        op.create_index("ix_runs_owner", "runs", ["owner"])
    if not found.has_table("server_keys"):
        op.create_table(
            "server_keys",
            sql.Column("name", sql.String(40), primary_key=True),
            sql.Column("value", sql.String(200), nullable=False),
        )
    if not found.has_table("sign_ins"):
        op.create_table(
            "sign_ins",
            sql.Column("token_hash", sql.String(64), primary_key=True),
            sql.Column("key_hash", sql.String(64), nullable=False),
            sql.Column("ends_at", sql.Float(53), nullable=False),
        )
