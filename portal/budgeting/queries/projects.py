"""Lists of projects with search, filters and sorting, and one project with its neighbours."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from portal.base import files, i18n, search, texts
from portal.base.files import File, State
from portal.base.texts import Said
from portal.budgeting.models import Budget, Card, Category, Pot, Project, ProjectStatus
from portal.budgeting.rules import PUBLIC

PER_PAGE = 20
SORTS = ("number", "title", "cheap", "dear")


@dataclass(frozen=True)
class Filters:
    """What a reader asked for. Empty means everything."""

    q: str = ""
    pot: int | None = None  # position of the pot in the budget
    category: int | None = None
    status: ProjectStatus | None = None
    sort: str = "number"
    page: int = 1


@dataclass(frozen=True, slots=True)
class Shown:
    """A project as a card shows it. Cost in cents; `lang` is the language of the texts."""

    id: int
    number: int
    code: str
    title: str
    summary: str
    picture: str | None
    picture_alt: str
    lang: str
    cost: int
    pot_id: int
    category_id: int | None
    status: ProjectStatus
    place: str
    proposer: str

    @property
    def dir(self) -> str:
        """Writing direction of the texts."""
        return i18n.direction(self.lang)

    @property
    def foreign(self) -> bool:
        """True when the texts are not in the reader's language."""
        return self.lang != i18n.lang()


@dataclass(frozen=True)
class Detail:
    """A project's own page."""

    shown: Shown
    body: Said | None
    decision: Said | None
    picture: str | None
    width: int | None
    height: int | None
    pot: Said | None
    pot_amount: int
    category: Said | None
    x: float | None
    y: float | None
    before: tuple[int, str] | None  # number and title of the neighbours
    after: tuple[int, str] | None


def _cards(lang: str) -> Select[Any]:
    return (
        select(
            Project.id, Project.number, Project.code, Project.cost, Project.pot_id, Project.category_id, Project.status,
            Project.place, Project.proposer, Card.title, Card.summary, Card.picture_alt, Card.said_in, File.sha256,
        )
        .join(Card, (Card.project_id == Project.id) & (Card.lang == lang))
        .outerjoin(File, (File.id == Project.picture_id) & (File.state == State.READY))
    )  # fmt: skip


def _shown(row: Any) -> Shown:
    return Shown(
        id=row.id,
        number=row.number,
        code=row.code,
        title=row.title,
        summary=row.summary,
        picture=files.url(row.sha256) if row.sha256 else None,
        picture_alt=row.picture_alt,
        lang=row.said_in,
        cost=row.cost,
        pot_id=row.pot_id,
        category_id=row.category_id,
        status=row.status,
        place=row.place,
        proposer=row.proposer,
    )


def _asked(s: Session, budget_id: int, filters: Filters, statuses: Iterable[ProjectStatus]) -> list[ColumnElement[bool]]:
    asked: list[ColumnElement[bool]] = [Project.budget_id == budget_id, Project.status.in_(list(statuses))]
    if filters.status is not None:
        asked.append(Project.status == filters.status)
    if filters.pot is not None:
        asked.append(
            Project.pot_id.in_(select(Pot.id).where(Pot.budget_id == budget_id, Pot.position == filters.pot))
        )
    if filters.category is not None:
        asked.append(Project.category_id == filters.category)
    if filters.q.strip():
        asked.append(Project.id.in_(search.find(s, "project", filters.q, i18n.lang())))
    return asked


_ORDERS: dict[str, list[Any]] = {
    "number": [Project.number],
    "title": [Card.sort_key, Project.number],
    "cheap": [Project.cost, Project.number],
    "dear": [Project.cost.desc(), Project.number],
}


def listed(
    s: Session, budget_id: int, filters: Filters, *, statuses: Sequence[ProjectStatus] = PUBLIC, per_page: int = PER_PAGE
) -> tuple[list[Shown], int]:
    """One page of projects and the number of all that fit: two selects, three with a search."""
    asked = _asked(s, budget_id, filters, statuses)
    total = s.scalar(select(func.count()).select_from(Project).where(*asked)) or 0
    rows = s.execute(
        _cards(i18n.lang())
        .where(*asked)
        .order_by(*_ORDERS.get(filters.sort, _ORDERS["number"]))
        .limit(per_page)
        .offset((max(filters.page, 1) - 1) * per_page)
    )
    return [_shown(row) for row in rows], total


