"""What the worker tells people of the places that they named, in a short transaction of its own."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select, update

from portal.base import clock, db, ground, i18n
from portal.identity.models import Person
from portal.notifications import queries_around, rules_around
from portal.notifications.actions import tell
from portal.notifications.models import PlaceAlert
from portal.notifications.rules_around import Near
from portal.places.queries_plan import city_scale
from portal.places.rules_plan import Scale

LATE = timedelta(seconds=30)  # no transaction takes longer from its clock to its end


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
