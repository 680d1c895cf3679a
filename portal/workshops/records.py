"""What workshops keep about people."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, select

from portal.base import personal
from portal.base.feature import Fate, Record
from portal.base.i18n import _l
from portal.workshops.models import Attendance, Booking, Call, Need

_SEAT = _l("To keep a seat for you and to tell you what changes")
_ACT = _l("An official act. It holds a number that leads to no name once the account is erased.")
_YEAR = _l("A year after the session; then the row stays for the figures, without you")


def _of_bookings(column: Any) -> Callable[[int], ColumnElement[bool]]:
    """Rows that are reached by a person's bookings."""

    def reach(person_id: int) -> ColumnElement[bool]:
        found: ColumnElement[bool] = column.in_(select(Booking.id).where(Booking.person_id == person_id))
        return found

    return reach


PERSONAL = [
    Record(
        "workshop_booking",
        _l("Your bookings of workshops, meetings and appointments"),
        _SEAT,
        personal.TASK,
        _YEAR,
        Fate.ANONYMOUS,
        by=("helped_by_id",),
        blank={"for_name": "", "mandate_id": None},
        reason=_l("How many people came is part of the public figures."),
        who=_l("You, the staff of the house and whoever holds the session"),
    ),
    Record(
        "workshop_need",
        _l("What you need to take part"),
        _l("So that whoever holds the session can prepare for it"),
        personal.CONSENT,
        _l("7 days after the session"),
        Fate.DELETED,
        person=(),
        reach=_of_bookings(Need.booking_id),
        who=_l("You, and whoever holds the session"),
    ),
    Record(
        "workshop_attendance",
        _l("On which days you came"),
        _l("For your certificate and your stamp card, and for the public figures"),
        personal.TASK,
        _YEAR,
        Fate.KEPT,
        person=(),
        reach=_of_bookings(Attendance.booking_id),
        by=("by_id",),
        reason=_l("It hangs on the booking, which no longer names you."),
        who=_l("You, the staff of the house and whoever holds the session"),
        since="at",
    ),
    Record(
        "workshop_call",
        _l("When you had to be called, and whether you were reached"),
        _SEAT,
        personal.TASK,
        _YEAR,
        Fate.DELETED,
        person=(),
        reach=_of_bookings(Call.booking_id),
        by=("done_by_id",),
        who=_l("You, and the staff of the house"),
        since="due_at",
    ),
    Record(
        "workshop_interest",
        _l("Topics you want to hear of"),
        _l("To tell you when such a workshop is offered"),
        personal.CONSENT,
        _l("Until you take it away, at most two years"),
        Fate.DELETED,
        days=730,
        who=_l("You, and the staff who plan the programme"),
    ),
    Record(
        "workshop_session",
        _l("Who holds which session"),
        _l("To plan the programme"),
        personal.TASK,
        _l("As long as the programme is kept"),
        Fate.ANONYMOUS,
        person=("trainer_id",),
        blank={"trainer_name": ""},
        reason=_l("Others booked it."),
        who=personal.EVERYBODY,
    ),
    Record(
        "workshop_note",
        _l("Notes for the next trainer"),
        _l("To pass on what was learnt"),
        personal.TASK,
        _l("Two years"),
        Fate.KEPT,
        person=(),
        by=("by_id",),
        reason=_ACT,
        who=personal.OWN_STAFF,
        since="at",
        days=730,
    ),
]
