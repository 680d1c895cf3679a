"""What Sundhaven tries out: proposals at every stage, one pilot that worked, one that failed and one whose outcome is due.
Seeded only where the wing is on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.base import clock
from portal.base.actor import SYSTEM, Actor
from portal.demo import content
from portal.identity import actions as people
from portal.identity.demo_idp import ISSUER
from portal.identity.models import Identity
from portal.innovation import actions, actions_money, actions_pilot, actions_screen, rules
from portal.innovation.actions import Written
from portal.innovation.models import FundEntry, Move, Outcome, Proposal, Screening, Stage, StopWay

LEADS, COACHES = ("petra", "bo"), ("ines", "kai", "lia")
FUNDS = {"parks": 1_500_000, "culture": 900_000}
REASONS = (
    "People speak of it at the counter and in letters.",
    "Nobody here has done it yet, and opinions differ.",
    "One place and a few hundred euros are enough.",
    "It can be counted without asking anybody for their name.",
    "Nothing is done that could not be undone in a week.",
    "The department has said that it would go on with it.",
)


def seed_innovation(s: Session, departments: Mapping[str, int], today: date) -> None:
    """All proposals of the file, through the same actions as everybody's; then their times are moved back."""
    staff = {sub: _colleague(s, sub) for sub in (*LEADS, *COACHES)}
    funds = {
        (code, year): actions_money.open_fund(staff["petra"], departments[code], year, amount, "Budget of the council")
        for code, amount in FUNDS.items()
        for year in sorted({today.year, today.year - 1})
    }
    for one in content.innovation():
        _proposal(s, one, staff, departments, funds, today)


def _colleague(s: Session, sub: str) -> Actor:
    """A persona with the role that the track gives them."""
    person_id, name = _known(s, sub)
    role = rules.LEAD if sub in LEADS else rules.COACH
    given = people.grant_role(SYSTEM, person_id, role, clock.now())
    assert given, given.reason
    return Actor(person_id=person_id, name=name, roles=frozenset({role}))


def _known(s: Session, sub: str) -> tuple[int, str]:
    names = {one.sub: one.name for one in content.personas()}
    person_id = s.scalars(select(Identity.person_id).where(Identity.issuer == ISSUER, Identity.sub == sub)).one()
    return person_id, names[sub]


def _proposal(
    s: Session, one: Mapping[str, Any], staff: Mapping[str, Actor], departments: Mapping[str, int],
    funds: Mapping[tuple[str, int], Any], today: date,
) -> None:  # fmt: skip
    person_id, name = _known(s, one["by"])
    works = next(p.staff for p in content.personas() if p.sub == one["by"])
    proposer = Actor(person_id=person_id, name=name, roles=frozenset({"librarian"} if works else ()))
    words = {key: one[key] for key in ("title", "problem", "whom", "better")}
    row = actions.propose(
        proposer,
        Written(
            **words, language=one["lang"], department_id=departments[one["department"]], named=one.get("named", False)
        ),
    )
    row.held_at = None
    actions.index(s, row)
    at = clock.now() - timedelta(days=one["days"])
    row.created_at = row.changed_at = at
    screeners = [staff[sub] for sub in COACHES if sub != one["by"]][: one.get("screened", rules.SCREENERS)]
    answers = {key: (score, reason) for key, score, reason in zip(rules.KEYS, one["scores"], REASONS, strict=True)}
    for who in screeners:
        actions_screen.screen(who, row.id, answers, "en")
    s.execute(update(Screening).where(Screening.proposal_id == row.id).values(at=at + timedelta(days=9)))
    if "decided" not in one:
        return
    stage = Stage(one.get("stage", "try"))
    actions_screen.decide(staff["petra"], row.id, stage, one["decided"], one.get("decided_lang", "en"))
    row.decided_at = at + timedelta(days=14)
    if stage is not Stage.TRY:
        return
    coach = staff[next(sub for sub in COACHES if sub != one["by"])]
    assert coach.person_id is not None
    actions_screen.assign_coach(staff["petra"], row.id, coach.person_id)
    row.coach_since = at + timedelta(days=18)
    if "pilot" in one:
        _pilot(s, row, one, one["pilot"], coach, staff["bo"], funds, today)


def _pilot(
    s: Session, row: Proposal, one: Mapping[str, Any], it: Mapping[str, Any], coach: Actor, lead: Actor,
    funds: Mapping[tuple[str, int], Any], today: date,
) -> None:  # fmt: skip
    starts, ends = today - timedelta(days=it["starts"]), today - timedelta(days=it["ends"])
    # it is planned to end in the future, so that the same rules let it begin; its own dates come afterwards
    plan = actions_pilot.Plan(
        hypothesis=it["hypothesis"], measure=it["measure"], unit=it["unit"], baseline=it["baseline"],
        target=it["target"], starts_on=starts, ends_on=max(ends, today + timedelta(days=1)), cost=it["cost"],
        stop_rule=it["stop_rule"], stop_way=StopWay(it["stop_way"]) if "stop_way" in it else None,
        stop_at=it.get("stop_at"), lang=it.get("lang", "en"),
    )  # fmt: skip
    pilot = actions_pilot.plan(coach, row.id, plan)
    fund = funds[one["department"], today.year]
    actions_money.grant(lead, row.id, fund.id, it["cost"], "The plan is clear and the sum is small")
    actions_pilot.begin(coach, row.id)
    for days, value, note in it["values"]:
        actions_pilot.check_in(coach, row.id, today - timedelta(days=days), value, note, plan.lang)
    pilot.ends_on, pilot.begun_at = ends, _back(it["starts"])
    s.flush()
    if "outcome" in it:
        actions_pilot.publish_outcome(
            coach, row.id, Outcome(it["outcome"]), text=it["text"], learnt=it["learnt"], spent=it["spent"], lang="en"
        )
        pilot.outcome_at = _back(it.get("published", max(it["ends"] - 5, 0)))
    mine = FundEntry.proposal_id == row.id
    s.execute(update(FundEntry).where(mine, FundEntry.move == Move.GRANT).values(at=_back(it["starts"] + 4)))
    s.execute(update(FundEntry).where(mine, FundEntry.move == Move.RETURN).values(at=pilot.outcome_at))


def _back(days: int) -> datetime:
    return clock.now() - timedelta(days=days)
