"""Who may answer when, what an answer must be, and what may be said of the answers: tables."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from portal.base import i18n
from portal.processes import rules_figures as figures
from portal.processes import rules_questions as rules
from portal.processes.models_questions import Ask, Audience, Group, Stand
from portal.processes.rules_figures import ALL, FEWEST, Tally

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Survey:
    stand: Stand = Stand.SHOWN
    opens_at: datetime = NOW - DAY
    closes_at: datetime = NOW + DAY
    audience: Audience = Audience.ACCOUNT
    officers: bool = False
    on_paper: bool = True
    keep_days: int = 30


@dataclass(frozen=True)
class Asks:
    ask: Ask
    required: bool = False
    least: int | None = None
    most: int | None = None
    steps: int | None = None


NOBODY = rules.Answerer()
MAIL = rules.Answerer(signed_in=True)
VOUCHED = rules.Answerer(signed_in=True, vouched=True)
RESIDENT = rules.Answerer(signed_in=True, vouched=True, resident=True)
ELSEWHERE = rules.Answerer(signed_in=True, vouched=True, resident=False)
OFFICER = rules.Answerer(signed_in=True, officer=True, member=False)
STRANGER = rules.Answerer(signed_in=True, vouched=True, resident=True, member=False)
MANDATE = rules.Answerer(signed_in=True, vouched=True, resident=True, acting_for="Aunt")

MAY = [
    # who, (account, vouched, resident), the same where officers are asked too
    (NOBODY, (0, 0, 0), (0, 0, 0)),
    (MAIL, (1, 0, 0), (1, 0, 0)),
    (VOUCHED, (1, 1, 0), (1, 1, 0)),
    (RESIDENT, (1, 1, 1), (1, 1, 1)),
    (ELSEWHERE, (1, 1, 0), (1, 1, 0)),
    (OFFICER, (0, 0, 0), (1, 1, 1)),
    (STRANGER, (0, 0, 0), (0, 0, 0)),
    (MANDATE, (0, 0, 0), (0, 0, 0)),
]


@pytest.mark.parametrize(("who", "alone", "together"), MAY)
def test_who_may_answer(who: rules.Answerer, alone: tuple[int, ...], together: tuple[int, ...]) -> None:
    for officers, wanted in ((False, alone), (True, together)):
        for audience, may in zip(Audience, wanted, strict=True):
            verdict = rules.may_answer(who, Survey(audience=audience, officers=officers), NOW)
            assert bool(verdict) is bool(may), (audience, officers)
            assert verdict or str(verdict.reason)


MOMENTS = [
    # moment, now, answer, enter a paper, edit, take back, prolong, choose texts, publish
    ("draft", Stand.DRAFT, NOW, 0, 0, 1, 0, 0, 0, 0),
    ("coming", Stand.SHOWN, NOW - DAY - timedelta(seconds=1), 0, 0, 0, 1, 1, 0, 0),
    ("open", Stand.SHOWN, NOW - DAY, 1, 1, 0, 0, 1, 0, 0),
    ("open", Stand.SHOWN, NOW + DAY - timedelta(seconds=1), 1, 1, 0, 0, 1, 0, 0),
    ("closed", Stand.SHOWN, NOW + DAY, 0, 1, 0, 0, 0, 1, 1),
    ("published", Stand.PUBLISHED, NOW + DAY, 0, 0, 0, 0, 0, 1, 0),
]


@pytest.mark.parametrize("case", MOMENTS)
def test_what_each_moment_allows(case: tuple[Any, ...]) -> None:
    name, stand, now, *allowed = case
    survey = Survey(stand)
    assert rules.moment(survey, now) == name
    told = [
        rules.may_answer(MAIL, survey, now),
        rules.may_enter_paper(survey, now),
        rules.may_edit(survey),
        rules.may_take_back(survey, now),
        rules.may_prolong(survey, survey.closes_at + DAY, now),
        rules.may_choose_texts(survey, now),
        rules.may_publish(survey, now),
    ]
    assert [bool(one) for one in told] == [bool(one) for one in allowed]
    assert not rules.may_prolong(survey, survey.closes_at - timedelta(seconds=1), now)
    assert not rules.may_enter_paper(Survey(stand, on_paper=False), now)


SINGLE, LIST = Asks(Ask.SINGLE, required=True), Asks(Ask.SEVERAL, least=2, most=3)
ANSWERS = [
    (SINGLE, 1, True),
    (SINGLE, None, False),
    (SINGLE, 9, False),
    (Asks(Ask.SINGLE), None, True),
    (LIST, [1, 2], True),
    (LIST, [1], False),
    (LIST, [1, 2, 3, 4], False),
    (LIST, [1, 1], False),
    (LIST, [1, 9], False),
    (LIST, [], True),
    (Asks(Ask.SEVERAL, required=True), [], False),
    (Asks(Ask.SCALE, steps=5), 5, True),
    (Asks(Ask.SCALE, steps=5), 6, False),
    (Asks(Ask.SCALE, steps=5), 0, False),
    (Asks(Ask.TEXT), "x" * 2000, True),
    (Asks(Ask.TEXT), "x" * 2001, False),
    (Asks(Ask.TEXT, required=True), "", False),
]


@pytest.mark.parametrize(("question", "value", "right"), ANSWERS)
def test_what_an_answer_must_be(question: Asks, value: object, right: bool) -> None:
    assert (rules.check(question, value, {1, 2, 3, 4}) is None) is right


def test_a_draft_is_released_when_only_warnings_are_left() -> None:
    names = {"en": "English", "de": "Deutsch"}
    good = rules.Ready(NOW + DAY, [(SINGLE, 2)], {"en": 0, "de": 2}, 0, True)
    checks = rules.check_list(good, names, NOW)
    assert rules.may_release(Survey(Stand.DRAFT), checks)
    assert any("Deutsch" in str(one.text) and one.warning for one in checks)
    bad = {
        "no question": rules.Ready(NOW + DAY, [], {"en": 0}, 0, True),
        "one choice": rules.Ready(NOW + DAY, [(SINGLE, 1)], {"en": 0}, 0, True),
        "too many wanted": rules.Ready(NOW + DAY, [(LIST, 2)], {"en": 0}, 0, True),
        "closed": rules.Ready(NOW, [(SINGLE, 2)], {"en": 0}, 0, True),
        "no language": rules.Ready(NOW + DAY, [(SINGLE, 2)], {"en": 1}, 1, True),
    }
    for why, ready in bad.items():
        assert not rules.may_release(Survey(Stand.DRAFT), rules.check_list(ready, names, NOW)), why
    assert not rules.may_release(Survey(Stand.SHOWN), checks)


# --- figures ----------------------------------------------------------------------------------------------------------

C, O = Group.CITIZEN.value, Group.OFFICER.value  # noqa: E741
OVERALL = [
    # citizens, officers -> groups that are told
    (0, 0, ()),
    (9, 0, ()),
    (5, 4, ()),
    (10, 0, (ALL,)),
    (9, 1, (ALL,)),
    (120, 9, (ALL,)),
    (9, 30, (ALL,)),
    (10, 10, (C, O)),
    (120, 14, (C, O)),
]


@pytest.mark.parametrize(("citizens", "officers", "told"), OVERALL)
def test_which_groups_are_told(citizens: int, officers: int, told: tuple[str, ...]) -> None:
    assert figures.parties({C: citizens, O: officers}) == told


QUESTION = [
    # told of the whole, citizens and officers who answered this question -> told here
    ((), 50, 50, ()),
    ((ALL,), 9, 0, ()),
    ((ALL,), 7, 3, (ALL,)),
    ((ALL,), 60, 40, (ALL,)),  # a question tells no more than the whole
    ((C, O), 10, 10, (C, O)),
    ((C, O), 50, 9, (C,)),  # never together: the sum less the citizens would be the officers
    ((C, O), 9, 14, (O,)),
    ((C, O), 6, 4, (ALL,)),
    ((C, O), 5, 4, ()),
]


@pytest.mark.parametrize(("overall", "citizens", "officers", "told"), QUESTION)
def test_which_groups_a_question_tells(
    overall: tuple[str, ...], citizens: int, officers: int, told: tuple[str, ...]
) -> None:
    assert figures.parties_of_question(overall, {C: citizens, O: officers}) == told


def test_no_figure_and_no_difference_of_figures_speaks_of_fewer_than_ten() -> None:
    """Every small city: whatever is published, neither a group nor what is left of two published numbers is a group of
    one to nine people."""
    for citizens, officers in itertools.product((0, 1, 9, 10, 11, 25), repeat=2):
        for asked_c, asked_o in itertools.product(range(0, citizens + 1, 3), range(0, officers + 1, 3)):
            counts = {(1, "a", C): asked_c, (1, "a", O): asked_o, (1, "b", C): 0, (1, "b", O): 0}
            told = figures.publishable(
                Tally({C: citizens, O: officers}, {(1, C): asked_c, (1, O): asked_o}, counts), [(1, ("a", "b"), False)]
            )
            here = told["questions"]["1"]
            for part in (told, here):
                assert all(number >= FEWEST for number in part["people"].values())
                assert not (ALL in part["people"] and len(part["people"]) > 1), "a sum beside one of its parts"
            assert set(here["counts"]["a"]) == set(here["people"])
            if ALL in told["people"]:
                assert set(here["people"]) <= {ALL}
            if C in told["people"] and ALL in here["people"]:
                assert asked_c < FEWEST and asked_o < FEWEST, "each part is too small to be told anywhere else"


def test_no_number_of_an_answer_speaks_of_fewer_than_ten() -> None:
    """Every way in which up to forty people can answer: no number that is told, no number of all the others, and nothing
    that is left of the sum belongs to one to nine people."""
    for counts in itertools.product((0, 1, 4, 9, 10, 11, 30), repeat=3):
        people = sum(counts)
        if not FEWEST <= people <= 40:
            continue
        told = figures.covered(dict(zip("abc", counts, strict=True)), people, adds_up=True)
        shown, hidden = [n for n in told.values() if n is not None], people - sum(n or 0 for n in told.values())
        assert all(n == 0 or n >= FEWEST for n in shown) and all(people - n == 0 or people - n >= FEWEST for n in shown)
        assert len(shown) == 3 or (len(shown) < 2 and hidden >= FEWEST), (counts, told)
    several = figures.covered({"a": 30, "b": 9, "c": 22, "d": 0, "e": 12}, 30, adds_up=False)
    assert several == {"a": 30, "b": None, "c": None, "d": 0, "e": 12}, "eight did not choose the third"
    kept = {"people": {ALL: 30}, "counts": {"a": {ALL: 2}, "b": {ALL: 12}, "c": {ALL: 16}}}
    once = figures.cover(kept, adds_up=True)
    assert [once["counts"][key][ALL] for key in "abc"] == [None, None, 16] and kept["counts"]["a"][ALL] == 2
    assert figures.cover(once, adds_up=True) == once, "what is left out stays out"
    assert (
        figures.mean({"people": {ALL: 30}, "counts": {"1": {ALL: None}, "2": {ALL: None}, "3": {ALL: 16}}}, ALL) is None
    )


def test_the_difference_in_words() -> None:
    i18n.set_locale("en")
    part = {"people": {C: 100, O: 20}, "counts": {"1": {C: 60, O: None}, "2": {C: 30, O: None}, "3": {C: 10, O: 10}}}
    said = [str(one) for one in figures.difference(Ask.SINGLE, part, {"1": "Trees", "2": "Benches", "3": "Lamps"})]
    assert said == ["“Lamps”: 10% of the citizens, 50% of the officers."]
    part["counts"]["3"][O] = None
    assert figures.difference(Ask.SINGLE, part, {}) == [] == figures.difference(Ask.SCALE, part, {}), "nobody knows"
    figure = {"people": {C: 100, O: 10}, "counts": {"1": {C: 60, O: 2}, "2": {C: 35, O: 4}, "3": {C: 5, O: 4}}}
    labels = {"1": "Trees", "2": "Benches", "3": "Lamps"}
    said = [str(one) for one in figures.difference(Ask.SINGLE, figure, labels)]
    assert said == [
        "“Trees”: 60% of the citizens, 20% of the officers.",
        "“Lamps”: 5% of the citizens, 40% of the officers.",
    ]
    scale = {"people": {C: 10, O: 10}, "counts": {"1": {C: 0, O: 10}, "2": {C: 10, O: 0}}}
    assert "Citizens chose higher steps: 2 on average, officers 1" in str(figures.difference(Ask.SCALE, scale, {})[0])
    alike = {"people": {C: 100, O: 10}, "counts": {"1": {C: 55, O: 5}, "2": {C: 45, O: 5}}}
    assert "alike" in str(figures.difference(Ask.SINGLE, alike, labels)[0])
    assert figures.difference(Ask.SINGLE, {"people": {ALL: 110}, "counts": {"1": {ALL: 62}}}, labels) == []
