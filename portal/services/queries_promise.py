"""The decided cases of which the public figures of services are made."""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.base import clock, i18n
from portal.services.models import Case, Decision, Outcome
from portal.services.rules_promise import PERIOD, Decided, Promise, promise


def decided(s: Session, service_id: int | None = None) -> dict[int, list[Decided]]:
    """The cases that were decided in the last twelve months, by service; a decision that an appeal has lifted does not
    count. One select of plain columns, however many there are."""
    asked = (
        select(Case.service_id, Case.filed_at, Case.decided_at, Case.promised_on, Decision.outcome, Decision.reason)
        .join(Decision, Decision.case_id == Case.id)
        .where(
            Decision.confirmed_at.is_not(None),
            Decision.lifted_at.is_(None),
            Case.decided_at > clock.city_now() - PERIOD,
        )
    )
    if service_id is not None:
        asked = asked.where(Case.service_id == service_id)
    found: dict[int, list[Decided]] = defaultdict(list)
    for row in s.execute(asked):
        reason = row.reason if row.outcome is Outcome.REFUSED else ""
        filed, done = i18n.in_zone(row.filed_at).date(), i18n.in_zone(row.decided_at).date()
        found[row.service_id].append(Decided(filed, done, row.promised_on, reason))
    return found


def of(s: Session, service_id: int) -> Promise:
    """The figures of one service: one select."""
    return promise(decided(s, service_id).get(service_id, ()))
