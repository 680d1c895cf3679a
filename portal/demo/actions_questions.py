"""Fills the demo's questionnaires with questions and made answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from portal.base.actor import Actor
from portal.budgeting.models import Budget
from portal.demo.content_questions import Answers, Asked, Questionnaire, made_answers, questionnaires
from portal.processes import actions_questions as act
from portal.processes import queries_figures, queries_questions
from portal.processes.models_questions import Ask, Audience, FilledIn, Group, Reply, Stand
from portal.processes.models_questions import Questionnaire as Row


def fill(s: Session, officer: Actor, today: date, midnight: Callable[[date], datetime]) -> None:
    """Make every questionnaire with its answers; one whose results are out is published as of its day."""
    for told in questionnaires():
        process_id = s.scalars(select(Budget.process_id).where(Budget.slug == told.budget)).one()

        def at(days: int) -> datetime:
            return midnight(today + timedelta(days=days))

        given = act.Settings(
            at(told.opens), at(told.closes), Audience(told.audience), told.officers_asked, told.on_paper, keep_days=30
        )
        row = act.create(officer, process_id, given, {"title": told.title, "lead": told.lead})
        for one in told.question:
            act.add_question(officer, row, _draft(one))
        row.stand, row.told_at = Stand.SHOWN, at(told.opens)
        s.flush()
        _answers(s, row, told)
        if told.published is not None:
            shown = queries_questions.page(s, row)
            figures = queries_figures.figures(s, shown)
            act.publish(officer, row, figures, at(told.published) + timedelta(hours=10))
            row.unlinked_at = at(told.closes + 30)
        elif told.officers == 0:  # a draft for later, whose title two languages still lack
            title = {lang: text for lang, text in told.title.items() if lang not in ("pl", "ar")}
            act.copy(officer, row, replace(given, opens_at=at(40), closes_at=at(54)), {"title": title})
    s.flush()


def _draft(one: Asked) -> act.Draft:
    words: dict[str, Any] = {"text": one.text}
    if one.low and one.high:
        words |= {"low": one.low, "high": one.high}
    return act.Draft(Ask(one.ask), one.required, None, one.most, one.steps, words, one.choices)


def _answers(s: Session, row: Row, told: Questionnaire) -> None:
    asked = list(queries_questions.page(s, row).questions)
    groups = [(Group.CITIZEN, answers) for answers in made_answers(told, told.citizens, officers=False)]
    groups += [(Group.OFFICER, answers) for answers in made_answers(told, told.officers, officers=True)]
    people = [FilledIn(questionnaire_id=row.id, party=party, on_paper=False) for party, _answers in groups]
    s.add_all(people)
    s.flush()
    lines = []
    for person, (_party, answers) in zip(people, groups, strict=True):
        lines += [_line(person.id, question, value) for question, value in _chosen(asked, answers)]
    for question, one in zip(asked, told.question, strict=True):
        for person, text in zip(people[5::11], one.written, strict=False):
            shown = text.shown if told.published is not None else None
            lines.append(
                {"answer_id": person.id, "question_id": question.row.id, "choice_id": None, "step": None,
                 "body": text.text, "lang": text.lang, "chosen": shown}
            )  # fmt: skip
    s.execute(insert(Reply), lines)


def _chosen(asked: list[queries_questions.Asked], answers: Answers) -> list[tuple[queries_questions.Asked, int]]:
    return [
        (question, place)
        for question, places in zip(asked, answers, strict=True)
        if isinstance(places, tuple)
        for place in places
    ]


def _line(answer_id: int, question: queries_questions.Asked, place: int) -> dict[str, Any]:
    scale = question.row.steps is not None
    return {
        "answer_id": answer_id, "question_id": question.row.id, "choice_id": None if scale else question.choices[place][0],
        "step": place + 1 if scale else None, "body": None, "lang": "", "shown": None,
    }  # fmt: skip
