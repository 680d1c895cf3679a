"""After a session: certificate, stamp card, the question of three months, public figures, forgetting."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from portal.base import db
from portal.base.actor import SYSTEM
from portal.base.web import Portal
from portal.identity.models import Contact, Person
from portal.notifications.models import Message
from portal.papers.models import Paper
from portal.workshops import actions, actions_after, actions_day, queries, rules
from portal.workshops.models import (
    Booking,
    BookingState,
    Call,
    Day,
    Level,
    Need,
    Session,
    SessionState,
    Using,
    Workshop,
)
from tests.client import Client
from tests.identity.help import enter
from tests.workshops import town


@pytest.fixture
def at(app: Portal) -> int:
    """A course in an hour: Ana, Bert and a guest have seats, one waits."""
    number = town.open_session(app, days=3 / 24, seats=3, minutes=60)
    with db.write() as s:
        s.get_one(Workshop, s.get_one(Session, number).workshop_id).certificate = True
        for name in ("Ana Ilves", "Bert Oja"):
            town.book(town.person(name), number, town.wish(needs={"loop": True}))
        actions.book(SYSTEM, number, town.guest().id, town.wish(), town.now(), guest=True)
    return number


def tick(at: int, *came: int) -> datetime:
    """These bookings came; the answer is the end of the session."""
    with db.write() as s:
        day = s.scalars(select(Day).where(Day.session_id == at)).one()
        for number in came:
            assert actions_day.tick(SYSTEM, number, day.id, True, f"nonce-{number}", day.starts_at, day.starts_at)
        return day.ends_at


def test_a_session_that_is_over_is_closed_and_nobody_waits_any_more(at: int) -> None:
    with db.write():
        waits = town.book(town.person("Cleo Pärn"), at).id
    end = tick(at, 1)
    assert actions_after.close(end - timedelta(minutes=1)) == 0
    assert actions_after.close(end) == 1
    assert actions_after.close(end) == 0
    with db.read() as s:
        assert s.get_one(Session, at).state is SessionState.HELD
        assert s.get_one(Booking, waits).state is BookingState.DROPPED
        assert actions.recount(s, at)["seats_taken"] == s.get_one(Session, at).seats_taken


def test_who_came_has_one_certificate_and_who_did_not_none(client: Client, at: int) -> None:
    tick(at, 1)
    enter(client, "Ana Ilves")
    with db.read() as s:
        slips = [queries.slip_of(s.get_one(Booking, n)) for n in (1, 2)]
    for _twice in range(2):
        page = client.post(f"/en/workshops/booking/{slips[0]}/certificate", {}, page="/en/workshops/booking")
        assert "Certificate of attendance" in page.text
    with db.read() as s:
        paper = s.scalars(select(Paper)).one()
        assert paper.person_id == s.get_one(Booking, 1).person_id
    enter(client, "Bert Oja")
    page = client.post(f"/en/workshops/booking/{slips[1]}/certificate", {}, page="/en/workshops/booking")
    assert "A certificate is for those who came" in page.text
    page = client.post(f"/en/workshops/booking/{slips[0]}/certificate", {}, page="/en/workshops/booking")
    assert "for the person who came" in page.text


def test_the_stamp_card_shows_the_way_and_the_next_step(client: Client, at: int) -> None:
    tick(at, 1)
    with db.write() as s:
        town.session(town.workshop("mail", level=Level.MESSAGES), s.get_one(Session, at).venue_id, days=9)
    enter(client, "Ana Ilves")
    page = client.get("/en/workshops/stamps")
    assert page.text.count("Done") == 1 and "The next step: Messages and calls" in page.text and "Mail" in page.text


def test_three_months_later_everybody_is_asked_once_by_their_way(client: Client, at: int) -> None:
    end = tick(at, 1, 3)
    actions_after.close(end)
    due = end + rules.STILL_USING_AFTER
    assert actions_after.ask(due - timedelta(hours=1)) == 0
    assert actions_after.ask(due) == 2
    assert actions_after.ask(due) == 0
    with db.read() as s:
        told = s.scalars(select(Message.person_id).where(Message.notice == "workshop.still_using")).all()
        assert sorted(told) == sorted(s.get_one(Booking, n).person_id or 0 for n in (1, 3))
        assert [call.booking_id for call in s.scalars(select(Call))] == [3]  # who has a telephone only is called
        slips = [queries.slip_of(s.get_one(Booking, n)) for n in (1, 2)]
    page = client.post(f"/en/workshops/booking/{slips[0]}/still-using", {"using": "sometimes"})
    assert "Thank you." in page.text
    assert client.post(f"/en/workshops/booking/{slips[0]}/still-using", {"using": "x"}).status == 422
    nobody_asked = client.post(
        f"/en/workshops/booking/{slips[1]}/still-using", {"using": "yes"}, page="/en/workshops/booking"
    )
    assert "three months after" in nobody_asked.text
    with db.read() as s:
        assert [s.get_one(Booking, n).using for n in (1, 2)] == [Using.SOMETIMES, None]


def test_what_was_needed_and_who_came_are_forgotten(at: int) -> None:
    end = tick(at, 1, 3)
    actions_after.close(end)
    assert actions_after.forget(end + timedelta(days=6)) == {"needs": 0, "bookings": 0, "guests": 0}
    assert actions_after.forget(end + timedelta(days=8))["needs"] == 2
    with db.read() as s:
        assert s.scalars(select(Need)).all() == []
    done = actions_after.forget(end + timedelta(days=366))
    assert (done["bookings"], done["guests"]) == (3, 1)
    with db.read() as s:
        assert set(s.scalars(select(Booking.person_id))) == {None}
        assert s.scalars(select(Person.id).where(Person.name == "Old Juhan")).all() == []
        assert s.scalars(select(Contact)).all() == []
        assert s.scalars(select(Person.id).where(Person.name == "Ana Ilves")).all() != []  # accounts stay
        assert s.scalars(select(Message.id).where(Message.topic == "booking")).all() == []
    assert actions_after.forget(end + timedelta(days=366)) == {"needs": 0, "bookings": 0, "guests": 0}


def test_figures_are_public_from_ten_people_on(client: Client, app: Portal) -> None:
    assert "There are no figures yet." in client.get("/en/workshops/outcomes").text
    number = town.open_session(app, days=1 / 24, seats=30)
    with db.write() as s:
        s.add_all(
            Booking(
                session_id=number, person_id=None, state=BookingState.BOOKED, channel="web" if n < 12 else "helped",
                language="en", age_band="60", created_at=town.now(),
            )
            for n in range(15)
        )  # fmt: skip
        s.get_one(Session, number).seats_taken = 15
    actions_after.close(tick(number, *range(1, 15)))
    page = client.get("/en/workshops/outcomes")
    assert "14 people came to courses." in page.text and "About 95" in page.text
    assert "With somebody at a desk" not in page.text  # three of them: told with the others
    table = client.http.get("/en/workshops/outcomes.csv", base_url="http://127.0.0.1:8000").text
    assert "all,,14" in table and "helped" not in table
