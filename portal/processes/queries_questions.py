"""What pages read about questionnaires: lists, one with its questions, and what a person answered."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, bindparam, exists, func, select
from sqlalchemy.orm import Session

from portal.base import clock, ground, texts
from portal.base.actor import Actor
from portal.base.feature import Item, Owner
from portal.base.i18n import Text, _l
from portal.base.tables import UtcTime
from portal.base.texts import Said
from portal.identity import queries as people
from portal.identity.models import RoleGrant
from portal.identity.rules_ways import CODE, EMAIL
from portal.processes import rules_questions as rules
from portal.processes.models import Process, scope_of
from portal.processes.models_questions import (
    Audience,
    FilledIn,
    Question,
    QuestionChoice,
    Questionnaire,
    Reply,
    Stand,
)
from portal.processes.queries import is_member, reached

TEXTS = {"questionnaire": ("title", "lead"), "question": ("text", "hint", "low", "high"), "question_choice": ("name",)}
MOST_MINE = 20
_Q, _P, _F = Questionnaire.__table__.c, Process.__table__.c, FilledIn.__table__.c


@dataclass(frozen=True)
class Found:
    """A questionnaire with what decides who may see it and work on it."""

    survey: Questionnaire
    subject: str
    closed: bool
    scope: dict[str, set[int]]


_FOUND = (
    select(Questionnaire, _P.subject, _P.closed, _P.district_id, _P.department_id)
    .join(Process.__table__, _P.id == _Q.process_id)
    .where(_Q.id == bindparam("number"))
)


def found(s: Session, number: int, *, lock: bool = False) -> Found | None:
    """A questionnaire in whatever state and for whomever: the caller asks. One select. `lock`: nobody else changes it
    until this transaction ends, so that what is edited, released or published is what was looked at."""
    wanted = _FOUND.with_for_update(of=Questionnaire).execution_options(populate_existing=True) if lock else _FOUND
    row = s.execute(wanted, {"number": number}).one_or_none()
    if row is None:
        return None
    return Found(row[0], row.subject, row.closed, scope_of(row[0].process_id, row.district_id, row.department_id))


def owners_of(s: Session, process_ids: Iterable[int], lang: str, reader: Actor | None) -> dict[int, Owner]:
    """What these processes belong to, as the features that own them say: two selects for each such feature."""
    ids = sorted(set(process_ids))
    known: dict[int, Owner] = {}
    for feature in ground.current().features:
        if ids and feature.owners is not None:
            known.update(feature.owners(s, ids, lang, reader))
    return known


def readable(s: Session, actor: Actor, number: int, lang: str) -> tuple[Found, Owner] | None:
    """A questionnaire as a reader may see it: released, and what it belongs to exists for them. Three selects, four
    for a closed process."""
    row = found(s, number)
    if row is None or row.survey.stand is Stand.DRAFT:
        return None
    owner = owners_of(s, [row.survey.process_id], lang, actor).get(row.survey.process_id)
    return None if owner is None else (row, owner)


# --- questions --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Asked:
    """A question with its words."""

    row: Question
    number: int
    text: Said
    hint: Said | None
    low: Said | None
    high: Said | None
    choices: Sequence[tuple[int, Said]] = ()

    @property
    def name(self) -> str:
        """The name of its field, on the page and on paper."""
        return f"q{self.number}"

    @property
    def keys(self) -> list[str]:
        """Its possible answers, as figures name them; none for a text."""
        if self.row.steps:
            return [str(step) for step in range(1, self.row.steps + 1)]
        return [str(number) for number, _name in self.choices]


@dataclass(frozen=True)
class Page:
    """A questionnaire with everything on it."""

    survey: Questionnaire
    title: Said
    lead: Said | None
    questions: Sequence[Asked]


_QUESTIONS = (
    select(Question).where(Question.questionnaire_id == bindparam("number")).order_by(Question.position, Question.id)
)
_CHOICES = (
    select(QuestionChoice)
    .join(Question, Question.id == QuestionChoice.question_id)
    .where(Question.questionnaire_id == bindparam("number"))
    .order_by(QuestionChoice.question_id, QuestionChoice.position)
)


def page(s: Session, survey: Questionnaire, lang: str | None = None) -> Page:
    """A questionnaire with its questions in order: five selects, however many questions there are."""
    rows = s.scalars(_QUESTIONS, {"number": survey.id}).all()
    answers: dict[int, list[int]] = {}
    for one in s.scalars(_CHOICES, {"number": survey.id}):
        answers.setdefault(one.question_id, []).append(one.id)
    own = texts.load(s, "questionnaire", [survey.id], TEXTS["questionnaire"], lang, html=True)
    said = texts.load(s, "question", [row.id for row in rows], TEXTS["question"], lang)
    names = texts.load(s, "question_choice", [n for all_of in answers.values() for n in all_of], ["name"], lang)
    nothing = Said("–", "en")
    asked = [
        Asked(
            row=row,
            number=number,
            text=said.get((row.id, "text"), nothing),
            hint=said.get((row.id, "hint")),
            low=said.get((row.id, "low")),
            high=said.get((row.id, "high")),
            choices=[(one, names.get((one, "name"), nothing)) for one in answers.get(row.id, ())],
        )
        for number, row in enumerate(rows, 1)
    ]
    return Page(survey, own.get((survey.id, "title"), nothing), own.get((survey.id, "lead")), asked)


def choice_words(s: Session, question_id: int) -> dict[str, list[str]]:
    """The answers to choose from, in order, for each language that has some: one select."""
    rows = s.execute(
        select(texts.Wording.lang, texts.Wording.body)
        .join(
            QuestionChoice, (QuestionChoice.id == texts.Wording.object_id) & (texts.Wording.kind == "question_choice")
        )
        .where(QuestionChoice.question_id == question_id)
        .order_by(QuestionChoice.position)
    )
    found: dict[str, list[str]] = {}
    for lang, body in rows:
        found.setdefault(lang, []).append(body)
    return found


# --- who answers, and what --------------------------------------------------------------------------------------------


def answerer(s: Session, actor: Actor, row: Found) -> rules.Answerer:
    """What the rules want to know of somebody: up to four selects, none for nobody."""
    if actor.person_id is None:
        return rules.Answerer()
    survey, officer = row.survey, False
    if survey.officers:
        officer = bool(people.own_grants(s, actor.person_id))
    facts = people.facts(s, actor.person_id, clock.now()) if survey.audience is Audience.RESIDENT else None
    ways = people.identities(s, actor.person_id) if survey.audience is Audience.VOUCHED else ()
    return rules.Answerer(
        signed_in=True,
        vouched=any(way.issuer not in (EMAIL, CODE) for way in ways),
        resident=facts.lives_here if facts is not None else None,
        officer=officer,
        member=not row.closed or is_member(s, survey.process_id, actor.person_id),
        acting_for=actor.acting_for.name if actor.acting_for else "",
    )


@dataclass(frozen=True)
class Own:
    """What a person answered: the day, and the answers by question."""

    row: FilledIn
    replies: dict[int, Any] = field(default_factory=dict)


def own(s: Session, survey_id: int, person_id: int | None) -> Own | None:
    """A person's own answer; two selects, none for nobody."""
    if person_id is None:
        return None
    row = s.scalars(
        select(FilledIn).where(FilledIn.questionnaire_id == survey_id, FilledIn.person_id == person_id)
    ).first()
    if row is None:
        return None
    told: dict[int, Any] = {}
    for one in s.scalars(select(Reply).where(Reply.answer_id == row.id).order_by(Reply.id)):
        if one.choice_id is not None:
            told.setdefault(one.question_id, []).append(one.choice_id)
        else:
            told[one.question_id] = one.step if one.step is not None else one.body
    return Own(row, told)


