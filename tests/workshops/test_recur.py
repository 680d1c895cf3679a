"""Recurring days: weeks, holidays, exceptions, and what the clocks do."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from portal.workshops.rules_recur import Pattern, Why, copied, days, instant, slots, weeks_between

TALLINN = ZoneInfo("Europe/Tallinn")
TEN = time(10)


def held(pattern: Pattern, holidays: list[tuple[date, date]] | None = None) -> list[str]:
    return [one.day.isoformat() for one in days(pattern, TALLINN, holidays or []) if one.why is None]


@pytest.mark.parametrize(
    ("pattern", "wanted"),
    [
        (Pattern(date(2027, 1, 5), (1,), TEN, 90, times=3), ["2027-01-05", "2027-01-12", "2027-01-19"]),
        (Pattern(date(2027, 1, 5), (1, 3), TEN, 90, until=date(2027, 1, 14)),
         ["2027-01-05", "2027-01-07", "2027-01-12", "2027-01-14"]),
        (Pattern(date(2027, 1, 6), (1,), TEN, 90, times=1), ["2027-01-12"]),  # a Wednesday: the next Tuesday
        (Pattern(date(2027, 1, 5), (1,), TEN, 90, every=2, times=2), ["2027-01-05", "2027-01-19"]),
        (Pattern(date(2028, 2, 29), (1,), TEN, 90, times=2), ["2028-02-29", "2028-03-07"]),  # a leap day
        (Pattern(date(2027, 12, 28), (1,), TEN, 90, times=2), ["2027-12-28", "2028-01-04"]),
        (Pattern(date(2027, 1, 5), (1,), TEN, 90, times=2, but=frozenset({date(2027, 1, 12)})), ["2027-01-05", "2027-01-19"]),
        (Pattern(date(2027, 1, 5), (), TEN, 90, times=2), []),
        (Pattern(date(2027, 1, 5), (1,), TEN, 90, until=date(2027, 1, 4)), []),
    ],
)  # fmt: skip
def test_which_days(pattern: Pattern, wanted: list[str]) -> None:
    assert held(pattern) == wanted


def test_holidays_are_left_out_and_said() -> None:
    pattern = Pattern(date(2027, 12, 14), (1,), TEN, 90, times=2)
    found = days(pattern, TALLINN, [(date(2027, 12, 20), date(2028, 1, 2))])
    assert [(one.day.day, one.why) for one in found] == [
        (14, None), (21, Why.HOLIDAY), (28, Why.HOLIDAY), (4, None),
    ]  # fmt: skip


def test_ten_stays_ten_when_the_clocks_change() -> None:
    found = days(Pattern(date(2027, 3, 23), (1,), TEN, 90, times=2), TALLINN)  # the clocks go forward on the 28th
    assert [one.starts_at for one in found] == [
        datetime(2027, 3, 23, 8, tzinfo=UTC), datetime(2027, 3, 30, 7, tzinfo=UTC),
    ]  # fmt: skip


def test_a_time_that_does_not_exist_and_one_that_is_there_twice() -> None:
    assert instant(date(2027, 3, 28), time(3, 30), TALLINN) == datetime(2027, 3, 28, 1, 30, tzinfo=UTC)
    assert instant(date(2027, 10, 31), time(3, 30), TALLINN) == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)


def test_what_is_over_is_not_planned() -> None:
    now = datetime(2027, 1, 6, tzinfo=UTC)
    found = days(Pattern(date(2027, 1, 5), (1,), TEN, 90, times=1), TALLINN, now=now)
    assert [(one.day.day, one.why) for one in found] == [(5, Why.OVER), (12, None)]


def test_slots_end_before_the_end() -> None:
    start, end = datetime(2027, 1, 5, 8, tzinfo=UTC), datetime(2027, 1, 5, 10, tzinfo=UTC)
    assert len(slots(start, end, 30)) == 4
    assert len(slots(start, end, 30, pause=10)) == 3
    assert len(slots(start, end, 50)) == 2
    assert slots(start, end, 121) == []
    assert [one[0].hour for one in slots(start, end, 60, but={0})] == [9]


def test_a_term_is_copied_by_weeks() -> None:
    one = (datetime(2027, 3, 23, 8, tzinfo=UTC), datetime(2027, 3, 23, 9, tzinfo=UTC))
    two = (datetime(2027, 3, 30, 7, tzinfo=UTC), datetime(2027, 3, 30, 8, tzinfo=UTC))
    weeks = weeks_between(date(2027, 1, 11), date(2027, 9, 6))
    assert weeks == 34
    found = copied([(7, [one, two])], weeks, TALLINN, [(date(2027, 11, 16), date(2027, 11, 16))])
    assert found[0].times == ((datetime(2027, 11, 23, 8, tzinfo=UTC), datetime(2027, 11, 23, 9, tzinfo=UTC)),)
    assert copied([(7, [one])], weeks, TALLINN, [(date(2027, 11, 16), date(2027, 11, 16))])[0].why is Why.HOLIDAY
    assert copied([(7, [one])], weeks, TALLINN, last=date(2027, 11, 1))[0].why is Why.OVER
