"""The screening list of the innovation track has versions that the staff write.

Revision ID: 0037
Revises: 0036
"""

import sqlalchemy as sa
from alembic import op

from portal.base.tables import Id, UtcTime

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables, and to each screening the list that was answered: so far the one that the portal brings."""
    op.create_table(
        "innovation_list",
        sa.Column("id", Id, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("at", UtcTime, nullable=False),
        sa.Column("by_id", Id),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name="fk_innovation_list_by_id_person"),
        sa.PrimaryKeyConstraint("id", name="pk_innovation_list"),
        sa.UniqueConstraint("version", name="uq_innovation_list_version"),
    )
    op.create_table(
        "innovation_question",
        sa.Column("id", Id, nullable=False),
        sa.Column("list_id", Id, nullable=False),
        sa.Column("key", sa.String(20), nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.ForeignKeyConstraint(["list_id"], ["innovation_list.id"], name="fk_innovation_question_list_id"),
        sa.PrimaryKeyConstraint("id", name="pk_innovation_question"),
        sa.UniqueConstraint("list_id", "key", name="uq_innovation_question_list_id_key"),
    )
    with op.batch_alter_table("innovation_screening") as table:
        table.add_column(sa.Column("list_id", Id))
        table.create_foreign_key(op.f("fk_innovation_screening_list_id"), "innovation_list", ["list_id"], ["id"])
    op.create_index("ix_innovation_screening_list_id", "innovation_screening", ["list_id"])


def downgrade() -> None:
    """Take them away; answers to questions of the city's own stay without their words."""
    op.drop_index("ix_innovation_screening_list_id", "innovation_screening")
    with op.batch_alter_table("innovation_screening") as table:
        table.drop_constraint(op.f("fk_innovation_screening_list_id"), type_="foreignkey")
        table.drop_column("list_id")
    op.drop_table("innovation_question")
    op.drop_table("innovation_list")
    op.execute("DELETE FROM wording WHERE kind = 'innovation_question'")
