"""The desk finds bookings by code and name, answers offers by telephone, and works through its list of calls."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select

from portal.audit.models_looks import Look
from portal.base import db, ground
from portal.base.actor import SYSTEM
from portal.base.web import Portal
from portal.identity import actions_help
from portal.identity.models import Way
from portal.workshops import actions, actions_calls, actions_tell, queries
from portal.workshops.models import Booking, BookingState, Call, CallOutcome, CallReason, Session, Using
from tests.client import Client
from tests.identity.help import enter
from tests.workshops import town

DESK = "/en/staff/workshops"


def _librarian(app: Portal, *houses: int) -> Client:
    lia = Client(app)
    number = enter(lia, "Lia Lind", roles=["librarian"])
    with db.write():
        actions_help.set_places(SYSTEM, number, list(houses))
    return lia


def _state(booking_id: int) -> BookingState:
    with db.read() as s:
        return s.get_one(Booking, booking_id).state


def test_a_booking_is_found_by_the_slip_and_by_the_name_in_the_own_house_only(app: Portal) -> None:
    ground.stand_on(app.ground)
    with db.write():
        course, here, there = town.workshop(), town.house(), town.house("Town hall")
        juhan = town.guest("Juhan Liiv")
        mine = actions.book(SYSTEM, town.session(course, here).id, juhan.id, town.wish(), town.now(), guest=True)
        other = town.guest("Juhan Tamm")
        theirs = actions.book(SYSTEM, town.session(course, there).id, other.id, town.wish(), town.now(), guest=True)
        slip, far, number, wanted = queries.slip_of(mine), queries.slip_of(theirs), mine.id, juhan.id
    lia = _librarian(app, here)
    page = lia.get(f"{DESK}/bookings?q=juhan")
    assert "Juhan Liiv" in page and "Juhan Tamm" not in page
    assert lia.get(f"{DESK}/bookings?q=J").text.count("two letters") == 1
    assert "No booking found" in lia.get(f"{DESK}/bookings?q=Nobody")
    one = lia.get(f"{DESK}/bookings?q={slip}")
    assert "Juhan Liiv" in one and "+3725551234" in one and slip in one
    away = lia.get(f"{DESK}/bookings?q={far}", follow=False)
    assert away.status == 303 and "/workshops/booking/" in away.response.location
    assert lia.get(f"{DESK}/bookings/{number + 1}").status == 404
    assert lia.post(f"{DESK}/bookings/{number + 1}/cancel", one.fields()).status == 404
    with db.read() as s:
        looked = s.scalars(select(Look.page).where(Look.person_id == wanted).order_by(Look.id)).all()
    assert looked == ["workshops_staff.bookings", "workshops_staff.booking"]
    assert _state(number) is BookingState.BOOKED


def test_at_the_desk_a_booking_is_cancelled_once(app: Portal) -> None:
    number = _booked(app)
    lia = _librarian(app, _venue(number))
    page = lia.get(f"{DESK}/bookings/{number}")
    assert "Cancel the booking" in page
    done = lia.post(f"{DESK}/bookings/{number}/cancel", page.fields())
    assert done.status == 200 and "is cancelled" in done and "Cancel the booking" not in done
    again = lia.post(f"{DESK}/bookings/{number}/cancel", page.fields())
    assert again.status == 409 and "cancelled already" in again
    moved = lia.post(f"{DESK}/bookings/{number}/elsewhere", page.fields())
    assert moved.status == 409


def _booked(app: Portal, **more: object) -> int:
    ground.stand_on(app.ground)
    with db.write():
        at = town.session(town.workshop(), town.house(), **more)  # type: ignore[arg-type]
        person = town.guest("Juhan Liiv")
        return actions.book(SYSTEM, at.id, person.id, town.wish(), town.now(), guest=True).id


def _venue(booking_id: int) -> int:
    with db.read() as s:
        return s.get_one(Session, s.get_one(Booking, booking_id).session_id).venue_id


def test_at_the_desk_another_session_is_a_choice_away(app: Portal) -> None:
    number = _booked(app)
    with db.write() as s:
        held = queries._booked(s, Booking.id == number)
        assert held is not None
        full = town.session(held.workshop, held.session.venue_id, days=12, seats=1)
        town.book(town.person("Ana Ilves"), full.id)
        other = town.session(held.workshop, held.session.venue_id, days=14)
        hidden = town.session(town.workshop("closed", shown=False), held.session.venue_id, days=15)
        to, taken, not_shown = other.id, full.id, hidden.id
    lia = _librarian(app, _venue(number))
    page = lia.get(f"{DESK}/bookings/{number}")
    assert "Free seats: 8" in page and "Full. Waiting: 0" in page
    empty = lia.post(f"{DESK}/bookings/{number}/elsewhere", page.fields())
    assert empty.status == 422 and "Choose a session" in empty
    wrong = lia.post(f"{DESK}/bookings/{number}/elsewhere", {**page.fields(), "to": str(not_shown)})
    assert wrong.status == 422
    done = lia.post(f"{DESK}/bookings/{number}/elsewhere", {**page.fields(), "to": str(to)})
    assert done.status == 200 and "in the other session is booked" in done
    assert _state(number) is BookingState.CANCELLED
    with db.read() as s:
        made = s.scalars(select(Booking).where(Booking.moved_from_id == number)).one()
        assert (made.session_id, made.state) == (to, BookingState.BOOKED)
    waits = lia.post(f"{DESK}/bookings/{made.id}/elsewhere", {**page.fields(), "to": str(taken)})
    assert "on the waiting list there" in waits and "Place on the waiting list" in waits


def _offered(app: Portal) -> tuple[int, int]:
    """Somebody with a telephone only is offered a seat: (booking, house)."""
    ground.stand_on(app.ground)
    with db.write():
        at = town.session(town.workshop(), town.house(), seats=1)
        ana = town.person("Ana Ilves")
        seat = town.book(ana, at.id)
        juhan = town.guest("Juhan Liiv", way=Way.PHONE)
        waits = actions.book(SYSTEM, at.id, juhan.id, town.wish(), town.now(), guest=True)
        actions.cancel(ana, seat.id, town.now())
        return waits.id, at.venue_id


def test_an_offer_is_answered_by_telephone(app: Portal) -> None:
    number, here = _offered(app)
    lia, other = _librarian(app, here), Client(app)
    enter(other, "Olga Other", roles=["librarian"])
    assert "Nobody has to be called" in other.get(f"{DESK}/calls")
    assert "1 call to make" in lia.get("/en/staff")
    page = lia.get(f"{DESK}/calls")
    assert "Juhan Liiv" in page and "+3725551234" in page and "A seat is free" in page
    with db.read() as s:
        call_id = s.scalars(select(Call.id)).one()
    assert other.get(f"{DESK}/calls/{call_id}").status == 404
    one = lia.get(f"{DESK}/calls/{call_id}")
    assert "Do you want it?" in one
    nothing = lia.post(f"{DESK}/calls/{call_id}", one.fields())
    assert nothing.status == 422 and "Say how the call went" in nothing
    done = lia.post(f"{DESK}/calls/{call_id}", {**one.fields(), "outcome": "accept"})
    assert "The seat is booked" in done and "Nobody has to be called" in done
    assert _state(number) is BookingState.BOOKED
    with db.read() as s:
        row = s.get_one(Call, call_id)
        assert (row.outcome, row.tries) == (CallOutcome.REACHED, 1) and row.done_by_id is not None
    again = lia.post(f"{DESK}/calls/{call_id}", {**one.fields(), "outcome": "reached"})
    assert again.status == 409 and "noted this call already" in again


def test_an_offer_is_declined_at_the_desk_and_an_answer_is_needed(app: Portal) -> None:
    number, here = _offered(app)
    lia = _librarian(app, here)
    page = lia.get(f"{DESK}/bookings/{number}")
    assert "Does not want it" in page
    assert lia.post(f"{DESK}/bookings/{number}/answer", page.fields()).status == 400
    done = lia.post(f"{DESK}/bookings/{number}/answer", {**page.fields(), "answer": "no"})
    assert "next person" in done and _state(number) is BookingState.LAPSED
    late = lia.post(f"{DESK}/bookings/{number}/answer", {**page.fields(), "answer": "yes"})
    assert late.status == 409 and "No seat is offered" in late


def test_who_is_not_reached_is_called_again_and_at_last_given_up(app: Portal) -> None:
    number, _here = _offered(app)
    with db.write() as s:
        call_id, now = s.scalars(select(Call.id).where(Call.booking_id == number)).one(), town.now()
        for tries in (1, 2, 3):
            row = actions_calls.note(SYSTEM, call_id, CallOutcome.NOT_REACHED, now)
            assert (row.tries, row.done_at, row.due_at > now) == (tries, None, True)
        row = actions_calls.note(SYSTEM, call_id, CallOutcome.NOT_REACHED, now)
        assert (row.done_at, row.outcome) == (now, CallOutcome.NOT_REACHED)


def test_three_months_later_the_answer_is_noted_on_the_telephone(app: Portal) -> None:
    number = _booked(app)
    with db.write() as s:
        booking = s.get_one(Booking, number)
        actions_tell.put_call(s, booking, CallReason.STILL_USING, "", town.now())
        actions_tell.put_call(s, booking, CallReason.REMINDER, "week", town.now())
        held = s.get_one(Session, booking.session_id)
        held.starts_at, held.ends_at = (town.now() - timedelta(days=91, hours=n) for n in (1, 0))
        s.flush()
        assert actions_calls.drop_moot(town.now()) == 1 and actions_calls.drop_moot(town.now()) == 0
    lia = _librarian(app, _venue(number))
    page = lia.get(f"{DESK}/calls")
    assert "Is it still used?" in page and "Reminder" not in page
    with db.read() as s:
        call_id = s.scalars(select(Call.id).where(Call.reason == CallReason.STILL_USING)).one()
    one = lia.get(f"{DESK}/calls/{call_id}")
    lia.post(f"{DESK}/calls/{call_id}", {**one.fields(), "outcome": "sometimes"})
    with db.read() as s:
        booking = s.get_one(Booking, number)
        assert booking.using is Using.SOMETIMES and booking.answered_at is not None
        assert s.scalar(select(func.count()).select_from(Call).where(Call.done_at.is_(None))) == 0
