"""What the worker does to ideas, in short transactions of its own: news of kept searches, links that are forgotten, files
that nobody handed in."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, exists, or_, select, update
from sqlalchemy.orm import Session, aliased

from portal.audit.actions import record
from portal.base import clock, db, i18n
from portal.base.actor import SYSTEM
from portal.ideas import queries_list, rules
from portal.ideas.actions_drafts import folder
from portal.ideas.actions_merge import TO_SUPPORTERS
from portal.ideas.actions_searches import read
from portal.ideas.models import Attachment, Author, AuthorState, Call, Idea, SavedSearch, Support
from portal.identity.models import Person
from portal.notifications import actions as notifications
from portal.notifications.models import Follow, Message
from portal.processes.queries import phases_of

BATCH = 100
# What authors, followers and supporters are told in the very same words.
TO_ALL = ("idea.valued", "idea.answered", "idea.answer_corrected", "idea.answer_withdrawn")
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


def _lived_in(s: Session, call_id: int) -> list[int]:
    """The ideas of a call, and what was joined with one of them from wherever it came."""
    tree = select(Idea.id).where(Idea.call_id == call_id).cte(recursive=True)
    below = aliased(Idea)
    tree = tree.union(select(below.id).where(below.merged_into_id == tree.c.id))
    return list(s.scalars(select(tree.c.id)))


def _known_anyway() -> ColumnElement[bool]:
    """Is a message about an idea one to somebody who is its author, or follows it? It went to supporters as well, word for
    word; whoever has it without being one of these can only be a supporter."""
    return or_(
        exists().where(Idea.id == Message.about_id, Idea.author_id == Message.person_id),
        exists().where(_author(), Author.idea_id == Message.about_id),
        exists().where(Follow.kind == "idea", Follow.object_id == Message.about_id, _follows()),
    )


def _known_in(call_id: int) -> ColumnElement[bool]:
    """The same of a message about a call, which went to everybody who had to do with one of its ideas."""
    ideas = select(Idea.id).where(Idea.call_id == call_id)
    return or_(
        exists().where(Idea.call_id == call_id, Idea.author_id == Message.person_id),
        exists().where(_author(), Author.idea_id.in_(ideas)),
        exists().where(Follow.kind == "idea", Follow.object_id.in_(ideas), _follows()),
        exists().where(Follow.kind == "call", Follow.object_id == call_id, _follows()),
    )


def _author() -> ColumnElement[bool]:
    return and_(Author.person_id == Message.person_id, Author.state == AuthorState.ACCEPTED)


def _follows() -> ColumnElement[bool]:
    return Follow.person_id == Message.person_id


def forget(now: datetime) -> int:
    """Deletes the link between people and what they supported, in every call whose time for it has come, with the messages
    that tell it; the numbers stay. Returns how many calls that were. `now` is the city's clock."""
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
            ideas = _lived_in(s, call_id)
            notifications.forget_told(s, TO_SUPPORTERS, "idea", ideas)
            notifications.forget_told(s, TO_ALL, "idea", ideas, _known_anyway())
            notifications.forget_told(s, ["idea.short_list"], "call", [call_id], _known_in(call_id))
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
