"""What is done with a fee: money comes in by any way, is taken at the desk, waived, paid back.

Every act locks the case's row first. Each line has a key that names the act, so that the same act twice is one line: a
bank's line by its number, an officer's by the version of the case that the page showed. Whatever takes money (the bank's
file, the cash desk; a card provider would be one more, with its own way and its number of the payment as key) ends in
`receive`.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.audit.actions import record
from portal.base import clock, db, i18n
from portal.base.actor import Actor
from portal.base.i18n import _, _l
from portal.base.verdict import no
from portal.papers import actions as papers
from portal.papers.models import Paper
from portal.services import actions_due, queries, queries_clock, queries_fees, rules, rules_fees
from portal.services.actions import KIND, lock, move, must, note, tell, tick, touch
from portal.services.models import Case, CaseRequest, CaseState, Service, Wanted
from portal.services.models_fees import EntryKind, Fee, FeeEntry
from portal.services.rules import Denied

RECEIPT = "fee_receipt"


def _entry(
    s: Session,
    fee: Fee,
    kind: EntryKind,
    cents: int,
    *,
    key: str,
    actor: Actor | None,
    way: str = "",
    booked_on: date | None = None,
    note: str = "",
    iban: str = "",
    payee: str = "",
    bank_line_id: int | None = None,
    paper_id: int | None = None,
) -> FeeEntry | None:
    """A line of the account; None where this act wrote it before."""
    if s.scalar(select(FeeEntry.id).where(FeeEntry.key == key)) is not None:
        return None
    row = FeeEntry(
        fee_id=fee.id, kind=kind, cents=cents, key=key, way=way, booked_on=booked_on or queries_clock.today(),
        at=clock.city_now(), by_id=actor.person_id if actor is not None else None, note=note, iban=iban, payee=payee,
        bank_line_id=bank_line_id, paper_id=paper_id,
    )  # fmt: skip
    s.add(row)
    s.flush()
    return row


def _account(s: Session, case: Case) -> Fee:
    found = s.scalars(select(Fee).where(Fee.case_id == case.id)).first()
    if found is None:
        raise Denied(no(_l("This case costs nothing.")))
    return found


def receive(
    s: Session, case: Case, service: Service, cents: int, *, way: str, key: str, actor: Actor,
    booked_on: date | None = None, bank_line_id: int | None = None, paper_id: int | None = None,
) -> FeeEntry | None:  # fmt: skip
    """Money came in for a case whose row is locked, or (below 0) was taken back. `way`: of rules_fees.WAYS; `key`: names
    the payment, so that it counts once. When nothing is open any more, what was asked for as a fee is answered. None
    where it was counted before. Raises Denied where the case has no account."""
    fee = _account(s, case)
    row = _entry(
        s, fee, EntryKind.PAYMENT, cents, key=key, actor=actor, way=way, booked_on=booked_on,
        bank_line_id=bank_line_id, paper_id=paper_id,
    )  # fmt: skip
    if row is None:
        return None
    note(s, case, actor, "paid" if cents > 0 else "unpaid", from_staff=True)
    touch(case)
    _settle(s, case, service, actor)
    record(actor, "booked payment", KIND, case.id, after={"cents": cents, "way": way})
    paid = cents > 0 and not queries_fees.stand_of(s, case.id).open
    tell(s, case, service, "case.paid" if paid else "case.fee_changed")
    return row


def _settle(s: Session, case: Case, service: Service, actor: Actor) -> None:
    """Answer what was asked for as a fee, once nothing is open; the law's clock runs on when nothing else is asked."""
    s.flush()
    if queries_fees.stand_of(s, case.id).open:
        return
    waiting = s.scalars(
        select(CaseRequest).where(CaseRequest.case_id == case.id, CaseRequest.answered_at.is_(None))
    ).all()
    fees = [one for one in waiting if one.kind is Wanted.FEE]
    for one in fees:
        one.answered_at = clock.city_now()
    if fees and len(fees) == len(waiting) and case.state is CaseState.WAITING:
        move(s, case, actor, CaseState.CHECKING, rules.STAFF, "fee_settled")
    if fees:
        tick(s, case, service)


