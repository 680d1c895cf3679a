"""What pages show of services, applications and cases, fully loaded, in a fixed number of selects."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, String, cast, literal, or_, select, union_all
from sqlalchemy.orm import Session

from portal.base import i18n, texts
from portal.base.actor import Actor
from portal.base.feature import Item
from portal.base.i18n import _l
from portal.base.normal import normalise, sort_key
from portal.base.texts import Said
from portal.identity.models import Person
from portal.papers.models import Paper
from portal.services import queries_fees, rules
from portal.services.models import (
    Application,
    Case,
    CaseEvent,
    CaseFile,
    CaseRequest,
    CaseState,
    Decision,
    FormVersion,
    Service,
)
from portal.services.queries_fees import Account
from portal.services.schema_kinds import FILES

KIND = "service"
CASE = "service_case"
FIELDS = ("title", "summary", "who", "needs", "cost", "next", "basis", "appeal")


@dataclass(frozen=True, slots=True)
class Offered:
    """A service with its texts in the reader's language."""

    row: Service
    said: Mapping[str, Said]
    office: Said | None
    form_id: int | None

    @property
    def title(self) -> Said:
        """Its name; the address's word where it has none."""
        return self.said.get("title") or Said(self.row.slug, i18n.SOURCE)


def _dressed(s: Session, rows: Sequence[Service], now: datetime, lang: str, fields: Sequence[str]) -> list[Offered]:
    ids = [row.id for row in rows]
    said = texts.load(s, KIND, ids, fields, lang, html=True)
    offices = texts.load(s, "department", {row.department_id for row in rows if row.department_id}, ["name"], lang)
    forms = _current(s, ids, now)
    return [
        Offered(
            row,
            {field: said[row.id, field] for field in fields if (row.id, field) in said},
            offices.get((row.department_id or 0, "name")),
            forms.get(row.id),
        )
        for row in rows
    ]


def _current(s: Session, ids: Sequence[int], now: datetime) -> dict[int, int]:
    """The form of each service that counts now: the last one published."""
    found = s.execute(
        select(FormVersion.service_id, FormVersion.id)
        .where(FormVersion.service_id.in_(ids), FormVersion.valid_from <= now)
        .order_by(FormVersion.number)
    )
    return {row.service_id: row.id for row in found}


def offered(s: Session, now: datetime, lang: str, *, words: str = "", event: str = "") -> list[Offered]:
    """What can be applied for, by name. `words`: all of them stand somewhere in the texts, however they are written;
    `event`: a life event. Four selects."""
    rows = s.scalars(select(Service).where(Service.shown.is_(True))).all()
    found = _dressed(s, [row for row in rows if not event or event in row.life_events], now, lang, FIELDS)
    wanted = normalise(words).split()
    fit = [
        one for one in found
        if all(word in normalise(" ".join(said.body for said in one.said.values())) for word in wanted)
    ]  # fmt: skip
    return sorted(fit, key=lambda one: sort_key(one.title.body))


def every(s: Session, now: datetime, lang: str) -> list[Offered]:
    """All services, those too that are not shown; for the desk. Four selects."""
    rows = s.scalars(select(Service).order_by(Service.position, Service.id)).all()
    return _dressed(s, rows, now, lang, ("title", "summary"))


def service(s: Session, slug: str, now: datetime, lang: str, *, hidden: bool = False) -> Offered | None:
    """One service by the word in its address. Four selects."""
    where = [Service.slug == slug] if hidden else [Service.slug == slug, Service.shown.is_(True)]
    row = s.scalars(select(Service).where(*where)).first()
    return _dressed(s, [row], now, lang, FIELDS)[0] if row is not None else None


def form(s: Session, form_id: int) -> FormVersion:
    """A version of a form. Raises NoResultFound."""
    return s.get_one(FormVersion, form_id)


# --- applications -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Filled:
    """An application with its service, its form and its files."""

    row: Application
    service: Service
    title: Said
    form: FormVersion
    files: Sequence[CaseFile]


def application(s: Session, actor: Actor, number: int, lang: str) -> Filled | None:
    """An application of this person; to others it does not exist. Three selects."""
    found = s.execute(
        select(Application, Service, FormVersion)
        .join(Service, Service.id == Application.service_id)
        .join(FormVersion, FormVersion.id == Application.form_id)
        .where(Application.id == number, *whose(actor, Application))
    ).first()
    if found is None:
        return None
    row, of, document = found
    files = s.scalars(select(CaseFile).where(CaseFile.application_id == number).order_by(CaseFile.id)).all()
    title = texts.load(s, KIND, [of.id], ["title"], lang).get((of.id, "title")) or Said(of.slug, i18n.SOURCE)
    return Filled(row, of, title, document, files)


