"""The outbox: mails and text messages, written with the act they tell of; the worker sends them after the commit.

Nothing is sent twice and nothing is lost in silence. SMTP itself cannot promise both: when a program dies between the
last byte of a mail and the server's answer, nobody knows whether it arrived. So the instant before the words leave is
stored by itself ("sending"). Before it a crash is harmless, and the mail is tried again; a row that stays "sending"
becomes "uncertain", is never sent again by itself, and waits for staff with two buttons: send again, or leave it.
"""

from __future__ import annotations

import enum
import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import make_msgid
from functools import partial
from typing import Any

import structlog
from sqlalchemy import Index, String, Text, delete, func, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.base import addresses, clock, db, ground, jobs
from portal.base.couriers import Closed, Forbidden, Gateway, NoAnswer, NotTaken, Smtp
from portal.base.feature import Job
from portal.base.tables import Base, Id, UtcTime, choice

log = structlog.get_logger("portal.mail")

BATCH = 20
FORGOTTEN_AT_ONCE = 500
LEASE = timedelta(minutes=10)  # far above the time that one batch may take
LONGEST = timedelta(seconds=20)  # a batch begins no further mail after this, so that a worker can be stopped
LOST_AFTER = timedelta(minutes=10)
MOST_TRIES = 14  # with the pauses below about four days
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(days=1)
KEPT = timedelta(days=90)
SECRET_KEPT = timedelta(days=7)  # a code that did not arrive: staff may send it again so long, then it is blanked
BLANK = {"body": "", "html": "", "recipient": ""}


class Way(enum.StrEnum):
    """How a message leaves."""

    EMAIL = "email"
    SMS = "sms"


class State(enum.StrEnum):
    """How far a message is."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    UNCERTAIN = "uncertain"
    DEAD = "dead"  # refused for good, or tried too often: staff see it
    DROPPED = "dropped"  # staff decided to leave it


class Outgoing(Base):
    """One mail or text message. Where it held a code, text and receiver are blanked once it is sent or given up."""

    __tablename__ = "outbox"
    __table_args__ = (Index(None, "state", "next_at"), Index(None, "person_id"))

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    way: Mapped[Way] = mapped_column(choice(Way, name="way"), default=Way.EMAIL)
    # whom it is for, where that is a person of the portal; by number, because this floor knows no people
    person_id: Mapped[int | None] = mapped_column(Id)
    recipient: Mapped[str] = mapped_column(String(320))
    subject: Mapped[str] = mapped_column(String(300))
    body: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text, default="")
    lang: Mapped[str] = mapped_column(String(12))
    secret: Mapped[bool] = mapped_column(default=False)
    unsubscribe: Mapped[str] = mapped_column(String(500), default="")  # RFC 8058: the address that ends such mails
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    state: Mapped[State] = mapped_column(choice(State, name="state"), default=State.WAITING)
    tries: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime] = mapped_column(UtcTime)
    lease_until: Mapped[datetime | None] = mapped_column(UtcTime)
    sending_at: Mapped[datetime | None] = mapped_column(UtcTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcTime)
    message_id: Mapped[str] = mapped_column(String(200), default="")
    last_error: Mapped[str] = mapped_column(String(300), default="")


def put(
    s: Session,
    *,
    to: str,
    subject: str,
    body: str,
    lang: str,
    html: str = "",
    secret: bool = False,
    unsubscribe: str = "",
    person_id: int | None = None,
    way: Way = Way.EMAIL,
    wake: bool = True,
) -> int:
    """Put a mail into the outbox of this transaction; returns its number. `secret`: blank its text once sent.
    `wake=False` in bulk: the sender looks for itself within a minute."""
    now = clock.now()
    domain = ground.settings().city.mail.rpartition("@")[2] or "portal.invalid"
    row = Outgoing(
        way=way, person_id=person_id, recipient=to, subject=" ".join(subject.split())[:300], body=body, html=html,
        lang=lang, secret=secret, unsubscribe=unsubscribe, created_at=now, next_at=now,
        state=State.WAITING, tries=0, message_id=make_msgid(domain=domain),
    )  # fmt: skip
    s.add(row)
    s.flush()
    if wake:
        jobs.enqueue(s, f"{_KIND[way]}.send", {"id": row.id}, dedup=f"mail:{row.id}")
    return row.id


def put_sms(s: Session, *, to: str, body: str, lang: str, secret: bool = False, person_id: int | None = None) -> int:
    """Put a text message into the outbox. It never holds a link: a link in a text message is what fraud looks like.

    Raises ValueError for a text with a link.
    """
    if "://" in body or "www." in body.casefold():
        raise ValueError("a text message with a link")
    return put(s, to=to, subject="", body=body, lang=lang, secret=secret, person_id=person_id, way=Way.SMS)


def sms_on() -> bool:
    """Has the city a gateway for text messages?"""
    return bool(ground.settings().sms.url)


# --- the worker's side ------------------------------------------------------------------------------------------------


def _claim(way: Way, most: int) -> Sequence[Outgoing]:
    now = clock.now()
    with db.write() as s:
        due = (
            select(Outgoing.id)
            .where(Outgoing.way == way, Outgoing.state == State.WAITING, Outgoing.next_at <= now)
            .where(or_(Outgoing.lease_until.is_(None), Outgoing.lease_until < now))
            .order_by(Outgoing.next_at, Outgoing.id)
            .limit(most)
            .with_for_update(skip_locked=True)
        )
        ids = list(s.scalars(due))
        s.execute(update(Outgoing).where(Outgoing.id.in_(ids)).values(lease_until=now + LEASE))
        return s.scalars(select(Outgoing).where(Outgoing.id.in_(ids)).order_by(Outgoing.next_at, Outgoing.id)).all()


def _mark(row: Outgoing) -> bool:
    """The words leave now. False where the row is no longer this worker's: its lease ran out, or staff dropped it."""
    with db.write() as s:
        done: Any = s.execute(
            update(Outgoing)
            .where(Outgoing.id == row.id, Outgoing.state == State.WAITING, Outgoing.lease_until == row.lease_until)
            .values(state=State.SENDING, sending_at=clock.now())
        )
        return bool(done.rowcount == 1)


