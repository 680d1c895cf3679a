"""Answers to ideas can be withdrawn, and the split of an idea can be undone.

Revision ID: 0036
Revises: 0035
"""

import sqlalchemy as sa
from alembic import op

from portal.base.tables import Id, UtcTime

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

STANDINGS = ("draft", "current", "withdrawn")


def _standing(*values: str) -> None:
    words = ", ".join(f"'{value}'" for value in values)
    with op.batch_alter_table("idea_answer_idea") as table:
        table.drop_constraint(op.f("ck_idea_answer_idea_standing"), type_="check")
        table.create_check_constraint(op.f("ck_idea_answer_idea_standing"), sa.text(f"standing IN ({words})"))


def upgrade() -> None:
    """Add the columns, and the third way in which an answer stands to an idea."""
    with op.batch_alter_table("idea_answer") as table:
        table.add_column(sa.Column("withdrawn_at", UtcTime))
        table.add_column(sa.Column("withdrawn_reason", sa.String(500), server_default="", nullable=False))
        table.add_column(sa.Column("withdrawn_lang", sa.String(12), server_default="", nullable=False))
    _standing(*STANDINGS)
    with op.batch_alter_table("idea_part") as table:
        table.add_column(sa.Column("version", sa.Integer))
        table.add_column(sa.Column("undone_at", UtcTime))
        table.add_column(sa.Column("undone_by_id", Id))
        table.add_column(sa.Column("undone_reason", sa.String(500), server_default="", nullable=False))
        table.add_column(sa.Column("undone_lang", sa.String(12), server_default="", nullable=False))
        table.create_foreign_key(op.f("fk_idea_part_undone_by_id_person"), "person", ["undone_by_id"], ["id"])


def downgrade() -> None:
    """Take them away. An answer that was withdrawn is then one whose place another took: the idea has none."""
    with op.batch_alter_table("idea_part") as table:
        table.drop_constraint(op.f("fk_idea_part_undone_by_id_person"), type_="foreignkey")
        for name in ("undone_lang", "undone_reason", "undone_by_id", "undone_at", "version"):
            table.drop_column(name)
    op.execute("UPDATE idea_answer_idea SET standing = NULL WHERE standing = 'withdrawn'")
    _standing(*STANDINGS[:2])
    with op.batch_alter_table("idea_answer") as table:
        for name in ("withdrawn_lang", "withdrawn_reason", "withdrawn_at"):
            table.drop_column(name)
