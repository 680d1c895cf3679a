"""Counting the answers to a questionnaire, and showing what may be said of them."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.base.i18n import Text, _l
from portal.base.texts import Said
from portal.processes import rules_figures as rules
from portal.processes.models_questions import Ask, FilledIn, Questionnaire, Reply
from portal.processes.queries_questions import Asked, Page
from portal.processes.rules_questions import GROUPS

SEEN = (Reply.hidden_at.is_(None), Reply.held_at.is_(None))  # what moderators let stand
NAMES: Mapping[str, Text] = {**{group.value: name for group, name in GROUPS.items()}, rules.ALL: _l("Everybody")}


def tally(s: Session, survey: Questionnaire) -> rules.Tally:
    """How often each answer was given, by group: three selects, whatever the number of answers."""
    of_it = FilledIn.questionnaire_id == survey.id
    people = s.execute(select(FilledIn.party, func.count()).where(of_it).group_by(FilledIn.party)).all()
    bases = s.execute(
        select(Reply.question_id, FilledIn.party, func.count(Reply.answer_id.distinct()))
        .join(FilledIn, FilledIn.id == Reply.answer_id)
        .where(of_it)
        .group_by(Reply.question_id, FilledIn.party)
    ).all()
    counts = s.execute(
        select(Reply.question_id, Reply.choice_id, Reply.step, FilledIn.party, func.count())
        .join(FilledIn, FilledIn.id == Reply.answer_id)
        .where(of_it, Reply.body.is_(None))
        .group_by(Reply.question_id, Reply.choice_id, Reply.step, FilledIn.party)
    ).all()
    return rules.Tally(
        people={row[0].value: row[1] for row in people},
        bases={(row[0], row[1].value): row[2] for row in bases},
        counts={(row[0], str(row[2] if row[1] is None else row[1]), row[3].value): row[4] for row in counts},
    )


def counted(s: Session, survey: Questionnaire) -> dict[str, int]:
    """How many have answered, by the groups that may be told apart; empty for fewer than ten: one select."""
    of_it = select(FilledIn.party, func.count()).where(FilledIn.questionnaire_id == survey.id).group_by(FilledIn.party)
    return rules.told({party.value: number for party, number in s.execute(of_it)})


def figures(s: Session, shown: Page) -> dict[str, Any]:
    """What may be published: what was, once it was; else what would be now."""
    asked = [(q.row.id, q.keys, _adds_up(q)) for q in shown.questions if q.row.ask is not Ask.TEXT]
    if shown.survey.figures is None:
        return rules.publishable(tally(s, shown.survey), asked)
    kept: dict[str, Any] = shown.survey.figures
    found = dict(kept["questions"])
    for number, _keys, adds_up in asked:  # what was published before small numbers were left out
        if str(number) in found:
            found[str(number)] = rules.cover(found[str(number)], adds_up=adds_up)
    return {**kept, "questions": found}


def _adds_up(asked: Asked) -> bool:
    """Does everybody who answers give one answer, or the same number of them?"""
    return asked.row.ask is not Ask.SEVERAL or (asked.row.least is not None and asked.row.least == asked.row.most)


@dataclass(frozen=True, slots=True)
class Cell:
    """One group's figure for one answer; None: not told."""

    group: str
    number: int | None
    share: float | None


@dataclass(frozen=True, slots=True)
class Row:
    """One answer with its figures."""

    label: Said
    note: str
    cells: Sequence[Cell]


@dataclass(frozen=True)
class Shown:
    """The result of one question. `left_out`: groups whose figures are not told here; `few`: how much one answer of the
    smaller group weighs."""

    asked: Asked
    people: Mapping[str, int]
    rows: Sequence[Row] = ()
    means: Mapping[str, float] | None = None
    words: Sequence[Text] = ()
    left_out: Sequence[str] = ()
    texts: Sequence[Any] = ()

    @property
    def covered(self) -> bool:
        """Is the number of an answer left out?"""
        return any(cell.number is None for row in self.rows for cell in row.cells)

    @property
    def groups(self) -> list[str]:
        """The groups that are told, in their order."""
        return list(self.people)


