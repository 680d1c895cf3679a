"""Telling people: in the caller's transaction, so that nobody hears of what was rolled back.

Other features call `tell`, `tell_followers` and `announce` by name. Here only rows are written; what leaves the house
is made by the worker after the commit.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from portal.base import clock, db, jobs, mail
from portal.base.actor import Actor
from portal.identity.models import Person
from portal.notifications import queries, render, rules
from portal.notifications.models import (
    Alert,
    Announcement,
    CalendarKey,
    Delivery,
    Follow,
    Message,
    Preference,
    Rhythm,
)

Link = tuple[str, dict[str, Any]]
AT_ONCE = 200  # people per statement


class Unfit(ValueError):
    """The values do not fit the phrase: a fault of the caller."""


def _checked(notice: str, values: Mapping[str, object]) -> tuple[str, dict[str, Any]]:
    spec = queries.notice(notice)
    packed = render.pack(values)
    lost = rules.missing(spec.subject.msgid, packed) | rules.missing(spec.text.msgid, packed)
    if lost:
        raise Unfit(f"{notice} lacks {', '.join(sorted(lost))}")
    return spec.topic, packed


def _insert(s: Session, model: Any) -> Any:
    return sqlite.insert(model) if s.get_bind().dialect.name == "sqlite" else postgresql.insert(model)


def tell(
    person_ids: int | Iterable[int],
    notice: str,
    values: Mapping[str, object],
    *,
    link: Link | None = None,
    about: tuple[str, int] | None = None,
    dedup: str | None = None,
    free: tuple[str, str] | None = None,
) -> int:
    """Tell people something, in this transaction. Returns how many were told.

    `notice` names a phrase of a manifest; `values` fill its places: words, whole numbers, dates, moments, lazy
    sentences, `render.money(cents, currency)`, or a text per language. `link`: endpoint and arguments of the page it is
    about. `free`: (language, text) that somebody wrote by hand; it is shown as written. `dedup`: the same key reaches a
    person once. Raises KeyError for an unknown phrase, Unfit where a place stays empty.
    """
    topic, packed = _checked(notice, values)
    ids = sorted({person_ids} if isinstance(person_ids, int) else set(person_ids))
    s, now, told = db.session(), clock.now(), 0
    for start in range(0, len(ids), AT_ONCE):
        some = ids[start : start + AT_ONCE]
        here = s.scalars(select(Person.id).where(Person.id.in_(some), Person.closed_at.is_(None)).order_by(Person.id))
        rows = [
            {
                "person_id": person_id, "notice": notice, "topic": topic, "values": packed,
                "endpoint": link[0] if link else None, "args": dict(link[1]) if link else {},
                "about_kind": about[0] if about else "", "about_id": about[1] if about else None,
                "free_lang": free[0] if free else "", "free_text": free[1].strip() if free else "",
                "dedup": dedup, "created_at": now,
            }
            for person_id in here
        ]  # fmt: skip
        if not rows:
            continue
        statement = _insert(s, Message).values(rows).on_conflict_do_nothing(index_elements=["person_id", "dedup"])
        new = list(s.scalars(statement.returning(Message.id)))
        if new:
            jobs.enqueue(s, "notifications.route", {"ids": new}, dedup=f"route:{min(new)}")
        told += len(new)
    return told


def announce(
    kind: str,
    object_id: int,
    *,
    topic: str,
    district: str | None = None,
    notice: str,
    values: Mapping[str, object],
    link: Link | None = None,
    dedup: str | None = None,
) -> str | None:
    """Tell everybody who follows the thing, and everybody with an alert on its topic: for its district (by code), or
    for the whole city where it has none. The worker does it in batches, each person once. The same `dedup` key is
    announced once; None where it has been. Else the key by which it reaches each person once: whoever is told something
    else instead is told that with this key (`tell`), in the same transaction. Raises KeyError, Unfit."""
    _topic, packed = _checked(notice, values)
    s = db.session()
    statement = (
        _insert(s, Announcement)
        .values(
            kind=kind,
            object_id=object_id,
            topic=topic,
            district=district,
            notice=notice,
            values=packed,
            endpoint=link[0] if link else None,
            args=dict(link[1]) if link else {},
            dedup=dedup,
            created_at=clock.now(),
            cursor=0,
        )  # fmt: skip
        .on_conflict_do_nothing(index_elements=["dedup"])
        .returning(Announcement.id)
    )
    number = s.scalar(statement)
    if number is not None:
        jobs.enqueue(s, "notifications.fan_out", {"id": number}, dedup=f"fan_out:{number}")
    return news_key(number) if number is not None else None


def news_key(announcement_id: int) -> str:
    """By which the same news reaches a person once."""
    return f"news:{announcement_id}"


def tell_followers(
    kind: str,
    object_id: int,
    notice: str,
    values: Mapping[str, object],
    *,
    link: Link | None = None,
    dedup: str | None = None,
) -> str | None:
    """Tell everybody who follows the thing, in batches by the worker. As `announce`, without alerts."""
    return announce(kind, object_id, topic="", notice=notice, values=values, link=link, dedup=dedup)


# --- what a person wishes ---------------------------------------------------------------------------------------------


def follow(actor: Actor, kind: str, object_id: int) -> bool:
    """Follow a thing that everybody may see. False beyond the most that one person can follow."""
    s = db.session()
    count = s.scalar(select(func.count()).where(Follow.person_id == actor.person_id)) or 0
    if count >= rules.MOST_FOLLOWED:
        return False
    s.execute(
        _insert(s, Follow)
        .values(person_id=actor.person_id, kind=kind, object_id=object_id, created_at=clock.now())
        .on_conflict_do_nothing()
    )
    return True


def unfollow(actor: Actor, kind: str, object_id: int) -> None:
    """Follow a thing no longer."""
    db.session().execute(
        delete(Follow).where(Follow.person_id == actor.person_id, Follow.kind == kind, Follow.object_id == object_id)
    )


def copy_follows(kind: str, from_id: int, to_id: int, at: datetime) -> None:
    """Whoever follows one thing follows the other, too, from that instant on: the first one lives on in it. Its own
    followers stay with it, in case it stands by itself again."""
    s = db.session()
    ids = list(s.scalars(select(Follow.person_id).where(Follow.kind == kind, Follow.object_id == from_id)))
    for start in range(0, len(ids), AT_ONCE):
        rows = [
            {"person_id": person_id, "kind": kind, "object_id": to_id, "created_at": at}
            for person_id in ids[start : start + AT_ONCE]
        ]
        s.execute(_insert(s, Follow).values(rows).on_conflict_do_nothing())


def drop_copied_follows(kind: str, from_id: int, to_id: int, at: datetime) -> None:
    """Takes away what `copy_follows` made at that instant; who follows both by themselves goes on doing so."""
    followers = select(Follow.person_id).where(Follow.kind == kind, Follow.object_id == from_id)
    db.session().execute(
        delete(Follow).where(
            Follow.kind == kind,
            Follow.object_id == to_id,
            Follow.created_at == at,
            Follow.person_id.in_(followers.scalar_subquery()),
        )
    )


def forget_told(
    s: Session, notices: Iterable[str], kind: str, ids: Iterable[int], but: ColumnElement[bool] | None = None
) -> int:
    """Deletes messages of these phrases about these things, with what is on its way of them and the mails that were made
    of them: they would still say of somebody what has to be forgotten. `but`: messages that stay, because they say nothing
    else than what is known of their person anyway. Returns how many there were."""
    names, numbers, gone = list(notices), sorted(set(ids)), 0
    for start in range(0, len(numbers), AT_ONCE):
        some = numbers[start : start + AT_ONCE]
        about = [Message.notice.in_(names), Message.about_kind == kind, Message.about_id.in_(some)]
        if but is not None:
            about.append(~but)
        mails = select(Delivery.outbox_id).join(Message, Message.id == Delivery.message_id).where(*about)
        mail.forget(s, [number for number in s.scalars(mails.distinct()) if number is not None])
        done: Any = s.execute(delete(Message).where(*about).execution_options(synchronize_session=False))
        gone += done.rowcount
    return gone


def add_alert(actor: Actor, topic: str, district: str) -> None:
    """Want to hear of what is new on a topic, in a district (code) or anywhere (empty)."""
    s = db.session()
    s.execute(
        _insert(s, Alert)
        .values(person_id=actor.person_id, topic=topic, district=district, created_at=clock.now())
        .on_conflict_do_nothing()
    )


def remove_alert(actor: Actor, alert_id: int) -> bool:
    """Take an own alert away. False for one that is not there."""
    done: Any = db.session().execute(delete(Alert).where(Alert.id == alert_id, Alert.person_id == actor.person_id))
    return bool(done.rowcount)


def wish(person_id: int, wished: Mapping[str, rules.Wish]) -> None:
    """Store how a person wants to hear of topics. What the law requires stays as it is, whatever is asked."""
    s, known = db.session(), queries.topics()
    for name, one in wished.items():
        if name in known:
            mail = Rhythm.NOW if known[name].required else one.mail
            s.merge(Preference(person_id=person_id, topic=name, mail=mail, sms=one.sms))
    s.flush()


def no_mail(person_id: int, topic: str) -> bool:
    """End mail on a topic, as the link in a mail asks. False where the law requires it."""
    spec = queries.topics().get(topic)
    if spec is None or spec.required:
        return False
    s = db.session()
    row = s.get(Preference, (person_id, topic))
    wish(person_id, {topic: rules.Wish(Rhythm.OFF, row.sms if row else False)})
    return True


def no_digest(person_id: int) -> None:
    """End every digest of a person, as the link in a digest asks."""
    db.session().execute(
        update(Preference)
        .where(Preference.person_id == person_id, Preference.mail.in_((Rhythm.DAILY, Rhythm.WEEKLY)))
        .values(mail=Rhythm.OFF)
    )


# --- reading ----------------------------------------------------------------------------------------------------------


def mark_read(actor: Actor, message_id: int, read: bool = True) -> bool:
    """Mark an own message as read or as unread. False for one that is not there."""
    done: Any = db.session().execute(
        update(Message)
        .where(Message.id == message_id, Message.person_id == actor.person_id)
        .values(read_at=clock.now() if read else None)
    )
    return bool(done.rowcount)


def mark_all_read(actor: Actor) -> int:
    """Mark every own message as read; returns how many that were."""
    done: Any = db.session().execute(
        update(Message)
        .where(Message.person_id == actor.person_id, Message.read_at.is_(None))
        .values(read_at=clock.now())
    )
    return int(done.rowcount)


def new_calendar_address(actor: Actor) -> None:
    """Make a calendar address; the one before is dead at once."""
    s = db.session()
    s.merge(CalendarKey(person_id=actor.person_id, secret=secrets.token_urlsafe(24), made_at=clock.now()))
    s.flush()


def end_calendar_address(actor: Actor) -> None:
    """Take the calendar address away."""
    db.session().execute(delete(CalendarKey).where(CalendarKey.person_id == actor.person_id))
