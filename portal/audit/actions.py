"""Writing the audit record. There is no changing and no deleting."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from portal.audit.models import Entry
from portal.base import clock, db
from portal.base.actor import Actor


def record(
    actor: Actor, verb: str, kind: str = "", object_id: object = "", *, before: Any = None, after: Any = None
) -> None:
    """Add a line in the current transaction; it stands or falls with the act."""
    _add(db.session(), actor, verb, kind, object_id, before, after)


def record_now(actor: Actor, verb: str, kind: str = "", object_id: object = "", *, after: Any = None) -> None:
    """Add a line that survives the request's rollback: a refused access, a failed sign-in."""
    db.afterwards(lambda s: _add(s, actor, verb, kind, object_id, None, after))


def _add(s: Session, actor: Actor, verb: str, kind: str, object_id: object, before: Any, after: Any) -> None:
    s.add(
        Entry(
            at=clock.now(),
            person_id=actor.person_id,
            helped_by=actor.helped_by,
            channel=actor.channel,
            verb=verb,
            kind=kind,
            object_id=str(object_id),
            before=before,
            after=after,
        )
    )
    s.flush()
