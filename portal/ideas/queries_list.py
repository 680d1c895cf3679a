"""Lists of ideas with search, filters and sorting, in a fixed number of selects however many there are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, false, func, select
from sqlalchemy.orm import Session

from portal.base import files, i18n, search, together
from portal.base.actor import NOBODY, Actor
from portal.base.files import File
from portal.base.files import State as FileState
from portal.base.together import Ready
from portal.ideas.models import Call, Idea, IdeaState, Picture, Support
from portal.ideas.queries import OPEN_TO_ALL
from portal.identity.models import Person
from portal.identity.rules_ways import shown_name
from portal.processes.models import Process

PER_PAGE = 20
SORTS = ("newest", "supported", "discussed", "random")
_PRIME = 2_147_483_647  # multiplying by a number and taking the rest of this prime puts every idea at another place
MOST_SEED = 99_999_999


@dataclass(frozen=True)
class Filters:
    """What a reader asked for. Empty means everything; `seed` fixes the random order."""

    q: str = ""
    category: int | None = None
    district: int | None = None
    state: IdeaState | None = None
    language: str = ""
    sort: str = "newest"
    seed: int = 0
    page: int = 1

    @property
    def narrowed(self) -> bool:
        """Is anything left out?"""
        return bool(self.q or self.category or self.district or self.state or self.language)

    def query(self) -> dict[str, str]:
        """The filters as they stand in an address; order and page left away."""
        told = {
            "q": self.q,
            "category": self.category,
            "district": self.district,
            "state": self.state.value if self.state else None,
            "language": self.language,
        }
        return {name: str(value) for name, value in told.items() if value}


@dataclass(frozen=True, slots=True)
class Shown:
    """An idea as a card shows it; `lang` is the language of title and lead."""

    id: int
    number: int
    title: str
    lead: str
    lang: str
    author: str
    acting_for: str
    category_id: int | None
    district_id: int | None
    state: IdeaState
    supports: int
    comments: int
    created_at: datetime
    place: str
    x: float | None
    y: float | None
    picture: str | None
    picture_alt: str
    hidden: bool = False
    held: bool = False
    supported: bool = False  # by the reader; told to nobody else

    @property
    def dir(self) -> str:
        """Writing direction of the words."""
        return i18n.direction(self.lang)

    @property
    def foreign(self) -> bool:
        """True when the words are not in the reader's language."""
        return self.lang != i18n.lang()


_I, _P, _F, _PIC = Idea.__table__.c, Person.__table__.c, File.__table__.c, Picture.__table__.c
_CARDS = (
    select(
        _I.id, _I.number, _I.title, _I.lead, _I.language, _I.author_name, _I.acting_for, _I.category_id, _I.district_id,
        _I.state, _I.supports, _I.comments, _I.created_at, _I.place, _I.x, _I.y, _I.hidden_at, _I.held_at,
        _P.name, _P.public_name, _F.sha256, _PIC.alt,
    )
    .select_from(Idea.__table__)
    .outerjoin(Person.__table__, _P.id == _I.author_id)
    .outerjoin(Picture.__table__, and_(_PIC.idea_id == _I.id, _PIC.position == 1))
    .outerjoin(File.__table__, and_(_F.id == _PIC.file_id, _F.state == FileState.READY))
)  # fmt: skip
_ORDERS: dict[str, list[Any]] = {
    "newest": [_I.created_at.desc(), _I.id.desc()],
    # among equals the last that came: the index of the first column holds the number of the row, too
    "supported": [_I.supports.desc(), _I.id.desc()],
    "discussed": [_I.comments.desc(), _I.id.desc()],
    "random": [(_I.shuffle * bindparam("factor")) % _PRIME, _I.id],
}
_SHOWN = and_(_I.hidden_at.is_(None), _I.held_at.is_(None))
_ASKED: dict[str, ColumnElement[bool]] = {
    "call": _I.call_id == bindparam("call"),
    "listed": _I.listed.is_(True),
    "shown": _SHOWN,
    "state": _I.state == bindparam("state"),
    "category": _I.category_id == bindparam("category"),
    "district": _I.district_id == bindparam("district"),
    "language": _I.language == bindparam("language"),
    "after": and_(_I.published_at > bindparam("after"), _I.published_at <= bindparam("until")),
    "public": _I.call_id.in_(
        select(Call.__table__.c.id).join(Process.__table__, Process.__table__.c.id == Call.__table__.c.process_id)
        .where(OPEN_TO_ALL).correlate(None)
    ),
}  # fmt: skip
_BARE = ("listed", "shown", "public")  # conditions without a value


def author_of(row: Any) -> str:
    """The name that the public reads: the author's public one, or what an import or a paper said. Empty: forgotten."""
    return shown_name(row.name, row.public_name or "") if row.name else row.author_name


