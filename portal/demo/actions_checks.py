"""Fills the check of ideas: who has which, what was found and when, objections, and a short list with a pick of the
council."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.base import clock, i18n
from portal.base.actor import Actor
from portal.base.ground import settings
from portal.demo import content
from portal.ideas import actions_object, actions_shortlist, actions_value
from portal.ideas.models import Call, Idea
from portal.ideas.models_value import Subject
from portal.ideas.rules_value import Finding, Line
from portal.identity.demo_idp import ISSUER
from portal.identity.models import Identity, Person
from portal.identity.queries_colleagues import Colleague, colleagues

FROZEN = ("ideas-2026", 80)  # the call whose list is made, and how many days ago
DECIDES = "ines"


def seed_checks(s: Session, departments: dict[str, int], midnight: Callable[[int], datetime]) -> None:
    """Everything in the order in which it happened, each at its own time."""
    city = settings().city
    i18n.set_locale(i18n.lang(), city.time_zone, city.currency)  # days end when they end in the city
    people = _people(s)
    staff = colleagues(s, clock.now())
    for one in content.checks():
        idea = s.scalars(select(Idea).where(Idea.title == one["idea"])).one_or_none()
        if idea is not None:
            _check(one, idea.id, idea.author_id, people, departments, staff)
    slug, days = FROZEN
    call = s.scalars(select(Call).where(Call.slug == slug)).one()
    actions_shortlist.freeze(people["bo"], call.id, midnight(-days))
    for one in content.picks():
        idea = s.scalars(select(Idea).where(Idea.title == one["idea"], Idea.call_id == call.id)).one()
        actions_shortlist.pick(
            people["bo"], call, idea.id, reason=one["reason"], language=one["lang"], now=_ago(one["days"])
        )


def _people(s: Session) -> dict[str, Actor]:
    roles = {one.sub: frozenset(one.roles) for one in content.personas()}
    rows = s.execute(
        select(Identity.sub, Person.id, Person.name)
        .join(Person, Person.id == Identity.person_id)
        .where(Identity.issuer == ISSUER)
        .order_by(Person.id)
    )
    return {row.sub: Actor(person_id=row.id, name=row.name, roles=roles.get(row.sub, frozenset())) for row in rows}


def _ago(days: int) -> datetime:
    return clock.now() - timedelta(days=days)


def _check(
    one: dict[str, Any],
    idea_id: int,
    author_id: int | None,
    people: dict[str, Actor],
    departments: dict[str, int],
    staff: dict[int, Colleague],
) -> None:
    officer = people[one["officer"]] if "officer" in one else people["bo"]
    today = i18n.in_zone(clock.now()).date()
    actions_value.assign(
        people["bo"],
        idea_id,
        department_id=departments[one["department"]] if "department" in one else None,
        officer=staff.get(officer.person_id or 0) if "officer" in one else None,
        due_on=today + timedelta(days=one["due"]),
        now=_ago(one["given"]),
    )
    for words in one.get("notes", []):
        actions_value.note(officer, idea_id, words)
    lines: tuple[Line, ...] = ()
    for found in one.get("found", []):
        lines = tuple(Line(label, euros * 100) for label, euros in found["lines"])
        finding = Finding(found["feasible"], found["reason"], found["lang"], lines)
        actions_value.publish(officer, idea_id, finding, role="budget_officer", now=_ago(found["days"]))
    said_no = one.get("objection")
    if said_no is None:
        return
    row = actions_object.object_to(
        Actor(person_id=author_id),
        idea_id,
        Subject(said_no["subject"]),
        words=said_no["words"],
        language=said_no["lang"],
        now=_ago(said_no["days"]),
    )
    if "decided" in said_no:
        actions_object.decide(
            people[DECIDES],
            row.id,
            upheld=said_no["upheld"],
            statement=said_no["statement"],
            language=said_no["statement_lang"],
            now=_ago(said_no["decided"]),
            due_on=today + timedelta(days=said_no["due"]) if "due" in said_no else None,
            lines=lines,
        )
