"""Telling people how projects go on, by the worker. Those who follow a project, and all whom its ideas concern, get the
same message once, so that it does not say who supports an idea."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.base import db
from portal.budgeting.models import Budget, BudgetState, Project
from portal.budgeting.models_works import Origin
from portal.budgeting.queries.works import words
from portal.budgeting.rules import PUBLIC
from portal.ideas.queries_answers import involved
from portal.notifications import actions as notifications
from portal.notifications.models import Follow
from portal.processes.models import Member, Process

AT_ONCE = 1000  # people per transaction


def tell_works(payload: Mapping[str, Any]) -> int:
    """Tells everybody whom a project concerns what happened to it; returns how many that were."""
    values = dict(payload["values"])
    if "day" in values:
        values["day"] = date.fromisoformat(values["day"])
    return _tell(int(payload["project"]), str(payload["notice"]), values, str(payload["dedup"]))


def tell_grown(payload: Mapping[str, Any]) -> int:
    """Tells everybody whom its ideas concern that a project was made of them."""
    number = int(payload["project"])
    with db.read() as s:
        values = {"project": _title(s, number)}
    return _tell(number, "project.grown", values, f"grown:{number}")


def _title(s: Session, number: int) -> Any:
    found = {lang: row.body for (name, lang), row in words(s, "project", number).items() if name == "title"}
    return found or str(number)


def _tell(number: int, notice: str, values: Mapping[str, Any], dedup: str) -> int:
    with db.read() as s:
        row = s.execute(
            select(Project.number, Project.status, Budget.slug, Budget.state, Process.id, Process.closed)
            .join(Budget, Budget.id == Project.budget_id)
            .join(Process, Process.id == Budget.process_id)
            .where(Project.id == number)
        ).one_or_none()
        if row is None or row.state is not BudgetState.SHOWN or row.status not in PUBLIC:
            return 0
        ids = _concerned(s, number)
        if row.closed:  # to everybody else it does not exist
            ids &= set(s.scalars(select(Member.person_id).where(Member.process_id == row.id)))
    told, people = 0, sorted(ids)
    for start in range(0, len(people), AT_ONCE):
        with db.write():
            told += notifications.tell(
                people[start : start + AT_ONCE],
                notice,
                values,
                link=("budgeting.story", {"slug": row.slug, "number": row.number}),
                about=("project", number),
                dedup=dedup,
            )
    return told


def _concerned(s: Session, number: int) -> set[int]:
    found = set(s.scalars(select(Follow.person_id).where(Follow.kind == "project", Follow.object_id == number)))
    for idea_id in s.scalars(select(Origin.idea_id).where(Origin.project_id == number)).all():
        found |= set(involved(s, idea_id))
    return found
