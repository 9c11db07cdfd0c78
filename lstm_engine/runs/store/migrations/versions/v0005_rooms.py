"""Rooms, and the seats in them."""

import sqlalchemy as sql
from alembic import op

from lstm_engine.runs.store.schema import Whole

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add two tables, unless they are there."""
    found = sql.inspect(op.get_bind())
    if not found.has_table("rooms"):
        op.create_table(
            "rooms",
            sql.Column("id", Whole, primary_key=True),
            sql.Column("code", sql.String(12), nullable=False, unique=True),
            sql.Column("key_hash", sql.String(64), nullable=False, unique=True),
            sql.Column("owner", sql.String(64), index=True),
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
            sqlite_autoincrement=True,
        )
    if not found.has_table("seats"):
        op.create_table(
            "seats",
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
            sql.Index("ix_seats_nickname", "room_id", "nickname_key", unique=True),
            sqlite_autoincrement=True,
        )
