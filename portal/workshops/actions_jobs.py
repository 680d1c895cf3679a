"""What the worker does to bookings, in short transactions of its own. Running any of it twice is harmless."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from portal.base import db
from portal.workshops import actions
from portal.workshops.models import Booking, BookingState

BATCH = 200


def pass_on(now: datetime) -> int:
    """End offers that nobody answered in time; each seat goes on to the next. Returns how many ended."""
    with db.read() as s:
        over = select(Booking.id).where(Booking.state == BookingState.OFFERED, Booking.offered_until <= now)
        ids = list(s.scalars(over.order_by(Booking.offered_until).limit(BATCH)))
    ended = 0
    for booking_id in ids:
        with db.write():
            ended += actions.lapse(booking_id, now)
    return ended
