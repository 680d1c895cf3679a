"""What people are told about their bookings, by their own way: a message that the inbox, mail, text message or letter
carries; where the telephone is the only way, a line on the list of calls of the house."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session as Db

from portal.base import db, mail
from portal.identity.queries import reachable
from portal.notifications import actions as notifications
from portal.notifications import queries as notices
from portal.workshops import queries
from portal.workshops.models import Booking, Call, CallOutcome, CallReason, Session, Workshop


def tell(
    s: Db, booking: Booking, session: Session, workshop: Workshop, notice: str, *, dedup: str,
    call: CallReason | None = None, call_by: datetime | None = None, free: tuple[str, str] | None = None, **values: Any,
) -> None:  # fmt: skip
    """Tell the person of a booking something, once for each `dedup`. `call`: whoever can be reached by voice alone is put
    on the list of calls for that reason, to be called by `call_by` (UTC). `free`: (language, text) somebody wrote."""
    if booking.person_id is None:
        return
    notifications.tell(
        booking.person_id,
        notice,
        {**queries.words(s, session, workshop), **values},
        link=("workshops.slip", {"slip": queries.slip_of(booking)}),
        about=("workshop_booking", booking.id),
        dedup=dedup_of(booking, dedup),
        free=free,
    )
    if call is not None and call_by is not None and _by_voice_alone(s, booking.person_id):
        put_call(s, booking, call, dedup, call_by)


def dedup_of(booking: Booking, mark: str) -> str:
    """The key under which the person of a booking is told something once."""
    return f"workshop:{booking.id}:{mark}"


def _by_voice_alone(s: Db, person_id: int) -> bool:
    """Is there a telephone number, and no way by which a message goes out by itself?"""
    ways = reachable(s, [person_id]).get(person_id)
    if ways is None:
        return False
    if not ways.phone or ways.email or ways.post:
        return False
    if not mail.sms_on():
        return True
    wish = notices.wishes(s, [person_id]).get((person_id, "booking"))  # a text message goes to who asked for it
    return wish is None or not wish.sms


def put_call(s: Db, booking: Booking, reason: CallReason, mark: str, due_at: datetime) -> None:
    """A line on the list of calls; the same reason and mark only once."""
    insert = sqlite.insert(Call) if db.is_sqlite() else postgresql.insert(Call)
    s.execute(
        insert.values(booking_id=booking.id, reason=reason, mark=mark[:40], due_at=due_at, tries=0)
        .on_conflict_do_nothing(index_elements=["booking_id", "reason", "mark"])
    )  # fmt: skip


def end_calls(s: Db, booking: Booking, reason: CallReason | None, now: datetime) -> None:
    """Calls about a booking that nobody needs to make any more: of one reason, or all."""
    wanted = update(Call).where(Call.booking_id == booking.id, Call.done_at.is_(None))
    if reason is not None:
        wanted = wanted.where(Call.reason == reason)
    s.execute(wanted.values(done_at=now, outcome=CallOutcome.GIVEN_UP).execution_options(synchronize_session=False))
