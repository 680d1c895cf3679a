"""A small call for ideas to test with."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from portal.base import clock, db, ground
from portal.base.actor import Actor
from portal.base.web import Portal
from portal.ideas import actions, actions_calls, actions_value
from portal.ideas.models import Call, Idea
from portal.ideas.rules import Written
from portal.ideas.rules_value import Finding, Line
from portal.places import actions as places
from portal.places.models import District
from portal.processes.models import PhaseKind

OFFICER = Actor(name="Bo", roles=frozenset({"moderator", "budget_officer"}))
LANGUAGES = ("en", "de", "et", "fr", "pl", "ar")


def add_call(
    app: Portal, *, slug: str = "2027", opens: float = -1, closes: float = 7, shown: bool = True, **settings: Any
) -> int:
    """A call whose ideas are handed in between so many days from now, with two categories; returns its id."""
    ground.stand_on(app.ground)
    now = clock.city_now()
    with db.write() as s:
        if s.query(District).first() is None:
            names = {lang: f"Northfield {lang}" for lang in LANGUAGES}
            assert isinstance(places.add_district(OFFICER, code="north", names=names), District)
        texts = {
            "title": {lang: f"Ideas {slug} {lang}" for lang in LANGUAGES},
            "summary": {"en": "What should be there?", "de": "Was soll hier sein?"},
            "rules": {"en": "Be **kind**."},
        }
        call = actions_calls.create(OFFICER, slug=slug, texts=texts, **settings)
        actions_calls.set_categories(OFFICER, call, [(None, {"en": "Green", "de": "Grün"}), (None, {"en": "Streets"})])
        if not call.always_open:
            dates = {
                PhaseKind.SUBMIT: (now + timedelta(days=opens), now + timedelta(days=closes)),
                PhaseKind.REVIEW: (now + timedelta(days=closes), now + timedelta(days=closes + 30)),
            }
            actions_calls.set_dates(OFFICER, call, dates)
        if shown:
            actions_calls.show(OFFICER, call, True)
        return call.id


def add_idea(app: Portal, call_id: int, person_id: int, title: str = "A bench", **changes: Any) -> int:
    """An idea of somebody; returns its number."""
    ground.stand_on(app.ground)
    with db.write() as s:
        call = s.get_one(Call, call_id)
        body = changes.pop("body", f"{title}: so that people can **rest**.")
        words = Written(title=title, body=body, language=changes.pop("language", "en"), **changes)
        return actions.submit(Actor(person_id=person_id), call, words).number


def call_id(slug: str) -> int:
    """The number of the call at an address."""
    with db.read() as s:
        return s.query(Call).filter_by(slug=slug).one().id


def idea_id(number: int) -> int:
    """The number of the row of an idea."""
    return idea(number).id


def value(
    app: Portal, number: int, *, feasible: bool = True, lines: tuple[Line, ...] | None = None, days: int = 0
) -> int:
    """The city has valued an idea so many days ago; returns the number of the valuation."""
    ground.stand_on(app.ground)
    priced = (Line("Wood", 40_000), Line("Work", 60_000)) if feasible and lines is None else lines or ()
    finding = Finding(feasible, "We looked at it **twice**.", "en", priced)
    of = idea_id(number)
    with db.write():
        now = clock.city_now() - timedelta(days=days)
        return actions_value.publish(OFFICER, of, finding, role="budget_officer", now=now).id


def idea(number: int) -> Idea:
    """The row of an idea as it stands now."""
    with db.read() as s:
        return s.query(Idea).filter_by(number=number).one()
