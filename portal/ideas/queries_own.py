"""What one person alone sees of their own: drafts, ideas, supports, kept searches."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import String, bindparam, case, cast, func, literal, or_, select, union_all
from sqlalchemy.orm import Session

from portal.base import db, i18n, texts
from portal.base.actor import Actor
from portal.base.feature import Item
from portal.base.files import File
from portal.base.i18n import _l, _n
from portal.base.texts import Said
from portal.ideas.models import Attachment, Author, AuthorState, Call, Draft, Idea, IdeaState, SavedSearch, Support
from portal.ideas.queries_stations import stations
from portal.ideas.rules import STATES

NEWEST = 5
MOST = 200


def draft(s: Session, actor: Actor, call: Call) -> Draft | None:
    """What the reader has typed for this call so far: one select."""
    return s.scalars(select(Draft).where(Draft.call_id == call.id, Draft.person_id == actor.person_id)).one_or_none()


def draft_files(s: Session, row: Draft | None) -> Sequence[Attachment]:
    """The files of a draft: one select, none without a draft."""
    if row is None:
        return ()
    return s.scalars(select(Attachment).where(Attachment.draft_id == row.id).order_by(Attachment.id)).all()


def picture_files(s: Session, ids: Sequence[int]) -> dict[int, File]:
    """Uploaded pictures by number: one select, none where nothing is asked."""
    return {row.id: row for row in s.scalars(select(File).where(File.id.in_(ids)))} if ids else {}


@dataclass(frozen=True, slots=True)
class Line:
    """An idea in a list of one's own."""

    number: int
    title: str
    lang: str
    state: Any
    supports: int
    held: bool
    hidden: bool
    at: Any

    @property
    def dir(self) -> str:
        """Writing direction of the title."""
        return i18n.direction(self.lang)


_COLUMNS = (
    Idea.id, Idea.number, Idea.title, Idea.language, Idea.state, Idea.supports, Idea.held_at, Idea.hidden_at,
    Idea.created_at,
)  # fmt: skip


def _lines(s: Session, rows: Sequence[Any]) -> list[Line]:
    far = stations(s, [(row.id, row.state) for row in rows])
    return [_line(row, far.get(row.id) or STATES[row.state]) for row in rows]


def _line(row: Any, state: Any) -> Line:
    return Line(
        row.number,
        row.title,
        row.language,
        state,
        row.supports,
        row.held_at is not None,
        row.hidden_at is not None,
        row.created_at,
    )


def _authored(actor: Actor) -> Any:
    together = select(Author.idea_id).where(Author.person_id == actor.person_id, Author.state == AuthorState.ACCEPTED)
    return or_(Idea.author_id == actor.person_id, Idea.id.in_(together))


def own(s: Session, actor: Actor, most: int = MOST) -> list[Line]:
    """The ideas that the reader handed in, alone or with others, newest first: one select, and where they are."""
    return _lines(s, s.execute(select(*_COLUMNS).where(_authored(actor)).order_by(Idea.id.desc()).limit(most)).all())


def supported(s: Session, actor: Actor, most: int = MOST) -> list[Line]:
    """The ideas that the reader supports, the latest first; shown to nobody else. One select, and where they are."""
    rows = s.execute(
        select(*_COLUMNS)
        .join(Support, Support.idea_id == Idea.id)
        .where(Support.person_id == actor.person_id, Idea.held_at.is_(None), Idea.state != IdeaState.MERGED)
        .order_by(Support.id.desc())
        .limit(most)
    ).all()
    return _lines(s, rows)


@dataclass(frozen=True, slots=True)
class DraftLine:
    """A draft in a list of one's own."""

    slug: str
    step: str
    title: str
    lang: str
    call: Said
    at: Any

    @property
    def dir(self) -> str:
        """Writing direction of the title."""
        return i18n.direction(self.lang)


