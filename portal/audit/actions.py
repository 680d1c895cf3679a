"""Writing the audit record. There is no changing and no deleting."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import String, bindparam, func, literal, literal_column, select, union_all, update
from sqlalchemy.orm import Session

from portal.audit import queries, rules
from portal.audit.models import Entry, Head
from portal.base import clock, db
from portal.base.actor import Actor
from portal.base.together import Ready, ask

# The number of the lock under which PostgreSQL's transactions take their places in the chain, one after the other.
LOCK = 0x666F6C6B
_PENDING = "audit.pending"


def record(
    actor: Actor, verb: str, kind: str = "", object_id: object = "", *, before: Any = None, after: Any = None
) -> None:
    """Add a line in the current transaction; it stands or falls with the act."""
    _add(db.session(), actor, verb, kind, object_id, before, after)


def record_now(actor: Actor, verb: str, kind: str = "", object_id: object = "", *, after: Any = None) -> None:
    """Add a line that survives the request's rollback: a refused access, a failed sign-in."""
    db.afterwards(lambda s: _add(s, actor, verb, kind, object_id, None, after))


def _add(s: Session, actor: Actor, verb: str, kind: str, object_id: object, before: Any, after: Any) -> None:
    entry = Entry(
        at=clock.now(),
        person_id=actor.person_id,
        helped_by=actor.helped_by,
        deputy_for=actor.deputy_for,
        mandate_id=actor.acting_for.mandate_id if actor.acting_for else None,
        channel=actor.channel,
        venue_id=actor.venue_id,
        verb=verb,
        kind=kind,
        object_id=str(object_id),
        before=before,
        after=after,
    )
    s.add(entry)
    s.flush()
    if _PENDING not in s.info:
        s.info[_PENDING] = []
        s.info["last_of_all"] = lambda: _chain(s)
    s.info[_PENDING].append(entry.id)


_ENTRY: Any = Entry.__table__
_E = _ENTRY.c
_WAITING = (
    select(
        _E.id, _E.at, _E.person_id, _E.helped_by, _E.deputy_for, _E.mandate_id, _E.channel, _E.verb, _E.kind,
        _E.object_id, _E.before, _E.after, _E.venue_id,
    )
    .where(_E.id.in_(bindparam("ids", expanding=True)), _E.place.is_(None))
    .order_by(_E.id)
)  # fmt: skip
_PLACE = (
    update(Entry)
    .where(_E.id == bindparam("line"))
    .values(place=bindparam("new_place"), prev_hash=bindparam("new_prev"), hash=bindparam("new_hash"))
)


# PostgreSQL: the place is given and the hash made by the server, so that the lock is held for no trip.
_LOCK = Ready(select(func.pg_advisory_xact_lock(LOCK)))
_TAIL = union_all(
    select(_E.place, _E.hash).where(_E.place.is_not(None)).order_by(_E.place.desc()).limit(1).subquery().select(),
    select(literal_column("0"), literal_column(f"'{rules.START}'")),
).subquery()
_LAST = select(_TAIL.c.place, _TAIL.c.hash).order_by(_TAIL.c.place.desc()).limit(1).subquery("last")
_CANONICAL = func.concat(
    literal(rules.BEFORE_PLACE, String), _LAST.c.place + 1, literal(',"', String), _LAST.c.hash,
    literal('"' + rules.AFTER_HASH, String), bindparam("said", type_=String),
)  # fmt: skip
_PLACE_LAST = Ready(
    update(_ENTRY)
    .where(_E.id == bindparam("line"))
    .values(
        place=_LAST.c.place + 1,
        prev_hash=_LAST.c.hash,
        hash=func.encode(func.sha256(func.convert_to(_CANONICAL, "UTF8")), "hex"),
    )
)


def _chain(s: Session) -> None:
    """Give this transaction's lines their places, as the last thing before COMMIT. On PostgreSQL the lock is had, the
    places are given and the transaction is committed in one trip, so that others wait for the server alone; on SQLite
    every writer is alone anyway. A line that fell with its savepoint is not there any more."""
    lines = s.execute(_WAITING, {"ids": s.info.pop(_PENDING, [])}).all()
    if not lines:
        return
    if not db.is_sqlite():
        places = ((_PLACE_LAST, {"line": line.id, "said": rules.said(line)}) for line in lines)
        ask(s, (_LOCK, {}), *places, commit=True)
        return
    place, last = queries.head(s)
    placed = []
    for line in lines:
        place += 1
        now = rules.line_hash(line, place, last)
        placed.append({"line": line.id, "new_place": place, "new_prev": last, "new_hash": now})
        last = now
    s.connection().execute(_PLACE, placed)


def note_head(s: Session, now: datetime) -> None:
    """Write down the head of yesterday (UTC), and of days that were missed: the last line before each midnight."""
    day = now.astimezone(UTC).date() - timedelta(days=1)
    known = s.scalar(select(func.max(Head.day)))
    first = s.scalar(select(func.min(Entry.at)))
    if first is None or (known is not None and known >= day):
        return
    start = known + timedelta(days=1) if known is not None else max(first.date(), day - timedelta(days=366))
    while start <= day:
        midnight = datetime(start.year, start.month, start.day, tzinfo=UTC) + timedelta(days=1)
        place, last = queries.head(s, before=midnight)
        if place:
            s.add(Head(day=start, place=place, hash=last))
        start += timedelta(days=1)
    s.flush()