# --- lists ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Listed:
    """A questionnaire as lists show it; `answers`: by how many people, on staff lists."""

    survey: Questionnaire
    title: Said
    moment: rules.Moment
    when: Text
    answers: int = 0


def of_process(s: Session, process_id: int, now: datetime, *, lang: str | None = None) -> list[Listed]:
    """The released questionnaires of a process, for the page of what it belongs to; that page has asked who may see
    it. Open ones first. One select where there are none, else two."""
    rows = s.scalars(
        select(Questionnaire)
        .where(Questionnaire.process_id == process_id, Questionnaire.stand != Stand.DRAFT)
        .order_by(Questionnaire.closes_at, Questionnaire.id)
    ).all()
    listed = _listed(s, rows, now, lang)
    return sorted(listed, key=lambda one: (_ORDER[one.moment], one.survey.closes_at))


_ORDER = {
    moment: n
    for n, moment in enumerate(
        (rules.Moment.OPEN, rules.Moment.COMING, rules.Moment.CLOSED, rules.Moment.PUBLISHED, rules.Moment.DRAFT)
    )
}


def _listed(s: Session, rows: Sequence[Questionnaire], now: datetime, lang: str | None) -> list[Listed]:
    titles = texts.load(s, "questionnaire", [row.id for row in rows], ["title"], lang)
    return [
        Listed(row, titles.get((row.id, "title"), Said("–", "en")), rules.moment(row, now), rules.when(row, now))
        for row in rows
    ]


