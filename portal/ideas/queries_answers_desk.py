"""The city's answers in the lists of the staff: ideas with their answers, drafts, what is public."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from portal.base import i18n, search, texts
from portal.base.i18n import Text
from portal.base.texts import Said
from portal.ideas import rules_answers
from portal.ideas.models import Call, Idea, IdeaState
from portal.ideas.models_answers import Answer, AnswerIdea, Outcome, Standing
from portal.ideas.rules_answers import OUTCOMES

PER_PAGE = 50

_I, _A = Idea.__table__.c, Answer.__table__.c


@dataclass(frozen=True)
class Filters:
    """What an officer asked for. `answer`: missing, draft, given, or empty for all."""

    q: str = ""
    answer: str = "missing"
    category: int | None = None
    district: int | None = None
    state: IdeaState | None = None
    page: int = 1


@dataclass(frozen=True, slots=True)
class ToAnswer:
    """An idea in the list of what is to be answered."""

    id: int
    number: int
    title: str
    lang: str
    state: IdeaState
    district_id: int | None
    supports: int
    draft_id: int | None
    answer_id: int | None
    outcome: Outcome | None

    @property
    def dir(self) -> str:
        """Writing direction of the title."""
        return i18n.direction(self.lang)


def to_answer(s: Session, call: Call, wanted: Filters, per_page: int = PER_PAGE) -> tuple[list[ToAnswer], int]:
    """One page of the listed ideas of a call with their answers, most supported first, and how many fit: two selects,
    one more with a search."""
    draft, given = AnswerIdea.__table__.alias("draft"), AnswerIdea.__table__.alias("given")
    found = (
        Idea.__table__.outerjoin(draft, and_(draft.c.idea_id == _I.id, draft.c.standing == Standing.DRAFT))
        .outerjoin(given, and_(given.c.idea_id == _I.id, given.c.standing == Standing.CURRENT))
        .outerjoin(Answer.__table__, _A.id == given.c.answer_id)
    )
    where = [_I.call_id == call.id, _I.listed.is_(True)]
    if wanted.answer == "missing":
        where += [given.c.answer_id.is_(None)]
    elif wanted.answer == "draft":
        where += [draft.c.answer_id.is_not(None)]
    elif wanted.answer == "given":
        where += [given.c.answer_id.is_not(None)]
    for name in ("category", "district"):
        if getattr(wanted, name):
            where.append(_I[f"{name}_id"] == getattr(wanted, name))
    if wanted.state is not None:
        where.append(_I.state == wanted.state)
    if wanted.q.strip():
        where.append(_I.id.in_(search.find(s, "idea", wanted.q, i18n.lang(), most=5000)))
    total = s.scalar(select(func.count()).select_from(found).where(*where)) or 0
    rows = s.execute(
        select(
            _I.id, _I.number, _I.title, _I.language, _I.state, _I.district_id, _I.supports,
            draft.c.answer_id.label("draft_id"), given.c.answer_id.label("answer_id"), _A.outcome,
        )
        .select_from(found)
        .where(*where)
        .order_by(_I.supports.desc(), _I.number)
        .limit(per_page)
        .offset((max(wanted.page, 1) - 1) * per_page)
    )  # fmt: skip
    return [
        ToAnswer(
            row.id, row.number, row.title, row.language, row.state, row.district_id, row.supports, row.draft_id,
            row.answer_id, row.outcome,
        )
        for row in rows
    ], total  # fmt: skip


@dataclass(frozen=True)
class Drafted:
    """An answer in the staff's list, with its words and the numbers of its ideas."""

    answer: Answer
    own: Said | None
    body: Said | None
    ideas: Sequence[Any] = field(default_factory=tuple)

    @property
    def state(self) -> Said | Text:
        """The outcome in words."""
        return self.own or OUTCOMES[self.answer.outcome]


def answers(
    s: Session, call: Call, *, published: bool, page: int = 1, per_page: int = PER_PAGE
) -> tuple[list[Drafted], int]:
    """One page of the drafts of a call, oldest first, or of its public answers, newest first: four selects."""
    mine = [Answer.call_id == call.id, Answer.published_at.is_not(None) if published else Answer.published_at.is_(None)]
    total = s.scalar(select(func.count()).select_from(Answer).where(*mine)) or 0
    order = [Answer.published_at.desc(), Answer.id.desc()] if published else [Answer.id]
    rows = s.scalars(
        select(Answer).where(*mine).order_by(*order).limit(per_page).offset((max(page, 1) - 1) * per_page)
    ).all()
    ids = [row.id for row in rows]
    said = texts.load(s, "idea_answer", ids, ["state", "body"])
    held: dict[int, list[Any]] = {}
    for row in s.execute(_of_answers(ids)):
        held.setdefault(row.answer_id, []).append(row)
    return [
        Drafted(row, said.get((row.id, "state")), said.get((row.id, "body")), held.get(row.id, ())) for row in rows
    ], total


def _of_answers(ids: Sequence[int]) -> Any:
    return (
        select(AnswerIdea.answer_id, Idea.id, Idea.number, Idea.title, Idea.language, Idea.state)
        .join(Idea, Idea.id == AnswerIdea.idea_id)
        .where(AnswerIdea.answer_id.in_(ids), AnswerIdea.standing.is_not(None))
        .order_by(Idea.number)
    )


def by_id(s: Session, call: Call, answer_id: int) -> Answer | None:
    """An answer of this call."""
    return s.scalars(select(Answer).where(Answer.id == answer_id, Answer.call_id == call.id)).one_or_none()


def ideas_of(s: Session, answer_id: int) -> Sequence[Any]:
    """The ideas that an answer is for, by number: one select."""
    return s.execute(_of_answers([answer_id])).all()


def chosen(s: Session, call: Call, ids: Iterable[int]) -> Sequence[Idea]:
    """Those of these ideas that stand in the lists of the call, by number: one select."""
    wanted = list(ids)[: rules_answers.MOST_TOGETHER]
    if not wanted:
        return []
    return s.scalars(
        select(Idea).where(Idea.call_id == call.id, Idea.id.in_(wanted), Idea.listed.is_(True)).order_by(Idea.number)
    ).all()


def numbered(s: Session, call: Call, numbers: Sequence[int]) -> Sequence[Idea]:
    """Those with these numbers that stand in the lists of the call: one select, none where nothing is asked."""
    if not numbers:
        return []
    return s.scalars(
        select(Idea).where(Idea.call_id == call.id, Idea.number.in_(list(numbers)), Idea.listed.is_(True))
    ).all()


def drafted_elsewhere(s: Session, ids: Iterable[int]) -> set[int]:
    """Those of these ideas that stand in a draft already: one select."""
    return set(
        s.scalars(
            select(AnswerIdea.idea_id).where(AnswerIdea.idea_id.in_(list(ids)), AnswerIdea.standing == Standing.DRAFT)
        )
    )
