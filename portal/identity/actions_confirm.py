"""Keeping an act until its person is confirmed; adding and removing ways to sign in."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.audit.actions import record
from portal.base.actor import Actor
from portal.base.verdict import Verdict
from portal.identity import queries, rules, rules_confirm
from portal.identity.models import Fact, FactKind, Identity, SignIn
from portal.identity.models_confirm import PendingAct

MOST = 100_000  # bytes of a kept form: such acts are small


@dataclass(frozen=True, slots=True)
class Waiting:
    """An act that waits: what it is, where it was sent, and the fields with all their values."""

    act: str
    address: str
    fields: Sequence[tuple[str, str]]
    over: bool = False


def keep_act(
    s: Session, key: bytes, person_id: int, act: str, address: str, fields: Iterable[tuple[str, str]], now: datetime
) -> str:
    """Keep an act until its person is confirmed; returns the token that finds it again, stored nowhere.

    Raises ValueError for a form that is too large to be kept.
    """
    token = secrets.token_urlsafe(24)
    digest = queries.digest(token)
    body = json.dumps([address, [list(pair) for pair in fields]]).encode()
    if len(body) > MOST:
        raise ValueError("the form is too large to be kept")
    iv = secrets.token_bytes(12)
    sealed = iv + AESGCM(key).encrypt(iv, body, _bound(digest, person_id, act))
    s.execute(delete(PendingAct).where((PendingAct.person_id == person_id) | (PendingAct.expires_at < now)))
    until = now + rules_confirm.KEPT
    s.add(PendingAct(token_hash=digest, person_id=person_id, act=act, sealed=sealed, expires_at=until))
    s.flush()
    return token


def waiting(s: Session, key: bytes, person_id: int, token: str, now: datetime) -> Waiting | None:
    """The act that waits under this token for this person (`over`: for too long); None where there is none."""
    digest = queries.digest(token)
    row = s.scalars(
        select(PendingAct).where(PendingAct.token_hash == digest, PendingAct.person_id == person_id)
    ).first()
    if row is None:
        return None
    try:
        body = AESGCM(key).decrypt(row.sealed[:12], row.sealed[12:], _bound(digest, person_id, row.act))
    except InvalidTag:
        return None
    address, fields = json.loads(body)
    return Waiting(row.act, address, [(name, value) for name, value in fields], over=row.expires_at <= now)


def _bound(digest: str, person_id: int, act: str) -> bytes:
    return f"pending\0{digest}\0{person_id}\0{act}".encode()


def forget_acts(s: Session, person_id: int) -> None:
    """Throw away what waits for this person: it is done."""
    s.execute(delete(PendingAct).where(PendingAct.person_id == person_id))


def confirm_session(
    s: Session, session_id: int, *, acr: str, ranks: Sequence[str], staff_ok: bool, auth_time: float, now: datetime
) -> str:
    """Note that the person of a session has just proved who they are. The session gets a new reference, which is
    returned: one that leaked before is worth nothing now. A level is raised, never lowered; at a shared screen, in a
    session of help and in one with a narrow purpose no role counts, however well the person proves who they are."""
    row = s.get_one(SignIn, session_id)
    reference = secrets.token_urlsafe(32)
    row.token_hash = queries.digest(reference)
    row.confirmed_at = min(now, datetime.fromtimestamp(auth_time, UTC))
    row.last_seen_at = now
    if rules.rank(acr, ranks) > rules.rank(row.acr, ranks):
        row.acr = acr[:200]
    if row.terminal_id is None and row.assisted_id is None and not row.scope:
        row.staff_ok = row.staff_ok or staff_ok
    s.flush()
    return reference


def link_identity(
    s: Session, actor: Actor, *, issuer: str, sub: str, claimed: Mapping[str, str], now: datetime
) -> Verdict:
    """Add a way to sign in to the actor's account, with an audit line that names the provider alone."""
    person_id = actor.person_id or 0
    held = s.execute(select(Identity.issuer, Identity.sub).where(Identity.person_id == person_id)).all()
    owner = s.scalar(select(Identity.person_id).where(Identity.issuer == issuer, Identity.sub == sub))
    named = s.execute(
        select(Fact.name, Fact.value).where(Fact.person_id == person_id, Fact.kind == FactKind.RESIDENT)
    ).all()
    verdict = rules_confirm.may_link(
        owner=owner,
        person=person_id,
        residents={row.name: row.value for row in named},
        claimed=claimed,
        issuers={row.issuer for row in held},
        issuer=issuer,
    )
    if not verdict:
        return verdict
    try:
        with s.begin_nested():
            s.add(Identity(person_id=person_id, issuer=issuer, sub=sub, created_at=now))
            s.flush()
    except IntegrityError:  # somebody signed in with it at this very instant: now it is theirs
        return rules_confirm.may_link(
            owner=0, person=person_id, residents={}, claimed={}, issuers=(), issuer=issuer
        )  # fmt: skip
    record(actor, "added a way to sign in", "person", person_id, after={"issuer": issuer})
    return verdict


def unlink_identity(s: Session, actor: Actor, identity_id: int, now: datetime) -> Verdict | None:
    """Remove one of the actor's ways to sign in; None where it is not theirs. Sessions that began with it end, but for
    this one; what its provider vouched for goes."""
    held = s.scalars(select(Identity).where(Identity.person_id == actor.person_id).with_for_update()).all()
    row = next((one for one in held if one.id == identity_id), None)
    if row is None:
        return None
    verdict = rules_confirm.may_unlink(len(held))
    if not verdict:
        return verdict
    s.execute(
        update(SignIn)
        .where(
            SignIn.person_id == actor.person_id, SignIn.issuer == row.issuer, SignIn.sub == row.sub,
            SignIn.id != actor.session_id, SignIn.revoked_at.is_(None),
        )
        .values(revoked_at=now, id_token=None)
    )  # fmt: skip
    s.execute(delete(Fact).where(Fact.person_id == actor.person_id, Fact.source == row.issuer))
    s.delete(row)
    s.flush()
    record(actor, "removed a way to sign in", "person", actor.person_id, before={"issuer": row.issuer})
    return verdict
