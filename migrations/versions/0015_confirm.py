"""Confirmed sessions, and acts that wait for a confirmation.

Revision ID: 0015
Revises: 0014
"""

import sqlalchemy as sa
from alembic import op

from portal.base.tables import Id, UtcTime

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add when a session was confirmed, and the table of waiting acts."""
    op.add_column("sign_in", sa.Column("confirmed_at", UtcTime))
    op.create_table(
        "pending_act",
        sa.Column("id", Id, nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("act", sa.String(40), nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("expires_at", UtcTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_pending_act"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_pending_act_person_id_person"),
        sa.UniqueConstraint("token_hash", name="uq_pending_act_token_hash"),
    )
    op.create_index("ix_pending_act_person_id", "pending_act", ["person_id"])
    op.create_index("ix_pending_act_expires_at", "pending_act", ["expires_at"])


def downgrade() -> None:
    """Take both away."""
    op.drop_table("pending_act")
    op.drop_column("sign_in", "confirmed_at")