def open_in(process_id: Any) -> ColumnElement[bool]:
    """Where clause, or column: a questionnaire of the process with this number is open at the instant `now`, which the
    statement is given. Built into lists that already read the process."""
    return exists().where(
        _Q.process_id == process_id,
        _Q.stand == Stand.SHOWN,
        _Q.opens_at <= bindparam("now", type_=UtcTime()),
        _Q.closes_at > bindparam("now", type_=UtcTime()),
    )


def worked_on(
    s: Session, actor: Actor, roles: tuple[str, ...], now: datetime, *, process_id: int | None = None
) -> list[Listed]:
    """The questionnaires on which somebody works, the newest first, with the number of their answers: two selects."""
    number = select(func.count()).where(_F.questionnaire_id == _Q.id).correlate(Questionnaire).scalar_subquery()
    wanted = (
        select(Questionnaire, number.label("answers"))
        .join(Process.__table__, _P.id == _Q.process_id)
        .where(reached(actor, roles))
        .order_by(_Q.id.desc())
    )
    if process_id is not None:
        wanted = wanted.where(_Q.process_id == process_id)
    rows = s.execute(wanted).all()
    plain = _listed(s, [row[0] for row in rows], now, None)
    return [replace(one, answers=row.answers) for one, row in zip(plain, rows, strict=True)]


def mine(s: Session, actor: Actor, lang: str) -> list[Item]:
    """For "my page": what a person can answer now, and what they answered while it is still linked to them. Five
    selects."""
    now = clock.city_now()
    here = select(_F.on_day).where(_F.questionnaire_id == _Q.id, _F.person_id == actor.person_id)
    rows = s.execute(
        select(Questionnaire, here.correlate(Questionnaire).scalar_subquery().label("day"))
        .where(_Q.stand != Stand.DRAFT, _Q.opens_at <= now)
        .where((_Q.closes_at > now) | here.correlate(Questionnaire).exists())
        .order_by(_Q.closes_at.desc(), _Q.id.desc())
        .limit(MOST_MINE)
    ).all()
    owners = owners_of(s, [row[0].process_id for row in rows], lang, actor)
    items = []
    for one, row in zip(_listed(s, [row[0] for row in rows], now, lang), rows, strict=True):
        if one.survey.process_id not in owners:
            continue
        state = rules.when(one.survey, now)
        if row.day is not None:
            state = _l("You answered on %(day)s.", day=row.day)
        items.append(
            Item(
                one.title.body, "questions.show", {"questionnaire_id": one.survey.id}, lang=one.title.lang, state=state
            )
        )
    return items


