"""What pages and the worker need to know about messages. Nothing here changes anything."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, bindparam, exists, func, select
from sqlalchemy.orm import Session

from portal.base import ground, together
from portal.base.actor import Actor
from portal.base.feature import Hit, Item, Notice, Topic
from portal.base.normal import normalise
from portal.base.together import Ready
from portal.identity.rules_ways import may_act
from portal.notifications import render
from portal.notifications.models import Alert, CalendarKey, Follow, Message, Preference
from portal.notifications.rules import Wish

MOST_SEARCHED = 1000
BADGE_TOP = 100
NEWEST = 5
_BADGE, _FOLLOWS = "notifications.unread", "notifications.follows"


def topics() -> dict[str, Topic]:
    """Every topic that a feature declares, in the order of the features."""
    return {topic.name: topic for feature in ground.current().features for topic in feature.topics}


def notices() -> dict[str, Notice]:
    """Every set phrase that a feature declares."""
    return {notice.name: notice for feature in ground.current().features for notice in feature.notices}


def notice(name: str) -> Notice:
    """One set phrase. Raises KeyError for one that nobody declares."""
    return notices()[name]


_M = Message.__table__.c
# At most a hundred and one rows of an index: the badge stands on every page of somebody signed in.
_UNREAD = select(func.count()).select_from(
    select(_M.id).where(_M.person_id == bindparam("person"), _M.read_at.is_(None)).limit(BADGE_TOP).subquery()
)

_UNREAD_ALONE = Ready(_UNREAD)


def unread(s: Session, person_id: int) -> int:
    """How many messages wait to be read, counted up to a hundred; one select, none where the page has asked before."""
    known: int | None = s.info.get((_BADGE, person_id))
    return int(together.rows(s, _UNREAD_ALONE, {"person": person_id})[0][0]) if known is None else known


def _keep(s: Session, person_id: int, number: int) -> None:
    s.info[_BADGE, person_id] = number


_F = Follow.__table__.c
# For the page of a thing that can be followed: columns of the one select in which it asks what is the reader's own. The
# values are `person`, `kind` and `number`. What comes of them goes to `told`; badge and button then ask nothing more.
ALONG = (
    _UNREAD.scalar_subquery().label("unread"),
    exists().where(_F.person_id == bindparam("person"), _F.kind == bindparam("kind"),
                   _F.object_id == bindparam("number")).label("follows"),
)  # fmt: skip


def told(s: Session, person_id: int, kind: str, object_id: int, row: Any) -> None:
    """Keep for the rest of this reading what the columns ALONG said."""
    _keep(s, person_id, row.unread)
    s.info[_FOLLOWS, person_id, kind, object_id] = bool(row.follows)


@dataclass(frozen=True, slots=True)
class Shown:
    """A message as a page shows it. Without words where its feature is switched off."""

    row: Message
    said: render.Spoken
    topic: Topic | None


def shown(row: Message) -> Shown | None:
    """A message in the current language; None where nothing declares its phrase any more."""
    found = notices().get(row.notice)
    return None if found is None else Shown(row, render.speak(found, row.values), topics().get(row.topic))


@dataclass(frozen=True, slots=True)
class Inbox:
    """A page of messages and how many fit the filters."""

    rows: Sequence[Shown]
    total: int


@dataclass(frozen=True, slots=True)
class Whose:
    """Whose messages somebody reads now, and on which topics alone (None: on all). `own` ones can be marked."""

    person_id: int | None
    topics: tuple[str, ...] | None = None

    @property
    def own(self) -> bool:
        """Are they the reader's own?"""
        return self.topics is None

    def where(self) -> list[ColumnElement[bool]]:
        """The conditions of a select of these messages."""
        of_them = [Message.person_id == self.person_id]
        return of_them if self.topics is None else [*of_them, Message.topic.in_(self.topics)]


def whose(actor: Actor) -> Whose:
    """One's own; while one acts for somebody with an account theirs, as far as the mandate goes."""
    acting = actor.acting_for
    if acting is None or acting.person_id is None:
        return Whose(actor.person_id)
    covered = (one.name for one in topics().values() if one.mandate and may_act(acting.scope, one.mandate))
    return Whose(acting.person_id, tuple(covered))


def inbox(
    s: Session, actor: Actor, *, words: str = "", topic: str = "", unread_only: bool = False, limit: int, offset: int
) -> Inbox:
    """A person's messages, newest first: two selects. Words are looked for in what the newest thousand say in the
    reader's language, since only phrases are stored."""
    where = whose(actor).where()
    if topic:
        where.append(Message.topic == topic)
    if unread_only:
        where.append(Message.read_at.is_(None))
    newest = select(Message).where(*where).order_by(Message.id.desc())
    wanted = normalise(words).split()
    if wanted:
        every = [one for row in s.scalars(newest.limit(MOST_SEARCHED)) if (one := shown(row)) is not None]
        fits = [one for one in every if _fits(one, wanted)]
        return Inbox(fits[offset : offset + limit], len(fits))
    total = s.scalar(select(func.count()).select_from(Message).where(*where)) or 0
    rows = s.scalars(newest.limit(limit).offset(offset)).all()
    return Inbox([one for row in rows if (one := shown(row)) is not None], total)


