"""Writing the access log and the ledger of consents. There is no changing."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from portal.audit.models_looks import ConsentLine, How, Look
from portal.audit.rules_looks import HOLDS, role_of
from portal.base import clock, db
from portal.base.actor import Actor
from portal.base.feature import Consent


def give_reason(
    actor: Actor, people: Iterable[int], *, kind: str, object_id: int, page: str, why: str, words: str = ""
) -> None:
    """Note why the actor opens an object, once for each person it is about, in the current transaction."""
    s, now = db.session(), clock.now()
    _add(s, actor, people, now, How.PAGE, page, kind, str(object_id), why, words)
    s.flush()


def note_look(
    actor: Actor,
    people: Iterable[int],
    *,
    page: str,
    kind: str = "person",
    object_id: object = "",
    why: str = "",
    how: How = How.PAGE,
    roles: tuple[str, ...] = (),
) -> None:
    """Note that the actor sees these people's data now, in a short transaction of its own before the page's read
    begins. The same page in the same session within half an hour is one line, and nobody's own page is a line."""
    wanted = {person for person in people if person != actor.person_id}
    if not wanted:
        return
    now = clock.now()
    with db.read() as s:
        known = set(
            s.scalars(
                select(Look.person_id).where(
                    Look.person_id.in_(wanted),
                    Look.session_id == actor.session_id,
                    Look.actor_id == actor.person_id,
                    Look.page == page,
                    Look.at > now - HOLDS,
                )
            )
        )
    fresh = sorted(wanted - known)
    if not fresh:
        return
    if db.session().info.get("write"):
        _add(db.session(), actor, fresh, now, how, page, kind, str(object_id), why, "", roles)
        db.session().flush()
        return
    with db.write() as s:
        _add(s, actor, fresh, now, how, page, kind, str(object_id), why, "", roles)


def note_each(
    s: Session, actor: Actor, people: Iterable[int], *, page: str, kind: str, why: str, how: How, now: datetime,
    object_id: object = "", roles: tuple[str, ...] = (),
) -> None:  # fmt: skip
    """Note in an open transaction that something was done with these people's data, every time it is done; one statement
    for all of them."""
    said = {
        "at": now, "actor_id": actor.person_id, "session_id": actor.session_id, "role": role_of(actor, roles), "how": how,
        "page": page, "kind": kind, "object_id": str(object_id), "why": why, "words": "",
    }  # fmt: skip
    lines = [{"person_id": person, **said} for person in people if person != actor.person_id]
    if lines:
        s.execute(insert(Look), lines)


def _add(
    s: Session, actor: Actor, people: Iterable[int], now: datetime, how: How, page: str, kind: str, object_id: str,
    why: str, words: str, roles: tuple[str, ...] = (),
) -> None:  # fmt: skip
    for person in people:
        s.add(
            Look(
                at=now,
                person_id=person,
                actor_id=actor.person_id,
                session_id=actor.session_id,
                role=role_of(actor, roles),
                how=how,
                page=page,
                kind=kind,
                object_id=object_id,
                why=why,
                words=words.strip(),
            )
        )


def note_consent(actor: Actor, consent: Consent, *, given: bool, lang: str) -> ConsentLine:
    """Add a line to the ledger: this person gives or withdraws their consent to the text's present version."""
    if actor.person_id is None:
        raise ValueError("a consent without a person")
    row = ConsentLine(
        person_id=actor.person_id,
        name=consent.name,
        version=consent.version,
        text_hash=hashlib.sha256(consent.text.msgid.encode()).hexdigest(),
        given=given,
        at=clock.now(),
        lang=lang,
        channel=actor.channel,
        helped_by=actor.helped_by,
    )
    db.session().add(row)
    db.session().flush()
    return row
