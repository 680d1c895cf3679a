"""Who values, objects and decides, and how the short list is made: tables of roles and moments."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import permutations

import pytest

from portal.base.actor import Actor, Grant
from portal.ideas import rules_shortlist as shortlist
from portal.ideas import rules_value as rules
from portal.ideas.models import IdeaState as State
from portal.ideas.models_value import Subject
from portal.ideas.rules_shortlist import Entry
from portal.ideas.rules_value import Finding, Line, Standing
from portal.processes.models import Phase, PhaseKind
from tests.ideas.test_rules import DAY, T0, Call, Idea

BO = Actor(person_id=1, roles=frozenset({"budget_officer"}))
PARKS = Actor(person_id=2, grants=frozenset({Grant("planner", "department", 7)}))
DEPUTY = Actor(person_id=3, grants=frozenset({Grant("case_officer", deputy_for=9)}))
CLERK = Actor(person_id=4, grants=frozenset({Grant("librarian", "department", 7), Grant("librarian", deputy_for=9)}))


@dataclass(frozen=True)
class Found:
    feasible: bool | None = False
    cost: int | None = None
    corrected: bool = False
    objectable_until: datetime | None = T0 + 14 * DAY


@dataclass(frozen=True)
class Rules(Call):
    objection_days: int = 14


CALL, FROZEN, CLOSED = Rules(), Rules(frozen_at=T0), Rules(closed_at=T0)


@pytest.mark.parametrize(
    ("who", "officer_id", "department_id", "yes"),
    [
        (BO, 1, None, True), (BO, 2, None, False), (BO, None, 7, False), (PARKS, None, 7, True), (PARKS, None, 8, False),
        (PARKS, 5, 7, False),  # it is a colleague's
        (DEPUTY, 9, None, True), (DEPUTY, 8, None, False), (CLERK, None, 7, False), (CLERK, 9, None, False),
    ],
)  # fmt: skip
def test_who_has_an_idea(who: Actor, officer_id: int | None, department_id: int | None, yes: bool) -> None:
    assert rules.given(who, officer_id=officer_id, department_id=department_id) is yes


@pytest.mark.parametrize(
    ("call", "idea", "mine", "officer", "author", "objection", "yes"),
    [
        (CALL, Idea(), True, False, False, False, True), (CALL, Idea(), False, True, False, False, True),
        (CALL, Idea(), False, False, False, False, False), (CALL, Idea(), True, True, True, False, False),
        (CALL, Idea(), True, True, False, True, False), (FROZEN, Idea(), True, True, False, False, False),
        (CLOSED, Idea(), True, True, False, False, False),
        (CALL, Idea(State.NOT_FEASIBLE), True, False, False, False, True),
        (CALL, Idea(State.WITHDRAWN), True, True, False, False, False),
        (CALL, Idea(State.MERGED), True, True, False, False, False),
        (CALL, Idea(State.SHORTLISTED), True, True, False, False, False),
        (CALL, Idea(hidden_at=T0), True, True, False, False, False),
        (CALL, Idea(held_at=T0), True, True, False, False, False),
    ],
)  # fmt: skip
def test_who_values_when(
    call: Rules, idea: Idea, mine: bool, officer: bool, author: bool, objection: bool, yes: bool
) -> None:
    verdict = rules.may_value(
        BO, idea, call, mine=mine, officer=officer, authors=[1] if author else [], objection=objection
    )
    assert bool(verdict) is yes and (yes or str(verdict.reason))


def test_nothing_is_published_without_an_explanation_and_nothing_feasible_without_a_cost() -> None:
    whole = Finding(True, "Room is there", "en", (Line("Wood", 12_345), Line("Work", 655)))
    assert rules.faults(whole) == {} and whole.cost == 13_000
    assert set(rules.faults(Finding(None, " ", "en"))) == {"feasible", "reason"}
    assert set(rules.faults(replace(whole, lines=()))) == {"label_1"}
    assert rules.faults(Finding(False, "No room", "en")) == {} and Finding(False, "No", "en").cost is None


@pytest.mark.parametrize(("days", "words"), [(-2, "2 days late"), (0, "due today"), (1, "1 day left")])
def test_how_late_it_is(days: int, words: str) -> None:
    assert rules.days_left(date(2027, 3, 1) + timedelta(days=days), date(2027, 3, 1)) == days
    assert str(rules.how_late(days)) == words


NO, COST, PUT_RIGHT = Found(), Found(True, 100), Found(True, 100, corrected=True)
F, C, M = Subject.FEASIBILITY, Subject.COST, Subject.MERGE


@pytest.mark.parametrize(
    ("subject", "state", "found", "call", "author", "objected", "days", "yes"),
    [
        (F, State.NOT_FEASIBLE, NO, CALL, True, False, 13, True),
        (F, State.NOT_FEASIBLE, NO, CALL, True, False, 14, False),
        (F, State.NOT_FEASIBLE, NO, CALL, False, False, 1, False),
        (F, State.NOT_FEASIBLE, NO, CALL, True, True, 1, False),
        (F, State.NOT_FEASIBLE, NO, FROZEN, True, False, 1, False),
        (F, State.FEASIBLE, COST, CALL, True, False, 1, False),
        (F, State.UNDER_REVIEW, NO, CALL, True, False, 1, False),
        (F, State.SUBMITTED, None, CALL, True, False, 1, False),
        (C, State.FEASIBLE, COST, CALL, True, False, 1, True),
        (C, State.NOT_FEASIBLE, NO, CALL, True, False, 1, False),
        (C, State.FEASIBLE, PUT_RIGHT, CALL, True, False, 1, False),
        (M, State.MERGED, None, CALL, True, False, 13, True),
        (M, State.MERGED, None, CALL, True, False, 16, False),
        (M, State.FEASIBLE, COST, CALL, True, False, 1, False),
    ],
)  # fmt: skip
def test_who_objects_to_what_and_until_when(
    subject: Subject, state: State, found: Found | None, call: Rules, author: bool, objected: bool, days: int, yes: bool
) -> None:
    verdict = rules.may_object(
        subject, Idea(state), call, author=author, valuation=found, merged_at=T0 if state is State.MERGED else None,
        objected=objected, now=T0 + days * DAY,
    )  # fmt: skip
    assert bool(verdict) is yes and (yes or str(verdict.reason))


@pytest.mark.parametrize(
    ("who", "decided", "yes"),
    [
        (Actor(person_id=5), False, True), (Actor(person_id=5), True, False),
        (Actor(person_id=1), False, False),  # valued it
        (Actor(person_id=5, deputy_for=1), False, False),  # in their place
        (Actor(person_id=2), False, False),  # is an author
    ],
)  # fmt: skip
def test_another_person_decides(who: Actor, decided: bool, yes: bool) -> None:
    assert bool(rules.may_decide(who, decided=decided, found_by=[1], authors=[2])) is yes


PHASES = [
    Phase(kind=PhaseKind.SUBMIT, opens_at=T0, closes_at=T0 + 10 * DAY),
    Phase(kind=PhaseKind.REVIEW, opens_at=T0 + 10 * DAY, closes_at=T0 + 40 * DAY),
]


@pytest.mark.parametrize(
    ("call", "days", "standing", "number"),
    [
        (CALL, 12, Standing(), 0), (CALL, 2, Standing(), 1), (Rules(always_open=True), 2, Standing(), 0),
        (Rules(support_until=T0 + 20 * DAY), 12, Standing(), 1), (FROZEN, 12, Standing(), 1), (CLOSED, 12, Standing(), 1),
        (CALL, 12, Standing(objections=2), 1), (CALL, 12, Standing(objectable_until=T0 + 13 * DAY), 1),
        (CALL, 14, Standing(objectable_until=T0 + 13 * DAY), 0), (CALL, 12, Standing(1, T0 + 13 * DAY, 4), 3),
    ],
)  # fmt: skip
def test_when_the_list_can_be_frozen(call: Rules, days: int, standing: Standing, number: int) -> None:
    found = rules.may_freeze(call, PHASES, T0 + days * DAY, standing)
    assert len(found) == number and all(str(one) for one in found)


def test_what_the_council_may_pick() -> None:
    frozen, feasible = FROZEN, Idea(State.FEASIBLE)
    assert rules.may_pick(feasible, frozen, on_list=False)
    for idea, call, on_list in [
        (feasible, CALL, False), (feasible, replace(frozen, closed_at=T0), False), (feasible, frozen, True),
        (Idea(State.NOT_FEASIBLE), frozen, False), (Idea(State.FEASIBLE, hidden_at=T0), frozen, False),
    ]:  # fmt: skip
        assert not rules.may_pick(idea, call, on_list=on_list)
    assert rules.may_unpick(Idea(State.SHORTLISTED), frozen) and not rules.may_unpick(Idea(State.ON_BALLOT), frozen)


# --- the short list ---------------------------------------------------------------------------------------------------

AT = datetime(2027, 3, 1, 8, tzinfo=UTC)
LIST = [
    Entry(1, "north", 30, AT, True),
    Entry(2, "north", 30, AT - timedelta(seconds=1), True),  # as many, published earlier
    Entry(3, "north", 30, AT, True),  # as many and as early, a higher number than 1
    Entry(4, "north", 90, AT, False),
    Entry(5, "north", 80, AT, None),
    Entry(6, "", 10, AT, True),
    Entry(7, "", 9, AT, True),
]


def test_the_rule_and_its_ties() -> None:
    made = shortlist.placed(LIST, places=2, threshold=10)
    places = {one.entry.number: (one.place, one.chosen) for one in made}
    assert places == {
        1: (2, True), 2: (1, True), 3: (3, False), 4: (None, False), 5: (None, False), 6: (1, True), 7: (None, False),
    }  # fmt: skip
    assert shortlist.placed([], places=2, threshold=0) == []


def test_whatever_the_order_of_the_lines_the_file_is_the_same() -> None:
    tables = {shortlist.table(shortlist.placed(some, places=2, threshold=0)) for some in permutations(LIST[:5])}
    assert len(tables) == 1
    table = tables.pop()
    assert table.startswith("number,district,supports,published_at,feasible,place,on_list\r\n2,north,30,")
    assert shortlist.fingerprint(table) != shortlist.fingerprint(table.replace("30", "31"))


def test_an_idea_that_nobody_valued_matters_only_where_it_would_be_on_the_list() -> None:
    assert shortlist.undecided(LIST, places=2, threshold=10) == [5]
    assert shortlist.undecided(LIST, places=2, threshold=81) == []
    low = [*LIST[:3], Entry(8, "north", 1, AT, None)]
    assert shortlist.undecided(low, places=3, threshold=0) == [] and shortlist.undecided(
        low, places=4, threshold=0
    ) == [8]
