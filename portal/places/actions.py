"""What changes districts, departments and venues."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.audit.actions import record
from portal.base import db, texts
from portal.base.actor import Actor
from portal.base.i18n import Text, _l
from portal.base.verdict import Verdict, no
from portal.places import rules
from portal.places.models import Department, District, Venue


def add_district(actor: Actor, *, code: str, names: Mapping[str, str], position: int = 0) -> District | Verdict:
    """Make a district; `names` per language. A no for a code that cannot be used."""
    return _add(actor, District, code, names, position, _l("Another district has this code."))


def name_district(actor: Actor, district: District, *, names: Mapping[str, str], position: int) -> None:
    """Change a district's names and its place in lists; its code stays, for facts and files speak of it."""
    _rename(actor, district, names, position)


def close_district(actor: Actor, district: District, now: datetime | None) -> None:
    """Take a district out of use (a time) or back into it (None)."""
    _close(actor, district, now)


def add_department(actor: Actor, *, code: str, names: Mapping[str, str], position: int = 0) -> Department | Verdict:
    """Make a department; `names` per language. A no for a code that cannot be used."""
    return _add(actor, Department, code, names, position, _l("Another department has this code."))


def name_department(actor: Actor, department: Department, *, names: Mapping[str, str], position: int) -> None:
    """Change a department's names and its place in lists."""
    _rename(actor, department, names, position)


def close_department(actor: Actor, department: Department, now: datetime | None) -> None:
    """Take a department out of use (a time) or back into it (None). Roles limited to it go on as they are."""
    _close(actor, department, now)


Coded = TypeVar("Coded", District, Department)


def _add(
    actor: Actor, model: type[Coded], code: str, names: Mapping[str, str], position: int, taken: Text
) -> Coded | Verdict:
    s, kind = db.session(), model.__tablename__
    verdict = rules.may_use_code(code, s.scalars(select(model.code)), taken)
    if not verdict:
        return verdict
    row = model(code=code, position=position)
    try:
        with s.begin_nested():
            s.add(row)
            s.flush()
    except IntegrityError:
        return no(taken)
    _name(s, kind, row.id, names)
    record(
        actor, "added district" if model is District else "added department", kind, row.id,
        after={"code": code, "names": dict(names)},
    )  # fmt: skip
    return row


def _rename(actor: Actor, row: District | Department, names: Mapping[str, str], position: int) -> None:
    s, kind = db.session(), row.__tablename__
    before = {lang: said.body for (_field, lang), said in texts.all_languages(s, kind, row.id).items()}
    _name(s, kind, row.id, names)
    was, row.position = row.position, position
    s.flush()
    record(
        actor, "changed district" if isinstance(row, District) else "changed department", kind, row.id,
        before={"names": before, "position": was},
        after={"names": dict(names), "position": position},
    )  # fmt: skip


def _close(actor: Actor, row: District | Department, now: datetime | None) -> None:
    if (row.closed_at is None) == (now is None):
        return
    row.closed_at = now
    db.session().flush()
    if isinstance(row, District):
        record(actor, "closed district" if now else "reopened district", "district", row.id)
    else:
        record(actor, "closed department" if now else "reopened department", "department", row.id)


def place_district(actor: Actor, district: District, spot: rules.Spot | None) -> None:
    """Say where a district's name stands on the city plan; None takes it off."""
    before, after = rules.spot_of(district), spot
    district.x, district.y = (spot.x, spot.y) if spot else (None, None)
    db.session().flush()
    record(actor, "placed district", "district", district.id, before=before, after=after)


def add_venue(actor: Actor, *, names: Mapping[str, str], hours: Mapping[str, str] | None = None, **facts: Any) -> Venue:
    """Make a venue; `names` and opening `hours` per language, `facts` are columns of the table."""
    s = db.session()
    row = Venue(**facts)
    s.add(row)
    s.flush()
    _say(s, row, names, hours or {})
    record(actor, "added venue", "venue", row.id, after=_told(row) | {"names": dict(names)})
    return row


def edit_venue(actor: Actor, venue: Venue, *, names: Mapping[str, str], hours: Mapping[str, str], **facts: Any) -> None:
    """Change a venue's texts and facts. Raises TypeError for a fact that venues do not have."""
    s = db.session()
    before = _told(venue)
    for fact, value in facts.items():
        if fact not in before:
            raise TypeError(f"a venue has no {fact} to change")
        setattr(venue, fact, value)
    s.flush()
    _say(s, venue, names, hours)
    record(actor, "changed venue", "venue", venue.id, before=before, after=_told(venue) | {"names": dict(names)})


def place_venue(actor: Actor, venue: Venue, spot: rules.Spot | None) -> None:
    """Say where a venue lies on the city plan; None takes it off."""
    before = rules.spot_of(venue)
    venue.x, venue.y = (spot.x, spot.y) if spot else (None, None)
    db.session().flush()
    record(actor, "placed venue", "venue", venue.id, before=before, after=spot)


def close_venue(actor: Actor, venue: Venue, now: datetime | None) -> None:
    """Take a venue out of use (a time) or back into it (None). It is never deleted: old dates speak of it."""
    if (venue.closed_at is None) == (now is None):
        return
    venue.closed_at = now
    db.session().flush()
    record(actor, "closed venue" if now else "reopened venue", "venue", venue.id)


def _told(venue: Venue) -> dict[str, Any]:
    return {
        "address": venue.address,
        "district_id": venue.district_id,
        "step_free": venue.step_free,
        "latitude": venue.latitude,
        "longitude": venue.longitude,
        "position": venue.position,
    }


def _say(s: Session, venue: Venue, names: Mapping[str, str], hours: Mapping[str, str]) -> None:
    _name(s, "venue", venue.id, names)
    for lang, words in hours.items():
        texts.put(s, "venue", venue.id, "hours", lang, words.strip())


def _name(s: Session, kind: str, object_id: int, names: Mapping[str, str]) -> None:
    for lang, name in names.items():
        texts.put(s, kind, object_id, "name", lang, name.strip())
