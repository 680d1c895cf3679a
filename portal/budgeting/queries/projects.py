"""Lists of projects with search, filters and sorting, and one project with its neighbours."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, or_, select
from sqlalchemy.orm import Session

from portal.base import files, i18n, search, texts
from portal.base.files import File, State
from portal.base.texts import Said
from portal.budgeting.models import Budget, Card, Category, Pot, Project, ProjectStatus
from portal.budgeting.models_works import Origin
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
    x: float | None  # on the city plan, from 0 to 1
    y: float | None

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
    before: Beside | None
    after: Beside | None
    grown: bool  # from ideas


_P, _C, _F = Project.__table__.c, Card.__table__.c, File.__table__.c
_CARDS = (
    select(
        _P.id, _P.number, _P.code, _P.cost, _P.pot_id, _P.category_id, _P.status, _P.place, _P.proposer, _P.x, _P.y,
        _C.title, _C.summary, _C.picture_alt, _C.said_in, _C.sort_key, _F.sha256,
    )
    .select_from(Project.__table__)
    .join(Card.__table__, and_(_C.project_id == _P.id, _C.lang == bindparam("lang")))
    .outerjoin(File.__table__, and_(_F.id == _P.picture_id, _F.state == State.READY))
)  # fmt: skip
_ON_BALLOT = _CARDS.where(_P.budget_id == bindparam("budget"), _P.status == ProjectStatus.BALLOT).order_by(_P.number)
_BY_CODE = _CARDS.where(_P.budget_id == bindparam("budget")).order_by(_P.number)


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
        x=row.x,
        y=row.y,
    )


_ORDERS: dict[str, list[Any]] = {
    "number": [_P.number],
    "title": [_C.sort_key, _P.number],
    "cheap": [_P.cost, _P.number],
    "dear": [_P.cost.desc(), _P.number],
}
_ASKED: dict[str, ColumnElement[bool]] = {
    "status": _P.status == bindparam("status"),
    "pot": _P.pot_id.in_(
        select(Pot.__table__.c.id)
        .where(Pot.__table__.c.budget_id == bindparam("budget"), Pot.__table__.c.position == bindparam("pot"))
        .correlate(None)
    ),
    "category": _P.category_id == bindparam("category"),
    "found": _P.id.in_(bindparam("found", expanding=True)),
}


@lru_cache(maxsize=128)
def _list(sort: str, asked: tuple[str, ...]) -> tuple[Select[Any], Select[Any]]:
    """The select of one page of a list and that of its number, for an order and a set of filters. The number is a
    count of its own: a window over the page's joins would read every card of the budget."""
    mine = [
        _P.budget_id == bindparam("budget"),
        _P.status.in_(bindparam("statuses", expanding=True)),
        *(_ASKED[name] for name in asked),
    ]
    number = select(func.count().label("total")).select_from(Project.__table__).where(*mine)
    page = (
        _CARDS.add_columns(number.correlate(None).scalar_subquery().label("total"))
        .where(*mine)
        .order_by(*_ORDERS.get(sort, _ORDERS["number"]))
        .limit(bindparam("limit"))
        .offset(bindparam("offset"))
    )
    return page, number


def listed(
    s: Session,
    budget_id: int,
    filters: Filters,
    *,
    statuses: Sequence[ProjectStatus] = PUBLIC,
    per_page: int = PER_PAGE,
) -> tuple[list[Shown], int]:
    """One page of projects and the number of all that fit: one select, two with a search or a page beyond the last."""
    asked: dict[str, Any] = {}
    if filters.status is not None:
        asked["status"] = filters.status
    if filters.pot is not None:
        asked["pot"] = filters.pot
    if filters.category is not None:
        asked["category"] = filters.category
    if filters.q.strip():
        asked["found"] = list(search.find(s, "project", filters.q, i18n.lang()))
    page, number = _list(filters.sort, tuple(asked))
    mine = {"budget": budget_id, "statuses": list(statuses), **asked}
    window = {"limit": per_page, "offset": (max(filters.page, 1) - 1) * per_page}
    rows = s.execute(page, {**mine, **window, "lang": i18n.lang()}).all()
    if rows:
        return [_shown(row) for row in rows], rows[0].total
    if filters.page <= 1:
        return [], 0
    return [], s.scalar(number, mine) or 0


def on_ballot(s: Session, budget_id: int) -> list[Shown]:
    """Every project on the ballot by number: one select."""
    rows = s.execute(_ON_BALLOT, {"lang": i18n.lang(), "budget": budget_id})
    return [_shown(row) for row in rows]


def by_code(s: Session, budget_id: int) -> dict[str, Shown]:
    """Every project of a budget by its code, for results: one select."""
    rows = s.execute(_BY_CODE, {"lang": i18n.lang(), "budget": budget_id})
    return {row.code: _shown(row) for row in rows}


_TITLES = (
    select(_P.code, _C.title)
    .select_from(Project.__table__)
    .join(Card.__table__, and_(_C.project_id == _P.id, _C.lang == bindparam("lang")))
    .where(_P.budget_id == bindparam("budget"), _P.code.in_(bindparam("codes", expanding=True)))
)


def titles(s: Session, budget_id: int, codes: Sequence[str]) -> dict[str, str]:
    """The titles of the projects with these codes: one select, none where nothing is asked."""
    if not codes:
        return {}
    rows = s.execute(_TITLES, {"lang": i18n.lang(), "budget": budget_id, "codes": list(codes)})
    return {row.code: row.title for row in rows}


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


_ORIGIN = Origin.__table__
_DETAIL = (
    _CARDS.add_columns(
        Pot.__table__.c.amount,
        _F.width,
        _F.height,
        select(_ORIGIN.c.idea_id).where(_ORIGIN.c.project_id == _P.id).exists().label("grown"),
    )
    .join(Pot.__table__, Pot.__table__.c.id == _P.pot_id)
    .where(
        _P.budget_id == bindparam("budget"),
        _P.number == bindparam("number"),
        _P.status.in_(bindparam("statuses", expanding=True)),
    )
)


def _beside(number: ColumnElement[Any], side: ColumnElement[bool]) -> Any:
    public = _P.status.in_(bindparam("public", expanding=True))
    return select(number).where(_P.budget_id == bindparam("budget"), public, side).correlate(None).scalar_subquery()


_BESIDE = (
    select(_P.number, _C.title, _C.said_in)
    .select_from(Project.__table__)
    .join(Card.__table__, and_(_C.project_id == _P.id, _C.lang == bindparam("lang")))
    .where(
        _P.budget_id == bindparam("budget"),
        or_(
            _P.number == _beside(func.max(_P.number), _P.number < bindparam("number")),
            _P.number == _beside(func.min(_P.number), _P.number > bindparam("number")),
        ),
    )
)


def detail(s: Session, budget: Budget, number: int, *, drafts: bool = False) -> Detail | None:
    """A project with its texts, pot, category and neighbours in three selects; None where there is none to see."""
    lang = i18n.lang()
    statuses = list(ProjectStatus) if drafts else list(PUBLIC)
    row = s.execute(_DETAIL, {"lang": lang, "budget": budget.id, "number": number, "statuses": statuses}).one_or_none()
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
        before=beside.get(False),
        after=beside.get(True),
        grown=bool(row.grown),
    )


def _neighbours(s: Session, budget_id: int, number: int, lang: str) -> dict[bool, Beside]:
    """The project before (False) and after (True) this one, in one select."""
    rows = s.execute(_BESIDE, {"budget": budget_id, "number": number, "lang": lang, "public": list(PUBLIC)})
    return {row.number > number: Beside(row.number, row.title, row.said_in) for row in rows}
