"""Writing the audit record. There is no changing and no deleting."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, func, select, text, update
from sqlalchemy.orm import Session

from portal.audit import queries, rules
from portal.audit.models import Entry, Head
from portal.base import clock, db
from portal.base.actor import Actor

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
        s.info.setdefault("before_commit", []).append(lambda: _chain(s))
    s.info[_PENDING].append(entry.id)


_E = Entry.__table__.c
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


def _chain(s: Session) -> None:
    """Give this transaction's lines their places, as the last thing before COMMIT: on PostgreSQL the lock is held for
    these few statements and the COMMIT alone, on SQLite every writer is alone anyway. A line that fell with its
    savepoint is not there any more."""
    lines = s.execute(_WAITING, {"ids": s.info.pop(_PENDING, [])}).all()
    if not lines:
        return
    if s.get_bind().dialect.name == "postgresql":
        s.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
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
