"""What changes people, sessions, roles and facts. Everything flushes; the request commits."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.audit.actions import record
from portal.base import clock, db, ground, jobs
from portal.base.actor import SYSTEM, Actor
from portal.base.i18n import _l
from portal.base.verdict import Verdict, no
from portal.identity import queries, rules
from portal.identity.models import (
    Absence,
    AgeQuestion,
    Fact,
    FactKind,
    Identity,
    Invitation,
    Person,
    RoleGrant,
    SignIn,
    UsedLogoutToken,
)
from portal.identity.models_ways import DeskCode, MailCode, Mandate
from portal.places import rules_terminal
from portal.places.queries_terminal import Here

# Ended sessions and used invitations are kept this long, so that a person or an auditor can still ask about them.
KEPT = timedelta(days=30)
KEPT_CODES = timedelta(hours=1)
LONGEST_HERE = timedelta(hours=2)  # on a shared screen, however often more time was asked for
# Past absences are kept as long as somebody may ask who stood in for whom; the audit record says it for good.
KEPT_ABSENCES = timedelta(days=366)


def recognise(reference: str) -> Actor | None:
    """Who acts with this session's reference. A reading page moves "last seen" on, at most once a minute and in a
    transaction of its own after the page's; a writing one (a cast above all) leaves no trace in the session."""
    if not reference:
        return None
    s, now = db.session(), clock.now()
    found = queries.living(s, reference, now)
    if found is None:
        return None
    session_id = found.actor.session_id
    # at a terminal the page that is shown says how long the session may stand (views_here.py)
    reads = found.actor.channel != "terminal" and not s.info.get("write")
    if reads and session_id is not None and now - found.last_seen_at >= rules.SEEN_EVERY:
        db.afterwards(lambda w: touch(w, session_id, now))
    return found.actor


def touch(s: Session, session_id: int, now: datetime) -> None:
    """Note that a session was seen."""
    s.execute(
        update(SignIn)
        .where(SignIn.id == session_id, SignIn.revoked_at.is_(None), SignIn.last_seen_at < now)
        .values(last_seen_at=now)
    )


def person_for(s: Session, issuer: str, sub: str, *, name: str, language: str | None, now: datetime) -> Person:
    """The person whom a provider knows under this subject; made at the first time. Nothing but issuer and subject
    links a person: two people can have one name or one e-mail address."""
    wanted = select(Person).join(Identity).where(Identity.issuer == issuer, Identity.sub == sub)
    found = s.scalars(wanted).first()
    if found is not None:
        return found
    try:
        with s.begin_nested():
            person = Person(name=name, name_folded=rules.folded(name), language=language, created_at=now)
            s.add(person)
            s.flush()
            s.add(Identity(person_id=person.id, issuer=issuer, sub=sub, created_at=now))
            s.flush()
    except IntegrityError:  # the same person in another browser at the same instant
        return s.scalars(wanted).one()
    return person


@dataclass(frozen=True, slots=True)
class Entered:
    """A new session: the reference for the browser (known to nobody else) and who acts."""

    reference: str
    actor: Actor
    person_id: int


