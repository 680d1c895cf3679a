"""What of ideas waits for somebody on the staff's start page."""

from __future__ import annotations

from datetime import timedelta
from functools import lru_cache

from flask import url_for
from sqlalchemy import bindparam
from sqlalchemy.orm import Session

from portal.base import clock, db
from portal.base.actor import Actor
from portal.base.feature import Todo
from portal.base.i18n import _n
from portal.ideas import queries_desk, queries_objections, queries_paper, queries_same, staff_answers, staff_value
from portal.ideas.rules import OFFICERS
from portal.ideas.staff_lists import ROLES
from portal.ideas.staff_value import end_of

KEPT = 128  # questions of as many officers; putting one together takes twice as long as asking it
DAYS_TO_DECIDE = 14  # after which a proposal to join ideas is late


def todo(s: Session, who: Actor) -> list[Todo]:
    """Ideas to value, objections, ideas that nobody has, proposals to join ideas, calls without their answers, lists on
    paper. Three selects, none for who does none of it."""
    return [*staff_value.todo(s, who), *_counted(s, who), *staff_answers.todo(s, who)]


@lru_cache(maxsize=KEPT)
def _asked(who: Actor, officer: bool, lists: bool) -> db.Beside:
    """The question for somebody's numbers; its open place is `now`."""
    asked = []
    if officer:
        asked += [
            queries_objections.waiting(who),
            queries_desk.unassigned(who, bindparam("now")),
            queries_same.oldest(who),
        ]
    if lists:
        asked.append(queries_paper.waiting(who.person_id))
    return db.beside(*asked)


def _counted(s: Session, who: Actor) -> list[Todo]:
    officer, lists = who.may(*OFFICERS), who.everywhere(*ROLES)
    if not officer and not lists:
        return []
    rows, found = _asked(who.bare(), officer, lists).of(s, now=clock.city_now()), []
    if officer:
        (objections, first), (nobodys,), (twins, since), *rows = rows
        if objections:
            words = _n("%(n)s objection waits for a decision", "%(n)s objections wait for a decision", objections)
            found.append(Todo(words, url_for("ideas_staff.objections"), end_of(first), objections))
        if nobodys:
            words = _n("%(n)s idea has nobody who values it", "%(n)s ideas have nobody who values them", nobodys)
            found.append(Todo(words, url_for("ideas_staff.valuations", whose="nobody"), None, nobodys))
        if twins:
            words = _n("%(n)s proposal to join ideas", "%(n)s proposals to join ideas", twins)
            found.append(Todo(words, url_for("ideas_staff.same"), since + timedelta(days=DAYS_TO_DECIDE), twins))
    if lists:
        ((second, unfinished),) = rows
        if second:
            words = _n(
                "%(n)s list of supporters waits for a second look.",
                "%(n)s lists of supporters wait for a second look.",
                second,
            )
            found.append(Todo(words, url_for("ideas_lists.listed", state="second"), count=second))
        if unfinished:
            words = _n(
                "%(n)s list of supporters is not finished.", "%(n)s lists of supporters are not finished.", unfinished
            )
            found.append(Todo(words, url_for("ideas_lists.listed", state="open"), count=unfinished))
    return found
