"""Complaints about a provisional result, and their public answers.

Revision ID: 0046
Revises: 0045
"""

import sqlalchemy as sa
from alembic import op

from portal.base.tables import Id, UtcTime

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "vote_complaint",
        sa.Column("id", Id, nullable=False),
        sa.Column("vote_id", Id, nullable=False),
        sa.Column("reference", sa.String(20), nullable=False),
        sa.Column("at", UtcTime, nullable=False),
        sa.Column("person_id", Id),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("contact", sa.String(200), nullable=False),
        sa.Column("words", sa.Text, nullable=False),
        sa.Column("language", sa.String(12), nullable=False),
        sa.Column("answer", sa.Text),
        sa.Column("answer_language", sa.String(12)),
        sa.Column("upheld", sa.Boolean),
        sa.Column("answered_at", UtcTime),
        sa.Column("answered_by_id", Id),
        sa.CheckConstraint("(answered_at IS NULL) = (answer IS NULL)", name="ck_vote_complaint_answered"),
        sa.CheckConstraint("(answered_at IS NULL) = (upheld IS NULL)", name="ck_vote_complaint_decided"),
        sa.ForeignKeyConstraint(["vote_id"], ["vote.id"], name="fk_vote_complaint_vote_id"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_vote_complaint_person_id"),
        sa.ForeignKeyConstraint(["answered_by_id"], ["person.id"], name="fk_vote_complaint_answered_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_vote_complaint"),
        sa.UniqueConstraint("reference", name="uq_vote_complaint_reference"),
    )
    op.create_index("ix_vote_complaint_vote_id_at", "vote_complaint", ["vote_id", "at"])
    for column in ("person_id", "answered_by_id"):
        op.create_index(f"ix_vote_complaint_{column}", "vote_complaint", [column])


def downgrade() -> None:
    """Take it away."""
    op.drop_table("vote_complaint")
