"""Questions that are asked in rooms, the answers to them, and teachers' own questions."""

import sqlalchemy as sql
from alembic import op

from lstm_engine.runs.store.schema import Whole

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add three tables, unless they are there."""
    found = sql.inspect(op.get_bind())
    if not found.has_table("votes"):
        op.create_table(
            "votes",
            sql.Column("id", Whole, primary_key=True),
            sql.Column("room_id", Whole, nullable=False, index=True),
            sql.Column("question", sql.Text, nullable=False),
            sql.Column("turn", Whole, nullable=False),
            sql.Column("opened_at", sql.Float(53), nullable=False),
            sql.Column("closed_at", sql.Float(53)),
            sql.Column("revealed_at", sql.Float(53)),
            sql.Column("ended_at", sql.Float(53)),
            sqlite_autoincrement=True,
        )
    if not found.has_table("answers"):
        op.create_table(
            "answers",
            sql.Column("vote_id", Whole, primary_key=True, autoincrement=False),
            sql.Column("turn", Whole, primary_key=True, autoincrement=False),
            sql.Column("seat_id", Whole, primary_key=True, autoincrement=False),
            sql.Column("room_id", Whole, nullable=False, index=True),
            sql.Column("nickname", sql.String(40), nullable=False),
            sql.Column("answer", sql.Text, nullable=False),
            sql.Column("said", Whole, nullable=False),
            sql.Column("answered_at", sql.Float(53), nullable=False),
        )
    if not found.has_table("own_questions"):
        op.create_table(
            "own_questions",
            sql.Column("id", Whole, primary_key=True),
            sql.Column("room_id", Whole, nullable=False, index=True),
            sql.Column("text", sql.Text, nullable=False),
            sqlite_autoincrement=True,
        )
