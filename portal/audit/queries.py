"""Reading the audit record."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, String, cast, func, or_, select
from sqlalchemy.orm import Session

from portal.audit import rules
from portal.audit.models import Entry, Head

_E = Entry.__table__.c
_HEAD = select(_E.place, _E.hash).where(_E.place.is_not(None)).order_by(_E.place.desc()).limit(1)
BATCH = 2000


def head(s: Session, before: datetime | None = None) -> tuple[int, str]:
    """Place and hash of the chain's last line (before an instant); place 0 for an empty chain."""
    row = s.execute(_HEAD if before is None else _HEAD.where(_E.at < before)).one_or_none()
    return (row.place, row.hash) if row is not None else (0, rules.START)


def verify(s: Session) -> rules.Check:
    """Walk along the whole chain, compare it with the heads that were written down, and look for lines outside of it.
    The answer's `broken` names the first fault; None where all is as it was written."""
    check = rules.Check()
    heads = {row.place: row for row in s.scalars(select(Head).order_by(Head.place))}
    for batch in _batches(s):
        for line in batch:
            check.feed([line])
            kept = heads.pop(check.place, None)
            if check.broken is None and kept is not None and kept.hash != line.hash:
                told = f"the head written down for {kept.day.isoformat()} differs: the chain was written anew"
                check.broken = rules.Break(check.place, line.id, told)
        if check.broken is not None:
            return check
    if heads:
        place = min(heads)
        told = f"the head written down for {heads[place].day.isoformat()} stands at line {place}: the end is missing"
        check.broken = rules.Break(check.place + 1, None, told)
        return check
    outside = s.scalar(select(func.min(Entry.id)).where(Entry.place.is_(None)))
    if outside is not None:
        check.feed(s.scalars(select(Entry).where(Entry.id == outside)))
    return check


def _batches(s: Session) -> Iterator[Sequence[Any]]:
    last = -1
    while True:
        rows = s.execute(select(Entry.__table__).where(_E.place > last).order_by(_E.place).limit(BATCH)).all()
        if not rows:
            return
        yield rows
        last = rows[-1].place


def heads(s: Session, *, limit: int = 400) -> Sequence[Head]:
    """The heads that were written down, newest first."""
    return s.scalars(select(Head).order_by(Head.day.desc()).limit(limit)).all()


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody looks for in the record; empty means everything. `people` have acted, `for_people` were helped or
    stood in for; None does not ask, an empty list finds nothing."""

    words: str = ""
    verb: str = ""
    kind: str = ""
    object_id: str = ""
    people: Sequence[int] | None = None
    for_people: Sequence[int] | None = None
    since: datetime | None = None
    until: datetime | None = None


def conditions(wish: Wish) -> list[ColumnElement[bool]]:
    """The where clause of a wish."""
    where: list[ColumnElement[bool]] = []
    if wish.verb:
        where.append(Entry.verb == wish.verb)
    if wish.kind:
        where.append(Entry.kind == wish.kind)
    if wish.object_id:
        where.append(Entry.object_id == wish.object_id)
    if wish.people is not None:
        # a person looked for as the one who acts, and as the one a line is about
        about = (Entry.kind == "person") & Entry.object_id.in_([str(one) for one in wish.people])
        where.append(or_(Entry.person_id.in_(wish.people), Entry.helped_by.in_(wish.people), about))
    if wish.for_people is not None:
        helped = Entry.helped_by.is_not(None) & Entry.person_id.in_(wish.for_people)
        where.append(or_(helped, Entry.deputy_for.in_(wish.for_people)))
    if wish.since:
        where.append(Entry.at >= wish.since)
    if wish.until:
        where.append(Entry.at < wish.until)
    if wish.words:
        where.append(
            or_(
                Entry.object_id == wish.words,
                Entry.verb.contains(wish.words, autoescape=True),
                cast(Entry.before, String).contains(wish.words, autoescape=True),
                cast(Entry.after, String).contains(wish.words, autoescape=True),
            )
        )
    return where


def entries(s: Session, wish: Wish, *, limit: int = 50, offset: int = 0) -> tuple[Sequence[Entry], int]:
    """A page of lines, newest first, and how many there are: two selects."""
    where = conditions(wish)
    total = s.scalar(select(func.count()).select_from(Entry).where(*where)) or 0
    rows = s.scalars(select(Entry).where(*where).order_by(Entry.id.desc()).limit(limit).offset(offset)).all()
    return rows, total


def choices(s: Session) -> tuple[list[str], list[str]]:
    """Every verb and every kind that occurs, for the filters."""
    rows = s.execute(select(Entry.verb, Entry.kind).distinct()).all()
    return sorted({row[0] for row in rows}), sorted({row[1] for row in rows} - {""})


def stands(s: Session, verb: str, kind: str, object_id: object) -> bool:
    """Whether a line of this act on this object stands in the record: for work that ends outside of the database and is
    put on record after."""
    where = (Entry.verb == verb, Entry.kind == kind, Entry.object_id == str(object_id))
    return s.scalar(select(Entry.id).where(*where).limit(1)) is not None


def latest(s: Session, verb: str, kind: str, object_id: object) -> Entry | None:
    """The last line of this act on this object."""
    where = (Entry.verb == verb, Entry.kind == kind, Entry.object_id == str(object_id))
    return s.scalars(select(Entry).where(*where).order_by(Entry.id.desc()).limit(1)).one_or_none()


def verbs(s: Session) -> list[str]:
    """Every verb that occurs, for the filter."""
    return sorted(s.scalars(select(Entry.verb).distinct()))