def shown(row: Any) -> Shown:
    """A card of a row of the list."""
    return Shown(
        id=row.id,
        number=row.number,
        title=row.title,
        lead=row.lead,
        lang=row.language,
        author=author_of(row),
        acting_for=row.acting_for,
        category_id=row.category_id,
        district_id=row.district_id,
        state=row.state,
        supports=row.supports,
        comments=row.comments,
        created_at=row.created_at,
        place=row.place,
        x=row.x,
        y=row.y,
        picture=files.url(row.sha256) if row.sha256 else None,
        picture_alt=row.alt or "",
        hidden=row.hidden_at is not None,
        held=row.held_at is not None,
        supported=bool(row.supported),
    )


_S = Support.__table__.c
_MINE = exists().where(_S.idea_id == _I.id, _S.person_id == bindparam("reader")).label("supported")


@lru_cache(maxsize=128)
def _list(sort: str, asked: tuple[str, ...], me: bool, found: Select[Any] | None) -> tuple[Ready, Select[Any]]:
    """The select of one page of a list and that of its number, for an order and a set of filters, among what was
    `found`, and with what the reader supports where there is `me`. The twenty of the page are picked before anything is
    looked up for them."""
    mine = [_ASKED[name] for name in asked]
    if found is not None:  # looked up once for both
        held = found.cte("held").prefix_with("MATERIALIZED")
        mine.append(_I.id.in_(select(held.c[0])))
    number = select(func.count().label("total")).select_from(Idea.__table__).where(*mine)
    picked = (
        select(_I.id.label("id"))
        .where(*mine)
        .order_by(*_ORDERS[sort])
        .limit(bindparam("limit"))
        .offset(bindparam("offset"))
        .correlate(None)
    )
    page = (
        _CARDS.add_columns(
            number.correlate(None).scalar_subquery().label("total"), _MINE if me else false().label("supported")
        )
        .where(_I.id.in_(picked))
        .order_by(*_ORDERS[sort])
    )
    return Ready(page), number


def _asked(s: Session, call_id: int | None, filters: Filters, *, staff: bool) -> dict[str, Any]:
    asked: dict[str, Any] = {}
    if call_id is not None:
        asked["call"] = call_id
    if filters.state is not None:
        asked["state"] = filters.state
    for name in ("category", "district", "language"):
        if getattr(filters, name):
            asked[name] = getattr(filters, name)
    if filters.q.strip():
        asked["found"] = search.holding(s, "idea", filters.q)
    if not staff:
        asked["shown" if filters.state is not None else "listed"] = True
    return asked


def _run(
    s: Session, asked: dict[str, Any], sort: str, seed: int, limit: int, page: int, reader: Actor = NOBODY
) -> tuple[list[Shown], int]:
    sort = sort if sort in SORTS else SORTS[0]
    me = reader.person_id is not None
    mine = {name: value for name, value in asked.items() if name not in _BARE}
    found = None
    if "found" in mine:
        held = mine.pop("found")
        if held is None:  # not a word in what was typed
            return [], 0
        found, values = held
        mine |= values
    statement, number = _list(sort, tuple(name for name in asked if name in _ASKED), me, found)
    if sort == "random":
        mine["factor"] = (seed * 7919 + 104_729) % (_PRIME - 1) + 1
    window: dict[str, Any] = {"limit": limit, "offset": (max(page, 1) - 1) * limit}
    if me:
        window["reader"] = reader.person_id
    rows = together.rows(s, statement, {**mine, **window})
    if rows:
        return [shown(row) for row in rows], rows[0].total
    if page <= 1:
        return [], 0
    return [], s.scalar(number, {name: value for name, value in mine.items() if name != "factor"}) or 0


def listed(
    s: Session,
    call_id: int,
    filters: Filters,
    *,
    per_page: int = PER_PAGE,
    staff: bool = False,
    reader: Actor = NOBODY,
) -> tuple[list[Shown], int]:
    """One page of the ideas of a call and the number of all that fit: one select, two for a page beyond the last. What
    is hidden or held stands in the staff's list alone; what was merged or withdrawn is found by its state."""
    asked = _asked(s, call_id, filters, staff=staff)
    return _run(s, asked, filters.sort, filters.seed, per_page, filters.page, reader)


def newer(
    s: Session, call_id: int | None, filters: Filters, after: datetime, until: datetime, most: int
) -> tuple[list[Shown], int]:
    """The ideas that fit and were published between two instants (UTC), and how many there are. Without a call: in all
    calls that everybody may see."""
    asked = _asked(s, call_id, filters, staff=False)
    asked |= {"after": after, "until": until}
    if call_id is None:
        asked["public"] = True
    return _run(s, asked, "newest", 0, most, 1)


def newest(s: Session, most: int) -> list[Shown]:
    """The newest ideas of all calls that everybody may see: one select."""
    return _run(s, {"listed": True, "public": True}, "newest", 0, most, 1)[0]


_OF_THESE = select(_S.idea_id).where(
    _S.person_id == bindparam("person"), _S.idea_id.in_(bindparam("ids", expanding=True))
)


def supported(s: Session, actor: Actor, ids: list[int]) -> set[int]:
    """Which of these ideas the reader supports; told to nobody else. One select, none for nobody."""
    if actor.person_id is None or not ids:
        return set()
    return set(s.scalars(_OF_THESE, {"person": actor.person_id, "ids": ids}))
