"""The plan of the vote is set, and the vote is handed over to voting, which opens it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from portal.audit.actions import record
from portal.base import clock, db, texts
from portal.base.actor import Actor
from portal.base.i18n import _l
from portal.base.verdict import no
from portal.budgeting import rules
from portal.budgeting.actions.budgets import must_be_loose, touch
from portal.budgeting.models import BallotKind, Budget, PotVoters, Publication, VotePlan
from portal.budgeting.queries.plan import plan_of, readiness, regulation_of
from portal.budgeting.rules import Denied
from portal.identity import actions as people
from portal.processes import rules as process_rules
from portal.processes.models import PhaseKind
from portal.processes.queries import phases_of
from portal.voting import actions as vote_actions
from portal.voting.models import Vote


def set_plan(
    actor: Actor,
    budget: Budget,
    *,
    ready: str | None,
    ballot: BallotKind = BallotKind.APPROVAL,
    min_choices: int = 1,
    max_choices: int | None = None,
    age: int | None = None,
    age_on: date | None = None,
    residents_only: bool = True,
    pot_voters: PotVoters = PotVoters.ANY,
    districts: list[str] | None = None,
    publication: Publication = Publication.FULL,
    complaint_days: int = 14,
    rule: dict[str, Any] | None = None,
    draw_name: str = "",
    draw_on: date | None = None,
) -> VotePlan:
    """Replaces the plan. An age rule is made known to the sign-in at once: no birth date is stored, so people who sign
    in from now on bring the answer. Raises Denied when frozen."""
    must_be_loose(budget)
    s = db.session()
    plan = plan_of(s, budget)
    before = _told(plan)
    plan.ready, plan.rule = ready, dict(rule or {})
    plan.ballot, plan.min_choices, plan.max_choices = ballot, min_choices, max_choices
    plan.age, plan.age_on = (age, age_on) if age and age_on else (None, None)
    plan.residents_only, plan.pot_voters, plan.districts = residents_only, PotVoters(pot_voters), districts
    plan.publication, plan.complaint_days = Publication(publication), complaint_days
    plan.draw_name, plan.draw_on = (draw_name, draw_on) if draw_name and draw_on else ("", None)
    s.flush()
    if plan.age and plan.age_on:
        _ask_age(budget, plan.age, plan.age_on)
    touch(actor, budget)
    record(actor, "set_plan", "budget", budget.id, before=before, after=_told(plan))
    return plan


def _ask_age(budget: Budget, years: int, on: date) -> None:
    s = db.session()
    vote = process_rules.find(phases_of(s, [budget.process_id])[budget.process_id], PhaseKind.VOTE)
    closes = vote.closes_at.date() if vote is not None and vote.closes_at is not None else on
    until = max(closes, on, clock.now().date()) + timedelta(days=366)  # dates of a plan still move
    people.need_age(s, years=years, on=on, until=until)


def give_reason(actor: Actor, budget: Budget, lang: str, reason: str) -> None:
    """Says to the public why texts are missing in a language; an empty reason takes it back. Denied when frozen."""
    must_be_loose(budget)
    before = dict(budget.language_reasons)
    after = {key: said for key, said in before.items() if key != lang}
    if reason.strip():
        after[lang] = reason.strip()
    budget.language_reasons = after
    touch(actor, budget)
    record(actor, "give_reason", "budget", budget.id, before=before, after=after)


def prepare(actor: Actor, budget: Budget) -> Vote:
    """Hands projects, amounts, rule and dates to voting as a prepared vote; a second call replaces it.

    Raises Denied while the check list has open points or when the vote has been opened already.
    """
    must_be_loose(budget)
    s = db.session()
    checks = rules.check_list(readiness(s, budget), clock.city_now())
    if not rules.ready(checks):
        missing = next(check.text for check in checks if not check.ok and not check.warning)
        raise Denied(no(_l("The vote cannot be prepared yet."), next=missing))
    plan = plan_of(s, budget)
    regulation = regulation_of(s, budget, plan)
    phase = process_rules.find(phases_of(s, [budget.process_id])[budget.process_id], PhaseKind.VOTE)
    assert regulation is not None and phase is not None and phase.closes_at is not None  # the check list saw to it
    titles = {
        lang: row.body for (field, lang), row in texts.all_languages(s, "budget", budget.id).items() if field == "title"
    }
    vote = vote_actions.prepare_vote(
        s,
        actor,
        kind="budget",
        object_id=budget.id,
        title=titles,
        regulation=regulation,
        opens_at=phase.opens_at,
        closes_at=phase.closes_at,
        process_id=budget.process_id,
    )
    record(actor, "prepare_vote", "budget", budget.id, after={"projects": len(regulation["projects"])})
    return vote


def _told(plan: VotePlan) -> dict[str, Any]:
    return {
        "ready": plan.ready,
        "rule": plan.rule,
        "ballot": plan.ballot.value,
        "min": plan.min_choices,
        "max": plan.max_choices,
        "age": plan.age,
        "age_on": plan.age_on.isoformat() if plan.age_on else None,
        "residents_only": plan.residents_only,
        "pot_voters": plan.pot_voters.value,
        "districts": plan.districts,
        "publication": plan.publication.value,
        "complaint_days": plan.complaint_days,
        "draw": [plan.draw_name, plan.draw_on.isoformat()] if plan.draw_on else None,
    }
