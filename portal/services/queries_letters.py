"""Templates of letters as pages show them, and what a case fills into them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from portal.base import i18n, texts
from portal.base.ground import settings
from portal.base.i18n import _
from portal.base.texts import Said
from portal.services import queries, rules_letters
from portal.services.models import Case, Service
from portal.services.models_steps import Letter, Use

KIND = "service_letter"
EXAMPLE = (date(2027, 3, 1), date(2027, 3, 31))


@dataclass(frozen=True, slots=True)
class Listed:
    """A template in the list: the service it belongs to (None: all), and the languages that it has a text in."""

    letter: Letter
    service: Said | None
    languages: tuple[str, ...]


def every(s: Session, lang: str) -> list[Listed]:
    """All templates, by use and name. Three selects."""
    rows = s.scalars(select(Letter).where(Letter.removed_at.is_(None)).order_by(Letter.use, Letter.name)).all()
    said = texts.load(s, queries.KIND, {row.service_id for row in rows if row.service_id}, ["title"], lang)
    lacking = texts.missing(s, KIND, [row.id for row in rows], ["body"], settings().languages)
    without = {(number, tongue) for tongue, gaps in lacking.items() for number, _field in gaps}
    return [
        Listed(
            row,
            (said.get((row.service_id, "title")) or Said("–", i18n.SOURCE)) if row.service_id else None,
            tuple(tongue for tongue in settings().languages if (row.id, tongue) not in without),
        )
        for row in rows
    ]


def one(s: Session, letter_id: int) -> Letter | None:
    """A template that was not taken away."""
    return s.scalars(select(Letter).where(Letter.id == letter_id, Letter.removed_at.is_(None))).first()


def offered(s: Session, service_ids: Collection[int], uses: Collection[Use]) -> Sequence[Letter]:
    """Templates for these uses: those of these services, and of all."""
    return s.scalars(
        select(Letter)
        .where(
            Letter.removed_at.is_(None), Letter.use.in_(uses),
            or_(Letter.service_id.is_(None), Letter.service_id.in_(service_ids)),
        )
        .order_by(Letter.use, Letter.name, Letter.id)
    ).all()  # fmt: skip


@dataclass(frozen=True, slots=True)
class Written:
    """A letter filled in for a case: its text, and the language that it is in."""

    text: str
    lang: str


def written(s: Session, letter: Letter, case: Case, service: Service, lang: str) -> Written:
    """The letter for this case in this language, or in the nearest one that the template has. Four selects."""
    said = texts.load(s, KIND, [letter.id], ("subject", "body"), lang)
    body = said.get((letter.id, "body")) or Said("", lang)
    subject = said.get((letter.id, "subject"))
    values = values_of(s, case, service, body.lang)
    parts = [subject.body if subject is not None and subject.lang == body.lang else "", body.body]
    return Written("\n\n".join(rules_letters.filled(part, values) for part in parts if part), body.lang)


def values_of(s: Session, case: Case, service: Service, lang: str) -> Mapping[str, str]:
    """What a case fills in, in a language."""
    said = texts.load(s, queries.KIND, [service.id], ["title"], lang).get((service.id, "title"))
    office = None
    if service.department_id is not None:
        office = texts.load(s, "department", [service.department_id], ["name"], lang).get(
            (service.department_id, "name")
        )
    with i18n.use_locale(lang):
        return {
            "name": case.for_name or queries.name_of(s, case.person_id), "reference": case.reference,
            "service": said.body if said is not None else service.slug, "filed": i18n.day(case.filed_at),
            "due": i18n.day(case.due_on) if case.due_on is not None else "",
            "office": office.body if office is not None else settings().city.name,
            "officer": queries.name_of(s, case.officer_id), "city": settings().city.name,
        }  # fmt: skip


def example(lang: str) -> Mapping[str, str]:
    """What stands in a preview."""
    with i18n.use_locale(lang):
        return {
            "name": "Ana Ilves", "reference": "2027-7K3QX-94HM0", "service": _("Market stall permit"),
            "filed": i18n.day(EXAMPLE[0]), "due": i18n.day(EXAMPLE[1]), "office": _("Office"),
            "officer": "Kai Saar", "city": settings().city.name,
        }  # fmt: skip
