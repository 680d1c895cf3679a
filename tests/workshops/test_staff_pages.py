"""The programme's back office: who sees which sessions, planning, moving, calling off."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.base import db, ground
from portal.base.actor import SYSTEM
from portal.base.web import Portal
from portal.identity import actions_help
from portal.notifications.models import Message
from portal.workshops.models import Booking, BookingState, Day, Session, SessionState, Workshop
from tests.client import Client
from tests.identity.help import enter
from tests.workshops import town

HERE = "/en/staff/workshops"


@pytest.fixture
def houses(app: Portal) -> dict[str, int]:
    """A library and a mill, each with a session of the same course."""
    ground.stand_on(app.ground)
    with db.write():
        library, mill, course = town.house(), town.house("Old mill", "Mill Lane 3"), town.workshop()
        return {
            "library": library, "mill": mill, "course": course.id,
            "in_library": town.session(course, library, days=5).id,
            "in_mill": town.session(course, mill, days=6, times=3).id,
            "draft": town.session(course, library, days=8, state=SessionState.DRAFT).id,
        }  # fmt: skip


def seen(client: Client, houses: dict[str, int], query: str = "") -> set[str]:
    page = client.get(f"{HERE}/{query}")
    names = ("in_library", "in_mill", "draft")
    return {name for name in names if f'/en/staff/workshops/sessions/{houses[name]}"' in page.html}


def test_library_staff_see_their_house_only(client: Client, app: Portal, houses: dict[str, int]) -> None:
    number = enter(client, "Lia Rossi", roles=["librarian"])
    assert seen(client, houses) == set()  # nobody has named her house yet
    with db.write():
        actions_help.set_places(SYSTEM, number, [houses["library"]])
    assert seen(client, houses) == {"in_library"}
    assert client.get(f"{HERE}/sessions/{houses['in_mill']}").status == 404
    assert client.get(f"{HERE}/sessions/{houses['in_library']}").status == 200
    for path in ("edit", "move", "off"):  # she looks, and plans nothing
        assert client.get(f"{HERE}/sessions/{houses['in_library']}/{path}").status == 403


def test_who_plans_sees_all_and_a_trainer_what_they_hold(client: Client, app: Portal, houses: dict[str, int]) -> None:
    enter(client, "Pia Plan", roles=["programme"])
    assert seen(client, houses) == {"in_library", "in_mill"}
    assert seen(client, houses, "?show=draft") == {"draft"}
    assert seen(client, houses, f"?venue={houses['mill']}") == {"in_mill"}
    assert seen(client, houses, "?q=FIRST") == {"in_library", "in_mill"}
    trainer = Client(app)
    number = enter(trainer, "Tiiu Saar", roles=["trainer"])
    with db.write() as s:
        s.get_one(Session, houses["in_mill"]).trainer_id = number
    assert seen(trainer, houses) == {"in_mill"}


def test_a_workshop_is_written_shown_and_not_overwritten(client: Client, app: Portal, houses: dict[str, int]) -> None:
    enter(client, "Pia Plan", roles=["programme"])
    given = {
        "slug": "mail",
        "purpose": "course",
        "level": "messages",
        "minutes": "60",
        "title_en": "Mail",
        "title_de": "Post",
    }
    wrong = client.post(f"{HERE}/offered/new", given | {"level": "", "title_en": "", "title_de": ""})
    assert wrong.status == 422
    assert "Enter a title in at least one language." in wrong.text and "A course has a step" in wrong.text
    assert client.post(f"{HERE}/offered/new", given | {"slug": "sessions"}).status == 422
    page = client.post(f"{HERE}/offered/new", given)
    assert "Only staff see it." in page.text
    with db.read() as s:
        row = s.scalars(select(Workshop).where(Workshop.slug == "mail")).one()
    assert client.get("/en/workshops/mail").status == 404
    client.post(f"{page.url}/show", {}, page=page.url)
    assert "Mail" in client.get("/en/workshops/mail").text
    stale = client.post(page.url, given | {"title_en": "Letters", "version": str(row.version - 1)})
    assert stale.status == 409 and "Somebody else has changed this" in stale.text and "Letters" in stale.html


def test_a_session_is_planned_as_a_draft_and_opened(client: Client, app: Portal, houses: dict[str, int]) -> None:
    enter(client, "Pia Plan", roles=["programme"])
    when = (town.now() + timedelta(days=30)).strftime("%Y-%m-%dT10:00")
    given = {
        "starts": when, "minutes": "90", "days": "4", "venue": str(houses["mill"]), "seats": "8", "devices": "2",
        "companions": "1", "spoken": ["en", "ar"], "signed": ["eso"], "takes_waiting": "1", "offer_hours": "24",
        "note_en": "Ring the bell",
    }  # fmt: skip
    page = client.post(f"{HERE}/offered/{houses['course']}/sessions/new", given)
    assert "stored as a draft" in page.text
    number = int(page.url.rsplit("/", 1)[1])
    with db.read() as s:
        days = s.scalars(select(Day).where(Day.session_id == number).order_by(Day.starts_at)).all()
        assert len(days) == 4 and days[1].starts_at - days[0].starts_at >= timedelta(days=6, hours=23)
    assert client.get(f"/en/workshops/sessions/{number}").status == 404
    client.post(f"{HERE}/drafts/open", {"session": [str(number), "999", "x"]}, page=f"{HERE}/")
    assert "Ring the bell" in client.get(f"/en/workshops/sessions/{number}").text
    bad = client.post(f"{HERE}/offered/{houses['course']}/sessions/new", given | {"starts": "soon", "seats": ""})
    assert bad.status == 422 and "Enter a day and a time" in bad.text and "Ring the bell" in bad.html


def test_seats_below_those_taken_are_refused_at_the_field(client: Client, houses: dict[str, int]) -> None:
    enter(client, "Pia Plan", roles=["programme"])
    with db.write():
        town.book(town.person("Ana Ilves"), houses["in_library"])
    at = f"{HERE}/sessions/{houses['in_library']}/edit"
    page = client.get(at)
    given = page.fields() | {"seats": "0", "devices": "0", "companions": "0", "offer_hours": "24", "takes_waiting": "1"}
    refused = client.post(at, given)
    assert refused.status == 422 and "So many are booked already" in refused.text
    assert "Saved." in client.post(at, given | {"seats": "20", "spoken": ["en"]}).text


def test_moving_and_calling_off_tell_everybody(client: Client, houses: dict[str, int]) -> None:
    enter(client, "Pia Plan", roles=["programme"])
    with db.write():
        ana = town.person("Ana Ilves").person_id
        town.book(town.person("Ana Ilves"), houses["in_library"])
    at = f"{HERE}/sessions/{houses['in_library']}"
    assert "1 person is told" in client.get(f"{at}/move").text
    when = (town.now() + timedelta(days=40)).strftime("%Y-%m-%dT10:00")
    given = {"starts": when, "minutes": "60", "days": "1", "venue": str(houses["mill"]), "reason": "Paint"}
    past = client.post(f"{at}/move", given | {"starts": "2020-01-01T10:00"})
    assert past.status == 422 and "This moment is over." in past.text
    assert "Moved." in client.post(f"{at}/move", given).text
    assert client.post(f"{at}/off", {"reason": ""}).status == 422
    assert "Called off." in client.post(f"{at}/off", {"reason": "Ill"}).text
    assert client.post(f"{at}/off", {"reason": "Ill"}).status == 409
    with db.read() as s:
        assert s.scalars(select(Booking.state)).all() == [BookingState.DROPPED]
        told = s.scalars(select(Message.notice).where(Message.person_id == ana).order_by(Message.id)).all()
        assert told[-2:] == ["workshop.moved", "workshop.called_off"]


def test_one_day_of_a_series_is_left_out(client: Client, houses: dict[str, int]) -> None:
    enter(client, "Pia Plan", roles=["programme"])
    with db.read() as s:
        days = s.scalars(select(Day.id).where(Day.session_id == houses["in_mill"]).order_by(Day.starts_at)).all()
    at = f"{HERE}/sessions/{houses['in_mill']}"
    for number in days[:2]:
        assert "The day is left out." in client.post(f"{at}/day/{number}/leave-out", {}, page=f"{at}/move").text
    assert "It is the only day" in client.post(f"{at}/day/{days[2]}/leave-out", {}, page=f"{at}/move").text
    assert client.post(f"{at}/day/9999/leave-out", {}, page=f"{at}/move").status == 404
