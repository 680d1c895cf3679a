"""Two ideas become one, and two again. Supports move and are counted exactly: each person, and each resident, once.

A support that moves remembers the idea it was given to (`came_from_id`). Where its person, or the same resident, already
supports the other idea, the row stays where it is and sleeps: it counts for nobody until the two are parted. So parting
puts back what came, less what was taken back meanwhile, and needs no list of people."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, delete, exists, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from portal.audit.actions import record
from portal.base import clock, db, i18n
from portal.base.actor import Actor
from portal.ideas import queries, queries_idea, queries_objections, queries_ties, rules_merge, rules_value
from portal.ideas.actions import index
from portal.ideas.models import Author, AuthorState, Call, Idea, IdeaState, Support
from portal.ideas.models_merge import Merge, Twin, TwinState
from portal.ideas.rules import Denied
from portal.identity.queries import city_day
from portal.notifications import actions as notifications
from portal.notifications.queries import follower_ids

# Notices that tell a person what they support; they go when that is forgotten.
TO_SUPPORTERS = (
    "idea.support_moved", "idea.support_once", "idea.support_back", "idea.support_split", "idea.support_unsplit",
    "idea.support_elsewhere",
)  # fmt: skip


@dataclass(frozen=True)
class Two:
    """Two ideas with their calls, locked: nobody supports, takes back, joins or moves one of them meanwhile."""

    idea: Idea
    into: Idea
    call: queries.Found
    into_call: queries.Found


def lock(s: Session, idea_id: int, into_id: int) -> Two:
    """Both calls, then both ideas, each in the order of their numbers, so that nobody waits for each other. A support
    takes the call's lock first, too."""
    asked = select(Idea.id, Idea.call_id).where(Idea.id.in_([idea_id, into_id]))
    lock_calls(s, {row.call_id for row in s.execute(asked)})
    ideas = lock_ideas(s, {idea_id, into_id})
    found = {number: queries.found_by_id(s, number) for number in {one.call_id for one in ideas.values()}}
    idea, into = ideas[idea_id], ideas[into_id]
    call, into_call = found[idea.call_id], found[into.call_id]
    assert call is not None and into_call is not None
    return Two(idea, into, call, into_call)


def lock_calls(s: Session, ids: Iterable[int]) -> None:
    """Waits for everybody who supports something in these calls, and makes the next ones wait."""
    wanted = select(Call).where(Call.id.in_(sorted(set(ids)))).order_by(Call.id)
    s.scalars(db.locked(wanted).execution_options(populate_existing=True)).all()


def lock_ideas(s: Session, ids: Iterable[int]) -> dict[int, Idea]:
    """The rows as they are now."""
    wanted = select(Idea).where(Idea.id.in_(sorted(set(ids)))).order_by(Idea.id)
    return {row.id: row for row in s.scalars(db.locked(wanted).execution_options(populate_existing=True))}


# --- joining ----------------------------------------------------------------------------------------------------------


def merge(
    actor: Actor,
    idea: Idea,
    into: Idea,
    reason: str,
    *,
    lang: str = "",
    officer: bool = True,
    twin: Twin | None = None,
) -> Merge:
    """Joins an idea with another one, which holds both from now on: supports, followers and the old address lead there,
    its authors are offered to be authors of the other one, everybody concerned is told. `officer`: the staff decide;
    else the authors of both have agreed, and the reason is empty. `lang`: the language of the reason. Raises Denied.

    That the actor may decide about both ideas, the door has asked."""
    s, now = db.session(), clock.now()
    two = lock(s, idea.id, into.id)
    idea, into = two.idea, two.into
    verdict = rules_merge.may_join(
        idea,
        into,
        two.call.call,
        two.into_call.call,
        officer=officer,
        closed=two.call.closed,
        into_closed=two.into_call.closed,
    )
    verdict = verdict and rules_value.settled(queries_objections.contested(s, [idea.id, into.id]))
    if not verdict:
        raise Denied(verdict)
    both = _people(s, idea.id) & _people(s, into.id)
    before, state = {"state": idea.state, "supports": idea.supports}, idea.state
    idea.state, idea.merged_into_id, idea.changed_at = IdeaState.MERGED, into.id, now
    s.flush()
    moved = _gather(s, into.id)
    _count(s, idea, into)
    row = Merge(
        idea_id=idea.id,
        into_id=into.id,
        at=now,
        by_id=actor.person_id,
        by_authors=not officer,
        reason=reason,
        lang=lang or actor.language or i18n.lang(),
        twin_id=twin.id if twin is not None else None,
        state_before=state,
        moved=moved,
    )
    s.add(row)
    s.flush()
    notifications.copy_follows("idea", idea.id, into.id, now)
    _offer(s, idea, into, now)
    lapse(s, idea, twin, now)
    index(s, idea)
    after = {"into": into.number, "supports": moved, "authors": not officer}
    record(actor, "joined ideas", "idea", idea.id, before=before, after=after)
    _tell_joined(s, row, two, both)
    return row


