"""Questions about two ideas: may they be joined, parted again, moved, split? Pure.

What an idea, and its call, have to be like. Where a cell says no, nobody may do it, not even an officer:

    idea or call is …                  join it   join into it   part it   move it   split it   say "the same"
    new, being checked, feasible,
    on the short list                  yes       yes            –         yes       yes        yes
    not feasible, on the ballot,
    answered                           no        no             –         no        no         no
    joined with another                no        no             yes       no        no         no
    withdrawn                          no        no             –         no        no         no
    hidden, held or locked             no        no             yes       no        no         no
    call closed for good               no        no             no        no        no         no
    call's list frozen                 no        no             no        no        no         no
    call's links forgotten             no        no             yes       no (1)    yes        no
    the two in different calls         officers  officers (2)   yes       (2)       –          no

    A split is undone where the idea and each of its parts may be joined with another, whatever was forgotten, and nobody
    supports one of the parts yet.

    (1) to another district of the same call: yes
    (2) only where the other call asks the same people, or more, and is seen by the same: a support given by anybody who
        signed in does not count where residents alone are asked, and what members alone see stays theirs
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Protocol

from portal.base.i18n import Text, _l
from portal.base.verdict import YES, Verdict, no
from portal.ideas.models import Audience
from portal.ideas.models_merge import Says, TwinState
from portal.ideas.rules import OPEN, CallLike, IdeaLike

LONGEST_WORD = 500
MOST_WAITING = 10  # proposals of one person that nobody has decided
MOST_PARTS = 5
LEAST_PARTS = 2

TWIN_STATES: dict[TwinState, Text] = {
    TwinState.OPEN: _l("Waits for a decision"),
    TwinState.JOINED: _l("Joined"),
    TwinState.DECLINED: _l("Declined"),
    TwinState.TAKEN_BACK: _l("Taken back"),
    TwinState.LAPSED: _l("Settled by another join"),
}
SAYS: dict[Says | None, Text] = {
    None: _l("Has not said anything"),
    Says.AGREED: _l("Agrees"),
    Says.AGAINST: _l("Is against it"),
}


class CallIn(CallLike, Protocol):
    """What these questions need of a call besides."""

    @property
    def id(self) -> int: ...
    @property
    def shown(self) -> bool: ...
    @property
    def forgotten_at(self) -> datetime | None: ...


class IdeaIn(IdeaLike, Protocol):
    """What these questions need of an idea besides."""

    @property
    def id(self) -> int: ...
    @property
    def number(self) -> int: ...
    @property
    def merged_into_id(self) -> int | None: ...
    @property
    def call_id(self) -> int: ...


def _stands(idea: IdeaIn) -> Verdict:
    """Is it an idea on which nobody has decided, and which everybody sees?"""
    if idea.hidden_at is not None or idea.held_at is not None or idea.locked_at is not None:
        return no(_l("A moderator has hidden, held or locked idea %(number)s.", number=str(idea.number)))
    if idea.merged_into_id is not None:
        return no(_l("Idea %(number)s was joined with another one already.", number=str(idea.number)))
    if idea.state not in OPEN:
        return no(_l("Idea %(number)s was withdrawn, or the city has decided on it.", number=str(idea.number)))
    return YES


def _counts(call: CallIn) -> Verdict:
    """Do supports still move in this call?"""
    if call.closed_at is not None:
        return no(_l("This call is closed. Nothing about its ideas can be changed."))
    if call.frozen_at is not None:
        return no(_l("The supports of this call were counted. None can move to another idea."))
    return YES


def _known(call: CallIn) -> Verdict:
    if call.forgotten_at is not None:
        return no(
            _l("Nobody can tell any more who supports the ideas of this call, so some people would be counted twice.")
        )
    return YES


_WIDTH = {Audience.PROVED: 0, Audience.RESIDENT: 1, Audience.SIGNED_IN: 2}


def counts_in(call: CallIn, closed: bool, other: CallIn, other_closed: bool) -> Verdict:
    """Would supports of one call count in the other? Where that asks the same people or more, and the same people see
    it. `closed`: the call's process is for its members alone."""
    if call.id == other.id:
        return YES
    if not other.shown or closed != other_closed or call.shown != other.shown:
        return no(_l("The two calls are not seen by the same people."))
    if call.challenge != other.challenge or _WIDTH[other.audience] < _WIDTH[call.audience]:
        return no(_l("The other call asks fewer people, so these supports would not count there."))
    if other.age is not None and (other.age, other.age_on) != (call.age, call.age_on):
        return no(_l("The other call asks people of another age, so these supports would not count there."))
    return YES


