"""One idea: its page, its earlier wordings, its authors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    String,
    and_,
    bindparam,
    case,
    cast,
    exists,
    inspect,
    literal,
    literal_column,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import Session, aliased

from portal.base import clock, files, i18n, together
from portal.base.actor import Actor
from portal.base.files import File
from portal.base.files import State as FileState
from portal.base.tables import UtcTime
from portal.base.together import Ready, apart
from portal.ideas import queries, queries_ties, rules, rules_diff
from portal.ideas.models import Attachment, Author, AuthorState, Call, Idea, Picture, Revision, Support
from portal.ideas.models import Change as Waiting
from portal.ideas.models_answers import AnswerIdea, Standing
from portal.ideas.models_merge import Twin, TwinState
from portal.identity.models import Person
from portal.identity.queries import public_names
from portal.identity.rules_ways import shown_name
from portal.moderation import queries as moderation
from portal.notifications import queries as notifications
from portal.processes.models import Phase, PhaseKind, Process, scope_of

_I, _C, _R, _P = Idea.__table__.c, Call.__table__.c, Process.__table__.c, Person.__table__.c


@dataclass(frozen=True)
class Found:
    """An idea at its address, with its call and what decides who may see it."""

    idea: Idea
    of: queries.Found
    author: str  # the name that the public reads; empty: forgotten
    dates: Sequence[Phase] = ()  # of handing in and of the check; none for a call that is always open
    answered: bool = False  # the city's answer to it is public, or was and is withdrawn
    named: bool = False  # somebody says that it is the same as another one, and nobody has decided
    tied: bool = False  # it holds others, was moved, split, or is a part of one that was

    @property
    def call(self) -> Call:
        """The call it was handed in to."""
        return self.of.call

    @property
    def scope(self) -> dict[str, set[int]]:
        """The part of the city it belongs to: that of its call, and its own district."""
        if self.idea.district_id is None:
            return self.of.scope
        return {**self.of.scope, "district": self.of.scope.get("district", set()) | {self.idea.district_id}}

    @property
    def dir(self) -> str:
        """Writing direction of the author's words."""
        return i18n.direction(self.idea.language)

    @property
    def foreign(self) -> bool:
        """True when the words are not in the reader's language."""
        return self.idea.language != i18n.lang()


_ANSWERED, _TWIN = AnswerIdea.__table__.c, Twin.__table__.c
# Written out: where a partial index asks for the same column, SQLite compiles a statement with a parameter anew each time.
_OPEN = _TWIN.state == literal_column(f"'{TwinState.OPEN.value}'")
_SUBMIT, _REVIEW = aliased(Phase, name="submit"), aliased(Phase, name="review")
_MARKS = (
    _R.closed.label("is_closed"), _R.district_id.label("in_district"), _R.department_id.label("in_department"),
    _P.name.label("known_as"), _P.public_name.label("named_as"),
    queries_ties.TIED.label("tied"),
    exists().where(_ANSWERED.idea_id == _I.id, _ANSWERED.standing != Standing.DRAFT).label("answered"),
    exists().where(_OPEN, or_(_TWIN.idea_id == _I.id, _TWIN.into_id == _I.id)).label("named"),
)  # fmt: skip
_WHOLE = (
    select(
        Idea, Call, _SUBMIT, _REVIEW, *_MARKS,
    )
    .join(Call, Call.id == Idea.call_id)
    .join(Process.__table__, _R.id == _C.process_id)
    .outerjoin(_SUBMIT, and_(_SUBMIT.process_id == _R.id, _SUBMIT.kind == PhaseKind.SUBMIT))
    .outerjoin(_REVIEW, and_(_REVIEW.process_id == _R.id, _REVIEW.kind == PhaseKind.REVIEW))
    .outerjoin(Person.__table__, _P.id == _I.author_id)
)  # fmt: skip
_BY_NUMBER = _WHOLE.where(_I.number == bindparam("number"))
_BY_ID = _WHOLE.where(_I.id == bindparam("id"))


def _found(row: Any) -> Found | None:
    return None if row is None else _of(row, row.Idea, row.Call, row.submit, row.review)


def _of(row: Any, idea: Idea, call: Call, *phases: Phase | None) -> Found:
    author = shown_name(row.known_as, row.named_as or "") if row.known_as else idea.author_name
    of = queries.Found(call, row.is_closed, scope_of(call.process_id, row.in_district, row.in_department))
    dates = [] if call.always_open else [phase for phase in phases if phase is not None]
    return Found(idea, of, author, dates, bool(row.answered), bool(row.named), bool(row.tied))


