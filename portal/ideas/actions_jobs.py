"""What the worker does to ideas, in short transactions of its own: news of kept searches, links that are forgotten, files
that nobody handed in."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, select, update

from portal.audit.actions import record
from portal.base import clock, db, i18n
from portal.base.actor import SYSTEM
from portal.ideas import queries_list, rules
from portal.ideas.actions_drafts import folder
from portal.ideas.actions_merge import TO_SUPPORTERS
from portal.ideas.actions_searches import read
from portal.ideas.models import Attachment, Call, Idea, SavedSearch, Support
from portal.identity.models import Person
from portal.notifications import actions as notifications
from portal.processes.queries import phases_of

BATCH = 100
LATE = timedelta(seconds=30)  # no transaction takes longer from its clock to its end
_DAY = 24 * 60 * 60


def tell_hits() -> int:
    """Tells everybody who keeps a search what is new in it: one message for all that is new, whatever the number.
    Returns how many messages were sent. Running twice tells nothing twice."""
    told, after, until = 0, 0, clock.now() - LATE
    while True:
        with db.write() as s:
            wanted = select(SavedSearch, Person.language).join(Person, Person.id == SavedSearch.person_id)
            rows = s.execute(
                wanted.where(SavedSearch.id > after, SavedSearch.seen_at < until).order_by(SavedSearch.id).limit(BATCH)
            ).all()
            for row, language in rows:
                after = row.id
                with i18n.use_locale(language or i18n.SOURCE):
                    told += _tell(row, until)
                row.seen_at = until
        if len(rows) < BATCH:
            return told


def _tell(row: SavedSearch, until: datetime) -> int:
    s = db.session()
    call = s.get(Call, row.call_id) if row.call_id is not None else None
    found, total = queries_list.newer(s, row.call_id, read(row.query), row.seen_at, until, 1)
    if not found or (call is not None and not call.shown):
        return 0
    link = ("ideas.call", {"slug": call.slug, **row.query}) if call is not None else ("ideas.index", {})
    return notifications.tell(
        row.person_id,
        "idea.search",
        {"search": row.name, "n": total},
        link=link,
        dedup=f"idea-search:{row.id}:{int(until.timestamp())}",
    )


def forget(now: datetime) -> int:
    """Deletes the link between people and what they supported, in every call whose time for it has come; the numbers
    stay. Returns how many calls that were. `now` is the city's clock."""
    done = 0
    with db.read() as s:
        calls = s.scalars(select(Call).where(Call.forgotten_at.is_(None))).all()
        dates = phases_of(s, {call.process_id for call in calls})
        due = [
            call.id for call in calls if rules.forgets(call, [] if call.always_open else dates[call.process_id], now)
        ]
    for call_id in due:
        with db.write() as s:
            call = s.get_one(Call, call_id)
            s.execute(
                update(Support)
                .where(Support.idea_id.in_(select(Idea.id).where(Idea.call_id == call_id)))
                .values(person_id=None, resident=None)
                .execution_options(synchronize_session=False)
            )
            ids = list(s.scalars(select(Idea.id).where(Idea.call_id == call_id)))
            notifications.forget_told(s, (*TO_SUPPORTERS, "idea.valued"), "idea", ids)
            call.forgotten_at = clock.now()
            record(SYSTEM, "forgot supporters", "call", call_id)
            done += 1
    return done


def sweep() -> int:
    """Takes away files that no row names any more; returns how many. Running twice is harmless."""
    before = clock.now().timestamp() - _DAY
    old = [one for one in folder().iterdir() if one.is_file() and one.stat().st_mtime < before]
    if not old:
        return 0
    with db.write() as s:
        s.execute(delete(Attachment).where(Attachment.idea_id.is_(None), Attachment.draft_id.is_(None)))
        known = set(s.scalars(select(Attachment.sha256)))
    gone = [one for one in old if one.name not in known]
    for one in gone:
        one.unlink(missing_ok=True)
    return len(gone)
