"""Lists of projects with search, filters and sorting, and one project with its neighbours."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from portal.base import files, i18n, search, texts
from portal.base.files import File, State
from portal.base.texts import Said
from portal.budgeting.models import Budget, Card, Category, Pot, Project, ProjectStatus
from portal.budgeting.queries import wordings
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
    sort_key: str

    @property
    def dir(self) -> str:
        """Writing direction of the texts."""
        return i18n.direction(self.lang)

    @property
    def foreign(self) -> bool:
        """True when the texts are not in the reader's language."""
        return self.lang != i18n.lang()


@dataclass(frozen=True)
class Beside:
    """A neighbour in the list of projects."""

    number: int
    title: str
    lang: str


@dataclass(frozen=True)
class Detail:
    """A project's own page."""

    shown: Shown
    budget_title: Said
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
    before: Beside | None
    after: Beside | None


def _cards(lang: str) -> Select[*tuple[Any, ...]]:
    return (
        select(
            Project.id, Project.number, Project.code, Project.cost, Project.pot_id, Project.category_id, Project.status,
            Project.place, Project.proposer, Card.title, Card.summary, Card.picture_alt, Card.said_in, Card.sort_key,
            File.sha256,
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
        sort_key=row.sort_key,
    )


def _asked(
    s: Session, budget_id: int, filters: Filters, statuses: Iterable[ProjectStatus]
) -> list[ColumnElement[bool]]:
    asked: list[ColumnElement[bool]] = [Project.budget_id == budget_id, Project.status.in_(list(statuses))]
    if filters.status is not None:
        asked.append(Project.status == filters.status)
    if filters.pot is not None:
        asked.append(Project.pot_id.in_(select(Pot.id).where(Pot.budget_id == budget_id, Pot.position == filters.pot)))
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
    s: Session,
    budget_id: int,
    filters: Filters,
    *,
    statuses: Sequence[ProjectStatus] = PUBLIC,
    per_page: int = PER_PAGE,
) -> tuple[list[Shown], int]:
    """One page of projects and the number of all that fit: one select, two with a search or a page beyond the last."""
    asked = _asked(s, budget_id, filters, statuses)
    rows = s.execute(
        _cards(i18n.lang())
        .add_columns(func.count().over().label("total"))
        .where(*asked)
        .order_by(*_ORDERS.get(filters.sort, _ORDERS["number"]))
        .limit(per_page)
        .offset((max(filters.page, 1) - 1) * per_page)
    ).all()
    if rows:
        return [_shown(row) for row in rows], rows[0].total
    if filters.page <= 1:
        return [], 0
    return [], s.scalar(select(func.count()).select_from(Project).where(*asked)) or 0


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
        select(Project).where(Project.budget_id == budget.id, Project.number == number, Project.status.in_(statuses))
    ).one_or_none()


def detail(s: Session, budget: Budget, number: int, *, drafts: bool = False) -> Detail | None:
    """A project with its texts, pot, category and neighbours in three selects; None where there is none to see."""
    lang = i18n.lang()
    statuses = list(ProjectStatus) if drafts else list(PUBLIC)
    row = s.execute(
        _cards(lang)
        .add_columns(Project.x, Project.y, Pot.amount, File.width, File.height)
        .join(Pot, Pot.id == Project.pot_id)
        .where(Project.budget_id == budget.id, Project.number == number, Project.status.in_(statuses))
    ).one_or_none()
    if row is None:
        return None
    said = wordings.load(
        s,
        {
            "budget": ([budget.id], ["title"]),
            "project": ([row.id], ["body", "decision"]),
            "pot": ([row.pot_id], ["name"]),
            "category": ([row.category_id] if row.category_id else [], ["name"]),
        },
    )
    beside = _neighbours(s, budget.id, number, lang)
    return Detail(
        shown=_shown(row),
        budget_title=said.get(("budget", budget.id, "title")) or Said(budget.slug, "en"),
        body=said.get(("project", row.id, "body")),
        decision=said.get(("project", row.id, "decision")),
        picture=files.url(row.sha256, "full") if row.sha256 else None,
        width=row.width,
        height=row.height,
        pot=said.get(("pot", row.pot_id, "name")),
        pot_amount=row.amount,
        category=said.get(("category", row.category_id or 0, "name")),
        x=row.x,
        y=row.y,
        before=beside.get(False),
        after=beside.get(True),
    )


def _neighbours(s: Session, budget_id: int, number: int, lang: str) -> dict[bool, Beside]:
    """The project before (False) and after (True) this one, in one select."""
    mine = (Project.budget_id == budget_id, Project.status.in_(PUBLIC))
    before = select(func.max(Project.number)).where(*mine, Project.number < number).scalar_subquery()
    after = select(func.min(Project.number)).where(*mine, Project.number > number).scalar_subquery()
    rows = s.execute(
        select(Project.number, Card.title, Card.said_in)
        .join(Card, (Card.project_id == Project.id) & (Card.lang == lang))
        .where(Project.budget_id == budget_id, or_(Project.number == before, Project.number == after))
    )
    return {row.number > number: Beside(row.number, row.title, row.said_in) for row in rows}
