"""The ideas that projects grew from, both ways, and ideas of which projects can be made."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, func, literal, select
from sqlalchemy.orm import Session

from portal.base import i18n, search, texts, together
from portal.base.feature import Hit, Onward
from portal.base.files import File
from portal.base.files import State as FileState
from portal.base.i18n import Text, _l
from portal.base.together import Ready
from portal.budgeting.models import Budget, Card, Project
from portal.budgeting.models_works import Origin
from portal.budgeting.queries.found import OPEN_TO_ALL
from portal.budgeting.rules import PUBLIC, fate_name, status_name
from portal.budgeting.rules_works import GROWS
from portal.ideas.models import Author, AuthorState, Call, Idea, IdeaState, Picture
from portal.ideas.models_value import Valuation
from portal.ideas.queries import OPEN_TO_ALL as OPEN_CALLS
from portal.identity.models import Person
from portal.identity.rules_ways import shown_name
from portal.processes.models import Process
from portal.voting import queries as voting
from portal.voting.models import Vote, VoteState

PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class Wish:
    """An idea behind a project, as everybody may read it. Cost in cents."""

    id: int
    number: int
    title: str
    lead: str
    lang: str
    author: str
    acting_for: str
    supports: int
    comments: int
    state: IdeaState
    created_at: datetime
    cost_guess: int | None
    slug: str
    together: tuple[str, ...] = ()

    @property
    def dir(self) -> str:
        """Writing direction of the words."""
        return i18n.direction(self.lang)

    @property
    def foreign(self) -> bool:
        """True when the words are not in the reader's language."""
        return self.lang != i18n.lang()

    @property
    def by(self) -> str:
        """For whom it was handed in, or who did it; empty: forgotten."""
        return self.acting_for or self.author

    @property
    def names(self) -> tuple[str, ...]:
        """Everybody whose idea it is."""
        return self.by, *self.together


_WISH = (
    select(
        Idea.id, Idea.number, Idea.title, Idea.lead, Idea.language, Idea.author_name, Idea.acting_for, Idea.supports,
        Idea.comments, Idea.state, Idea.created_at, Idea.cost_guess, Call.slug, Person.name, Person.public_name,
    )
    .join(Call, Call.id == Idea.call_id)
    .join(Process, Process.id == Call.process_id)
    .outerjoin(Person, Person.id == Idea.author_id)
)  # fmt: skip


def _wish(row: Any, together: Sequence[str] = ()) -> Wish:
    author = shown_name(row.name, row.public_name or "") if row.name else row.author_name
    return Wish(
        row.id, row.number, row.title, row.lead, row.language, author, row.acting_for, row.supports, row.comments,
        row.state, row.created_at, row.cost_guess, row.slug, tuple(together),
    )  # fmt: skip


def wishes(s: Session, project_id: int) -> list[Wish]:
    """The ideas that a project grew from and that everybody sees, with all who wrote them, most supported first: one
    select, one more where there is any."""
    rows = s.execute(
        _WISH.join(Origin, Origin.idea_id == Idea.id)
        .where(Origin.project_id == project_id, Idea.hidden_at.is_(None), Idea.held_at.is_(None), OPEN_CALLS)
        .order_by(Idea.supports.desc(), Idea.number)
    ).all()
    with_ = co_authors(s, [row.id for row in rows]) if rows else {}
    return [_wish(row, with_.get(row.id, ())) for row in rows]


def linked(s: Session, project_id: int) -> list[Wish]:
    """The same for the staff: hidden ones and those of closed calls too. One select."""
    rows = s.execute(
        _WISH.join(Origin, Origin.idea_id == Idea.id).where(Origin.project_id == project_id).order_by(Idea.number)
    )
    return [_wish(row) for row in rows]


# --- from the idea's side ---------------------------------------------------------------------------------------------


_PR, _BU, _CA, _VO = Project.__table__.c, Budget.__table__.c, Card.__table__.c, Vote.__table__.c
_OR, _PC = Origin.__table__.c, Process.__table__.c
_GROWN = Ready(
    select(
        _PR.number, _PR.code, _PR.status, _BU.slug, _CA.title, _CA.said_in, _CA.summary, _VO.id.label("vote_id")
    )
    .select_from(Origin.__table__)
    .join(Project.__table__, _PR.id == _OR.project_id)
    .join(Budget.__table__, _BU.id == _PR.budget_id)
    .join(Process.__table__, _PC.id == _BU.process_id)
    .join(Card.__table__, and_(_CA.project_id == _PR.id, _CA.lang == bindparam("lang")))
    .outerjoin(
        Vote.__table__, and_(_VO.kind == "budget", _VO.object_id == _BU.id, _VO.state == VoteState.PUBLISHED)
    )
    .where(_OR.idea_id == bindparam("idea"), _PR.status.in_([literal(one, _PR.status.type) for one in PUBLIC]), *OPEN_TO_ALL)
    .order_by(_PR.id)
)  # fmt: skip


def onward(s: Session, kind: str, object_id: int, lang: str) -> list[Onward]:
    """What came of an idea: the projects that grew from it and that everybody may see, with their fate once the result is
    published. One select, one more for that; none for other things."""
    if kind != "idea":
        return []
    rows = together.rows(s, _GROWN, {"idea": object_id, "lang": lang})
    votes = _votes(s, {row.vote_id for row in rows if row.vote_id is not None})
    return [
        Onward(
            _l("Project"),
            Hit(row.title, row.said_in, "budgeting.story", {"slug": row.slug, "number": row.number}, row.summary),
            _state(s, row, votes.get(row.vote_id)),
        )
        for row in rows
    ]


