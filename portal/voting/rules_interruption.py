"""A restore interrupts an open vote: what was lost, what two officers may decide, what everybody is told. Pure.

Ballots cast between the backup and its restore are gone. Until two officers have decided, no ballot is cast and nothing
is counted. They go on, prolonged by at least the gap plus one day, or break the vote off.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from portal.base.i18n import Text, _l
from portal.base.verdict import YES, Verdict, no
from portal.voting.rules_officer import OF_ONE_HAND, ActorLike, is_officer

OPEN, BROKEN_OFF = "open", "broken_off"
GO_ON, BREAK_OFF = "go_on", "break_off"
DAY = timedelta(days=1)
WAITING = _l("This vote is interrupted. The city says soon how it goes on.")
ENDED = _l("This vote was broken off after a restore. No ballot of it is counted.")

NOT_INTERRUPTED = no(_l("This vote is not interrupted."))


class Interruptible(Protocol):
    """What the questions need of a vote."""

    @property
    def state(self) -> str: ...
    @property
    def closes_at(self) -> datetime: ...
    @property
    def interruptions(self) -> Sequence[Mapping[str, Any]] | None: ...


@dataclass(frozen=True, slots=True)
class Interruption:
    """What was cast between `backup` and `restored` (UTC) is gone. `choice` and `closes_at` are the plan of the officer
    `first`; `decided` is when a second one agreed; `newest`: number and head of the newest entry of the chain that somebody
    outside holds."""

    backup: datetime
    restored: datetime
    choice: str | None = None
    closes_at: datetime | None = None
    first: int | None = None
    decided: datetime | None = None
    newest: tuple[int, str] | None = None

    @property
    def plan(self) -> str:
        """The plan as one word: whoever confirms it confirms what stood on the page."""
        if not self.choice:
            return ""
        held = f"{self.newest[0]}:{self.newest[1]}" if self.newest else ""
        return " ".join(
            part for part in (self.choice, self.closes_at.isoformat() if self.closes_at else "", held) if part
        )


def interruptions(vote: Interruptible) -> list[Interruption]:
    """All interruptions of a vote, in order."""
    return [_read(one) for one in vote.interruptions or ()]


def _read(stored: Mapping[str, Any]) -> Interruption:
    def moment(name: str) -> datetime | None:
        return datetime.fromisoformat(stored[name]) if stored.get(name) else None

    return Interruption(
        datetime.fromisoformat(stored["backup"]),
        datetime.fromisoformat(stored["restored"]),
        stored.get("choice"),
        moment("closes_at"),
        stored.get("first"),
        moment("decided"),
        _held(stored.get("newest")),
    )


def _held(stored: Sequence[Any] | None) -> tuple[int, str] | None:
    return (int(stored[0]), str(stored[1])) if stored else None


def pending(vote: Interruptible) -> Interruption | None:
    """The interruption that waits for a decision; several that wait are one, from the first backup to the last restore.
    None when nothing waits."""
    if vote.state != OPEN or not vote.interruptions:
        return None
    waiting = [one for one in interruptions(vote) if one.decided is None]
    if not waiting:
        return None
    last = waiting[-1]
    return Interruption(
        min(one.backup for one in waiting),
        max(one.restored for one in waiting),
        last.choice,
        last.closes_at,
        last.first,
        newest=last.newest,
    )


def least_close(vote: Interruptible, gap: Interruption, now: datetime) -> datetime:
    """The earliest close with which the vote may go on: later by the gap plus one day, and a day from now at least, so
    that everybody who has to vote again can."""
    least = max(vote.closes_at + (gap.restored - gap.backup) + DAY, now + DAY)
    whole = least.replace(second=0, microsecond=0)
    return whole if whole == least else whole + timedelta(minutes=1)


def notices(vote: Interruptible, now: datetime) -> list[Text]:
    """What everybody is told about interruptions of this vote; empty for nearly all votes."""
    if vote.state == BROKEN_OFF:
        return [ENDED]
    if pending(vote):
        return [WAITING]
    told = []
    for one in interruptions(vote):
        span: dict[str, Any] = {"from": one.backup, "to": one.restored}
        if vote.state == OPEN and now < vote.closes_at:
            told.append(
                _l(
                    "A restore interrupted this vote. "
                    "Who voted between %(from)s and %(to)s votes again. Check your receipt.",
                    **span,
                )
            )
        else:
            told.append(
                _l(
                    "A restore interrupted this vote. Ballots cast between %(from)s and %(to)s were lost, "
                    "and the vote was prolonged so that their voters could vote again.",
                    **span,
                )
            )
    return told


def may_plan(
    vote: Interruptible, actor: ActorLike, now: datetime, *, choice: str, closes_at: datetime | None
) -> Verdict:
    """Whether this officer may be the first to say how the vote goes on."""
    officer = is_officer(actor)
    if not officer:
        return officer
    gap = pending(vote)
    if gap is None:
        return NOT_INTERRUPTED
    if choice == BREAK_OFF:
        return YES
    least = least_close(vote, gap, now)
    if closes_at is None or closes_at < least:
        return no(
            _l("The new close has to be %(when)s or later: the gap and one day more, and a day from now.", when=least)
        )
    return YES


def may_agree(
    vote: Interruptible, actor: ActorLike, now: datetime, *, plan: str | None = None, one_hand: bool = False
) -> Verdict:
    """Whether this officer may be the second. `plan`: what stood on the page that was confirmed; `one_hand`: one of the
    two has given the other the role since the vote was opened."""
    officer = is_officer(actor)
    if not officer:
        return officer
    gap = pending(vote)
    if gap is None:
        return NOT_INTERRUPTED
    if gap.choice is None or gap.first is None:
        return no(_l("Nobody has said yet how this vote goes on."))
    if gap.first == actor.person_id:
        return no(
            _l("This needs two budget officers, and you are the first."), _l("Ask a colleague to look at it and agree.")
        )
    if one_hand:
        return OF_ONE_HAND
    if plan is not None and plan != gap.plan:
        return no(_l("The plan was changed meanwhile."), _l("Read it again."))
    return may_plan(vote, actor, now, choice=gap.choice, closes_at=gap.closes_at)
