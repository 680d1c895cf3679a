"""A pilot is planned, begins, is measured, and ends with a published outcome."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.audit.actions import record
from portal.base import clock, db
from portal.base.actor import Actor
from portal.base.verdict import Verdict
from portal.innovation import actions_money, queries, queries_desk, rules
from portal.innovation.actions import KIND, locked, tell
from portal.innovation.models import CheckIn, Outcome, Pilot, Proposal, Stage, StopWay
from portal.innovation.rules import Denied
from portal.notifications import actions as notifications


@dataclass(frozen=True)
class Plan:
    """What a pilot wants to find out, how, until when, and when it is given up. Values in hundredths of the unit."""

    hypothesis: str
    measure: str
    unit: str
    baseline: int
    target: int
    starts_on: date
    ends_on: date
    cost: int
    stop_rule: str
    stop_way: StopWay | None
    stop_at: int | None
    lang: str


def _must(verdict: Verdict) -> None:
    if not verdict:
        raise Denied(verdict)


def _mine(s: Session, actor: Actor, proposal_id: int) -> Proposal:
    """The proposal under a lock, if the actor accompanies it or leads. Raises Denied."""
    proposal = locked(s, proposal_id)
    lead = actor.may(rules.LEAD, scope=rules.scope(proposal))
    _must(rules.may_accompany(proposal, actor.person_id, lead=lead))
    return proposal


def plan(actor: Actor, proposal_id: int, wanted: Plan) -> Pilot:
    """Writes the plan of a pilot, or another one, as long as it has not begun. Raises Denied."""
    s = db.session()
    proposal = _mine(s, actor, proposal_id)
    _must(rules.may_plan(proposal))
    pilot = queries.pilot_of(s, proposal_id) or Pilot(proposal_id=proposal_id)
    for name, value in vars(wanted).items():
        setattr(pilot, name, value)
    s.add(pilot)
    s.flush()
    told = {name: value.isoformat() if isinstance(value, date) else value for name, value in vars(wanted).items()}
    record(actor, "planned pilot", KIND, proposal_id, after=told)
    return pilot


def begin(actor: Actor, proposal_id: int) -> None:
    """The pilot begins: from here on its plan stays as it is. Raises Denied without plan, coach or money."""
    s = db.session()
    proposal = _mine(s, actor, proposal_id)
    pilot = queries.pilot_of(s, proposal_id)
    _must(rules.may_begin(proposal, pilot, queries.granted(s, proposal_id), queries_desk.today()))
    assert pilot is not None
    proposal.stage, proposal.changed_at, pilot.begun_at = Stage.PILOT, clock.now(), clock.now()
    s.flush()
    record(actor, "began pilot", KIND, proposal_id)
    tell(proposal, "innovation.begun", {"day": pilot.ends_on}, followers=True)


def check_in(actor: Actor, proposal_id: int, day: date, value: int, note: str, lang: str) -> bool:
    """Stores what was measured on a day; another value for the same day takes its place. Returns whether the stop rule's
    threshold is met: then coach and leads are told. Raises Denied."""
    s = db.session()
    proposal = _mine(s, actor, proposal_id)
    pilot = queries.pilot_of(s, proposal_id)
    _must(rules.may_check_in(proposal, pilot, day, queries_desk.today()))
    assert pilot is not None
    row = s.scalars(select(CheckIn).where(CheckIn.pilot_id == pilot.id, CheckIn.on_day == day)).one_or_none()
    before = row.value if row is not None else None
    row = row or CheckIn(pilot_id=pilot.id, on_day=day)
    row.value, row.note, row.lang, row.by_id, row.at = value, note, lang, actor.person_id, clock.now()
    s.add(row)
    s.flush()
    record(
        actor, "measured pilot", KIND, proposal_id, before={"value": before},
        after={"value": value, "day": day.isoformat()},
    )  # fmt: skip
    met = rules.stops(pilot, value)
    if met:
        people = {*queries_desk.leads(s, proposal), *([proposal.coach_id] if proposal.coach_id else [])}
        notifications.tell(
            people,
            "innovation.stop",
            {"title": {proposal.language: proposal.title}, "value": rules.said(value, pilot.unit)},
            link=("innovation_staff.show", {"proposal_id": proposal_id}),
            about=(KIND, proposal_id),
            dedup=f"{KIND}:{proposal_id}:stop:{day.isoformat()}",
        )
    return met


def publish_outcome(
    actor: Actor, proposal_id: int, outcome: Outcome, *, text: str, learnt: str, spent: int, lang: str
) -> None:
    """Ends a pilot with what became of it, what was learnt and what it cost (cents), for everybody to read. What was
    granted and not spent goes back to the funds. Raises Denied."""
    s, now = db.session(), clock.now()
    proposal = _mine(s, actor, proposal_id)
    pilot = queries.pilot_of(s, proposal_id)
    granted = queries.granted(s, proposal_id)
    _must(rules.may_end(proposal, pilot, spent, granted))
    assert pilot is not None
    pilot.outcome, pilot.outcome_text, pilot.learnt, pilot.outcome_lang = outcome, text, learnt, lang
    pilot.spent, pilot.outcome_at, pilot.outcome_by_id = spent, now, actor.person_id
    proposal.stage, proposal.changed_at = Stage.ENDED, now
    s.flush()
    actions_money.give_back(actor, proposal, granted - spent)
    record(actor, "published outcome", KIND, proposal_id, after={"outcome": outcome, "spent": spent})
    tell(proposal, "innovation.outcome", {"outcome": rules.OUTCOMES[outcome]}, free=(lang, text), followers=True)
