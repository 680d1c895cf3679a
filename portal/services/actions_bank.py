"""Bank statements: read and looked at, then booked; what finds no case is assigned by a person.

A file is one row by its digest, and every amount in it one row by account and key, so that the same file again, or another
one about the same days, changes nothing. Both are constraints of the database: of two officers who book at the same
moment the second comes after the first and finds the lines there. Rows are locked in one order: statement, bank lines by
key, cases by number.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.audit.actions import record
from portal.base import clock, db, ground
from portal.base.actor import SYSTEM, Actor
from portal.base.i18n import _l
from portal.base.verdict import no
from portal.services import creditor, iban, queries_bank, rules, rules_fees, statements
from portal.services.actions import lock, must
from portal.services.actions_fees import receive
from portal.services.models import Case
from portal.services.models_fees import BankLine, Fee, LineState, Statement
from portal.services.rules import Denied
from portal.services.statements import BadStatement, Entry
from portal.services.statements_match import Match, match_all


class NoCase(Denied):
    """No account has the reference that somebody typed."""


STATEMENT, LINE = "service_statement", "service_bank_line"
_AT_ONCE = 400  # rows of one INSERT


def account() -> str:
    """The city's account number in its plain form. Raises Denied where none is named in the settings."""
    number = iban.plain(ground.settings().city.bank.iban)
    if not number:
        raise Denied(no(_l("The settings name no bank account of the city, so nothing can be paid by transfer.")))
    return number


def take_in(actor: Actor, data: bytes, name: str) -> Statement:
    """Read a file of the bank, to be looked at; nothing is booked. The same file is the same row, booked or not. Raises
    BadStatement, Denied."""
    s, digest = db.session(), hashlib.sha256(data).hexdigest()
    ours = account()
    known = s.scalars(select(Statement).where(Statement.digest == digest)).first()
    if known is not None:
        return known
    said = statements.read(data, ours)
    if not said.entries:
        raise BadStatement(_l("The file holds no booked entry."))
    days = [one.booked_on for one in said.entries]
    row = Statement(
        digest=digest, name=" ".join(name.split())[:200] or "–", account=ours, first_on=min(days), last_on=max(days),
        lines=[packed(one) for one in said.entries], count=len(said.entries), read_at=clock.now(),
        read_by_id=actor.person_id,
    )  # fmt: skip
    try:
        with s.begin_nested():
            s.add(row)
    except IntegrityError:  # a colleague read the same file in this moment
        return s.scalars(select(Statement).where(Statement.digest == digest)).one()
    record(actor, "read statement", STATEMENT, row.id, after={"entries": row.count})
    return row


def packed(one: Entry) -> dict[str, Any]:
    """An entry as JSON."""
    return {**asdict(one), "booked_on": one.booked_on.isoformat(), "references": list(one.references)}


def unpacked(lines: Iterable[Mapping[str, Any]]) -> list[Entry]:
    """Entries from JSON."""
    return [
        Entry(**{**one, "booked_on": date.fromisoformat(one["booked_on"]), "references": tuple(one["references"])})
        for one in lines
    ]


def _whole(s: Session, statement_id: int) -> Statement:
    locked = db.locked(select(Statement).where(Statement.id == statement_id))
    found = s.scalars(locked.execution_options(populate_existing=True)).first()
    if found is None:
        raise Denied(no(_l("This file is not here any more. Read it again.")))
    if found.booked_at is not None or found.lines is None:
        raise Denied(no(_l("This file was booked already. Nothing is booked twice.")))
    return found


def book(actor: Actor, statement_id: int) -> int:
    """Book what a file tells and no other file has told: payments to their cases, the rest to be assigned. Returns how
    many payments found their case. Raises Denied where it was booked."""
    s = db.session()
    row, now = _whole(s, statement_id), clock.now()
    entries = sorted(unpacked(row.lines), key=lambda one: one.key)
    currency = ground.settings().city.currency
    accounts = queries_bank.accounts_for(s, entries)
    found = match_all(entries, {reference: it.stand for reference, it in accounts.items()}, currency=currency)
    fee_of = {one.key: accounts[fit.reference] for one, fit in zip(entries, found, strict=True) if fit.reference}
    fresh = _keep(s, row, [_line(row, one, fit, accounts, now) for one, fit in zip(entries, found, strict=True)])
    told = {one.key: one for one in entries}
    mine = sorted((fee_of[key].case_id, number, key) for key, number in fresh.items() if key in fee_of)
    for case_id, number, key in mine:
        case, service = lock(s, case_id)
        receive(
            s, case, service, told[key].cents, way=rules_fees.BANK, key=f"bank:{number}", actor=actor,
            booked_on=told[key].booked_on, bank_line_id=number,
        )  # fmt: skip
    row.booked_at, row.booked_by_id, row.fresh, row.lines = now, actor.person_id, len(fresh), None
    s.flush()
    record(actor, "booked statement", STATEMENT, row.id, after={"fresh": len(fresh), "payments": len(mine)})
    return len(mine)


