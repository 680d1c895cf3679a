"""Places around which people hear of news: named, taken away, and told about by the worker."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from portal.base import clock, db, ground, i18n
from portal.base.actor import Actor
from portal.base.i18n import _l
from portal.base.verdict import YES, Verdict, no
from portal.identity.models import Person
from portal.notifications import queries_around, rules_around
from portal.notifications.actions import tell
from portal.notifications.models import PlaceAlert
from portal.notifications.rules_around import Around, Near
from portal.places.queries_plan import city_scale
from portal.places.rules_plan import Scale

LATE = timedelta(seconds=30)  # no transaction takes longer from its clock to its end


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


def tell_around() -> int:
    """Tell everybody what has come into their circles since they were last told: one message for each circle. Returns
    how many messages were sent. What is new is read once for all; the rest is arithmetic, so ten thousand circles take
    no more selects than one."""
    scale, until = city_scale(), clock.now() - LATE
    if scale is None:
        return 0
    with db.read() as s:
        first = s.scalar(select(func.min(PlaceAlert.seen_at)).where(PlaceAlert.seen_at < until))
        if first is None:
            return 0
        wanted = select(Person.language).join(PlaceAlert, PlaceAlert.person_id == Person.id).distinct()
        languages = sorted({_language(one) for one in s.scalars(wanted)})
        fresh = queries_around.since(s, first, until, languages)
    with db.write() as s:
        told = 0
        if any(fresh.values()):
            rows = s.execute(
                select(PlaceAlert, Person.language)
                .join(Person, Person.id == PlaceAlert.person_id)
                .where(PlaceAlert.seen_at < until)
                .order_by(PlaceAlert.id)
                .with_for_update(of=PlaceAlert)  # a second worker waits, and then finds nothing left to tell
            )
            for row, language in rows.all():
                told += _tell(row, fresh.get(_language(language), []), scale, int(until.timestamp()))
        s.execute(
            update(PlaceAlert)
            .where(PlaceAlert.seen_at < until)
            .values(seen_at=until)
            .execution_options(synchronize_session=False)
        )
        return told


def _language(asked: str | None) -> str:
    return asked if asked in ground.settings().languages else i18n.SOURCE


def _tell(row: PlaceAlert, fresh: list[Near], scale: Scale, stamp: int) -> int:
    around = queries_around.circle(row)
    found = [
        near
        for one in fresh
        if one.it.at > row.seen_at
        for near in rules_around.inside(around, scale, one.kind, [one.it])
    ]
    if not found:
        return 0
    newest = rules_around.newest_first(found)
    link = ("notifications.around", around.args())
    if len(newest) == 1:
        link = (newest[0].it.endpoint, newest[0].it.args)
    return tell(
        row.person_id,
        "around.new",
        {"place": row.name, "metres": row.metres, "titles": rules_around.titles(newest)},
        link=link,
        dedup=f"around:{row.id}:{stamp}",
    )
