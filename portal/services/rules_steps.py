"""Steps of a procedure: what stands against ticking one. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from portal.base.i18n import _l
from portal.base.textfield import TextField
from portal.base.verdict import YES, Verdict, no
from portal.services.models import LIVE, CaseState

MOST = 40  # steps of one procedure
TEXTS: Mapping[str, TextField] = {"title": TextField(_l("What is to be done"), 200, needed=True)}


def may_tick(state: CaseState) -> Verdict:
    """May steps still be ticked? While the case is open."""
    if state not in LIVE:
        return no(_l("The case is decided."))
    return YES


def may_add(steps: int) -> Verdict:
    """May the procedure become longer?"""
    if steps >= MOST:
        return no(_l("A procedure has at most %(most)s steps.", most=MOST))
    return YES