def _end(row: Outgoing, state: State, error: str = "") -> None:
    now = clock.now()
    values: dict[str, Any] = {"state": state, "lease_until": None, "last_error": error, "tries": Outgoing.tries + 1}
    if state is State.SENT:
        values |= {"sent_at": now} | (BLANK if row.secret else {})
    with db.write() as s:
        s.execute(update(Outgoing).where(Outgoing.id == row.id).values(**values))


def pause_after(tries: int) -> timedelta:
    """How long to wait after so many tries: from a minute to a day, doubled each time, and spread so that a server
    that comes back is not met by everything at once."""
    pause = min(FIRST_PAUSE * 2 ** min(tries - 1, 12), LONGEST_PAUSE)
    return timedelta(seconds=pause.total_seconds() * random.uniform(0.8, 1.2))  # noqa: S311  no secret


def _again(row: Outgoing, error: str, *, count: bool = True) -> None:
    """Try later; after the last try the row is dead."""
    now, tries = clock.now(), row.tries + (1 if count else 0)
    if tries >= MOST_TRIES:
        _end(row, State.DEAD, error)
        return
    at = now + pause_after(tries) if count else now
    with db.write() as s:
        s.execute(
            update(Outgoing)
            .where(Outgoing.id == row.id, Outgoing.state.in_((State.WAITING, State.SENDING)))
            .values(
                state=State.WAITING,
                tries=tries,
                next_at=at,
                lease_until=None,
                sending_at=None,
                last_error=error or row.last_error,
            )  # fmt: skip
        )
        jobs.enqueue(s, f"{_KIND[row.way]}.send", {"id": row.id}, dedup=f"mail:{row.id}:{at.timestamp()}", run_at=at)


def message_of(row: Outgoing) -> EmailMessage:
    """The mail as it goes over the wire. The same message number each time, so that a repeat can be told from a
    second mail. Raises ValueError where a header would hold a line break."""
    message = EmailMessage()
    local, _at, domain = row.recipient.rpartition("@")
    message["From"], message["Subject"] = ground.settings().city.mail, row.subject
    message["To"] = Address(username=local, domain=domain)  # an object: nothing in it is read as a list or a comment
    message["Message-ID"], message["Auto-Submitted"] = row.message_id, "auto-generated"
    message["Date"] = row.created_at
    if row.unsubscribe:
        message["List-Unsubscribe"] = f"<{row.unsubscribe}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(row.body)
    message["Content-Language"] = row.lang
    if row.html:
        message.add_alternative(row.html, subtype="html")
    return message


def _hand_over(courier: Any, row: Outgoing) -> None:
    mark = partial(_mark, row)
    if row.way is Way.SMS:
        courier.send(row.recipient, row.body, row.message_id, mark)
        return
    if not addresses.can_be_sent_to(row.recipient):
        raise NotTaken("this is no e-mail address", final=True)
    try:
        message = message_of(row)
    except ValueError as error:
        raise NotTaken(f"no mail can be made of it: {error}", final=True) from error
    courier.send(ground.settings().city.mail, row.recipient, message, mark)


def _try(courier: Any, row: Outgoing) -> bool:
    """One message; False where the connection is gone."""
    try:
        _hand_over(courier, row)
    except NotTaken as refusal:
        if refusal.final:
            _end(row, State.DEAD, refusal.reason)
        else:
            _again(row, refusal.reason)
        return True
    except NoAnswer as error:
        _end(row, State.UNCERTAIN, str(error)[:200])
        return False
    except Forbidden:
        return False
    _end(row, State.SENT)
    return True


