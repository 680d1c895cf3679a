"""What changes terminals."""

from __future__ import annotations

import secrets
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.audit.actions import record
from portal.base import db
from portal.base.actor import NOBODY, Actor
from portal.base.i18n import _l
from portal.base.verdict import Verdict, no
from portal.places import queries_terminal, rules_terminal
from portal.places.models import Terminal, Venue


def add_terminal(actor: Actor, venue: Venue, *, name: str) -> Terminal:
    """Make a terminal of a venue; it becomes one when its code is typed at its browser."""
    row = Terminal(venue_id=venue.id, name=name)
    db.session().add(row)
    db.session().flush()
    record(actor, "added terminal", "terminal", row.id, after={"venue": venue.id, "name": name})
    return row


def new_code(actor: Actor, terminal: Terminal, code_hash: str, now: datetime) -> None:
    """Let a browser be enrolled as this terminal for half an hour; the code itself is stored nowhere."""
    terminal.code_hash, terminal.code_until = code_hash, now + rules_terminal.CODE
    db.session().flush()
    record(actor, "made terminal code", "terminal", terminal.id)


def enrol(s: Session, code_hash: str, now: datetime) -> tuple[int, str] | Verdict:
    """Make the browser that knows the code the terminal: its number and its cookie, which the database does not know.
    The code counts once, and what the terminal was before ends."""
    row = s.scalars(db.locked(select(Terminal).where(Terminal.code_hash == code_hash))).first()
    if row is None:
        return no(_l("This code is wrong."))
    verdict = rules_terminal.code_is_good(until=row.code_until, retired_at=row.retired_at, now=now)
    if not verdict:
        return verdict
    token = secrets.token_urlsafe(32)
    row.code_hash = row.code_until = None
    row.token_hash, row.enrolled_at = queries_terminal.digest(token), now
    s.flush()
    record(NOBODY, "enrolled terminal", "terminal", row.id)
    return row.id, token


def retire(actor: Actor, terminal: Terminal, now: datetime) -> None:
    """Take a terminal out of use for good; its cookie is worth nothing from now on."""
    if terminal.retired_at is not None:
        return
    terminal.retired_at, terminal.token_hash, terminal.code_hash = now, None, None
    db.session().flush()
    record(actor, "retired terminal", "terminal", terminal.id)


def set_limits(actor: Actor, venue: Venue, *, plain_seconds: int, form_seconds: int) -> None:
    """How long pages of a venue's terminals may stand without a step, in seconds."""
    before = [venue.plain_seconds, venue.form_seconds]
    venue.plain_seconds, venue.form_seconds = plain_seconds, form_seconds
    db.session().flush()
    record(actor, "set terminal limits", "venue", venue.id, before=before, after=[plain_seconds, form_seconds])
