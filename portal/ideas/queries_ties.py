"""How ideas hang together: where a joined one lives now, what one holds, from where it was moved, of what it is a part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, exists, or_, select
from sqlalchemy.orm import Session

from portal.base import i18n, texts
from portal.base.texts import Said
from portal.ideas.models import Call, Idea, IdeaState
from portal.ideas.models_merge import Merge, Move, Part
from portal.ideas.queries import OPEN_TO_ALL
from portal.identity.models import Person
from portal.identity.rules_ways import shown_name
from portal.processes.models import Process

MOST_HELD = 50  # shown on one page; the table of open data has all

_I, _P = Idea.__table__.c, Person.__table__.c
_M, _V, _PART = Merge.__table__.c, Move.__table__.c, Part.__table__.c
_INNER = Idea.__table__.alias("inner_idea")

# Column beside an idea: does it hang together with others? Asked in the select of the idea, so that the page of one
# that stands by itself, as nearly all do, asks nothing more.
TIED = or_(
    exists().where(_INNER.c.merged_into_id == _I.id),
    exists().where(_V.idea_id == _I.id),
    exists().where(_PART.from_id == _I.id),
    exists().where(_PART.to_id == _I.id),
    exists().where(_M.idea_id == _I.id),
)


# --- where a joined idea lives ----------------------------------------------------------------------------------------


_UP = select(_I.id, _I.number, _I.call_id, _I.merged_into_id).where(_I.id == bindparam("idea")).cte(recursive=True)
_ABOVE = Idea.__table__.alias("above")
_UP = _UP.union(
    select(_ABOVE.c.id, _ABOVE.c.number, _ABOVE.c.call_id, _ABOVE.c.merged_into_id).where(
        _ABOVE.c.id == _UP.c.merged_into_id
    )
)
_ROOT = select(_UP.c.id, _UP.c.number, _UP.c.call_id).where(_UP.c.merged_into_id.is_(None))
_CHAIN = select(_UP.c.id)

_DOWN = select(_I.id).where(_I.id == bindparam("idea")).cte(recursive=True)
_BELOW = Idea.__table__.alias("below")
_DOWN = _DOWN.union(select(_BELOW.c.id).where(_BELOW.c.merged_into_id == _DOWN.c.id))
_WITHIN = select(_DOWN.c.id).order_by(_DOWN.c.id)


def root(s: Session, idea_id: int) -> Any:
    """Where an idea lives: id, number and call of the one that holds it, itself where it stands by itself. However long
    the chain, one select."""
    return s.execute(_ROOT, {"idea": idea_id}).one()


def chain(s: Session, idea_id: int) -> list[int]:
    """The idea, the one that holds it, the one that holds that: one select."""
    return list(s.scalars(_CHAIN, {"idea": idea_id}))


def within(s: Session, idea_id: int) -> list[int]:
    """The idea and everything that was joined with it, directly or not: one select."""
    return list(s.scalars(_WITHIN, {"idea": idea_id}))


# --- for pages --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Held:
    """An idea that lives on in another one: its words as they stood, who wrote it, when and why they were joined."""

    id: int
    number: int
    title: str
    lang: str
    html: str
    author: str
    comments: int
    supports: int  # that came along
    at: datetime
    reason: str
    reason_lang: str
    by_authors: bool

    @property
    def dir(self) -> str:
        """Writing direction of its words."""
        return i18n.direction(self.lang)


@dataclass(frozen=True, slots=True)
class Tie:
    """Another idea, and why it hangs together with this one. `shown`: everybody may see it. `supported`: by the
    reader."""

    id: int
    number: int
    title: str
    lang: str
    at: datetime
    reason: str
    reason_lang: str
    shown: bool
    supports: int = 0
    undone: bool = False

    @property
    def dir(self) -> str:
        """Writing direction of its title."""
        return i18n.direction(self.lang)


@dataclass(frozen=True, slots=True)
class Moved:
    """A move: what it left, by name."""

    at: datetime
    reason: str
    reason_lang: str
    new_call: bool
    call: Said | None  # None: not everybody may see it any more
    call_slug: str
    new_district: bool
    district: Said | None  # None: the whole city


@dataclass(frozen=True)
class Ties:
    """Everything that hangs together with an idea."""

    held: Sequence[Held] = ()
    origin: Tie | None = None
    parts: Sequence[Tie] = ()
    moves: Sequence[Moved] = ()
    parted: Sequence[Tie] = ()  # it was joined with these, and stands by itself again


NONE = Ties()

# Who may read the page of one of two ideas may not be asked again about the other: what is hidden or held stays so, and
# what lies in another call is named where that call is everybody's.
_HERE = Idea.__table__.alias("this_idea")
_OPEN_CALL = exists().where(
    Call.__table__.c.id == _I.call_id,
    Process.__table__.c.id == Call.__table__.c.process_id,
    or_(
        OPEN_TO_ALL,
        exists().where(_HERE.c.id == bindparam("idea"), _HERE.c.call_id == _I.call_id),
    ),
)
_SHOWN = and_(_I.hidden_at.is_(None), _I.held_at.is_(None), _OPEN_CALL)
_HELD = (
    select(
        _I.id, _I.number, _I.title, _I.language, _I.html, _I.author_name, _I.comments, _P.name, _P.public_name,
        _M.at, _M.reason, _M.lang, _M.by_authors, _M.moved,
    )
    .join(Merge.__table__, (_M.idea_id == _I.id) & _M.undone_at.is_(None))
    .outerjoin(Person.__table__, _P.id == _I.author_id)
    .where(_I.id.in_(select(_DOWN.c.id)), _I.id != bindparam("idea"), _SHOWN)
    .order_by(_M.at, _M.id)
    .limit(MOST_HELD)
)  # fmt: skip
_TIED = (
    select(
        _PART.from_id, _PART.to_id, _PART.at, _PART.reason, _PART.lang, _I.id, _I.number, _I.title, _I.language,
        _I.supports, _SHOWN.label("shown"),
    )
    .join(
        Idea.__table__,
        or_(
            (_I.id == _PART.to_id) & (_PART.from_id == bindparam("idea")),
            (_I.id == _PART.from_id) & (_PART.to_id == bindparam("idea")),
        ),
    )
    .where(or_(_PART.from_id == bindparam("idea"), _PART.to_id == bindparam("idea")), _PART.undone_at.is_(None))
    .order_by(_PART.id)
)  # fmt: skip
_MOVES = select(Move).where(_V.idea_id == bindparam("idea")).order_by(_V.at, _V.id)
_PARTED = (
    select(
        _M.undone_at, _M.undone_reason, _M.undone_lang, _I.id, _I.number, _I.title, _I.language,
        _SHOWN.label("shown"),
    )
    .join(Idea.__table__, _I.id == _M.into_id)
    .where(_M.idea_id == bindparam("idea"), _M.undone_at.is_not(None))
    .order_by(_M.undone_at)
)  # fmt: skip


def ties(s: Session, idea_id: int, lang: str | None = None) -> Ties:
    """What hangs together with an idea: four selects, two more where it was moved."""
    one = {"idea": idea_id}
    held = [
        Held(
            row.id, row.number, row.title, row.language, row.html,
            shown_name(row.name, row.public_name or "") if row.name else row.author_name,
            row.comments, row.moved, row.at, row.reason, row.lang, row.by_authors,
        )
        for row in s.execute(_HELD, one)
    ]  # fmt: skip
    rows = s.execute(_TIED, one).all()
    near = [
        (
            row.to_id == idea_id,
            Tie(row.id, row.number, row.title, row.language, row.at, row.reason, row.lang, row.shown, row.supports),
        )
        for row in rows
    ]
    parted = [
        Tie(row.id, row.number, row.title, row.language, row.undone_at, row.undone_reason, row.undone_lang, row.shown)
        for row in s.execute(_PARTED, one)
    ]
    return Ties(
        held=held,
        origin=next((tie for is_part, tie in near if is_part), None),
        parts=[tie for is_part, tie in near if not is_part],
        moves=_moves(s, s.scalars(_MOVES, one).all(), lang or i18n.lang()),
        parted=parted,
    )


def _moves(s: Session, rows: Sequence[Move], lang: str) -> list[Moved]:
    if not rows:
        return []
    slugs = _slugs(s, {n for row in rows for n in (row.from_call_id, row.to_call_id)})
    calls = texts.load(s, "call", slugs, ["title"], lang)
    ids = {row.from_district_id for row in rows if row.from_district_id is not None}
    names = texts.load(s, "district", ids, ["name"], lang) if ids else {}

    def district(number: int | None) -> Said | None:
        return names.get((number, "name")) if number is not None else None

    return [
        Moved(
            row.at,
            row.reason,
            row.lang,
            row.from_call_id != row.to_call_id,
            calls.get((row.from_call_id, "title")),
            slugs.get(row.from_call_id, ""),
            row.from_district_id != row.to_district_id,
            district(row.from_district_id),
        )
        for row in rows
    ]


def _slugs(s: Session, ids: set[int]) -> dict[int, str]:
    """The addresses of those calls that everybody sees."""
    known = select(Call.id, Call.slug).join(Process, Process.id == Call.process_id).where(Call.id.in_(ids), OPEN_TO_ALL)
    return {row.id: row.slug for row in s.execute(known)}


_STANDING = select(Merge).where(_M.idea_id == bindparam("idea"), _M.undone_at.is_(None))


def standing(s: Session, idea_id: int) -> Merge | None:
    """The act by which this idea was joined with another, if it is."""
    return s.scalars(_STANDING, {"idea": idea_id}).one_or_none()


_SPLIT = select(Part).where(_PART.from_id == bindparam("idea"), _PART.undone_at.is_(None)).order_by(_PART.id)


def last_split(s: Session, idea_id: int) -> list[Part]:
    """What became of the parts of an idea when it was last split; nothing where that cannot be undone: one select."""
    rows = s.scalars(_SPLIT, {"idea": idea_id}).all()
    return [row for row in rows if row.version is not None and row.version == rows[-1].version]


def parts_of(s: Session, rows: Sequence[Part]) -> Sequence[Idea]:
    """These parts as ideas, by number: one select, none where nothing is asked."""
    ids = [row.to_id for row in rows]
    return s.scalars(select(Idea).where(_I.id.in_(ids)).order_by(_I.number)).all() if ids else []


def page_of(idea: Idea) -> str:
    """The page on which an idea and its debate are read."""
    return "ideas.as_it_was" if idea.state is IdeaState.MERGED else "ideas.idea"
