"""Work for later: people hear of a questionnaire that opened, and answers lose the link to their person."""

from __future__ import annotations

from typing import Any

from portal.base import clock, db
from portal.processes import actions_answers as act
from portal.processes import queries
from portal.processes import queries_questions as questions
from portal.processes import rules_questions as rules


def tell_open(_payload: dict[str, Any]) -> None:
    """Tell of each questionnaire that opened, once."""
    now = clock.city_now()
    with db.read() as s:
        waiting = [row.id for row in questions.untold(s, now)]
    if not waiting:
        return
    with db.write() as s:
        for row in questions.untold(s, now):
            process = queries.process(s, row.process_id)
            act.tell_open(row, process is not None and process.closed, clock.now())


def unlink(_payload: dict[str, Any]) -> None:
    """Forget which answer is whose where the stated days are over."""
    now = clock.city_now()
    with db.read() as s:
        due = [row.id for row in questions.linked(s, now) if now >= rules.unlinks_at(row)]
    if not due:
        return
    with db.write() as s:
        for row in questions.linked(s, now):
            act.unlink(row, now)