def sign_in(
    s: Session,
    *,
    provider: str,
    issuer: str,
    sub: str,
    sid: str | None,
    name: str,
    language: str,
    acr: str,
    amr: Iterable[str],
    auth_time: float | None,
    staff_ok: bool,
    id_token: str | None,
    facts: Iterable[rules.NewFact],
    facts_until: datetime,
    idle: timedelta,
    longest: timedelta,
    now: datetime,
    scope: str = "",
    here: Here | None = None,
) -> Entered | Verdict:
    """Begin a session for whom a provider vouches, and replace what it vouched for before. `here`: at this terminal,
    where a session is short and no role counts.

    A no (with its sentence) for an account that was closed.
    """
    person = person_for(s, issuer, sub, name=name, language=language, now=now)
    if person.closed_at is not None:
        return no(_l("This account was closed."), _l("Ask the city's help desk if this is wrong."))
    if person.disabled_at is not None:
        return no(
            _l("This account is disabled. Ask the city's help desk why, and to have it enabled again."),
        )
    if name and person.name != name:
        person.name, person.name_folded = name, rules.folded(name)
    vouch(s, person.id, issuer=issuer, acr=acr, facts=facts, until=facts_until, now=now)
    return begin(
        s,
        person,
        now=now,
        idle=idle,
        longest=longest,
        here=here,
        provider=provider,
        issuer=issuer,
        sub=sub,
        sid=sid,
        acr=acr[:200],
        amr=" ".join(amr)[:200],
        auth_time=datetime.fromtimestamp(auth_time, UTC) if auth_time else None,
        confirmed_at=min(now, datetime.fromtimestamp(auth_time, UTC)) if auth_time else None,
        staff_ok=staff_ok,
        id_token=id_token,
        scope=scope,
    )


def begin(
    s: Session,
    person: Person,
    *,
    now: datetime,
    idle: timedelta,
    longest: timedelta,
    here: Here | None = None,
    **facts: Any,
) -> Entered:
    """Begin a session of a person whom the caller has made sure of. `facts`: columns of the row."""
    reference = secrets.token_urlsafe(32)
    if here is not None:
        longest = min(longest, LONGEST_HERE)
        facts |= {
            "staff_ok": False,
            "channel": "terminal",
            "terminal_id": here.terminal_id,
            "idle_at": rules_terminal.ends_at(now, here.plain_seconds),
        }
    row = SignIn(
        person_id=person.id,
        token_hash=queries.digest(reference),
        created_at=now,
        last_seen_at=now,
        idle_seconds=int(idle.total_seconds()),
        ends_at=now + longest,
        **facts,
    )
    s.add(row)
    s.flush()
    held = queries.own_grants(s, person.id)
    actor = Actor(
        person_id=person.id,
        name=person.name,
        assurance=row.acr or "",
        session_id=row.id,
        language=person.language or "",
        scope=row.scope or "",
        grants=held if row.staff_ok else frozenset(),
        channel=row.channel or "web",
        venue_id=here.venue_id if here else None,
    )
    welcome(s, person.id)
    if held:
        after = {"provider": row.provider, "second_factor": row.staff_ok}
        record(actor, "signed in", "person", person.id, after=after)
    return Entered(reference, actor, person.id)


def vouch(
    s: Session,
    person_id: int,
    *,
    issuer: str,
    acr: str,
    facts: Iterable[rules.NewFact],
    until: datetime,
    now: datetime,
) -> None:
    """Replace what a provider vouched for before by what it says now."""
    s.execute(delete(Fact).where(Fact.person_id == person_id, Fact.source == issuer))
    s.add_all(
        Fact(
            person_id=person_id,
            kind=FactKind(fact.kind),
            name=fact.name,
            value=fact.value,
            source=issuer,
            acr=acr,
            verified_at=now,
            expires_at=until,
        )
        for fact in facts
    )
    s.flush()


def end_session(s: Session, reference: str, now: datetime) -> SignIn | None:
    """End the session behind a reference. Returns the row as it was, for the provider's sign-out."""
    row = s.scalars(select(SignIn).where(SignIn.token_hash == queries.digest(reference))).first()
    if row is None:
        return None
    s.expunge(row)
    _end(s, SignIn.id == row.id, now)
    return row


def end_own_session(actor: Actor, session_id: int, now: datetime) -> bool:
    """End one of the actor's own sessions. False when there is no such living one."""
    return _end(db.session(), (SignIn.id == session_id) & (SignIn.person_id == actor.person_id), now) > 0


def end_other_sessions(actor: Actor, now: datetime) -> int:
    """End every session of the actor but this one. Returns how many ended."""
    return _end(db.session(), (SignIn.person_id == actor.person_id) & (SignIn.id != actor.session_id), now)


