"""Work of the worker: what was decided for some days ends by itself, and a queue that nobody looks at tells somebody."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.base import clock, db, ground
from portal.identity.queries import in_charge
from portal.moderation import actions_decide, queries_list, rules
from portal.moderation.models import Appeal, Decision, Flagged
from portal.notifications.actions import tell


def hourly(_payload: dict[str, Any]) -> None:
    """End what was decided for a time; tell of what waits too long."""
    with db.write() as s:
        actions_decide.end_timed(s, clock.city_now())
    with db.write() as s:
        untouched(s, clock.city_now())
        late_appeals(s, clock.city_now())


def untouched(s: Session, now: datetime) -> int:
    """Tell moderators and administrators of a queue in which nobody has done anything for a day, once a day: those of
    a part of the city of what lies there. Returns how many were told."""
    before = now - timedelta(hours=ground.settings().moderation.untouched_hours)
    waiting = s.scalars(
        select(Flagged).where(Flagged.decided_at.is_(None), Flagged.first_at <= before).order_by(Flagged.first_at)
    ).all()
    touched = s.scalar(select(func.max(Decision.at)).where(Decision.by_id.is_not(None)))
    claimed = s.scalar(select(func.max(Flagged.claimed_at)))
    if not waiting or any(at is not None and at > before for at in (touched, claimed)):
        return 0
    told = 0
    oldest: dict[int, datetime] = {}
    for row in waiting[:200]:
        for person in in_charge(s, rules.ROLES, now, queries_list.scope_of(s, row)):
            oldest.setdefault(person, row.first_at)
    for person, since in sorted(oldest.items()):
        told += tell(
            person, "moderation.untouched", {"moment": since}, link=("moderation_staff.queue", {}),
            dedup=f"untouched:{now.date()}",
        )  # fmt: skip
    return told


def late_appeals(s: Session, now: datetime) -> int:
    """Tell those who may decide of each appeal whose time is over, once. Returns how many were told."""
    rows = s.execute(
        select(Appeal.id, Appeal.due_at, Decision.by_id, Decision.author_id, Flagged)
        .join(Decision, Decision.id == Appeal.decision_id)
        .join(Flagged, Flagged.id == Decision.flagged_id)
        .where(Appeal.decided_at.is_(None), Appeal.due_at < now)
        .order_by(Appeal.id)
    ).all()
    told = 0
    for number, due, by, author, row in rows:
        people = in_charge(s, {*rules.ROLES, ground.settings().moderation.appeals}, now, queries_list.scope_of(s, row))
        told += tell(
            [one for one in people if one not in (by, author)],
            "moderation.appeals_late",
            {"day": due.date()},
            link=("moderation_staff.appeal", {"appeal_id": number}),
            dedup=f"appeal_late:{number}",
        )
    return told
