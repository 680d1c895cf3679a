"""What moderation asks of the texts that people wrote into questionnaires and officers chose to publish.

Nobody is told who wrote such a text: it was promised that only texts without a name are read. So a moderator's decision
has no author to go to, and no appeal; the officer who chose the text sees that it is hidden.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.base import i18n
from portal.base.actor import Actor
from portal.base.feature import Content, Hit
from portal.processes import queries_questions as queries
from portal.processes.models_questions import FilledIn, Reply, Stand
from portal.processes.queries_figures import figures

_OPENING = 60


def _row(s: Session, number: int) -> Any:
    """The text and its questionnaire's number; None for what is no text."""
    return s.execute(
        select(Reply, FilledIn.questionnaire_id)
        .join(FilledIn, FilledIn.id == Reply.answer_id)
        .where(Reply.id == number, Reply.body.is_not(None), Reply.body != "")
    ).one_or_none()


def _author(_s: Session, _number: int) -> int | None:
    return None


def _show(s: Session, ids: list[int], _lang: str) -> dict[int, Hit]:
    rows = s.execute(
        select(Reply.id, Reply.body, Reply.lang, FilledIn.questionnaire_id)
        .join(FilledIn, FilledIn.id == Reply.answer_id)
        .where(Reply.id.in_(ids), Reply.body.is_not(None))
    )
    return {
        row.id: Hit(
            row.body if len(row.body) <= _OPENING else row.body[: _OPENING - 1].rstrip() + "…",
            row.lang,
            "questions.results",
            {"questionnaire_id": row.questionnaire_id},
            row.body,
        )
        for row in rows
    }


def _texts(s: Session, number: int) -> dict[str, str]:
    found = _row(s, number)
    return {"body": found[0].body} if found is not None else {}


def _rewrite(s: Session, number: int, texts: Mapping[str, str]) -> None:
    found = _row(s, number)
    if found is not None:
        found[0].body = texts.get("body", found[0].body)
        s.flush()


def _changed(_s: Session, _number: int) -> None:
    """The page of the results reads the texts each time, and no count, feed or search has them."""


def _scope(s: Session, number: int) -> Mapping[str, Any]:
    found = _row(s, number)
    survey = queries.found(s, found[1]) if found is not None else None
    return survey.scope if survey is not None else {}


def _open(s: Session, actor: Actor, number: int) -> bool:
    found = _row(s, number)
    if found is None or not found[0].chosen:
        return False
    survey = queries.readable(s, actor, found[1], i18n.lang())
    if survey is None or survey[0].survey.stand is not Stand.PUBLISHED:
        return False
    # of fewer than ten people no text is shown either
    return bool(figures(s, queries.page(s, survey[0].survey))["people"])


CONTENT = Content(
    author=_author, show=_show, texts=_texts, rewrite=_rewrite, changed=_changed, scope=_scope, open=_open
)
