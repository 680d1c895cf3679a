"""Who is an officer of a vote. Pure."""

from __future__ import annotations

from typing import Protocol

from portal.base.i18n import _l
from portal.base.verdict import YES, Verdict, no

OFFICER = "budget_officer"
OF_ONE_HAND = no(
    _l("Since this vote was opened, one of you two has given the other the role of budget officer."),
    _l("Four eyes are two independent people: ask a budget officer who had the role before."),
)


class ActorLike(Protocol):
    """What the questions need of whoever acts."""

    @property
    def person_id(self) -> int | None: ...
    @property
    def channel(self) -> str: ...
    def holds(self, *roles: str) -> bool: ...


def is_officer(actor: ActorLike) -> Verdict:
    """Whether this is a signed-in budget officer in their own right. A deputy is not: what two officers do together
    would otherwise be done by one of them twice, the second time in the name of somebody who is away."""
    if actor.person_id is None or not actor.holds(OFFICER):
        return no(_l("Only a budget officer can do this."))
    return YES
