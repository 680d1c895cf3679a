"""What lies around a place of the city plan, of every kind that says where its things are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from flask import url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.base import ground
from portal.base.actor import Actor
from portal.base.feature import Item, Kind, News
from portal.base.i18n import _l
from portal.notifications import rules_around as rules
from portal.notifications.models import PlaceAlert
from portal.notifications.rules_around import Around, Near
from portal.places.queries_plan import city_scale
from portal.places.rules_plan import Scale

SHOWN = 60  # of each kind, on the page and in the feed
NEWS = 5000  # of each kind between two runs of the worker


def kinds() -> dict[str, Kind]:
    """The kinds of things that lie on the plan, by name."""
    return {kind.name: kind for one in ground.current().features for kind in one.kinds if kind.placed is not None}


def address(x: float | None, y: float | None) -> str:
    """The page of what is around a place; empty where there is no place, or the city's width is not known."""
    if x is None or y is None or city_scale() is None:
        return ""
    return url_for("notifications.around", **Around(x, y).args())


def near(s: Session, scale: Scale, around: Around, lang: str) -> list[Near]:
    """What lies in a circle now, newest first: one select for each kind."""
    box = scale.box(around.x, around.y, around.metres)
    found: list[Near] = []
    for name, kind in kinds().items():
        if kind.placed is not None and (not around.kinds or name in around.kinds):
            found += rules.inside(around, scale, name, kind.placed(s, lang, box, None, None, SHOWN))
    return rules.newest_first(found)


def news(found: Sequence[Near]) -> list[News]:
    """The same as entries of a feed."""
    return [
        News(one.it.uid, one.it.title, one.it.at, one.it.endpoint, one.it.args, one.it.text, one.it.lang)
        for one in found
    ]


def since(s: Session, after: datetime, until: datetime, languages: Sequence[str]) -> dict[str, list[Near]]:
    """What came to lie on the plan between two instants (UTC), anywhere, newest first, in each of these languages: one
    select for each kind and language. How far it is from a place is not known yet."""
    found: dict[str, list[Near]] = {}
    for lang in languages:
        found[lang] = [
            Near(name, 0, one)
            for name, kind in kinds().items()
            if kind.placed is not None
            for one in kind.placed(s, lang, None, after, until, NEWS)
        ]
    return found


def own(s: Session, actor: Actor) -> Sequence[PlaceAlert]:
    """The places that a person named: one select."""
    return s.scalars(select(PlaceAlert).where(PlaceAlert.person_id == actor.person_id).order_by(PlaceAlert.id)).all()


def circle(row: PlaceAlert) -> Around:
    """The circle of an alert."""
    return Around(row.x, row.y, row.metres, tuple(row.kinds))


def mine(s: Session, actor: Actor, _lang: str) -> list[Item]:
    """The same for "my page", each to be taken away in one press."""
    return [
        Item(
            row.name,
            "notifications.around",
            circle(row).args(),
            state=_l("within %(metres)s metres", metres=row.metres),
            end=("notifications.remove_around", {"around_id": row.id}),
        )
        for row in own(s, actor)
    ]
