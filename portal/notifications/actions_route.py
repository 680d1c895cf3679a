"""The worker's side of telling: a message finds its ways out, news reach many, digests are made. Each step reads and
renders first, outside any write transaction, then writes in one short one that stands or falls as a whole; a step that
runs twice does nothing the second time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import delete, or_, select, union, update
from sqlalchemy.orm import Session

from portal.base import clock, db, ground, i18n, jobs, mail, outside
from portal.identity.queries import Reachable, reachable
from portal.notifications import actions, queries, render, rules, sign
from portal.notifications.models import (
    Alert,
    Announcement,
    Channel,
    Delivery,
    DeliveryState,
    Follow,
    Message,
)

BATCH = 50
FAN_OUT = 200


@dataclass(frozen=True, slots=True)
class Made:
    """A mail or text message, ready for the outbox."""

    to: str
    subject: str
    body: str
    html: str
    lang: str
    unsubscribe: str = ""


def zone() -> tzinfo:
    """The city's clock."""
    return ZoneInfo(ground.settings().city.time_zone or "UTC")


def language_of(person: Reachable) -> str:
    """The language in which a person is written to."""
    offered = ground.settings().languages
    return person.language if person.language in offered else offered[0]


def spoken_in(lang: str, row: Message) -> render.Spoken | None:
    """A message in words of a language; None where nothing declares its phrase any more."""
    spec = queries.notices().get(row.notice)
    if spec is None:
        return None
    city, before = ground.settings().city, i18n.lang()
    i18n.set_locale(lang, city.time_zone or "UTC", city.currency)
    try:
        return render.speak(spec, row.values)
    finally:
        i18n.set_locale(before, city.time_zone or "UTC", city.currency)


def link_of(row: Message, lang: str) -> str:
    """Where a message leads: its page, else itself in the inbox."""
    found = outside.absolute(row.endpoint, lang, **row.args) if row.endpoint else ""
    return found or outside.absolute("notifications.message", lang, message_id=row.id)


def made_mail(row: Message, person: Reachable) -> Made | None:
    """The mail of one message, as text and as HTML."""
    lang = language_of(person)
    said, topic = spoken_in(lang, row), queries.topics().get(row.topic)
    if said is None:
        return None
    ends = ""
    if topic is not None and not topic.required:
        ends = outside.absolute(
            "notifications.unsubscribe", lang, token=sign.token("topic", person.person_id, row.topic)
        )
    context: dict[str, Any] = {
        "said": said, "row": row, "name": person.name, "link": link_of(row, lang), "topic": topic, "ends": ends,
        "settings_url": outside.absolute("notifications.wishes", lang),
    }  # fmt: skip
    return Made(
        person.email,
        said.subject,
        outside.render("mail/notifications/message.txt", lang, **context),
        outside.render("mail/notifications/message.html", lang, **context),
        lang,
        ends,
    )


def made_sms(row: Message, person: Reachable) -> Made | None:
    """The text message: the city and the phrase's subject, never a link."""
    lang = language_of(person)
    said = spoken_in(lang, row)
    if said is None:
        return None
    body = rules.without_links(f"{ground.settings().city.name}: {said.subject}")
    return Made(person.phone, "", body[:300], "", lang)


def route(ids: Sequence[int]) -> None:
    """Find the ways out of messages that were just told."""
    for start in range(0, len(ids), BATCH):
        _route_some(ids[start : start + BATCH])


def _route_some(ids: Sequence[int]) -> None:
    now, here = clock.now(), zone()
    with db.read() as s:
        rows = s.scalars(select(Message).where(Message.id.in_(ids), Message.routed_at.is_(None))).all()
        people = reachable(s, {row.person_id for row in rows})
        wishes = queries.wishes(s, people)
    topics, plan = queries.topics(), []
    for row in rows:
        person, topic = people.get(row.person_id), topics.get(row.topic)
        wish = wishes.get((row.person_id, row.topic), rules.Wish())
        outs: list[tuple[Channel, datetime, Made | None]] = []
        if person is not None:
            found = rules.ways(
                wish, required=topic is not None and topic.required, email=bool(person.email),
                phone=bool(person.phone), post=bool(person.post), sms_on=mail.sms_on(),
            )  # fmt: skip
            for channel in sorted(found):
                at = rules.next_digest(wish.mail, now, here) if channel is Channel.DIGEST else now
                made = {Channel.EMAIL: made_mail, Channel.SMS: made_sms}.get(channel)
                outs.append((channel, at, made(row, person) if made else None))
        plan.append((row, outs))
    with db.write() as s:
        for row, outs in plan:
            _hand_out(s, row, outs, now)


def _hand_out(s: Session, row: Message, outs: list[tuple[Channel, datetime, Made | None]], now: datetime) -> None:
    mine: Any = s.execute(
        update(Message).where(Message.id == row.id, Message.routed_at.is_(None)).values(routed_at=now)
    )
    if mine.rowcount != 1:
        return  # another run was faster
    for channel, at, made in outs:
        one = Delivery(message_id=row.id, channel=channel, state=DeliveryState.WAITING, next_at=at)
        if made is not None:
            one.state, one.outbox_id = DeliveryState.HANDED, _put(s, made, row.person_id, channel)
        if made is not None or channel in (Channel.DIGEST, Channel.LETTER):
            s.add(one)
    s.flush()


