"""A questionnaire with a question of each kind, and people who answered it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from portal.base import clock, db
from portal.processes import actions_answers, actions_questions, queries_figures, queries_questions
from portal.processes.actions_questions import Draft, Settings
from portal.processes.models_questions import Ask, Audience, FilledIn, Group, Questionnaire, Stand
from tests.budgeting.town import LANGUAGES, OFFICER, in_all

CHOICES = ("Trees", "Benches", "Lamps")


def drafts(languages: Sequence[str] = LANGUAGES) -> list[Draft]:
    """One question of each kind; the first and the third must be answered."""

    def said(text: str) -> dict[str, str]:
        return {lang: words for lang, words in in_all(text).items() if lang in languages}

    listed = [said(one) for one in CHOICES]
    return [
        Draft(Ask.SINGLE, required=True, words={"text": said("What first?")}, choices=listed),
        Draft(Ask.SEVERAL, least=1, most=2, words={"text": said("What else?")}, choices=listed),
        Draft(
            Ask.SCALE, required=True, steps=5,
            words={"text": said("How safe?"), "low": said("not at all"), "high": said("very")},
        ),
        Draft(Ask.TEXT, words={"text": said("What is missing?"), "hint": said("In a few words")}),
    ]  # fmt: skip


def make(
    process_id: int, *, opens: float = -1, closes: float = 7, stand: Stand = Stand.SHOWN, title: str = "Mill Street",
    audience: Audience = Audience.ACCOUNT, officers: bool = False, on_paper: bool = False, keep_days: int = 30,
) -> int:  # fmt: skip
    """In a write transaction: a questionnaire that opens and closes that many days from now; returns its id."""
    now = clock.city_now()
    given = Settings(now + timedelta(days=opens), now + timedelta(days=closes), audience, officers, on_paper, keep_days)
    row = actions_questions.create(OFFICER, process_id, given, {"title": in_all(title), "lead": in_all("We **ask**.")})
    for one in drafts():
        actions_questions.add_question(OFFICER, row, one)
    row.stand = stand
    db.session().flush()
    return row.id


def fill(survey_id: int, party: Group, number: int, *, first: int = 0, step: int = 3, several: Sequence[int] = (0,),
         text: str = "") -> None:  # fmt: skip
    """In a write transaction: so many people of a group answered alike."""
    s = db.session()
    asked = list(queries_questions.page(s, s.get_one(Questionnaire, survey_id)).questions)
    ids = [choice for choice, _name in asked[0].choices]
    more = [choice for choice, _name in asked[1].choices]
    values: dict[int, Any] = {
        asked[0].row.id: ids[first],
        asked[1].row.id: [more[n] for n in several],
        asked[2].row.id: step,
        asked[3].row.id: text,
    }
    for _n in range(number):
        row = FilledIn(questionnaire_id=survey_id, party=party)
        s.add(row)
        s.flush()
        actions_answers._write(row, asked, values, "en")


def publish(survey_id: int) -> None:
    """In a write transaction: the results of one that has closed are out."""
    s = db.session()
    row = s.get_one(Questionnaire, survey_id)
    figures = queries_figures.figures(s, queries_questions.page(s, row))
    assert actions_questions.publish(OFFICER, row, figures, clock.now())


def of_city(process_id: int) -> tuple[int, int]:
    """In a write transaction, for walks over all addresses: an open one, one with published results and a draft.
    Returns the open one and the draft."""
    done = make(process_id, opens=-9, closes=-2, title="Old market", officers=True)
    fill(done, Group.CITIZEN, 12)
    fill(done, Group.OFFICER, 10, first=1)
    publish(done)
    draft = make(process_id, stand=Stand.DRAFT, title="Unfinished")
    return make(process_id, on_paper=True), draft
