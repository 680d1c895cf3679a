"""Lists of fees, payments and statements, and what the treasury takes with it. In a fixed number of selects."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, or_, select
from sqlalchemy.orm import Session, aliased

from portal.base import i18n, texts
from portal.base.actor import Actor
from portal.base.normal import normalise
from portal.base.texts import Said
from portal.identity.models import Person
from portal.papers.models import Paper
from portal.services import creditor, queries, rules, rules_fees
from portal.services.models import Case, Service
from portal.services.models_fees import BankLine, EntryKind, Fee, FeeEntry, LineState, Statement
from portal.services.rules_fees import FeeState, Stand
from portal.services.statements import Entry
from portal.services.statements_match import named

PER_PAGE = 30
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Known:
    """An account that a payment may be for."""

    fee_id: int
    case_id: int
    number: str  # reference of the case
    stand: Stand


def accounts_for(s: Session, entries: Iterable[Entry]) -> dict[str, Known]:
    """The accounts whose references these entries name, by reference. One select for each 500 references."""
    wanted = sorted({reference for one in entries if one.cents > 0 for reference in named(one)[0]})
    found: dict[str, Known] = {}
    for start in range(0, len(wanted), _AT_ONCE):
        rows = s.execute(
            select(Fee.id, Fee.case_id, Fee.reference, Case.reference.label("number"), *_sums())
            .join(Case, Case.id == Fee.case_id)
            .outerjoin(FeeEntry, FeeEntry.fee_id == Fee.id)
            .where(Fee.reference.in_(wanted[start : start + _AT_ONCE]))
            .group_by(Fee.id, Fee.case_id, Fee.reference, Case.reference)
        )
        found.update({row.reference: Known(row.id, row.case_id, row.number, _stand(row)) for row in rows})
    return found


def known_keys(s: Session, account: str, keys: Sequence[str]) -> set[str]:
    """Which of these lines other files have told already. One select for each 500."""
    found: set[str] = set()
    for start in range(0, len(keys), _AT_ONCE):
        some = keys[start : start + _AT_ONCE]
        found.update(s.scalars(select(BankLine.key).where(BankLine.account == account, BankLine.key.in_(some))))
    return found


def _sums() -> list[Any]:
    return [
        func.coalesce(func.sum(case((FeeEntry.kind == kind, FeeEntry.cents), else_=0)), 0).label(kind.value)
        for kind in EntryKind
    ]


def _stand(row: Any) -> Stand:
    return rules_fees.stand((kind, int(getattr(row, kind.value))) for kind in EntryKind)


def cases_in_reach(actor: Actor) -> Select[Any]:
    """The numbers of the cases of an officer's offices."""
    return (
        select(Case.id).join(Service, Service.id == Case.service_id).where(queries.in_reach(actor, rules.DESK))
    )  # fmt: skip


# --- the accounts -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Wish:
    """What is looked for in a list."""

    q: str = ""
    state: str = ""
    page: int = 1

    @property
    def narrowed(self) -> bool:
        """Something is looked for."""
        return bool(self.q or self.state)


@dataclass(frozen=True, slots=True)
class Row:
    """An account in the list."""

    case: Case
    fee: Fee
    title: Said
    applicant: str
    stand: Stand


def fees(s: Session, actor: Actor, wish: Wish, today: date, lang: str) -> tuple[list[Row], int]:
    """A page of the accounts in reach, the earliest due first, and how many there are. Three selects."""
    sums = select(FeeEntry.fee_id, *_sums()).group_by(FeeEntry.fee_id).subquery()
    still = sums.c.charge + sums.c.waiver - sums.c.payment - sums.c.refund
    came = sums.c.payment + sums.c.refund
    where: list[ColumnElement[bool]] = [queries.in_reach(actor)]
    if wish.state:
        where.append(
            {
                "open": still > 0,
                "late": (still > 0) & (Fee.due_on < today),
                FeeState.PART.value: (still > 0) & (came > 0),
                FeeState.OVER.value: still < 0,
                FeeState.PAID.value: (still == 0) & (came > 0),
                FeeState.WAIVED.value: sums.c.waiver < 0,
                FeeState.REFUNDED.value: sums.c.refund < 0,
            }[wish.state]
        )
    if wish.q:
        plain = creditor.plain(wish.q)[:25]
        number = rules.read_reference(wish.q)
        if number is not None or creditor.good(plain):
            where.append(Fee.reference == (creditor.of(number) if number is not None else plain))
        else:
            where.append(
                or_(
                    Fee.reference.contains(plain, autoescape=True),
                    Person.name_folded.contains(normalise(wish.q), autoescape=True),
                    func.lower(Case.for_name).contains(wish.q.lower(), autoescape=True),
                )
            )
    joined: Any = (
        select(Case, Fee, Person.name, *(sums.c[kind.value] for kind in EntryKind))
        .join(Fee, Fee.case_id == Case.id)
        .join(Service, Service.id == Case.service_id)
        .join(sums, sums.c.fee_id == Fee.id)
        .outerjoin(Person, Person.id == Case.person_id)
        .where(*where)
    )
    total = s.scalar(select(func.count()).select_from(joined.with_only_columns(Fee.id).subquery())) or 0
    rows = s.execute(
        joined.order_by(Fee.due_on, Fee.id).limit(PER_PAGE).offset((wish.page - 1) * PER_PAGE)
    ).all()  # fmt: skip
    said = texts.load(s, queries.KIND, {row[0].service_id for row in rows}, ["title"], lang)
    return [
        Row(
            row[0], row[1], said.get((row[0].service_id, "title")) or Said("–", i18n.SOURCE),
            row[0].for_name or row[2] or "", _stand(row),
        )
        for row in rows
    ], total  # fmt: skip


