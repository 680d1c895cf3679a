"""After a session: it is closed, who came can have a certificate, is asked three months later, and is forgotten."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, select, update

from portal.audit.actions import record
from portal.base import db, i18n, texts
from portal.base.actor import Actor
from portal.base.i18n import _, _l
from portal.base.texts import Said
from portal.base.verdict import no
from portal.notifications import actions as notifications
from portal.papers import actions as papers
from portal.papers.models import Paper
from portal.workshops import actions, actions_guest, actions_tell, queries, queries_after, rules, rules_notices
from portal.workshops.models import (
    Booking,
    BookingState,
    CallReason,
    Interest,
    Need,
    Session,
    SessionState,
    Using,
    Workshop,
)
from portal.workshops.queries import KIND, Booked
from portal.workshops.rules import Denied

BATCH = 200
LATE = timedelta(days=30)  # after the day of the question: who was not asked by then is left alone


def close(now: datetime) -> int:
    """Sessions that are over become held ones; who still waits for a seat does not wait any more. Returns how many."""
    with db.read() as s:
        over = select(Session.id).where(Session.state == SessionState.OPEN, Session.ends_at <= now)
        ids = list(s.scalars(over.order_by(Session.ends_at).limit(BATCH)))
    for number in ids:
        with db.write() as s:
            row = actions.lock(s, number)
            if row.state is not SessionState.OPEN or row.ends_at > now:
                continue
            row.state = SessionState.HELD
            waiting = select(Booking).where(
                Booking.session_id == number, Booking.state.in_((BookingState.WAITING, BookingState.OFFERED))
            )
            for booking in s.scalars(waiting).all():
                actions._end(s, row, booking, BookingState.DROPPED, now)
            s.flush()
    return len(ids)


def certificate(actor: Actor, found: Booked, name: str, lang: str) -> Paper:
    """A certificate of attendance for somebody who came on all days but one at most; the same one when asked again.
    Raises Denied."""
    s, booking, session = db.session(), found.booking, found.session
    if not found.workshop.certificate:
        raise Denied(no(_l("For this workshop there is no certificate.")))
    came, held = queries_after.came_on(s, booking)
    if came == 0 or came < held - 1 or booking.person_id is None:
        raise Denied(no(_l("A certificate is for those who came on every day, or on all but one.")))
    actions.lock(s, session.id)
    s.refresh(booking)
    if booking.paper_id is not None:
        return s.get_one(Paper, booking.paper_id)
    title = texts.load(s, "workshop", [found.workshop.id], ["title"], lang).get(
        (found.workshop.id, "title"), Said(found.workshop.slug, lang)
    )
    days = [one for one in queries.days_of(s, [session.id])[session.id] if one.cancelled_at is None]
    with i18n.use_locale(lang):
        made = papers.issue(
            actor, kind="attendance", lang=lang, title=_("Certificate of attendance"), person_id=booking.person_id,
            values={
                "name": booking.for_name or name, "title": title.body, "days": [i18n.day(one.starts_at) for one in days],
                "came": came, "trainer": session.trainer_name,
            },
            lines=[(_("Workshop"), title.body), (_("First day"), i18n.day(days[0].starts_at))],
        )  # fmt: skip
    booking.paper_id = made.id
    s.flush()
    record(actor, "issued certificate of attendance", KIND, session.id, after={"booking": booking.id, "paper": made.id})
    return made


def ask(now: datetime) -> int:
    """Ask those who came three months ago whether they still use it: once each, by their own way. Returns how many."""
    day = now - rules.STILL_USING_AFTER
    with db.read() as s:
        wanted = (
            select(Booking.id)
            .join(Session, Session.id == Booking.session_id)
            .join(Workshop, Workshop.id == Session.workshop_id)
            .where(
                Booking.asked_at.is_(None), Booking.person_id.is_not(None), Workshop.level.is_not(None),
                Session.ends_at <= day, Session.ends_at > day - LATE, queries_after.CAME,
            )
            .order_by(Booking.id)
            .limit(BATCH)
        )  # fmt: skip
        ids = list(s.scalars(wanted))
    asked = 0
    for number in ids:
        with db.write() as s:
            session, booking = actions._both(s, number)
            if booking.asked_at is not None or booking.person_id is None:
                continue
            booking.asked_at = now
            s.flush()
            workshop = s.get_one(Workshop, session.workshop_id)
            actions_tell.tell(
                s, booking, session, workshop, "workshop.still_using", dedup="still_using",
                call=CallReason.STILL_USING, call_by=now,
            )  # fmt: skip
            asked += 1
    return asked


def answer_using(actor: Actor, booking_id: int, using: Using, now: datetime) -> None:
    """The answer to the question of three months; another one takes its place. Raises Denied where nobody asked."""
    s = db.session()
    booking = s.get_one(Booking, booking_id)
    if booking.asked_at is None:
        raise Denied(no(_l("This question comes three months after the session.")))
    booking.using, booking.answered_at = using, now
    booking.version += 1
    s.flush()
    actions_tell.end_calls(s, booking, CallReason.STILL_USING, now)
    record(actor, "said whether it is used", KIND, booking.session_id, after={"booking": booking.id})


def forget(now: datetime) -> dict[str, int]:
    """What people needed goes some days after the session, and after a year the booking loses its person, guests with it.
    Returns how many of each."""
    done = {"needs": 0, "bookings": 0, "guests": 0}
    with db.write() as s:
        past = select(Booking.id).join(Session, Session.id == Booking.session_id)
        over = past.where(Session.ends_at < now - rules.FORGET_NEEDS)
        done["needs"] = s.execute(delete(Need).where(Need.booking_id.in_(over))).rowcount  # type: ignore[attr-defined]
    while True:
        with db.write() as s:
            old = past.where(Session.ends_at < now - rules.FORGET_PERSON, Booking.person_id.is_not(None)).limit(BATCH)
            ids = list(s.scalars(old))
            if not ids:
                break
            guests = list(s.scalars(select(Booking.person_id).where(Booking.id.in_(ids), Booking.guest).distinct()))
            notifications.forget_told(s, [one.name for one in rules_notices.NOTICES], "workshop_booking", ids)
            s.execute(
                update(Booking)
                .where(Booking.id.in_(ids))
                .values(person_id=None, for_name="", mandate_id=None)
                .execution_options(synchronize_session=False)
            )
            done["bookings"] += len(ids)
            done["guests"] += actions_guest.forget(s, [number for number in guests if number is not None])
    with db.write() as s:
        s.execute(delete(Interest).where(Interest.created_at < now - timedelta(days=730)))
    return done
