"""What changes districts and venues."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.audit.actions import record
from portal.base import db, texts
from portal.base.actor import Actor
from portal.base.i18n import _l
from portal.base.verdict import Verdict, no
from portal.places import rules
from portal.places.models import District, Venue


def add_district(actor: Actor, *, code: str, names: Mapping[str, str], position: int = 0) -> District | Verdict:
    """Make a district; `names` per language. A no for a code that cannot be used."""
    s = db.session()
    verdict = rules.may_use_code(code, s.scalars(select(District.code)))
    if not verdict:
        return verdict
    row = District(code=code, position=position)
    try:
        with s.begin_nested():
            s.add(row)
            s.flush()
    except IntegrityError:
        return no(_l("Another district has this code."))
    _name(s, "district", row.id, names)
    record(actor, "added district", "district", row.id, after={"code": code, "names": dict(names)})
    return row


def name_district(actor: Actor, district: District, *, names: Mapping[str, str], position: int) -> None:
    """Change a district's names and its place in lists; its code stays, for facts and files speak of it."""
    s = db.session()
    before = {lang: row.body for (_field, lang), row in texts.all_languages(s, "district", district.id).items()}
    _name(s, "district", district.id, names)
    was, district.position = district.position, position
    s.flush()
    record(
        actor,
        "changed district",
        "district",
        district.id,
        before={"names": before, "position": was},
        after={"names": dict(names), "position": position},
    )


def close_district(actor: Actor, district: District, now: datetime | None) -> None:
    """Take a district out of use (a time) or back into it (None)."""
    if (district.closed_at is None) == (now is None):
        return
    district.closed_at = now
    db.session().flush()
    record(actor, "closed district" if now else "reopened district", "district", district.id)


def add_venue(
    actor: Actor,
    *,
    names: Mapping[str, str],
    address: str = "",
    district_id: int | None = None,
    latitude: float | None = None,
    longitude: float | None = None,
    position: int = 0,
) -> Venue:
    """Make a venue; `names` per language."""
    s = db.session()
    row = Venue(address=address, district_id=district_id, latitude=latitude, longitude=longitude, position=position)
    s.add(row)
    s.flush()
    _name(s, "venue", row.id, names)
    record(actor, "added venue", "venue", row.id, after={"names": dict(names), "address": address})
    return row


def _name(s: Session, kind: str, object_id: int, names: Mapping[str, str]) -> None:
    for lang, name in names.items():
        texts.put(s, kind, object_id, "name", lang, name.strip())
