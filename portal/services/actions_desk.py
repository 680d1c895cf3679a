"""What officers do with a case: take it, ask for more, note, write, extend, propose a decision, confirm it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.audit.actions import record
from portal.base import clock, db, ground, i18n, texts
from portal.base.actor import SYSTEM, Actor
from portal.base.i18n import _, _l
from portal.base.verdict import no
from portal.papers import actions as papers
from portal.papers.models import Paper
from portal.places.models import District
from portal.services import (
    actions_fees,
    queries,
    queries_appeal,
    queries_clock,
    queries_fees,
    queries_hearing,
    queries_steps,
    rules,
    rules_fees,
    rules_hearing,
)
from portal.services.actions import KIND, lock, move, must, note, tell, tick, touch
from portal.services.models import (
    LIVE,
    Case,
    CaseRequest,
    CaseState,
    Decision,
    Outcome,
    Service,
    Wanted,
)
from portal.services.rules import Denied


def take(actor: Actor, case_id: int, version: int | None = None) -> None:
    """Take a case on oneself; a filed one is now being checked. Raises Denied where a colleague was faster."""
    s = db.session()
    case, service = lock(s, case_id)
    must(rules.may_handle(applicant=case.person_id, officer=actor.person_id))
    if case.officer_id is not None and case.officer_id != actor.person_id:
        raise Denied(no(_l("A colleague has taken this case in the meantime.")))
    _give(s, actor, case, service, actor.person_id)


def assign(actor: Actor, case_id: int, officer_id: int | None, version: int) -> None:
    """Give a case to a colleague, or back to the office (None). Raises Denied."""
    s = db.session()
    case, service = lock(s, case_id, version)
    _give(s, actor, case, service, officer_id)


def _give(s: Session, actor: Actor, case: Case, service: Service, officer_id: int | None) -> None:
    if case.state not in LIVE:
        raise Denied(no(_l("The case is decided.")))
    must(rules.may_handle(applicant=case.person_id, officer=officer_id))
    before, case.officer_id = case.officer_id, officer_id
    note(s, case, actor, "assigned" if officer_id is not None else "returned", from_staff=True, private=True)
    if case.state is CaseState.FILED and officer_id is not None:
        move(s, case, actor, CaseState.CHECKING, rules.STAFF, "taken")
        tell(s, case, service, "case.checking")
    touch(case)
    s.flush()
    record(actor, "assigned case", KIND, case.id, before={"officer": before}, after={"officer": officer_id})


def complete(actor: Actor, case_id: int, version: int) -> None:
    """Say that everything is there, where the law's clock begins with that. Raises Denied."""
    s = db.session()
    case, service = lock(s, case_id, version)
    if case.state is not CaseState.CHECKING or case.complete_on is not None:
        raise Denied(no(_l("The case is in another state by now: %(state)s.", state=rules.DESK_STATES[case.state])))
    case.complete_on = queries_clock.today()
    note(s, case, actor, "complete", from_staff=True)
    touch(case)
    tick(s, case, service)
    record(actor, "found case complete", KIND, case.id, after={"due": str(case.due_on)})


def ask(
    actor: Actor, case_id: int, version: int, *, kind: Wanted, text: str, language: str, due_on: date, cents: int = 0
) -> None:
    """Ask the applicant for a paper, a correction or a fee, until a day; the law's clock stands still till then. `cents`:
    what is to be paid on top of what the case costs already. Raises Denied."""
    s = db.session()
    case, service = lock(s, case_id, version)
    if kind is Wanted.FEE:
        must(rules.may_handle(applicant=case.person_id, officer=actor.person_id))
        must(rules_fees.may_ask(queries_fees.stand_of(s, case.id), cents))
    if case.state is CaseState.WAITING:
        must(rules.may_move(CaseState.CHECKING, CaseState.WAITING, rules.STAFF))
        note(s, case, actor, "asked", text=text, language=language, from_staff=True)
        touch(case)
    else:
        move(s, case, actor, CaseState.WAITING, rules.STAFF, "asked", text=text, language=language)
    row = CaseRequest(
        case_id=case.id, kind=kind, text=text, language=language, by_id=actor.person_id, asked_at=clock.city_now(),
        due_on=due_on,
    )  # fmt: skip
    s.add(row)
    s.flush()
    if kind is Wanted.FEE:
        actions_fees.charge(s, case, service, row, cents, actor)
    tick(s, case, service)
    record(actor, "asked in case", KIND, case.id, after={"kind": kind, "due": str(due_on)})
    tell(s, case, service, "case.asked", until=due_on)


