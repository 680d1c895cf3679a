"""The staff put an idea where it belongs: into another call or district, or split into several. Its number, its address
and its supports stay with it."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from portal.audit.actions import record
from portal.base import clock, db, i18n
from portal.base.actor import Actor
from portal.base.i18n import _l
from portal.base.markdown import render
from portal.base.verdict import no
from portal.ideas import queries_idea, queries_ties, rules_merge
from portal.ideas.actions import index, lead, numbered, publish
from portal.ideas.actions_merge import lapse, lock_calls, lock_ideas
from portal.ideas.models import Author, AuthorState, CallCategory, Idea, IdeaState, Revision, Support
from portal.ideas.models_merge import Merge, Move, Part
from portal.ideas.queries import Found
from portal.ideas.rules import Denied
from portal.notifications import actions as notifications
from portal.notifications.queries import follower_ids


def move(
    actor: Actor,
    found: queries_idea.Found,
    to: Found,
    *,
    district_id: int | None,
    category_id: int | None,
    reason: str,
    lang: str = "",
) -> Move:
    """Puts an idea into a call (its own, or another one) and a district (None: the whole city), with a category of that
    call. Authors and supporters are told where the call is another one, authors alone where it is the district. Raises
    Denied.

    That the actor may decide in both calls, the door has asked."""
    s, now, call, other = db.session(), clock.now(), found.call, to.call
    lock_calls(s, {call.id, other.id})
    idea = lock_ideas(s, [found.idea.id])[found.idea.id]
    verdict = rules_merge.may_move(idea, call, other, closed=found.of.closed, other_closed=to.closed)
    if not verdict:
        raise Denied(verdict)
    if call.id == other.id and district_id == idea.district_id:
        raise Denied(no(_l("The idea is there already. Choose another call or another district.")))
    if category_id is not None:
        known = select(CallCategory.id).where(CallCategory.id == category_id, CallCategory.call_id == other.id)
        if s.scalar(known) is None:
            raise Denied(no(_l("Choose a category of the call to which the idea moves.")))
    row = Move(
        idea_id=idea.id,
        at=now,
        by_id=actor.person_id,
        reason=reason,
        lang=lang or actor.language or i18n.lang(),
        from_call_id=call.id,
        to_call_id=other.id,
        from_district_id=idea.district_id,
        to_district_id=district_id,
    )
    before = {"call": call.id, "district": idea.district_id, "category": idea.category_id}
    s.add(row)
    idea.call_id, idea.district_id, idea.category_id, idea.changed_at = other.id, district_id, category_id, now
    s.flush()
    record(
        actor, "moved idea", "idea", idea.id, before=before,
        after={"call": other.id, "district": district_id, "category": category_id},
    )  # fmt: skip
    values: dict[str, object] = {"idea": {idea.language: idea.title}}
    link, about, dedup = ("ideas.idea", {"number": idea.number}), ("idea", idea.id), f"idea-move:{row.id}"
    notifications.tell(
        queries_idea.author_ids(s, idea), "idea.moved", values, link=link, about=about, dedup=dedup,
        free=(row.lang, reason),
    )  # fmt: skip
    if call.id != other.id:
        notifications.tell(_supporters(idea.id), "idea.support_elsewhere", values, link=link, about=about, dedup=dedup)
    followers = follower_ids(s, "idea", idea.id)
    notifications.tell(followers, "idea.moved", values, link=link, about=about, dedup=dedup, free=(row.lang, reason))
    return row


def _supporters(idea_id: int) -> list[int]:
    rows = db.session().scalars(select(Support.person_id).where(Support.idea_id == idea_id))
    return [number for number in rows if number is not None]


# --- splitting --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Piece:
    """One part of an idea as the staff typed it, in the idea's own language."""

    title: str
    body: str
    category_id: int | None = None
    district_id: int | None = None


def split(
    actor: Actor, found: queries_idea.Found, pieces: Sequence[Piece], reason: str, *, lang: str = ""
) -> list[Idea]:
    """Splits an idea: the first piece keeps number, address, supports, debate and pictures; each of the others becomes an
    idea of the same authors with none of these. The earlier wording stays readable. Authors, supporters and followers
    are told of the others, so that they can support these too. Returns the new ideas. Raises Denied; ValueError for
    fewer than two pieces."""
    if len(pieces) < rules_merge.LEAST_PARTS:
        raise ValueError("an idea is split in two at least")
    s, now = db.session(), clock.now()
    lock_calls(s, [found.call.id])
    idea = lock_ideas(s, [found.idea.id])[found.idea.id]
    verdict = rules_merge.may_split(idea, found.call)
    if not verdict:
        raise Denied(verdict)
    lang = lang or actor.language or i18n.lang()
    title, whole = idea.title, idea.version
    _reword(actor, idea, pieces[0])
    made = [_stand(found, idea, piece) for piece in pieces[1:]]
    for new in made:
        s.add(
            Part(
                from_id=idea.id, to_id=new.id, at=now, by_id=actor.person_id, reason=reason, lang=lang, version=whole
            )
        )  # fmt: skip
    s.flush()
    numbers = [new.number for new in made]
    record(actor, "split idea", "idea", idea.id, after={"parts": numbers, "version": idea.version})
    for new in made:
        publish(s, found.call, new)
    link, about, dedup = (
        ("ideas.idea", {"number": idea.number}),
        ("idea", idea.id),
        f"idea:{idea.id}:split:{numbers[0]}",
    )
    values: dict[str, object] = {"idea": {idea.language: title}, "n": len(pieces)}
    authors = queries_idea.author_ids(s, idea)
    notifications.tell(authors, "idea.split", values, link=link, about=about, dedup=dedup, free=(lang, reason))
    notifications.tell(_supporters(idea.id), "idea.support_split", values, link=link, about=about, dedup=dedup)
    followers = follower_ids(s, "idea", idea.id)
    notifications.tell(followers, "idea.split", values, link=link, about=about, dedup=dedup, free=(lang, reason))
    return made


