"""Fees of cases: accounts, their lines, bank statements and what they tell; a fee can be asked for, and paid first.

Revision ID: 0043
Revises: 0042
"""

import sqlalchemy as sa
from alembic import op

from portal.base.tables import Id, UtcTime
from portal.services.models_fees import ONLY_ADDED

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

TABLES = ("service_fee_entry", "service_bank_line", "service_statement", "service_fee")
WANTED = ("paper", "correction", "fee")


def one_of(*values: str, name: str) -> sa.Enum:
    """A column of fixed words, kept by a named CHECK."""
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def _wanted(*kinds: str) -> None:
    words = ", ".join(f"'{kind}'" for kind in kinds)
    with op.batch_alter_table("service_request") as table:
        table.drop_constraint(op.f("ck_service_request_kind"), type_="check")
        table.create_check_constraint(op.f("ck_service_request_kind"), sa.text(f"kind IN ({words})"))


def upgrade() -> None:
    """Add the tables, and what services say of payment."""
    _wanted(*WANTED)
    with op.batch_alter_table("service") as table:
        table.add_column(sa.Column("pay_first", sa.Boolean, server_default=sa.false(), nullable=False))
        table.add_column(sa.Column("pay_days", sa.Integer, server_default="14", nullable=False))
        table.create_check_constraint(op.f("ck_service_pay_days"), "pay_days BETWEEN 1 AND 180")
    op.create_table(
        "service_fee",
        sa.Column("id", Id, nullable=False),
        sa.Column("case_id", Id, nullable=False),
        sa.Column("reference", sa.String(25), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("due_on", sa.Date, nullable=False),
        sa.Column("created_at", UtcTime, nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["service_case.id"], name="fk_service_fee_case_id"),
        sa.PrimaryKeyConstraint("id", name="pk_service_fee"),
        sa.UniqueConstraint("case_id", name="uq_service_fee_case_id"),
        sa.UniqueConstraint("reference", name="uq_service_fee_reference"),
    )
    op.create_index("ix_service_fee_due_on", "service_fee", ["due_on"])
    op.create_table(
        "service_statement",
        sa.Column("id", Id, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("account", sa.String(34), nullable=False),
        sa.Column("first_on", sa.Date),
        sa.Column("last_on", sa.Date),
        sa.Column("lines", sa.JSON(none_as_null=True)),
        sa.Column("count", sa.Integer, nullable=False),
        sa.Column("fresh", sa.Integer, server_default="0", nullable=False),
        sa.Column("read_at", UtcTime, nullable=False),
        sa.Column("read_by_id", Id),
        sa.Column("booked_at", UtcTime),
        sa.Column("booked_by_id", Id),
        sa.ForeignKeyConstraint(["read_by_id"], ["person.id"], name="fk_service_statement_read_by_id"),
        sa.ForeignKeyConstraint(["booked_by_id"], ["person.id"], name="fk_service_statement_booked_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_service_statement"),
        sa.UniqueConstraint("digest", name="uq_service_statement_digest"),
    )
    op.create_index("ix_service_statement_booked_at", "service_statement", ["booked_at"])
    op.create_table(
        "service_bank_line",
        sa.Column("id", Id, nullable=False),
        sa.Column("statement_id", Id, nullable=False),
        sa.Column("account", sa.String(34), nullable=False),
        sa.Column("key", sa.String(80), nullable=False),
        sa.Column("booked_on", sa.Date, nullable=False),
        sa.Column("cents", sa.BigInteger, nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("reference", sa.String(140), server_default="", nullable=False),
        sa.Column("text", sa.String(1000), server_default="", nullable=False),
        sa.Column("payer", sa.String(140), server_default="", nullable=False),
        sa.Column("payer_iban", sa.String(34), server_default="", nullable=False),
        sa.Column("state", one_of("open", "booked", "not_ours", "out", name="state"), nullable=False),
        sa.Column("why", sa.String(20), server_default="", nullable=False),
        sa.Column("fee_id", Id),
        sa.Column("settled_at", UtcTime),
        sa.Column("settled_by_id", Id),
        sa.Column("version", sa.Integer, server_default="1", nullable=False),
        sa.CheckConstraint("(state = 'booked') = (fee_id IS NOT NULL)", name="ck_service_bank_line_booked"),
        sa.ForeignKeyConstraint(["statement_id"], ["service_statement.id"], name="fk_service_bank_line_statement_id"),
        sa.ForeignKeyConstraint(["fee_id"], ["service_fee.id"], name="fk_service_bank_line_fee_id"),
        sa.ForeignKeyConstraint(["settled_by_id"], ["person.id"], name="fk_service_bank_line_settled_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_service_bank_line"),
        sa.UniqueConstraint("account", "key", name="uq_service_bank_line_account_key"),
    )
    op.create_index("ix_service_bank_line_statement_id", "service_bank_line", ["statement_id"])
    op.create_index("ix_service_bank_line_fee_id", "service_bank_line", ["fee_id"])
    op.create_index("ix_service_bank_line_state_booked_on", "service_bank_line", ["state", "booked_on"])
    op.create_table(
        "service_fee_entry",
        sa.Column("id", Id, nullable=False),
        sa.Column("fee_id", Id, nullable=False),
        sa.Column("kind", one_of("charge", "waiver", "payment", "refund", name="kind"), nullable=False),
        sa.Column("cents", sa.BigInteger, nullable=False),
        sa.Column("key", sa.String(80), nullable=False),
        sa.Column("way", sa.String(20), server_default="", nullable=False),
        sa.Column("booked_on", sa.Date, nullable=False),
        sa.Column("at", UtcTime, nullable=False),
        sa.Column("by_id", Id),
        sa.Column("label", sa.JSON, server_default="{}", nullable=False),
        sa.Column("note", sa.String(500), server_default="", nullable=False),
        sa.Column("iban", sa.String(34), server_default="", nullable=False),
        sa.Column("payee", sa.String(140), server_default="", nullable=False),
        sa.Column("bank_line_id", Id),
        sa.Column("paper_id", Id),
        sa.CheckConstraint("cents <> 0 OR kind = 'charge'", name="ck_service_fee_entry_cents"),
        sa.CheckConstraint(
            "kind <> 'refund' OR (cents < 0 AND note <> '' AND iban <> '')", name="ck_service_fee_entry_refund"
        ),
        sa.CheckConstraint("kind <> 'waiver' OR (cents < 0 AND note <> '')", name="ck_service_fee_entry_waiver"),
        sa.ForeignKeyConstraint(["fee_id"], ["service_fee.id"], name="fk_service_fee_entry_fee_id"),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name="fk_service_fee_entry_by_id"),
        sa.ForeignKeyConstraint(["bank_line_id"], ["service_bank_line.id"], name="fk_service_fee_entry_bank_line_id"),
        sa.ForeignKeyConstraint(["paper_id"], ["paper.id"], name="fk_service_fee_entry_paper_id"),
        sa.PrimaryKeyConstraint("id", name="pk_service_fee_entry"),
        sa.UniqueConstraint("key", name="uq_service_fee_entry_key"),
    )
    for column in ("fee_id", "bank_line_id", "paper_id", "at"):
        op.create_index(f"ix_service_fee_entry_{column}", "service_fee_entry", [column])
    for statement in ONLY_ADDED[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    """Drop them; what was asked for as a fee was then a correction."""
    for name in TABLES:
        op.drop_table(name)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION service_fee_only_added()")
    with op.batch_alter_table("service") as table:
        table.drop_constraint(op.f("ck_service_pay_days"), type_="check")
        table.drop_column("pay_days")
        table.drop_column("pay_first")
    op.execute("UPDATE service_request SET kind = 'correction' WHERE kind = 'fee'")
    _wanted(*WANTED[:2])
