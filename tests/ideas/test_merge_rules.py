"""The table of rules_merge, cell by cell."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import pytest

from portal.ideas import rules_merge as rules
from portal.ideas.models import Audience, IdeaState
from portal.ideas.models_merge import TwinState
from tests.ideas import test_rules as base

T0 = base.T0


@dataclass(frozen=True)
class Call(base.Call):
    id: int = 1
    shown: bool = True
    forgotten_at: datetime | None = None


@dataclass(frozen=True)
class Idea(base.Idea):
    id: int = 1
    number: int = 1
    call_id: int = 1
    merged_into_id: int | None = None


CALL, OTHER_CALL = Call(), Call(id=2)
ONE, OTHER = Idea(), Idea(id=2, number=2)
LIVING = {IdeaState.SUBMITTED, IdeaState.UNDER_REVIEW, IdeaState.FEASIBLE, IdeaState.SHORTLISTED}


def in_state(idea: Idea, state: IdeaState) -> Idea:
    """The idea in that state, and joined with a third where it is that."""
    return replace(idea, state=state, merged_into_id=9 if state is IdeaState.MERGED else None)


@pytest.mark.parametrize("state", IdeaState)
@pytest.mark.parametrize("officer", [True, False])
def test_only_ideas_that_nobody_has_decided_are_joined_moved_split(state: IdeaState, officer: bool) -> None:
    one, other, yes = in_state(ONE, state), in_state(OTHER, state), state in LIVING
    assert bool(rules.may_join(one, OTHER, CALL, CALL, officer=officer)) is yes
    assert bool(rules.may_join(ONE, other, CALL, CALL, officer=officer)) is yes
    assert bool(rules.may_propose(ONE, other, CALL, CALL, 0)) is yes
    assert bool(rules.may_move(one, CALL, CALL)) is yes and bool(rules.may_split(one, CALL)) is yes
    assert bool(rules.may_name(one, CALL)) is yes
    assert bool(rules.may_unsplit(one, [OTHER], CALL)) is bool(rules.may_unsplit(ONE, [OTHER, other], CALL)) is yes


@pytest.mark.parametrize("mark", ["hidden_at", "held_at", "locked_at"])
def test_what_a_moderator_holds_stays_where_it_is_until_it_is_free(mark: str) -> None:
    marked: dict[str, Any] = {mark: T0}
    assert not rules.may_join(replace(ONE, **marked), OTHER, CALL, CALL, officer=True)
    assert not rules.may_join(ONE, replace(OTHER, **marked), CALL, CALL, officer=True)
    assert not rules.may_move(replace(ONE, **marked), CALL, CALL)
    assert not rules.may_split(replace(ONE, **marked), CALL)
    assert not rules.may_unsplit(ONE, [replace(OTHER, **marked)], CALL)
    assert rules.may_part(True, [CALL])  # but it can always leave


# moment of the call -> join, part, move within it, move out of it, split
MOMENTS: dict[str, tuple[bool, bool, bool, bool, bool]] = {
    "": (True, True, True, True, True),
    "closed_at": (False, False, False, False, False),
    "frozen_at": (False, False, False, False, False),
    "forgotten_at": (False, True, True, False, True),
}


@pytest.mark.parametrize("moment", MOMENTS)
def test_the_call_has_to_be_open_for_it(moment: str) -> None:
    set_: dict[str, Any] = {moment: T0} if moment else {}
    call = replace(CALL, **set_)
    found = (
        bool(rules.may_join(ONE, OTHER, call, call, officer=True)),
        bool(rules.may_part(True, [CALL, call])),
        bool(rules.may_move(ONE, call, call)),
        bool(rules.may_move(ONE, call, OTHER_CALL)),
        bool(rules.may_split(ONE, call)),
    )
    assert bool(rules.may_unsplit(ONE, [OTHER], call)) is bool(rules.may_split(ONE, call))
    assert found == MOMENTS[moment]
    if moment:  # the other call counts as much
        assert not rules.may_join(ONE, OTHER, CALL, replace(call, id=2), officer=True)
        assert not rules.may_move(ONE, CALL, replace(call, id=2))


def test_a_split_stays_once_somebody_relies_on_it() -> None:
    assert not rules.may_unsplit(ONE, [], CALL)
    assert rules.may_unsplit(replace(ONE, supports=9), [OTHER], CALL)
    assert not rules.may_unsplit(ONE, [OTHER, replace(OTHER, id=3, supports=1)], CALL)
    assert not rules.may_unsplit(ONE, [replace(OTHER, call_id=2)], CALL)


SOME = {Audience.SIGNED_IN: 0, Audience.RESIDENT: 1, Audience.PROVED: 2}


@pytest.mark.parametrize("there", Audience)
@pytest.mark.parametrize("here", Audience)
def test_supports_go_only_where_they_would_have_counted(here: Audience, there: Audience) -> None:
    call, other = replace(CALL, audience=here), replace(OTHER_CALL, audience=there)
    yes = SOME[there] <= SOME[here]
    assert bool(rules.may_join(ONE, OTHER, call, other, officer=True)) is yes
    assert bool(rules.may_move(ONE, call, other)) is yes
    assert not rules.may_join(ONE, OTHER, call, other, officer=False)  # authors never join across calls


def test_other_reasons_why_supports_stay() -> None:
    old = replace(OTHER_CALL, age=16, age_on=date(2027, 1, 1))
    assert not rules.may_move(ONE, CALL, old) and rules.may_move(ONE, replace(old, id=1), old)
    assert rules.may_move(ONE, replace(old, id=1), OTHER_CALL)
    assert not rules.may_move(ONE, CALL, replace(OTHER_CALL, challenge=True))
    assert not rules.may_move(ONE, CALL, replace(OTHER_CALL, shown=False))
    for closed, other_closed in ((True, False), (False, True)):
        assert not rules.may_move(ONE, CALL, OTHER_CALL, closed=closed, other_closed=other_closed)
        assert not rules.may_join(ONE, OTHER, CALL, OTHER_CALL, officer=True, closed=closed, into_closed=other_closed)


def test_no_idea_is_joined_with_itself_and_none_parted_that_is_not_joined() -> None:
    assert not rules.may_join(ONE, ONE, CALL, CALL, officer=True)
    assert not rules.may_part(False, [CALL])


def test_the_one_with_more_supports_lives_on_and_the_earlier_one_of_equals() -> None:
    assert rules.survivor(ONE, OTHER) is ONE and rules.survivor(OTHER, ONE) is ONE
    more = replace(OTHER, supports=1)
    assert rules.survivor(ONE, more) is more


def test_proposals_end_with_their_decision_and_nobody_makes_too_many() -> None:
    assert {state for state in TwinState if rules.may_decide(state)} == {TwinState.OPEN}
    assert rules.may_propose(ONE, OTHER, CALL, CALL, rules.MOST_WAITING - 1)
    assert not rules.may_propose(ONE, OTHER, CALL, CALL, rules.MOST_WAITING)
