"""Comments outside their debates: in searches, queues, feeds, on "my page", in limits."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.base.actor import CITY, NOBODY, Actor, Scope
from portal.base.feature import Hit, Item, News
from portal.base.i18n import _l
from portal.comments import rules
from portal.comments.models import Comment
from portal.comments.queries import kind, wish

NEWEST_IN_FEED = 50
MINE = 10
_C = Comment.__table__.c


def scope(s: Session, kind_name: str, object_id: int) -> Scope:
    """The part of the city that a discussed thing belongs to."""
    found = kind(kind_name)
    if found is None or found.content is None:
        return CITY
    return found.content.scope(s, object_id)


def hits(s: Session, ids: list[int], lang: str) -> dict[int, Hit]:
    """Opening words and page of each of these comments, whoever may see them: one select."""
    rows = s.execute(select(_C.id, _C.body, _C.lang).where(_C.id.in_(ids)))
    return {
        row.id: Hit(
            rules.opening(row.body), row.lang, "comments.comment", {"number": row.id}, rules.opening(row.body, 300)
        )
        for row in rows
    }


def public_hits(s: Session, ids: list[int], lang: str) -> dict[int, Hit]:
    """Those among these comments that everybody may see, on things that everybody may see: one select, and what each
    kind of thing asks."""
    rows = s.execute(select(_C.id, _C.kind, _C.object_id).where(_C.id.in_(ids), _C.counted.is_(True))).all()
    open_things: set[tuple[str, int]] = set()
    for name in {row.kind for row in rows}:
        how = kind(name)
        if how is not None and how.found is not None:
            numbers = sorted({row.object_id for row in rows if row.kind == name})
            open_things |= {(name, number) for number in how.found(s, numbers, lang)}
    return hits(s, [row.id for row in rows if (row.kind, row.object_id) in open_things], lang) if open_things else {}


def mine(s: Session, actor: Actor, _lang: str) -> list[Item]:
    """A person's newest comments, for "my page": one select."""
    rows = s.execute(
        select(_C.id, _C.body, _C.lang, _C.created_at, _C.hidden_at, _C.held_at)
        .where(_C.author_id == actor.person_id, _C.removed_at.is_(None))
        .order_by(_C.created_at.desc(), _C.id.desc())
        .limit(MINE)
    )
    return [
        Item(
            rules.opening(row.body),
            "comments.comment",
            {"number": row.id},
            row.lang,
            _l("Hidden") if row.hidden_at else _l("Waits for a moderator") if row.held_at else None,
            row.created_at,
        )
        for row in rows
    ]


def news(s: Session, kind_name: str, object_id: int) -> list[News]:
    """The newest comments on a thing as entries of a feed, without names: one select."""
    rows = s.execute(
        select(_C.id, _C.body, _C.lang, _C.created_at, _C.edited_at)
        .where(_C.kind == kind_name, _C.object_id == object_id, _C.counted.is_(True))
        .order_by(_C.id.desc())
        .limit(NEWEST_IN_FEED)
    )
    return [
        News(
            f"comment-{row.id}",
            rules.opening(row.body),
            row.edited_at or row.created_at,
            "comments.comment",
            {"number": row.id},
            rules.opening(row.body, 500),
            row.lang,
        )
        for row in rows
    ]


def is_open_to_all(s: Session, kind_name: str, object_id: int, lang: str) -> bool:
    """Does the thing exist for everybody? A closed one has no feed."""
    how = wish(kind_name)
    return how is not None and how.about(s, NOBODY, object_id, lang) is not None


def told(s: Session, kind_name: str, object_id: int) -> list[int]:
    """The authors of a discussed thing."""
    how = wish(kind_name)
    return list(how.told(s, object_id)) if how is not None else []


def lately(s: Session, person_id: int, minute: datetime, hour: datetime) -> tuple[int, int]:
    """How many comments a person has written since each of the two moments: one select."""
    recent = func.count().filter(_C.created_at > minute)
    row = s.execute(select(recent, func.count()).where(_C.author_id == person_id, _C.created_at > hour)).one()
    return row[0], row[1]