def by_number(s: Session, number: int) -> Found | None:
    """The idea with this number, for whomever: the caller asks `may_read`."""
    return _found(s.execute(_BY_NUMBER, {"number": number}).one_or_none())


_SUBMIT_, _REVIEW_ = inspect(_SUBMIT).selectable.c, inspect(_REVIEW).selectable.c
_SEEN = Ready(
    _BY_NUMBER.with_only_columns(
        *_I, *_C, *_SUBMIT_, *_REVIEW_, *_MARKS, maintain_column_froms=True
    )
)  # fmt: skip
_PARTS: tuple[tuple[type[Any], list[str]], ...] = tuple(
    (kind, [column.key for column in columns])
    for kind, columns in ((Idea, _I), (Call, _C), (Phase, _SUBMIT_), (Phase, _REVIEW_))
)


def seen(s: Session, number: int) -> Found | None:
    """The same, to be read only: what most people open needs no objects that follow their rows."""
    rows = together.rows(s, _SEEN, {"number": number})
    if not rows:
        return None
    row, at = rows[0], 0
    made: list[Any] = []
    for kind, names in _PARTS:
        values = dict(zip(names, row[at : at + len(names)], strict=True))
        made.append(apart(kind, **values) if values["id"] is not None else None)
        at += len(names)
    return _of(row, *made)


def by_id(s: Session, idea_id: int) -> Found | None:
    """The same by the number of its row."""
    return _found(s.execute(_BY_ID, {"id": idea_id}).one_or_none())


_W = Waiting.__table__.c
_WAITS = (_W.held_at.is_not(None), _W.hidden_at.is_(None), _W.ended_at.is_(None))


def waiting(s: Session, idea_id: int) -> Waiting | None:
    """Other words for an idea that wait for a moderator: one select, and at most one row, as a constraint says."""
    return s.scalars(select(Waiting).where(Waiting.idea_id == idea_id, *_WAITS)).one_or_none()


def may_read(s: Session, actor: Actor, row: Found, authors: Sequence[int] | None = None) -> bool:
    """Does this idea exist for this reader? One that is held waits for a moderator: until then its authors and the staff
    alone know it. A hidden one exists for everybody, as a note that something stood there."""
    if not queries.may_read(s, actor, row.of):
        return False
    if row.idea.held_at is None:
        return True
    if actor.may(*queries.STAFF, scope=row.scope):
        return True
    return actor.signed_in and actor.person_id in (author_ids(s, row.idea) if authors is None else authors)


def readable(s: Session, actor: Actor, number: int, *, to_read: bool = False) -> Found | None:
    """The idea with this number as this reader may see it, if it exists for them. `to_read`: its row is not changed by
    way of it."""
    row = seen(s, number) if to_read else by_number(s, number)
    return seen_by(s, actor, row) if row is not None else None


def seen_by(s: Session, actor: Actor, row: Found) -> Found | None:
    """An idea, where it exists for this reader."""
    return row if may_read(s, actor, row) else None


@dataclass(frozen=True, slots=True)
class CoAuthor:
    """Somebody who was invited to write an idea together. The name is empty until they accept."""

    id: int
    person_id: int | None
    state: AuthorState
    name: str
    invited_at: datetime
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class PictureShown:
    """A picture of an idea; without an address it is still being made, or was refused for `reason`."""

    id: int
    url: str | None
    alt: str
    width: int
    height: int
    reason: Any = None


@dataclass(frozen=True, slots=True)
class FileShown:
    """A file of an idea: its name, and its size in bytes."""

    id: int
    name: str
    bytes: int


