"""Batches of letters have a PDF, and proofs at a counter wait for a second clerk.

Revision ID: 0026
Revises: 0025
"""

import sqlalchemy as sa
from alembic import op

from portal.base.tables import Id, UtcTime

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

FAULT = "fault IN ('no_press', 'broken')"


def upgrade() -> None:
    """Add the file of a batch, and the proofs that wait."""
    with op.batch_alter_table("letter_batch") as table:
        table.add_column(sa.Column("file", sa.String(80), nullable=False, server_default=""))
        table.add_column(sa.Column("sheets", sa.Integer, nullable=False, server_default="0"))
        table.add_column(sa.Column("left_out", sa.JSON, nullable=False, server_default="[]"))
        table.add_column(sa.Column("fault", sa.String(40)))
        table.create_check_constraint(op.f("ck_letter_batch_fault"), sa.text(FAULT))
    op.create_table(
        "counter_proof",
        sa.Column("person_id", Id, nullable=False, autoincrement=False),
        sa.Column("scheme", sa.String(40), nullable=False),
        sa.Column("blind", sa.String(64), nullable=False),
        sa.Column("document", sa.String(40), nullable=False),
        sa.Column("facts", sa.JSON, nullable=False),
        sa.Column("first_id", Id, nullable=False),
        sa.Column("asked_at", UtcTime, nullable=False),
        sa.Column("expires_at", UtcTime, nullable=False),
        sa.PrimaryKeyConstraint("person_id", name="pk_counter_proof"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_counter_proof_person_id_person"),
        sa.ForeignKeyConstraint(["first_id"], ["person.id"], name="fk_counter_proof_first_id_person"),
    )
    op.create_index("ix_counter_proof_first_id", "counter_proof", ["first_id"])
    op.create_index("ix_counter_proof_expires_at", "counter_proof", ["expires_at"])


def downgrade() -> None:
    """Take it back."""
    op.drop_table("counter_proof")
    with op.batch_alter_table("letter_batch") as table:
        table.drop_constraint(op.f("ck_letter_batch_fault"), type_="check")
        for name in ("fault", "left_out", "sheets", "file"):
            table.drop_column(name)
