"""What the screens show on which services are set up."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.base import texts
from portal.base.texts import Said
from portal.places.models import Department
from portal.services.models import FormVersion, Service


def by_slug(s: Session, slug: str) -> Service | None:
    """A service, shown or not."""
    return s.scalars(select(Service).where(Service.slug == slug)).first()


def departments(s: Session, lang: str) -> list[tuple[int, Said]]:
    """The departments that there are, in their order. Two selects."""
    rows = s.scalars(select(Department.id).where(Department.closed_at.is_(None)).order_by(Department.position)).all()
    said = texts.load(s, "department", rows, ["name"], lang)
    return [(number, said.get((number, "name")) or Said("–", lang)) for number in rows]


def versions(s: Session, service_id: int) -> Sequence[FormVersion]:
    """The versions of a form, the newest first."""
    return s.scalars(
        select(FormVersion).where(FormVersion.service_id == service_id).order_by(FormVersion.number.desc())
    ).all()


def latest(s: Session, service_id: int) -> FormVersion | None:
    """The newest version of a form."""
    return next(iter(versions(s, service_id)), None)


def version(s: Session, service_id: int, number: int) -> FormVersion | None:
    """One version."""
    return s.scalars(
        select(FormVersion).where(FormVersion.service_id == service_id, FormVersion.number == number)
    ).first()
