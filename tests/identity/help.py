"""A signed-in browser without a provider, for tests that are about something else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta

from portal.base import clock, db, ground
from portal.config import key_of
from portal.identity import actions, rules
from portal.identity.models import RoleGrant
from tests.client import Client

ISSUER = "https://id.example"


def enter(
    client: Client,
    name: str = "Ana Ilves",
    *,
    sub: str | None = None,
    roles: Iterable[str] = (),
    district: str | None = None,
    ages: Mapping[str, bool] | None = None,
    resident: str | None = None,
    staff_ok: bool = True,
    language: str = "en",
) -> int:
    """Sign the client in as this person (the same name is the same person); returns the person's id."""
    ground.stand_on(client.app.ground)
    now = clock.now()
    facts = [rules.NewFact("age", key, "yes" if yes else "no") for key, yes in (ages or {}).items()]
    if district is not None:
        facts.append(rules.NewFact("residence", "", district))
    if resident is not None:
        key = key_of(ground.settings(), "resident")
        scheme = ground.settings().scheme or "test"
        facts.append(rules.NewFact("resident", scheme, rules.resident_hash(key, scheme, resident)))
    sub = sub or name.casefold().replace(" ", "-")
    with db.write() as s:
        person = actions.person_for(s, ISSUER, sub, name=name, language=language, now=now)
        for role in roles:
            if s.query(RoleGrant).filter_by(person_id=person.id, role=role).first() is None:
                s.add(RoleGrant(person_id=person.id, role=role, at=now))
        s.flush()
        entered = actions.sign_in(
            s,
            provider="test",
            issuer=ISSUER,
            sub=sub,
            sid=None,
            name=name,
            language=language,
            acr="high",
            amr=("pin",),
            auth_time=now.timestamp(),
            staff_ok=staff_ok,
            id_token=None,
            facts=facts,
            facts_until=now + timedelta(days=400),
            idle=timedelta(hours=1),
            longest=timedelta(hours=12),
            now=now,
        )
        assert isinstance(entered, actions.Entered)
    with client.http.session_transaction(base_url=client.base) as kept:
        kept.clear()
        kept["_user_id"] = entered.reference
        kept["_fresh"] = True
    return entered.person_id


def limited(person_id: int, role: str, kind: str = "city", number: int = 0) -> None:
    """Give a role for a part of the city, past the administrator's screen."""
    with db.write() as s:
        s.add(RoleGrant(person_id=person_id, role=role, scope_kind=kind, scope_id=number, at=clock.now()))
