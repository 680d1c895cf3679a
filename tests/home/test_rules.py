"""The rules of home, without anything else."""

from datetime import UTC, datetime, timedelta

import pytest

from portal.home import rules

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("slug", "fine"),
    [("opening-hours", True), ("a1", True), ("Opening", False), ("-x", False), ("x--y", False), ("", False), ("a" * 61, False),
     ("help", False), ("accessibility", False), ("taken", False), ("../x", False), ("ü", False)],
)  # fmt: skip
def test_addresses(slug: str, fine: bool) -> None:
    verdict = rules.may_be_slug(slug, ["taken"])
    assert bool(verdict) is fine
    assert fine or str(verdict.reason)


def test_fixed_pages_stay() -> None:
    assert not rules.may_remove("privacy")
    assert not rules.may_remove("accessibility")
    assert rules.may_remove("opening-hours")


@pytest.mark.parametrize(
    ("start", "end", "shown"),
    [(0, None, True), (1, None, False), (-1, 0, False), (-1, 1, True), (0, 1, True), (-2, -1, False)],
)
def test_a_notice_shows_from_its_start_until_its_end(start: int, end: int | None, shown: bool) -> None:
    ends = None if end is None else NOW + timedelta(hours=end)
    assert rules.shows(NOW + timedelta(hours=start), ends, NOW) is shown


def notice(kind: str, hours: int) -> dict[str, object]:
    return {"kind": kind, "from": (NOW - timedelta(hours=hours)).isoformat(), "to": None}


def test_an_emergency_comes_first_then_the_newest() -> None:
    many = [notice("news", 1), notice("outage", 5), notice("emergency", 9), notice("emergency", 3)]
    assert rules.foremost(many, NOW) == many[3]
    assert rules.foremost(many[:2], NOW) == many[1]
    assert rules.foremost([], NOW) is None


def test_the_reader_gets_the_nearest_language() -> None:
    texts = {"en": 1, "de": 2, "ar": 3}
    assert rules.in_language(texts, "de") == ("de", 2)
    assert rules.in_language(texts, "fr") == ("en", 1)
    assert rules.in_language({"pl": 4, "et": 5}, "fr") == ("et", 5)
    assert rules.in_language({}, "fr") is None
