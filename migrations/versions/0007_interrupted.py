"""Votes that a restore interrupted: what was lost, what two officers decided; votes may be broken off.

Revision ID: 0007
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

from portal.base.tables import UtcTime

revision = "0007"
down_revision = "0005"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer, "sqlite")
BEFORE = "state IN ('importing', 'prepared', 'open', 'counted', 'kept', 'finished', 'published')"
AFTER = "state IN ('importing', 'prepared', 'open', 'counted', 'kept', 'finished', 'published', 'broken_off')"


def _vote(states: str, *more: sa.Column[object]) -> sa.Table:
    """The whole table, for SQLite, which makes it anew to change a check."""
    return sa.Table(
        "vote",
        sa.MetaData(),
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
        *more,
        sa.PrimaryKeyConstraint("id", name="pk_vote"),
        sa.UniqueConstraint("public_id", name="uq_vote_public_id"),
        sa.UniqueConstraint("kind", "object_id", name="uq_vote_kind_object_id"),
        sa.CheckConstraint("closes_at > opens_at", name=op.f("ck_vote_times")),
        sa.CheckConstraint(states, name=op.f("ck_vote_state")),
    )


def _sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def upgrade() -> None:
    """Add the column and the state."""
    if _sqlite():
        with op.batch_alter_table("vote", copy_from=_vote(AFTER), recreate="always") as batch:
            batch.add_column(sa.Column("interruptions", sa.JSON))
        return
    op.add_column("vote", sa.Column("interruptions", sa.JSON))
    op.drop_constraint(op.f("ck_vote_state"), "vote")
    op.create_check_constraint(op.f("ck_vote_state"), "vote", AFTER)


def downgrade() -> None:
    """Take them back. Fails where a vote was broken off: there is no earlier word for it."""
    if _sqlite():
        table = _vote(BEFORE, sa.Column("interruptions", sa.JSON))
        with op.batch_alter_table("vote", copy_from=table, recreate="always") as batch:
            batch.drop_column("interruptions")
        return
    op.drop_constraint(op.f("ck_vote_state"), "vote")
    op.create_check_constraint(op.f("ck_vote_state"), "vote", BEFORE)
    op.drop_column("vote", "interruptions")
