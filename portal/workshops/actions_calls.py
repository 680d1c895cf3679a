"""What came of a call: reached, to be tried again, or not needed any more."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update

from portal.audit.actions import record
from portal.base import db
from portal.base.actor import Actor
from portal.workshops import actions, rules_calls
from portal.workshops.models import Booking, Call, CallOutcome, CallReason, Session, Using
from portal.workshops.queries import KIND
from portal.workshops.rules import Denied


def note(actor: Actor, call_id: int, outcome: CallOutcome, now: datetime, *, using: Using | None = None) -> Call:
    """Note how a call went. Who was not reached is tried again some hours later, and given up after some tries. `using`:
    the answer to "do you still use it?". Raises Denied where somebody else has noted it."""
    s = db.session()
    held = select(Booking.session_id).join(Call, Call.booking_id == Booking.id).where(Call.id == call_id)
    actions.lock(s, s.scalars(held).one())  # first, as every act on a booking does
    row = s.scalars(select(Call).where(Call.id == call_id).execution_options(populate_existing=True)).one()
    verdict = rules_calls.may_note(row.done_at)
    if not verdict:
        raise Denied(verdict)
    row.tries += 1
    again = rules_calls.tried(row.tries, now) if outcome is CallOutcome.NOT_REACHED else None
    if again is not None:
        row.due_at = again
    else:
        row.done_at, row.done_by_id, row.outcome = now, actor.person_id, outcome
    s.flush()
    booking = s.get_one(Booking, row.booking_id)
    if using is not None and row.reason is CallReason.STILL_USING and booking.using is None:
        booking.using, booking.answered_at = using, now
        booking.version += 1
        s.flush()
    record(
        actor, "called about booking", KIND, booking.session_id,
        after={"booking": booking.id, "reason": row.reason.value, "outcome": outcome.value},
    )  # fmt: skip
    return row


def drop_moot(now: datetime) -> int:
    """Calls about sessions that are over need nobody any more; the question three months later does. Harmless twice."""
    over = select(Booking.id).join(Session, Session.id == Booking.session_id).where(Session.ends_at <= now)
    done = db.session().execute(
        update(Call)
        .where(Call.done_at.is_(None), Call.reason != CallReason.STILL_USING, Call.booking_id.in_(over))
        .values(done_at=now, outcome=CallOutcome.GIVEN_UP)
        .execution_options(synchronize_session=False)
    )
    return int(done.rowcount)  # type: ignore[attr-defined]