def drafts(s: Session, actor: Actor) -> list[DraftLine]:
    """Everything that the reader has begun and not handed in: two selects."""
    rows = s.execute(
        select(Draft.step, Draft.data, Draft.changed_at, Call.id, Call.slug)
        .join(Call, Call.id == Draft.call_id)
        .where(Draft.person_id == actor.person_id)
        .order_by(Draft.changed_at.desc())
    ).all()
    said = texts.load(s, "call", [row.id for row in rows], ["title"])
    return [
        DraftLine(
            row.slug,
            row.step,
            str(row.data.get("title") or ""),
            str(row.data.get("language") or i18n.lang()),
            said.get((row.id, "title")) or Said(row.slug, i18n.SOURCE),
            row.changed_at,
        )
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class SearchLine:
    """A kept search in a list of one's own."""

    id: int
    name: str
    slug: str | None
    query: dict[str, str]


def searches(s: Session, actor: Actor) -> list[SearchLine]:
    """The searches that the reader keeps: one select."""
    rows = s.execute(
        select(SavedSearch.id, SavedSearch.name, SavedSearch.query, Call.slug)
        .outerjoin(Call, Call.id == SavedSearch.call_id)
        .where(SavedSearch.person_id == actor.person_id)
        .order_by(SavedSearch.name, SavedSearch.id)
    )
    return [SearchLine(row.id, row.name, row.slug, row.query) for row in rows]


_DR, _ID, _AU = Draft.__table__.c, Idea.__table__.c, Author.__table__.c
_TOGETHER = select(_AU.idea_id).where(_AU.person_id == bindparam("person"), _AU.state == AuthorState.ACCEPTED)
_NEWEST = (
    select(_ID.id)
    .where(or_(_ID.author_id == bindparam("person"), _ID.id.in_(_TOGETHER)))
    .order_by(_ID.id.desc())
    .limit(NEWEST)
)
_SU = Support.__table__.c
_SUPPORTED = (
    select(_SU.id)
    .join(Idea, _ID.id == _SU.idea_id)
    .where(_SU.person_id == bindparam("supporter"), _ID.held_at.is_(None), _ID.state != IdeaState.MERGED)
    .order_by(_SU.id.desc())
    .limit(NEWEST)
)
_SE = SavedSearch.__table__.c
# Drafts, ideas, what one supports and the searches one keeps as lines of one list: what "my page" says of them.
_ALL = union_all(
    select(
        literal(0).label("rank"), _DR.id, literal(0).label("number"), Call.slug, _DR.step,
        _DR.data["title"].as_string().label("title"), _DR.data["language"].as_string().label("language"),
        literal("").label("state"), literal(0).label("held"), _DR.changed_at.label("at"),
    )
    .join(Call, Call.id == _DR.call_id)
    .where(_DR.person_id == bindparam("person")),
    select(
        literal(1), _ID.id, _ID.number, literal(""), literal(""), _ID.title, _ID.language, cast(_ID.state, String),
        case((_ID.held_at.is_not(None), 1), else_=0), _ID.created_at,
    ).where(_ID.id.in_(_NEWEST)),
    select(
        literal(2), _SU.id, _ID.number, literal(""), literal(""), _ID.title, _ID.language, literal(""), _ID.supports,
        _ID.created_at,
    ).join(Idea, _ID.id == _SU.idea_id).where(_SU.id.in_(_SUPPORTED)),
    select(
        literal(3), _SE.id, literal(0), func.coalesce(Call.slug, ""), cast(_SE.query, String), _SE.name, literal(""),
        literal(""), literal(0), _SE.created_at,
    ).outerjoin(Call, Call.id == _SE.call_id).where(_SE.person_id == bindparam("person")),
).subquery()  # fmt: skip
_MINE = select(_ALL).order_by(
    _ALL.c.rank, case((_ALL.c.rank == 0, _ALL.c.at)).desc(), _ALL.c.id.desc()
)  # drafts as they were touched, ideas as they came, supports as they were given


def _mine(s: Session, actor: Actor) -> Sequence[Any]:
    """One select for three parts of "my page". What somebody supports is not even read while another person helps them."""
    kept = db.notes()
    if "ideas.mine" not in kept:
        who = {"person": actor.person_id, "supporter": None if actor.helped_by is not None else actor.person_id}
        kept["ideas.mine"] = s.execute(_MINE, who).all()
    rows: Sequence[Any] = kept["ideas.mine"]
    return rows


def my_ideas(s: Session, actor: Actor, _lang: str) -> list[Item]:
    """For "my page": drafts, then the newest ideas. One select, together with the next two."""
    rows = [row for row in _mine(s, actor) if row.rank < 2]
    far = stations(s, [(row.id, row.state) for row in rows if row.rank == 1])
    return [_draft_item(row) if row.rank == 0 else _idea_item(row, far.get(row.id)) for row in rows]


def _draft_item(row: Any) -> Item:
    return Item(
        row.title or _l("An idea without a title yet"),
        "ideas.step",
        {"slug": row.slug, "step": row.step},
        lang=(row.language or i18n.lang()) if row.title else "",
        state=_l("Draft"),
        at=row.at,
    )


def _idea_item(row: Any, station: Any) -> Item:
    return Item(
        row.title,
        "ideas.idea",
        {"number": row.number},
        lang=row.language,
        state=_l("Waits for a moderator") if row.held else station or STATES[IdeaState(row.state)],
        at=row.at,
    )


def my_supports(s: Session, actor: Actor, _lang: str) -> list[Item]:
    """For "my page": what the reader supports, when nobody helps them."""
    return [
        Item(
            row.title,
            "ideas.idea",
            {"number": row.number},
            lang=row.language,
            state=_n("%(n)s support", "%(n)s supports", row.held),
        )
        for row in _mine(s, actor)
        if row.rank == 2
    ]


def my_searches(s: Session, actor: Actor, _lang: str) -> list[Item]:
    """For "my page": the searches that tell the reader what is new."""
    return [
        Item(
            row.title,
            "ideas.call" if row.slug else "ideas.index",
            {**json.loads(row.step), **({"slug": row.slug} if row.slug else {})},
            end=("ideas.remove_search", {"search_id": row.id}),
        )
        for row in _mine(s, actor)
        if row.rank == 3
    ]


def number_of(s: Session, call: Call) -> int:
    """How many ideas a call has, whatever became of them."""
    return s.scalar(select(func.count()).select_from(Idea).where(Idea.call_id == call.id)) or 0
