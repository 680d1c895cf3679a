"""Reminders: staff are told of work that is due soon or overdue, and in place of those who are away their deputies."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

import structlog
from sqlalchemy.orm import Session

from portal.admin import rules
from portal.base import clock, db, ground, i18n, marks, outside
from portal.base.actor import Actor
from portal.base.feature import Todo
from portal.identity.queries_colleagues import Colleague, colleagues
from portal.notifications.actions import tell

log = structlog.get_logger("portal.admin")
LAST = "admin.reminded"
WEEK = 7


@dataclass(frozen=True, slots=True)
class Reminder:
    """What one person is told today."""

    to: Colleague
    first: str
    late: int
    soon: int


def remind() -> int:
    """Tell everybody what is due, once a day, in the morning of the city. Returns how many were told."""
    now = clock.city_now()
    here = ground.settings().city
    i18n.set_locale(i18n.lang(), here.time_zone or "UTC", here.currency)
    today = i18n.in_zone(now)
    if today.hour < rules.REMINDED_FROM:
        return 0
    with db.read() as s:
        if marks.get(LAST) == today.date().isoformat():
            return 0
        found = _reminders(s, today)
    with db.write() as s:
        for one in found:
            _tell(one, today.date())
        marks.put(s, LAST, today.date().isoformat())
    return len(found)


def _reminders(s: Session, today: datetime) -> list[Reminder]:
    """Who is away is told only of what no deputy of theirs sees: an administrator's work, a count that two officers do
    in person."""
    staff = colleagues(s, clock.now())
    waits = {one.person_id: _dated(s, one) for one in staff.values()}
    found = []
    for one in staff.values():
        passed_on = {_place(todo) for deputy in one.deputies for todo in waits[deputy]}
        mine = [todo for todo in waits[one.person_id] if _place(todo) not in passed_on]
        made = _reminder(one, mine, today)
        if made is not None:
            found.append(made)
    return found


def _dated(s: Session, one: Colleague) -> list[Todo]:
    """What waits for somebody and has a date, the earliest first, in their language."""
    offered = ground.settings().languages
    who = Actor(person_id=one.person_id, name=one.name, grants=one.grants)
    found: list[Todo] = []
    with outside.standing(one.language if one.language in offered else offered[0]):
        for feature in ground.current().features:
            if feature.todo is None:
                continue
            try:
                entries = [entry if isinstance(entry, Todo) else Todo(*entry) for entry in feature.todo(s, who)]
            except Exception as error:  # one feature's fault keeps nobody from hearing of the others
                log.error("no_reminder", feature=feature.name, kind=type(error).__name__, exc_info=error)
                continue
            found += [Todo(str(todo.text), todo.url, todo.due) for todo in entries if todo.due is not None]
    return sorted(found, key=lambda todo: (todo.due, todo.url))


def _place(todo: Todo) -> str:
    """The address without its language: what makes two people's lines the same work."""
    return todo.url.lstrip("/").partition("/")[2]


def _reminder(one: Colleague, todos: Iterable[Todo], today: datetime) -> Reminder | None:
    days = [
        ((i18n.in_zone(todo.due).date() - today.date()).days, str(todo.text)) for todo in todos if todo.due is not None
    ]
    first = next((text for left, text in days if rules.reminds(left, today.weekday())), None)
    if first is None:
        return None
    return Reminder(one, first, sum(left < 0 for left, _text in days), sum(0 <= left <= WEEK for left, _text in days))


def _tell(one: Reminder, today: date) -> None:
    values: dict[str, object] = {"first": one.first, "late": one.late, "soon": one.soon}
    notice = "work.due"
    if one.to.stands_in_for:
        notice, values["names"] = "work.due_for", ", ".join(dict.fromkeys(one.to.stands_in_for))
    tell(one.to.person_id, notice, values, link=("admin.dashboard", {}), dedup=f"due:{today.isoformat()}")