# What hangs on an idea, as lines of one select: co-authors, pictures and files. Each kind of line has the same columns,
# and uses those that it needs.
_AU, _PIC, _FILE, _AT = Author.__table__.c, Picture.__table__.c, File.__table__.c, Attachment.__table__.c
_NO_NUMBER, _NO_TEXT, _NO_TIME = cast(null(), BigInteger), cast(null(), String), cast(null(), UtcTime)
_AUTHORS = (
    select(
        literal("author").label("what"), _AU.id, _AU.id.label("rank"), cast(_AU.state, String).label("state"),
        _AU.person_id.label("number"), _NO_NUMBER.label("height"), _P.name.label("text"),
        _P.public_name.label("more"), _AU.invited_at.label("at"), _AU.answered_at.label("until"),
    )
    .outerjoin(Person.__table__, _P.id == _AU.person_id)
    .where(_AU.idea_id == bindparam("idea"))
)  # fmt: skip
_PICTURES = (
    select(
        literal("picture"), _PIC.id, _PIC.position, cast(_FILE.reason, String),
        _FILE.width, _FILE.height, _PIC.alt, case((_FILE.state == FileState.READY, _FILE.sha256)), _NO_TIME, _NO_TIME,
    )
    .join(File, _FILE.id == _PIC.file_id)
    .where(_PIC.idea_id == bindparam("idea"))
)  # fmt: skip
_FILES = select(
    literal("file"), _AT.id, _AT.id, _NO_TEXT, _AT.bytes, _NO_NUMBER, _AT.name, _NO_TEXT, _NO_TIME, _NO_TIME
).where(_AT.idea_id == bindparam("idea"))


def _in_order(*parts: Any) -> Ready:
    lines = union_all(*parts).subquery()
    return Ready(select(lines).order_by(lines.c.what, lines.c.rank))


_HANGING = _in_order(_AUTHORS, _PICTURES, _FILES)


def _co_author(row: Any) -> CoAuthor:
    state = AuthorState(row.state)
    named = row.text and state is AuthorState.ACCEPTED
    name = shown_name(row.text, row.more or "") if named else ""
    return CoAuthor(row.id, row.number, state, name, row.at, row.until)


def _picture(row: Any) -> PictureShown:
    url = files.url(row.more, "full") if row.more else None
    reason = files.SENTENCES[files.Reason(row.state)] if row.state else None
    return PictureShown(row.id, url, row.text, row.number or 1200, row.height or 750, reason)


def co_authors(s: Session, idea_id: int) -> list[CoAuthor]:
    """Everybody who was invited, in order: one select."""
    return [_co_author(row) for row in s.execute(_AUTHORS.order_by(_AU.id), {"idea": idea_id})]


def author_ids(s: Session, idea: Idea, known: Sequence[CoAuthor] | None = None) -> list[int]:
    """The author and the co-authors who accepted."""
    found = co_authors(s, idea.id) if known is None else known
    accepted = [one.person_id for one in found if one.state is AuthorState.ACCEPTED and one.person_id is not None]
    return ([idea.author_id] if idea.author_id is not None else []) + accepted


@dataclass(frozen=True)
class Page:
    """Everything on the page of an idea, besides what other parts of the portal hang on it."""

    found: Found
    names: queries.Names
    dates: Sequence[Any]
    pictures: Sequence[PictureShown]
    files: Sequence[FileShown]
    authors: Sequence[CoAuthor]
    supported: bool = False
    is_author: bool = False
    is_owner: bool = False
    invitation: CoAuthor | None = None
    ties: queries_ties.Ties | None = None
    came_from: int | None = None  # the number of the row of the idea with which the reader's support came
    facts: Mapping[str, Any] = field(default_factory=dict)
    changing: bool = False  # for an author: other words wait for a moderator
    waiting: Waiting | None = None  # these words, where somebody goes on with them

    @property
    def idea(self) -> Idea:
        """The idea itself."""
        return self.found.idea

    @property
    def with_(self) -> list[str]:
        """The names of the co-authors."""
        return [one.name for one in self.authors if one.name]


_S = Support.__table__.c
_MINE = (_S.idea_id == bindparam("number"), _S.person_id == bindparam("person"))
_OWN = Ready(
    select(
        exists().where(*_MINE).label("supported"),
        select(_S.came_from_id).where(*_MINE).scalar_subquery().label("came_from"),
        exists().where(_W.idea_id == bindparam("number"), *_WAITS).label("changing"),
        *notifications.ALONG,
        moderation.ALONG,
    )
)


