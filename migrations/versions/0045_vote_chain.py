"""The chain of a vote: its entries, and the commitments that they name.

Revision ID: 0045
Revises: 0044
"""

import sqlalchemy as sa
from alembic import op

from portal.base.tables import Id

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add both tables. A vote that is open already gets its first entry when the worker next looks at it."""
    op.create_table(
        "vote_chain_entry",
        sa.Column("vote_id", Id, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("previous", sa.String(64), nullable=False),
        sa.Column("ballots", sa.Integer, nullable=False),
        sa.Column("body", sa.JSON, nullable=False),
        sa.Column("head", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(["vote_id"], ["vote.id"], name="fk_vote_chain_entry_vote_id"),
        sa.PrimaryKeyConstraint("vote_id", "number", name="pk_vote_chain_entry"),
        sa.UniqueConstraint("vote_id", "head", name="uq_vote_chain_entry_vote_id_head"),
    )
    op.create_table(
        "vote_commitment",
        sa.Column("vote_id", Id, nullable=False),
        sa.Column("commitment", sa.String(64), nullable=False),
        sa.Column("entry", sa.Integer, nullable=False),
        sa.Column("replaced_in", sa.Integer),
        sa.ForeignKeyConstraint(
            ["vote_id", "entry"], ["vote_chain_entry.vote_id", "vote_chain_entry.number"],
            name="fk_vote_commitment_vote_id",
        ),
        sa.PrimaryKeyConstraint("vote_id", "commitment", name="pk_vote_commitment"),
        sqlite_with_rowid=False,
    )  # fmt: skip
    op.create_index("ix_vote_commitment_vote_id_entry", "vote_commitment", ["vote_id", "entry"])


def downgrade() -> None:
    """Take the chains away."""
    op.drop_table("vote_commitment")
    op.drop_table("vote_chain_entry")
