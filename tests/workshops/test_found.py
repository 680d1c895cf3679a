"""The programme elsewhere: feeds, calendars, open data, search, paper, the page of a process."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
from icalendar import Calendar

from portal.base import db, ground
from portal.base.actor import SYSTEM
from portal.base.web import Portal
from portal.budgeting.models import Budget
from portal.processes import actions as processes
from portal.workshops import actions_move
from portal.workshops.models import Purpose, Session
from tests.budgeting import town as budgets
from tests.client import Client
from tests.identity.help import enter
from tests.workshops import town

BASE = "http://127.0.0.1:8000"
OUT = ("sessions.atom", "sessions.ics", "data/sessions.csv", "data/sessions.json", "calendar", "programme")


def got(client: Client, path: str) -> str:
    answer = client.http.get(f"/en/workshops/{path}", base_url=BASE)
    assert answer.status_code == 200, path
    return answer.get_data(as_text=True)


@pytest.fixture
def at(app: Portal) -> int:
    """A session in a fortnight."""
    return town.open_session(app, days=14)


def test_what_is_open_to_all_is_told_everywhere_and_closed_circles_nowhere(
    client: Client, app: Portal, at: int
) -> None:
    with db.write() as s:
        circle = processes.begin("idea")
        circle.closed = True
        s.flush()
        town.session(
            town.workshop("circle", purpose=Purpose.MEETING, process_id=circle.id), town.house("School"), days=14
        )
    for path in OUT:
        month = "?month=" + (town.now() + timedelta(days=14)).strftime("%Y-%m") if path == "calendar" else ""
        said = got(client, path + month)
        assert "irst" in said and "ircle" not in said, path
    found = client.get("/en/search?q=first").text
    assert "First steps" in found
    assert client.get("/en/search?q=circle").text.count("Circle") == 0


def test_a_calendar_entry_keeps_its_name_when_it_moves(client: Client, at: int) -> None:
    first = Calendar.from_ical(got(client, "sessions.ics")).events[0]
    with db.write() as s:
        held = s.get_one(Session, at)
        start = town.now() + timedelta(days=21)
        actions_move.move(
            SYSTEM,
            at,
            [(start, start + timedelta(hours=1))],
            venue_id=held.venue_id,
            room="",
            reason="",
            lang="en",
            now=town.now(),
        )
    second = Calendar.from_ical(got(client, "sessions.ics")).events[0]
    assert first["UID"] == second["UID"] and second["SEQUENCE"] == first["SEQUENCE"] + 1
    with db.write():
        actions_move.not_held(SYSTEM, at, reason="Ill", lang="en", now=town.now())
    assert Calendar.from_ical(got(client, "sessions.ics")).events[0]["STATUS"] == "CANCELLED"


def test_feeds_and_calendars_of_a_house_and_of_a_workshop(client: Client, at: int) -> None:
    assert "First" in got(client, "sessions.atom?workshop=first-steps")
    assert "First" in got(client, "sessions.atom?venue=1")
    assert "<entry>" not in got(client, "sessions.atom?language=ar")
    assert client.http.get("/en/workshops/sessions.ics?workshop=nothing", base_url=BASE).status_code == 404


def test_the_table_names_nobody(client: Client, at: int) -> None:
    with db.write() as s:
        s.get_one(Session, at).trainer_name = "Tiiu Saar"
        town.book(town.person("Ana Ilves"), at)
    text = got(client, "data/sessions.csv")
    rows = list(csv.DictReader(io.StringIO(text.lstrip("\ufeff"))))
    assert (rows[0]["seats"], rows[0]["free"]) == ("8", "7")
    assert "Tiiu" not in text and "Ana" not in text


def test_the_calendar_has_its_months(client: Client, at: int) -> None:
    for month, status in (("2031-01", 200), ("2099-01", 404), ("soon", 200), ("2026-13", 200)):
        assert client.get(f"/en/workshops/calendar?month={month}").status == status, month
    assert client.get("/ar/workshops/calendar").status == 200
    # nobody, and no machine, is led on beyond the programme
    now, last = (town.now() + timedelta(days=days) for days in (0, 10))
    for of in {f"{now:%Y-%m}", f"{last:%Y-%m}"}:
        page = client.get(f"/en/workshops/calendar?month={of}").html
        assert ('rel="prev"' in page) is (of > f"{now:%Y-%m}") and ('rel="next"' in page) is (of < f"{last:%Y-%m}")
    page = client.get("/en/workshops/calendar?month=2031-01").html
    assert 'rel="prev"' in page and 'rel="next"' not in page


def test_a_budget_shows_its_meetings(client: Client, app: Portal) -> None:
    ground.stand_on(app.ground)
    budgets.add_budget(app, slug="2027", count=1)
    with db.write() as s:
        process_id = s.query(Budget).filter_by(slug="2027").one().process_id
        evening = town.workshop("evening", purpose=Purpose.MEETING, process_id=process_id)
        town.session(evening, town.house(), days=3)
    assert "Evening, " in client.get("/en/budget/2027/").text


def test_appointments_are_linked_where_one_needs_an_office(client: Client, app: Portal) -> None:
    enter(client, "Ana Ilves", district="north")
    link = "/en/workshops/?purpose=appointment"
    assert link not in client.get("/en/papers").html
    with db.write():
        at = town.session(town.workshop("desk", purpose=Purpose.APPOINTMENT), town.house(), seats=1)
    assert link in client.get("/en/papers").html
    with db.write():
        town.book(town.person("Bert Oja"), at.id)
    assert link not in client.get("/en/papers").html  # the last time is taken
