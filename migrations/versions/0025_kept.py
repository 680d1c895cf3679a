"""Forms kept half filled in; requests about data that came on paper, from people without an account too.

Revision ID: 0025
Revises: 0024
"""

import sqlalchemy as sa
from alembic import op

from portal.base.tables import Id, UtcTime

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

OLD = "wish IN ('question', 'correction', 'restriction', 'objection')"
NEW = "wish IN ('question', 'access', 'correction', 'restriction', 'objection')"


def _wishes(condition: str) -> None:
    with op.batch_alter_table("data_request") as table:
        table.drop_constraint(op.f("ck_data_request_wish"), type_="check")
        table.create_check_constraint(op.f("ck_data_request_wish"), sa.text(condition))


def upgrade() -> None:
    """Add the table, who gave a paper and where the answer goes, and the wish for a copy."""
    op.create_table(
        "kept_draft",
        sa.Column("id", Id, nullable=False),
        sa.Column("code_hash", sa.String(64), nullable=False),
        sa.Column("person_id", Id),
        sa.Column("sheet", sa.String(40), nullable=False),
        sa.Column("path", sa.String(300), nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("created_at", UtcTime, nullable=False),
        sa.Column("open_hash", sa.String(64)),
        sa.Column("open_until", UtcTime),
        sa.PrimaryKeyConstraint("id", name="pk_kept_draft"),
        sa.UniqueConstraint("code_hash", name="uq_kept_draft_code_hash"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_kept_draft_person_id_person"),
    )
    op.create_index("ix_kept_draft_person_id", "kept_draft", ["person_id"])
    op.create_index("ix_kept_draft_created_at", "kept_draft", ["created_at"])
    op.add_column("data_request", sa.Column("giver", sa.String(200), nullable=False, server_default=""))
    op.add_column("data_request", sa.Column("reach", sa.Text, nullable=False, server_default=""))
    _wishes(NEW)


def downgrade() -> None:
    """Take it back."""
    op.execute("DELETE FROM data_request WHERE wish = 'access'")
    _wishes(OLD)
    with op.batch_alter_table("data_request") as table:
        table.drop_column("reach")
        table.drop_column("giver")
    op.drop_table("kept_draft")
