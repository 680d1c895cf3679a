"""What happens after something was written, and what people report.

Wings call `screen` in the same transaction in which they stored a text, and `queries.may_write` before it.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from portal.audit.actions import record
from portal.base import clock, codes, db, i18n, limits
from portal.base.actor import Actor
from portal.base.i18n import Text, _l
from portal.base.verdict import YES, Verdict, no
from portal.moderation import queries, rules
from portal.moderation.models import Flagged, FlaggedScope, Held, Reason, Report

HOUR = 60  # minutes
DAY = 24 * HOUR
PROMISED_HOURS = 24  # within which a moderator looks at what waits, where the thing itself promises nothing else


@dataclass(frozen=True, slots=True)
class Screened:
    """What to tell the author after a text was stored. `held`: it is not shown yet; `due_at`: by when a moderator will
    have looked (UTC)."""

    held: bool = False
    message: Text | None = None
    due_at: datetime | None = None


def screen(
    s: Session,
    actor: Actor,
    kind: str,
    object_id: int,
    text: str,
    *,
    premoderated: bool = False,
    promised_hours: int = PROMISED_HOURS,
    started_at: datetime | None = None,
    trapped: bool = False,
    origin: str = "",
) -> Screened:
    """Look at a text that was just written or changed: call it in the transaction that stored it. It may be held for a
    moderator, never refused. `premoderated`: everything waits here, and is looked at within `promised_hours`. The last
    three are what the form's `guard()` says; without a form (paper, import) leave them away."""
    row = queries.thing(s, kind, object_id)
    if row is None:
        raise LookupError(f"no {kind} {object_id}")
    now, real = clock.city_now(), clock.now()
    held = rules.held_for(
        text=text,
        premoderated=premoderated,
        staff=actor.may(*rules.ROLES),
        helped=actor.helped_by is not None,
        new_account=queries.is_new(s, actor.person_id, now),
        trapped=trapped,
        elapsed=None if started_at is None else real - started_at,
        many=_many(s, actor, origin, real),
    )
    if row.held_at is not None and row.hidden_at is None:  # a change does not end the wait
        return Screened(True, rules.HELD_NOTE)
    if held is Held.NOT or row.hidden_at is not None:
        return Screened()
    row.held_at = now
    flagged = flag(s, kind, object_id, text=text, now=now)
    flagged.held = held
    flagged.due_at = now + timedelta(hours=max(1, promised_hours))
    s.flush()
    queries.content(kind).changed(s, object_id)
    record(actor, "held text", kind, object_id, after={"why": held.value})
    return Screened(
        True,
        _l(
            "Your text is stored. A moderator looks at it before it is shown, by %(moment)s. You will be told.",
            moment=flagged.due_at,
        ),
        flagged.due_at,
    )


def _many(s: Session, actor: Actor, origin: str, now: datetime) -> bool:
    """Count the text; are there very many of this person, or from this place, within the hour?"""
    found = False
    for key, most in ((f"p{actor.person_id}", rules.TEXTS_PER_HOUR), (f"o{origin}", rules.TEXTS_PER_PLACE)):
        if key in ("pNone", "o") or actor.helped_by is not None:
            continue
        found = limits.too_many(s, "text", key, now, most=most, minutes=HOUR) or found
        limits.failed(s, "text", key, now)
    return found


