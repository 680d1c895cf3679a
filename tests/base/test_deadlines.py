"""The law's clock, worked out by hand: 1 January 2027 is a Friday, Easter is on 28 March, and 2028 is a leap year. The
holidays are Estonia's: among them 24 February, Good Friday, 1 May, 23 and 24 June, 20 August, 24 to 26 December."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.base import holidays
from portal.base.deadlines import Clock, Resume, Rule, Unit, Why, appeal_end, reckon

ESTONIA = (
    "01-01", "02-24", "easter-2", "easter", "05-01", "easter+49", "06-23", "06-24", "08-20", "12-24", "12-25", "12-26",
)  # fmt: skip
WORKS = holidays.calendar(ESTONIA)
D, B, W, M = Unit.DAYS, Unit.BUSINESS_DAYS, Unit.WEEKS, Unit.MONTHS
Pauses = list[tuple[str, str | None]]


def clock(
    period: int, unit: Unit, start: str, today: str = "", pauses: Pauses | None = None, more: int = 0,
    resume: Resume = Resume.CONTINUE,
) -> Clock:  # fmt: skip
    """What the clock says."""
    read = [(date.fromisoformat(a), date.fromisoformat(b) if b else None) for a, b in pauses or []]
    return reckon(
        Rule(period, unit, resume), date.fromisoformat(start), works=WORKS,
        today=date.fromisoformat(today or start), pauses=read, extended_by=more,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("period", "unit", "start", "due"),
    [
        (30, D, "2027-01-04", "2027-02-03"),
        (1, D, "2027-01-08", "2027-01-11"),  # a Saturday
        (2, D, "2027-01-08", "2027-01-11"),  # a Sunday
        (10, D, "2027-02-14", "2027-02-25"),  # the national day
        (14, D, "2027-03-12", "2027-03-29"),  # Good Friday, then the weekend
        (30, D, "2027-12-01", "2027-12-31"),
        (31, D, "2027-12-01", "2028-01-03"),  # New Year on a Saturday
        (1, D, "2028-02-28", "2028-02-29"),
        (1, D, "2027-02-28", "2027-03-01"),
        (60, D, "2027-01-15", "2027-03-16"),
        (365, D, "2027-03-01", "2028-02-29"),
        (23, D, "2027-12-01", "2027-12-27"),  # Christmas Eve to Sunday
        (1, B, "2027-01-08", "2027-01-11"),
        (5, B, "2027-01-04", "2027-01-11"),
        (10, B, "2027-02-15", "2027-03-02"),  # the national day within
        (5, B, "2027-03-22", "2027-03-30"),  # Good Friday within
        (3, B, "2027-12-22", "2027-12-28"),
        (2, B, "2027-01-09", "2027-01-12"),  # filed on a Saturday
        (5, B, "2027-06-21", "2027-06-30"),  # two holidays in a row
        (1, B, "2027-12-31", "2028-01-03"),
        (1, W, "2027-01-06", "2027-01-13"),
        (3, W, "2027-02-03", "2027-02-25"),
        (2, W, "2027-03-12", "2027-03-29"),
        (52, W, "2027-01-04", "2028-01-03"),
        (1, M, "2027-01-31", "2027-03-01"),  # no 31st of February, and the 28th is a Sunday
        (1, M, "2028-01-31", "2028-02-29"),
        (1, M, "2027-01-30", "2027-03-01"),
        (2, M, "2027-12-31", "2028-02-29"),  # over the end of the year into a leap year
        (1, M, "2027-03-31", "2027-04-30"),
        (12, M, "2028-02-29", "2029-02-28"),
        (1, M, "2027-04-01", "2027-05-03"),  # the first of May on a Saturday
        (2, M, "2027-10-26", "2027-12-27"),
        (6, M, "2027-08-31", "2028-02-29"),
        (1, M, "2027-12-01", "2028-01-03"),
        (1, M, "2027-07-20", "2027-08-23"),  # the day of restored independence, a Friday
        (24, M, "2027-01-15", "2029-01-15"),
    ],
)
def test_a_period_ends(period: int, unit: Unit, start: str, due: str) -> None:
    assert str(clock(period, unit, start).due) == due


@pytest.mark.parametrize(
    ("period", "unit", "start", "pauses", "due"),
    [
        (30, D, "2027-01-04", [("2027-01-10", "2027-01-20")], "2027-02-15"),  # ten days more: a Saturday
        (30, D, "2027-01-04", [("2027-01-10", "2027-01-15"), ("2027-01-20", "2027-01-22")], "2027-02-10"),
        (30, D, "2027-01-04", [("2027-01-10", "2027-01-20"), ("2027-01-15", "2027-01-25")], "2027-02-18"),  # overlap
        (30, D, "2027-01-04", [("2027-01-10", "2027-01-15"), ("2027-01-15", "2027-01-20")], "2027-02-15"),  # touch
        (30, D, "2027-01-04", [("2027-01-15", "2027-01-20"), ("2027-01-10", "2027-01-15")], "2027-02-15"),  # any order
        (30, D, "2027-01-04", [("2027-01-10", "2027-01-10")], "2027-02-03"),  # answered at once
        (30, D, "2027-01-04", [("2027-01-01", "2027-01-08")], "2027-02-08"),  # begins before: counts from the start
        (30, D, "2027-01-04", [("2026-12-20", "2026-12-30")], "2027-02-03"),  # over before the start
        (30, D, "2027-01-04", [("2027-02-10", "2027-02-20")], "2027-02-03"),  # late already
        (30, D, "2027-01-04", [("2027-02-01", "2027-02-11")], "2027-02-15"),  # over the last day
        (30, D, "2027-01-04", [("2027-02-03", "2027-02-05")], "2027-02-05"),  # on the last day
        (30, D, "2027-02-03", [("2027-02-20", "2027-02-26")], "2027-03-11"),  # a holiday within
        (10, B, "2027-01-04", [("2027-01-06", "2027-01-13")], "2027-01-25"),
        (10, B, "2027-01-04", [("2027-01-08", "2027-01-11")], "2027-01-19"),  # over a weekend: one day
        (10, B, "2027-01-04", [("2027-01-09", "2027-01-10")], "2027-01-18"),  # a weekend: none
        (10, B, "2027-02-15", [("2027-02-23", "2027-02-25")], "2027-03-03"),  # a holiday is no day of a pause
        (1, M, "2027-01-04", [("2027-01-10", "2027-01-20")], "2027-02-15"),
        (2, W, "2027-01-04", [("2027-01-05", "2027-01-06")], "2027-01-19"),
    ],
)
def test_a_pause_is_added(period: int, unit: Unit, start: str, pauses: Pauses, due: str) -> None:
    assert str(clock(period, unit, start, "2027-03-01", pauses).due) == due


@pytest.mark.parametrize(
    ("period", "unit", "pauses", "due"),
    [
        (20, D, [("2027-01-10", "2027-01-15")], "2027-02-04"),
        (20, D, [("2027-01-10", "2027-01-15"), ("2027-01-20", "2027-01-22")], "2027-02-11"),  # after the last answer
        (20, D, [("2027-01-10", "2027-01-10")], "2027-02-01"),  # 30 January is a Saturday
        (10, B, [("2027-01-06", "2027-01-08")], "2027-01-22"),
        (1, M, [("2027-01-10", "2027-01-31")], "2027-03-01"),
        (2, W, [("2027-01-05", "2027-01-12")], "2027-01-26"),
    ],
)
def test_a_period_begins_again(period: int, unit: Unit, pauses: Pauses, due: str) -> None:
    assert str(clock(period, unit, "2027-01-04", "2027-03-01", pauses, resume=Resume.RESTART).due) == due


def test_an_open_question_moves_the_day_with_every_day() -> None:
    found = clock(30, D, "2027-01-04", "2027-01-17", [("2027-01-10", None)])
    assert (str(found.due), found.paused, found.late) == ("2027-02-10", True, False)
    assert clock(30, D, "2027-01-04", "2027-01-10", [("2027-01-10", None)]).paused
    again = clock(20, D, "2027-01-04", "2027-01-18", [("2027-01-10", None)], resume=Resume.RESTART)
    assert (str(again.due), again.paused) == ("2027-02-08", True)
    late = clock(30, D, "2027-01-04", "2027-05-10", [("2027-01-10", None)])
    assert not late.late  # nobody is late while they wait


@pytest.mark.parametrize(
    ("more", "pauses", "due"),
    [
        (14, [], "2027-02-17"),
        (14, [("2027-01-10", "2027-01-20")], "2027-03-01"),  # 13 February and 14 days: a Saturday
        (21, [], "2027-02-25"),  # the national day
    ],
)
def test_time_is_extended(more: int, pauses: Pauses, due: str) -> None:
    found = clock(30, D, "2027-01-04", "2027-02-01", pauses, more)
    assert str(found.due) == due and Why.EXTENDED in [move.why for move in found.moves]


def test_the_clock_says_why_the_day_moved() -> None:
    found = clock(30, D, "2027-01-04", "2027-02-01", [("2027-01-10", "2027-01-20")], 14)
    said = [(move.why, str(move.due)) for move in found.moves]
    assert said == [
        (Why.BEGINS, "2027-02-03"),
        (Why.PAUSED, "2027-02-13"),
        (Why.EXTENDED, "2027-02-27"),
        (Why.MOVED, "2027-03-01"),
    ]


def test_late_is_the_day_after() -> None:
    assert (clock(30, D, "2027-01-04", "2027-02-03").days_left, clock(30, D, "2027-01-04", "2027-02-03").late) == (
        0,
        False,
    )
    assert clock(30, D, "2027-01-04", "2027-02-04").late
    assert reckon(Rule(30, D), None, works=WORKS, today=date(2027, 1, 1)) == Clock(None)


def test_an_appeal_ends_on_a_day_on_which_somebody_is_there() -> None:
    assert str(appeal_end(date(2027, 1, 4), 30, WORKS)) == "2027-02-03"
    assert str(appeal_end(date(2027, 2, 24), 30, WORKS)) == "2027-03-29"  # Good Friday


DAYS = st.dates(date(2024, 1, 1), date(2032, 12, 31))


@given(DAYS, st.integers(1, 200), st.sampled_from(list(Unit)))
def test_a_longer_period_never_ends_sooner(start: date, period: int, unit: Unit) -> None:
    one, more = (reckon(Rule(n, unit), start, works=WORKS, today=start).due for n in (period, period + 1))
    assert one is not None and more is not None and start < one <= more and WORKS(one)


@given(DAYS, st.integers(1, 90), st.integers(0, 60), st.integers(0, 60), st.sampled_from(list(Unit)))
def test_a_pause_never_brings_the_end_nearer(start: date, period: int, after: int, lasts: int, unit: Unit) -> None:
    asked = start + timedelta(days=after)
    plain = reckon(Rule(period, unit), start, works=WORKS, today=start).due
    for resume in Resume:
        paused = reckon(
            Rule(period, unit, resume), start, works=WORKS, today=start, pauses=[(asked, asked + timedelta(days=lasts))]
        ).due
        assert plain is not None and paused is not None and paused >= plain


@pytest.mark.parametrize(
    "day",
    ["1818-03-22", "1943-04-25", "2024-03-31", "2025-04-20", "2026-04-05", "2027-03-28", "2028-04-16", "2038-04-25"],
)
def test_easter(day: str) -> None:
    wanted = date.fromisoformat(day)
    assert holidays.easter(wanted.year) == wanted


@pytest.mark.parametrize("rule", ["13-01", "02-30", "easter~2", "christmas", "5-1", ""])
def test_a_rule_that_is_none_is_named(rule: str) -> None:
    with pytest.raises(holidays.RuleError, match="Holiday 2"):
        holidays.check(["01-01", rule])


def test_a_leap_day_is_a_holiday_in_leap_years_only() -> None:
    rules = holidays.check([" 02-29 ", "Easter+1"])
    assert rules == ("02-29", "easter+1")
    assert date(2028, 2, 29) in holidays.of_year(rules, 2028)
    assert len(holidays.of_year(rules, 2027)) == 1
