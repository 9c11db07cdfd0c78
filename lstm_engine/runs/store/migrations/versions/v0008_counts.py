"""How often things were done lately is counted for all servers of a store."""

import sqlalchemy as sql
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add a table, unless it is there."""
    if sql.inspect(op.get_bind()).has_table("counts"):
        return
    whole = sql.BigInteger().with_variant(sql.Integer(), "sqlite")
    op.create_table(
        "counts",
        sql.Column("id", whole, primary_key=True),
        sql.Column("name", sql.String(40), nullable=False),
        sql.Column("whom", sql.String(32), nullable=False),
        sql.Column("at", sql.Float(53), nullable=False),
    )
    op.create_index("ix_counts_name_whom", "counts", ["name", "whom"])
