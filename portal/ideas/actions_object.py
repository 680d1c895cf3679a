"""Objections: made by an author, decided with reasons by somebody who had no part in what is objected to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.audit.actions import record
from portal.base import db, i18n
from portal.base.actor import Actor
from portal.base.i18n import _l
from portal.base.markdown import render
from portal.base.verdict import no
from portal.ideas import (
    actions_merge,
    actions_value,
    queries_idea,
    queries_objections,
    queries_ties,
    queries_value,
    rules,
    rules_value,
)
from portal.ideas.models import Idea, IdeaState
from portal.ideas.models_value import Assignment, Objection, Subject, Valuation
from portal.ideas.rules import Denied
from portal.ideas.rules_value import Finding, Line
from portal.identity.queries import in_charge
from portal.notifications import actions as notifications


def object_to(actor: Actor, idea_id: int, subject: Subject, *, words: str, language: str, now: datetime) -> Objection:
    """An author does not agree with what was found or done; whoever may decide is told. Raises Denied."""
    s = db.session()
    call, idea = actions_value.held(s, idea_id)
    valued = queries_value.newest(s, idea.id)
    before = s.scalars(select(Objection).where(Objection.idea_id == idea.id)).all()
    author = actor.person_id is not None and actor.person_id in queries_idea.author_ids(s, idea)
    found = queries_value.objectable(idea, call, valued, before, author, now, queries_value.merged(s, idea))
    verdict = found.get(subject) or no(_l("Only its authors can object to what was decided about an idea."))
    if not verdict:
        raise Denied(verdict)
    row = Objection(
        idea_id=idea.id,
        valuation_id=valued.id if valued is not None and subject is not Subject.MERGE else None,
        subject=subject,
        by_id=actor.person_id,
        words=words.strip(),
        language=language,
        at=now,
        due_on=i18n.in_zone(now).date() + timedelta(days=rules_value.DECIDE_DAYS),
    )
    try:
        with s.begin_nested():
            s.add(row)
            s.flush()
    except IntegrityError:  # a second author at the same moment
        raise Denied(no(_l("An author has objected to this already."))) from None
    record(actor, "objected", "idea", idea.id, after={"objection": row.id, "subject": subject})
    _tell_deciders(s, idea, row, now)
    return row


def _tell_deciders(s: Session, idea: Idea, row: Objection, now: datetime) -> None:
    found = queries_idea.by_id(s, idea.id)
    assert found is not None
    part = {*queries_objections.found_by(s, row), *queries_idea.author_ids(s, idea)}
    notifications.tell(
        [one for one in in_charge(s, rules.OFFICERS, now, found.scope) if one not in part],
        "idea.objection_waits",
        {"idea": {idea.language: idea.title}, "day": row.due_on},
        link=("ideas_staff.objection", {"objection_id": row.id}),
        dedup=f"objection:{row.id}",
    )


def decide(
    actor: Actor,
    objection_id: int,
    *,
    upheld: bool,
    statement: str,
    language: str,
    now: datetime,
    due_on: date | None = None,
    lines: Sequence[Line] = (),
) -> Objection:
    """Decides an objection with a statement that everybody reads. Upheld, it reopens the check of the idea (to be done by
    `due_on`, by the department that had it), puts the cost right (`lines`), or undoes the joining. Raises Denied where
    it was decided meanwhile or by somebody who had a part in it; ValueError where something is missing that the form
    asks for."""
    s = db.session()
    asked = select(Objection.subject, Idea).join(Idea, Idea.id == Objection.idea_id)
    subject, of = s.execute(asked.where(Objection.id == objection_id)).one()
    if subject is Subject.MERGE:  # as parting locks them, so that nobody waits for each other
        actions_merge.lock_calls(s, {of.call_id, queries_ties.root(s, of.id).call_id})
    _call, idea = actions_value.held(s, of.id)
    wanted = db.locked(select(Objection).where(Objection.id == objection_id))
    row = s.scalars(wanted.execution_options(populate_existing=True)).one()
    found_by = queries_objections.found_by(s, row)
    authors = queries_idea.author_ids(s, idea)
    verdict = rules_value.may_decide(actor, decided=row.decided_at is not None, found_by=found_by, authors=authors)
    if not verdict:
        raise Denied(verdict)
    if not statement.strip():
        raise ValueError("no statement")
    row.decided_at, row.decided_by_id, row.upheld = now, actor.person_id, upheld
    row.statement, row.statement_language = statement.strip(), language
    row.statement_html = render(row.statement, language)
    s.flush()
    after = {"objection": row.id, "subject": row.subject, "upheld": upheld}
    record(actor, "decided objection", "idea", idea.id, after=after)
    if upheld:
        _follow(s, actor, idea, row, due_on, lines, now)
    notifications.tell(
        authors,
        "idea.objection_decided",
        {"idea": {idea.language: idea.title}, "outcome": queries_value.DECIDED[upheld]},
        link=("ideas.idea", {"number": idea.number}),
        about=("idea", idea.id),
        free=(language, row.statement),
        dedup=f"objection:{row.id}:decided",
    )
    return row


def _follow(
    s: Session,
    actor: Actor,
    idea: Idea,
    row: Objection,
    due_on: date | None,
    lines: Sequence[Line],
    now: datetime,
) -> None:
    """What an upheld objection brings about."""
    if row.subject is Subject.MERGE:
        if idea.state is IdeaState.MERGED:  # parted meanwhile in another way
            actions_merge.undo(actor, idea, row.statement[: rules.LONGEST_REASON], lang=row.statement_language)
        return
    if idea.state not in rules_value.VALUED:
        return  # joined or withdrawn meanwhile: the author was right, and nothing is left to be found anew
    valued = s.get_one(Valuation, row.valuation_id)
    if row.subject is Subject.COST:
        finding = Finding(valued.feasible, valued.reason, valued.language, tuple(lines))
        actions_value.publish(actor, idea.id, finding, role=valued.role, now=now, corrected=True)
        return
    if due_on is None:
        raise ValueError("no day by which it is to be valued anew")
    last = s.scalars(
        select(Assignment).where(Assignment.idea_id == idea.id).order_by(Assignment.id.desc()).limit(1)
    ).one_or_none()
    if last is not None and last.ended_at is None:
        last.ended_at = now
        s.flush()
    actions_value.move(s, idea, IdeaState.UNDER_REVIEW)
    if last is None:
        return  # nobody had it: it stands in the list of ideas that nobody has
    actions_value.put(
        s, actor, idea.id, department_id=last.department_id, officer_id=last.officer_id, role=last.role,
        due_on=due_on, now=now,
    )  # fmt: skip
    actions_value.tell_holder(s, actor, idea, last.department_id, last.officer_id, due_on, now)