def page(s: Session, actor: Actor, number: int, *, to_read: bool = False) -> Page | None:
    """The page of an idea for this reader, None where there is none to see. `to_read`: nothing of it will be changed.
    Three selects, one more for somebody signed in (with what header and follow button show them), four to six for
    one that hangs together with others."""
    found = seen(s, number) if to_read else by_number(s, number)
    if found is None:
        return None
    idea, me = found.idea, actor.person_id
    hanging: dict[str, list[Any]] = {"author": [], "picture": [], "file": []}
    for row in together.rows(s, _HANGING, {"idea": idea.id}):
        hanging[row.what].append(row)
    authors = [_co_author(row) for row in hanging["author"]]
    ids = author_ids(s, idea, authors)
    if not may_read(s, actor, found, ids):
        return None
    own = _own(s, me, idea.id)
    return Page(
        found=found,
        names=queries.names(s, found.call, idea=idea.id),
        dates=found.dates,
        pictures=[_picture(row) for row in hanging["picture"]] if found.call.takes_pictures else (),
        files=[FileShown(row.id, row.text, row.number) for row in hanging["file"]] if found.call.takes_files else (),
        authors=authors,
        supported=own is not None and bool(own.supported),
        came_from=own.came_from if own is not None else None,
        ties=queries_ties.ties(s, idea.id) if found.tied else None,
        is_author=me is not None and me in ids,
        changing=me is not None and me in ids and own is not None and bool(own.changing),
        is_owner=me is not None and me == idea.author_id,
        invitation=next((a for a in authors if me is not None and a.person_id == me), None),
    )


def _own(s: Session, me: int | None, idea_id: int) -> Any:
    """What the reader alone is shown: do they support it, and with which idea did that come. What the header and the
    follow button show them (unread messages, do they follow), and whether they may write at all, comes along."""
    if me is None:
        return None
    values = {"person": me, "kind": "idea", "number": idea_id, "silent_after": clock.city_now()}
    [own] = together.rows(s, _OWN, values)
    notifications.told(s, me, "idea", idea_id, own)
    moderation.told(s, me, own)
    return own


# --- earlier wordings -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Wording:
    """An idea as it stood once: its words, and the rest in words of the reader's language."""

    version: int
    language: str
    title: str
    body: str
    rest: Mapping[str, str]

    @property
    def dir(self) -> str:
        """Writing direction of the words."""
        return i18n.direction(self.language)


@dataclass(frozen=True)
class Change:
    """What one wording has that the one before had not; `by`: the public name of who wrote it."""

    at: datetime
    by: str
    before: Wording
    after: Wording
    title: Sequence[rules_diff.Piece]
    body: Sequence[Sequence[rules_diff.Piece]]
    rest: Sequence[tuple[str, str, str]]


def revisions(s: Session, idea_id: int) -> Sequence[Revision]:
    """The earlier wordings of an idea, oldest first: one select."""
    return s.scalars(select(Revision).where(Revision.idea_id == idea_id).order_by(Revision.version)).all()


def history(s: Session, found: Found, names: queries.Names) -> list[Change]:
    """Every change of an idea, newest first: two selects."""
    idea, rows = found.idea, revisions(s, found.idea.id)
    if not rows:
        return []
    who = public_names(s, [row.by_id for row in rows if row.by_id is not None])
    stood = [_stood(row, names) for row in [*rows, idea]]
    return [
        _change(before, after, row.at, who.get(row.by_id or 0, ""))
        for row, before, after in reversed(list(zip(rows, stood, stood[1:], strict=False)))
    ]


def _stood(row: Any, names: queries.Names) -> Wording:
    rest = {
        "category": str(names.categories.get(row.category_id, "")),
        "district": str(names.districts.get(row.district_id, "")),
        "place": row.place,
        "cost": i18n.money(row.cost_guess) if row.cost_guess is not None else "",
    }
    return Wording(row.version, row.language, row.title, row.body, rest)


def _change(before: Wording, after: Wording, at: datetime, by: str) -> Change:
    return Change(
        at,
        by,
        before,
        after,
        rules_diff.words(before.title, after.title) if before.title != after.title else (),
        rules_diff.text(before.body, after.body) if before.body != after.body else (),
        [(key, before.rest[key], after.rest[key]) for key in after.rest if before.rest[key] != after.rest[key]],
    )


def editable(s: Session, actor: Actor, number: int) -> Page | None:
    """The same page for one of its authors; to others the address does not exist."""
    found = page(s, actor, number)
    if found is None or not found.is_author:
        return None
    return replace(found, waiting=waiting(s, found.idea.id)) if found.changing else found


def may(page_: Page, now: datetime) -> Mapping[str, Any]:
    """What an author may do now."""
    call, idea = page_.found.call, page_.idea
    waiting = sum(1 for one in page_.authors if one.state is not AuthorState.DECLINED)
    return {
        "edit": rules.may_edit(idea, call, author=page_.is_author, now=now),
        "withdraw": rules.may_withdraw(idea, call, author=page_.is_author),
        "invite": rules.may_invite(idea, owner=page_.is_owner, invited=waiting),
    }
