"""Other words for an idea wait beside it while a moderator reads them.

Revision ID: 0044
Revises: 0043
"""

import sqlalchemy as sa
from alembic import op

from portal.base.tables import Cents, Id, UtcTime

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None

WAITING = "held_at IS NOT NULL AND hidden_at IS NULL AND ended_at IS NULL"


def upgrade() -> None:
    """Add the table. What waits now goes on waiting in the row of its idea."""
    op.create_table(
        "idea_change",
        sa.Column("id", Id, nullable=False),
        sa.Column("idea_id", Id, nullable=False),
        sa.Column("language", sa.String(12), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("category_id", Id),
        sa.Column("district_id", Id),
        sa.Column("place", sa.String(200), nullable=False),
        sa.Column("cost_guess", Cents),
        sa.Column("x", sa.Float),
        sa.Column("y", sa.Float),
        sa.Column("at", UtcTime, nullable=False),
        sa.Column("by_id", Id),
        sa.Column("ended_at", UtcTime),
        sa.Column("hidden_at", UtcTime),
        sa.Column("held_at", UtcTime),
        sa.Column("locked_at", UtcTime),
        sa.ForeignKeyConstraint(["idea_id"], ["idea.id"], name="fk_idea_change_idea_id"),
        sa.ForeignKeyConstraint(["category_id"], ["call_category.id"], name="fk_idea_change_category_id"),
        sa.ForeignKeyConstraint(["district_id"], ["district.id"], name="fk_idea_change_district_id"),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name="fk_idea_change_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_idea_change"),
    )
    op.create_index(
        "uq_idea_change_waiting", "idea_change", ["idea_id"], unique=True,
        sqlite_where=sa.text(WAITING), postgresql_where=sa.text(WAITING),
    )  # fmt: skip
    for column in ("idea_id", "by_id"):
        op.create_index(f"ix_idea_change_{column}", "idea_change", [column])


def downgrade() -> None:
    """Take it away, with what waits in it."""
    op.drop_table("idea_change")