def deliver(way: Way) -> int:
    """Send what is due, on one connection per batch. Returns how many left. Without a server everything waits."""
    here = ground.settings()
    if not (here.smtp.host if way is Way.EMAIL else here.sms.url):
        return 0
    started, sent = clock.now(), 0
    while clock.now() - started < LONGEST and (rows := list(_claim(way, BATCH))):
        try:
            with Smtp(here) if way is Way.EMAIL else Gateway(here) as courier:
                while rows and clock.now() - started < LONGEST:
                    if not _try(courier, rows[0]):
                        rows.pop(0)
                        break
                    rows.pop(0)
                    sent += 1
        except Closed as error:
            log.warning("post_closed", way=str(way), waiting=len(rows))
            for row in rows:
                _again(row, NotTaken(str(error)).reason)
            return sent
        for row in rows:
            _again(row, "", count=False)
    return sent


def send(_payload: dict[str, Any]) -> None:
    """Send what is due by mail: the one that asked, and all that wait beside it."""
    deliver(Way.EMAIL)


def send_sms(_payload: dict[str, Any]) -> None:
    """Send the text messages that are due."""
    deliver(Way.SMS)


def _stale_secret(now: datetime) -> tuple[Any, ...]:
    return (
        Outgoing.secret,
        Outgoing.state.in_((State.DEAD, State.UNCERTAIN)),
        Outgoing.created_at < now - SECRET_KEPT,
    )


def sweep(_payload: dict[str, Any]) -> None:
    """Every minute: what stayed "sending" is uncertain, what waits without a job is sent, what is old is forgotten."""
    now = clock.now()
    with db.read() as s:
        lost = select(Outgoing.id).where(Outgoing.state == State.SENDING, Outgoing.sending_at < now - LOST_AFTER)
        old = select(Outgoing.id).where(Outgoing.state == State.SENT, Outgoing.sent_at < now - KEPT)
        stale = select(Outgoing.id).where(*_stale_secret(now))
        work = any(s.scalar(one.limit(1)) is not None for one in (lost, old, stale))
    if work:
        with db.write() as s:
            s.execute(
                update(Outgoing)
                .where(Outgoing.state == State.SENDING, Outgoing.sending_at < now - LOST_AFTER)
                .values(state=State.UNCERTAIN, lease_until=None, tries=Outgoing.tries + 1)
            )
            s.execute(delete(Outgoing).where(Outgoing.state == State.SENT, Outgoing.sent_at < now - KEPT))
            s.execute(update(Outgoing).where(*_stale_secret(now)).values(state=State.DROPPED, **BLANK))
    deliver(Way.EMAIL)


def forget(s: Session, ids: Sequence[int]) -> None:
    """Deletes these mails and text messages, unless one is on its way this very moment. A summary that waits goes, too:
    what it tells stands in the portal."""
    for start in range(0, len(ids), FORGOTTEN_AT_ONCE):
        some = Outgoing.id.in_(ids[start : start + FORGOTTEN_AT_ONCE])
        s.execute(delete(Outgoing).where(some, Outgoing.state != State.SENDING))


# --- the staff's side -------------------------------------------------------------------------------------------------


def troubled(s: Session) -> int:
    """How many messages staff have to decide about."""
    return s.scalar(select(func.count()).where(Outgoing.state.in_((State.DEAD, State.UNCERTAIN)))) or 0


def troubled_since(s: Session) -> datetime | None:
    """When the oldest of these messages was written."""
    return s.scalar(select(func.min(Outgoing.created_at)).where(Outgoing.state.in_((State.DEAD, State.UNCERTAIN))))


def again(s: Session, row: Outgoing) -> bool:
    """Staff send a dead or uncertain message again. False where somebody else has decided already."""
    now = clock.now()
    done: Any = s.execute(
        update(Outgoing)
        .where(Outgoing.id == row.id, Outgoing.state.in_((State.DEAD, State.UNCERTAIN)))
        .values(state=State.WAITING, tries=0, next_at=now, lease_until=None, sending_at=None)
    )
    if done.rowcount == 1:
        jobs.enqueue(s, f"{_KIND[row.way]}.send", {"id": row.id}, dedup=f"mail:{row.id}:{now.timestamp()}")
    return bool(done.rowcount == 1)


def drop(s: Session, row: Outgoing) -> bool:
    """Staff leave a message as it is: an uncertain one arrived, a dead one is told in another way."""
    done: Any = s.execute(
        update(Outgoing)
        .where(Outgoing.id == row.id, Outgoing.state.in_((State.DEAD, State.UNCERTAIN)))
        .values(state=State.DROPPED, lease_until=None, **(BLANK if row.secret else {}))
    )
    return bool(done.rowcount == 1)


_KIND = {Way.EMAIL: "mail", Way.SMS: "sms"}
# Lanes of their own: a mail server or a gateway that hangs holds up nothing else.
JOB = Job("mail.send", send, lane="mail")
JOBS = [
    JOB,
    Job("sms.send", send_sms, lane="sms"),
    Job("mail.sweep", sweep, every=60, lane="mail"),
    Job("sms.sweep", send_sms, every=60, lane="sms"),
]
