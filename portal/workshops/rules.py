"""Questions about booking: who may, when, and how long an offer stands. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Protocol

from portal.base.i18n import Text, _l
from portal.base.textfield import TextField
from portal.base.verdict import YES, Denied, Verdict, no
from portal.workshops.models import BookingState, Level, Purpose, SessionState

__all__ = ["Denied", "Verdict"]

# Roles of the wing: who plans the programme, and who holds sessions.
PROGRAMME, TRAINER = "programme", "trainer"
STAFF = (PROGRAMME, TRAINER, "librarian", "administrator")  # see sessions of their places
PLANNERS = (PROGRAMME, "administrator")  # change them
DESK = (PROGRAMME, TRAINER, "librarian", "clerk", "administrator")  # book, cancel and check in for others

TEXTS: dict[str, dict[str, TextField]] = {
    "workshop": {
        "title": TextField(_l("Title"), 120, needed=True),
        "summary": TextField(_l("What it is about"), 4_000, markdown=True, rows=6),
        "bring": TextField(_l("What to bring"), 400, rows=2),
    },
    "workshop_session": {
        "note": TextField(_l("Good to know, such as the entrance"), 400, rows=2),
        "agenda": TextField(_l("Agenda"), 10_000, markdown=True, rows=8),
        "minutes": TextField(_l("Minutes"), 40_000, markdown=True, rows=12),
    },
    "workshop_term": {"name": TextField(_l("Name of the term"), 80, needed=True)},
    "workshop_holiday": {"name": TextField(_l("Name of the holiday"), 80, needed=True)},
}

LAST_OFFER = timedelta(hours=2)  # no seat is offered so shortly before the beginning: it is free for whoever comes
SHORTEST_OFFER = timedelta(hours=1)
FORGET_NEEDS = timedelta(days=7)  # after the last day
FORGET_PERSON = timedelta(days=365)  # after the last day: three months until the question, and time to see who came
STILL_USING_AFTER = timedelta(days=91)
MOST_COMPANIONS = 3

LADDER: tuple[Level, ...] = tuple(Level)

LEVEL_NAMES: Mapping[Level, Text] = {
    Level.FIRST_STEPS: _l("First steps"),
    Level.MESSAGES: _l("Messages and calls"),
    Level.CITY_SERVICES: _l("Services of the city"),
    Level.SAFETY: _l("Safety and scams"),
    Level.HELPING: _l("Helping others"),
}
PURPOSE_NAMES: Mapping[Purpose, Text] = {
    Purpose.COURSE: _l("Course"),
    Purpose.MEETING: _l("Meeting"),
    Purpose.APPOINTMENT: _l("Appointment"),
}
STATE_NAMES: Mapping[BookingState, Text] = {
    BookingState.BOOKED: _l("Booked"),
    BookingState.WAITING: _l("On the waiting list"),
    BookingState.OFFERED: _l("A seat is offered to you"),
    BookingState.LAPSED: _l("The offer is over"),
    BookingState.CANCELLED: _l("Cancelled"),
    BookingState.DROPPED: _l("Cancelled by the city"),
}
AGE_BANDS: Mapping[str, Text] = {
    "u30": _l("Under 30"),
    "30": _l("30 to 59"),
    "60": _l("60 to 74"),
    "75": _l("75 or older"),
}


class SessionLike(Protocol):
    """What the rules ask of a session."""

    state: SessionState
    starts_at: datetime
    ends_at: datetime
    book_from: datetime | None
    book_until: datetime | None
    seats: int
    seats_taken: int
    devices: int
    devices_taken: int
    companions: int
    companions_taken: int
    takes_waiting: bool
    offer_hours: int


@dataclass(frozen=True, slots=True)
class Wants:
    """What a booking takes of the quotas beside its seat."""

    device: bool = False
    companions: int = 0


def may_book(session: SessionLike, now: datetime, *, desk: bool = False) -> Verdict:
    """Does the session take bookings now? At a desk one books as long as it lasts: whoever stands there comes in."""
    if session.state is SessionState.DRAFT:
        return no(_l("This session is not open yet."))
    if session.state is SessionState.CANCELLED:
        return no(_l("This session will not be held."))
    if session.state is SessionState.HELD or session.ends_at <= now:
        return no(_l("This session is over."))
    if desk:
        return YES
    if session.book_from is not None and now < session.book_from:
        return no(_l("Booking begins on %(day)s.", day=session.book_from))
    if now >= closes(session):
        return no(_l("Booking is closed."), _l("There may be a free seat all the same: call the house, or come by."))
    return YES


def closes(session: SessionLike) -> datetime:
    """When booking ends: at the set time, at the beginning where none is set."""
    return min(session.book_until or session.starts_at, session.starts_at)


def old_enough(min_age: int | None, old: bool | None) -> Verdict:
    """Is the person of the age that the workshop asks for? `old`: None where nobody has said."""
    if min_age is None or old:
        return YES
    if old is None:
        return no(_l("Say that you are at least %(n)s years old on the first day.", n=min_age))
    return no(_l("This workshop is for people from %(n)s years of age.", n=min_age))


def no_overlap(mine: Iterable[tuple[datetime, datetime]], wanted: Iterable[tuple[datetime, datetime]]) -> Verdict:
    """Nobody is in two rooms at once: none of the wanted times may overlap with one of a booked seat. Times that touch do
    not overlap."""
    held = list(mine)
    for start, end in wanted:
        if any(start < their_end and their_start < end for their_start, their_end in held):
            return no(
                _l("You have booked something else at that time."), _l("Cancel one of the two, or choose another day.")
            )
    return YES


def free(session: SessionLike, wants: Wants) -> bool:
    """Is there a seat now, with all that is wanted beside it?"""
    return (
        session.seats_taken < session.seats
        and (not wants.device or session.devices_taken < session.devices)
        and session.companions_taken + wants.companions <= session.companions
    )


def can_fit(session: SessionLike, wants: Wants) -> Verdict:
    """Could it ever be granted in this session? Nobody waits for what the house does not have."""
    if wants.device and session.devices == 0:
        return no(_l("No devices are lent at this session."))
    if wants.companions > session.companions:
        return no(_l("There are not so many seats for people who come along."))
    if session.seats == 0:
        return no(_l("This session has no seats to book."))
    return YES


def may_wait(session: SessionLike, now: datetime) -> Verdict:
    """Does the session's waiting list take people now?"""
    if not session.takes_waiting:
        return no(_l("All seats are taken, and this session has no waiting list."))
    if now >= session.starts_at - LAST_OFFER:
        return no(_l("All seats are taken, and it begins too soon for a waiting list."))
    return YES


