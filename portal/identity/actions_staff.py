"""What changes staff: accounts that are shut and opened, absences and their deputies. Roles: actions.py."""

from __future__ import annotations

from datetime import datetime

from portal.audit.actions import record
from portal.base import db
from portal.base.actor import Actor
from portal.base.verdict import Verdict
from portal.identity import queries, rules
from portal.identity.actions import end_all_sessions
from portal.identity.models import Absence, Person


def disable(actor: Actor, person: Person, reason: str, now: datetime) -> Verdict:
    """Shut an account: its sessions end at once, and nobody signs in with it until it is enabled again."""
    verdict = rules.may_disable(acting=actor.person_id, person=person.id, disabled=person.disabled_at is not None)
    if not verdict:
        return verdict
    s = db.session()
    person.disabled_at, person.disabled_reason = now, reason.strip()[:500]
    s.flush()
    ended = end_all_sessions(s, person.id, now)
    record(
        actor, "disabled account", "person", person.id, before={"disabled": False},
        after={"disabled": True, "reason": person.disabled_reason, "sessions_ended": ended},
    )  # fmt: skip
    return verdict


def enable(actor: Actor, person: Person) -> None:
    """Open a disabled account again; the person has to sign in anew."""
    if person.disabled_at is None:
        return
    before = {"disabled": True, "since": person.disabled_at.isoformat(), "reason": person.disabled_reason}
    person.disabled_at, person.disabled_reason = None, ""
    db.session().flush()
    record(actor, "enabled account", "person", person.id, before=before, after={"disabled": False})


def set_absence(
    actor: Actor, person_id: int, *, deputy_id: int | None, start: datetime, end: datetime, now: datetime
) -> Verdict:
    """Enter an absence from `start` to `end` (UTC, the end not included) with its deputy."""
    s = db.session()
    staff = [person.id for person in queries.staff_people(s)]
    verdict = rules.may_be_away(person=person_id, deputy=deputy_id, staff=staff, start=start, end=end, now=now)
    if not verdict:
        return verdict
    row = Absence(
        person_id=person_id, deputy_id=deputy_id, from_at=start, until_at=end, set_by_id=actor.person_id, at=now
    )
    s.add(row)
    s.flush()
    record(actor, "entered absence", "person", person_id, after=_told_absence(row))
    return verdict


def end_absence(actor: Actor, row: Absence, now: datetime) -> None:
    """The person is back: what has begun ends now, what has not is taken away."""
    s, before = db.session(), _told_absence(row)
    if row.from_at < now < row.until_at:
        row.until_at = now
    elif now <= row.from_at:
        s.delete(row)
    else:
        return
    s.flush()
    record(actor, "ended absence", "person", row.person_id, before=before)


def _told_absence(row: Absence) -> dict[str, object]:
    return {"deputy": row.deputy_id, "from": row.from_at.isoformat(), "until": row.until_at.isoformat()}
