"""One idea: its page, its earlier wordings, its authors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, select
from sqlalchemy.orm import Session, aliased

from portal.base import files, i18n
from portal.base.actor import Actor
from portal.base.files import File
from portal.base.files import State as FileState
from portal.ideas import queries, queries_ties, rules, rules_diff
from portal.ideas.models import Attachment, Author, AuthorState, Call, Idea, Picture, Revision, Support
from portal.identity.models import Person
from portal.identity.queries import public_names
from portal.identity.rules_ways import shown_name
from portal.processes.models import Phase, PhaseKind, Process, scope_of

_I, _C, _R, _P = Idea.__table__.c, Call.__table__.c, Process.__table__.c, Person.__table__.c


@dataclass(frozen=True)
class Found:
    """An idea at its address, with its call and what decides who may see it."""

    idea: Idea
    of: queries.Found
    author: str  # the name that the public reads; empty: forgotten
    dates: Sequence[Phase] = ()  # of handing in and of the check; none for a call that is always open
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


_SUBMIT, _REVIEW = aliased(Phase), aliased(Phase)
_WHOLE = (
    select(
        Idea, Call, _R.closed, _R.district_id, _R.department_id, _P.name, _P.public_name, _SUBMIT, _REVIEW,
        queries_ties.TIED.label("tied"),
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
    if row is None:
        return None
    idea, call = row[0], row[1]
    author = shown_name(row.name, row.public_name or "") if row.name else idea.author_name
    of = queries.Found(call, row.closed, scope_of(call.process_id, row.district_id, row.department_id))
    dates = [] if call.always_open else [phase for phase in (row[7], row[8]) if phase is not None]
    return Found(idea, of, author, dates, row.tied)


def by_number(s: Session, number: int) -> Found | None:
    """The idea with this number, for whomever: the caller asks `may_read`."""
    return _found(s.execute(_BY_NUMBER, {"number": number}).one_or_none())


def by_id(s: Session, idea_id: int) -> Found | None:
    """The same by the number of its row."""
    return _found(s.execute(_BY_ID, {"id": idea_id}).one_or_none())


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


def readable(s: Session, actor: Actor, number: int) -> Found | None:
    """The idea with this number, if it exists for this reader."""
    row = by_number(s, number)
    return row if row is not None and may_read(s, actor, row) else None


_AUTHORS = (
    select(Author.id, Author.person_id, Author.state, Author.invited_at, Author.answered_at, _P.name, _P.public_name)
    .outerjoin(Person.__table__, _P.id == Author.person_id)
    .where(Author.idea_id == bindparam("idea"))
    .order_by(Author.id)
)


@dataclass(frozen=True, slots=True)
class CoAuthor:
    """Somebody who was invited to write an idea together. The name is empty until they accept."""

    id: int
    person_id: int | None
    state: AuthorState
    name: str
    invited_at: datetime
    answered_at: datetime | None


def co_authors(s: Session, idea_id: int) -> list[CoAuthor]:
    """Everybody who was invited, in order: one select."""
    return [
        CoAuthor(
            row.id,
            row.person_id,
            row.state,
            shown_name(row.name, row.public_name or "") if row.name and row.state is AuthorState.ACCEPTED else "",
            row.invited_at,
            row.answered_at,
        )
        for row in s.execute(_AUTHORS, {"idea": idea_id})
    ]


def author_ids(s: Session, idea: Idea, known: Sequence[CoAuthor] | None = None) -> list[int]:
    """The author and the co-authors who accepted."""
    found = co_authors(s, idea.id) if known is None else known
    accepted = [one.person_id for one in found if one.state is AuthorState.ACCEPTED and one.person_id is not None]
    return ([idea.author_id] if idea.author_id is not None else []) + accepted


@dataclass(frozen=True, slots=True)
class PictureShown:
    """A picture of an idea; without an address it is still being made, or was refused for `reason`."""

    id: int
    url: str | None
    alt: str
    width: int
    height: int
    reason: Any = None


_PICTURES = (
    select(Picture.id, Picture.alt, File.sha256, File.width, File.height, File.state, File.reason)
    .join(File, File.id == Picture.file_id)
    .where(Picture.idea_id == bindparam("idea"))
    .order_by(Picture.position)
)


def pictures(s: Session, idea_id: int) -> list[PictureShown]:
    """The pictures of an idea in their order: one select."""
    return [
        PictureShown(
            row.id,
            files.url(row.sha256, "full") if row.state is FileState.READY else None,
            row.alt,
            row.width or 1200,
            row.height or 750,
            files.SENTENCES.get(row.reason) if row.reason else None,
        )
        for row in s.execute(_PICTURES, {"idea": idea_id})
    ]


def attachments(s: Session, idea_id: int) -> Sequence[Attachment]:
    """The files of an idea: one select."""
    return s.scalars(select(Attachment).where(Attachment.idea_id == idea_id).order_by(Attachment.id)).all()


@dataclass(frozen=True)
class Page:
    """Everything on the page of an idea, besides what other parts of the portal hang on it."""

    found: Found
    names: queries.Names
    dates: Sequence[Any]
    pictures: Sequence[PictureShown]
    files: Sequence[Attachment]
    authors: Sequence[CoAuthor]
    supported: bool = False
    is_author: bool = False
    is_owner: bool = False
    invitation: CoAuthor | None = None
    ties: queries_ties.Ties | None = None
    came_from: int | None = None  # the number of the row of the idea with which the reader's support came
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def idea(self) -> Idea:
        """The idea itself."""
        return self.found.idea

    @property
    def with_(self) -> list[str]:
        """The names of the co-authors."""
        return [one.name for one in self.authors if one.name]


_OWN = select(Support.__table__.c.id, Support.__table__.c.came_from_id).where(
    Support.__table__.c.idea_id == bindparam("idea"), Support.__table__.c.person_id == bindparam("person")
)


def page(s: Session, actor: Actor, number: int) -> Page | None:
    """The page of an idea for this reader, None where there is none to see. Four selects, one more with files, one for
    somebody signed in, four to six for one that hangs together with others."""
    found = by_number(s, number)
    if found is None:
        return None
    idea = found.idea
    authors = co_authors(s, idea.id)
    ids = author_ids(s, idea, authors)
    if not may_read(s, actor, found, ids):
        return None
    me = actor.person_id
    own = s.execute(_OWN, {"idea": idea.id, "person": me}).one_or_none() if me is not None else None
    return Page(
        found=found,
        names=queries.names(s, found.call),
        dates=found.dates,
        pictures=pictures(s, idea.id) if found.call.takes_pictures else (),
        files=attachments(s, idea.id) if found.call.takes_files else (),
        authors=authors,
        supported=own is not None,
        came_from=own.came_from_id if own is not None else None,
        ties=queries_ties.ties(s, idea.id) if found.tied else None,
        is_author=me is not None and me in ids,
        is_owner=me is not None and me == idea.author_id,
        invitation=next((a for a in authors if me is not None and a.person_id == me), None),
    )


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
    return found if found is not None and found.is_author else None


def may(page_: Page, now: datetime) -> Mapping[str, Any]:
    """What an author may do now."""
    call, idea = page_.found.call, page_.idea
    waiting = sum(1 for one in page_.authors if one.state is not AuthorState.DECLINED)
    return {
        "edit": rules.may_edit(idea, call, author=page_.is_author, now=now),
        "withdraw": rules.may_withdraw(idea, call, author=page_.is_author),
        "invite": rules.may_invite(idea, owner=page_.is_owner, invited=waiting),
    }
