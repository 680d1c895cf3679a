"""The city's answers: on the page of an idea, with their earlier wordings, and in the lists of the staff."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, case, func, or_, select, union
from sqlalchemy.orm import Session

from portal.base import clock, i18n, texts, together
from portal.base.actor import Actor
from portal.base.i18n import Text
from portal.base.markdown import render
from portal.base.texts import Said, Wording
from portal.base.together import Ready
from portal.ideas import rules, rules_answers
from portal.ideas.models import Author, AuthorState, Call, Idea, Support
from portal.ideas.models_answers import Answer, AnswerIdea, AnswerVersion, Outcome, Standing
from portal.ideas.rules_answers import OUTCOMES, Progress
from portal.notifications.models import Follow
from portal.processes.models import Process
from portal.processes.queries import phases_of, reached

FIELDS = ("state", "body", "role")

_I, _A, _L, _W = Idea.__table__.c, Answer.__table__.c, AnswerIdea.__table__.c, Wording.__table__.c


# --- the page of an idea ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Given:
    """An answer as it is read: the words of its outcome, who gave it in which role, and its text. `until` and
    `reason`: when and why the wording after this one took its place, or the answer was withdrawn."""

    id: int
    outcome: Outcome
    own: Said | None
    body: Said | None
    role: Said | None
    answered_by: str
    at: datetime
    version: int = 1
    until: datetime | None = None
    reason: Said | None = None
    replaced: bool = False
    withdrawn: bool = False

    @property
    def state(self) -> Said | Text:
        """The outcome: in the city's own words, or in those that every answer has."""
        return self.own or OUTCOMES[self.outcome]

    @property
    def colour(self) -> str:
        """The tag's colour."""
        return rules_answers.COLOURS.get(self.outcome, "grey")


_CURRENT = (
    select(
        _L.idea_id, _A.id, _A.outcome, _A.answered_by, _A.published_at, _A.changed_at, _A.version, _W.field, _W.lang,
        _W.body, _W.html, _W.origin, _A.withdrawn_at, _A.withdrawn_reason, _A.withdrawn_lang,
    )
    .select_from(AnswerIdea.__table__)
    .join(Answer.__table__, _A.id == _L.answer_id)
    .outerjoin(Wording.__table__, and_(_W.kind == "idea_answer", _W.object_id == _A.id, _W.field.in_(FIELDS)))
    .where(_L.idea_id.in_(bindparam("ideas", expanding=True)), _L.standing.in_(bindparam("standings", expanding=True)))
)  # fmt: skip
_STOOD = (Standing.CURRENT, Standing.WITHDRAWN)


def current(s: Session, idea_id: int) -> Given | None:
    """What stands on an idea's page as its public answer, one that was withdrawn too: one select."""
    return current_of(s, [idea_id], _STOOD).get(idea_id)


def current_of(s: Session, ids: Sequence[int], standings: Sequence[Standing] = (Standing.CURRENT,)) -> dict[int, Given]:
    """The public answers to these ideas, by idea: one select, none where nothing is asked."""
    if not ids:
        return {}
    rows: dict[int, list[Any]] = {}
    for row in s.execute(_CURRENT, {"ideas": list(ids), "standings": list(standings)}):
        rows.setdefault(row.idea_id, []).append(row)
    return {number: _given(some) for number, some in rows.items()}


def _given(rows: Sequence[Any]) -> Given:
    said = _best({(row.field, row.lang): (row.body, row.html, row.origin) for row in rows if row.field})
    one = rows[0]
    at = one.published_at if one.version == 1 else one.changed_at
    return Given(
        one.id, one.outcome, said.get("state"), said.get("body"), said.get("role"), one.answered_by, at, one.version,
        **_end(one),
    )  # fmt: skip


