"""Writing an idea together: an address is invited, whoever has confirmed it answers. The address itself is kept
nowhere: only its keyed hash, the key of which lies outside the database."""

from __future__ import annotations

import hashlib
import hmac

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.audit.actions import record
from portal.base import clock, db, ground
from portal.base.actor import Actor
from portal.config import key_of
from portal.ideas import rules
from portal.ideas.models import Author, AuthorState, Idea, IdeaState
from portal.ideas.rules import Denied
from portal.identity.models import Contact, Person, Way
from portal.identity.rules_ways import folded_address, shown_name
from portal.notifications import actions as notifications

KEY = "invitations"


def address_hash(address: str) -> str:
    """Under what an invited address is kept: spaces and case do not count."""
    key = key_of(ground.settings(), KEY)
    return hmac.new(key, f"co-author\0{folded_address(address)}".encode(), hashlib.sha256).hexdigest()


def invite(actor: Actor, idea: Idea, address: str, invited: int) -> bool:
    """Invites an address to write the idea together. False where it was invited before. The answer is the same whether
    somebody has this address or not. Raises Denied."""
    verdict = rules.may_invite(idea, owner=actor.person_id == idea.author_id, invited=invited)
    if not verdict:
        raise Denied(verdict)
    s = db.session()
    row = Author(idea_id=idea.id, hash=address_hash(address), state=AuthorState.INVITED, invited_at=clock.now())
    try:
        with s.begin_nested():
            s.add(row)
            s.flush()
    except IntegrityError:
        return False
    record(actor, "invited co-author", "idea", idea.id, after={"invitation": row.id})
    owner = s.scalar(
        select(Contact.person_id)
        .where(
            Contact.way == Way.EMAIL,
            Contact.value_folded == folded_address(address),
            Contact.confirmed_at.is_not(None),
            Contact.person_id != actor.person_id,
        )
        .limit(1)
    )
    if owner is not None:
        _reach(s, idea, row, owner)
    return True


def _reach(s: Session, idea: Idea, row: Author, person_id: int) -> bool:
    """The invitation has found its person, who is told. Nobody is invited twice."""
    try:
        with s.begin_nested():
            row.person_id = person_id
            s.flush()
    except IntegrityError:
        s.refresh(row)
        return False
    host = s.get(Person, idea.author_id) if idea.author_id is not None else None
    notifications.tell(
        person_id,
        "idea.invited",
        {"name": shown_name(host.name, host.public_name) if host else "–", "idea": {idea.language: idea.title}},
        link=("ideas.authors", {"number": idea.number}),
        about=("idea", idea.id),
        dedup=f"idea:{idea.id}:invited:{row.id}",
    )
    return True


def entered(s: Session, person_id: int) -> None:
    """Somebody signed in or confirmed an address: invitations of that address reach them. One select for nearly
    everybody."""
    addresses = s.scalars(
        select(Contact.value_folded).where(
            Contact.person_id == person_id, Contact.way == Way.EMAIL, Contact.confirmed_at.is_not(None)
        )
    ).all()
    if not addresses:
        return
    hashes = [address_hash(address) for address in addresses]
    waiting = select(Author, Idea).join(Idea, Idea.id == Author.idea_id)
    waiting = waiting.where(Author.hash.in_(hashes), Author.person_id.is_(None), Author.state == AuthorState.INVITED)
    for row, idea in s.execute(waiting).all():
        if idea.author_id != person_id and idea.state is not IdeaState.WITHDRAWN:
            _reach(s, idea, row, person_id)


def answer(actor: Actor, idea: Idea, accept: bool) -> None:
    """Accepts or declines one's invitation; the one who invited is told. Raises Denied where it was answered already,
    LookupError where there is none."""
    s = db.session()
    wanted = select(Author).where(Author.idea_id == idea.id, Author.person_id == actor.person_id)
    row = s.scalars(db.locked(wanted)).one_or_none()
    if row is None:
        raise LookupError("no invitation")
    verdict = rules.may_answer(row.state)
    if not verdict:
        raise Denied(verdict)
    row.state, row.answered_at = AuthorState.ACCEPTED if accept else AuthorState.DECLINED, clock.now()
    s.flush()
    record(actor, "answered invitation", "idea", idea.id, after={"state": row.state})
    if idea.author_id is not None and actor.person_id is not None:
        person = s.get(Person, actor.person_id)
        notifications.tell(
            idea.author_id,
            "idea.joined" if accept else "idea.declined",
            {
                "name": shown_name(person.name, person.public_name) if person and accept else "–",
                "idea": {idea.language: idea.title},
            },
            link=("ideas.idea", {"number": idea.number}),
            about=("idea", idea.id),
            dedup=f"idea:{idea.id}:answered:{row.id}",
        )


def leave(actor: Actor, idea: Idea) -> bool:
    """A co-author no longer. False for somebody who was none."""
    s = db.session()
    row = s.scalars(
        select(Author).where(
            Author.idea_id == idea.id, Author.person_id == actor.person_id, Author.state == AuthorState.ACCEPTED
        )
    ).one_or_none()
    if row is None:
        return False
    row.state, row.answered_at = AuthorState.DECLINED, clock.now()
    s.flush()
    record(actor, "left idea", "idea", idea.id)
    return True
