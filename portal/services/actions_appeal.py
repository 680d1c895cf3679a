"""Appeals: filed, taken, decided, taken back; and what an allowed one does to the case."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.audit.actions import record
from portal.base import clock, db, i18n
from portal.base.actor import Actor
from portal.base.i18n import _, _l
from portal.base.verdict import no
from portal.identity.queries import in_charge
from portal.notifications import actions as notifications
from portal.papers import actions as papers
from portal.papers.models import Paper, PaperState, Revocation
from portal.services import queries, queries_appeal, queries_clock, rules, rules_appeal
from portal.services.actions import KIND, lock, move, must, note, tick, touch
from portal.services.actions_desk import official
from portal.services.models import Case, CaseFile, CaseState, Decision, Service
from portal.services.models_appeal import Appeal, AppealOutcome, AppealState
from portal.services.rules import Denied

ONLINE, LETTER, DESK = "web", "letter", "desk"


def file(
    actor: Actor, case_id: int, text: str, *, language: str, channel: str = ONLINE, came_on: date | None = None,
    sent: CaseFile | None = None,
) -> Appeal:  # fmt: skip
    """Appeal against the decision that counts in a case. `came_on`: the day on which it reached the city, today where
    nothing is said; one that is too late is taken as well. Raises Denied."""
    s = db.session()
    case, service = lock(s, case_id)
    decision = _decision(s, case)
    must(
        rules_appeal.may_appeal(
            outcome=decision.outcome, conditions=decision.conditions, appealed=queries_appeal.appealed(s, decision.id)
        )
    )
    assert decision.last_day is not None
    day = came_on or queries_clock.today()
    row = Appeal(
        case_id=case.id, decision_id=decision.id, reference=_fresh_reference(s), state=AppealState.FILED, text=text,
        language=language, channel="helped" if actor.helped_by is not None else channel, came_on=day,
        last_day=decision.last_day, entered_by_id=actor.person_id if channel != ONLINE else None,
        filed_at=clock.city_now(), due_on=queries_clock.appeal_end(day, service.appeal_period),
    )  # fmt: skip
    try:
        with s.begin_nested():
            s.add(row)
            s.flush()
    except IntegrityError:  # a second one at this instant
        raise Denied(no(_l("There is an appeal against this decision already."))) from None
    if sent is not None:
        sent.field = queries_appeal.field(row.id)
    note(s, case, actor, "appealed", from_staff=channel != ONLINE)
    touch(case)
    s.flush()
    record(actor, "filed appeal", KIND, case.id, after={"appeal": row.reference, "late": row.late, "channel": channel})
    _tell(s, case, service, row, "case.appealed", due=row.due_on)
    scope = {"department": [service.department_id]} if service.department_id else None
    people = set(in_charge(s, rules.DESK, clock.now(), scope)) - {decision.proposed_by_id, decision.confirmed_by_id}
    _tell_staff(s, case, service, row, "case.appeal_in", people - {case.person_id})
    return row


def _decision(s: Session, case: Case) -> Decision:
    """The decision that counts."""
    row = s.scalars(
        select(Decision).where(
            Decision.case_id == case.id, Decision.confirmed_at.is_not(None), Decision.lifted_at.is_(None)
        )
    ).first()
    if row is None:
        raise Denied(no(_l("There is no decision in this case against which one could appeal.")))
    return row


def _fresh_reference(s: Session) -> str:
    while True:
        found = rules.new_reference(queries_clock.today().year)
        if s.scalar(
            select(Case.id).where(Case.reference == found).union_all(select(Appeal.id).where(Appeal.reference == found))
        ) is None:  # fmt: skip
            return found


def _tell(s: Session, case: Case, service: Service, row: Appeal, notice: str, **values: Any) -> None:
    if case.person_id is None:
        return
    said = queries.names(s, service.id) or {i18n.SOURCE: service.slug}
    notifications.tell(
        case.person_id, notice, {"title": said, "reference": row.reference, **values},
        link=("services.appeal", {"appeal_reference": row.reference}), about=(KIND, case.id),
    )  # fmt: skip


def _tell_staff(
    s: Session, case: Case, service: Service, row: Appeal, notice: str, people: Any, dedup: str | None = None, **values: Any
) -> None:  # fmt: skip
    said = queries.names(s, service.id) or {i18n.SOURCE: service.slug}
    notifications.tell(
        [one for one in people if one is not None], notice, {"title": said, "reference": row.reference, **values},
        link=("services_staff.appeal", {"appeal_reference": row.reference}), about=(KIND, case.id), dedup=dedup,
    )  # fmt: skip


def _locked(s: Session, appeal_id: int, version: int | None = None) -> tuple[Appeal, Case, Service, Decision]:
    """An appeal with its case, both held until the transaction ends. Raises Denied, NoResultFound."""
    case_id = s.scalars(select(Appeal.case_id).where(Appeal.id == appeal_id)).one()
    case, service = lock(s, case_id)
    row = s.scalars(select(Appeal).where(Appeal.id == appeal_id).execution_options(populate_existing=True)).one()
    if version is not None and row.version != version:
        raise Denied(
            no(_l("Somebody else has changed this appeal since you opened the page. Look again, then decide."))
        )
    return row, case, service, s.get_one(Decision, row.decision_id)


def _must_handle(case: Case, decision: Decision, officer: int | None) -> None:
    must(
        rules_appeal.may_handle(
            applicant=case.person_id, officer=officer, decided={decision.proposed_by_id, decision.confirmed_by_id}
        )
    )


def take(actor: Actor, appeal_id: int) -> None:
    """Take an appeal on oneself. Raises Denied."""
    s = db.session()
    row, case, _service, decision = _locked(s, appeal_id)
    _must_handle(case, decision, actor.person_id)
    must(rules_appeal.may_take(state=row.state, has=row.officer_id, officer=actor.person_id))
    row.officer_id, row.state = actor.person_id, AppealState.CHECKING
    row.version += 1
    s.flush()
    record(actor, "took appeal", KIND, case.id, after={"appeal": row.reference})


def give_back(actor: Actor, appeal_id: int) -> None:
    """Give it back to the office. Raises Denied."""
    s = db.session()
    row, case, _service, _decided = _locked(s, appeal_id)
    must(rules_appeal.may_decide(state=row.state, has=row.officer_id, officer=actor.person_id))
    row.officer_id, row.state = None, AppealState.FILED
    row.version += 1
    s.flush()
    record(actor, "gave appeal back", KIND, case.id, after={"appeal": row.reference})


def withdraw(actor: Actor, appeal_id: int) -> None:
    """The applicant takes it back. Raises Denied."""
    s = db.session()
    row, case, service, _decided = _locked(s, appeal_id)
    must(rules_appeal.may_withdraw(row.state))
    row.state, row.due_on = AppealState.WITHDRAWN, None
    row.version += 1
    note(s, case, actor, "appeal_back")
    touch(case)
    s.flush()
    record(actor, "withdrew appeal", KIND, case.id, after={"appeal": row.reference})
    if row.officer_id is not None:
        _tell_staff(s, case, service, row, "case.appeal_back", [row.officer_id])


def decide(
    actor: Actor, appeal_id: int, version: int, *, outcome: AppealOutcome, grounds: str, basis: str, remedy: str
) -> None:
    """Decide on an appeal, with grounds. Allowed wholly or in part, the decision is lifted, its paper counts no more, and
    the case is open again. Raises Denied."""
    s = db.session()
    row, case, service, decision = _locked(s, appeal_id, version)
    _must_handle(case, decision, actor.person_id)
    must(rules_appeal.may_decide(state=row.state, has=row.officer_id, officer=actor.person_id))
    now = clock.city_now()
    row.outcome, row.grounds, row.basis, row.remedy = outcome, grounds, basis, remedy
    row.decided_by_id, row.decided_at, row.state, row.due_on = actor.person_id, now, AppealState.DECIDED, None
    row.version += 1
    row.paper_id = _paper(s, actor, case, service, row, decision).id
    note(s, case, actor, "appeal_decided", from_staff=True)
    touch(case)
    s.flush()
    record(actor, "decided appeal", KIND, case.id, after={"appeal": row.reference, "outcome": outcome})
    if outcome in rules_appeal.REOPENS:
        _reopen(s, actor, case, service, decision)
    _tell(s, case, service, row, "case.appeal_decided")


def _reopen(s: Session, actor: Actor, case: Case, service: Service, decision: Decision) -> None:
    """The case is checked anew; its clock begins with today, and nobody has it."""
    decision.lifted_at = clock.city_now()
    s.flush()
    move(s, case, actor, CaseState.CHECKING, rules.REVIEW, "reopened")
    old = s.get(Paper, case.paper_id) if case.paper_id is not None else None
    if old is not None and old.state in (PaperState.READY, PaperState.BEING_MADE, PaperState.FAILED):
        papers.revoke(actor, old, Revocation.CHANGED)
    case.decided_at = case.closed_at = case.officer_id = case.paper_id = case.promised_on = None
    case.extended_days, case.extended_why, case.reopened_on = 0, "", queries_clock.today()
    if service.from_complete and case.complete_on is None:
        case.complete_on = case.reopened_on
    tick(s, case, service)
    record(actor, "reopened case", KIND, case.id, after={"due": str(case.due_on)})


def _paper(s: Session, actor: Actor, case: Case, service: Service, row: Appeal, decision: Decision) -> Paper:
    """The decision on the appeal as a paper, in the official language; its set phrases in the applicant's too."""
    assert row.outcome is not None
    lang = official()
    title = queries.names(s, service.id).get(lang) or service.slug
    with i18n.use_locale(lang):
        values = {
            "name": case.for_name or queries.name_of(s, case.person_id), "reference": row.reference,
            "case": case.reference, "service": title, "came": i18n.day(row.came_on),
            "decided": i18n.day(decision.confirmed_at or row.filed_at),
            "late": i18n.day(row.last_day) if row.late else "", "outcome": str(rules_appeal.OUTCOMES[row.outcome]),
            "follows": str(rules_appeal.FOLLOWS[row.outcome]), "grounds": row.grounds, "basis": row.basis,
            "remedy": row.remedy, "other": {},
        }  # fmt: skip
        heading = _("Decision on an appeal: %(title)s", title=title)
    if case.language != lang:
        with i18n.use_locale(case.language):
            values["other"] = {
                "lang": case.language, "dir": i18n.direction(case.language),
                "outcome": str(rules_appeal.OUTCOMES[row.outcome]), "follows": str(rules_appeal.FOLLOWS[row.outcome]),
            }  # fmt: skip
    return papers.issue(
        actor, kind="appeal", values=values, lang=lang, title=heading[:200], person_id=case.person_id,
    )  # fmt: skip


def warn(appeal_id: int, today: date) -> None:
    """Tell the officer, or the office without those who decided, of an appeal that is due; once before and once after."""
    s = db.session()
    row, case, service, decision = _locked(s, appeal_id)
    if row.due_on is None or row.state not in rules_appeal.OPEN:
        return
    late = row.due_on < today
    scope = {"department": [service.department_id]} if service.department_id else None
    people = set(in_charge(s, rules.DESK, clock.now(), scope)) - {decision.proposed_by_id, decision.confirmed_by_id}
    if not late and row.officer_id is not None:
        people = {row.officer_id}
    _tell_staff(
        s, case, service, row, "case.appeal_late" if late else "case.appeal_soon", people,
        f"appeal-{'late' if late else 'soon'}:{row.id}:{row.due_on}", due=row.due_on,
    )  # fmt: skip