# --- what the bank told -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Told:
    """A line of the bank with the case that it was booked to."""

    line: BankLine
    number: str
    person_id: int | None


def payments(s: Session, wish: Wish) -> tuple[list[Told], int]:
    """A page of the bank's lines, the newest first, and how many there are. Two selects."""
    where: list[ColumnElement[bool]] = [BankLine.state == LineState(wish.state)] if wish.state else []
    if wish.q:
        folded = wish.q.lower()
        where.append(
            or_(
                *(
                    func.lower(column).contains(folded, autoescape=True)
                    for column in (BankLine.payer, BankLine.text, BankLine.reference, Case.reference)
                )
            )
        )
    joined: Any = (
        select(BankLine, Case.reference, Case.person_id)
        .outerjoin(Fee, Fee.id == BankLine.fee_id)
        .outerjoin(Case, Case.id == Fee.case_id)
        .where(*where)
    )
    total = s.scalar(select(func.count()).select_from(joined.with_only_columns(BankLine.id).subquery())) or 0
    rows = s.execute(
        joined.order_by(BankLine.booked_on.desc(), BankLine.id.desc())
        .limit(PER_PAGE)
        .offset((wish.page - 1) * PER_PAGE)
    )
    return [Told(line, number or "", person_id) for line, number, person_id in rows], total


def payment(s: Session, number: int) -> Told | None:
    """A line of the bank. One select."""
    row = s.execute(
        select(BankLine, Case.reference, Case.person_id)
        .outerjoin(Fee, Fee.id == BankLine.fee_id)
        .outerjoin(Case, Case.id == Fee.case_id)
        .where(BankLine.id == number)
    ).first()
    return Told(row[0], row[1] or "", row[2]) if row is not None else None


@dataclass(frozen=True, slots=True)
class Kept:
    """A file of the bank with who read and who booked it, and how many of its lines are still to be assigned."""

    row: Statement
    read_by: str
    booked_by: str
    open: int


def statements(s: Session, page: int) -> tuple[list[Kept], int]:
    """A page of the files, the newest first, and how many there are. Two selects."""
    total = s.scalar(select(func.count()).select_from(Statement)) or 0
    rows = s.execute(_files().order_by(Statement.id.desc()).limit(PER_PAGE).offset((page - 1) * PER_PAGE))
    return [Kept(row, one or "", other or "", left or 0) for row, one, other, left in rows], total


def statement(s: Session, number: int) -> Kept | None:
    """A file of the bank. One select."""
    found = s.execute(_files().where(Statement.id == number)).first()
    return Kept(found[0], found[1] or "", found[2] or "", found[3] or 0) if found is not None else None


def _files() -> Any:
    one, other = aliased(Person), aliased(Person)
    left = (
        select(func.count())
        .where(BankLine.statement_id == Statement.id, BankLine.state == LineState.OPEN)
        .correlate(Statement)
        .scalar_subquery()
    )
    return (
        select(Statement, one.name, other.name, left)
        .outerjoin(one, one.id == Statement.read_by_id)
        .outerjoin(other, other.id == Statement.booked_by_id)
    )


def to_assign(s: Session) -> int:
    """How many payments have found no case. One select."""
    return s.scalar(select(func.count()).select_from(BankLine).where(BankLine.state == LineState.OPEN)) or 0


# --- for the treasury -------------------------------------------------------------------------------------------------

COLUMNS = (
    "number", "day", "entered", "kind", "way", "amount", "currency", "case", "service", "reference", "receipt", "iban",
    "payee", "bank_line",
)  # fmt: skip
MOST = 50_000


def entries(s: Session, actor: Actor, first: date, last: date) -> list[tuple[Any, ...]]:
    """The lines of the accounts in reach, by the day on which they count, as rows of COLUMNS; behind them the person.
    One select."""
    rows = s.execute(
        select(FeeEntry, Fee, Case.reference, Case.person_id, Service.slug, Paper.number)
        .join(Fee, Fee.id == FeeEntry.fee_id)
        .join(Case, Case.id == Fee.case_id)
        .join(Service, Service.id == Case.service_id)
        .outerjoin(Paper, Paper.id == FeeEntry.paper_id)
        .where(FeeEntry.booked_on.between(first, last), queries.in_reach(actor))
        .order_by(FeeEntry.id)
        .limit(MOST)
    )
    return [
        (
            entry.id, entry.booked_on.isoformat(), i18n.in_zone(entry.at).date().isoformat(), entry.kind.value, entry.way,
            rules_fees.decimal(entry.cents), fee.currency, number, slug, fee.reference, receipt or "", entry.iban,
            entry.payee, entry.bank_line_id or "", person_id,
        )
        for entry, fee, number, person_id, slug, receipt in rows
    ]  # fmt: skip


def month_before(today: date) -> tuple[date, date]:
    """The first and the last day of the month before this one."""
    last = today.replace(day=1) - timedelta(days=1)
    return last.replace(day=1), last
