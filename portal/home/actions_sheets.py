"""Entering forms from paper."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy.exc import IntegrityError

from portal.audit.actions import record
from portal.base import db
from portal.base.actor import Actor
from portal.base.ground import settings
from portal.base.i18n import _l
from portal.base.verdict import YES, Verdict, no
from portal.home.models import PaperEntry
from portal.identity import queries_help, queries_ways
from portal.identity.actions_proof import blind

Act = Callable[[], tuple[str, Any] | Verdict]
TWICE = _l("This paper was entered before.")


def enter(actor: Actor, number: str, sheet: str, act: Act, now: datetime) -> Verdict:
    """Do what the paper asks for, and remember its number. A no for a paper that was entered before, and where what it
    asks for cannot be; nothing is stored then."""
    assert actor.person_id is not None
    s = db.session()
    row = PaperEntry(number=number, sheet=sheet, kind="", object_id="", entered_by_id=actor.person_id, entered_at=now)
    try:
        with s.begin_nested():
            s.add(row)
            s.flush()
    except IntegrityError:
        return no(TWICE)
    done = act()
    if isinstance(done, Verdict):
        s.delete(row)
        s.flush()
        return done
    row.kind, row.object_id = done[0], str(done[1])
    s.flush()
    record(actor, "entered from paper", row.kind, row.object_id, after={"paper": number, "form": sheet})
    return YES


def giver(clerk: Actor, typed: str, *, must: bool, now: datetime) -> Actor | Verdict:
    """Who gave the paper: the person of an e-mail address, of a number of the register, or of a code from their page.
    They act, helped by the clerk. Empty, where the paper may belong to no account: nobody with an account."""
    nobody = Actor(helped_by=clerk.person_id, channel="paper", venue_id=clerk.venue_id)
    if not typed.strip():
        return no(_l("Enter the account of the person who gave the paper.")) if must else nobody
    s = db.session()
    found = queries_ways.at_counter(s, typed, now)
    person_id = found.person_id if found is not None else None
    if person_id is None and "@" not in typed and settings().scheme:
        person_id = queries_help.by_number(s, blind(typed))
    row = queries_help.person(s, person_id) if person_id is not None else None
    if row is None or row.closed_at is not None:
        return no(_l("No account was found under this. Ask the person, or look at the paper again."))
    if row.id == clerk.person_id:
        return no(_l("Nobody enters their own paper. Ask a colleague."))
    record(clerk, "found for paper", "person", row.id)
    return Actor(
        person_id=row.id, name=row.name, language=row.language or "", helped_by=clerk.person_id, channel="paper",
        venue_id=clerk.venue_id,
    )  # fmt: skip
