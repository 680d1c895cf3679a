"""Who is an officer of a vote. Pure."""

from __future__ import annotations

from typing import Protocol

from portal.base.i18n import _l
from portal.base.verdict import YES, Verdict, no

OFFICER = "budget_officer"


class ActorLike(Protocol):
    """What the questions need of whoever acts."""

    @property
    def person_id(self) -> int | None: ...
    @property
    def channel(self) -> str: ...
    def may(self, *roles: str) -> bool: ...


def is_officer(actor: ActorLike) -> Verdict:
    """Whether this is a signed-in budget officer."""
    if actor.person_id is None or not actor.may(OFFICER):
        return no(_l("Only a budget officer can do this."))
    return YES
