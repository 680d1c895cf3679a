"""Fills what the city answered, and how far the winners of the finished budget are: one finished with photos and a
measured benefit, one late, one delayed with its reason; an older call whose ideas are all answered, and closed."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from portal.base import clock
from portal.base.actor import Actor
from portal.budgeting.actions import origins, works
from portal.budgeting.models import Budget, Project
from portal.budgeting.models_works import Delay, Milestone, Moment, WorkNews
from portal.budgeting.queries.works import fates
from portal.demo import content
from portal.ideas import actions, actions_answers, actions_calls
from portal.ideas.models import Call, Idea, IdeaState, Support
from portal.ideas.models_answers import Answer, Outcome
from portal.ideas.rules import Written
from portal.identity import actions as people
from portal.identity.demo_idp import ISSUER
from portal.identity.models import Person
from portal.places.models import District
from portal.processes.models import PhaseKind

FINISHED = "decides-2025"


def photos() -> list[str]:
    """The pictures that have to be drawn: motif and seed."""
    return [one["picture"] for one in content.works()["photo"]]


def seed_works(s: Session, officer: Actor, pictures: Mapping[str, int], midnight: Any) -> None:
    """The older call, answers, works. `midnight(days)`: the first instant of a day, counted from today; `pictures`: the
    files of drawings by motif and seed."""
    told = content.works()
    call = _call(s, officer, told, midnight)
    budget = s.scalars(select(Budget).where(Budget.slug == FINISHED)).one()
    projects = {row.code: row for row in s.scalars(select(Project).where(Project.budget_id == budget.id))}
    numbers = {row.title: row for row in s.scalars(select(Idea))}
    for one in told["answer"]:
        _answer(s, officer, one, numbers)
    for one in told["idea"]:
        if one.get("project") in projects:
            idea = numbers[one["title"]]
            s.execute(update(Idea).where(Idea.id == idea.id).values(state=IdeaState.FEASIBLE))
            s.refresh(idea)
            origins.link(officer, budget, projects[one["project"]], idea)
    _date_back(s, call, midnight)
    actions_answers.close(officer, call)
    call.closed_at = midnight(-420)
    won = fates(s, budget) or {}
    for one in told["work"]:
        if won.get(one["project"]):
            _work(s, officer, budget, projects[one["project"]], one, told, midnight)
    for one in told["photo"]:
        if won.get(one["project"]):
            works.add_photo(
                officer, budget, projects[one["project"]], file_id=pictures[one["picture"]], moment=Moment(one["moment"]),
                taken_on=midnight(one["day"]).date(), texts={"alt": one["alt"]},
            )  # fmt: skip
    for one in told["benefit"]:
        if won.get(one["project"]):
            works.add_benefit(
                officer, budget, projects[one["project"]],
                texts={name: one[name] for name in ("name", "expected", "measured") if name in one},
                measured_on=midnight(one["measured_on"]).date() if "measured_on" in one else None,
            )  # fmt: skip
    for one in told["news"]:
        if won.get(one["project"]):
            texts = {"title": one["title"], "body": one["body"]}
            row = works.add_news(officer, budget, projects[one["project"]], texts=texts)
            s.execute(update(WorkNews).where(WorkNews.id == row.id).values(at=midnight(one["day"])))


def _call(s: Session, officer: Actor, told: Mapping[str, Any], midnight: Any) -> Call:
    one = told["call"]
    call = actions_calls.create(
        officer, slug=one["slug"], texts={"title": one["title"], "summary": one["summary"]}, short_list_size=3
    )
    dates = {
        PhaseKind.SUBMIT: (midnight(one["start"]), midnight(one["end"])),
        PhaseKind.REVIEW: (midnight(one["end"]), midnight(one["end"] + 45)),
    }
    actions_calls.set_dates(officer, call, dates)
    kinds = {c.id: c for c in content.city().categories}
    used = list(dict.fromkeys(idea["category"] for idea in told["idea"] if idea["category"] in kinds))
    actions_calls.set_categories(officer, call, [(None, dict(kinds[key].name)) for key in used])
    numbers = dict(zip(used, actions_calls.category_ids(call), strict=True))
    residents = list(s.scalars(select(Person.id).where(Person.name.like("Resident %")).order_by(Person.id)))
    for idea in told["idea"]:
        _idea(s, call, idea, numbers, residents)
    actions_calls.show(officer, call, True)
    return call


def _idea(s: Session, call: Call, one: Mapping[str, Any], kinds: Mapping[str, int], residents: Sequence[int]) -> None:
    city, at = content.city(), one.get("at")
    home = next((d.id for d in city.districts if at and d.holds(*at)), None)
    district = s.scalar(select(District.id).where(District.code == home)) if home else None
    names = {p.sub: p.name for p in (*content.personas(), *content.residents())}
    author = people.person_for(s, ISSUER, one["author"], name=names[one["author"]], language=None, now=clock.now())
    words = Written(
        title=one["title"],
        body=one["text"],
        language=one["lang"],
        category_id=kinds.get(one["category"]),
        district_id=district,
        place=one["place"],
        cost_guess=one["cost"] * 100 or None,
    )
    if at:
        words = replace(words, x=at[0] / city.width, y=at[1] / city.height)
    made = actions.submit(Actor(person_id=author.id), call, words)
    day = clock.now() - timedelta(days=one["days"])
    start = zlib.crc32(one["text"].encode()) % len(residents)
    some = [residents[(start + n) % len(residents)] for n in range(one["supports"])]
    s.execute(insert(Support), [{"idea_id": made.id, "person_id": who, "on_day": day.date()} for who in some])
    moments = {"created_at": day, "changed_at": day, "published_at": day}
    s.execute(update(Idea).where(Idea.id == made.id).values(**moments, supports=len(some)))
    s.refresh(made)


def _answer(s: Session, officer: Actor, one: Mapping[str, Any], numbers: Mapping[str, Idea]) -> None:
    ideas = [numbers[title] for title in one["ideas"] if title in numbers]
    if not ideas:
        return
    call = s.get_one(Call, ideas[0].call_id)
    answer = actions_answers.draft(
        officer, call, ideas, outcome=Outcome(one["outcome"]), answered_by=one["by"],
        said={name: one.get(name, {}) for name in ("state", "role", "body")},
    )  # fmt: skip
    if not one.get("draft"):
        actions_answers.publish(officer, call, [answer.id])


def _date_back(s: Session, call: Call, midnight: Any) -> None:
    """The answers of the older call are as old as they would be."""
    day = midnight(-440)
    s.execute(
        update(Answer)
        .where(Answer.call_id == call.id)
        .values(created_at=day, changed_at=day, published_at=day)
        .execution_options(synchronize_session=False)
    )


def _work(
    s: Session,
    officer: Actor,
    budget: Budget,
    project: Project,
    one: Mapping[str, Any],
    told: Mapping[str, Any],
    midnight: Any,
) -> None:
    for name, first, now, done, reason in one["steps"]:
        row = works.add_milestone(
            officer, budget, project, planned_on=midnight(first).date(), texts={"title": told["step"][name]}
        )
        if now:
            moved = works.move_milestone(officer, budget, project, row, midnight(now).date(), told["reason"][reason])
            s.execute(update(Delay).where(Delay.id == moved.id).values(at=midnight(first)))
        if done:
            s.execute(update(Milestone).where(Milestone.id == row.id).values(done_on=midnight(done).date()))
    for day, euros, what in one["paid"]:
        works.add_spending(
            officer, budget, project, on_day=midnight(day).date(), amount=euros * 100,
            texts={"what": told["paid"][what]},
        )  # fmt: skip