def _line(
    row: Statement, one: Entry, fit: Match, accounts: Mapping[str, queries_bank.Known], now: datetime
) -> dict[str, Any]:
    """A row of the table. Of money that left the account nobody's name is kept."""
    state = LineState.OUT if fit.out else LineState.BOOKED if fit.reference else LineState.OPEN
    return {
        "statement_id": row.id, "account": row.account, "key": one.key, "booked_on": one.booked_on, "cents": one.cents,
        "currency": one.currency, "reference": " ".join(one.references)[:140], "text": "" if fit.out else one.text,
        "payer": "" if fit.out else one.payer, "payer_iban": "" if fit.out else one.payer_iban, "state": state,
        "why": fit.why, "fee_id": accounts[fit.reference].fee_id if fit.reference else None,
        "settled_at": now if state is not LineState.OPEN else None,
    }  # fmt: skip


def _keep(s: Session, row: Statement, lines: list[dict[str, Any]]) -> dict[str, int]:
    """Store the lines that no file has told yet; their numbers by key."""
    insert = sqlite.insert(BankLine) if db.is_sqlite() else postgresql.insert(BankLine)
    fresh: dict[str, int] = {}
    for start in range(0, len(lines), _AT_ONCE):
        some = insert.values(lines[start : start + _AT_ONCE])
        kept = some.on_conflict_do_nothing(index_elements=["account", "key"]).returning(BankLine.key, BankLine.id)
        fresh |= {row.key: row.id for row in s.execute(kept)}
    return fresh


def drop(actor: Actor, statement_id: int) -> None:
    """Forget a file that was read and not booked. Raises Denied where it was booked meanwhile."""
    s = db.session()
    row = _whole(s, statement_id)
    number = row.id
    s.delete(row)
    s.flush()
    record(actor, "dropped statement", STATEMENT, number)


def forget(s: Session) -> int:
    """Forget files that nobody booked within a day: people's names stand in them."""
    old = (
        delete(Statement)
        .where(Statement.booked_at.is_(None), Statement.read_at < clock.now() - rules_fees.LOOKED_AT)
        .returning(Statement.id)
    )
    gone = list(s.scalars(old))
    for number in gone:
        record(SYSTEM, "dropped statement", STATEMENT, number)
    return len(gone)


# --- by hand ----------------------------------------------------------------------------------------------------------


def _open(s: Session, line_id: int, version: int) -> BankLine:
    locked = db.locked(select(BankLine).where(BankLine.id == line_id))
    row = s.scalars(locked.execution_options(populate_existing=True)).one()
    if row.version != version:
        raise Denied(no(_l("A colleague has settled this payment in the meantime.")))
    return row


def _settled(row: BankLine, actor: Actor, state: LineState, fee_id: int | None = None, why: str = "") -> None:
    row.state, row.fee_id, row.why = state, fee_id, why
    row.settled_at, row.settled_by_id = (None, None) if state is LineState.OPEN else (clock.now(), actor.person_id)
    row.version += 1


def assign(actor: Actor, line_id: int, version: int, typed: str) -> Case:
    """Say whose a payment is, by the reference of the case or of its transfer. Raises NoCase, Denied."""
    s = db.session()
    row = _open(s, line_id, version)
    must(rules_fees.may_settle(row.state))
    if row.currency != ground.settings().city.currency:
        raise Denied(no(_l("A payment in another currency cannot be booked here.")))
    number = rules.read_reference(typed)
    reference = creditor.of(number) if number is not None else creditor.plain(typed)
    found = s.execute(
        select(Fee.id, Fee.case_id).where(
            Fee.reference == reference, Fee.case_id.in_(queries_bank.cases_in_reach(actor))
        )
    ).first()
    if found is None:
        raise NoCase(no(_l("No case with a fee has this reference. Compare it sign by sign.")))
    case, service = lock(s, found.case_id)
    must(rules.may_handle(applicant=case.person_id, officer=actor.person_id))
    _settled(row, actor, LineState.BOOKED, found.id)
    s.flush()
    receive(
        s, case, service, row.cents, way=rules_fees.BANK, key=f"bank:{row.id}:{version}", actor=actor,
        booked_on=row.booked_on, bank_line_id=row.id,
    )  # fmt: skip
    record(actor, "assigned payment", LINE, row.id, after={"case": case.id})
    return case


def not_ours(actor: Actor, line_id: int, version: int) -> None:
    """Say that a payment is no fee of a case. Who paid it, and for what, is then none of this portal's business and is
    blanked; the bank still knows. Raises Denied."""
    s = db.session()
    row = _open(s, line_id, version)
    must(rules_fees.may_settle(row.state))
    _settled(row, actor, LineState.NOT_OURS)
    row.payer = row.payer_iban = row.text = row.reference = ""
    s.flush()
    record(actor, "found payment not ours", LINE, row.id)


def take_off(actor: Actor, line_id: int, version: int) -> Case:
    """Take a payment off a case to which it does not belong: a line against it, and it is to be assigned again. Raises
    Denied."""
    s = db.session()
    row = _open(s, line_id, version)
    if row.state is not LineState.BOOKED or row.fee_id is None:
        raise Denied(no(_l("A colleague has settled this payment in the meantime.")))
    case, service = lock(s, s.get_one(Fee, row.fee_id).case_id)
    must(rules.may_handle(applicant=case.person_id, officer=actor.person_id))
    receive(
        s,
        case,
        service,
        -row.cents,
        way=rules_fees.BANK,
        key=f"off:{row.id}:{version}",
        actor=actor,
        bank_line_id=row.id,
    )
    _settled(row, actor, LineState.OPEN, why="moved")
    s.flush()
    record(actor, "took payment off", LINE, row.id, before={"case": case.id})
    return case
