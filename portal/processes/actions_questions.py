"""What officers do with a questionnaire: make it, copy it, release it, prolong it, publish its results."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update

from portal.audit.actions import record
from portal.base import db, texts
from portal.base.actor import Actor
from portal.base.verdict import YES, Verdict
from portal.processes import rules_questions as rules
from portal.processes.models_questions import (
    Ask,
    Audience,
    FilledIn,
    Question,
    QuestionChoice,
    Questionnaire,
    Reply,
    Stand,
)

KIND = "questionnaire"
Words = Mapping[str, Mapping[str, str]]  # field -> language -> text


@dataclass(frozen=True, slots=True)
class Settings:
    """When a questionnaire is open and who answers it. Times in UTC."""

    opens_at: datetime
    closes_at: datetime
    audience: Audience = Audience.ACCOUNT
    officers: bool = False
    on_paper: bool = False
    keep_days: int = 30


@dataclass(frozen=True, slots=True)
class Draft:
    """A question as it was filled in; `choices`: for each answer to choose from its words by language."""

    ask: Ask
    required: bool = False
    least: int | None = None
    most: int | None = None
    steps: int | None = None
    words: Words = field(default_factory=dict)
    choices: Sequence[Mapping[str, str]] = ()


def create(actor: Actor, process_id: int, settings: Settings, words: Words) -> Questionnaire:
    """A new questionnaire that only staff see."""
    row = Questionnaire(process_id=process_id, stand=Stand.DRAFT, **_values(settings))
    s = db.session()
    s.add(row)
    s.flush()
    _say(KIND, row.id, words, markdown=("lead",))
    record(actor, "made questionnaire", KIND, row.id, after=_told(row))
    return row


def change(actor: Actor, row: Questionnaire, settings: Settings, words: Words) -> Verdict:
    """Other dates, conditions and texts of a draft."""
    verdict = rules.may_edit(row)
    if not verdict:
        return verdict
    before = _told(row)
    for name, value in _values(settings).items():
        setattr(row, name, value)
    db.session().flush()
    _say(KIND, row.id, words, markdown=("lead",))
    record(actor, "changed questionnaire", KIND, row.id, before=before, after=_told(row))
    return YES


def prolong(actor: Actor, row: Questionnaire, closes_at: datetime, now: datetime) -> Verdict:
    """Let a released questionnaire close later."""
    verdict = rules.may_prolong(row, closes_at, now)
    if not verdict:
        return verdict
    before, row.closes_at = row.closes_at.isoformat(), closes_at
    db.session().flush()
    record(actor, "prolonged questionnaire", KIND, row.id, before=before, after=closes_at.isoformat())
    return YES


def _values(settings: Settings) -> dict[str, Any]:
    return {
        "opens_at": settings.opens_at,
        "closes_at": settings.closes_at,
        "audience": settings.audience,
        "officers": settings.officers,
        "on_paper": settings.on_paper,
        "keep_days": settings.keep_days,
    }


def _told(row: Questionnaire) -> dict[str, object]:
    return {
        "process": row.process_id,
        "opens": row.opens_at.isoformat(),
        "closes": row.closes_at.isoformat(),
        "audience": row.audience.value,
        "officers": row.officers,
        "on_paper": row.on_paper,
        "keep_days": row.keep_days,
    }


def _say(kind: str, number: int, words: Words, markdown: Iterable[str] = ()) -> None:
    for name, by_language in words.items():
        for lang, body in by_language.items():
            texts.put(db.session(), kind, number, name, lang, body, markdown=name in markdown)


def remove(actor: Actor, row: Questionnaire) -> Verdict:
    """Delete a draft with everything in it."""
    verdict = rules.may_edit(row)
    if not verdict:
        return verdict
    s, number = db.session(), row.id
    for question in _questions(number):
        _forget_question(question.id)
    _silence(KIND, [number])
    record(actor, "removed questionnaire", KIND, number, before=_told(row))
    s.delete(row)
    s.flush()
    return YES


def copy(actor: Actor, row: Questionnaire, settings: Settings, words: Words) -> Questionnaire:
    """A draft with the same questions, in the same process; no answer comes along."""
    made = create(actor, row.process_id, settings, words)
    for question in _questions(row.id):
        said = texts.all_languages(db.session(), "question", question.id)
        choices: list[dict[str, str]] = []
        for number in _choice_ids(question.id):
            names = texts.all_languages(db.session(), "question_choice", number)
            choices.append({lang: one.body for (_name, lang), one in names.items()})
        words_of: dict[str, dict[str, str]] = {}
        for (name, lang), one in said.items():
            words_of.setdefault(name, {})[lang] = one.body
        _put(
            Question(questionnaire_id=made.id, position=question.position),
            Draft(question.ask, question.required, question.least, question.most, question.steps, words_of, choices),
        )
    return made


# --- questions --------------------------------------------------------------------------------------------------------


def _questions(survey_id: int) -> Sequence[Question]:
    wanted = select(Question).where(Question.questionnaire_id == survey_id).order_by(Question.position, Question.id)
    return db.session().scalars(wanted).all()


def _choice_ids(question_id: int) -> list[int]:
    wanted = select(QuestionChoice.id).where(QuestionChoice.question_id == question_id)
    return list(db.session().scalars(wanted.order_by(QuestionChoice.position)))


def _silence(kind: str, numbers: Sequence[int]) -> None:
    row = texts.Wording
    db.session().execute(delete(row).where(row.kind == kind, row.object_id.in_(numbers)))


def _forget_choices(question_id: int) -> None:
    _silence("question_choice", _choice_ids(question_id))
    db.session().execute(delete(QuestionChoice).where(QuestionChoice.question_id == question_id))


def _forget_question(question_id: int) -> None:
    _forget_choices(question_id)
    _silence("question", [question_id])
    db.session().execute(delete(Question).where(Question.id == question_id))


def _put(row: Question, draft: Draft) -> Question:
    """Writes a question; of a kind only what belongs to it is kept."""
    s, several = db.session(), draft.ask is Ask.SEVERAL
    row.ask, row.required = draft.ask, draft.required
    row.least, row.most = (draft.least, draft.most) if several else (None, None)
    row.steps = draft.steps if draft.ask is Ask.SCALE else None
    s.add(row)
    s.flush()
    _forget_choices(row.id)
    ends = draft.ask is Ask.SCALE
    kept = {
        name: said if ends or name not in ("low", "high") else dict.fromkeys(said, "")
        for name, said in draft.words.items()
    }
    _say("question", row.id, kept)
    for position, names in enumerate(draft.choices if several or draft.ask is Ask.SINGLE else (), 1):
        one = QuestionChoice(question_id=row.id, position=position)
        s.add(one)
        s.flush()
        _say("question_choice", one.id, {"name": names})
    return row


def add_question(actor: Actor, survey: Questionnaire, draft: Draft) -> Question | Verdict:
    """A question at the end."""
    verdict = rules.may_edit(survey)
    if not verdict:
        return verdict
    last = max((one.position for one in _questions(survey.id)), default=0)
    row = _put(Question(questionnaire_id=survey.id, position=last + 1), draft)
    record(actor, "added question", KIND, survey.id, after={"question": row.id, "ask": row.ask.value})
    return row


def change_question(actor: Actor, survey: Questionnaire, row: Question, draft: Draft) -> Verdict:
    """Another wording, kind or list of answers."""
    verdict = rules.may_edit(survey)
    if verdict:
        _put(row, draft)
        record(actor, "changed question", KIND, survey.id, after={"question": row.id, "ask": row.ask.value})
    return verdict


def move_question(actor: Actor, survey: Questionnaire, row: Question, *, up: bool) -> Verdict:
    """Change places with the question in front or behind; at the end of the list nothing happens."""
    verdict = rules.may_edit(survey)
    if not verdict:
        return verdict
    rows = list(_questions(survey.id))
    here = rows.index(row)
    there = here - 1 if up else here + 1
    if 0 <= there < len(rows):
        rows[here], rows[there] = rows[there], rows[here]
        for position, one in enumerate(rows, 1):
            one.position = position
        db.session().flush()
        record(actor, "moved question", KIND, survey.id, after={"question": row.id, "position": row.position})
    return YES


def remove_question(actor: Actor, survey: Questionnaire, row: Question) -> Verdict:
    """Take a question out."""
    verdict = rules.may_edit(survey)
    if verdict:
        record(actor, "removed question", KIND, survey.id, before={"question": row.id, "ask": row.ask.value})
        _forget_question(row.id)
    return verdict


# --- release and results ----------------------------------------------------------------------------------------------


def release(actor: Actor, survey: Questionnaire, checks: Sequence[rules.Check]) -> Verdict:
    """Show it: it opens and closes by its dates from now on."""
    verdict = rules.may_release(survey, checks)
    if verdict:
        survey.stand = Stand.SHOWN
        db.session().flush()
        record(actor, "released questionnaire", KIND, survey.id, after=_told(survey))
    return verdict


def take_back(actor: Actor, survey: Questionnaire, now: datetime) -> Verdict:
    """Make it a draft again, before it opens."""
    verdict = rules.may_take_back(survey, now)
    if verdict:
        survey.stand = Stand.DRAFT
        db.session().flush()
        record(actor, "took back questionnaire", KIND, survey.id)
    return verdict


def choose_texts(
    actor: Actor, survey: Questionnaire, shown: Iterable[int], seen: Iterable[int], now: datetime
) -> Verdict:
    """Say which of the texts that the officer saw are published, and which are not. Returns a no before the close."""
    verdict = rules.may_choose_texts(survey, now)
    if not verdict:
        return verdict
    s, wanted, looked = db.session(), set(shown), set(seen)
    own = select(Reply.id).join(FilledIn, FilledIn.id == Reply.answer_id).where(
        FilledIn.questionnaire_id == survey.id, Reply.body.is_not(None), Reply.id.in_(looked)
    )  # fmt: skip
    known = set(s.scalars(own))
    for value, numbers in ((True, known & wanted), (False, known - wanted)):
        s.execute(
            update(Reply).where(Reply.id.in_(numbers)).values(chosen=value).execution_options(synchronize_session=False)
        )
    record(actor, "chose texts", KIND, survey.id, after={"shown": len(known & wanted), "not": len(known - wanted)})
    return YES


def publish(actor: Actor, survey: Questionnaire, figures: Mapping[str, Any], now: datetime) -> Verdict:
    """Publish the figures; they are kept as they are now."""
    verdict = rules.may_publish(survey, now)
    if verdict:
        survey.stand, survey.published_at, survey.figures = Stand.PUBLISHED, now, dict(figures)
        db.session().flush()
        record(actor, "published questionnaire", KIND, survey.id, after={"people": figures["people"]})
    return verdict
