"""Everything that pages read of a debate, in a number of selects that does not grow with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, bindparam, exists, false, func, or_, select
from sqlalchemy.orm import Session

from portal.base import clock, ground, i18n, together
from portal.base.actor import Actor
from portal.base.feature import Discussion as Wish
from portal.base.feature import Hit, Kind
from portal.base.i18n import Text
from portal.base.together import Ready
from portal.base.verdict import Verdict
from portal.comments import rules
from portal.comments.models import Comment, Revision, Side, Translation, Useful
from portal.comments.rules import Sort
from portal.identity.models import Person
from portal.identity.queries import known_roles
from portal.identity.rules_ways import shown_name
from portal.moderation.queries import may_write

_C, _P = Comment.__table__.c, Person.__table__.c
# the words stay in the database: pages print what was made of them
_LINE = [
    _C.id, _C.parent_id, _C.root_id, _C.branch_id, _C.side, _C.html, _C.lang, _C.author_id, _C.for_name, _C.badge,
    _C.by_author, _C.created_at, _C.edited_at, _C.removed_at, _C.hidden_at, _C.held_at, _C.locked_at, _C.useful,
    _C.replies, _C.author_name, _P.name, _P.public_name, _P.closed_at,
]  # fmt: skip


# A reader's own mark on each line, in the same select.
_RATED = exists().where(Useful.comment_id == _C.id, Useful.person_id == bindparam("me")).label("rated")


def _columns(me: bool) -> list[Any]:
    return [*_LINE, _RATED if me else false().label("rated")]


# --- the things that comments hang on ---------------------------------------------------------------------------------


def kind(name: str) -> Kind | None:
    """A kind of thing that has comments; None for any other."""
    for feature in ground.current().features:
        for one in feature.kinds:
            if one.name == name and one.discussed is not None:
                return one
    return None


def wish(name: str) -> Wish | None:
    """How comments hang on a kind of thing."""
    found = kind(name)
    return found.discussed if found is not None else None


@dataclass(frozen=True, slots=True)
class Thing:
    """A thing that has comments, as this person may see it."""

    kind: str
    object_id: int
    hit: Hit
    shape: str
    may: Verdict  # may this person comment now


def thing(s: Session, actor: Actor, kind_name: str, object_id: int, lang: str) -> Thing | None:
    """The thing; None where it does not exist for this person. What the wing asks, and nothing of its own."""
    how = wish(kind_name)
    hit = how.about(s, actor, object_id, lang) if how is not None else None
    if how is None or hit is None:
        return None
    return known(s, actor, kind_name, object_id, hit, how.shape(s, object_id), how.may(s, actor, object_id))


def known(s: Session, actor: Actor, kind_name: str, object_id: int, hit: Hit, shape: str, may: Verdict) -> Thing:
    """A thing of which the wing has loaded all this already. A no of the wing comes first: "closed since Monday" is
    said before "sign in". One select where the wing allows it."""
    if may:
        may = rules.may_act(actor) and may_write(s, actor)
    return Thing(kind_name, object_id, hit, shape, may)


# --- lines of a page --------------------------------------------------------------------------------------------------


class Shown(NamedTuple):
    """A comment as a page shows it. `state`: "shown", "held" (its author sees it), or, with a note in the place of its
    words, "hidden" and "removed". `answers`: the comment that it answers, where that is not the one it stands under."""

    id: int
    depth: int
    side: Side | None
    state: str
    html: str
    lang: str
    author: str  # empty: somebody who has left
    for_name: str
    badge: Text | None
    by_author: bool
    created_at: datetime
    edited: bool
    useful: int
    rated: bool
    own: bool
    can_edit: bool
    can_take_back: bool
    can_reply: bool
    can_rate: bool
    answers: int | None = None
    answers_name: str = ""
    note: Text | None = None  # what stands in the place of its words, or above them
    replies: tuple[Shown, ...] = ()
    all_replies: int = 0

    @property
    def dir(self) -> str:
        """Writing direction of its own language."""
        return i18n.direction(self.lang)

    @property
    def words(self) -> bool:
        """Are its words there to be read?"""
        return self.state in ("shown", "held")


@dataclass(frozen=True, slots=True)
class Column:
    """The comments of one side, or all of them in a thread, and how many there are without replies."""

    side: Side | None
    label: Text | None
    rows: tuple[Shown, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Discussion:
    """A page of the debate about a thing. `total`: the comments that everybody sees, replies included."""

    thing: Thing
    sort: Sort
    page: int
    pages: int
    columns: tuple[Column, ...]
    total: int
    lang: str
    may: Verdict


def _visible(me: bool) -> ColumnElement[bool]:
    """What waits for a moderator is seen by its author alone: `me` is asked for as a parameter where somebody is."""
    held = _C.held_at.is_(None)
    return or_(held, _C.author_id == bindparam("me")) if me else held


_HERE = and_(_C.kind == bindparam("kind"), _C.object_id == bindparam("number"))


def _of(kind_name: str, object_id: int) -> ColumnElement[bool]:
    return and_(_C.kind == kind_name, _C.object_id == object_id)


def _by(sort: Sort) -> list[Any]:
    if sort is Sort.USEFUL:
        return [_C.useful.desc(), _C.id.desc()]
    return [_C.id.desc()] if sort is Sort.NEWEST else [_C.id]


# within a conversation: each reply under the one it stands below, oldest first
_IN_CONVERSATION = [func.coalesce(_C.branch_id, _C.id), _C.branch_id.is_not(None), _C.id]


# The statements of a page are built once: building them takes longer than asking them.


@cache
def _roots(points: bool, order: Sort, me: bool) -> Ready:
    """A page of comments without their replies, from rank `first` to `last` in each column, each row with the numbers
    of the whole debate: on each side, of both, and of all levels that everybody sees. One row without a comment where
    the page is empty."""
    by_side = _C.side if points else None
    ranked = (
        select(_C.id.label("number"), func.row_number().over(partition_by=by_side, order_by=_by(order)).label("rank"))
        .where(_HERE, _C.root_id.is_(None), _visible(me))
        .subquery()
    )
    root = and_(_C.root_id.is_(None), _visible(me))
    sides = [func.count().filter(root, _C.side == side).label(f"roots_{side}") for side in Side]
    numbers = [*sides, func.count().filter(root).label("roots"), func.count().filter(_C.counted.is_(True)).label("all")]
    totals = select(*numbers).where(_HERE).subquery()
    return Ready(
        select(*_columns(me), *totals.c)
        .select_from(totals)
        .outerjoin(ranked, ranked.c.rank.between(bindparam("first"), bindparam("last")))
        .outerjoin(Comment.__table__, _C.id == ranked.c.number)
        .outerjoin(Person.__table__, _P.id == _C.author_id)
        .order_by(ranked.c.rank)
    )


@cache
def _replies(me: bool, most: int) -> Ready:
    """The first `shown` replies in each of the conversations `root_0`, `root_1` and so on, `most` of them, and how many
    there are."""
    roots = [bindparam(f"root_{n}", type_=_C.id.type) for n in range(most)]
    ranked = (
        select(
            _C.id.label("number"),
            func.row_number().over(partition_by=_C.root_id, order_by=_IN_CONVERSATION).label("rank"),
            func.count().over(partition_by=_C.root_id).label("all_replies"),
        )
        .where(_C.root_id.in_(roots), _visible(me))
        .subquery()
    )
    return Ready(
        select(*_columns(me), ranked.c.all_replies)
        .join(ranked, ranked.c.number == _C.id)
        .outerjoin(Person.__table__, _P.id == _C.author_id)
        .where(ranked.c.rank <= bindparam("shown"))
        .order_by(_C.root_id, ranked.c.rank)
    )


class _Lines:
    """Makes lines of rows: who is looking, and at what moment."""

    def __init__(self, actor: Actor, may: bool, rows: Sequence[Any]) -> None:
        self.actor, self.may, self.now = actor, may, clock.now()
        self.roles = {role.name: role.label for role in known_roles()}
        self.names = {row.id: self._name(row) for row in rows}

    @staticmethod
    def _name(row: Any) -> str:
        known = row.name is not None and row.closed_at is None
        return shown_name(row.name, row.public_name) if known else row.author_name

    def line(self, row: Any, root: Any, replies: tuple[Shown, ...] = (), all_replies: int = 0) -> Shown:
        """One row. `root`: that of its conversation, which may be closed for replies."""
        own = self.actor.person_id is not None and row.author_id == self.actor.person_id
        state = "removed" if row.removed_at else "hidden" if row.hidden_at else "held" if row.held_at else "shown"
        words = state in ("shown", "held")
        under = row.branch_id or row.root_id
        return Shown(
            id=row.id,
            depth=0 if row.root_id is None else 2 if row.branch_id else 1,
            side=Side(row.side) if row.side else None,
            state=state,
            html=row.html if words else "",
            lang=row.lang,
            author=self.names[row.id] if words else "",
            for_name=row.for_name if words else "",
            badge=self.roles.get(row.badge) if words and row.badge else None,
            by_author=row.by_author and words,
            created_at=row.created_at,
            edited=row.edited_at is not None and words,
            useful=row.useful,
            rated=bool(row.rated),
            own=own,
            can_edit=own and bool(rules.may_edit(row, self.actor, self.now)),
            can_take_back=own and bool(rules.may_take_back(row, self.actor)),
            can_reply=self.may and bool(rules.may_reply(row, root)),
            can_rate=self.may and not own and bool(rules.may_rate(row, self.actor, self.now)),
            answers=row.parent_id if row.parent_id != under else None,
            note=rules.NOTES.get(state),
            answers_name=self.names.get(row.parent_id, "") if row.parent_id != under else "",
            replies=replies,
            all_replies=all_replies,
        )


def discussion(
    s: Session, actor: Actor, kind: str, object_id: int, lang: str, page: int = 1, sort: str | None = None
) -> Discussion | None:
    """A page of the debate about a thing; None where the thing does not exist for this person. Beside what the wing
    asks: two selects, three for a page that does not exist (then it is the last one)."""
    about = thing(s, actor, kind, object_id, lang)
    return debate(s, actor, about, lang, page, sort) if about is not None else None


def debate(s: Session, actor: Actor, about: Thing, lang: str, page: int = 1, sort: str | None = None) -> Discussion:
    """The same for a thing that is at hand."""
    order, size, points = rules.order(about.shape, sort), rules.per_column(about.shape), about.shape == rules.POINTS
    me = actor.signed_in
    given: dict[str, Any] = {"kind": about.kind, "number": about.object_id, "me": actor.person_id}
    statement, sides = _roots(points, order, me), tuple(Side) if points else (None,)
    lines = together.rows(s, statement, given | _window(page, size))
    counts = lines[0]
    totals = {side: getattr(counts, f"roots_{side}") if side else counts.roots for side in sides}
    pages = max(1, -(-max(totals.values()) // size))
    if page > pages:
        page = pages
        lines = together.rows(s, statement, given | _window(page, size))
    rows = [row for row in lines if row.id is not None]
    replies: dict[int, list[Any]] = {}
    most = size * len(sides)
    asked = {f"root_{n}": rows[n].id if n < len(rows) else None for n in range(most)}
    shown = rules.replies_shown(len(rows))
    for row in together.rows(s, _replies(me, most), {**asked, "me": actor.person_id, "shown": shown}):
        replies.setdefault(row.root_id, []).append(row)
    maker = _Lines(actor, bool(about.may), [*rows, *(row for some in replies.values() for row in some)])
    columns = tuple(
        Column(
            side,
            rules.SIDES[side] if side else None,
            tuple(_with(maker, [row for row in rows if side is None or row.side == side], replies)),
            totals[side],
        )
        for side in sides
    )
    return Discussion(about, order, page, pages, columns, counts.all, lang, about.may)


def _window(page: int, size: int) -> dict[str, int]:
    return {"first": (page - 1) * size + 1, "last": page * size}


def _with(maker: _Lines, rows: Iterable[Any], replies: Mapping[int, Sequence[Any]]) -> Iterable[Shown]:
    for row in rows:
        below = replies.get(row.id, ())
        lines = tuple(maker.line(one, row) for one in below)
        yield maker.line(row, row, lines, below[0].all_replies if below else 0)


@dataclass(frozen=True, slots=True)
class Conversation:
    """One comment with a page of its replies."""

    thing: Thing
    root: Shown
    rows: tuple[Shown, ...]
    page: int
    total: int


def conversation(s: Session, actor: Actor, about: Thing, root_id: int, page: int) -> Conversation | None:
    """A comment and twenty of the replies under it; None where it is no root. Three selects."""
    mine, me = _visible(actor.signed_in), {"me": actor.person_id}
    found = select(*_columns(actor.signed_in)).outerjoin(Person, _P.id == _C.author_id)
    root = s.execute(found.where(_C.id == root_id, _C.root_id.is_(None), mine), me).one_or_none()
    if root is None:
        return None
    total = s.scalar(select(func.count()).where(_C.root_id == root_id, mine), me) or 0
    page = min(page, max(1, -(-total // rules.PER_PAGE)))
    rows = s.execute(
        found.where(_C.root_id == root_id, mine)
        .order_by(*_IN_CONVERSATION)
        .limit(rules.PER_PAGE)
        .offset((page - 1) * rules.PER_PAGE),
        me,
    ).all()
    maker = _Lines(actor, bool(about.may), [root, *rows])
    return Conversation(about, maker.line(root, root), tuple(maker.line(row, root) for row in rows), page, total)


def page_of(s: Session, actor: Actor, comment: Comment, shape: str) -> int:
    """On which page a comment stands: of the debate for a root, in the order that nobody chose; of its conversation for
    a reply. One select."""
    mine, me = _visible(actor.signed_in), {"me": actor.person_id}
    if comment.root_id is not None:
        first = _IN_CONVERSATION[0]
        ahead = first < (comment.branch_id or comment.id)
        if comment.branch_id is not None:
            beside = or_(_C.branch_id.is_(None), _C.id < comment.id)
            ahead = or_(ahead, and_(first == comment.branch_id, beside))
        before = s.scalar(select(func.count()).where(_C.root_id == comment.root_id, mine, ahead), me) or 0
        return int(before) // rules.PER_PAGE + 1
    order = rules.order(shape, None)
    ahead = _C.id > comment.id
    if order is Sort.USEFUL:
        ahead = or_(_C.useful > comment.useful, and_(_C.useful == comment.useful, ahead))
    here = and_(_of(comment.kind, comment.object_id), _C.root_id.is_(None), mine, ahead)
    if shape == rules.POINTS:
        here = and_(here, _C.side == comment.side)
    return int(s.scalar(select(func.count()).where(here), me) or 0) // rules.per_column(shape) + 1


# --- one comment ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Found:
    """A comment, the one that began its conversation, and the thing."""

    comment: Comment
    root: Comment
    thing: Thing


def found(s: Session, actor: Actor, comment_id: int, lang: str) -> Found | None:
    """A comment as this person may see it; None where it, or its thing, does not exist for them."""
    row = s.get(Comment, comment_id)
    if row is None or (row.held_at is not None and row.author_id != actor.person_id):
        return None
    about = thing(s, actor, row.kind, row.object_id, lang)
    if about is None:
        return None
    root = row if row.root_id is None else s.get_one(Comment, row.root_id)
    return Found(row, root, about)


def one(s: Session, actor: Actor, it: Found) -> Shown:
    """A single comment as pages show it: one select."""
    found = select(*_columns(actor.signed_in)).outerjoin(Person, _P.id == _C.author_id).where(_C.id == it.comment.id)
    row = s.execute(found, {"me": actor.person_id}).one()
    return _Lines(actor, bool(it.thing.may), [row]).line(row, it.root)


def revisions(s: Session, comment_id: int) -> Sequence[Revision]:
    """What a comment said before, newest first."""
    return s.scalars(select(Revision).where(Revision.comment_id == comment_id).order_by(Revision.version.desc())).all()


def translation(s: Session, comment: Comment, lang: str) -> Translation | None:
    """What the engine made of the comment's present words in a language."""
    return s.scalars(
        select(Translation).where(
            Translation.comment_id == comment.id, Translation.lang == lang, Translation.version == comment.version
        )
    ).one_or_none()