def _put(s: Session, made: Made, person_id: int, channel: Channel) -> int:
    if channel is Channel.SMS:
        return mail.put_sms(s, to=made.to, body=made.body, lang=made.lang, person_id=person_id)
    return mail.put(
        s, to=made.to, subject=made.subject, body=made.body, html=made.html, lang=made.lang, person_id=person_id,
        unsubscribe=made.unsubscribe,
    )  # fmt: skip


def fan_out(number: int) -> None:
    """Tell everybody whom an announcement concerns, in batches, each batch in a transaction with the place it ends."""
    while _fan_out_some(number):
        pass


def _fan_out_some(number: int) -> bool:
    with db.write() as s:
        news = s.scalars(db.locked(select(Announcement).where(Announcement.id == number))).one_or_none()
        if news is None or news.done_at is not None:
            return False
        audience = [
            select(Follow.person_id).where(
                Follow.kind == news.kind, Follow.object_id == news.object_id, Follow.created_at <= news.created_at
            )
        ]
        if news.topic:
            wanted = select(Alert.person_id).where(Alert.topic == news.topic, Alert.created_at <= news.created_at)
            if news.district is not None:
                wanted = wanted.where(or_(Alert.district == "", Alert.district == news.district))
            audience.append(wanted)
        people = union(*audience).subquery()
        ids = list(
            s.scalars(
                select(people.c.person_id)
                .where(people.c.person_id > news.cursor)
                .order_by(people.c.person_id)
                .limit(FAN_OUT)
            )
        )
        if ids:
            actions.tell(
                ids,
                news.notice,
                news.values,
                link=(news.endpoint, news.args) if news.endpoint else None,
                about=(news.kind, news.object_id),
                dedup=actions.news_key(news.id),
            )
            news.cursor = ids[-1]
        if len(ids) < FAN_OUT:
            news.done_at = clock.now()
        s.flush()
        return news.done_at is None


def digests() -> None:
    """Make the digests that are due, each person's in a transaction of its own."""
    now = clock.now()
    due = (Delivery.state == DeliveryState.WAITING, Delivery.channel == Channel.DIGEST, Delivery.next_at <= now)
    with db.read() as s:
        ids = list(
            s.scalars(select(Message.person_id).join(Delivery).where(*due).distinct().order_by(Message.person_id))
        )
    for person_id in ids:
        with db.read() as s:
            pairs = s.execute(
                select(Delivery.id, Message)
                .join(Message, Message.id == Delivery.message_id)
                .where(*due, Message.person_id == person_id)
                .order_by(Message.id)
            ).all()
            person = reachable(s, [person_id]).get(person_id)
        made = made_digest([row for _id, row in pairs], person) if person is not None and person.email else None
        with db.write() as s:
            done: Any = s.execute(
                update(Delivery)
                .where(Delivery.id.in_([number for number, _row in pairs]), Delivery.state == DeliveryState.WAITING)
                .values(state=DeliveryState.HANDED)
            )
            if made is not None and done.rowcount == len(pairs):
                number = _put(s, made, person_id, Channel.EMAIL)
                s.execute(update(Delivery).where(Delivery.id.in_([n for n, _row in pairs])).values(outbox_id=number))


def made_digest(rows: Sequence[Message], person: Reachable) -> Made | None:
    """One mail over many messages. What has been read in the portal meanwhile is left out; None where nothing stays."""
    lang = language_of(person)
    lines = [
        {"said": said, "row": row, "link": link_of(row, lang)}
        for row in rows
        if row.read_at is None and (said := spoken_in(lang, row)) is not None
    ]
    if not lines:
        return None
    ends = outside.absolute("notifications.unsubscribe", lang, token=sign.token("digest", person.person_id))
    context: dict[str, Any] = {
        "lines": lines, "name": person.name, "ends": ends, "topic": None,
        "settings_url": outside.absolute("notifications.wishes", lang),
        "inbox_url": outside.absolute("notifications.inbox", lang),
    }  # fmt: skip
    subject = outside.render("mail/notifications/digest_subject.txt", lang, **context)
    return Made(
        person.email,
        " ".join(subject.split()),
        outside.render("mail/notifications/digest.txt", lang, **context),
        outside.render("mail/notifications/digest.html", lang, **context),
        lang,
        ends,
    )


def sweep() -> None:
    """Forget messages after two years, and route what a lost job left behind."""
    now = clock.now()
    with db.read() as s:
        lost = list(s.scalars(select(Message.id).where(Message.routed_at.is_(None)).order_by(Message.id).limit(500)))
    with db.write() as s:
        old = select(Message.id).where(Message.created_at < now - rules.MESSAGES_KEPT)
        s.execute(delete(Delivery).where(Delivery.message_id.in_(old)))
        s.execute(delete(Message).where(Message.created_at < now - rules.MESSAGES_KEPT))
        s.execute(delete(Announcement).where(Announcement.done_at < now - rules.NEWS_KEPT))
        if lost:
            jobs.enqueue(s, "notifications.route", {"ids": lost}, dedup=f"route:late:{now.timestamp()}")