def take_back(actor: Actor, case_id: int, request_id: int) -> None:
    """Ask no longer. When nothing else is open the clock runs on. Raises Denied."""
    s = db.session()
    case, service = lock(s, case_id)
    asked = s.scalars(select(CaseRequest).where(CaseRequest.id == request_id, CaseRequest.case_id == case.id)).one()
    if asked.answered_at is not None:
        raise Denied(no(_l("This has been answered already, or is not asked any more.")))
    asked.answered_at = clock.city_now()
    actions_fees.drop_charge(s, asked, actor)
    s.flush()
    left = s.scalar(
        select(func.count()).select_from(CaseRequest).where(
            CaseRequest.case_id == case.id, CaseRequest.answered_at.is_(None)
        )
    )  # fmt: skip
    if not left and case.state is CaseState.WAITING:
        move(s, case, actor, CaseState.CHECKING, rules.STAFF, "not_asked")
    else:
        note(s, case, actor, "not_asked", from_staff=True)
        touch(case)
    tick(s, case, service)
    record(actor, "took request back", KIND, case.id, after={"request": request_id})


def write(actor: Actor, case_id: int, text: str, language: str) -> None:
    """A message to the applicant. Raises Denied once the case is closed."""
    s = db.session()
    case, service = lock(s, case_id)
    must(rules.may_write(case.state))
    note(s, case, actor, "message", text=text, language=language, from_staff=True)
    touch(case)
    s.flush()
    record(actor, "wrote in case", KIND, case.id)
    tell(s, case, service, "case.message_out")


def note_down(actor: Actor, case_id: int, text: str, language: str) -> None:
    """A note that staff alone read."""
    s = db.session()
    case, _service = lock(s, case_id)
    note(s, case, actor, "note", text=text, language=language, from_staff=True, private=True)
    s.flush()
    record(actor, "noted in case", KIND, case.id)


def extend(actor: Actor, case_id: int, version: int, days: int, why: str) -> None:
    """Take more time, once, with a reason that the applicant reads. Raises Denied."""
    s = db.session()
    case, service = lock(s, case_id, version)
    must(rules.may_extend(state=case.state, extended_days=case.extended_days, most=service.extension_days, days=days))
    case.extended_days, case.extended_why = days, why
    note(s, case, actor, "extended", text=why, language=i18n.lang(), from_staff=True)
    touch(case)
    tick(s, case, service)
    record(actor, "extended case", KIND, case.id, after={"days": days})
    tell(s, case, service, "case.extended")


def propose(
    actor: Actor,
    case_id: int,
    version: int,
    *,
    outcome: Outcome,
    reason: str,
    text: str,
    basis: str,
    conditions: Sequence[str],
) -> bool:
    """Write a decision. True where it counts at once; False where a second officer has to confirm it. Raises Denied."""
    s = db.session()
    case, service = lock(s, case_id, version)
    open_ones = s.scalar(
        select(func.count()).select_from(CaseRequest).where(
            CaseRequest.case_id == case.id, CaseRequest.answered_at.is_(None)
        )
    )  # fmt: skip
    must(rules.may_handle(applicant=case.person_id, officer=actor.person_id))
    must(rules.may_decide(state=case.state, open_requests=open_ones or 0))
    hearings = queries_hearing.still_open(s, case.id, queries_clock.today())
    must(rules_hearing.may_decide(open_hearings=hearings, open_steps=queries_steps.open_ones(s, case)))
    _paid(s, case, service, outcome)
    row = Decision(
        case_id=case.id, outcome=outcome, reason=reason if outcome is Outcome.REFUSED else "", text=text, basis=basis,
        conditions=list(conditions) if outcome is Outcome.GRANTED else [], appeal_days=service.appeal_days,
        proposed_by_id=actor.person_id, proposed_at=clock.city_now(),
    )  # fmt: skip
    s.add(row)
    move(s, case, actor, CaseState.DECIDING, rules.STAFF, "proposed")
    record(actor, "proposed decision", KIND, case.id, after={"outcome": outcome, "reason": row.reason})
    if service.four_eyes:
        return False
    _count(s, actor, case, service, row)
    return True


