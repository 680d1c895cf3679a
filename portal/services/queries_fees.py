"""The account of a case as pages show it, and how it is paid. In a fixed number of selects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.base.ground import settings
from portal.papers.models import Paper
from portal.services import epc, iban, queries_clock, rules_fees
from portal.services.models_fees import BankLine, EntryKind, Fee, FeeEntry
from portal.services.rules_fees import Stand


@dataclass(frozen=True, slots=True)
class Transfer:
    """How a fee is paid by bank: account holder, account number in groups, BIC or nothing, and the text of the code that
    a banking app reads (None where no such code can be)."""

    name: str
    iban: str
    bic: str
    code: str | None


@dataclass(frozen=True, slots=True)
class Booked:
    """A line of an account, with the number of its receipt where it has one."""

    entry: FeeEntry
    receipt: str


@dataclass(frozen=True, slots=True)
class Account:
    """The account of a case."""

    fee: Fee
    lines: Sequence[Booked]

    @property
    def stand(self) -> Stand:
        """How it stands."""
        return rules_fees.stand((one.entry.kind, one.entry.cents) for one in self.lines)

    @property
    def owed(self) -> list[FeeEntry]:
        """What is to be paid, line by line, and what was waived of it."""
        return [one.entry for one in self.lines if one.entry.kind in (EntryKind.CHARGE, EntryKind.WAIVER)]

    @property
    def moved(self) -> list[Booked]:
        """What came in and went back, line by line."""
        return [one for one in self.lines if one.entry.kind in (EntryKind.PAYMENT, EntryKind.REFUND)]

    @property
    def late(self) -> bool:
        """Is something still to be paid after its day?"""
        return rules_fees.late(self.stand, self.fee.due_on, queries_clock.today())

    @property
    def transfer(self) -> Transfer | None:
        """How what is open is paid by bank; None where nothing is open or the city has named no account."""
        bank, still = settings().city.bank, self.stand.open
        number = iban.plain(bank.iban)
        if not still or not number:
            return None
        holder = bank.name or settings().city.name
        euro = self.fee.currency == "EUR"
        code = epc.text(name=holder, iban=number, bic=bank.bic, cents=still, reference=self.fee.reference)
        return Transfer(holder, iban.printed(number), bank.bic, code if euro else None)


def account(s: Session, case_id: int) -> Account | None:
    """The account of a case; None where it costs nothing. One select."""
    rows = s.execute(
        select(Fee, FeeEntry, Paper.number)
        .outerjoin(FeeEntry, FeeEntry.fee_id == Fee.id)
        .outerjoin(Paper, Paper.id == FeeEntry.paper_id)
        .where(Fee.case_id == case_id)
        .order_by(FeeEntry.id)
    ).all()
    if not rows:
        return None
    return Account(rows[0][0], [Booked(entry, number or "") for _fee, entry, number in rows if entry is not None])


def stand_of(s: Session, case_id: int) -> Stand:
    """How the account of a case stands; nothing but zeros where it has none. One select."""
    rows = s.execute(
        select(FeeEntry.kind, func.sum(FeeEntry.cents))
        .join(Fee, Fee.id == FeeEntry.fee_id)
        .where(Fee.case_id == case_id)
        .group_by(FeeEntry.kind)
    )
    return rules_fees.stand((kind, int(cents)) for kind, cents in rows)


def paid_from(s: Session, fee_id: int) -> tuple[str, str]:
    """From whose account, and which, the last payment by bank came; empty where none did. One select."""
    row = s.execute(
        select(BankLine.payer, BankLine.payer_iban)
        .where(BankLine.fee_id == fee_id, BankLine.cents > 0)
        .order_by(BankLine.id.desc())
        .limit(1)
    ).first()
    return (row.payer, row.payer_iban) if row is not None else ("", "")