def _end(one: Any) -> dict[str, Any]:
    """When and why an answer was withdrawn; nothing where it was not."""
    if one.withdrawn_at is None:
        return {}
    return {
        "until": one.withdrawn_at,
        "reason": Said(one.withdrawn_reason, one.withdrawn_lang, fallback=one.withdrawn_lang != i18n.lang()),
        "withdrawn": True,
    }


def _best(stored: Mapping[tuple[str, str], tuple[str, str, str]]) -> dict[str, Said]:
    """Per field the reader's language, else English, else the first of the others."""
    wanted = i18n.lang()
    rank = {wanted: 0, i18n.SOURCE: 1}
    found: dict[str, Said] = {}
    order: dict[str, tuple[int, str]] = {}
    for (name, lang), (body, html, origin) in stored.items():
        mine = (rank.get(lang, 2), lang)
        if name not in order or mine < order[name]:
            order[name] = mine
            found[name] = Said(body, lang, html, lang != wanted, origin == "machine")
    return found


def earlier(s: Session, idea_id: int) -> list[Given]:
    """Every wording that was public before, newest first: those of the current answer before its corrections, and
    answers whose place another one took. Four selects at most."""
    links = s.execute(
        select(Answer, AnswerIdea.standing)
        .join(AnswerIdea, AnswerIdea.answer_id == Answer.id)
        .where(AnswerIdea.idea_id == idea_id, Answer.published_at.is_not(None))
    ).all()
    ids = [answer.id for answer, _standing in links]
    found = [
        _old(row, replaced=False) for row in s.scalars(select(AnswerVersion).where(AnswerVersion.answer_id.in_(ids)))
    ]
    gone = [answer for answer, standing in links if standing is None]
    said = texts.load(s, "idea_answer", [one.id for one in gone], FIELDS, html=True)
    for one in gone:
        by = {name: said.get((one.id, name)) for name in FIELDS}
        at = one.published_at if one.version == 1 and one.published_at is not None else one.changed_at
        found.append(
            Given(
                one.id, one.outcome, by["state"], by["body"], by["role"], one.answered_by, at, one.version,
                replaced=True, **_end(one),
            )
        )  # fmt: skip
    return sorted(found, key=lambda one: (one.at, one.id, one.version), reverse=True)


def _old(row: AnswerVersion, *, replaced: bool) -> Given:
    stored = {
        (name, lang): (body, render(body, lang) if name == "body" else "", "human")
        for name, by in row.texts.items()
        for lang, body in by.items()
    }
    said = _best(stored)
    reason = Said(row.reason, row.reason_lang, fallback=row.reason_lang != i18n.lang())
    return Given(
        row.answer_id, row.outcome, said.get("state"), said.get("body"), said.get("role"), row.answered_by, row.since,
        row.version, row.until, reason, replaced,
    )  # fmt: skip


def also(s: Session, answer_id: int, idea_id: int, most: int = 10) -> tuple[list[Any], int]:
    """Other ideas with the same answer that everybody sees, and how many there are: one select."""
    rows = s.execute(
        select(Idea.number, Idea.title, Idea.language, func.count().over().label("total"))
        .join(AnswerIdea, AnswerIdea.idea_id == Idea.id)
        .where(
            AnswerIdea.answer_id == answer_id,
            AnswerIdea.standing.in_(_STOOD),
            Idea.id != idea_id,
            Idea.listed.is_(True),
        )
        .order_by(Idea.number)
        .limit(most)
    ).all()
    return list(rows), rows[0].total if rows else 0


def involved(s: Session, idea_id: int) -> list[int]:
    """Everybody whom it concerns what becomes of an idea: its author and co-authors, those who support it, those who
    follow it, all in one list that does not say which. One select; for telling alone, never for a page."""
    parts = union(
        select(Idea.author_id.label("person")).where(Idea.id == idea_id, Idea.author_id.is_not(None)),
        select(Author.person_id).where(
            Author.idea_id == idea_id, Author.state == AuthorState.ACCEPTED, Author.person_id.is_not(None)
        ),
        select(Support.person_id).where(Support.idea_id == idea_id, Support.person_id.is_not(None)),
        select(Follow.person_id).where(Follow.kind == "idea", Follow.object_id == idea_id),
    ).subquery()
    return list(s.scalars(select(parts.c.person).order_by(parts.c.person)))


