"""Lists of projects with search, filters and sorting, and one project with its neighbours."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Select, bindparam, func, or_, select
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


@cache
def _cards() -> Select[*tuple[Any, ...]]:
    """Cards in the language of the parameter `lang`; built once, as is what is built on it below."""
    return (
        select(
            Project.id, Project.number, Project.code, Project.cost, Project.pot_id, Project.category_id, Project.status,
            Project.place, Project.proposer, Card.title, Card.summary, Card.picture_alt, Card.said_in, Card.sort_key,
            File.sha256,
        )
        .join(Card, (Card.project_id == Project.id) & (Card.lang == bindparam("lang")))
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


_ORDERS: dict[str, list[Any]] = {
    "number": [Project.number],
    "title": [Card.sort_key, Project.number],
    "cheap": [Project.cost, Project.number],
    "dear": [Project.cost.desc(), Project.number],
}


def _asked(pot: bool, category: bool, found: bool) -> list[ColumnElement[bool]]:
    """Which projects are wanted; the values come as parameters."""
    asked: list[ColumnElement[bool]] = [
        Project.budget_id == bindparam("budget_id"),
        Project.status.in_(bindparam("statuses", expanding=True)),
    ]
    if pot:
        of_budget = select(Pot.id).where(Pot.budget_id == bindparam("budget_id"), Pot.position == bindparam("pot"))
        asked.append(Project.pot_id.in_(of_budget))
    if category:
        asked.append(Project.category_id == bindparam("category"))
    if found:
        asked.append(Project.id.in_(bindparam("found", expanding=True)))
    return asked


@lru_cache(maxsize=64)
def _page(pot: bool, category: bool, found: bool, sort: str) -> Select[*tuple[Any, ...]]:
    return (
        _cards()
        .add_columns(func.count().over().label("total"))
        .where(*_asked(pot, category, found))
        .order_by(*_ORDERS[sort])
        .limit(bindparam("size"))
        .offset(bindparam("start"))
    )


def listed(
    s: Session,
    budget_id: int,
    filters: Filters,
    *,
    statuses: Sequence[ProjectStatus] = PUBLIC,
    per_page: int = PER_PAGE,
) -> tuple[list[Shown], int]:
    """One page of projects and the number of all that fit: one select, two with a search or a page beyond the last."""
    shape = (filters.pot is not None, filters.category is not None, bool(filters.q.strip()))
    values: dict[str, Any] = {
        "lang": i18n.lang(),
        "budget_id": budget_id,
        "statuses": [one for one in statuses if filters.status in (None, one)],
        "pot": filters.pot,
        "category": filters.category,
        "found": search.find(s, "project", filters.q, i18n.lang()) if shape[2] else [],
        "size": per_page,
        "start": (max(filters.page, 1) - 1) * per_page,
    }
    rows = s.execute(_page(*shape, filters.sort if filters.sort in _ORDERS else "number"), values).all()
    if rows:
        return [_shown(row) for row in rows], rows[0].total
    if filters.page <= 1:
        return [], 0
    return [], s.scalar(select(func.count()).select_from(Project).where(*_asked(*shape)), values) or 0


@cache
def _of_budget(ballot_only: bool) -> Select[*tuple[Any, ...]]:
    wanted = _cards().where(Project.budget_id == bindparam("budget_id")).order_by(Project.number)
    return wanted.where(Project.status == ProjectStatus.BALLOT) if ballot_only else wanted


def on_ballot(s: Session, budget_id: int) -> list[Shown]:
    """Every project on the ballot by number: one select."""
    return [_shown(row) for row in s.execute(_of_budget(True), {"lang": i18n.lang(), "budget_id": budget_id})]


def by_code(s: Session, budget_id: int) -> dict[str, Shown]:
    """Every project of a budget by its code, for results: one select."""
    rows = s.execute(_of_budget(False), {"lang": i18n.lang(), "budget_id": budget_id})
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


@cache
def _one() -> Select[*tuple[Any, ...]]:
    return (
        _cards()
        .add_columns(Project.x, Project.y, Pot.amount, File.width, File.height)
        .join(Pot, Pot.id == Project.pot_id)
        .where(*_asked(False, False, False), Project.number == bindparam("number"))
    )


def detail(s: Session, budget: Budget, number: int, *, drafts: bool = False) -> Detail | None:
    """A project with its texts, pot, category and neighbours in three selects; None where there is none to see."""
    lang = i18n.lang()
    statuses = list(ProjectStatus) if drafts else list(PUBLIC)
    values = {"lang": lang, "budget_id": budget.id, "number": number, "statuses": statuses}
    row = s.execute(_one(), values).one_or_none()
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


@cache
def _beside() -> Select[int, str, str]:
    here: BindParameter[int] = bindparam("number")
    of_budget = Project.budget_id == bindparam("budget_id")
    mine = (of_budget, Project.status.in_(PUBLIC))
    before = select(func.max(Project.number)).where(*mine, Project.number < here).scalar_subquery()
    after = select(func.min(Project.number)).where(*mine, Project.number > here).scalar_subquery()
    return (
        select(Project.number, Card.title, Card.said_in)
        .join(Card, (Card.project_id == Project.id) & (Card.lang == bindparam("lang")))
        .where(of_budget, or_(Project.number == before, Project.number == after))
    )


def _neighbours(s: Session, budget_id: int, number: int, lang: str) -> dict[bool, Beside]:
    """The project before (False) and after (True) this one, in one select."""
    rows = s.execute(_beside(), {"budget_id": budget_id, "number": number, "lang": lang})
    return {row.number > number: Beside(row.number, row.title, row.said_in) for row in rows}