def charge(s: Session, case: Case, service: Service, request: CaseRequest, cents: int, actor: Actor) -> None:
    """More is to be paid, as an officer asks for it (the case's row is locked), until the day of the request."""
    fee = actions_due.account(s, case, service, request.due_on)
    fee.due_on = request.due_on
    if cents:
        actions_due.charge(s, fee, cents, key=f"request:{request.id}", note=request.text, actor=actor)


def drop_charge(s: Session, request: CaseRequest, actor: Actor) -> None:
    """What a request charged is charged no more."""
    row = s.scalars(select(FeeEntry).where(FeeEntry.key == f"request:{request.id}")).first()
    if row is not None:
        fee = s.get_one(Fee, row.fee_id)
        actions_due.charge(s, fee, -row.cents, key=f"request:{request.id}:back", note=row.note, actor=actor)


def _mine(actor: Actor, case_id: int, version: int) -> tuple[Session, Case, Service, Fee]:
    """The case, locked, as an officer saw it, and its account. Nobody touches the fee of their own case."""
    s = db.session()
    case, service = lock(s, case_id, version)
    must(rules.may_handle(applicant=case.person_id, officer=actor.person_id))
    return s, case, service, _account(s, case)


def waive(actor: Actor, case_id: int, version: int, cents: int, why: str) -> None:
    """Ask for less, with a reason that the applicant reads. Raises Denied."""
    s, case, service, fee = _mine(actor, case_id, version)
    must(rules_fees.may_waive(queries_fees.stand_of(s, case.id), cents))
    _entry(s, fee, EntryKind.WAIVER, -cents, key=f"waiver:{case.id}:{version}", actor=actor, note=why)
    note(s, case, actor, "waived", text=why, language=i18n.lang(), from_staff=True)
    touch(case)
    _settle(s, case, service, actor)
    record(actor, "waived fee", KIND, case.id, after={"cents": cents})
    tell(s, case, service, "case.fee_changed")


def refund(actor: Actor, case_id: int, version: int, cents: int, *, why: str, iban: str, payee: str) -> None:
    """Order that money is paid back; somebody of the treasury then pays it. What was not paid too much is no longer owed
    either, with the same reason. Raises Denied."""
    s, case, service, fee = _mine(actor, case_id, version)
    it = queries_fees.stand_of(s, case.id)
    must(rules_fees.may_refund(it, cents))
    off = cents - it.over
    if off > 0:
        _entry(s, fee, EntryKind.WAIVER, -off, key=f"waiver:{case.id}:{version}", actor=actor, note=why)
    _entry(
        s, fee, EntryKind.REFUND, -cents, key=f"refund:{case.id}:{version}", actor=actor, note=why, iban=iban,
        payee=payee,
    )  # fmt: skip
    note(s, case, actor, "refunded", text=why, language=i18n.lang(), from_staff=True)
    touch(case)
    s.flush()
    record(actor, "ordered refund", KIND, case.id, after={"cents": cents})
    tell(s, case, service, "case.refunded")


def take_cash(actor: Actor, case_id: int, version: int, cents: int) -> FeeEntry:
    """Take money at the desk. The receipt is a paper with the next number of its series, given out in this transaction:
    no number is lost and none comes twice. Raises Denied."""
    s, case, service, fee = _mine(actor, case_id, version)
    must(rules_fees.may_take(queries_fees.stand_of(s, case.id), cents))
    paper = _receipt(s, actor, case, service, fee, cents)
    key = f"cash:{case.id}:{version}"
    row = receive(s, case, service, cents, way=rules_fees.CASH, key=key, actor=actor, paper_id=paper.id)
    assert row is not None  # the version is new with every act
    return row


def _receipt(s: Session, actor: Actor, case: Case, service: Service, fee: Fee, cents: int) -> Paper:
    lang = case.language
    said = queries.names(s, service.id)
    title = said.get(lang) or next(iter(said.values()), service.slug)
    with i18n.use_locale(lang):
        amount = i18n.money(cents, fee.currency)
        values = {
            "name": case.for_name or queries.name_of(s, case.person_id), "service": title, "reference": case.reference,
            "amount": amount, "day": i18n.day(clock.city_now()), "way": str(rules_fees.WAYS[rules_fees.CASH]),
        }  # fmt: skip
        return papers.issue(
            actor, kind=RECEIPT, values=values, lang=lang, title=_("Receipt: %(title)s", title=title)[:200],
            person_id=case.person_id, lines=[(_("Case"), case.reference), (_("Amount"), amount)],
        )  # fmt: skip