# --- how far a call is ------------------------------------------------------------------------------------------------


_ANY = select(_L.idea_id).where(or_(*(_L.standing == one for one in _STOOD))).exists()
_LISTED = select(func.count()).where(_I.call_id == bindparam("call"), _I.listed.is_(True)).scalar_subquery()
_WITH_ANSWER = (
    select(func.count())
    .select_from(AnswerIdea.__table__.join(Idea.__table__, _I.id == _L.idea_id))
    .where(_L.standing == Standing.CURRENT, _I.call_id == bindparam("call"), _I.listed.is_(True))
    .scalar_subquery()
)
_COUNTED = Ready(
    select(
        case((_ANY, _LISTED), else_=0).label("total"),
        case((_ANY, _WITH_ANSWER), else_=0).label("answered"),
    )
)


def counted(s: Session, call_id: int) -> Progress:
    """How many ideas of a call are answered, for its public page: one select that counts by its indexes alone, and
    nothing before the city's first answer."""
    [row] = together.rows(s, _COUNTED, {"call": call_id})
    return Progress(row.total, row.answered)


def _has(standing: Standing) -> Any:
    return select(_L.idea_id).where(_L.idea_id == _I.id, _L.standing == standing).correlate(Idea.__table__).exists()


def _number(*where: Any) -> Any:
    return func.coalesce(func.sum(case((and_(*where), 1), else_=0)), 0)


_PROGRESS = (
    select(
        _I.call_id,
        _number(_I.listed.is_(True)).label("total"),
        _number(_I.listed.is_(True), _has(Standing.CURRENT)).label("answered"),
        _number(_I.listed.is_(True), _has(Standing.DRAFT)).label("drafted"),
        _number(
            _I.held_at.is_not(None), _I.hidden_at.is_(None), _I.state.not_in(["merged", "withdrawn"])
        ).label("held"),
    )
    .where(_I.call_id.in_(bindparam("calls", expanding=True)))
    .group_by(_I.call_id)
)  # fmt: skip


def progress(s: Session, call_ids: Iterable[int]) -> dict[int, Progress]:
    """How many ideas of each call are answered: one select, none where nothing is asked."""
    ids = list(call_ids)
    if not ids:
        return {}
    rows = s.execute(_PROGRESS, {"calls": ids})
    found = {row.call_id: Progress(row.total, row.answered, row.drafted, row.held) for row in rows}
    return {number: found.get(number, Progress()) for number in ids}


@dataclass(frozen=True)
class Waiting:
    """A call whose check is over and whose ideas are not all answered. `since`: the end of its check (UTC)."""

    slug: str
    title: str
    progress: Progress
    since: datetime


def waiting(s: Session, worker: Actor) -> list[Waiting]:
    """The calls within reach of somebody's role that still owe answers: four selects."""
    now = clock.city_now()
    rows = s.scalars(
        select(Call)
        .join(Process, Process.id == Call.process_id)
        .where(Call.closed_at.is_(None), Call.always_open.is_(False), reached(worker, rules.OFFICERS))
        .order_by(Call.id)
    ).all()
    dates = phases_of(s, {call.process_id for call in rows})
    over = {}
    for call in rows:
        end = rules.ended_at(call, dates.get(call.process_id, []))
        if end is not None and end <= now:
            over[call.id] = (call, end)
    far = progress(s, over)
    said = texts.load(s, "call", over, ["title"])
    return [
        Waiting(call.slug, str(said.get((number, "title"), call.slug)), far[number], end)
        for number, (call, end) in over.items()
        if far[number].missing
    ]
