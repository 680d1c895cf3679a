"""What the site's search finds of the services, and whom a case is about."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.base import i18n, texts
from portal.base.feature import Hit
from portal.services import queries
from portal.services.models import Application, Case, Service

__all__ = ["Application", "people", "services"]


def services(s: Session, ids: list[int], lang: str) -> dict[int, Hit]:
    """The services among these numbers that everybody may see. Two selects."""
    rows = s.execute(select(Service.id, Service.slug).where(Service.id.in_(ids), Service.shown.is_(True))).all()
    said = texts.load(s, queries.KIND, [row.id for row in rows], ("title", "summary"), lang)
    found = {}
    for row in rows:
        title, summary = said.get((row.id, "title")), said.get((row.id, "summary"))
        found[row.id] = Hit(
            title.body if title else row.slug, title.lang if title else i18n.SOURCE, "services.service",
            {"slug": row.slug}, summary.body if summary else "",
        )  # fmt: skip
    return found


def people(s: Session, case_id: int) -> list[int]:
    """The applicant."""
    return list(s.scalars(select(Case.person_id).where(Case.id == case_id, Case.person_id.is_not(None))))