def newer_form(s: Session, of: Filled, now: datetime) -> FormVersion | None:
    """The version of its form that counts now, where it is a later one than that of an application. One select."""
    return s.scalars(
        select(FormVersion)
        .where(
            FormVersion.service_id == of.service.id, FormVersion.number > of.form.number, FormVersion.valid_from <= now
        )
        .order_by(FormVersion.number.desc())
        .limit(1)
    ).first()


def whose(actor: Actor, model: Any) -> list[ColumnElement[bool]]:
    """Own ones; while somebody acts for another, those of that mandate alone, and else none of any mandate's."""
    if actor.acting_for is not None:
        return [model.mandate_id == actor.acting_for.mandate_id]
    return [model.person_id == actor.person_id, or_(model.mandate_id.is_(None), model.for_name == "")]


def applications(s: Session, actor: Actor, lang: str, service_id: int | None = None) -> list[tuple[Application, Said]]:
    """What somebody is filling in, the latest first. Two selects."""
    where = whose(actor, Application)
    if service_id is not None:
        where.append(Application.service_id == service_id)
    rows = s.scalars(select(Application).where(*where).order_by(Application.changed_at.desc()).limit(20)).all()
    said = texts.load(s, KIND, {row.service_id for row in rows}, ["title"], lang)
    return [(row, said.get((row.service_id, "title"), Said("–", lang))) for row in rows]


# --- cases ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a case's history as a page shows it."""

    event: CaseEvent
    by: str


@dataclass(frozen=True, slots=True)
class CasePage:
    """A case with all that its page shows."""

    case: Case
    service: Service
    said: Mapping[str, Said]
    form: FormVersion
    lines: Sequence[Line]
    requests: Sequence[CaseRequest]
    files: Sequence[CaseFile]
    decision: Decision | None
    proposal: Decision | None
    paper: Paper | None
    applicant: str
    officer: str
    fee: Account | None

    @property
    def title(self) -> Said:
        """The service's name."""
        return self.said.get("title") or Said(self.service.slug, i18n.SOURCE)

    @property
    def open_requests(self) -> list[CaseRequest]:
        """What the applicant has not answered yet."""
        return [one for one in self.requests if one.answered_at is None]


def own_case(s: Session, actor: Actor, reference: str, lang: str) -> CasePage | None:
    """A case of this person by its reference; to others it does not exist. What staff wrote for themselves is left out."""
    found = _case(s, reference, whose(actor, Case))
    return _page(s, found, lang, private=False) if found is not None else None


def desk_case(s: Session, actor: Actor, reference: str, lang: str) -> CasePage | None:
    """A case in reach of an officer's roles, notes included."""
    found = _case(s, reference, [in_reach(actor)])
    return _page(s, found, lang, private=True) if found is not None else None


def in_reach(actor: Actor, roles: tuple[str, ...] = rules.READERS) -> ColumnElement[bool]:
    """Where clause over cases and services: those of the departments in which one of the roles is held."""
    if actor.everywhere(*roles):
        return Service.id.is_not(None)
    return Service.department_id.in_(sorted(actor.scopes(roles, "department")))


def _case(s: Session, reference: str, where: Sequence[ColumnElement[bool]]) -> Any:
    return s.execute(
        select(Case, Service, FormVersion)
        .join(Service, Service.id == Case.service_id)
        .join(FormVersion, FormVersion.id == Case.form_id)
        .where(Case.reference == reference, *where)
    ).first()