def on_ballot(s: Session, budget_id: int) -> list[Shown]:
    """Every project on the ballot by number: one select."""
    rows = s.execute(
        _cards(i18n.lang())
        .where(Project.budget_id == budget_id, Project.status == ProjectStatus.BALLOT)
        .order_by(Project.number)
    )
    return [_shown(row) for row in rows]


def by_code(s: Session, budget_id: int) -> dict[str, Shown]:
    """Every project of a budget by its code, for results: one select."""
    rows = s.execute(_cards(i18n.lang()).where(Project.budget_id == budget_id).order_by(Project.number))
    return {row.code: _shown(row) for row in rows}


def shuffled(projects: Sequence[Shown], secret: bytes, person: str, vote: str) -> list[Shown]:
    """The voter's own order: random between voters, the same for one voter at each visit, and not stored anywhere.

    Source of the order: HMAC-SHA256(secret, vote, person, project), ascending.
    """

    def place(project: Shown) -> bytes:
        return hmac.new(secret, f"{vote}\0{person}\0{project.code}".encode(), hashlib.sha256).digest()

    return sorted(projects, key=place)


def categories_of(s: Session, budget_id: int) -> list[tuple[int, Said, int | None]]:
    """The categories of a budget in order, with their caps: two selects."""
    rows = s.execute(
        select(Category.id, Category.cap).where(Category.budget_id == budget_id).order_by(Category.position)
    ).all()
    names = texts.load(s, "category", [row.id for row in rows], ["name"])
    return [(row.id, names.get((row.id, "name")) or Said(str(row.id), "en"), row.cap) for row in rows]


def by_number(s: Session, budget: Budget, number: int, *, drafts: bool = False) -> Project | None:
    """The project with this number, where the reader may see it."""
    statuses = list(ProjectStatus) if drafts else list(PUBLIC)
    return s.scalars(
        select(Project).where(
            Project.budget_id == budget.id, Project.number == number, Project.status.in_(statuses)
        )
    ).one_or_none()


def detail(s: Session, budget: Budget, project: Project) -> Detail:
    """A project with its texts, pot, category and neighbours: a fixed number of selects."""
    lang = i18n.lang()
    shown = _shown(s.execute(_cards(lang).where(Project.id == project.id)).one())
    said = texts.load(s, "project", [project.id], ["body", "decision"], html=True)
    pot = s.get_one(Pot, project.pot_id)
    picture = s.get(File, project.picture_id) if project.picture_id else None
    ready = picture is not None and picture.state is State.READY
    categories = texts.load(s, "category", [project.category_id], ["name"]) if project.category_id else {}
    return Detail(
        shown=shown,
        body=said.get((project.id, "body")),
        decision=said.get((project.id, "decision")),
        picture=files.url(picture, "full") if picture is not None and ready else None,
        width=picture.width if picture is not None else None,
        height=picture.height if picture is not None else None,
        pot=texts.load(s, "pot", [pot.id], ["name"]).get((pot.id, "name")),
        pot_amount=pot.amount,
        category=categories.get((project.category_id or 0, "name")),
        x=project.x,
        y=project.y,
        before=_neighbour(s, project, lang, later=False),
        after=_neighbour(s, project, lang, later=True),
    )


def _neighbour(s: Session, project: Project, lang: str, *, later: bool) -> tuple[int, str] | None:
    beside = Project.number > project.number if later else Project.number < project.number
    row = s.execute(
        select(Project.number, Card.title)
        .join(Card, (Card.project_id == Project.id) & (Card.lang == lang))
        .where(Project.budget_id == project.budget_id, Project.status.in_(PUBLIC), beside)
        .order_by(Project.number if later else Project.number.desc())
        .limit(1)
    ).one_or_none()
    return None if row is None else (row.number, row.title)
