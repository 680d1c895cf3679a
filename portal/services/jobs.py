"""Work of the wing that nobody presses a button for. Each may run twice."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from portal.base import clock, db
from portal.base.actor import SYSTEM
from portal.base.i18n import SOURCE
from portal.identity.queries import in_charge
from portal.notifications import actions as notifications
from portal.services import (
    actions_appeal,
    actions_bank,
    actions_desk,
    actions_files,
    actions_hearing,
    queries,
    queries_appeal,
    queries_clock,
    queries_hearing,
    rules,
)
from portal.services.actions import lock, throw_away
from portal.services.models import LIVE, Application, Case, CaseState, Service, Silence

BATCH = 200


def silence(_payload: dict[str, Any]) -> None:
    """What the law makes of days that went by without a decision."""
    today = queries_clock.today()
    with db.read() as s:
        ids = list(
            s.scalars(
                select(Case.id)
                .join(Service, Service.id == Case.service_id)
                .where(Case.state.in_(LIVE), Case.due_on < today, Service.silence != Silence.NOTHING)
                .order_by(Case.due_on, Case.id)
                .limit(BATCH)
            )
        )
    for number in ids:
        with db.write():
            actions_desk.by_silence(number, today)


def warn(_payload: dict[str, Any]) -> None:
    """Tell officers of cases that are due soon, and the whole office of those that are late: once each."""
    today = queries_clock.today()
    with db.read() as s:
        rows = s.execute(
            select(Case.id, Case.due_on)
            .where(Case.state.in_(LIVE), Case.due_on <= today + queries_clock.WARNING)
            .order_by(Case.due_on, Case.id)
            .limit(BATCH * 5)
        ).all()
    for row in rows:
        with db.write() as s:
            case, service = lock(s, row.id)
            if case.due_on is None or case.state not in LIVE:
                continue
            late = case.due_on < today
            scope = {"department": [service.department_id]} if service.department_id else None
            people = set(in_charge(s, rules.DESK, clock.now(), scope))
            if not late and case.officer_id is not None:
                people = {case.officer_id}
            notifications.tell(
                people, "case.late" if late else "case.due_soon",
                {"title": queries.names(s, service.id) or {SOURCE: service.slug}, "reference": case.reference,
                 "due": case.due_on},
                link=("services_staff.case", {"reference": case.reference}), about=(queries.CASE, case.id),
                dedup=f"case-{'late' if late else 'soon'}:{case.id}:{case.due_on}",
            )  # fmt: skip


def hearings(_payload: dict[str, Any]) -> None:
    """Write down that nobody answered, once the day is over."""
    today = queries_clock.today()
    with db.read() as s:
        ids = list(queries_hearing.overdue(s, today, BATCH))
    for number in ids:
        with db.write():
            actions_hearing.lapse(number, today)


def appeals(_payload: dict[str, Any]) -> None:
    """Tell of appeals that are due soon, and of those that are late: once each."""
    today = queries_clock.today()
    with db.read() as s:
        ids = list(queries_appeal.due(s, today + queries_clock.WARNING, BATCH * 5))
    for number in ids:
        with db.write():
            actions_appeal.warn(number, today)


def close(_payload: dict[str, Any]) -> None:
    """Close what was decided a month ago, unless an appeal is open."""
    before = clock.city_now() - rules.CLOSED_AFTER
    decided = (CaseState.GRANTED, CaseState.REFUSED, CaseState.WITHDRAWN)
    with db.read() as s:
        ids = list(
            s.scalars(
                select(Case.id)
                .where(Case.state.in_(decided), Case.decided_at < before, Case.id.not_in(queries_appeal.open_cases()))
                .limit(BATCH)
            )
        )
    for number in ids:
        with db.write():
            actions_desk.close(number)


def forget(_payload: dict[str, Any]) -> None:
    """Delete applications that nobody went on with, two weeks after their owner was told, and files that belong to
    nothing."""
    now = clock.now()
    with db.read() as s:
        old = list(
            s.execute(
                select(Application.id, Application.changed_at)
                .where(Application.changed_at < now - rules.KEPT_APPLICATION + rules.WARNING)
                .limit(BATCH)
            )
        )
    for number, changed in old:
        with db.write() as s:
            row = s.get(Application, number)
            if row is None or row.changed_at != changed:
                continue
            if changed < now - rules.KEPT_APPLICATION:
                throw_away(SYSTEM, row)
                continue
            service = s.get_one(Service, row.service_id)
            notifications.tell(
                row.person_id, "case.soon_gone",
                {"title": queries.names(s, service.id) or {SOURCE: service.slug},
                 "until": (changed + rules.KEPT_APPLICATION).date()},
                link=("services.tasks", {"number": row.id}), dedup=f"application-old:{row.id}:{changed.date()}",
            )  # fmt: skip
    with db.write() as s:
        actions_bank.forget(s)
    with db.read() as s:
        actions_files.sweep(s)