def flag(s: Session, kind: str, object_id: int, *, text: str = "", now: datetime) -> Flagged:
    """The thing's row in the queue: made, or opened again where it was decided before. Its scope, language and likeness
    are brought up to date."""
    insert = sqlite.insert if s.get_bind().dialect.name == "sqlite" else postgresql.insert
    s.execute(
        insert(Flagged)
        .values(kind=kind, object_id=object_id, lang="", first_at=now, reports=0, held=Held.NOT, score=0.5, version=1)
        .on_conflict_do_nothing(index_elements=["kind", "object_id"])
    )
    row = s.scalars(db.locked(select(Flagged).where(Flagged.kind == kind, Flagged.object_id == object_id))).one()
    content = queries.content(kind)
    if row.decided_at is not None:
        row.decided_at, row.first_at, row.reports, row.held, row.due_at = None, now, 0, Held.NOT, None
        row.claimed_by_id = row.claimed_at = None
    hit = content.show(s, [object_id], i18n.lang()).get(object_id)
    row.lang = hit.lang if hit else row.lang
    words = text or "\n".join(content.texts(s, object_id).values())
    row.score = queries.likeness(s, words)
    s.flush()
    s.execute(delete(FlaggedScope).where(FlaggedScope.flagged_id == row.id))
    for part, numbers in content.scope(s, object_id).items():
        s.add_all(FlaggedScope(flagged_id=row.id, kind=part, number=number) for number in set(numbers))
    s.flush()
    return row


def may_report(s: Session, actor: Actor, origin: str) -> Verdict:
    """Are there not too many reports from this person or this place just now? A whole library shares an address, so
    the limit of a place lies far above what its visitors send."""
    now = clock.now()
    for key, most in ((f"p{actor.person_id}", rules.REPORTS_PER_HOUR), (f"o{origin}", rules.REPORTS_PER_PLACE)):
        if key not in ("pNone", "o") and limits.too_many(s, "report", key, now, most=most, minutes=HOUR):
            return no(_l("Very many reports have come from here. Send yours again in an hour, or call the help line."))
    return YES


def report(
    actor: Actor, kind: str, object_id: int, *, reason: Reason, words: str, lang: str, origin: str = ""
) -> Report:
    """Take in a report. The caller has asked `queries.open_to` and `may_report`. A second report of the same person on
    the same thing brings the first one up to date. Those of people who are not signed in all reach the moderators, and
    those of one place about one thing count as one within a day: a single reader who sends many moves nothing up the
    queue. `origin`, the network address, is counted under a keyed hash for a day at most and kept nowhere else."""
    s, now = db.session(), clock.city_now()
    row = flag(s, kind, object_id, now=now)
    for key in (f"p{actor.person_id}", f"o{origin}"):
        if key not in ("pNone", "o"):
            limits.failed(s, "report", key, clock.now())
    known = None
    if actor.person_id is not None:
        known = s.scalars(
            select(Report).where(
                Report.flagged_id == row.id, Report.person_id == actor.person_id, Report.decided_at.is_(None)
            )
        ).first()
    if known is not None:
        known.reason, known.words, known.lang = reason, words.strip(), lang
        s.flush()
        return known
    made = Report(
        flagged_id=row.id,
        reference=codes.printed(secrets.token_bytes(6)),
        reason=reason,
        words=words.strip(),
        lang=lang,
        person_id=actor.person_id,
        at=now,
    )
    s.add(made)
    row.reports += _counts(s, actor, row, origin)
    s.flush()
    record(actor, "reported text", kind, object_id, after={"reason": reason.value})
    return made


def _counts(s: Session, actor: Actor, row: Flagged, origin: str) -> int:
    """Does a report count beside those that wait? One for each person; without a sign-in, one for each place. What came
    before a decision was answered by it: the version is in the key."""
    if actor.person_id is not None or not origin:
        return 1
    key, now = f"o{origin} {row.id} {row.version}", clock.now()
    known = limits.too_many(s, "report_of", key, now, most=1, minutes=DAY)
    if not known:
        limits.failed(s, "report_of", key, now)
    return 0 if known else 1


def claim(actor: Actor, row: Flagged) -> None:
    """Say that one is at work on it; a colleague's claim is taken over."""
    row.claimed_by_id, row.claimed_at = actor.person_id, clock.city_now()
    db.session().flush()
    record(actor, "claimed text", row.kind, row.object_id)


def unclaim(actor: Actor, row: Flagged) -> Verdict:
    """Give an own claim back."""
    if row.claimed_by_id != actor.person_id:
        return no(_l("You have not claimed this."))
    row.claimed_by_id = row.claimed_at = None
    db.session().flush()
    record(actor, "gave text back", row.kind, row.object_id)
    return YES
