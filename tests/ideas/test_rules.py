"""Who may do what with an idea, and when: tables of roles and moments."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

import pytest

from portal.ideas import rules, rules_diff, rules_similar
from portal.ideas.models import Audience, IdeaState
from portal.ideas.rules import Taker
from portal.processes.models import Phase, PhaseKind

T0 = datetime(2027, 3, 1, 8, tzinfo=UTC)
DAY = timedelta(days=1)
PHASES = [
    Phase(kind=PhaseKind.SUBMIT, opens_at=T0, closes_at=T0 + 10 * DAY),
    Phase(kind=PhaseKind.REVIEW, opens_at=T0 + 10 * DAY, closes_at=T0 + 40 * DAY),
]
BEFORE, DURING, LAST, AFTER = T0 - DAY, T0 + DAY, T0 + 10 * DAY - timedelta(seconds=1), T0 + 10 * DAY


@dataclass(frozen=True)
class Call:
    always_open: bool = False
    challenge: bool = False
    audience: Audience = Audience.SIGNED_IN
    age: int | None = None
    age_on: date | None = None
    edit_minutes: int = 60
    forget_days: int = 30
    takes_pictures: bool = True
    takes_files: bool = False
    support_until: datetime | None = None
    frozen_at: datetime | None = None
    closed_at: datetime | None = None


@dataclass(frozen=True)
class Idea:
    state: IdeaState = IdeaState.SUBMITTED
    supports: int = 0
    created_at: datetime = T0
    hidden_at: datetime | None = None
    held_at: datetime | None = None
    locked_at: datetime | None = None


ANA = Taker(1)
HERE = Taker(1, lives_here=True)
SURE = Taker(1, lives_here=True, resident="a" * 64)
WEAK = replace(SURE, weak=True)
AWAY = Taker(1, lives_here=False)
FIRM = Taker(1, acting_for="Bakery", organisation=True)
AUNT = Taker(1, acting_for="Aunt")
CALL, HOME, PROVED = Call(), Call(audience=Audience.RESIDENT), Call(audience=Audience.PROVED)
CHALLENGE = Call(challenge=True)
OLD = Call(age=16, age_on=date(2027, 3, 1))


@pytest.mark.parametrize(
    ("call", "taker", "yes"),
    [
        (CALL, None, False), (CALL, ANA, True), (CALL, AWAY, True), (CALL, AUNT, False), (CALL, FIRM, False),
        (HOME, ANA, False), (HOME, HERE, True), (HOME, SURE, True), (HOME, AWAY, False), (HOME, WEAK, True),
        (PROVED, HERE, False), (PROVED, WEAK, False), (PROVED, SURE, True),
        (CHALLENGE, ANA, False), (CHALLENGE, SURE, False), (CHALLENGE, AUNT, False), (CHALLENGE, FIRM, True),
        (OLD, ANA, False), (OLD, replace(ANA, old_enough=False), False), (OLD, replace(ANA, old_enough=True), True),
    ],
)  # fmt: skip
def test_who_takes_part(call: Call, taker: Taker | None, yes: bool) -> None:
    verdict = rules.may_take_part(taker, call)
    assert bool(verdict) is yes and (yes or str(verdict.reason))


@pytest.mark.parametrize(
    ("call", "now", "submit", "support"),
    [
        (CALL, BEFORE, False, False), (CALL, T0, True, True), (CALL, LAST, True, True), (CALL, AFTER, False, False),
        (Call(support_until=T0 + 20 * DAY), AFTER, False, True),
        (Call(support_until=T0 + 20 * DAY), BEFORE, False, False),
        (Call(support_until=T0 + 20 * DAY), T0 + 20 * DAY, False, False),
        (Call(always_open=True), BEFORE, True, True), (Call(always_open=True), T0 + 900 * DAY, True, True),
        (Call(frozen_at=T0), DURING, False, False), (Call(always_open=True, closed_at=T0), DURING, False, False),
    ],
)  # fmt: skip
def test_when_ideas_and_supports_are_taken(call: Call, now: datetime, submit: bool, support: bool) -> None:
    assert bool(rules.may_submit(ANA, call, PHASES, now)) is submit
    assert bool(rules.may_support(ANA, Idea(), call, PHASES, now)) is support


@pytest.mark.parametrize("state", list(IdeaState))
def test_an_idea_that_is_decided_or_hidden_takes_no_supports(state: IdeaState) -> None:
    gone = {IdeaState.NOT_FEASIBLE, IdeaState.MERGED, IdeaState.ANSWERED, IdeaState.WITHDRAWN}
    assert bool(rules.may_support(ANA, Idea(state), CALL, PHASES, DURING)) is (state not in gone)
    for mark in ("hidden_at", "held_at", "locked_at"):
        assert not rules.may_support(ANA, replace(Idea(state), **{mark: T0}), CALL, PHASES, DURING)


@pytest.mark.parametrize(
    ("idea", "minutes", "yes"),
    [
        (Idea(), 59, True), (Idea(), 600, True), (Idea(supports=1), 59, True), (Idea(supports=1), 60, False),
        (Idea(IdeaState.UNDER_REVIEW), 1, False), (Idea(locked_at=T0), 1, False), (Idea(IdeaState.WITHDRAWN), 1, False),
    ],
)  # fmt: skip
def test_how_long_an_author_changes_an_idea(idea: Idea, minutes: int, yes: bool) -> None:
    now = T0 + timedelta(minutes=minutes)
    assert bool(rules.may_edit(idea, CALL, author=True, now=now)) is yes
    assert not rules.may_edit(idea, CALL, author=False, now=now)


def test_an_idea_is_withdrawn_until_it_is_decided_and_by_its_authors_alone() -> None:
    allowed = {state for state in IdeaState if rules.may_withdraw(Idea(state), CALL, author=True)}
    assert allowed == {IdeaState.SUBMITTED, IdeaState.UNDER_REVIEW, IdeaState.FEASIBLE, IdeaState.SHORTLISTED}
    assert not rules.may_withdraw(Idea(), CALL, author=False)


def test_people_talk_to_the_end_of_the_check_and_residents_about_what_firms_propose() -> None:
    assert rules.may_comment(ANA, Idea(), CALL, PHASES, T0 + 39 * DAY)
    assert not rules.may_comment(ANA, Idea(), CALL, PHASES, T0 + 40 * DAY)
    assert rules.may_comment(ANA, Idea(), CHALLENGE, PHASES, DURING)
    assert not rules.may_comment(None, Idea(), CALL, PHASES, DURING)
    assert not rules.may_comment(ANA, Idea(locked_at=T0), CALL, PHASES, DURING)


def test_links_are_forgotten_a_stated_time_after_the_end() -> None:
    end = T0 + 40 * DAY
    assert not rules.forgets(CALL, PHASES, end + 30 * DAY - timedelta(seconds=1))
    assert rules.forgets(CALL, PHASES, end + 30 * DAY)
    assert not rules.forgets(Call(always_open=True), [], T0 + 9000 * DAY)
    assert rules.forgets(Call(always_open=True, closed_at=T0), [], T0 + 30 * DAY)


def test_a_difference_is_told_in_whole_words() -> None:
    pieces = [(p.kind, p.text) for p in rules_diff.words("a short red bench", "a long blue bench")]
    assert pieces == [("same", "a "), ("gone", "short red"), ("new", "long blue"), ("same", " bench")]
    rows = rules_diff.text("One.\n\nTwo is here.\n\nThree.\n\nFour.", "One.\n\nTwo was here.\n\nThree.\n\nFour.")
    assert ["".join(p.text for p in row if p.kind != "gone") for row in rows] == ["One.", "Two was here.", "Three."]


@pytest.mark.parametrize(
    ("typed", "alike"),
    [
        ("Neue Spielplätze am Fluss", 1), ("More playgrounds", 2), ("ملاعب للأطفال", 3), ("حديقة جديدة للأطفال", 3),
        ("The and for", 0), ("", 0), ("Something else entirely", 0),
    ],
)  # fmt: skip
def test_similar_titles_are_found_in_any_language(typed: str, alike: int) -> None:
    from portal.base.normal import normalise

    rows = [(1, "Spielplatz am Fluss"), (2, "A playground for Larkhill"), (3, "حديقة للأطفال"), (4, "Nachtbus")]
    found = [(number, normalise(title), normalise(title)) for number, title in rows]
    assert rules_similar.ranked(rules_similar.stems(typed), found, most=1) == ([alike] if alike else [])
