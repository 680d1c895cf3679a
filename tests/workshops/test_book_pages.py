"""Booking in the browser: with an account, as a guest, at a terminal; and everything that a slip is good for."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.base import db, slips
from portal.base.web import Portal
from portal.identity.models import Contact, Person, Way
from portal.workshops import actions, actions_move, queries
from portal.workshops.models import Booking, BookingState, Need
from tests.client import Client, Page
from tests.identity.help import enter
from tests.workshops import town


@pytest.fixture
def at(app: Portal) -> int:
    """A session of eight seats, two devices, two companions."""
    return town.open_session(app, devices=2, companions=2)


def address(at: int) -> str:
    return f"/en/workshops/sessions/{at}/book"


def _form_of(url: str) -> str:
    """A page with a form whose token can be sent: acts on a booking have none of their own once they are done."""
    return "/en/workshops/booking" if "/booking/" in url else url


def send(client: Client, url: str, given: dict[str, str], *, status: int = 200, page: str | None = None) -> Page:
    """Send a form as a browser would, and look at the answer before it is followed."""
    answer = client.post(url, given, follow=False, page=page or _form_of(url))
    assert answer.status == status, answer.text[-600:]
    return answer


def sent(client: Client, url: str, given: dict[str, str], *, page: str | None = None) -> Page:
    """Send a form, and follow to the page that comes of it."""
    answer = client.post(url, given, page=page or _form_of(url))
    assert answer.status == 200
    return answer


GUEST = {"name": "Old Juhan", "way": "phone", "phone": "+372 555 1234", "language": "en", "companions": "0"}


def only_booking() -> Booking:
    with db.read() as s:
        return s.scalars(select(Booking)).one()


def test_a_guest_books_with_a_name_and_a_telephone(client: Client, at: int) -> None:
    client.get(address(at))
    page = sent(client, address(at), GUEST | {"wheelchair": "1", "age_band": "75"})
    booking = only_booking()
    assert (booking.state, booking.guest, booking.age_band) == (BookingState.BOOKED, True, "75")
    assert slips.code("booking", booking.id) in page.text
    assert "Juhan" not in page.text  # a lost slip names nobody
    with db.read() as s:
        assert s.scalars(select(Need.wheelchair)).one()
        contact = s.scalars(select(Contact).where(Contact.person_id == booking.person_id)).one()
        assert (contact.way, contact.as_given, contact.confirmed_at) == (Way.PHONE, True, None)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"name": ""}, "Enter a name."),
        ({"way": ""}, "Choose a way."),
        ({"phone": ""}, "Enter your telephone number."),
        ({"phone": "5551234"}, "Enter the number with its country"),
        ({"way": "email"}, "Enter your e-mail address."),
        ({"way": "email", "email": "old juhan"}, "Enter an e-mail address such as"),
        ({"way": "none"}, "Choose one of the answers"),  # nobody takes a slip at home
    ],
)
def test_what_is_missing_is_said_at_the_field_and_nothing_is_lost(
    client: Client, at: int, given: dict[str, str], said: str
) -> None:
    page = send(client, address(at), GUEST | {"other": "A chair with arms"} | given, status=422)
    assert said in page.text
    assert "A chair with arms" in page.html
    with db.read() as s:
        assert s.scalars(select(Person.id).where(Person.name == "Old Juhan")).all() == []


def test_with_an_account_one_press_is_enough_and_twice_is_once(client: Client, at: int) -> None:
    enter(client, "Ana Ilves")
    page = client.get(address(at))
    assert "Your name" not in page.text and "E-mail address" not in page.text
    send(client, address(at), {"companions": "1"}, status=303)
    assert only_booking().companions == 1
    again = send(client, address(at), {"companions": "1"}, status=409)
    assert "already" in again.text
    assert client.http.get(address(at), base_url="http://127.0.0.1:8000").status_code == 302  # to the booking


def test_when_all_seats_are_taken_the_page_says_which_number_one_would_be(client: Client, app: Portal) -> None:
    at = town.open_session(app, seats=1)
    with db.write():
        town.book(town.person("Bert Oja"), at)
    page = client.get(address(at))
    assert "number 1 on the waiting list" in page.text
    page = sent(client, address(at), GUEST | {"waits": "1"})
    assert "You are number 1 on the waiting list" in page.text


def test_whoever_came_a_moment_too_late_is_asked_before_they_wait(client: Client, app: Portal) -> None:
    at = town.open_session(app, seats=1)
    client.get(address(at))  # one seat was free
    with db.write():
        town.book(town.person("Bert Oja"), at)
    page = send(client, address(at), GUEST, status=409)
    assert "You can go on the waiting list" in page.text
    assert page.fields()["waits"] == "1"
    with db.read() as s:
        assert s.scalars(select(Person.id).where(Person.name == "Old Juhan")).all() == []


def test_an_offer_is_answered_by_the_slip_and_given_back(client: Client, app: Portal) -> None:
    at = town.open_session(app, seats=1)
    with db.write():
        bert = town.person("Bert Oja")
        seat = town.book(bert, at)
        waits = actions.book(bert, at, town.guest().id, town.wish(), town.now(), guest=True)
        actions.cancel(bert, seat.id, town.now())
        slip = queries.slip_of(waits)
    page = client.get(f"/en/workshops/booking/{slip}")
    assert "A seat is free for you" in page.text
    page = sent(client, f"/en/workshops/booking/{slip}/answer", {"answer": "yes"})
    assert "The seat is yours." in page.text
    assert "Give this seat back?" in client.get(f"/en/workshops/booking/{slip}/give-back").text
    page = sent(client, f"/en/workshops/booking/{slip}/give-back", {})
    assert "Your booking is cancelled" in page.text
    assert send(client, f"/en/workshops/booking/{slip}/give-back", {}, status=409)


def test_another_day_is_a_press_away_and_a_full_one_changes_nothing(client: Client, app: Portal) -> None:
    at = town.open_session(app)
    with db.write() as s:
        held = s.get_one(actions.Session, at)
        other = town.session(s.get_one(actions.Workshop, held.workshop_id), held.venue_id, days=15, seats=1).id
        booking = town.book(town.person("Ana Ilves"), at)
        slip, number = queries.slip_of(booking), booking.id
    assert "Go there instead" in client.get(f"/en/workshops/booking/{slip}/other").text
    page = sent(client, f"/en/workshops/booking/{slip}/other", {"session": str(other)})
    assert "This is your new slip" in page.text
    with db.read() as s:
        assert s.get_one(Booking, number).state is BookingState.CANCELLED
    send(client, f"/en/workshops/booking/{slip}/other", {"session": "999"}, status=404)


def test_the_calendar_entry_keeps_its_name_when_the_session_moves(client: Client, app: Portal) -> None:
    at = town.open_session(app, times=2)
    with db.write():
        slip = queries.slip_of(town.book(town.person("Ana Ilves"), at))

    def entries() -> str:
        return client.http.get(f"/en/workshops/booking/{slip}/calendar.ics", base_url="http://127.0.0.1:8000").text

    before = entries()
    with db.write() as s:
        held = s.get_one(actions.Session, at)
        start = town.now() + timedelta(days=30)
        actions_move.move(
            actions.SYSTEM, at, [(start, start + timedelta(hours=1))], venue_id=held.venue_id, room="", reason="", lang="en",
            now=town.now(),
        )  # fmt: skip
    after = entries()
    uids = [line for line in before.splitlines() if line.startswith("UID")]
    assert len(uids) == 2 and uids[0] in after
    assert "SEQUENCE:0" in before and "SEQUENCE:1" in after
    send(client, f"/en/workshops/booking/{slip}/give-back", {}, status=303)
    assert "STATUS:CANCELLED" in entries()


def test_a_typed_code_leads_to_the_booking_and_a_wrong_one_to_nothing(client: Client, app: Portal) -> None:
    at = town.open_session(app)
    with db.write():
        slip = queries.slip_of(town.book(town.person("Ana Ilves"), at))
    typed = slip.lower().replace("-", " ")
    assert send(client, "/en/workshops/booking", {"code": typed}, status=303)
    wrong = ("0" if slip[0] != "0" else "1") + slip[1:]
    assert "names no booking" in send(client, "/en/workshops/booking", {"code": wrong}, status=422).text
    assert client.get(f"/en/workshops/booking/{wrong}").status == 404


def test_drafts_and_sessions_that_are_over_are_not_booked(client: Client, app: Portal) -> None:
    at = town.open_session(app, state=town.SessionState.DRAFT)
    assert client.get(address(at)).status == 404
    with db.write() as s:
        held = s.get_one(actions.Session, at)
        held.state, held.starts_at, held.ends_at = town.SessionState.OPEN, town.now() - timedelta(hours=2), town.now()
    assert "This session is over" in client.get(address(at)).text


def test_slips_print_on_two_widths(client: Client, app: Portal) -> None:
    at = town.open_session(app)
    with db.write():
        slip = queries.slip_of(town.book(town.person("Ana Ilves"), at))
    for width in ("", "?width=80"):
        page = client.get(f"/en/workshops/booking/{slip}/print{width}")
        assert slip in page.text and "Ana" not in page.text
