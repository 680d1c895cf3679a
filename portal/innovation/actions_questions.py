"""Staff write the screening list. What has been answered keeps its wording: the next change then makes a new version."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from portal.audit.actions import record
from portal.base import clock, db, texts
from portal.base.actor import Actor
from portal.base.i18n import _l
from portal.base.texts import Wording
from portal.base.verdict import Verdict, no
from portal.innovation import queries_questions, rules
from portal.innovation.models import ListQuestion, QuestionList, Screening
from portal.innovation.queries_questions import KIND
from portal.innovation.rules import Denied

Words = Mapping[str, Mapping[str, str]]
GONE = _l("Somebody has taken this question away in the meantime.")


def add(actor: Actor, said: Words) -> str:
    """Another question at the end of the list; returns its key. Raises Denied where the list is full."""
    s = db.session()
    row = _open(actor)
    asked = list(queries_questions.rows_of(s, row))
    _must(rules.may_add(len(asked)))
    made = ListQuestion(list_id=row.id, key="", position=len(asked) + 1)
    made.key = _free_key(s)
    s.add(made)
    s.flush()
    texts.put_all(s, KIND, made.id, said, rules.TEXTS)
    record(
        actor, "changed screening list", "innovation_list", row.id, after={"version": row.version, "added": made.key}
    )
    return made.key


def _free_key(s: Session) -> str:
    """No question of any version has it: an answer never comes to stand under another question."""
    known = set(s.scalars(select(ListQuestion.key)))
    return next(key for n in range(1, len(known) + 2) if (key := f"{rules.OWN_KEY}{n}") not in known)


def change(actor: Actor, key: str, said: Words) -> bool:
    """Other words for a question, in the languages that are given; False where nothing is different.

    Raises Denied where it is gone."""
    s = db.session()
    listed = queries_questions.current(s)
    if key not in listed.keys:
        raise Denied(no(GONE))
    before = queries_questions.words_of(s, listed, key)
    if all(
        body.strip() == before.get(name, {}).get(lang, "") for name, by in said.items() for lang, body in by.items()
    ):
        return False
    row = _open(actor)
    texts.put_all(s, KIND, _question(s, row, key).id, said, rules.TEXTS)
    record(
        actor, "changed screening list", "innovation_list", row.id, before=_clean(before),
        after={"version": row.version, "changed": key, **_clean(said)},
    )  # fmt: skip
    return True


def take_away(actor: Actor, key: str) -> None:
    """A question is asked no more. Raises Denied where it is gone, or too few would be left."""
    s = db.session()
    listed = queries_questions.current(s)
    if key not in listed.keys:
        raise Denied(no(GONE))
    _must(rules.may_take_away(len(listed.criteria)))
    row = _open(actor)
    one = _question(s, row, key)
    s.execute(delete(Wording).where(Wording.kind == KIND, Wording.object_id == one.id))
    s.delete(one)
    s.flush()
    record(actor, "changed screening list", "innovation_list", row.id, after={"version": row.version, "removed": key})


def move(actor: Actor, key: str, by: int) -> None:
    """A question comes so many places later, or earlier (negative); not beyond the ends. Raises Denied where it is gone."""
    s = db.session()
    keys = queries_questions.current(s).keys
    if key not in keys:
        raise Denied(no(GONE))
    at = keys.index(key)
    to = min(max(at + by, 0), len(keys) - 1)
    if to == at:
        return
    keys.insert(to, keys.pop(at))
    row = _open(actor)
    for one in queries_questions.rows_of(s, row):
        one.position = keys.index(one.key) + 1
    s.flush()
    record(actor, "changed screening list", "innovation_list", row.id, after={"version": row.version, "order": keys})


def _open(actor: Actor) -> QuestionList:
    """The version that can be changed: the current one while nobody has answered it, else a copy of it."""
    s, now = db.session(), clock.now()
    latest = s.scalars(db.locked(select(QuestionList).order_by(QuestionList.version.desc()).limit(1))).one_or_none()
    if latest is not None and not s.scalar(select(exists().where(Screening.list_id == latest.id))):
        latest.at, latest.by_id = now, actor.person_id
        s.flush()
        return latest
    listed = queries_questions.current(s)
    row = QuestionList(version=latest.version + 1 if latest is not None else 1, at=now, by_id=actor.person_id)
    s.add(row)
    s.flush()
    for position, one in enumerate(listed.criteria, 1):
        copy = ListQuestion(list_id=row.id, key=one.key, position=position)
        s.add(copy)
        s.flush()
        texts.put_all(s, KIND, copy.id, queries_questions.words_of(s, listed, one.key), rules.TEXTS)
    return row


def _question(s: Session, row: QuestionList, key: str) -> ListQuestion:
    return s.scalars(select(ListQuestion).where(ListQuestion.list_id == row.id, ListQuestion.key == key)).one()


def _clean(said: Words) -> dict[str, dict[str, str]]:
    return {name: {lang: body.strip() for lang, body in by.items() if body.strip()} for name, by in said.items()}


def _must(verdict: Verdict) -> None:
    if not verdict:
        raise Denied(verdict)