def _gather(s: Session, root_id: int) -> int:
    """Brings the supports of everything that lives in an idea up to it, one after the other, each person and each
    resident once; returns how many moved."""
    moved = 0
    other = aliased(Support)
    same = or_(other.person_id == Support.person_id, other.resident == Support.resident)
    for number in queries_ties.within(s, root_id):
        if number == root_id:
            continue
        done: Any = s.execute(
            update(Support)
            .where(Support.idea_id == number, ~exists().where(and_(other.idea_id == root_id, same)))
            .values(idea_id=root_id, came_from_id=func.coalesce(Support.came_from_id, number))
            .execution_options(synchronize_session=False)
        )
        moved += done.rowcount
    return moved


def _count(s: Session, *ideas: Idea) -> None:
    """Puts the counters to the rows; a joined idea counts none. Nobody supports anything meanwhile: `lock`."""
    for idea in ideas:
        if idea.state is IdeaState.MERGED:
            idea.supports = idea.on_paper = 0
        else:
            number = select(func.count(), func.count(Support.list_id)).where(Support.idea_id == idea.id)
            idea.supports, idea.on_paper = s.execute(number).one()
    s.flush()


def wake(s: Session, idea_id: int) -> None:
    """Supports of lists were taken away from an idea: whoever had given one to an idea that was joined with it, too,
    counts by that again. Nothing to do where none was joined."""
    if len(queries_ties.within(s, idea_id)) < 2:
        return
    idea = s.scalars(db.locked(select(Idea).where(Idea.id == idea_id)).execution_options(populate_existing=True)).one()
    _gather(s, idea.id)
    _count(s, idea)


def _people(s: Session, idea_id: int) -> set[int]:
    rows = s.scalars(select(Support.person_id).where(Support.idea_id == idea_id, Support.person_id.is_not(None)))
    return {number for number in rows if number is not None}


def _offer(s: Session, idea: Idea, into: Idea, now: datetime) -> None:
    """Its authors are invited to be authors of the idea that holds it, if they are not yet."""
    known = set(s.scalars(select(Author.person_id).where(Author.idea_id == into.id))) | {into.author_id}
    for person_id in queries_idea.author_ids(s, idea):
        if person_id not in known:
            s.add(
                Author(
                    idea_id=into.id,
                    person_id=person_id,
                    hash=secrets.token_hex(32),
                    state=AuthorState.INVITED,
                    invited_at=now,
                    came_from_id=idea.id,
                )
            )
    s.flush()


def lapse(s: Session, idea: Idea, twin: Twin | None, now: datetime) -> None:
    """Other proposals about an idea that has just been joined have nothing to decide any more."""
    asked = select(Twin).where(Twin.state == TwinState.OPEN, or_(Twin.idea_id == idea.id, Twin.into_id == idea.id))
    for row in s.scalars(asked.order_by(Twin.id)).all():
        row.state = TwinState.JOINED if twin is not None and row.id == twin.id else TwinState.LAPSED
        row.decided_at = now
    s.flush()


def _titles(idea: Idea, into: Idea) -> dict[str, object]:
    return {"idea": {idea.language: idea.title}, "into": {into.language: into.title}}


