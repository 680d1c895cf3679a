"""Places on the city plan for districts and venues, step-free access, and how many people were entitled to vote.

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns. Written as SQL that both databases take, so that SQLite need not make whole tables anew; the
    check of a pair stands with its second column."""
    for table in ("district", "venue"):
        op.execute(f"ALTER TABLE {table} ADD COLUMN x FLOAT CONSTRAINT ck_{table}_x CHECK (x BETWEEN 0 AND 1)")
        op.execute(
            f"ALTER TABLE {table} ADD COLUMN y FLOAT"
            f" CONSTRAINT ck_{table}_y CHECK (y BETWEEN 0 AND 1 AND (x IS NULL) = (y IS NULL))"
        )
    op.add_column("venue", sa.Column("step_free", sa.Boolean))
    op.execute("ALTER TABLE vote ADD COLUMN entitled INTEGER CONSTRAINT ck_vote_entitled CHECK (entitled > 0)")
    op.add_column("vote", sa.Column("entitled_source", sa.JSON))


def downgrade() -> None:
    """Take them back, the second of a pair first."""
    op.drop_column("vote", "entitled_source")
    op.drop_column("vote", "entitled")
    op.drop_column("venue", "step_free")
    for table in ("venue", "district"):
        op.drop_column(table, "y")
        op.drop_column(table, "x")