def _reword(actor: Actor, idea: Idea, piece: Piece, cost_guess: int | None = None) -> None:
    """Other words for the idea that keeps the number. What its author thought it costs (cents) was meant for the whole."""
    s, now = db.session(), clock.now()
    told = ("language", "title", "body", "category_id", "district_id", "place", "cost_guess")
    s.add(
        Revision(
            idea_id=idea.id, version=idea.version, at=now, by_id=actor.person_id,
            **{name: getattr(idea, name) for name in told},
        )
    )  # fmt: skip
    idea.version += 1
    idea.title, idea.body, idea.html = piece.title, piece.body, render(piece.body, idea.language)
    idea.lead = lead(idea.html)
    idea.category_id, idea.district_id, idea.cost_guess = piece.category_id, piece.district_id, cost_guess
    idea.changed_at = now
    s.flush()
    index(s, idea)


def _stand(found: queries_idea.Found, idea: Idea, piece: Piece) -> Idea:
    """A part as an idea of its own, of the same authors. The mark on the plan stays with the first one, unless both are
    in the same district."""
    s, now = db.session(), clock.now()
    near = piece.district_id == idea.district_id
    html = render(piece.body, idea.language)
    new = numbered(
        s,
        {
            "call_id": found.call.id,
            "author_id": idea.author_id,
            "author_name": idea.author_name,
            "acting_for": idea.acting_for,
            "language": idea.language,
            "title": piece.title,
            "lead": lead(html),
            "body": piece.body,
            "html": html,
            "category_id": piece.category_id,
            "district_id": piece.district_id,
            "place": idea.place if near else "",
            "x": idea.x if near else None,
            "y": idea.y if near else None,
            "state": IdeaState.SUBMITTED,
            "shuffle": secrets.randbelow(2**31 - 3) + 1,
            "channel": idea.channel,
            "created_at": now,
            "changed_at": now,
            "supports": 0,
            "comments": 0,
            "version": 1,
        },
    )
    together = select(Author).where(Author.idea_id == idea.id, Author.state == AuthorState.ACCEPTED)
    for row in s.scalars(together.order_by(Author.id)).all():
        s.add(
            Author(
                idea_id=new.id,
                person_id=row.person_id,
                hash=secrets.token_hex(32),
                state=AuthorState.ACCEPTED,
                invited_at=row.invited_at,
                answered_at=row.answered_at,
            )
        )
    s.flush()
    return new


def unsplit(actor: Actor, found: queries_idea.Found, reason: str, *, lang: str = "") -> list[Idea]:
    """Undoes the last split of an idea: its whole wording stands there again, the later one stays readable; each of the
    other parts lives on in it, where its address leads. Authors, supporters and followers are told. Returns those parts.
    Raises Denied: somebody supports one of them, or the supports are counted."""
    s, now, lang = db.session(), clock.now(), lang or actor.language or i18n.lang()
    lock_calls(s, [found.call.id])
    rows = queries_ties.last_split(s, found.idea.id)
    ideas = lock_ideas(s, [found.idea.id, *(row.to_id for row in rows)])
    idea, parts = ideas[found.idea.id], [ideas[row.to_id] for row in rows]
    verdict = rules_merge.may_unsplit(idea, parts, found.call)
    if not verdict:
        raise Denied(verdict)
    before = idea.version
    _restore(actor, idea, rows[0])
    followers = {number for one in (idea, *parts) for number in follower_ids(s, "idea", one.id)}
    for row, part in zip(rows, parts, strict=True):
        row.undone_at, row.undone_by_id, row.undone_reason, row.undone_lang = now, actor.person_id, reason, lang
        s.add(
            Merge(
                idea_id=part.id, into_id=idea.id, at=now, by_id=actor.person_id, reason=reason, lang=lang,
                state_before=part.state, moved=0,
            )
        )  # fmt: skip
        part.state, part.merged_into_id, part.changed_at = IdeaState.MERGED, idea.id, now
        s.flush()
        notifications.copy_follows("idea", part.id, idea.id, now)
        lapse(s, part, None, now)
        index(s, part)
    numbers = [part.number for part in parts]
    after = {"parts": numbers, "version": idea.version}
    record(actor, "undid split of idea", "idea", idea.id, before={"version": before}, after=after)
    values: dict[str, object] = {"idea": {idea.language: idea.title}}
    link, about = ("ideas.idea", {"number": idea.number}), ("idea", idea.id)
    dedup, free = f"idea:{idea.id}:unsplit:{numbers[0]}", (lang, reason)
    authors = {number for one in (idea, *parts) for number in queries_idea.author_ids(s, one)}
    notifications.tell(authors, "idea.unsplit", values, link=link, about=about, dedup=dedup, free=free)
    supporters = _supporters(idea.id)
    notifications.tell(supporters, "idea.support_unsplit", values, link=link, about=about, dedup=dedup, free=free)
    notifications.tell(followers, "idea.unsplit", values, link=link, about=about, dedup=dedup, free=free)
    return parts


def _restore(actor: Actor, idea: Idea, part: Part) -> None:
    """The wording from before a split. Where the idea was put elsewhere since, it stays there."""
    s = db.session()
    was = s.scalars(select(Revision).where(Revision.idea_id == idea.id, Revision.version == part.version)).one()
    moved = s.scalar(select(Move.id).where(Move.idea_id == idea.id, Move.at > part.at).limit(1))
    here = idea if moved is not None else was
    _reword(actor, idea, Piece(was.title, was.body, here.category_id, here.district_id), was.cost_guess)
