"""The city answers ideas: drafts, many published together, corrections that keep what stood before, answers withdrawn; a
call is closed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.audit.actions import record
from portal.base import clock, db, i18n, jobs, texts
from portal.base.actor import Actor
from portal.base.i18n import _l
from portal.base.texts import Wording
from portal.base.verdict import no
from portal.ideas import queries, queries_answers, queries_answers_desk, rules_answers
from portal.ideas.actions import index
from portal.ideas.actions_calls import Said, put_texts, touch
from portal.ideas.models import Call, Idea, IdeaState
from portal.ideas.models_answers import Answer, AnswerIdea, AnswerVersion, Outcome, Standing
from portal.ideas.rules import Denied

KIND = "idea_answer"
TELL = "ideas.tell_answer"


def draft(actor: Actor, call: Call, ideas: Sequence[Idea], *, outcome: Outcome, answered_by: str, said: Said) -> Answer:
    """A draft for one idea or several, seen by staff alone. Raises Denied where one of them has a draft already."""
    s, now = db.session(), clock.now()
    if not ideas:
        raise Denied(no(_l("Choose at least one idea.")))
    answer = Answer(
        call_id=call.id, outcome=outcome, answered_by=answered_by, version=1, created_at=now, changed_at=now
    )
    s.add(answer)
    s.flush()
    _set_ideas(s, answer, ideas)
    put_texts(KIND, answer.id, said)
    record(actor, "drafted answer", KIND, answer.id, after=_told(answer, said, ideas))
    return answer


def edit_draft(
    actor: Actor,
    answer: Answer,
    ideas: Sequence[Idea],
    *,
    outcome: Outcome,
    answered_by: str,
    said: Said,
) -> None:
    """Other words, another outcome or other ideas for a draft. Raises Denied once it is public: that is corrected."""
    s = db.session()
    answer = _locked(s, answer.id)
    if answer.published_at is not None:
        raise Denied(no(_l("Somebody has published this answer in the meantime. It can be corrected.")))
    if not ideas:
        raise Denied(no(_l("Choose at least one idea.")))
    s.execute(delete(AnswerIdea).where(AnswerIdea.answer_id == answer.id))
    _set_ideas(s, answer, ideas)
    answer.outcome, answer.answered_by, answer.changed_at = outcome, answered_by, clock.now()
    put_texts(KIND, answer.id, said)
    record(actor, "changed draft of answer", KIND, answer.id, after=_told(answer, said, ideas))


def _set_ideas(s: Session, answer: Answer, ideas: Sequence[Idea]) -> None:
    try:
        with s.begin_nested():
            s.add_all([AnswerIdea(answer_id=answer.id, idea_id=idea.id, standing=Standing.DRAFT) for idea in ideas])
            s.flush()
    except IntegrityError:
        taken = queries_answers_desk.drafted_elsewhere(s, [idea.id for idea in ideas])
        numbers = ", ".join(str(idea.number) for idea in ideas if idea.id in taken)
        raise Denied(no(_l("Another draft answers these ideas already: %(numbers)s.", numbers=numbers))) from None


def remove(actor: Actor, answer: Answer) -> None:
    """Throws a draft away. Raises Denied for what is public: that is withdrawn, and its place stays."""
    s = db.session()
    answer = _locked(s, answer.id)
    if answer.published_at is not None:
        raise Denied(no(_l("This answer is public. It can be corrected or withdrawn, not thrown away.")))
    s.execute(delete(AnswerIdea).where(AnswerIdea.answer_id == answer.id))
    s.execute(delete(Wording).where(Wording.kind == KIND, Wording.object_id == answer.id))
    s.delete(answer)
    s.flush()
    record(actor, "threw answer away", KIND, answer.id)


def publish(actor: Actor, call: Call, ids: Sequence[int]) -> tuple[int, int]:
    """Makes these drafts public, all or none, and has everybody told whom it concerns, each once. Ideas that were
    withdrawn, joined with others or hidden since are left out. Returns how many answers and ideas that were.

    Raises Denied where a draft has no text, says what cannot be, or has no idea left; drafts that somebody else published
    meanwhile are passed over."""
    s, now = db.session(), clock.now()
    s.execute(db.locked(select(Call.id).where(Call.id == call.id)))
    drafts = s.scalars(
        db.locked(select(Answer).where(Answer.call_id == call.id, Answer.id.in_(ids)).order_by(Answer.id))
        .execution_options(populate_existing=True)
    ).all()  # fmt: skip
    drafts = [one for one in drafts if one.published_at is None]
    answered = 0
    for answer in drafts:
        ideas = _ideas(s, answer)
        _check(s, answer, ideas)
        for idea in ideas:
            _give(s, answer, idea)
        answer.published_at = answer.changed_at = now
        answered += len(ideas)
        record(actor, "published answer", KIND, answer.id, after={"ideas": [idea.number for idea in ideas]})
        jobs.enqueue(s, TELL, {"answer": answer.id, "version": 1}, dedup=f"{TELL}:{answer.id}:1")
    touch(call)
    return len(drafts), answered


def _ideas(s: Session, answer: Answer) -> list[Idea]:
    """The ideas of a draft under a lock; those that can have no answer any more go from it."""
    linked = select(AnswerIdea.idea_id).where(AnswerIdea.answer_id == answer.id)
    found = s.scalars(
        db.locked(select(Idea).where(Idea.id.in_(linked)).order_by(Idea.id)).execution_options(populate_existing=True)
    ).all()
    fit = [idea for idea in found if rules_answers.may_answer(idea)]
    gone = [idea.id for idea in found if idea not in fit]
    if gone:
        s.execute(delete(AnswerIdea).where(AnswerIdea.answer_id == answer.id, AnswerIdea.idea_id.in_(gone)))
    return fit


def _check(s: Session, answer: Answer, ideas: Sequence[Idea]) -> None:
    if not ideas:
        raise Denied(no(_l("The ideas of a draft were withdrawn, joined with others or hidden. Throw the draft away.")))
    if not any(field == "body" for field, _lang in texts.all_languages(s, KIND, answer.id)):
        numbers = ", ".join(str(idea.number) for idea in ideas)
        raise Denied(no(_l("The answer to these ideas has no text yet: %(numbers)s.", numbers=numbers)))
    verdict = rules_answers.fits(answer.outcome, [idea.state for idea in ideas])
    if not verdict:
        raise Denied(verdict)


def _give(s: Session, answer: Answer, idea: Idea) -> None:
    """The answer takes the place of an earlier one, or of one that was withdrawn, and the idea gets its state."""
    before = _state(s, idea)
    for old in s.scalars(
        select(AnswerIdea).where(
            AnswerIdea.idea_id == idea.id, AnswerIdea.standing.in_([Standing.CURRENT, Standing.WITHDRAWN])
        )
    ):
        old.standing = None
    s.flush()
    link = s.get_one(AnswerIdea, (answer.id, idea.id))
    link.standing, link.state_before = Standing.CURRENT, (before or idea.state).value
    _move(s, idea, rules_answers.state_after(answer.outcome, idea.state, before))


def _state(s: Session, idea: Idea) -> IdeaState | None:
    """The state that an idea had before its current answer, where there is one."""
    stored = s.scalar(
        select(AnswerIdea.state_before).where(AnswerIdea.idea_id == idea.id, AnswerIdea.standing == Standing.CURRENT)
    )
    return IdeaState(stored) if stored else None


def _move(s: Session, idea: Idea, state: IdeaState) -> None:
    if state is not idea.state:
        idea.state, idea.changed_at = state, clock.now()
        s.flush()
        index(s, idea)


def correct(
    actor: Actor,
    call: Call,
    answer: Answer,
    *,
    outcome: Outcome,
    answered_by: str,
    said: Said,
    reason: str,
    version: int,
) -> bool:
    """Other words for a public answer; what stood there stays readable, with the reason. Whoever was told of the answer
    is told again. False where nothing is different. Raises Denied where somebody else corrected `version` meanwhile."""
    s, now = db.session(), clock.now()
    answer = _locked(s, answer.id)
    verdict = rules_answers.may_change(answer, version)
    if not verdict:
        raise Denied(verdict)
    assert answer.published_at is not None
    stored = _stored(s, answer.id)
    wanted = {name: {lang: body.strip() for lang, body in by.items() if body.strip()} for name, by in said.items()}
    if (outcome, answered_by, wanted) == (answer.outcome, answer.answered_by, {n: stored.get(n, {}) for n in wanted}):
        return False
    ideas = _answered(s, answer)
    before = {idea.id: _state(s, idea) for idea in ideas}
    verdict = rules_answers.fits(outcome, [before[idea.id] or idea.state for idea in ideas])
    if not verdict:
        raise Denied(verdict)
    since = answer.published_at if answer.version == 1 else answer.changed_at
    s.add(
        AnswerVersion(
            answer_id=answer.id, version=answer.version, outcome=answer.outcome, answered_by=answer.answered_by,
            texts=stored, since=since, until=now, reason=reason, reason_lang=i18n.lang(),
        )
    )  # fmt: skip
    answer.outcome, answer.answered_by, answer.changed_at = outcome, answered_by, now
    answer.version += 1
    put_texts(KIND, answer.id, said)
    for idea in ideas:
        _move(s, idea, rules_answers.state_after(outcome, idea.state, before[idea.id]))
    touch(call)
    record(actor, "corrected answer", KIND, answer.id, after={"version": answer.version, "outcome": outcome.value})
    payload = {"answer": answer.id, "version": answer.version}
    jobs.enqueue(s, TELL, payload, dedup=f"{TELL}:{answer.id}:{answer.version}")
    return True


def withdraw(actor: Actor, call: Call, answer: Answer, *, reason: str, lang: str, version: int) -> int:
    """The city does not say this any more. Its ideas count as unanswered again and have the state that they had before;
    what stood there stays readable in its place, with the day and the reason, until there is another answer. Authors,
    supporters and followers are told. Returns how many ideas those are. Raises Denied: the call is closed, or somebody
    else corrected or withdrew `version` meanwhile."""
    s, now = db.session(), clock.now()
    locked = db.locked(select(Call).where(Call.id == call.id)).execution_options(populate_existing=True)
    call = s.scalars(locked).one()
    answer = _locked(s, answer.id)
    verdict = rules_answers.may_withdraw(call, answer, version)
    if not verdict:
        raise Denied(verdict)
    ideas = _answered(s, answer)
    for idea in ideas:
        before = _state(s, idea)
        s.get_one(AnswerIdea, (answer.id, idea.id)).standing = Standing.WITHDRAWN
        _move(s, idea, rules_answers.state_again(idea.state, before))
    answer.withdrawn_at, answer.withdrawn_reason, answer.withdrawn_lang = now, reason, lang
    touch(call)
    numbers = [idea.number for idea in ideas]
    record(actor, "withdrew answer", KIND, answer.id, after={"ideas": numbers, "reason": reason})
    jobs.enqueue(s, TELL, {"answer": answer.id, "withdrawn": True}, dedup=f"{TELL}:{answer.id}:withdrawn")
    return len(ideas)


def _answered(s: Session, answer: Answer) -> Sequence[Idea]:
    """The ideas whose answer this is now, under a lock."""
    return s.scalars(
        db.locked(
            select(Idea)
            .join(AnswerIdea, AnswerIdea.idea_id == Idea.id)
            .where(AnswerIdea.answer_id == answer.id, AnswerIdea.standing == Standing.CURRENT)
            .order_by(Idea.id)
        ).execution_options(populate_existing=True)
    ).all()


def _stored(s: Session, answer_id: int) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for (name, lang), row in texts.all_languages(s, KIND, answer_id).items():
        found.setdefault(name, {})[lang] = row.body
    return found


def _locked(s: Session, answer_id: int) -> Answer:
    statement = db.locked(select(Answer).where(Answer.id == answer_id)).execution_options(populate_existing=True)
    return s.scalars(statement).one()


def _told(answer: Answer, said: Said, ideas: Sequence[Idea]) -> Mapping[str, Any]:
    return {
        "outcome": answer.outcome.value,
        "ideas": [idea.number for idea in ideas],
        "texts": {name: dict(by) for name, by in said.items()},
    }


# --- the end of a call ------------------------------------------------------------------------------------------------


def close(actor: Actor, call: Call) -> None:
    """Closes a call for good: nothing is handed in, supported or debated any more. Raises Denied as long as a listed
    idea has no public answer."""
    s = db.session()
    statement = db.locked(select(Call).where(Call.id == call.id)).execution_options(populate_existing=True)
    call = s.scalars(statement).one()
    far = queries_answers.progress(s, [call.id])[call.id]
    verdict = rules_answers.may_close(call, queries.phases(s, call), far, clock.city_now())
    if not verdict:
        raise Denied(verdict)
    call.closed_at = clock.city_now()
    touch(call)
    record(actor, "closed call", "call", call.id, after={"ideas": far.total})


# --- an idea and what comes of it -------------------------------------------------------------------------------------


def onto_ballot(actor: Actor, idea_id: int) -> str:
    """A project has grown from a feasible idea, or from one on the short list. Returns the state before, for `off_ballot`.
    Raises Denied for an idea in any other state."""
    s = db.session()
    idea = _idea(s, idea_id)
    if idea.state not in (IdeaState.FEASIBLE, IdeaState.SHORTLISTED) or not idea.shown:
        raise Denied(no(_l("Only an idea that is feasible or on the short list becomes a project.")))
    before = idea.state
    _move(s, idea, IdeaState.ON_BALLOT)
    record(actor, "put idea on ballot", "idea", idea.id, before={"state": before}, after={"state": idea.state})
    return before.value


def off_ballot(actor: Actor, idea_id: int, state: str) -> None:
    """The project is gone again: the idea has the state that it had before."""
    s = db.session()
    idea = _idea(s, idea_id)
    if idea.state is IdeaState.ON_BALLOT and state:
        _move(s, idea, IdeaState(state))
        record(actor, "took idea off ballot", "idea", idea.id, after={"state": idea.state})


def _idea(s: Session, idea_id: int) -> Idea:
    statement = db.locked(select(Idea).where(Idea.id == idea_id)).execution_options(populate_existing=True)
    return s.scalars(statement).one()