def offer_until(session: SessionLike, now: datetime) -> datetime | None:
    """Until when an offer made now stands: the session's own hours, less where it begins before. None: it begins so soon
    that nothing is offered any more."""
    latest = session.starts_at - SHORTEST_OFFER
    if now >= session.starts_at - LAST_OFFER:
        return None
    return min(now + timedelta(hours=session.offer_hours), latest)


def may_answer(state: BookingState, until: datetime | None, now: datetime) -> Verdict:
    """Can the offered seat still be taken?"""
    if state is BookingState.BOOKED:
        return no(_l("The seat is yours already."))
    if state is not BookingState.OFFERED or until is None:
        return no(_l("No seat is offered to you now."))
    if now >= until:
        return no(_l("The time to answer is over, and the seat went to the next person."))
    return YES


def may_cancel(state: BookingState, starts_at: datetime, now: datetime) -> Verdict:
    """Can the booking be given back? Until it begins; afterwards it says who was expected."""
    if state not in (BookingState.BOOKED, BookingState.WAITING, BookingState.OFFERED):
        return no(_l("This booking is cancelled already."))
    if now >= starts_at:
        return no(_l("This session has begun."))
    return YES


def next_level(level: Level) -> Level | None:
    """The rung above; None at the top."""
    at = LADDER.index(level) + 1
    return LADDER[at] if at < len(LADDER) else None


def weeks_on(start: datetime, weeks: int, zone: tzinfo | None) -> datetime:
    """The same time of day so many weeks later on the clock of a zone (UTC): a course at ten stays at ten when the clocks
    change."""
    local = start.astimezone(zone).replace(tzinfo=None) + timedelta(weeks=weeks)
    return local.replace(tzinfo=zone).astimezone(UTC)
