"""Fees of cases: one account for each case that costs something, what is owed and what came in as lines that are only
added, and the lines of bank statements.

Money in integer cents. What is owed is the sum of charges and waivers, what came in the sum of payments and refunds;
waivers and refunds are below 0. No state is kept beside the lines: rules_fees.py tells it from their sums.
"""

from __future__ import annotations

import enum
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    DDL,
    JSON,
    BigInteger,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    UniqueConstraint,
    event,
)
from sqlalchemy.orm import Mapped, mapped_column

from portal.base.tables import Base, Id, UtcTime, choice


class EntryKind(enum.StrEnum):
    """What a line of an account is."""

    CHARGE = "charge"  # falls due; below 0 for a reduction and for a charge that is taken back
    WAIVER = "waiver"
    PAYMENT = "payment"  # below 0 where the bank, or a correction, took one back
    REFUND = "refund"


class LineState(enum.StrEnum):
    """What became of a line of a bank statement."""

    OPEN = "open"  # nobody knows yet whose it is
    BOOKED = "booked"
    NOT_OURS = "not_ours"
    OUT = "out"  # money that left the account


class Fee(Base):
    """The account of one case. `reference`: what a bank transfer names (ISO 11649)."""

    __tablename__ = "service_fee"
    __table_args__ = (UniqueConstraint("case_id"), UniqueConstraint("reference"), Index(None, "due_on"))

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("service_case.id"))
    reference: Mapped[str] = mapped_column(String(25))
    currency: Mapped[str] = mapped_column(String(3))
    due_on: Mapped[date] = mapped_column(Date)
    created_at: Mapped[datetime] = mapped_column(UtcTime)


class FeeEntry(Base):
    """A line of an account; never changed, never deleted. `key` names the act that wrote it, so that the same act written
    twice is one line."""

    __tablename__ = "service_fee_entry"
    __table_args__ = (
        UniqueConstraint("key"),
        Index(None, "fee_id"),
        Index(None, "bank_line_id"),
        Index(None, "paper_id"),
        Index(None, "at"),
        CheckConstraint("cents <> 0 OR kind = 'charge'", name="cents"),
        CheckConstraint("kind <> 'waiver' OR (cents < 0 AND note <> '')", name="waiver"),
        CheckConstraint("kind <> 'refund' OR (cents < 0 AND note <> '' AND iban <> '')", name="refund"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    fee_id: Mapped[int] = mapped_column(ForeignKey("service_fee.id"))
    kind: Mapped[EntryKind] = mapped_column(choice(EntryKind, name="kind"))
    cents: Mapped[int] = mapped_column(BigInteger)
    key: Mapped[str] = mapped_column(String(80))
    way: Mapped[str] = mapped_column(String(20), default="", server_default="")  # how it was paid: of rules_fees.WAYS
    booked_on: Mapped[date] = mapped_column(Date)  # the bank's day; else the day on the city's clock
    at: Mapped[datetime] = mapped_column(UtcTime)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))  # empty: the portal itself
    label: Mapped[Any] = mapped_column(JSON, default=dict, server_default="{}")  # of a charge, by language
    note: Mapped[str] = mapped_column(String(500), default="", server_default="")
    iban: Mapped[str] = mapped_column(String(34), default="", server_default="")  # to which a refund goes
    payee: Mapped[str] = mapped_column(String(140), default="", server_default="")  # whose account that is
    bank_line_id: Mapped[int | None] = mapped_column(ForeignKey("service_bank_line.id"))
    paper_id: Mapped[int | None] = mapped_column(ForeignKey("paper.id"))  # the receipt of the cash desk


class Statement(Base):
    """A file of the bank. Until it is booked its lines stand in `lines`, to be looked at; then they are rows."""

    __tablename__ = "service_statement"
    __table_args__ = (UniqueConstraint("digest"), Index(None, "booked_at"))

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    digest: Mapped[str] = mapped_column(String(64))  # SHA-256 of the file
    name: Mapped[str] = mapped_column(String(200))
    account: Mapped[str] = mapped_column(String(34))
    first_on: Mapped[date | None] = mapped_column(Date)
    last_on: Mapped[date | None] = mapped_column(Date)
    lines: Mapped[Any] = mapped_column(JSON(none_as_null=True), nullable=True)
    count: Mapped[int] = mapped_column(Integer)
    fresh: Mapped[int] = mapped_column(Integer, default=0, server_default="0")  # of them not known from another file
    read_at: Mapped[datetime] = mapped_column(UtcTime)
    read_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    booked_at: Mapped[datetime | None] = mapped_column(UtcTime)
    booked_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class BankLine(Base):
    """An amount that the bank booked, once however many files tell of it: `key` is the same in each of them."""

    __tablename__ = "service_bank_line"
    __table_args__ = (
        UniqueConstraint("account", "key"),
        Index(None, "statement_id"),
        Index(None, "fee_id"),
        Index(None, "state", "booked_on"),
        CheckConstraint("(state = 'booked') = (fee_id IS NOT NULL)", name="booked"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    statement_id: Mapped[int] = mapped_column(ForeignKey("service_statement.id"))
    account: Mapped[str] = mapped_column(String(34))
    key: Mapped[str] = mapped_column(String(80))
    booked_on: Mapped[date] = mapped_column(Date)
    cents: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    reference: Mapped[str] = mapped_column(String(140), default="", server_default="")
    text: Mapped[str] = mapped_column(String(1000), default="", server_default="")
    payer: Mapped[str] = mapped_column(String(140), default="", server_default="")
    payer_iban: Mapped[str] = mapped_column(String(34), default="", server_default="")
    state: Mapped[LineState] = mapped_column(choice(LineState, name="state"))
    why: Mapped[str] = mapped_column(String(20), default="", server_default="")  # of rules_fees.WHY: why it is open
    fee_id: Mapped[int | None] = mapped_column(ForeignKey("service_fee.id"))
    settled_at: Mapped[datetime | None] = mapped_column(UtcTime)
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    version: Mapped[int] = mapped_column(Integer, default=1, server_default="1")


# The words of a line can be blanked when its person is forgotten; what was owed and paid cannot be changed by anybody.
SAID = "fee_id, kind, cents, key, way, booked_on, at, bank_line_id, paper_id"
ONLY_ADDED = {
    "sqlite": (
        f"CREATE TRIGGER service_fee_entry_unchanged BEFORE UPDATE OF {SAID} ON service_fee_entry BEGIN "
        "SELECT RAISE(ABORT, 'the ledger of fees is only added to'); END",
        "CREATE TRIGGER service_fee_entry_kept BEFORE DELETE ON service_fee_entry BEGIN "
        "SELECT RAISE(ABORT, 'the ledger of fees is only added to'); END",
    ),
    "postgresql": (
        "CREATE OR REPLACE FUNCTION service_fee_only_added() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "RAISE EXCEPTION 'the ledger of fees is only added to'; END $$",
        f"CREATE TRIGGER service_fee_entry_only_added BEFORE UPDATE OF {SAID} OR DELETE ON service_fee_entry "
        "FOR EACH ROW EXECUTE FUNCTION service_fee_only_added()",
    ),
}
ddl: Any = DDL  # untyped in SQLAlchemy
for _dialect, _statements in ONLY_ADDED.items():
    for _statement in _statements:
        event.listen(FeeEntry.__table__, "after_create", ddl(_statement).execute_if(dialect=_dialect))
