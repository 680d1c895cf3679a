"""Papers: series, papers, batches for the post room, signing certificates, heads of the register.

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op

from portal.base.tables import Id, UtcTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "paper_series",
        sa.Column("id", Id, nullable=False),
        sa.Column("name", sa.String(12), nullable=False),
        sa.Column("year", sa.Integer, nullable=False),
        sa.Column("last", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_paper_series"),
        sa.UniqueConstraint("name", "year", name="uq_paper_series_name_year"),
        sa.CheckConstraint("last >= 0", name=op.f("ck_paper_series_last")),
    )
    op.create_table(
        "paper_batch",
        sa.Column("id", Id, nullable=False),
        sa.Column("made_at", UtcTime, nullable=False),
        sa.Column("printed_at", UtcTime),
        sa.Column("count", sa.Integer, nullable=False),
        sa.Column("sheets", sa.Integer, nullable=False),
        sa.Column("file", sa.String(64), nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_paper_batch"),
    )
    op.create_table(
        "paper",
        sa.Column("id", Id, nullable=False),
        sa.Column("series_id", Id, nullable=False),
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.Column("number", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("lang", sa.String(12), nullable=False),
        sa.Column("large", sa.Boolean, nullable=False),
        sa.Column("by_post", sa.Boolean, nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("fault", sa.String(40)),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("person_id", Id),
        sa.Column("code_hash", sa.String(64), nullable=False),
        sa.Column("code_sealed", sa.String(80), nullable=False),
        sa.Column("values", sa.JSON),
        sa.Column("lines", sa.JSON, nullable=False),
        sa.Column("shown", sa.JSON, nullable=False),
        sa.Column("issued_at", UtcTime, nullable=False),
        sa.Column("made_at", UtcTime),
        sa.Column("expires_at", UtcTime),
        sa.Column("revoked_at", UtcTime),
        sa.Column("reason", sa.String(40)),
        sa.Column("replaced_by_id", Id),
        sa.Column("file", sa.String(64), nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("kept", sa.Boolean, nullable=False),
        sa.Column("batch_id", Id),
        sa.PrimaryKeyConstraint("id", name="pk_paper"),
        sa.ForeignKeyConstraint(["series_id"], ["paper_series.id"], name="fk_paper_series_id_paper_series"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_paper_person_id_person"),
        sa.ForeignKeyConstraint(["replaced_by_id"], ["paper.id"], name="fk_paper_replaced_by_id_paper"),
        sa.ForeignKeyConstraint(["batch_id"], ["paper_batch.id"], name="fk_paper_batch_id_paper_batch"),
        sa.UniqueConstraint("series_id", "sequence", name="uq_paper_series_id_sequence"),
        sa.UniqueConstraint("number", name="uq_paper_number"),
        sa.UniqueConstraint("code_hash", name="uq_paper_code_hash"),
        sa.CheckConstraint(
            "state IN ('being_made', 'ready', 'failed', 'revoked', 'replaced')", name=op.f("ck_paper_state")
        ),
        sa.CheckConstraint(
            "fault IN ('no_press', 'no_key', 'no_time_stamp', 'letters', 'structure', 'broken')",
            name=op.f("ck_paper_fault"),
        ),
        sa.CheckConstraint("reason IN ('mistake', 'changed', 'lost', 'ended')", name=op.f("ck_paper_reason")),
    )
    for column in ("person_id", "file", "state", "batch_id", "made_at", "revoked_at"):
        op.create_index(f"ix_paper_{column}", "paper", [column])
    op.create_table(
        "paper_signer",
        sa.Column("id", Id, nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("name", sa.String(300), nullable=False),
        sa.Column("pem", sa.Text, nullable=False),
        sa.Column("first_used_at", UtcTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_paper_signer"),
        sa.UniqueConstraint("fingerprint", name="uq_paper_signer_fingerprint"),
    )
    op.create_table(
        "paper_register_head",
        sa.Column("id", Id, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("previous", sa.String(64), nullable=False),
        sa.Column("head", sa.String(64), nullable=False),
        sa.Column("issued", sa.Integer, nullable=False),
        sa.Column("revoked", sa.Integer, nullable=False),
        sa.Column("closed_at", UtcTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_paper_register_head"),
        sa.UniqueConstraint("day", name="uq_paper_register_head_day"),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("paper_register_head")
    op.drop_table("paper_signer")
    op.drop_table("paper")
    op.drop_table("paper_batch")
    op.drop_table("paper_series")
