"""The screening list: the version that is answered now, that of a proposal, and its words in every language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.base import i18n, texts
from portal.base.ground import settings
from portal.base.texts import Said, Spoken
from portal.innovation import rules
from portal.innovation.models import ListQuestion, QuestionList, Screening
from portal.innovation.rules import Criterion

KIND = "innovation_question"


@dataclass(frozen=True)
class Listed:
    """A version of the list with its questions; no row: the one that the portal brings."""

    row: QuestionList | None
    criteria: Sequence[Criterion]

    @property
    def id(self) -> int | None:
        """As it stands in a screening."""
        return self.row.id if self.row is not None else None

    @property
    def keys(self) -> list[str]:
        """Its questions by their keys, in order."""
        return [one.key for one in self.criteria]


def current(s: Session) -> Listed:
    """The version that is answered from now on: one select, two more where the city has written it."""
    return _listed(s, s.scalars(select(QuestionList).order_by(QuestionList.version.desc()).limit(1)).one_or_none())


def of_proposal(s: Session, proposal_id: int) -> Listed:
    """The version that whoever screens this proposal answers: that of the first who did, else the current one. Two selects,
    two more where the city has written it."""
    first = s.execute(
        select(Screening.id, QuestionList)
        .outerjoin(QuestionList, QuestionList.id == Screening.list_id)
        .where(Screening.proposal_id == proposal_id)
        .order_by(Screening.id)
        .limit(1)
    ).one_or_none()
    return current(s) if first is None else _listed(s, first[1])


def _listed(s: Session, row: QuestionList | None) -> Listed:
    if row is None:
        return Listed(None, rules.CRITERIA)
    asked = rows_of(s, row)
    said = texts.load(s, KIND, [one.id for one in asked], list(rules.TEXTS))
    return Listed(
        row,
        [
            Criterion(
                one.key,
                Spoken(said.get((one.id, "label"), Said(one.key, i18n.lang()))),
                _hint(said.get((one.id, "hint"))),
            )
            for one in asked
        ],
    )


def _hint(said: Said | None) -> Spoken | None:
    return Spoken(said) if said is not None else None


def rows_of(s: Session, row: QuestionList) -> Sequence[ListQuestion]:
    """The questions of a version, in order: one select."""
    return s.scalars(
        select(ListQuestion).where(ListQuestion.list_id == row.id).order_by(ListQuestion.position, ListQuestion.id)
    ).all()


def words_of(s: Session, listed: Listed, key: str) -> dict[str, dict[str, str]]:
    """A question's words in every language of the site, field -> language -> text; KeyError where it is not in the list."""
    if listed.row is None:
        one = next((one for one in listed.criteria if one.key == key), None)
        if one is None:
            raise KeyError(key)
        found: dict[str, dict[str, str]] = {"label": {}, "hint": {}}
        for lang in settings().languages:
            with i18n.use_locale(lang):
                found["label"][lang], found["hint"][lang] = str(one.label), str(one.hint)
        return found
    question = next((one for one in rows_of(s, listed.row) if one.key == key), None)
    if question is None:
        raise KeyError(key)
    stored: dict[str, dict[str, str]] = {name: {} for name in rules.TEXTS}
    for (name, lang), wording in texts.all_languages(s, KIND, question.id).items():
        stored.setdefault(name, {})[lang] = wording.body
    return stored