def _fits(one: Shown, words: list[str]) -> bool:
    text = normalise(f"{one.said.subject} {one.said.text} {one.row.free_text}")
    return all(word in text for word in words)


def message(s: Session, actor: Actor, message_id: int) -> Message | None:
    """One of the messages that this person may read now."""
    return s.scalars(select(Message).where(Message.id == message_id, *whose(actor).where())).first()


def newest(s: Session, actor: Actor, _lang: str) -> list[Item]:
    """The newest unread messages, for "my page"; one select, which also counts them for the badge."""
    rows = s.execute(
        select(Message, _UNREAD.scalar_subquery().label("unread"))
        .where(_M.person_id == bindparam("person"), _M.read_at.is_(None))
        .order_by(_M.id.desc())
        .limit(NEWEST),
        {"person": actor.person_id},
    ).all()
    if actor.person_id is not None:
        _keep(s, actor.person_id, rows[0].unread if rows else 0)
    found = [one for row in rows if (one := shown(row[0])) is not None]
    return [
        Item(
            one.said.subject,
            "notifications.message",
            {"message_id": one.row.id},
            state=one.topic.label if one.topic else None,
            at=one.row.created_at,
        )  # fmt: skip
        for one in found
    ]


def wishes(s: Session, person_ids: Iterable[int]) -> dict[tuple[int, str], Wish]:
    """What these people wish by (person, topic), where they said something; one select."""
    rows = s.scalars(select(Preference).where(Preference.person_id.in_(set(person_ids))))
    return {(row.person_id, row.topic): Wish(row.mail, row.sms) for row in rows}


def follows(s: Session, actor: Actor, kind: str, object_id: int) -> bool:
    """Does this person follow the thing? One select, none where the page has asked along."""
    known: bool | None = s.info.get((_FOLLOWS, actor.person_id, kind, object_id))
    if known is not None:
        return known
    mine = select(_F.id).where(_F.person_id == actor.person_id, _F.kind == kind, _F.object_id == object_id)
    return s.scalar(mine) is not None


def follower_ids(s: Session, kind: str, object_id: int) -> list[int]:
    """Whoever follows a thing; shown to nobody."""
    return list(s.scalars(select(Follow.person_id).where(Follow.kind == kind, Follow.object_id == object_id)))


@dataclass(frozen=True, slots=True)
class Followed:
    """A followed thing with its title and page; those that are not public any more have none."""

    kind: str
    object_id: int
    hit: Hit | None


def following(s: Session, actor: Actor, lang: str) -> list[Followed]:
    """Everything a person follows: one select, and what each kind needs for its titles."""
    rows = s.scalars(select(Follow).where(Follow.person_id == actor.person_id).order_by(Follow.id.desc())).all()
    by_kind: dict[str, list[int]] = {}
    for row in rows:
        by_kind.setdefault(row.kind, []).append(row.object_id)
    kinds = {kind.name: kind for feature in ground.current().features for kind in feature.kinds}
    hits: dict[tuple[str, int], Hit] = {}
    for name, ids in by_kind.items():
        found = kinds[name].found if name in kinds else None
        if found is not None:
            hits |= {(name, object_id): hit for object_id, hit in found(s, ids, lang).items()}
    return [Followed(row.kind, row.object_id, hits.get((row.kind, row.object_id))) for row in rows]


def can_follow(kind: str) -> bool:
    """Kinds with a public page can be followed."""
    kinds = [one for feature in ground.current().features for one in feature.kinds if one.name == kind]
    return any(one.found is not None for one in kinds)


def is_public(s: Session, kind: str, object_id: int, lang: str) -> bool:
    """May everybody see this thing? Only such things can be followed."""
    for feature in ground.current().features:
        for one in feature.kinds:
            if one.name == kind and one.found is not None:
                return object_id in one.found(s, [object_id], lang)
    return False


def alerts(s: Session, actor: Actor) -> Sequence[Alert]:
    """The topics and districts that a person wants to hear of."""
    return s.scalars(
        select(Alert).where(Alert.person_id == actor.person_id).order_by(Alert.topic, Alert.district)
    ).all()


def calendar_key(s: Session, actor: Actor) -> CalendarKey | None:
    """The secret of a person's calendar address, where there is one."""
    return s.get(CalendarKey, actor.person_id) if actor.person_id is not None else None


def calendar_owner(s: Session, secret: str) -> int | None:
    """Whose calendar an address belongs to."""
    return s.scalar(select(CalendarKey.person_id).where(CalendarKey.secret == secret)) if secret else None


def events(s: Session, actor: Actor, lang: str) -> list[Any]:
    """Everything dated that the features know of a person."""
    made = [feature.calendar for feature in ground.current().features if feature.calendar is not None]
    return [event for calendar in made for event in calendar(s, actor, lang)]
