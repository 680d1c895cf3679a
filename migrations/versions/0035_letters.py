"""Second printings of letters with codes wait for another clerk; the newsletter's consent has a version and a paper.

Revision ID: 0035
Revises: 0026
"""

import sqlalchemy as sa
from alembic import op

from portal.base.tables import Id, UtcTime

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table and the columns."""
    op.create_table(
        "letter_reprint",
        sa.Column("id", Id, nullable=False),
        sa.Column("printed_at", UtcTime, nullable=False),
        sa.Column("first_id", Id, nullable=False),
        sa.Column("why", sa.String(500), nullable=False),
        sa.Column("asked_at", UtcTime, nullable=False),
        sa.Column("expires_at", UtcTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_letter_reprint"),
        sa.UniqueConstraint("printed_at", name="uq_letter_reprint_printed_at"),
        sa.ForeignKeyConstraint(["first_id"], ["person.id"], name="fk_letter_reprint_first_id_person"),
    )
    op.create_index("ix_letter_reprint_first_id", "letter_reprint", ["first_id"])
    op.create_index("ix_letter_reprint_expires_at", "letter_reprint", ["expires_at"])
    with op.batch_alter_table("subscriber") as table:
        table.add_column(sa.Column("consent_version", sa.Integer, nullable=False, server_default="0"))
        table.add_column(sa.Column("paper", sa.String(20), nullable=False, server_default=""))


def downgrade() -> None:
    """Take it back."""
    with op.batch_alter_table("subscriber") as table:
        for name in ("paper", "consent_version"):
            table.drop_column(name)
    op.drop_table("letter_reprint")
