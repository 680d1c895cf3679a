"""Searches that people keep, and the message about what is new in them; links that are forgotten in time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import func, select, update

from portal.audit.actions import record
from portal.base import clock, db, i18n
from portal.base.actor import SYSTEM, Actor
from portal.base.i18n import _l
from portal.base.verdict import no
from portal.ideas import queries_list, rules
from portal.ideas.models import Call, Idea, SavedSearch, Support
from portal.ideas.queries_list import Filters
from portal.ideas.rules import Denied
from portal.identity.models import Person
from portal.notifications import actions as notifications
from portal.processes.queries import phases_of

BATCH = 100
LATE = timedelta(seconds=30)  # no transaction takes longer from its clock to its end


def keep(actor: Actor, call: Call | None, name: str, filters: Filters) -> SavedSearch:
    """Keeps a search; what is there already is not new. Raises Denied for one too many."""
    s = db.session()
    own = select(func.count()).select_from(SavedSearch).where(SavedSearch.person_id == actor.person_id)
    if (s.scalar(own) or 0) >= rules.MOST_SEARCHES:
        raise Denied(no(_l("You keep %(n)s searches. That is the most.", n=rules.MOST_SEARCHES)))
    row = SavedSearch(
        person_id=actor.person_id,
        call_id=call.id if call is not None else None,
        name=name,
        query=filters.query(),
        seen_at=clock.now(),
        created_at=clock.now(),
    )
    s.add(row)
    s.flush()
    return row


def remove(actor: Actor, search_id: int) -> bool:
    """Keeps a search no longer. False for one that is not the actor's."""
    s = db.session()
    row = s.get(SavedSearch, search_id)
    if row is None or row.person_id != actor.person_id:
        return False
    s.delete(row)
    s.flush()
    return True


def read(query: Mapping[str, str]) -> Filters:
    """The filters of a kept search."""
    number = {key: int(value) for key in ("category", "district") if (value := query.get(key, "")).isdecimal()}
    state = query.get("state", "")
    return Filters(
        q=query.get("q", ""),
        category=number.get("category"),
        district=number.get("district"),
        state=rules.state_of(state),
        language=query.get("language", ""),
    )


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
            call.forgotten_at = clock.now()
            record(SYSTEM, "forgot supporters", "call", call_id)
            done += 1
    return done
