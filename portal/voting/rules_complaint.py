"""A published result is provisional while people may complain and until each complaint has its answer; then it is final.
Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Protocol

from portal.base.i18n import Text, _l
from portal.base.verdict import YES, Verdict, no
from portal.voting.rules_officer import ActorLike, is_officer

PUBLISHED = "published"
SHORTEST = 20  # signs of an answer: "no" is none
LONGEST = 5000
UPHELD: Mapping[bool, Text] = {True: _l("The complaint was right"), False: _l("The complaint was not right")}


class Complained(Protocol):
    """What the questions need of a vote."""

    @property
    def state(self) -> str: ...
    @property
    def key_check(self) -> str | None: ...
    @property
    def document(self) -> Mapping[str, Any]: ...


@dataclass(frozen=True, slots=True)
class Standing:
    """How a published result stands. `until`: the last day (the city's) on which people may complain; `waiting`: complaints
    without an answer; `answered`: those with one."""

    until: date
    may_complain: bool
    waiting: int = 0
    answered: int = 0

    @property
    def final(self) -> bool:
        """Nobody can complain any more, and every complaint is answered."""
        return not self.may_complain and not self.waiting


def standing(vote: Complained, published: date | None, today: date, *, waiting: int, answered: int) -> Standing | None:
    """None for what was not voted here (it came from a file), and before the publication. `published`, `today`: days of
    the city."""
    if vote.state != PUBLISHED or vote.key_check is None or published is None:
        return None
    days = int(vote.document.get("complaint_days") or 0)
    until = published + timedelta(days=days)
    return Standing(until, days > 0 and today <= until, waiting, answered)


def may_complain(found: Standing | None) -> Verdict:
    """May somebody complain about the result now? Anybody may, with or without an account."""
    if found is None:
        return no(_l("There is no result of this vote to complain about."))
    if not found.may_complain:
        return no(
            _l("The days for complaints are over."),
            _l("The answers to all complaints stay public. A court can still be asked where the law provides for it."),
        )
    return YES


def may_answer(actor: ActorLike, *, author: int | None, answered_at: datetime | None) -> Verdict:
    """May this officer answer it? One answer, by a budget officer in their own right, and never one's own complaint."""
    if not (verdict := is_officer(actor)):
        return verdict
    if author is not None and author == actor.person_id:
        return no(_l("Somebody else answers your own complaint."))
    if answered_at is not None:
        return no(_l("This complaint has its answer already."))
    return YES
