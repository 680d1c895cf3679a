"""What people do with a questionnaire: answer it, change their answer, take it back; and how answers lose their person.

No audit line tells of an answer: a line with person and time would outlast the link that is deleted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from portal.audit.actions import record
from portal.base import db
from portal.base.actor import SYSTEM, Actor
from portal.base.verdict import YES, Verdict
from portal.notifications.actions import tell, tell_followers
from portal.processes import rules_questions as rules
from portal.processes.models import Member
from portal.processes.models_questions import Ask, FilledIn, Group, Questionnaire, Reply
from portal.processes.queries_questions import Asked, found, owners_of, staff_people, titles

Values = Mapping[int, Any]  # question -> number of a choice, list of such numbers, step, or text


def store(
    actor: Actor, survey: Questionnaire, who: rules.Answerer, asked: list[Asked], values: Values, *, lang: str,
    today: date, now: datetime,
) -> Verdict:  # fmt: skip
    """Store what a person answered in the place of what they answered before; the constraint on person and
    questionnaire, not an if, stops the second of two at once. `values` have been checked."""
    verdict = rules.may_answer(who, survey, now)
    if not verdict:
        return verdict
    s, party = db.session(), rules.group_of(who, survey)
    mine = select(FilledIn).where(FilledIn.questionnaire_id == survey.id, FilledIn.person_id == actor.person_id)
    row = s.scalars(db.locked(mine)).first()
    if row is None:
        try:
            with s.begin_nested():
                row = FilledIn(questionnaire_id=survey.id, person_id=actor.person_id, party=party)
                s.add(row)
                s.flush()
        except IntegrityError:
            row = s.scalars(db.locked(mine)).one()
    row.party, row.on_day = party, today
    _write(row, asked, values, lang)
    return YES


def store_paper(survey: Questionnaire, asked: list[Asked], values: Values, *, lang: str, now: datetime) -> Verdict:
    """Store an answer from paper: it has no person from the first. The figures are not published meanwhile."""
    s = db.session()
    found(s, survey.id, lock=True)
    verdict = rules.may_enter_paper(survey, now)
    if not verdict:
        return verdict
    row = FilledIn(questionnaire_id=survey.id, party=Group.CITIZEN, on_paper=True)
    s.add(row)
    s.flush()
    _write(row, asked, values, lang)
    return YES


def _write(row: FilledIn, asked: list[Asked], values: Values, lang: str) -> None:
    s = db.session()
    s.execute(delete(Reply).where(Reply.answer_id == row.id))
    for question in asked:
        value = values.get(question.row.id)
        if value is None or value == "" or value == []:
            continue
        number = question.row.id
        if question.row.ask is Ask.TEXT:
            s.add(Reply(answer_id=row.id, question_id=number, body=value, lang=lang))
        elif question.row.ask is Ask.SCALE:
            s.add(Reply(answer_id=row.id, question_id=number, step=value))
        else:
            for one in value if isinstance(value, list) else [value]:
                s.add(Reply(answer_id=row.id, question_id=number, choice_id=one))
    s.flush()


def withdraw(actor: Actor, survey: Questionnaire, now: datetime) -> Verdict:
    """Take the own answer back, whole, until the close."""
    verdict = rules.is_open(survey, now)
    if verdict:
        db.session().execute(
            delete(FilledIn).where(FilledIn.questionnaire_id == survey.id, FilledIn.person_id == actor.person_id)
        )
    return verdict


def unlink(survey: Questionnaire, now: datetime) -> bool:
    """Forget which answer is whose, when its days are over; the answers stay. False before that day."""
    if now < rules.unlinks_at(survey):
        return False
    done = db.session().execute(
        update(FilledIn)
        .where(FilledIn.questionnaire_id == survey.id)
        .values(person_id=None, on_day=None)
        .execution_options(synchronize_session=False)
    )
    survey.unlinked_at = now
    db.session().flush()
    record(SYSTEM, "unlinked answers", "questionnaire", survey.id, after={"number": done.rowcount})  # type: ignore[attr-defined]
    return True


def tell_open(survey: Questionnaire, closed: bool, now: datetime) -> bool:
    """Tell those who follow what the process belongs to that a questionnaire is open; of a closed process its members;
    and officers where they are asked too. Each is told once. False while its owner is not shown."""
    s = db.session()
    owner = owners_of(s, [survey.process_id], "en", None).get(survey.process_id)
    if owner is None:
        return False
    said = {"title": titles(s, survey.id), "owner": owner.titles, "until": survey.closes_at}
    link, key = ("questions.show", {"questionnaire_id": survey.id}), f"questionnaire:{survey.id}"
    if survey.officers:
        tell(staff_people(s), "questionnaire.officers", said, link=link, dedup=key)
    if closed:
        members = s.scalars(select(Member.person_id).where(Member.process_id == survey.process_id)).all()
        tell(members, "questionnaire.open", said, link=link, dedup=key)
    else:
        tell_followers(owner.kind, owner.id, "questionnaire.open", said, link=link, dedup=key)
    survey.told_at = now
    s.flush()
    return True
