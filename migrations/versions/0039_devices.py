"""Devices of houses, requests for help with one, and the lending register.

Revision ID: 0039
Revises: 0038
"""

import sqlalchemy as sa
from alembic import op

from portal.base.tables import Id, UtcTime

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

TABLES = (
    "device_loan",
    "device_request",
    "device",
)


def one_of(*values: str, name: str) -> sa.Enum:
    """A column of fixed words, kept by a named CHECK."""
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "device",
        sa.Column("id", Id, nullable=False),
        sa.Column("venue_id", Id, nullable=False),
        sa.Column("kind", one_of("tablet", "laptop", "phone", "hotspot", name="kind"), nullable=False),
        sa.Column("label", sa.String(40), nullable=False),
        sa.Column("note", sa.String(300), server_default="", nullable=False),
        sa.Column(
            "state",
            one_of("available", "lent", "repair", "retired", name="state"),
            server_default="available",
            nullable=False,
        ),
        sa.Column("created_at", UtcTime, nullable=False),
        sa.Column("changed_at", UtcTime, nullable=False),
        sa.CheckConstraint("label <> ''", name="ck_device_label"),
        sa.ForeignKeyConstraint(["venue_id"], ["venue.id"], name="fk_device_venue_id"),
        sa.PrimaryKeyConstraint("id", name="pk_device"),
        sa.UniqueConstraint("label", name="uq_device_label"),
    )
    op.create_index("ix_device_venue_id_state", "device", ["venue_id", "state"])
    op.create_table(
        "device_request",
        sa.Column("id", Id, nullable=False),
        sa.Column("person_id", Id),
        sa.Column("venue_id", Id, nullable=False),
        sa.Column("help", one_of("loan", "grant", "voucher", name="help"), nullable=False),
        sa.Column("device", one_of("tablet", "laptop", "phone", "hotspot", name="device"), nullable=False),
        sa.Column("why", sa.String(500), server_default="", nullable=False),
        sa.Column("language", sa.String(12), nullable=False),
        sa.Column(
            "state",
            one_of("asked", "approved", "refused", "withdrawn", "handed_out", "closed", name="state"),
            server_default="asked",
            nullable=False,
        ),
        sa.Column("channel", sa.String(20), server_default="web", nullable=False),
        sa.Column("helped_by_id", Id),
        sa.Column("reason", sa.String(1000), server_default="", nullable=False),
        sa.Column("reason_lang", sa.String(12), server_default="", nullable=False),
        sa.Column("decided_by_id", Id),
        sa.Column("decided_at", UtcTime),
        sa.Column("created_at", UtcTime, nullable=False),
        sa.Column("ended_at", UtcTime),
        sa.CheckConstraint(
            "(state IN ('approved', 'refused', 'handed_out', 'closed')) <= (decided_at IS NOT NULL)",
            name="ck_device_request_decided",
        ),
        sa.CheckConstraint("state <> 'handed_out' OR help = 'loan'", name="ck_device_request_handed_out"),
        sa.ForeignKeyConstraint(["decided_by_id"], ["person.id"], name="fk_device_request_decided_by_id"),
        sa.ForeignKeyConstraint(["helped_by_id"], ["person.id"], name="fk_device_request_helped_by_id"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_device_request_person_id"),
        sa.ForeignKeyConstraint(["venue_id"], ["venue.id"], name="fk_device_request_venue_id"),
        sa.PrimaryKeyConstraint("id", name="pk_device_request"),
    )
    op.create_index("ix_device_request_person_id", "device_request", ["person_id"])
    op.create_index("ix_device_request_venue_id_state_id", "device_request", ["venue_id", "state", "id"])
    op.create_table(
        "device_loan",
        sa.Column("id", Id, nullable=False),
        sa.Column("device_id", Id, nullable=False),
        sa.Column("request_id", Id, nullable=False),
        sa.Column("from_on", sa.Date, nullable=False),
        sa.Column("due_on", sa.Date, nullable=False),
        sa.Column("returned_at", UtcTime),
        sa.Column("renewals", sa.Integer, server_default="0", nullable=False),
        sa.Column("condition_out", sa.String(300), server_default="", nullable=False),
        sa.Column("condition_back", sa.String(300), server_default="", nullable=False),
        sa.Column("reminded", sa.String(40), server_default="", nullable=False),
        sa.Column("call_step", sa.Integer, server_default="0", nullable=False),
        sa.Column("called_at", UtcTime),
        sa.Column("handed_by_id", Id),
        sa.Column("returned_to_id", Id),
        sa.Column("created_at", UtcTime, nullable=False),
        sa.CheckConstraint("call_step BETWEEN 0 AND 14", name="ck_device_loan_call_step"),
        sa.CheckConstraint("from_on <= due_on", name="ck_device_loan_dates"),
        sa.CheckConstraint("renewals >= 0", name="ck_device_loan_renewals"),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"], name="fk_device_loan_device_id"),
        sa.ForeignKeyConstraint(["handed_by_id"], ["person.id"], name="fk_device_loan_handed_by_id"),
        sa.ForeignKeyConstraint(["request_id"], ["device_request.id"], name="fk_device_loan_request_id"),
        sa.ForeignKeyConstraint(["returned_to_id"], ["person.id"], name="fk_device_loan_returned_to_id"),
        sa.PrimaryKeyConstraint("id", name="pk_device_loan"),
        sa.UniqueConstraint("request_id", name="uq_device_loan_request_id"),
    )
    op.create_index("ix_device_loan_device_id", "device_loan", ["device_id"])
    op.create_index("ix_device_loan_returned_at_due_on", "device_loan", ["returned_at", "due_on"])
    op.create_index(
        "uq_device_loan_open",
        "device_loan",
        ["device_id"],
        unique=True,
        sqlite_where=sa.text("returned_at IS NULL"),
        postgresql_where=sa.text("returned_at IS NULL"),
    )


def downgrade() -> None:
    """Take the tables away."""
    for table in TABLES:
        op.drop_table(table)