def _paid(s: Session, case: Case, service: Service, outcome: Outcome) -> None:
    """Nothing is granted before it is paid, where the service says so. Raises Denied."""
    if outcome is Outcome.GRANTED:
        must(rules_fees.may_grant(queries_fees.stand_of(s, case.id), pay_first=service.pay_first))


def send_back(actor: Actor, case_id: int, version: int, why: str) -> None:
    """Do not confirm a proposed decision: the case is checked again. Raises Denied."""
    s = db.session()
    case, _service = lock(s, case_id, version)
    row = _proposal(s, case)
    row.returned_at = clock.city_now()
    move(s, case, actor, CaseState.CHECKING, rules.STAFF, "sent_back")
    note(s, case, actor, "note", text=why, language=i18n.lang(), from_staff=True, private=True)
    s.flush()
    record(actor, "sent decision back", KIND, case.id)


def confirm(actor: Actor, case_id: int, version: int) -> None:
    """Confirm a proposed decision; with this it counts, and its paper is made. Raises Denied."""
    s = db.session()
    case, service = lock(s, case_id, version)
    row = _proposal(s, case)
    must(rules.may_handle(applicant=case.person_id, officer=actor.person_id))
    must(
        rules.may_confirm(
            state=case.state, four_eyes=service.four_eyes, proposed_by=row.proposed_by_id, officer=actor.person_id
        )
    )
    _paid(s, case, service, row.outcome)
    _count(s, actor, case, service, row)


def _proposal(s: Session, case: Case) -> Decision:
    row = s.scalars(
        select(Decision).where(
            Decision.case_id == case.id, Decision.confirmed_at.is_(None), Decision.returned_at.is_(None)
        )
    ).first()
    if row is None or case.state is not CaseState.DECIDING:
        raise Denied(no(_l("The case is in another state by now: %(state)s.", state=rules.DESK_STATES[case.state])))
    return row


def _count(s: Session, actor: Actor, case: Case, service: Service, row: Decision, side: str = rules.STAFF) -> None:
    """The decision counts from now on: state, paper, notice."""
    now = clock.city_now()
    said = texts.load(s, queries.KIND, [service.id], ("appeal", "basis"), official())
    body = said.get((service.id, "appeal"))
    row.confirmed_by_id, row.confirmed_at = actor.person_id, now
    row.appeal_body = body.body if body is not None else ground.settings().city.name
    row.last_day = queries_clock.appeal_end(i18n.in_zone(now).date(), service.appeal_days)
    granted = row.outcome is Outcome.GRANTED
    move(s, case, actor, CaseState.GRANTED if granted else CaseState.REFUSED, side, "decided")
    at_once = i18n.in_zone(now).date() if side == rules.PORTAL else None
    case.promised_on = case.due_on or at_once
    case.decided_at, case.due_on = now, None
    case.paper_id = _paper(s, actor, case, service, row).id
    s.flush()
    record(actor, "decided case", KIND, case.id, after={"outcome": row.outcome, "reason": row.reason})
    tell(s, case, service, "case.granted" if granted else "case.refused")


def official() -> str:
    """The language in which the city decides."""
    return ground.settings().languages[0]