def _page(s: Session, found: Any, lang: str, *, private: bool) -> CasePage:
    case, of, document = found
    said = texts.load(s, KIND, [of.id], FIELDS, lang, html=True)
    where = [CaseEvent.case_id == case.id] + ([] if private else [CaseEvent.private.is_(False)])
    lines = s.scalars(select(CaseEvent).where(*where).order_by(CaseEvent.id)).all()
    requests = s.scalars(select(CaseRequest).where(CaseRequest.case_id == case.id).order_by(CaseRequest.id)).all()
    files = s.scalars(select(CaseFile).where(CaseFile.case_id == case.id).order_by(CaseFile.id)).all()
    decisions = s.scalars(select(Decision).where(Decision.case_id == case.id).order_by(Decision.id)).all()
    numbers = {line.by_id for line in lines} | {case.person_id, case.officer_id}
    people = select(Person.id, Person.name).where(Person.id.in_([n for n in numbers if n]))
    names: dict[int, str] = {row.id: row.name for row in s.execute(people)}
    paper = s.get(Paper, case.paper_id) if case.paper_id is not None else None
    return CasePage(
        case, of, {field: said[of.id, field] for field in FIELDS if (of.id, field) in said}, document,
        [Line(line, names.get(line.by_id or 0, "")) for line in lines], requests, files,
        next((one for one in decisions if one.confirmed_at is not None and one.lifted_at is None), None),
        next((one for one in reversed(decisions) if one.confirmed_at is None and one.returned_at is None), None),
        paper, case.for_name or names.get(case.person_id or 0, ""), names.get(case.officer_id or 0, ""),
        queries_fees.account(s, case.id),
    )  # fmt: skip


def mine(s: Session, actor: Actor, lang: str) -> list[Item]:
    """For "my page": what is being filled in, then the newest cases. One select, and one for the names where there are
    any."""
    begun = (
        select(
            literal(0).label("rank"), Application.id, Application.service_id, literal("").label("reference"),
            literal("").label("state"), Application.changed_at.label("at"),
        )
        .where(*whose(actor, Application))
        .order_by(Application.changed_at.desc())
        .limit(5)
        .subquery()
    )  # fmt: skip
    filed = (
        select(
            literal(1).label("rank"), Case.id, Case.service_id, Case.reference, cast(Case.state, String).label("state"),
            Case.filed_at.label("at"),
        )
        .where(*whose(actor, Case))
        .order_by(Case.id.desc())
        .limit(8)
        .subquery()
    )  # fmt: skip
    rows = s.execute(union_all(select(begun), select(filed))).all()
    rows = sorted(rows, key=lambda row: (row.rank, -row.id if row.rank else 0))
    said = texts.load(s, KIND, {row.service_id for row in rows}, ["title"], lang)
    return [_item(row, said.get((row.service_id, "title")) or Said("–", lang)) for row in rows]


def _item(row: Any, name: Said) -> Item:
    if row.rank == 0:
        return Item(
            name.body, "services.tasks", {"number": row.id}, lang=name.lang, state=_l("Not sent yet"), at=row.at
        )
    return Item(
        name.body, "services.case", {"reference": row.reference}, lang=name.lang,
        state=rules.STATES[CaseState(row.state)], at=row.at,
    )  # fmt: skip


def pauses(requests: Sequence[CaseRequest]) -> list[tuple[date, date | None]]:
    """From when to when the city waited for the applicant, by days of the city; None: it still does."""
    return [
        (
            i18n.in_zone(one.asked_at).date(),
            i18n.in_zone(one.answered_at).date() if one.answered_at is not None else None,
        )
        for one in requests
    ]  # fmt: skip


def names(s: Session, service_id: int) -> dict[str, str]:
    """A service's name in every language that it has one in, for messages."""
    found = texts.all_languages(s, KIND, service_id)
    return {lang: row.body for (field, lang), row in found.items() if field == "title"}


def name_of(s: Session, person_id: int | None) -> str:
    """The name of a person; empty where it is forgotten."""
    return s.scalar(select(Person.name).where(Person.id == person_id)) or ""


def file_names(files: Sequence[CaseFile]) -> dict[str, list[str]]:
    """The names of files by the field that they belong to."""
    found: dict[str, list[str]] = {}
    for one in files:
        found.setdefault(one.field, []).append(one.name)
    return found


def files_of(s: Session, application_id: int) -> Sequence[CaseFile]:
    """The files of an application, as they are now."""
    return s.scalars(select(CaseFile).where(CaseFile.application_id == application_id).order_by(CaseFile.id)).all()


def as_answers(found: Iterable[CaseFile]) -> list[dict[str, Any]]:
    """Files of a question, as answers tell of them."""
    kinds = {media: kind for kind, media in FILES.items()}
    return [
        {"id": str(one.id), "name": one.name, "type": kinds.get(one.media_type, "pdf"), "size": one.size}
        for one in found
    ]
