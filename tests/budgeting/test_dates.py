"""A budget says where its vote truly stands, whatever the dates had planned."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from portal.base.i18n import _l
from portal.budgeting.rules_dates import Dated, Dates
from portal.processes.models import PhaseKind
from portal.processes.rules import Stage

FIRST = datetime(2026, 3, 1, tzinfo=UTC)


def at(day: float) -> datetime:
    return FIRST + timedelta(days=day)


# vote: days 0 to 10; results: 13 to 40; works from 50 on
PHASES = (
    Dated(PhaseKind.VOTE, at(0), at(10)),
    Dated(PhaseKind.RESULTS, at(13), at(40)),
    Dated(PhaseKind.WORKS, at(50), None),
)
TOLD = [
    # state of the vote, day, now, next
    (None, -1, None, "Voting opens on"),
    (None, 5, "The vote has not been opened yet.", "The results follow on"),
    ("prepared", 5, "The vote has not been opened yet.", "The results follow on"),
    ("prepared", 15, "The days of the vote are over, and no vote was held.", None),
    ("open", 5, "Voting is open until", "The results follow on"),
    ("open", 11, "The count is under way.", "The results follow on"),
    ("finished", 12, "The count is under way.", "The results follow on"),
    ("finished", 20, "The count is under way.", "The city starts to build"),  # late: no day that has passed is promised
    ("published", 11, "The vote is over. Read the results.", "The city starts to build"),
    ("published", 20, "The vote is over. Read the results.", "The city starts to build"),
    ("published", 60, "The city builds the chosen projects.", None),
]


@pytest.mark.parametrize("state, day, now, following", TOLD)
def test_what_is_and_what_comes(state: str | None, day: float, now: str | None, following: str | None) -> None:
    dates = Dates(PHASES, state, published_at=at(11) if state == "published" else None)
    said, comes = dates.now(at(day)), dates.next(at(day))
    assert (said is None) is (now is None) and (now or "") in str(said), said
    assert (comes is None) is (following is None) and (following or "") in str(comes), comes


STEPS = [
    ("open", 5, [("Voting", "now"), ("The ballots are counted", "coming"), ("Results", "coming")]),
    ("open", 11, [("Voting", "past"), ("The ballots are counted", "now"), ("Results", "coming")]),
    ("finished", 20, [("Voting", "past"), ("The ballots are counted", "now"), ("Results", "coming")]),
    ("published", 12, [("Voting", "past"), ("The ballots are counted", "past"), ("Results", "now")]),
    ("prepared", 5, [("Voting", "coming"), ("The ballots are counted", "coming"), ("Results", "coming")]),
    ("prepared", 11, [("Voting", "past"), ("Results", "coming")]),
    ("interrupted", 11, [("Voting", "past"), ("The ballots are counted", "coming"), ("Results", "coming")]),
]


@pytest.mark.parametrize("state, day, steps", STEPS)
def test_the_timeline_knows_the_count(state: str, day: float, steps: list[tuple[str, str]]) -> None:
    dates = Dates(PHASES, state, published_at=at(11) if state == "published" else None)
    found = dates.steps(at(day))
    assert [(str(step.name), step.state.value) for step in found[:-1]] == steps
    assert found[-1].kind is PhaseKind.WORKS and found[-1].state.value == "coming"
    late = [step for step in found if step.kind is PhaseKind.RESULTS and day > 13 and state != "published"]
    assert all(str(step.when) == "not published yet" for step in late)


def test_an_early_result_begins_on_the_day_of_its_publication() -> None:
    step = Dates(PHASES, "published", published_at=at(11)).steps(at(12))[2]
    assert str(step.when).startswith("from March 12, 2026")


def test_a_vote_that_was_broken_off_has_neither_count_nor_results() -> None:
    dates = Dates(PHASES, "broken_off", _l("The vote was broken off."))
    assert [step.kind for step in dates.steps(at(20))] == [PhaseKind.VOTE]
    assert dates.next(at(20)) is None and str(dates.now(at(20))) == "The vote was broken off."
    assert dates.stage(at(5)) is Stage.FINISHED


@pytest.mark.parametrize("day, words", [(20, "starts to build"), (60, "The city builds the chosen projects.")])
def test_how_far_the_winners_are(day: float, words: str) -> None:
    assert words in str(Dates(PHASES, "published").works(at(day)))
    assert Dates(PHASES[:2], "published").works(at(day)) is None
