"""Many sessions at once: patterns, slots, terms and their copies, holidays."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from portal.base import db, ground
from portal.base.web import Portal
from portal.workshops.models import Day, Holiday, Session, SessionState, Term
from tests.client import Client
from tests.identity.help import enter
from tests.workshops import town

HERE = "/en/staff/workshops"


@pytest.fixture
def course(client: Client, app: Portal) -> int:
    """A course, and somebody who plans."""
    ground.stand_on(app.ground)
    with db.write():
        town.house()
        number = town.workshop().id
    enter(client, "Pia Plan", roles=["programme"])
    return number


def pattern(**more: str | list[str]) -> dict[str, str | list[str]]:
    first = town.now() + timedelta(days=30)
    return {
        "kind": "each", "first-day": str(first.day), "first-month": str(first.month), "first-year": str(first.year),
        "weekdays": ["0", "2"], "at": "10:00", "minutes": "90", "every": "1", "times": "4", "venue": "1", "seats": "8",
        "spoken": ["en"], "go": "look", **more,
    }  # fmt: skip


def sessions() -> int:
    with db.read() as s:
        return s.scalar(select(func.count()).select_from(Session)) or 0


def test_the_days_are_shown_before_they_are_made(client: Client, course: int) -> None:
    at = f"{HERE}/offered/{course}/sessions/many"
    assert "This makes 4 drafts" in client.post(at, pattern()).text
    assert sessions() == 0
    assert "4 drafts are made." in client.post(at, pattern(go="make")).text
    with db.read() as s:
        assert set(s.scalars(select(Session.state))) == {SessionState.DRAFT}


def test_a_series_is_one_session_and_slots_are_one_person_each(client: Client, course: int) -> None:
    at = f"{HERE}/offered/{course}/sessions/many"
    client.post(at, pattern(kind="series", go="make"))
    with db.read() as s:
        assert (sessions(), s.scalar(select(func.count()).select_from(Day))) == (1, 4)
    client.post(at, pattern(kind="slots", times="1", each_minutes="30", go="make"))
    with db.read() as s:
        assert s.scalars(select(Session.seats).order_by(Session.id)).all() == [8, 1, 1, 1]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"times": "", "until-day": ""}, "Say how often, or until which day."),
        ({"at": "ten"}, "Enter a time, such as 10:00."),
        ({"but": "tomorrow"}, "Write each day as year, month and day"),
        ({"kind": "slots"}, "Enter how many minutes each person has."),
        ({"weekdays": []}, "Choose at least one."),
        ({"first-day": "31", "first-month": "2"}, "Enter a real date"),
    ],
)
def test_what_does_not_fit_is_said_at_the_field(client: Client, course: int, given: dict[str, str], said: str) -> None:
    page = client.post(f"{HERE}/offered/{course}/sessions/many", pattern(**given, go="make"))
    assert page.status == 422 and said in page.text
    assert sessions() == 0


def test_holidays_are_left_out_and_terms_are_copied(client: Client, course: int) -> None:
    def span(kind: str, start: int, end: int) -> dict[str, str]:
        found = {f"{kind}-name_en": f"Span {start}"}
        for name, days in (("first", start), ("last", end)):
            day = town.now() + timedelta(days=days)
            found |= {
                f"{kind}-{name}-day": str(day.day),
                f"{kind}-{name}-month": str(day.month),
                f"{kind}-{name}-year": str(day.year),
            }
        return found

    terms = f"{HERE}/terms"
    for start, end in ((0, 90), (182, 272)):
        assert "The term is stored." in client.post(terms, span("term", start, end)).text
    assert client.post(terms, span("term", 9, 2)).status == 422
    assert "The holiday is stored." in client.post(f"{HERE}/holidays", span("holiday", 31, 60), page=terms).text
    with db.read() as s:
        one, other = s.scalars(select(Term.id).order_by(Term.id)).all()
        holiday = s.scalars(select(Holiday.id)).one()
    made = client.post(f"{HERE}/offered/{course}/sessions/many", pattern(term=str(one), go="look"))
    assert "Holiday" in made.text
    client.post(f"{HERE}/offered/{course}/sessions/many", pattern(term=str(one), go="make"))
    before = sessions()
    copy = f"{HERE}/terms/{one}/copy"
    assert sessions() == before
    client.post(copy, {"into": str(other), "go": "look"})
    assert sessions() == before
    assert "drafts are made" in client.post(copy, {"into": str(other), "go": "make"}).text
    assert sessions() > before
    assert "Taken away." in client.post(f"{HERE}/holidays/{holiday}/remove", {}, page=terms).text
    assert client.post(f"{HERE}/holidays/{holiday}/remove", {}, page=terms).status == 404
