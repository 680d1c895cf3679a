"""The day of a session: who came is ticked once, however often it is sent; whoever stands at the door gets a free seat;
what people need is for their trainer."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.audit.models_looks import Look
from portal.base import db
from portal.base.web import Portal
from portal.workshops import actions, actions_day, queries
from portal.workshops.models import Attendance, Booking, Day, Need, Session
from tests.client import Client
from tests.identity.help import enter
from tests.workshops import town


@pytest.fixture
def at(app: Portal) -> int:
    """A session that begins in an hour, with two bookings."""
    number = town.open_session(app, days=1 / 24, seats=3)
    with db.write() as s:
        s.get_one(Session, number).trainer_id = town.person("Tiiu Saar", "trainer").person_id
        town.book(town.person("Ana Ilves"), number, town.wish(needs={"wheelchair": True}))
        town.book(town.person("Bert Oja"), number)
    return number


def page_of(client: Client, at: int) -> str:
    """The address of the day's page."""
    return client.get(f"/en/staff/workshops/sessions/{at}/people").url


def ticks() -> dict[int, bool]:
    with db.read() as s:
        return {row.booking_id: row.came for row in s.scalars(select(Attendance))}


def test_a_tick_that_is_sent_again_changes_nothing(client: Client, at: int) -> None:
    enter(client, "Tiiu Saar", roles=["trainer"])
    page = page_of(client, at)
    first = {"booking": "1", "came": "1", "nonce": "first-tick", "at": "1"}
    assert client.post(f"{page}/tick", first, page=page, follow=False).status == 204
    later = {"booking": "1", "came": "0", "nonce": "second-tick", "at": "2"}
    assert client.post(f"{page}/tick", later, page=page, follow=False).status == 204
    assert client.post(f"{page}/tick", first, page=page, follow=False).status == 204  # the network came back late
    assert ticks() == {1: False}


def test_without_a_script_a_press_is_a_tick(client: Client, at: int) -> None:
    enter(client, "Tiiu Saar", roles=["trainer"])
    page = page_of(client, at)
    answer = client.post(f"{page}/tick", {"booking": "2", "came": "1"}, page=page)
    assert "1 came" in answer.text
    assert ticks() == {2: True}
    for wrong in ({"booking": "99"}, {"booking": "x"}, {"booking": "1", "nonce": "!"}):
        assert client.post(f"{page}/tick", {"came": "1"} | wrong, page=page).status == 404


def test_whoever_stands_at_the_door_gets_a_free_seat_and_no_more(client: Client, at: int) -> None:
    enter(client, "Tiiu Saar", roles=["trainer"])
    page = page_of(client, at)
    walk = {"name": "Old Juhan", "language": "en"}
    form = client.get(page).fields() | walk
    assert "has a seat" in client.post(f"{page}/walk-in", form, page=page).text
    assert client.post(f"{page}/walk-in", form, page=page).status == 200  # the same press twice
    with db.read() as s:
        booking = s.scalars(select(Booking).where(Booking.channel == "walk_in")).one()
        assert (booking.guest, ticks()[booking.id]) == (True, True)
    answer = client.post(f"{page}/walk-in", walk | {"nonce": "other-one"}, page=page)
    assert answer.status == 409 and "All seats are taken" in answer.text and "Old Juhan" in answer.html
    assert client.post(f"{page}/walk-in", {"name": "", "language": "en"}, page=page).status == 422


def test_what_people_need_is_for_their_trainer_alone(client: Client, app: Portal, at: int) -> None:
    enter(client, "Tiiu Saar", roles=["trainer"])
    page = page_of(client, at)
    assert "room for a wheelchair" in client.get(page).text
    assert "room for a wheelchair" in client.get(f"{page}/sheet").text
    planner = Client(app)
    enter(planner, "Pia Plan", roles=["programme"])
    assert "wheelchair" not in planner.get(page).text and "Ana Ilves" in planner.get(page).text
    other = Client(app)
    enter(other, "Other Trainer", roles=["trainer"])
    assert other.get(page).status == 404
    with db.read() as s:
        looked = {(look.person_id, look.page) for look in s.scalars(select(Look))}
        assert {(booking.person_id, "workshops_staff.day") for booking in s.scalars(select(Booking))} <= looked


def test_somebody_is_found_by_name_and_by_code(client: Client, at: int) -> None:
    enter(client, "Tiiu Saar", roles=["trainer"])
    page = page_of(client, at)
    with db.read() as s:
        slip = queries.slip_of(s.get_one(Booking, 2))
    assert "Bert Oja" not in client.get(f"{page}?q=ilves").text
    found = client.get(f"{page}?q={slip.lower()}").text
    assert "Bert Oja" in found and "Ana Ilves" not in found
    assert "Nobody on this list" in client.get(f"{page}?q=nobody").text


def test_ticks_have_their_time(app: Portal) -> None:
    number = town.open_session(app, days=5)
    with db.write() as s:
        booking = town.book(town.person("Ana Ilves"), number)
        day = s.scalars(select(Day)).one()
        ana = town.person("Tiiu Saar", "trainer")
        for when, word in ((town.now(), "two hours before"), (day.ends_at + timedelta(days=15), "two weeks")):
            with pytest.raises(actions.Denied, match=word):
                actions_day.tick(ana, booking.id, day.id, True, "nonce-one", when, when)
        assert actions_day.tick(ana, booking.id, day.id, True, "nonce-one", day.starts_at, day.starts_at)


def test_notes_are_read_before_the_next_session(client: Client, at: int) -> None:
    enter(client, "Tiiu Saar", roles=["trainer"])
    page = page_of(client, at)
    answer = client.post(f"/en/staff/workshops/sessions/{at}/notes", {"body": "Begin with the letters."}, page=page)
    assert "Begin with the letters." in answer.text
    with db.read() as s:
        assert s.scalars(select(Need)).all() != []
