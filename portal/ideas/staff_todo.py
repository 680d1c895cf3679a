"""What of ideas waits for somebody on the staff's start page."""

from __future__ import annotations

from sqlalchemy.orm import Session

from portal.base.actor import Actor
from portal.base.feature import Todo
from portal.ideas import staff_answers, staff_lists, staff_merge, staff_value


def todo(s: Session, who: Actor) -> list[Todo]:
    """Ideas to value and objections, proposals to join ideas, ideas without an answer, lists on paper; nothing is asked
    for who does none of it."""
    return [
        *staff_value.todo(s, who),
        *staff_merge.todo(s, who),
        *staff_answers.todo(s, who),
        *staff_lists.todo(s, who),
    ]
