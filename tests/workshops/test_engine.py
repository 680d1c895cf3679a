"""Seats: booked, waited for, offered, taken, given back. Nobody gets one that is not there, and none is lost."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.base import db
from portal.base.actor import SYSTEM
from portal.base.web import Portal
from portal.identity.models import Way
from portal.notifications.models import Message
from portal.workshops import actions, actions_jobs, actions_move, queries
from portal.workshops.models import LIVE, Booking, BookingState, Call, Need, Session, SessionState
from portal.workshops.rules import Denied
from tests.workshops import town


@pytest.fixture(autouse=True)
def _here(app: Portal) -> None:
    """Every story happens in a portal."""


def told(s: object, person_id: int | None) -> list[str]:
    """What somebody was told, oldest first."""
    wanted = (
        select(Message.notice).where(Message.person_id == person_id, Message.topic == "booking").order_by(Message.id)
    )
    return list(db.session().scalars(wanted))


def counters_are_right(session_id: int) -> None:
    """The counters say what the bookings say."""
    s = db.session()
    row = s.get_one(Session, session_id, populate_existing=True)
    said = actions.recount(s, session_id)
    assert said == {name: getattr(row, name) for name in said}


def test_a_seat_is_booked_and_the_last_one_is_the_last() -> None:
    with db.write() as s:
        at = town.session(town.workshop(), town.house(), seats=1)
        ana, bert = town.person("Ana Ilves"), town.person("Bert Oja")
        assert town.book(ana, at.id).state is BookingState.BOOKED
        waits = town.book(bert, at.id)
        assert (waits.state, queries.place_number(s, waits)) == (BookingState.WAITING, 1)
        assert told(s, ana.person_id) == ["workshop.booked"]
        assert told(s, bert.person_id) == ["workshop.waiting"]
        counters_are_right(at.id)


def test_nobody_waits_who_does_not_want_to() -> None:
    with db.write():
        at = town.session(town.workshop(), town.house(), seats=0, takes_waiting=True)
        with pytest.raises(Denied, match="no seats"):
            town.book(town.person("Ana Ilves"), at.id)
    with db.write():
        at = town.session(town.workshop("second"), town.house(), seats=1)
        town.book(town.person("Bert Oja"), at.id)
        with pytest.raises(Denied, match="waiting list"):
            town.book(town.person("Ana Ilves"), at.id, town.wish(waits=False))


def test_one_person_has_one_seat() -> None:
    with db.write():
        at = town.session(town.workshop(), town.house())
        ana = town.person("Ana Ilves")
        town.book(ana, at.id)
        with pytest.raises(Denied, match="already"):
            town.book(ana, at.id)
        counters_are_right(at.id)


def test_nobody_is_in_two_rooms_at_once() -> None:
    with db.write():
        one, ana = town.workshop(), town.person("Ana Ilves")
        first = town.session(one, town.house(), days=10, minutes=90)
        same = town.session(one, town.house("Town hall"), days=10, minutes=30)
        after = town.session(one, town.house("School"), days=10 + 90 / (24 * 60), minutes=30)
        town.book(ana, first.id)
        with pytest.raises(Denied, match="something else"):
            town.book(ana, same.id)
        assert town.book(ana, after.id).state is BookingState.BOOKED  # it begins when the first one ends


def test_quotas_of_their_own() -> None:
    with db.write():
        at = town.session(town.workshop(), town.house(), seats=5, devices=1, companions=2)
        ana, bert, cleo = (town.person(name) for name in ("Ana Ilves", "Bert Oja", "Cleo Pärn"))
        town.book(ana, at.id, town.wish(device=True, companions=1))
        waits = town.book(bert, at.id, town.wish(device=True))
        assert waits.state is BookingState.WAITING  # a seat is free, but no device
        assert town.book(cleo, at.id, town.wish(companions=1)).state is BookingState.BOOKED
        with pytest.raises(Denied, match="come along"):
            town.book(town.person("Dora Kask"), at.id, town.wish(companions=3))
        actions.cancel(ana, 1, town.now())
        assert waits.state is BookingState.OFFERED
        counters_are_right(at.id)


def test_a_freed_seat_passes_through_three_people() -> None:
    with db.write() as s:
        at = town.session(town.workshop(), town.house(), seats=1, offer_hours=24)
        names = ("Ana Ilves", "Bert Oja", "Cleo Pärn", "Dora Kask")
        ana, bert, cleo, dora = (town.person(name) for name in names)
        first, second, third, fourth = (town.book(who, at.id) for who in (ana, bert, cleo, dora))
        actions.cancel(ana, first.id, town.now())
        assert (second.state, third.state) == (BookingState.OFFERED, BookingState.WAITING)
        numbers = second.id, third.id, fourth.id
    later = town.now() + timedelta(hours=25)
    assert actions_jobs.pass_on(later) == 1  # nobody answered
    assert actions_jobs.pass_on(later) == 0
    with db.write() as s:
        second, third, fourth = (s.get_one(Booking, number) for number in numbers)
        assert (second.state, third.state) == (BookingState.LAPSED, BookingState.OFFERED)
        actions.decline(cleo, third.id, later)
        assert fourth.state is BookingState.OFFERED
        actions.accept(dora, fourth.id, later)
        assert fourth.state is BookingState.BOOKED
        assert told(s, bert.person_id) == ["workshop.waiting", "workshop.offered", "workshop.lapsed"]
        assert told(s, dora.person_id) == ["workshop.waiting", "workshop.offered", "workshop.booked"]
        with pytest.raises(Denied, match="offered"):
            actions.accept(bert, second.id, later)
        counters_are_right(at.id)


def test_an_offer_is_over_when_its_time_is_over_even_before_the_worker_comes() -> None:
    with db.write():
        at = town.session(town.workshop(), town.house(), seats=1, offer_hours=2)
        ana, bert = town.person("Ana Ilves"), town.person("Bert Oja")
        seat, waits = town.book(ana, at.id), town.book(bert, at.id)
        actions.cancel(ana, seat.id, town.now())
        with pytest.raises(Denied, match="time to answer"):
            actions.accept(bert, waits.id, town.now() + timedelta(hours=3))


def test_who_has_a_telephone_only_is_called() -> None:
    with db.write() as s:
        at = town.session(town.workshop(), town.house(), seats=1)
        ana, old = town.person("Ana Ilves"), town.guest("Old Juhan", way=Way.PHONE)
        seat = town.book(ana, at.id)
        waits = actions.book(SYSTEM, at.id, old.id, town.wish(), town.now(), guest=True)
        actions.cancel(ana, seat.id, town.now())
        call = s.scalars(select(Call)).one()
        assert (call.booking_id, call.reason.value, call.done_at) == (waits.id, "offer", None)
        actions.accept(SYSTEM, waits.id, town.now())
        s.refresh(call)
        assert call.done_at is not None


def test_a_moved_session_keeps_its_seats_and_tells_everybody() -> None:
    with db.write() as s:
        at = town.session(town.workshop(), town.house())
        ana = town.person("Ana Ilves")
        town.book(ana, at.id)
        start = town.now() + timedelta(days=20)
        actions_move.move(
            SYSTEM, at.id, [(start, start + timedelta(hours=1))], venue_id=at.venue_id, room="2", reason="Paint", lang="en",
            now=town.now(),
        )  # fmt: skip
        assert (at.sequence, at.starts_at, at.seats_taken) == (1, start, 1)
        assert told(s, ana.person_id) == ["workshop.booked", "workshop.moved"]


def test_a_session_that_is_not_held_ends_its_bookings_and_another_is_a_press_away() -> None:
    with db.write() as s:
        row, here = town.workshop(), town.house()
        at, other = town.session(row, here), town.session(row, here, days=12)
        ana = town.person("Ana Ilves")
        booking = town.book(ana, at.id, town.wish(needs={"wheelchair": True}))
        actions_move.not_held(SYSTEM, at.id, reason="Ill", lang="en", now=town.now())
        assert (booking.state, at.state, at.seats_taken) == (BookingState.DROPPED, SessionState.CANCELLED, 0)
        made = actions_move.rebook(ana, booking.id, other.id, town.now())
        assert (made.state, made.moved_from_id) == (BookingState.BOOKED, booking.id)
        assert told(s, ana.person_id) == ["workshop.booked", "workshop.called_off", "workshop.booked"]
        needs = {row.booking_id: row.wheelchair for row in s.scalars(select(Need))}
        assert needs == {booking.id: True, made.id: True}  # until the days after the session
        counters_are_right(at.id)
        counters_are_right(other.id)


def test_fewer_seats_than_are_taken_are_refused_and_more_go_to_who_waits() -> None:
    with db.write() as s:
        at = town.session(town.workshop(), town.house(), seats=1)
        town.book(town.person("Ana Ilves"), at.id)
        waits = town.book(town.person("Bert Oja"), at.id)
        with pytest.raises(Denied, match="booked already"):
            actions.set_quotas(SYSTEM, at.id, seats=0, devices=0, companions=0, now=town.now())
        actions.set_quotas(SYSTEM, at.id, seats=2, devices=0, companions=0, now=town.now())
        assert waits.state is BookingState.OFFERED
        assert s.scalars(select(Booking.id).where(Booking.state.in_(LIVE))).all() != []
        counters_are_right(at.id)
