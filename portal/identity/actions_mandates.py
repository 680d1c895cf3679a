"""Acting for another: asking, confirming, revoking, and switching over. Audit lines carry both names."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select, update

from portal.audit.actions import record
from portal.base import db
from portal.base.actor import Actor
from portal.base.i18n import _l
from portal.base.verdict import Verdict, no
from portal.identity import actions_codes, codes, queries, rules, rules_ways
from portal.identity.models import SignIn
from portal.identity.models_ways import Mandate

NONE = _l("There is no such request. Look at the code again.")


def ask(
    actor: Actor, *, principal_name: str, relation: str, scope: str, from_day: date, until_day: date, now: datetime
) -> str | Verdict:
    """Ask to act for somebody. Returns the code by which that person, or a counter, finds the request; it is stored
    nowhere."""
    assert actor.person_id is not None
    verdict = rules_ways.may_ask_mandate(from_day=from_day, until_day=until_day, today=queries.city_day(now))
    if not verdict:
        return verdict
    s, code = db.session(), codes.paper()
    row = Mandate(
        agent_id=actor.person_id, principal_name=rules.clean_name(principal_name), relation=relation, scope=scope,
        from_day=from_day, until_day=until_day, code_hash=actions_codes.keyed("mandate", code), created_at=now,
    )  # fmt: skip
    s.add(row)
    s.flush()
    record(actor, "asked for mandate", "mandate", row.id, after={"scope": scope})
    return codes.grouped(code)


def found(typed: str) -> Mandate | None:
    """The open request of a typed code."""
    code = codes.read(typed)
    if not codes.well_typed(code):
        return None
    return (
        db.session()
        .scalars(select(Mandate).where(Mandate.code_hash == actions_codes.keyed("mandate", code)))
        .one_or_none()
    )


def confirm(actor: Actor, typed: str, *, document: str = "", staff: bool = False, now: datetime) -> Verdict:
    """Confirm a request: the one who is acted for, or a counter that saw a document."""
    row = found(typed)
    if row is None:
        return no(NONE)
    verdict = rules_ways.may_confirm_mandate(
        agent=row.agent_id,
        confirming=actor.person_id,
        staff=staff,
        document=document,
        confirmed=row.confirmed_at is not None,
        revoked=row.revoked_at is not None,
    )
    if not verdict:
        return verdict
    row.confirmed_at, row.confirmed_by_id, row.document, row.code_hash = now, actor.person_id, document, None
    if not staff:
        row.principal_id = actor.person_id
        row.principal_name = actor.name or row.principal_name
    db.session().flush()
    record(actor, "confirmed mandate", "mandate", row.id, after={"scope": row.scope, "document": document})
    return verdict


def revoke(actor: Actor, mandate_id: int, now: datetime) -> bool:
    """End a mandate or a request; either side may. False where there is none of theirs. Sessions that use it stop
    acting at once, because each page asks again whether it holds."""
    s = db.session()
    row = s.scalars(
        db.locked(
            select(Mandate).where(
                Mandate.id == mandate_id,
                (Mandate.agent_id == actor.person_id) | (Mandate.principal_id == actor.person_id),
                Mandate.revoked_at.is_(None),
            )
        )
    ).first()
    if row is None:
        return False
    row.revoked_at, row.revoked_by_id, row.code_hash = now, actor.person_id, None
    s.execute(update(SignIn).where(SignIn.mandate_id == row.id).values(mandate_id=None))
    s.flush()
    record(actor, "revoked mandate", "mandate", row.id)
    return True


def switch(actor: Actor, mandate_id: int | None, now: datetime) -> bool:
    """Act for another from now on in this session, or for oneself again (None). False for a mandate that is not the
    actor's own or not in force."""
    s = db.session()
    if mandate_id is not None:
        row = s.scalars(select(Mandate).where(Mandate.id == mandate_id, Mandate.agent_id == actor.person_id)).first()
        if row is None or not rules_ways.mandate_holds(
            confirmed_at=row.confirmed_at,
            revoked_at=row.revoked_at,
            from_day=row.from_day,
            until_day=row.until_day,
            today=queries.city_day(now),
        ):
            return False
    s.execute(update(SignIn).where(SignIn.id == actor.session_id).values(mandate_id=mandate_id))
    record(actor, "acts for another" if mandate_id else "acts for themselves", "mandate", mandate_id or "")
    return True
