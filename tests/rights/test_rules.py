"""The law's days, word for word."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from portal.audit import rules_looks
from portal.rights import rules

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("received", "due", "longest"),
    [
        (date(2026, 6, 1), date(2026, 7, 1), date(2026, 9, 1)),
        (date(2026, 1, 31), date(2026, 2, 28), date(2026, 4, 30)),  # a shorter month: its last day
        (date(2028, 1, 30), date(2028, 2, 29), date(2028, 4, 30)),
        (date(2026, 12, 15), date(2027, 1, 15), date(2027, 3, 15)),
        (date(2026, 11, 30), date(2026, 12, 30), date(2027, 2, 28)),
    ],
)
def test_a_month_ends_on_the_same_number(received: date, due: date, longest: date) -> None:
    assert rules.due_on(received) == due
    assert rules.longest(received) == longest


@pytest.mark.parametrize(
    ("answered", "extended", "today", "yes"),
    [
        (False, False, date(2026, 7, 1), True),
        (False, False, date(2026, 7, 2), False),  # the first month is over
        (False, True, date(2026, 6, 2), False),
        (True, False, date(2026, 6, 2), False),
    ],
)
def test_once_and_within_the_first_month(answered: bool, extended: bool, today: date, yes: bool) -> None:
    got = rules.may_extend(answered=answered, extended=extended, received=date(2026, 6, 1), today=today)
    assert bool(got) is yes


def test_seventy_two_hours() -> None:
    assert rules.authority_by(NOW) - NOW == timedelta(hours=72)
    assert not rules.may_close_breach(told_authority=False, why_not="  ")
    assert rules.may_close_breach(told_authority=False, why_not="Hardly a risk")
    assert rules.may_close_breach(told_authority=True, why_not="")


@pytest.mark.parametrize(
    ("held", "roles", "yes"), [(False, False, True), (True, False, False), (False, True, False), (True, True, False)]
)
def test_hold_and_roles_stop_an_erasure(held: bool, roles: bool, yes: bool) -> None:
    assert bool(rules.may_erase(held=held, roles=roles)) is yes


@pytest.mark.parametrize(("days", "unused"), [(0, False), (699, False), (700, True), (800, True)])
def test_notice_comes_thirty_days_before_two_years(days: int, unused: bool) -> None:
    today = date(2026, 6, 1)
    assert rules.is_unused(today - timedelta(days=days), today) is unused


def test_the_notice_must_pass() -> None:
    assert not rules.notice_is_over(None, NOW)
    assert not rules.notice_is_over(NOW - timedelta(days=29), NOW)
    assert rules.notice_is_over(NOW - timedelta(days=30), NOW)


@pytest.mark.parametrize(
    ("why", "words", "yes"),
    [("asked", "", True), ("other", "", False), ("other", "curious", False), ("other", "She rang the desk", True),
     ("", "", False), ("list", "", False), ("request", "", False)],
)  # fmt: skip
def test_a_reason_is_one_of_the_list(why: str, words: str, yes: bool) -> None:
    assert bool(rules_looks.reason_is_given(why, words)) is yes


@pytest.mark.parametrize(("typed", "yes"), [("erase", True), (" Erase ", True), ("", False), ("delete", False)])
def test_the_word_is_typed(typed: str, yes: bool) -> None:
    assert rules.is_typed(typed, "erase") is yes