def may_join(
    idea: IdeaIn,
    into: IdeaIn,
    call: CallIn,
    into_call: CallIn,
    *,
    officer: bool,
    closed: bool = False,
    into_closed: bool = False,
) -> Verdict:
    """May one idea be joined with another, which then holds both? `officer`: the staff decide; else both authors."""
    if idea.id == into.id:
        return no(_l("An idea cannot be joined with itself."))
    if call.id != into_call.id and not officer:
        return no(_l("The two ideas are in different calls. Only the staff can join them."))
    verdict = _stands(idea) and _stands(into)
    for one in (call, into_call):
        verdict = verdict and _counts(one) and _known(one)
    return verdict and counts_in(call, closed, into_call, into_closed)


def may_name(idea: IdeaIn, call: CallIn) -> Verdict:
    """May this idea be named as the same as some other one at all?"""
    return _stands(idea) and _counts(call) and _known(call)


def may_part(joined: bool, calls: Iterable[CallIn]) -> Verdict:
    """May a joined idea stand by itself again? Until the supports of its call, and of that of the other one, are
    counted: after that the numbers on which the city has decided would change."""
    if not joined:
        return no(_l("This idea is not joined with another one."))
    for call in calls:
        verdict = _counts(call)
        if not verdict:
            return verdict
    return YES


def may_move(idea: IdeaIn, call: CallIn, other: CallIn, *, closed: bool = False, other_closed: bool = False) -> Verdict:
    """May the staff put an idea into this other call (or, where it is the same, into another district)?"""
    verdict = _stands(idea) and _counts(call)
    if call.id == other.id:
        return verdict
    return (
        verdict and _counts(other) and _known(call) and _known(other) and counts_in(call, closed, other, other_closed)
    )


def may_split(idea: IdeaIn, call: CallIn) -> Verdict:
    """May the staff split an idea? Its supports stay with the first part."""
    return _stands(idea) and _counts(call)


def may_unsplit(idea: IdeaIn, parts: Sequence[IdeaIn], call: CallIn) -> Verdict:
    """May the staff undo a split? Until somebody supports one of the `parts` that stand by themselves since then, or the
    supports are counted: after that people have relied on it."""
    if not parts:
        return no(_l("This idea is not split, or it was split before that could be undone."))
    verdict = _counts(call) and _stands(idea)
    for part in parts:
        verdict = verdict and _stands(part)
        if verdict and part.supports:
            return no(
                _l("Somebody supports idea %(number)s already, so it stays by itself.", number=str(part.number)),
                _l("Two ideas can be joined: everybody’s supports are then counted together."),
            )
        if verdict and part.call_id != idea.call_id:
            return no(_l("Idea %(number)s is in another call now.", number=str(part.number)))
    return verdict


def survivor(one: IdeaIn, other: IdeaIn) -> IdeaIn:
    """Which of two ideas holds both when somebody says that they are the same: the one that more people support, the
    earlier one where it is as many. Nearly nobody then finds their support at another address."""
    return min(one, other, key=lambda idea: (-idea.supports, idea.number))


def may_propose(one: IdeaIn, other: IdeaIn, call: CallIn, other_call: CallIn, waiting: int) -> Verdict:
    """May somebody signed in say that two ideas are the same? `waiting`: how many of theirs nobody has decided."""
    verdict = may_join(one, other, call, other_call, officer=False)
    if verdict and waiting >= MOST_WAITING:
        return no(
            _l("%(n)s of your proposals wait for a decision. That is the most at a time.", n=MOST_WAITING),
        )
    return verdict


def may_decide(state: TwinState) -> Verdict:
    """Can this proposal still be decided, answered or taken back?"""
    return YES if state is TwinState.OPEN else no(_l("This proposal has been decided already."))
