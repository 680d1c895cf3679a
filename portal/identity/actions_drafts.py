"""Keeping a form half filled in, going on with it, and forgetting it."""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from portal.base.actor import Actor
from portal.base.ground import settings
from portal.base.verdict import Verdict, no
from portal.config import key_of
from portal.identity import actions_codes, codes, queries, rules_drafts
from portal.identity.models_drafts import KeptDraft
from portal.identity.models_help import Means

Fields = Sequence[tuple[str, str]]
UNNAMED = ""  # kept for the page that is open, without a code


def keep(s: Session, actor: Actor, *, sheet: str, path: str, fields: Fields, now: datetime) -> str | Verdict:
    """Keep what was typed so far. Returns the code by which it is found again, for the slip; it is stored nowhere."""
    body = json.dumps([list(pair) for pair in fields]).encode()
    verdict = rules_drafts.may_keep(size=len(body), filled=any(value.strip() for _name, value in fields))
    if not verdict:
        return verdict
    owner = owner_of(actor)
    code = codes.paper()
    digest = actions_codes.keyed("draft", code)
    iv = secrets.token_bytes(12)
    s.add(
        KeptDraft(
            code_hash=digest, person_id=owner, sheet=sheet, path=path, created_at=now,
            sealed=iv + AESGCM(_key()).encrypt(iv, body, _bound(digest, owner, path)),
        )
    )  # fmt: skip
    s.flush()
    return codes.grouped(code)


def keep_here(
    s: Session, actor: Actor, *, path: str, fields: Fields, lasts: timedelta, now: datetime
) -> tuple[int, str] | None:
    """Keep what was typed for one browser and the time that its page may stand; nobody gets a code. Returns number and
    mark for that browser's cookie; None where there is nothing to keep, or too much."""
    code = keep(s, actor, sheet=UNNAMED, path=path, fields=fields, now=now)
    if isinstance(code, Verdict):
        return None
    found = s.scalars(
        select(KeptDraft).where(KeptDraft.code_hash == actions_codes.keyed("draft", codes.read(code)))
    ).one()
    return found.id, open_here(s, found, lasts, now)


def _open(s: Session, draft_id: int, token: str) -> KeptDraft | None:
    return s.scalars(
        select(KeptDraft).where(KeptDraft.id == draft_id, KeptDraft.open_hash == queries.digest(token))
    ).first()


def sheet_of(s: Session, draft_id: int, token: str) -> str:
    """The name of the form that this browser has open; empty for one without a code, or none."""
    row = _open(s, draft_id, token)
    return row.sheet if row is not None else UNNAMED


def rewrite(s: Session, draft_id: int, token: str, fields: Fields) -> None:
    """What was typed since takes the place of what was kept; its code stays."""
    row = _open(s, draft_id, token)
    body = json.dumps([list(pair) for pair in fields]).encode()
    if row is None or not rules_drafts.may_keep(size=len(body), filled=True):
        return
    iv = secrets.token_bytes(12)
    row.sealed = iv + AESGCM(_key()).encrypt(iv, body, _bound(row.code_hash, row.person_id, row.path))
    s.flush()


def owner_of(actor: Actor) -> int | None:
    """Who alone may open what this actor keeps. Nobody in particular, where there is no account in which it could ever
    be opened again: of a guest at a desk, of whoever votes once with a code."""
    return None if actor.scope or actor.assurance == Means.GUEST.value else actor.person_id


def _key() -> bytes:
    return key_of(settings(), "drafts")


def _bound(digest: str, person_id: int | None, path: str) -> bytes:
    return f"draft\0{digest}\0{person_id}\0{path}".encode()


def find(s: Session, typed: str, reader: int | None, now: datetime) -> KeptDraft | Verdict:
    """The kept form of a typed code, as far as this reader may go on with it."""
    code = codes.read(typed)
    if not codes.well_typed(code):
        return no(rules_drafts.MISTYPED)
    row = s.scalars(select(KeptDraft).where(KeptDraft.code_hash == actions_codes.keyed("draft", code))).first()
    if row is None:
        return no(rules_drafts.NONE)
    verdict = rules_drafts.may_open(owner=row.person_id, reader=reader, created_at=row.created_at, now=now)
    return row if verdict else verdict


def own(s: Session, draft_id: int, reader: int | None, now: datetime) -> KeptDraft | None:
    """A form that this person kept, by its number."""
    return s.scalars(
        select(KeptDraft).where(
            KeptDraft.id == draft_id, KeptDraft.person_id == reader, KeptDraft.created_at > now - rules_drafts.LASTS
        )
    ).first()


def open_here(s: Session, row: KeptDraft, lasts: timedelta, now: datetime) -> str:
    """Let one browser show it: the mark for that browser's cookie. Where it was open before, it is so no longer."""
    token = secrets.token_urlsafe(24)
    row.open_hash, row.open_until = queries.digest(token), now + lasts
    s.flush()
    return token


def opened(s: Session, draft_id: int, token: str, reader: int | None, now: datetime) -> list[tuple[str, str]] | None:
    """What the form holds that this browser has open; one select. None where it is not open here any more."""
    row = s.scalars(
        select(KeptDraft).where(
            KeptDraft.id == draft_id,
            KeptDraft.open_hash == queries.digest(token),
            KeptDraft.open_until > now,
            or_(KeptDraft.person_id.is_(None), KeptDraft.person_id == reader),
        )
    ).first()
    if row is None:
        return None
    bound = _bound(row.code_hash, row.person_id, row.path)
    try:
        body = AESGCM(_key()).decrypt(row.sealed[:12], row.sealed[12:], bound)
    except InvalidTag:
        return None
    return [(name, value) for name, value in json.loads(body)]


def close(s: Session, draft_id: int, token: str) -> None:
    """This browser has it open no longer; the code still opens it. What has no code goes."""
    _of(s, delete(KeptDraft).where(KeptDraft.sheet == UNNAMED), draft_id, token)
    _of(s, update(KeptDraft).values(open_hash=None, open_until=None), draft_id, token)


def forget(s: Session, draft_id: int, token: str) -> None:
    """It was sent, or kept anew: it goes, and its code with it."""
    _of(s, delete(KeptDraft), draft_id, token)


def sweep(s: Session, now: datetime) -> None:
    """Forget what was kept for a page that is over."""
    s.execute(delete(KeptDraft).where(KeptDraft.sheet == UNNAMED, KeptDraft.open_until < now))


def _of(s: Session, statement: object, draft_id: int, token: str) -> None:
    s.execute(
        statement.where(KeptDraft.id == draft_id, KeptDraft.open_hash == queries.digest(token)).execution_options(  # type: ignore[attr-defined]
            synchronize_session=False
        )
    )