def on_paper(s: Session, actor: Actor, now: datetime, lang: str) -> list[tuple[Page, Owner]]:
    """The questionnaires whose papers are entered now, and that exist for this person: a fixed number of selects for
    each of them, and there are few."""
    rows = s.scalars(
        select(Questionnaire)
        .where(_Q.stand == Stand.SHOWN, _Q.on_paper.is_(True), _Q.opens_at <= now)
        .order_by(_Q.closes_at, _Q.id)
    ).all()
    owners = owners_of(s, [row.process_id for row in rows], lang, actor)
    return [(page(s, row, lang), owners[row.process_id]) for row in rows if row.process_id in owners]


def published(s: Session, lang: str) -> list[tuple[str, dict[str, Any]]]:
    """Questionnaires whose results everybody can read, the newest first: title and arguments of the download. One
    select where there are none, else four."""
    rows = s.scalars(
        select(Questionnaire)
        .join(Process.__table__, _P.id == _Q.process_id)
        .where(_P.closed.is_(False), _Q.stand == Stand.PUBLISHED)
        .order_by(_Q.published_at.desc(), _Q.id.desc())
    ).all()
    owners = owners_of(s, [row.process_id for row in rows], lang, None)
    shown = [row for row in rows if row.process_id in owners and owners[row.process_id].public]
    listed = _listed(s, shown, clock.city_now(), lang)
    return [(one.title.body, {"questionnaire_id": one.survey.id}) for one in listed]


# --- for staff and the worker -----------------------------------------------------------------------------------------


def readiness(s: Session, shown: Page, owner: Owner | None) -> rules.Ready:
    """What the list of what is missing asks: six selects. A text that may stay away counts as missing
    where another language has it."""
    languages = ground.settings().languages
    lacks, nowhere = dict.fromkeys(languages, 0), 0
    scales = [q.row.id for q in shown.questions if q.row.steps]
    numbers = [q.row.id for q in shown.questions]
    wanted: list[tuple[str, list[int], list[str], bool]] = [
        ("questionnaire", [shown.survey.id], ["title"], True),
        ("questionnaire", [shown.survey.id], ["lead"], False),
        ("question", numbers, ["text"], True),
        ("question", numbers, ["hint"], False),
        ("question", scales, ["low", "high"], True),
        ("question_choice", [number for q in shown.questions for number, _name in q.choices], ["name"], True),
    ]
    for kind, ids, fields, needed in wanted:
        if not ids:
            continue
        missing = texts.missing(s, kind, ids, fields, languages)
        none_at_all = set.intersection(*(set(missing[lang]) for lang in languages))
        for lang in languages:
            lacks[lang] += len(missing[lang]) - (0 if needed else len(none_at_all))
        nowhere += len(none_at_all) if needed else 0
    questions = [(q.row, len(q.choices)) for q in shown.questions]
    return rules.Ready(shown.survey.closes_at, questions, lacks, nowhere, owner is not None and owner.public)


def staff_people(s: Session) -> list[int]:
    """Everybody who holds a role: the officers who are asked."""
    return list(s.scalars(select(RoleGrant.person_id).distinct().order_by(RoleGrant.person_id)))


def untold(s: Session, now: datetime) -> list[Questionnaire]:
    """Questionnaires that are open, and nobody was told."""
    return list(
        s.scalars(
            select(Questionnaire)
            .where(_Q.stand == Stand.SHOWN, _Q.opens_at <= now, _Q.closes_at > now, _Q.told_at.is_(None))
            .order_by(_Q.id)
        )
    )


def titles(s: Session, survey_id: int) -> dict[str, str]:
    """The title in each language that has one."""
    rows = texts.all_languages(s, "questionnaire", survey_id)
    return {lang: row.body for (name, lang), row in rows.items() if name == "title"}


def linked(s: Session, now: datetime) -> list[Questionnaire]:
    """Questionnaires that closed and whose answers may still be linked to people: the caller looks at the days."""
    return list(s.scalars(select(Questionnaire).where(_Q.closes_at <= now, _Q.unlinked_at.is_(None)).order_by(_Q.id)))


def has_answers(s: Session, survey_id: int) -> bool:
    """Has anybody answered?"""
    return bool(s.scalar(select(exists().where(_F.questionnaire_id == survey_id))))
