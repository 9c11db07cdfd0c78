"""Class experiments: what a class tries, whose run is whose, and which runs a teacher shows."""

import sqlalchemy as sql
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add three tables and a column, unless they are there; who sits in older rooms, nobody knows."""
    found = sql.inspect(op.get_bind())
    if "owner" not in {column["name"] for column in found.get_columns("seats")}:
        op.add_column("seats", sql.Column("owner", sql.String(64)))
        op.create_index("ix_seats_owner", "seats", ["owner"])
    if found.has_table("experiments"):
        return
    whole = sql.BigInteger().with_variant(sql.Integer(), "sqlite")
    op.create_table(
        "experiments",
        sql.Column("id", whole, primary_key=True),
        sql.Column("room_id", whole, nullable=False),
        sql.Column("plan", sql.Text, nullable=False),
        sql.Column("opened_at", sql.Float(53), nullable=False),
        sql.Column("closes_at", sql.Float(53)),
        sql.Column("frozen_at", sql.Float(53)),
        sql.Column("ended_at", sql.Float(53)),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_experiments_room_id", "experiments", ["room_id"])
    op.create_table(
        "variations",
        sql.Column("run_id", whole, primary_key=True, autoincrement=False),
        sql.Column("experiment_id", whole, nullable=False),
        sql.Column("room_id", whole, nullable=False),
        sql.Column("seat_id", whole, nullable=False),
        sql.Column("nickname", sql.String(40), nullable=False),
        sql.Column("chosen", sql.Text, nullable=False),
        sql.Column("removed", sql.Boolean, nullable=False),
    )
    for name in ("experiment_id", "room_id"):
        op.create_index(f"ix_variations_{name}", "variations", [name])
    op.create_table(
        "shown_runs",
        sql.Column("room_id", whole, primary_key=True, autoincrement=False),
        sql.Column("run_id", whole, primary_key=True, autoincrement=False),
    )
