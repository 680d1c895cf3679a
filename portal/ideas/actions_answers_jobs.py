"""Telling people that the city has answered, or withdrawn its answer, by the worker: supporters may be many, and the button
must not wait."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from portal.base import db
from portal.base.texts import Wording
from portal.ideas import queries_answers
from portal.ideas.models import Idea
from portal.ideas.models_answers import Answer, AnswerIdea, Standing
from portal.ideas.rules_answers import OUTCOMES
from portal.notifications import actions as notifications

AT_ONCE = 1000  # people per transaction


def tell(answer_id: int, version: int | None) -> int:
    """Tells everybody whom an answer concerns, each once however many of its ideas are theirs; authors, supporters and
    those who follow get the very same message, so that it does not say who supports. `version`: of
    the wording; None: that the answer is withdrawn. Returns how many were told. Running twice tells nobody twice."""
    with db.read() as s:
        answer = s.get(Answer, answer_id)
        gone = version is None
        if answer is None or answer.published_at is None or gone != (answer.withdrawn_at is not None):
            return 0  # that it is withdrawn is told instead
        if not gone and answer.version != version:
            return 0  # a later correction is told instead
        standing = Standing.WITHDRAWN if gone else Standing.CURRENT
        ideas = s.execute(
            select(Idea.id, Idea.number, Idea.title, Idea.language)
            .join(AnswerIdea, AnswerIdea.idea_id == Idea.id)
            .where(AnswerIdea.answer_id == answer_id, AnswerIdea.standing == standing, Idea.hidden_at.is_(None))
            .order_by(Idea.number)
        ).all()
        outcome: Any = {
            row.lang: row.body
            for row in s.scalars(
                select(Wording).where(
                    Wording.kind == "idea_answer", Wording.object_id == answer_id, Wording.field == "state"
                )
            )
        } or OUTCOMES[answer.outcome]
        people = {idea.id: queries_answers.involved(s, idea.id) for idea in ideas}
    notice = {None: "idea.answer_withdrawn", 1: "idea.answered"}.get(version, "idea.answer_corrected")
    values: dict[str, Any] = {} if gone else {"outcome": outcome}
    told = 0
    for idea in ideas:
        ids = people[idea.id]
        for start in range(0, len(ids), AT_ONCE):
            with db.write():
                told += notifications.tell(
                    ids[start : start + AT_ONCE],
                    notice,
                    values | {"idea": {idea.language: idea.title}},
                    link=("ideas.idea", {"number": idea.number}),
                    about=("idea", idea.id),
                    dedup=f"answer:{answer_id}:{version or 'withdrawn'}",
                    free=(answer.withdrawn_lang, answer.withdrawn_reason) if gone else None,
                )
    return told
