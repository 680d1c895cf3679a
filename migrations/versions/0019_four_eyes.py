"""Codes from a counter name their clerks; sessions whose ballot was cast; codes that confirm a session.

Revision ID: 0019
Revises: 0017
"""

import sqlalchemy as sa
from alembic import op

from portal.base.tables import Id

revision = "0019"
down_revision = "0017"
branch_labels = None
depends_on = None

CLERKS = ("given_by_id", "second_id")
OLD, NEW = "purpose IN ('sign_in', 'contact')", "purpose IN ('sign_in', 'contact', 'confirm')"


def _purposes(condition: str) -> None:
    with op.batch_alter_table("mail_code") as table:
        table.drop_constraint(op.f("ck_mail_code_purpose"), type_="check")
        table.create_check_constraint(op.f("ck_mail_code_purpose"), sa.text(condition))


def upgrade() -> None:
    """Add the clerks and the document of a code, and the table of spent sessions."""
    with op.batch_alter_table("paper_code") as table:
        table.add_column(sa.Column("document", sa.String(40), nullable=False, server_default=""))
        for name in CLERKS:
            table.add_column(sa.Column(name, Id))
            table.create_foreign_key(f"fk_paper_code_{name}_person", "person", [name], ["id"])
            table.create_index(f"ix_paper_code_{name}", [name])
    op.create_table(
        "spent_session",
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name="pk_spent_session"),
        sqlite_with_rowid=False,
    )
    _purposes(NEW)


def downgrade() -> None:
    """Take it back."""
    op.execute("DELETE FROM mail_code WHERE purpose = 'confirm'")
    _purposes(OLD)
    op.drop_table("spent_session")
    with op.batch_alter_table("paper_code") as table:
        for name in CLERKS:
            table.drop_index(f"ix_paper_code_{name}")
            table.drop_constraint(f"fk_paper_code_{name}_person", type_="foreignkey")
            table.drop_column(name)
        table.drop_column("document")
