"""The day of a session: who came is ticked, whoever stands at the door comes in, notes are left for the next trainer."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from portal.audit.actions import record
from portal.base import clock, db
from portal.base.actor import Actor
from portal.workshops import actions, actions_guest, rules_day
from portal.workshops.actions import Wish
from portal.workshops.models import Attendance, Booking, Day, Note, Session
from portal.workshops.queries import KIND
from portal.workshops.rules import Denied


def tick(actor: Actor, booking_id: int, day_id: int, came: bool, nonce: str, at: datetime, now: datetime) -> bool:
    """Note that somebody came on a day, or did not; the latest tick counts. `nonce` names the tick: the same one again
    changes nothing and answers False, so a page that was cut off sends it until it hears of it. `at`: when it was
    ticked, by the clock of whoever ticked; never later than now. Raises Denied."""
    s = db.session()
    day, booking = s.get_one(Day, day_id), s.get_one(Booking, booking_id)
    session = s.get_one(Session, day.session_id)
    for verdict in (rules_day.may_tick(day, session.state, now), rules_day.may_come(booking.state)):
        if not verdict:
            raise Denied(verdict)
    at = min(at, now)
    insert = sqlite.insert(Attendance) if db.is_sqlite() else postgresql.insert(Attendance)
    values = {"came": came, "at": at, "by_id": actor.person_id, "nonce": nonce}
    statement = insert.values(booking_id=booking_id, day_id=day_id, **values).on_conflict_do_update(
        index_elements=["booking_id", "day_id"],
        set_=values,
        where=(Attendance.at <= at) & (Attendance.nonce != nonce),
    )
    done = s.scalar(statement.returning(Attendance.booking_id))
    if done is None:
        return False
    record(
        actor, "noted who came", KIND, session.id,
        after={"booking": booking_id, "day": day.starts_at.date().isoformat(), "came": came},
    )  # fmt: skip
    return True


def walk_in(actor: Actor, day_id: int, *, name: str, language: str, nonce: str, now: datetime) -> Booking:
    """Somebody stands at the door without a booking and takes a free seat. Raises Denied where none is free."""
    s = db.session()
    day = s.get_one(Day, day_id)
    session = actions.lock(s, day.session_id)
    verdict = rules_day.may_tick(day, session.state, now)
    if not verdict:
        raise Denied(verdict)
    known = s.scalar(select(Attendance.booking_id).where(Attendance.nonce == nonce))
    if known is not None:  # the same press twice
        return s.get_one(Booking, known)
    person = actions_guest.make(actor, name=name, language=language, way=None, value="", now=clock.now())
    at_door = replace(actor, channel="walk_in")
    wish = Wish(old_enough=True, waits=False, language=language)  # whoever stands there is looked at
    booking = actions.book(at_door, session.id, person.id, wish, now, desk=True, guest=True)
    tick(actor, booking.id, day_id, True, nonce, now, now)
    return booking


def leave_note(actor: Actor, session_id: int, body: str, lang: str) -> Note:
    """A note for the next trainer."""
    s = db.session()
    row = Note(session_id=session_id, body=body.strip(), lang=lang, by_id=actor.person_id, at=clock.now())
    s.add(row)
    s.flush()
    record(actor, "left note", KIND, session_id, after={"note": row.id})
    return row
