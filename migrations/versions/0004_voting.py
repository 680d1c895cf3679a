"""Votes: the roll, sealed ballots, receipts, plain lists, the count.

What a cast writes lies WITHOUT ROWID on SQLite, under hashes, without times: no order of voters is kept.
"""

import sqlalchemy as sa
from alembic import op

from portal.base.tables import UtcTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "vote",
        sa.Column("id", Id, nullable=False),
        sa.Column("public_id", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("object_id", sa.BigInteger, nullable=False),
        sa.Column("titles", sa.JSON, nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("opens_at", UtcTime, nullable=False),
        sa.Column("closes_at", UtcTime, nullable=False),
        sa.Column("regulation", sa.Text, nullable=False),
        sa.Column("regulation_hash", sa.String(64)),
        sa.Column("key_check", sa.String(64)),
        sa.Column("choices_length", sa.Integer),
        sa.Column("holder_one", sa.String(200)),
        sa.Column("holder_two", sa.String(200)),
        sa.Column("opened_at", UtcTime),
        sa.Column("counted_at", UtcTime),
        sa.Column("published_at", UtcTime),
        sa.Column("outcome", sa.Text),
        sa.Column("numbers", sa.JSON),
        sa.Column("lists", sa.JSON),
        sa.Column("lots", sa.JSON),
        sa.PrimaryKeyConstraint("id", name="pk_vote"),
        sa.UniqueConstraint("public_id", name="uq_vote_public_id"),
        sa.UniqueConstraint("kind", "object_id", name="uq_vote_kind_object_id"),
        sa.CheckConstraint("closes_at > opens_at", name=op.f("ck_vote_times")),
        sa.CheckConstraint(
            "state IN ('importing', 'prepared', 'open', 'counted', 'kept', 'finished', 'published')",
            name=op.f("ck_vote_state"),
        ),
    )
    op.create_table(
        "roll_entry",
        sa.Column("vote_id", Id, nullable=False),
        sa.Column("claim", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("vote_id", "claim", name="pk_roll_entry"),
        sa.ForeignKeyConstraint(["vote_id"], ["vote.id"], name="fk_roll_entry_vote_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "participation",
        sa.Column("vote_id", Id, nullable=False),
        sa.Column("claim", sa.String(64), nullable=False),
        sa.Column("channel", sa.String(40), nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.PrimaryKeyConstraint("vote_id", "claim", name="pk_participation"),
        sa.ForeignKeyConstraint(
            ["vote_id", "claim"], ["roll_entry.vote_id", "roll_entry.claim"], name="fk_participation_vote_id"
        ),
        sa.CheckConstraint("channel IN ('web', 'desk', 'paper', 'letter')", name=op.f("ck_participation_channel")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "sealed_ballot",
        sa.Column("vote_id", Id, nullable=False),
        sa.Column("slot", sa.String(64), nullable=False),
        sa.Column("envelope", sa.LargeBinary, nullable=False),
        sa.Column("choices", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("vote_id", "slot", name="pk_sealed_ballot"),
        sa.ForeignKeyConstraint(["vote_id"], ["vote.id"], name="fk_sealed_ballot_vote_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "receipt",
        sa.Column("vote_id", Id, nullable=False),
        sa.Column("code_hash", sa.String(64), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.PrimaryKeyConstraint("vote_id", "code_hash", name="pk_receipt"),
        sa.ForeignKeyConstraint(["vote_id"], ["vote.id"], name="fk_receipt_vote_id"),
        sa.CheckConstraint("state IN ('recorded', 'replaced', 'annulled')", name=op.f("ck_receipt_state")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "plain_ballot",
        sa.Column("vote_id", Id, nullable=False),
        sa.Column("pot_id", sa.String(64), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("choice", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("vote_id", "pot_id", "number", name="pk_plain_ballot"),
        sa.ForeignKeyConstraint(["vote_id"], ["vote.id"], name="fk_plain_ballot_vote_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "count_run",
        sa.Column("vote_id", Id, nullable=False),
        sa.Column("first_id", sa.BigInteger),
        sa.Column("first_draw", sa.String(200), nullable=False),
        sa.Column("second_id", sa.BigInteger),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("done", sa.Integer, nullable=False),
        sa.Column("total", sa.Integer, nullable=False),
        sa.Column("differences", sa.JSON),
        sa.Column("backup", sa.String(200)),
        sa.Column("backup_hash", sa.String(64)),
        sa.Column("destroyed_at", UtcTime),
        sa.Column("halves_destroyed", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("vote_id", name="pk_count_run"),
        sa.ForeignKeyConstraint(["vote_id"], ["vote.id"], name="fk_count_run_vote_id"),
    )


def downgrade() -> None:
    """Drop them."""
    for table in ("count_run", "plain_ballot", "receipt", "sealed_ballot", "participation", "roll_entry", "vote"):
        op.drop_table(table)