def end_all_sessions(s: Session, person_id: int, now: datetime) -> int:
    """End every session of a person (role taken, account closed). Returns how many ended."""
    return _end(s, SignIn.person_id == person_id, now)


def _end(s: Session, which: object, now: datetime) -> int:
    done = s.execute(
        update(SignIn)
        .where(which, SignIn.revoked_at.is_(None))  # type: ignore[arg-type]
        .values(revoked_at=now, id_token=None)
        .execution_options(synchronize_session=False)
    )
    return int(done.rowcount)  # type: ignore[attr-defined]


def order_logout(
    s: Session, *, issuer: str, jti: str, sub: str | None, sid: str | None, exp: float, now: datetime
) -> bool:
    """End the sessions that a provider's (checked) logout token names. False for a token that was used before."""
    s.execute(delete(UsedLogoutToken).where(UsedLogoutToken.expires_at < now - timedelta(minutes=5)))
    try:
        with s.begin_nested():
            s.add(UsedLogoutToken(issuer=issuer, jti=jti, expires_at=datetime.fromtimestamp(exp, UTC)))
            s.flush()
    except IntegrityError:
        return False
    which = SignIn.issuer == issuer
    if sid is not None:
        which &= SignIn.sid == sid
    if sub is not None:
        which &= SignIn.sub == sub
    _end(s, which, now)
    return True


def welcome(s: Session, person_id: int) -> None:
    """Let every feature do what it does when somebody has signed in or confirmed an address (join what they were
    invited to); in the caller's transaction."""
    for feature in ground.current().features:
        if feature.entered is not None:
            feature.entered(s, person_id)


def grant_role(
    actor: Actor, person_id: int, role: str, now: datetime, *, kind: str = "city", number: int = 0
) -> Verdict:
    """Give a staff role, for the whole city or for one part of it, with an audit line. `number` must be known to be
    one of that kind."""
    s = db.session()
    known = [r.name for r in queries.known_roles()]
    verdict = rules.may_change_role(
        acting=actor.person_id, person=person_id, role=role, grant=True, known=known, kind=kind
    )
    if not verdict:
        return verdict
    _grant(s, actor, person_id, role, now, kind, number)
    return verdict


def _grant(
    s: Session, actor: Actor, person_id: int, role: str, now: datetime, kind: str = "city", number: int = 0
) -> None:
    held, given = _roles(s, person_id), rules.told(role, kind, number)
    if given in held:
        return
    try:
        with s.begin_nested():
            s.add(
                RoleGrant(
                    person_id=person_id, role=role, scope_kind=kind, scope_id=number, granted_by_id=actor.person_id,
                    at=now,
                )
            )  # fmt: skip
            s.flush()
    except IntegrityError:
        return  # another administrator gave it at the same instant
    record(actor, "granted role", "person", person_id, before=held, after=sorted({*held, given}))
    _role_changed(s, actor, person_id, role, True, now)


def revoke_role(
    actor: Actor, person_id: int, role: str, now: datetime, *, kind: str = "city", number: int = 0
) -> Verdict:
    """Take a staff role, with an audit line. It ends with the next page the person opens."""
    s = db.session()
    verdict = rules.may_change_role(acting=actor.person_id, person=person_id, role=role, grant=False, known=[role])
    if not verdict:
        return verdict
    held, taken = _roles(s, person_id), rules.told(role, kind, number)
    if taken in held:
        s.execute(
            delete(RoleGrant).where(
                RoleGrant.person_id == person_id,
                RoleGrant.role == role,
                RoleGrant.scope_kind == kind,
                RoleGrant.scope_id == number,
            )
        )
        record(actor, "took role", "person", person_id, before=held, after=[r for r in held if r != taken])
        _role_changed(s, actor, person_id, role, False, now)
    return verdict