def _paper(s: Session, actor: Actor, case: Case, service: Service, row: Decision) -> Paper:
    """The permit, certificate or refusal as a paper: in the official language, its set phrases in the applicant's too."""
    lang, granted = official(), row.outcome is Outcome.GRANTED
    name = texts.load(s, queries.KIND, [service.id], ["title"], lang).get((service.id, "title"))
    title = name.body if name is not None else service.slug
    holder = case.for_name or queries.name_of(s, case.person_id)
    now = clock.city_now()
    until = now + timedelta(days=service.valid_days) if granted and service.valid_days else None
    with i18n.use_locale(lang):
        kind = "permit" if granted else "refusal"
        lines = [(_("Service"), title), (_("Case"), case.reference)]
        values = {
            "outcome": row.outcome.value, "title": title, "name": holder, "reference": case.reference,
            "filed": i18n.day(case.filed_at), "text": row.text, "basis": row.basis,
            "reason": str(rules.REASONS[row.reason]) if row.reason else "", "conditions": list(row.conditions),
            "until": i18n.day(until) if until is not None else "", "appeal": _appeal(row), "other": _other(case, row),
        }  # fmt: skip
        return papers.issue(
            actor, kind=kind, values=values, lang=lang, title=title, person_id=case.person_id, expires_at=until,
            lines=lines if granted else [], shown=[0] if granted else [],
        )  # fmt: skip


def _appeal(row: Decision) -> str:
    assert row.last_day is not None
    return _(
        "You can appeal against this decision within %(days)s days, until %(day)s, at: %(body)s.",
        days=row.appeal_days, day=i18n.day(row.last_day), body=row.appeal_body,
    )  # fmt: skip


def _other(case: Case, row: Decision) -> dict[str, str]:
    """The set phrases in the applicant's language, where it is not the official one."""
    if case.language == official():
        return {}
    with i18n.use_locale(case.language):
        outcome = (
            _("Your application is granted.") if row.outcome is Outcome.GRANTED else _("Your application is refused.")
        )
        return {"lang": case.language, "dir": i18n.direction(case.language), "outcome": outcome, "appeal": _appeal(row)}


def issue_at_once(case: Case, service: Service, district: str) -> None:
    """Certify without an officer what the register says: that somebody lives in a district (by its code). Raises
    Denied."""
    s = db.session()
    lang = official()
    number = s.scalar(select(District.id).where(District.code == district))
    said = texts.load(s, "district", [number] if number else [], ["name"], lang)
    where = next((one.body for one in said.values()), district)
    with i18n.use_locale(lang):
        text = _("Is entered in the register as living in: %(district)s.", district=where)
    row = Decision(
        case_id=case.id, outcome=Outcome.GRANTED, text=text, appeal_days=service.appeal_days,
        proposed_at=clock.city_now(),
    )  # fmt: skip
    s.add(row)
    s.flush()
    _count(s, SYSTEM, case, service, row, rules.PORTAL)


def by_silence(case_id: int, today: date) -> bool:
    """What the law makes of the city's silence, once the day is over. False where nothing is to be done (any more)."""
    s = db.session()
    case, service = lock(s, case_id)
    if case.state not in LIVE or case.due_on is None or case.due_on >= today:
        return False
    outcome = queries_clock.silence_of(service)
    if outcome is None:
        return False
    said = texts.load(s, queries.KIND, [service.id], ["basis"], official()).get((service.id, "basis"))
    with i18n.use_locale(official()):
        text = _("The city did not decide in time. By law this counts as the decision.")
        row = Decision(
            case_id=case.id, outcome=outcome, reason="conditions" if outcome is Outcome.REFUSED else "", text=text,
            basis=said.body[:500] if said is not None else text, appeal_days=service.appeal_days,
            proposed_at=clock.city_now(),
        )  # fmt: skip
    s.add(row)
    s.flush()
    _count(s, SYSTEM, case, service, row, rules.PORTAL)
    return True


def close(case_id: int) -> bool:
    """Close a decided case; False where it is closed already, was opened again, or an appeal is open."""
    s = db.session()
    case, _service = lock(s, case_id)
    if case.state not in (CaseState.GRANTED, CaseState.REFUSED, CaseState.WITHDRAWN):
        return False
    if queries_appeal.still_open(s, case.id):
        return False
    move(s, case, None, CaseState.CLOSED, rules.PORTAL, "closed")
    case.closed_at = clock.city_now()
    s.flush()
    record(SYSTEM, "closed case", KIND, case.id)
    return True