def _tell_joined(s: Session, row: Merge, two: Two, both: set[int]) -> None:
    """Whoever is concerned in two ways is told once: as an author before as a supporter, as that before as a follower.
    No message says who else supports what."""
    idea, into, days = two.idea, two.into, two.call.call.objection_days
    values, dedup = _titles(idea, into), f"idea:{idea.id}:merge:{row.id}"
    about, free = ("idea", idea.id), (row.lang, row.reason) if row.reason else None
    here, there = ("ideas.as_it_was", {"number": idea.number}), ("ideas.idea", {"number": into.number})
    authors = queries_idea.author_ids(s, idea)
    if row.by_authors or not days:
        notifications.tell(authors, "idea.merged_own", values, link=there, about=about, dedup=dedup, free=free)
    else:
        until = city_day(rules_value.objectable(two.call.call, row.at) - timedelta(seconds=1))
        told = values | {"day": until}
        notifications.tell(authors, "idea.merged_by_city", told, link=here, about=about, dedup=dedup, free=free)
    others = queries_idea.author_ids(s, into)
    notifications.tell(others, "idea.merged_here", values, link=there, about=("idea", into.id), dedup=dedup)
    came = set(
        s.scalars(
            select(Support.person_id).where(
                Support.idea_id == into.id,
                Support.came_from_id.in_(queries_ties.within(s, idea.id)),
                Support.person_id.is_not(None),
            )
        )
    )
    supporters = sorted(number for number in came - both if number is not None)
    notifications.tell(supporters, "idea.support_moved", values, link=there, about=about, dedup=dedup)
    notifications.tell(both, "idea.support_once", values, link=there, about=about, dedup=dedup)
    followers = follower_ids(s, "idea", idea.id)
    notifications.tell(followers, "idea.merged", values, link=there, about=about, dedup=dedup)


# --- parting ----------------------------------------------------------------------------------------------------------


def undo(actor: Actor, idea: Idea, reason: str = "", *, lang: str = "") -> Merge:
    """A joined idea stands by itself again, as it was: its state, the supports that came with it and were not taken
    back since, what had been joined with it. Who followed the other one only because of it follows it no longer, and its
    authors are no longer authors of that. Raises Denied: it is not joined, or the supports have been counted."""
    s, now = db.session(), clock.now()
    root = queries_ties.root(s, idea.id)
    if root.id == idea.id:
        raise Denied(rules_merge.may_part(False, []))
    two = lock(s, idea.id, root.id)
    row, idea, top = queries_ties.standing(s, idea.id), two.idea, two.into
    verdict = rules_merge.may_part(row is not None, [two.call.call, two.into_call.call])
    if not verdict or row is None:
        raise Denied(verdict)
    above = [number for number in queries_ties.chain(s, idea.id) if number != idea.id]
    mine = queries_ties.within(s, idea.id)
    back = _put_back(s, idea.id, above, mine)
    holder = s.get_one(Idea, row.into_id)
    before = {"state": idea.state, "into": holder.number}
    idea.state, idea.merged_into_id, idea.changed_at = row.state_before, None, now
    row.undone_at, row.undone_by_id = now, actor.person_id
    row.undone_reason, row.undone_lang = reason, (lang or actor.language or i18n.lang()) if reason else ""
    s.flush()
    # who supports something else in there, too, may have slept because of a row that has just left
    _gather(s, top.id)
    _gather(s, idea.id)
    _count(s, idea, top)
    s.execute(delete(Author).where(Author.idea_id.in_(above), Author.came_from_id.in_(mine)))
    notifications.drop_copied_follows("idea", idea.id, row.into_id, row.at)
    index(s, idea)
    record(
        actor, "parted ideas", "idea", idea.id, before=before, after={"state": idea.state, "supports": idea.supports}
    )
    _tell_parted(s, row, idea, holder, back)
    return row


def _put_back(s: Session, idea_id: int, above: Sequence[int], mine: Sequence[int]) -> list[int]:
    """The supports that came with an idea return to it; whose they are, for the notices."""
    came = and_(Support.idea_id.in_(above), Support.came_from_id.in_(mine))
    people = [number for number in s.scalars(select(Support.person_id).where(came)) if number is not None]
    s.execute(
        update(Support)
        .where(came)
        .values(idea_id=idea_id, came_from_id=func.nullif(Support.came_from_id, idea_id))
        .execution_options(synchronize_session=False)
    )
    return people


def _tell_parted(s: Session, row: Merge, idea: Idea, holder: Idea, supporters: Sequence[int]) -> None:
    values, dedup = _titles(idea, holder), f"idea:{idea.id}:parted:{row.id}"
    link, about = ("ideas.idea", {"number": idea.number}), ("idea", idea.id)
    authors = {*queries_idea.author_ids(s, idea), *queries_idea.author_ids(s, holder)}
    notifications.tell(authors, "idea.parted", values, link=link, about=about, dedup=dedup)
    notifications.tell(supporters, "idea.support_back", values, link=link, about=about, dedup=dedup)
    followers = follower_ids(s, "idea", idea.id)
    notifications.tell(followers, "idea.parted", values, link=link, about=about, dedup=dedup)
