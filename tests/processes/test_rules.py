"""The clock alone decides what a process allows, and each answer says what comes next."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from portal.base.i18n import set_locale, use_locale
from portal.processes import rules
from portal.processes.models import PhaseKind
from portal.processes.rules import Stage, State

START = datetime(2026, 5, 1, 6, 0, tzinfo=UTC)


def phase(kind: PhaseKind, first: int, last: int | None) -> SimpleNamespace:
    closes = None if last is None else START + timedelta(days=last)
    return SimpleNamespace(kind=kind, opens_at=START + timedelta(days=first), closes_at=closes)


PHASES = [
    phase(PhaseKind.SUBMIT, 0, 10),
    phase(PhaseKind.REVIEW, 10, 20),
    phase(PhaseKind.VOTE, 25, 35),
    phase(PhaseKind.RESULTS, 36, 60),
    phase(PhaseKind.WORKS, 60, None),
]


@pytest.fixture(autouse=True)
def greenwich() -> None:
    """Sentences in English with the clock of Greenwich, whatever ran before."""
    set_locale("en", "UTC")


def at(days: float) -> datetime:
    return START + timedelta(days=days)


@pytest.mark.parametrize(
    ("verb", "allowed"),
    [
        ("submit", [0, 5, 9.99]),
        ("review", [10, 19.99]),
        ("vote", [25, 34.99]),
        ("results", [36, 59]),
        ("follow", [60, 5000]),
    ],
)
def test_each_verb_is_allowed_in_its_phase_and_at_no_other_moment(verb: str, allowed: list[float]) -> None:
    for days in [-1, 0, 5, 9.99, 10, 19.99, 20, 24.99, 25, 34.99, 35, 36, 59, 60, 5000]:
        assert bool(rules.phase_allows(PHASES, verb, at(days))) == (days in allowed or _inside(verb, days)), days


def _inside(verb: str, days: float) -> bool:
    found = rules.find(PHASES, rules.VERBS[verb])
    assert found is not None
    return found.opens_at <= at(days) and (found.closes_at is None or at(days) < found.closes_at)


def test_the_opening_instant_is_in_and_the_closing_instant_is_out() -> None:
    assert rules.phase_allows(PHASES, "vote", at(25))
    assert not rules.phase_allows(PHASES, "vote", at(35))


def test_before_the_vote_the_sentence_says_when_it_opens() -> None:
    verdict = rules.phase_allows(PHASES, "vote", at(1))
    assert str(verdict.reason) == "Voting opens on May 26, 2026, 6:00\u202fAM."
    assert str(verdict.next) == "The city starts to check the projects on May 11, 2026, 6:00\u202fAM."


def test_between_review_and_vote_the_page_says_what_comes() -> None:
    assert rules.what_now(PHASES, at(22)) is None
    assert "Voting opens on" in str(rules.what_next(PHASES, at(22)))


def test_after_the_vote_the_sentence_says_when_it_closed() -> None:
    verdict = rules.phase_allows(PHASES, "vote", at(35.5))
    assert "Voting closed on" in str(verdict.reason)
    assert "The results follow on" in str(verdict.next)


def test_a_process_without_a_vote_says_so() -> None:
    verdict = rules.phase_allows(PHASES[:1], "vote", at(1))
    assert str(verdict.reason) == "No vote is planned here."


def test_the_sentence_follows_the_readers_language() -> None:
    reason = rules.phase_allows(PHASES, "vote", at(1)).reason
    with use_locale("de"):
        assert "26. Mai 2026" in str(reason)


@pytest.mark.parametrize(
    ("days", "stage"),
    [
        (-1, Stage.COMING), (0, Stage.OPEN), (22, Stage.OPEN), (34, Stage.OPEN), (35, Stage.FINISHED),
        (70, Stage.FINISHED),
    ],
)  # fmt: skip
def test_a_process_is_coming_open_or_finished(days: float, stage: Stage) -> None:
    assert rules.stage(PHASES, at(days)) is stage


def test_a_process_without_dates_is_coming() -> None:
    assert rules.stage([], at(0)) is Stage.COMING
    assert rules.timeline([], at(0)) == []


def test_midnight_is_told_by_the_day_alone() -> None:
    midnight = datetime(2026, 6, 1, tzinfo=UTC)
    assert str(rules.From(midnight)) == "June 1, 2026" and str(rules.Until(midnight)) == "May 31, 2026"
    assert "8:30" in str(rules.Until(midnight + timedelta(hours=20.5)))


def test_the_timeline_is_in_order_and_marks_the_present() -> None:
    steps = rules.timeline(reversed(PHASES), at(26))
    assert [step.kind for step in steps] == list(PhaseKind)
    assert [step.state for step in steps] == [State.PAST, State.PAST, State.NOW, State.COMING, State.COMING]


def test_dates_that_do_not_fit_are_named_by_phase() -> None:
    assert rules.dates_fit(PHASES) == {}
    assert set(rules.dates_fit([phase(PhaseKind.VOTE, 5, 5)])) == {PhaseKind.VOTE}
    assert set(rules.dates_fit([phase(PhaseKind.VOTE, 5, None)])) == {PhaseKind.VOTE}
    assert set(rules.dates_fit([phase(PhaseKind.SUBMIT, 5, 9), phase(PhaseKind.REVIEW, 2, 12)])) == {PhaseKind.REVIEW}
    assert set(rules.dates_fit([phase(PhaseKind.VOTE, 5, 9), phase(PhaseKind.RESULTS, 8, 12)])) == {PhaseKind.RESULTS}
