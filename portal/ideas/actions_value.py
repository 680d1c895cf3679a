"""The check of an idea: it is given to somebody, valued in a draft, published; departments leave each other notes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from portal.audit.actions import record
from portal.base import clock, db, jobs
from portal.base.actor import Actor
from portal.base.i18n import Text, _l
from portal.base.markdown import render
from portal.base.verdict import no
from portal.ideas import queries_idea, rules_value
from portal.ideas.actions import index
from portal.ideas.models import Call, Idea, IdeaState
from portal.ideas.models_value import Assignment, CostLine, Objection, StaffNote, Valuation
from portal.ideas.rules import Denied
from portal.ideas.rules_value import Finding
from portal.identity.queries_colleagues import Colleague, colleagues
from portal.notifications import actions as notifications


def held(s: Session, idea_id: int) -> tuple[Call, Idea]:
    """An idea under a lock, and its call under one that many share: whoever freezes the list waits for what is being
    decided, and what comes later sees the frozen list."""
    of = s.scalars(select(Idea.call_id).where(Idea.id == idea_id)).one()
    shared = select(Call).where(Call.id == of).with_for_update(read=True)
    call = s.scalars(shared.execution_options(populate_existing=True)).one()
    mine = db.locked(select(Idea).where(Idea.id == idea_id)).execution_options(populate_existing=True)
    return call, s.scalars(mine).one()


def _holding(s: Session, idea_id: int) -> Assignment | None:
    wanted = select(Assignment).where(Assignment.idea_id == idea_id, Assignment.ended_at.is_(None))
    return s.scalars(wanted).one_or_none()


def assign(
    actor: Actor, idea_id: int, *, department_id: int | None, officer: Colleague | None, due_on: date, now: datetime
) -> bool:
    """Gives an idea to a department, an officer, or an officer of a department, to be valued by the end of a day. False
    where it is theirs with that day already. Raises Denied, also for an officer who has no fitting role there."""
    s = db.session()
    call, idea = held(s, idea_id)
    verdict = rules_value.changes(idea, call)
    if not verdict:
        raise Denied(verdict)
    role = _role(s, idea_id, department_id, officer) if officer is not None else ""
    officer_id = officer.person_id if officer is not None else None
    before = _holding(s, idea_id)
    if before is not None:
        if (before.department_id, before.officer_id, before.due_on) == (department_id, officer_id, due_on):
            return False
        before.ended_at = now
        s.flush()
    put(s, actor, idea_id, department_id=department_id, officer_id=officer_id, role=role, due_on=due_on, now=now)
    first = idea.state is IdeaState.SUBMITTED
    if first:
        move(s, idea, IdeaState.UNDER_REVIEW)
    tell_holder(s, actor, idea, department_id, officer_id, due_on, now)
    if first:
        notifications.tell(
            queries_idea.author_ids(s, idea),
            "idea.checked",
            {"idea": {idea.language: idea.title}, "day": due_on},
            link=("ideas.idea", {"number": idea.number}),
            about=("idea", idea.id),
            dedup=f"idea:{idea.id}:checked",
        )
    return True


def _role(s: Session, idea_id: int, department_id: int | None, officer: Colleague) -> str:
    """In which role somebody has the idea; raises Denied where none of theirs counts there."""
    found = queries_idea.by_id(s, idea_id)
    assert found is not None
    scope = dict(found.scope)
    if department_id is not None:
        scope["department"] = scope.get("department", set()) | {department_id}
    fit = {g.role for g in officer.grants if g.role in rules_value.VALUERS and g.deputy_for is None and g.covers(scope)}
    if not fit:
        raise Denied(no(_l("%(name)s has no role for this idea.", name=officer.name)))
    if officer.person_id in queries_idea.author_ids(s, found.idea):
        raise Denied(no(_l("%(name)s is an author of this idea.", name=officer.name)))
    return next(role for role in rules_value.VALUERS if role in fit)


def put(
    s: Session,
    actor: Actor,
    idea_id: int,
    *,
    department_id: int | None,
    officer_id: int | None,
    role: str,
    due_on: date,
    now: datetime,
) -> Assignment:
    """The row that says who has an idea from now on; the one before has ended. In the audit record."""
    row = Assignment(
        idea_id=idea_id, department_id=department_id, officer_id=officer_id, role=role, due_on=due_on, given_at=now,
        given_by_id=actor.person_id,
    )  # fmt: skip
    s.add(row)
    s.flush()
    after = {"department": department_id, "officer": officer_id, "due_on": due_on.isoformat()}
    record(actor, "gave idea to value", "idea", idea_id, after=after)
    return row


def move(s: Session, idea: Idea, state: IdeaState) -> None:
    """The idea is further on: its state, the moment, and what the search knows of it."""
    idea.state, idea.changed_at = state, clock.now()
    s.flush()
    index(s, idea)


def tell_holder(
    s: Session,
    actor: Actor,
    idea: Idea,
    department_id: int | None,
    officer_id: int | None,
    due_on: date,
    now: datetime,
) -> None:
    """Whoever has the idea now is told, or the officers of the department; in place of who is away, their deputies."""
    known = colleagues(s, now)
    told: set[int] = set()
    for one in known.values():
        own = {g for g in one.grants if g.role in rules_value.VALUERS and g.deputy_for is None}
        by_department = officer_id is None and any(g.kind == "department" and g.id == department_id for g in own)
        if one.person_id == officer_id or by_department:
            told |= one.deputies or {one.person_id}
    notifications.tell(
        told - {actor.person_id},
        "idea.given",
        {"idea": {idea.language: idea.title}, "day": due_on},
        link=("ideas_staff.desk_of_idea", {"number": idea.number}),
        dedup=f"idea:{idea.id}:given:{int(now.timestamp())}",
    )


# --- what was found ---------------------------------------------------------------------------------------------------


def save(actor: Actor, idea_id: int, finding: Finding, *, role: str, now: datetime) -> Valuation:
    """Keeps what an officer has written so far; only the staff see it. Raises Denied."""
    s = db.session()
    call, idea = held(s, idea_id)
    _ask(s, call, idea)
    return _write(s, actor, idea, finding, role=role, now=now)


def publish(
    actor: Actor, idea_id: int, finding: Finding, *, role: str, now: datetime, corrected: bool = False
) -> Valuation:
    """Everybody reads from now on whether the idea is feasible, why, and what it costs; its authors can object for the
    days of the call. `corrected`: an objection to the cost was upheld, and this puts it right: the only words that an
    open objection does not hold up. Raises Denied; ValueError where something is missing that the form asks for."""
    s = db.session()
    call, idea = held(s, idea_id)
    if corrected:
        verdict = rules_value.changes(idea, call)
        if not verdict:
            raise Denied(verdict)
    else:
        _ask(s, call, idea)
    if rules_value.faults(finding):
        raise ValueError("not whole")
    row = _write(s, actor, idea, finding, role=role, now=now)
    row.published_at, row.corrected = now, corrected
    row.objectable_until = rules_value.objectable(call, now, corrected=corrected)
    holds = _holding(s, idea_id)
    if holds is not None:
        row.department_id, row.role = holds.department_id, holds.role or role
        holds.ended_at = now
    elif row.version > 1:  # the same office looks again, without having it given anew
        earlier = select(Valuation).where(Valuation.idea_id == idea_id, Valuation.version == row.version - 1)
        last = s.scalars(earlier).one()
        if last.by_id == actor.person_id or corrected:
            row.department_id, row.role = last.department_id, last.role
    before = idea.state
    move(s, idea, IdeaState.FEASIBLE if finding.feasible else IdeaState.NOT_FEASIBLE)
    after = {"state": idea.state, "version": row.version, "cost": row.cost}
    record(actor, "published valuation", "idea", idea.id, before={"state": before}, after=after)
    jobs.enqueue(s, "ideas.tell_valued", {"valuation": row.id}, dedup=f"tell_valued:{row.id}")
    return row


def _ask(s: Session, call: Call, idea: Idea) -> None:
    """Once more under the lock, what the door has asked."""
    verdict = rules_value.changes(idea, call)
    opened = select(func.count()).select_from(Objection)
    if s.scalar(opened.where(Objection.idea_id == idea.id, Objection.decided_at.is_(None))):
        verdict = no(_l("An objection is open. What was found stays as it is until it is decided."))
    if not verdict:
        raise Denied(verdict)


def _write(s: Session, actor: Actor, idea: Idea, finding: Finding, *, role: str, now: datetime) -> Valuation:
    """The draft with these words: the newest version, as long as it is not published."""
    wanted = select(Valuation).where(Valuation.idea_id == idea.id).order_by(Valuation.version.desc()).limit(1)
    last = s.scalars(wanted).one_or_none()
    if last is None or last.published_at is not None:
        row = Valuation(idea_id=idea.id, version=last.version + 1 if last is not None else 1)
        s.add(row)
    else:
        row = last
        s.execute(delete(CostLine).where(CostLine.valuation_id == row.id))
    row.feasible, row.language, row.reason = finding.feasible, finding.language, finding.reason
    row.html, row.cost = render(finding.reason, finding.language), finding.cost
    row.by_id, row.role, row.written_at = actor.person_id, role, now
    s.flush()
    s.add_all(
        CostLine(valuation_id=row.id, position=position, label=line.label, amount=line.amount)
        for position, line in enumerate(finding.lines, 1)
    )
    s.flush()
    return row


def with_lines(finding: Finding, lines: Iterable[rules_value.Line]) -> Finding:
    """The same with another cost."""
    return replace(finding, lines=tuple(lines))


def result(feasible: bool | None) -> Text:
    """What was found, in two or three words."""
    return _l("Found feasible") if feasible else _l("Found not feasible")


def note(actor: Actor, idea_id: int, body: str) -> StaffNote:
    """A note of a department, for the staff alone."""
    s = db.session()
    row = StaffNote(idea_id=idea_id, by_id=actor.person_id, body=body.strip(), at=clock.now())
    s.add(row)
    s.flush()
    record(actor, "left note on idea", "idea", idea_id, after={"note": row.id})
    return row
