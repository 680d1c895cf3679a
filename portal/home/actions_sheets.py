"""Entering forms from paper."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy.exc import IntegrityError

from portal.audit.actions import record
from portal.base import db
from portal.base.actor import Actor
from portal.home.models import PaperEntry


def enter(actor: Actor, number: str, sheet: str, act: Callable[[], tuple[str, Any]], now: datetime) -> bool:
    """Do what the paper asks for, and remember its number. False for a paper that was entered before."""
    assert actor.person_id is not None
    s = db.session()
    row = PaperEntry(number=number, sheet=sheet, kind="", object_id="", entered_by_id=actor.person_id, entered_at=now)
    try:
        with s.begin_nested():
            s.add(row)
            s.flush()
    except IntegrityError:
        return False
    kind, object_id = act()
    row.kind, row.object_id = kind, str(object_id)
    s.flush()
    record(actor, "entered from paper", kind, object_id, after={"paper": number, "form": sheet})
    return True
