"""Telling people that the city has answered, by the worker: supporters may be many, and the button must not wait."""

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


def tell(answer_id: int, version: int) -> int:
    """Tells everybody whom an answer concerns, each once however many of its ideas are theirs; authors, supporters and
    those who follow get the very same message, so that it does not say who supports. Returns how many were told.
    Running twice tells nobody twice."""
    with db.read() as s:
        answer = s.get(Answer, answer_id)
        if answer is None or answer.published_at is None or answer.version != version:
            return 0  # a later correction is told instead
        ideas = s.execute(
            select(Idea.id, Idea.number, Idea.title, Idea.language)
            .join(AnswerIdea, AnswerIdea.idea_id == Idea.id)
            .where(AnswerIdea.answer_id == answer_id, AnswerIdea.standing == Standing.CURRENT, Idea.hidden_at.is_(None))
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
    notice = "idea.answered" if version == 1 else "idea.answer_corrected"
    told = 0
    for idea in ideas:
        ids = people[idea.id]
        for start in range(0, len(ids), AT_ONCE):
            with db.write():
                told += notifications.tell(
                    ids[start : start + AT_ONCE],
                    notice,
                    {"idea": {idea.language: idea.title}, "outcome": outcome},
                    link=("ideas.idea", {"number": idea.number}),
                    about=("idea", idea.id),
                    dedup=f"answer:{answer_id}:{version}",
                )
    return told
