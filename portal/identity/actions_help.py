"""Helping somebody at a desk or by telephone, and handing the ballot over to them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from portal.audit.actions import record
from portal.base import db
from portal.base.actor import Actor
from portal.base.i18n import _l
from portal.base.verdict import Verdict, no
from portal.identity import actions, actions_codes, codes, queries, queries_help, rules, rules_help, rules_ways
from portal.identity.models import Person, SignIn
from portal.identity.models_help import AssistedSession, HandOver, Means, RolePlace
from portal.places.queries_terminal import Here


def set_places(actor: Actor, person_id: int, venue_ids: Collection[int]) -> None:
    """Say in which houses somebody's desk roles count."""
    s = db.session()
    before = queries_help.places_of(s, person_id)
    s.execute(delete(RolePlace).where(RolePlace.person_id == person_id))
    s.add_all(RolePlace(person_id=person_id, venue_id=one) for one in sorted(set(venue_ids)))
    s.flush()
    record(actor, "set places of role", "person", person_id, before=sorted(before), after=sorted(set(venue_ids)))


def make_guest(s: Session, actor: Actor, name: str, language: str, now: datetime) -> Person:
    """A person with a name only, known to no provider."""
    name = rules.clean_name(name)
    person = Person(name=name, name_folded=rules.folded(name), language=language, created_at=now)
    s.add(person)
    s.flush()
    record(actor, "made guest", "person", person.id)
    return person


def begin_help(
    s: Session, actor: Actor, person: Person, *, means: Means, venue_id: int | None, now: datetime
) -> actions.Entered | Verdict:
    """Begin to help somebody who said yes to it: a session of theirs in the helper's browser, in which every act is by
    the person, helped by the helper. It knows no role and cannot vote."""
    assert actor.person_id is not None and actor.session_id is not None
    verdict = rules_help.may_help(
        helper=actor.person_id,
        person=person.id,
        means=means,
        venue=venue_id,
        places=[row.id for row in queries_help.own_venues(s, actor)],
        closed=person.closed_at is not None,
    )
    if not verdict:
        return verdict
    row = AssistedSession(
        person_id=person.id,
        helper_id=actor.person_id,
        venue_id=venue_id,
        helper_session_id=actor.session_id,
        means=means,
        consent_at=now,
        started_at=now,
    )
    s.add(row)
    s.flush()
    telephone = means is Means.TELEPHONE
    entered = actions.begin(
        s,
        person,
        now=now,
        idle=rules_help.IDLE,
        longest=rules_help.LONGEST,
        provider=rules_help.HELP,
        issuer=rules_help.HELP,
        sub=str(row.id),
        acr=means.value,
        staff_ok=False,
        channel="telephone" if telephone else "helped",
        assisted_id=row.id,
    )
    who = replace(entered.actor, helped_by=actor.person_id, venue_id=venue_id)
    record(who, "help began", "person", person.id, after={"means": means.value, "consent": "spoken"})
    return replace(entered, actor=who)


def end_with(s: Session, session_ids: Collection[int], now: datetime) -> None:
    """End the help that these sessions give or get, and the sessions that it opened."""
    given = select(SignIn.assisted_id).where(SignIn.id.in_(list(session_ids)))
    rows = s.scalars(
        select(AssistedSession).where(
            AssistedSession.ended_at.is_(None),
            AssistedSession.id.in_(given) | AssistedSession.helper_session_id.in_(list(session_ids)),
        )
    ).all()
    for row in rows:
        row.ended_at = now
        s.execute(
            update(SignIn)
            .where(SignIn.assisted_id == row.id, SignIn.revoked_at.is_(None), SignIn.scope == "")
            .values(revoked_at=now)
        )
        s.flush()
        who = Actor(person_id=row.person_id, helped_by=row.helper_id, venue_id=row.venue_id, channel="helped")
        record(who, "help ended", "person", row.person_id)


BY_TELEPHONE = _l("By telephone nobody is helped to vote. Offer a letter with a code.")


def hand_over(actor: Actor, now: datetime) -> str | Verdict:
    """A short number, good for ten minutes, by which the helped person votes alone at a terminal of the house."""
    s = db.session()
    row = queries_help.help_of(s, actor)
    if row is None or row.venue_id is None:
        return no(BY_TELEPHONE)
    s.execute(update(HandOver).where(HandOver.assisted_id == row.id).values(code_hash=None))
    code = codes.digits(6)
    while queries_help.handed_over(s, keyed(code)) is not None:
        code = codes.digits(6)
    s.add(HandOver(assisted_id=row.id, code_hash=keyed(code), expires_at=now + rules_help.HAND_OVER))
    s.flush()
    record(actor, "handed over to vote", "person", row.person_id)
    return code


def keyed(code: str) -> str:
    """What is stored of such a number."""
    return actions_codes.keyed("hand-over", codes.read(code))


def take_over(s: Session, typed: str, here: Here, *, with_help: bool, now: datetime) -> actions.Entered | Verdict:
    """Begin the voter's own session at a terminal: it can vote and nothing else, and no helper is in it. `with_help`:
    somebody of the voter's own choice helps, who promised secrecy; a yes or no is all that is kept."""
    wrong = no(_l("This number is wrong or over. Ask your helper for a new one."))
    row = s.scalars(db.locked(select(HandOver).where(HandOver.code_hash == keyed(typed)))).first()
    if row is None:
        return wrong
    given = s.get_one(AssistedSession, row.assisted_id)
    verdict = rules_help.number_is_good(
        expires_at=row.expires_at, ended_at=given.ended_at, venue=given.venue_id, here=here.venue_id, now=now
    )
    if not verdict:
        return verdict
    row.code_hash, row.used_at, row.with_help = None, now, with_help
    person = s.get_one(Person, given.person_id)
    return actions.begin(
        s,
        person,
        now=now,
        idle=rules_ways.VOTE_IDLE,
        longest=rules_ways.VOTE_LONGEST,
        here=here,
        provider=rules_help.HELP,
        issuer=rules_help.HELP,
        sub=str(given.id),
        acr=given.means.value,
        staff_ok=False,
        scope=rules_ways.VOTE,
    )


def alive(s: Session, reference: str, now: datetime) -> Actor | None:
    """The helper behind a kept reference, if their session still lives."""
    found = queries.living(s, reference, now)
    return found.actor if found is not None else None