def _role_changed(s: Session, actor: Actor, person_id: int, role: str, given: bool, now: datetime) -> None:
    """The person is told. What tells people lies above this storey, so it is asked for by the name of a job. Roles
    that the command line or the demo gives are told to nobody."""
    if actor.person_id is not None:
        key = f"{person_id}:{role}:{now.timestamp()}"
        jobs.enqueue(s, "identity.role_changed", {"person": person_id, "role": role, "given": given, "key": key})


def _roles(s: Session, person_id: int) -> list[str]:
    rows = s.execute(
        select(RoleGrant.role, RoleGrant.scope_kind, RoleGrant.scope_id).where(RoleGrant.person_id == person_id)
    )
    return sorted(rules.told(*row) for row in rows)


def invite(s: Session, role: str, now: datetime) -> str:
    """Make an invitation to a role; returns the token for its link, which is stored nowhere."""
    token = secrets.token_urlsafe(32)
    row = Invitation(token_hash=queries.digest(token), role=role, created_at=now, expires_at=now + rules.INVITATION)
    s.add(row)
    s.flush()
    record(SYSTEM, "invited", "invitation", row.id, after=role)
    return token


def accept_invitation(s: Session, actor: Actor, token: str, now: datetime) -> Verdict:
    """Give the invited role to who is signed in. An invitation counts once, whoever is faster."""
    row = queries.invitation(s, token)
    if row is None:
        return no(_l("There is no such invitation."), _l("Ask for a new one."))
    verdict = rules.invitation_is_good(used_at=row.used_at, expires_at=row.expires_at, now=now)
    if not verdict or actor.person_id is None:
        return verdict
    taken = s.execute(
        update(Invitation)
        .where(Invitation.id == row.id, Invitation.used_at.is_(None))
        .values(used_at=now, used_by_id=actor.person_id)
    )
    if taken.rowcount != 1:  # type: ignore[attr-defined]
        return rules.invitation_is_good(used_at=now, expires_at=row.expires_at, now=now)
    _grant(s, actor, actor.person_id, row.role, now)
    record(actor, "accepted invitation", "invitation", row.id, after=row.role)
    return verdict


def need_age(s: Session, *, years: int, on: date, until: date) -> None:
    """Ask from now on, at each sign-in until that day, whether people are `years` old on the day `on`. Asking again is
    harmless and only makes it longer."""
    row = s.scalars(select(AgeQuestion).where(AgeQuestion.years == years, AgeQuestion.on_day == on)).first()
    if row is None:
        try:
            with s.begin_nested():
                s.add(AgeQuestion(years=years, on_day=on, until_day=until))
                s.flush()
        except IntegrityError:
            need_age(s, years=years, on=on, until=until)
    elif row.until_day < until:
        row.until_day = until
        s.flush()


def set_language(actor: Actor, language: str) -> None:
    """Remember the language in which a person wants to be written to."""
    db.session().execute(update(Person).where(Person.id == actor.person_id).values(language=language))


def sweep(s: Session, now: datetime) -> None:
    """Forget what is over: sessions, used logout tokens, invitations, facts, age questions."""
    s.execute(delete(SignIn).where(SignIn.ends_at < now - KEPT))
    s.execute(delete(UsedLogoutToken).where(UsedLogoutToken.expires_at < now - timedelta(hours=1)))
    s.execute(delete(Invitation).where(Invitation.expires_at < now - KEPT))
    s.execute(delete(Fact).where(Fact.expires_at < now))
    s.execute(delete(Absence).where(Absence.until_at < now - KEPT_ABSENCES))
    s.execute(delete(MailCode).where(MailCode.expires_at < now - KEPT_CODES))
    s.execute(delete(DeskCode).where(DeskCode.expires_at < now))
    s.execute(delete(Mandate).where(Mandate.confirmed_at.is_(None), Mandate.created_at < now - KEPT))
    s.execute(delete(AgeQuestion).where(AgeQuestion.until_day < (now - KEPT).date()))
    s.execute(update(SignIn).where(SignIn.ends_at < now, SignIn.id_token.is_not(None)).values(id_token=None))