def results(s: Session, shown: Page, document: Mapping[str, Any], *, texts: bool = True) -> list[Shown]:
    """The results of all questions: one select more than the page, for the texts that officers chose. Without `texts`
    only those that have figures."""
    chosen = _texts(s, shown) if texts and document["people"] else {}
    asked = [one for one in shown.questions if texts or one.row.ask is not Ask.TEXT]
    return [_shown(one, document, chosen.get(one.row.id, ())) for one in asked]


def _shown(asked: Asked, document: Mapping[str, Any], texts: Sequence[Any]) -> Shown:
    figure = document["questions"].get(str(asked.row.id))
    if figure is None:
        return Shown(asked, {}, texts=texts)
    labels = _labels(asked)
    told = list(figure["people"])
    rows = [
        Row(said, note, [Cell(g, figure["counts"][key].get(g, 0), rules.share(figure, key, g)) for g in told])
        for key, (said, note) in labels.items()
    ]
    means = None
    if asked.row.ask is Ask.SCALE:
        means = {group: found for group in told if (found := rules.mean(figure, group)) is not None}
    names = {key: said.body for key, (said, _note) in labels.items()}
    return Shown(
        asked,
        figure["people"],
        rows if told else (),
        means,
        rules.difference(asked.row.ask, figure, names),
        [group for group in document["people"] if group not in told and rules.ALL not in told],
    )


def _labels(asked: Asked) -> dict[str, tuple[Said, str]]:
    if asked.row.steps is None:
        return {str(number): (name, "") for number, name in asked.choices}
    found = {}
    for step in range(1, asked.row.steps + 1):
        end = asked.low if step == 1 else asked.high if step == asked.row.steps else None
        found[str(step)] = (end or Said("", "en"), str(step))
    return found


def _texts(s: Session, shown: Page) -> dict[int, list[Any]]:
    """The texts that officers chose, in the order of the alphabet: it tells nothing of who wrote when."""
    found: dict[int, list[Any]] = {}
    for row in s.execute(_of(shown.survey).where(Reply.chosen.is_(True), *SEEN).order_by(Reply.body)):
        found.setdefault(row.question_id, []).append(row)
    return found


def _of(survey: Questionnaire) -> Any:
    return (
        select(Reply.id, Reply.question_id, Reply.body, Reply.lang, Reply.chosen, Reply.hidden_at)
        .join(FilledIn, FilledIn.id == Reply.answer_id)
        .where(FilledIn.questionnaire_id == survey.id, Reply.body.is_not(None), Reply.body != "")
    )


def written(s: Session, survey: Questionnaire, *, limit: int, offset: int) -> tuple[Sequence[Any], int]:
    """A page of all texts for staff, undecided ones first, without the group of their authors: two selects."""
    total = s.scalar(select(func.count()).select_from(_of(survey).subquery())) or 0
    order = (Reply.chosen.is_not(None), Reply.question_id, Reply.body, Reply.id)
    return s.execute(_of(survey).order_by(*order).limit(limit).offset(offset)).all(), total


def table(shown: Page, document: Mapping[str, Any]) -> str:
    """The figures line by line as CSV: question, kind, answer, group, number (empty: not told), and how many of the group
    answered it."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(["number", "question", "kind", "answer", "group", "count", "answered_by"])
    for one in shown.questions:
        figure = document["questions"].get(str(one.row.id))
        if figure is None:
            continue
        for key, (said, note) in _labels(one).items():
            answer = _plain(" ".join(part for part in (note, said.body) if part))
            for group, people in figure["people"].items():
                count = "" if (told := figure["counts"][key][group]) is None else told
                writer.writerow([one.number, _plain(one.text.body), one.row.ask.value, answer, group, count, people])
    return "\ufeff" + out.getvalue()


def _plain(text: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return "'" + text if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
