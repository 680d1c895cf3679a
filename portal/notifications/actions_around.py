"""Places around which people hear of news: named and taken away."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.dialects import postgresql, sqlite

from portal.base import clock, db
from portal.base.actor import Actor
from portal.base.i18n import _l
from portal.base.verdict import YES, Verdict, no
from portal.notifications import rules_around
from portal.notifications.models import PlaceAlert
from portal.notifications.rules_around import Around


def keep(actor: Actor, around: Around, name: str) -> Verdict:
    """Hear of what is new in a circle from now on. The same circle again only gets its other name and kinds. A no for
    one too many."""
    s, now = db.session(), clock.now()
    count = s.scalar(select(func.count()).where(PlaceAlert.person_id == actor.person_id)) or 0
    values = {
        "person_id": actor.person_id, "name": name, "x": round(around.x, 4), "y": round(around.y, 4),
        "metres": around.metres, "kinds": list(around.kinds), "seen_at": now, "created_at": now,
    }  # fmt: skip
    known = select(PlaceAlert.id).where(*(getattr(PlaceAlert, part) == values[part] for part in _WHERE))
    if count >= rules_around.MOST and s.scalar(known) is None:
        return no(_l("You are told about %(n)s places. That is the most; end one of them first.", n=rules_around.MOST))
    insert: Any = sqlite.insert if s.get_bind().dialect.name == "sqlite" else postgresql.insert
    s.execute(
        insert(PlaceAlert)
        .values(**values)
        .on_conflict_do_update(index_elements=_WHERE, set_={"name": name, "kinds": list(around.kinds)})
    )
    return YES


_WHERE = ["person_id", "x", "y", "metres"]


def remove(actor: Actor, around_id: int) -> bool:
    """Hear of it no longer. False for one that is not the actor's."""
    done: Any = db.session().execute(
        delete(PlaceAlert).where(PlaceAlert.id == around_id, PlaceAlert.person_id == actor.person_id)
    )
    return bool(done.rowcount)