def _votes(s: Session, ids: set[int]) -> dict[int, Vote]:
    return {vote.id: vote for vote in s.scalars(select(Vote).where(Vote.id.in_(ids)))} if ids else {}


def _state(s: Session, row: Any, vote: Vote | None) -> Text:
    public = voting.published(s, vote) if vote is not None else None
    if public is None:
        return status_name(row.status)
    codes = voted(public.outcome)
    return fate_name(codes[row.code]) if row.code in codes else status_name(row.status)


def voted(outcome: dict[str, Any]) -> dict[str, bool]:
    """Of each project in a published outcome, by its code: did it win?"""
    won = {one["id"]: True for pot in outcome["pots"] for one in pot["winners"]}
    return {one["id"]: False for pot in outcome["pots"] for one in pot["losers"]} | won


# --- what can become a project ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Filters:
    """What an officer asked for: words, one call, one state."""

    q: str = ""
    call: int | None = None
    state: IdeaState | None = None
    page: int = 1


def ripe(s: Session, wanted: Filters) -> tuple[list[Wish], int]:
    """One page of the ideas of all calls that are feasible or on the short list, those on the list first, and how many
    fit: two selects, one more with a search."""
    states = [wanted.state] if wanted.state is not None else [IdeaState(state) for state in GROWS]
    where: list[Any] = [Idea.listed.is_(True), Idea.state.in_(states)]
    if wanted.call is not None:
        where.append(Idea.call_id == wanted.call)
    if wanted.q.strip():
        where.append(Idea.id.in_(search.find(s, "idea", wanted.q, i18n.lang(), most=5000)))
    total = s.scalar(select(func.count()).select_from(Idea).where(*where)) or 0
    rows = s.execute(
        _WISH.where(*where)
        .order_by(Idea.state.desc(), Idea.supports.desc(), Idea.number)
        .limit(PER_PAGE)
        .offset((max(wanted.page, 1) - 1) * PER_PAGE)
    )
    return [_wish(row) for row in rows], total


def calls_of_ripe(s: Session) -> list[tuple[int, Any]]:
    """The calls that have such ideas, by title: two selects."""
    states = [IdeaState(state) for state in GROWS]
    ids = list(s.scalars(select(Idea.call_id).where(Idea.listed.is_(True), Idea.state.in_(states)).distinct()))
    said = texts.load(s, "call", ids, ["title"])
    found: list[tuple[int, Any]] = [(number, said.get((number, "title"), str(number))) for number in ids]
    return sorted(found, key=lambda pair: str(pair[1]))


@dataclass(frozen=True)
class Seed:
    """What a project takes over from an idea. Cost in cents: what officers reckoned, else the author's guess."""

    idea: Idea
    author: str
    cost: int | None
    picture_id: int | None = None
    picture_alt: str = ""


def seeds(s: Session, ids: Iterable[int]) -> list[Seed]:
    """These ideas in the order in which they were named, as far as they stand in lists: four selects."""
    wanted = list(dict.fromkeys(ids))
    rows = {
        row.Idea.id: row
        for row in s.execute(
            select(Idea, Person.name, Person.public_name)
            .outerjoin(Person, Person.id == Idea.author_id)
            .where(Idea.id.in_(wanted), Idea.listed.is_(True))
        )
    }
    pictures = {
        row.idea_id: row
        for row in s.execute(
            select(Picture.idea_id, Picture.file_id, Picture.alt)
            .join(File, File.id == Picture.file_id)
            .where(Picture.idea_id.in_(list(rows)), File.state == FileState.READY)
            .order_by(Picture.position.desc())
        )
    }
    with_ = co_authors(s, list(rows))
    costs = valued(s, list(rows))
    found = []
    for number in wanted:
        if number not in rows:
            continue
        row, picture = rows[number], pictures.get(number)
        names = [row.Idea.acting_for or _author(row), *with_.get(number, [])]
        found.append(
            Seed(
                row.Idea,
                ", ".join(name for name in names if name),
                costs.get(number, row.Idea.cost_guess),
                picture.file_id if picture is not None else None,
                picture.alt if picture is not None else "",
            )
        )
    return found


def _author(row: Any) -> str:
    return str(shown_name(row.name, row.public_name or "") if row.name else row.Idea.author_name)


def co_authors(s: Session, ids: Sequence[int]) -> dict[int, list[str]]:
    """The public names of those who wrote ideas together with others: one select."""
    found: dict[int, list[str]] = {}
    rows = s.execute(
        select(Author.idea_id, Person.name, Person.public_name)
        .join(Person, Person.id == Author.person_id)
        .where(Author.idea_id.in_(ids), Author.state == AuthorState.ACCEPTED)
        .order_by(Author.id)
    )
    for row in rows:
        if row.name:
            found.setdefault(row.idea_id, []).append(shown_name(row.name, row.public_name or ""))
    return found


def valued(s: Session, ids: Sequence[int]) -> dict[int, int]:
    """What officers reckoned that ideas cost, in cents, where they did: one select."""
    return {number: row.cost for number, row in valuations(s, ids).items() if row.cost is not None}


def valuations(s: Session, ids: Sequence[int]) -> dict[int, Valuation]:
    """What officers found about these ideas, as it stands now, by idea: one select, none where nothing is asked."""
    if not ids:
        return {}
    rows = s.scalars(
        select(Valuation)
        .where(Valuation.idea_id.in_(ids), Valuation.published_at.is_not(None))
        .order_by(Valuation.version)
    )
    return {row.idea_id: row for row in rows}
