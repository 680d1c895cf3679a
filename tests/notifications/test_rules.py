"""Who is told how, as a table; when a digest leaves; what a text message may say."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from portal.notifications.models import Channel, Rhythm
from portal.notifications.rules import Wish, next_digest, ways, without_links

E, D, S, L = Channel.EMAIL, Channel.DIGEST, Channel.SMS, Channel.LETTER
NOW, DAILY, OFF = Wish(), Wish(Rhythm.DAILY), Wish(Rhythm.OFF)
TEXT = Wish(Rhythm.OFF, True)


@pytest.mark.parametrize(
    ("wish", "required", "has", "sms_on", "expected"),
    [
        (NOW, False, "e", False, {E}),
        (DAILY, False, "e", False, {D}),
        (OFF, False, "e", False, set()),
        (NOW, False, "", False, set()),
        (NOW, False, "l", False, set()),  # nobody gets a letter about what is nice to know
        (OFF, True, "e", False, {E}),  # the law's own cannot be switched off
        (DAILY, True, "e", False, {E}),  # nor does it wait for a digest
        (OFF, True, "l", False, {L}),
        (NOW, True, "el", False, {E}),
        (NOW, True, "", False, set()),
        (TEXT, False, "ep", True, {S}),
        (TEXT, False, "ep", False, set()),  # the city has no gateway
        (TEXT, True, "lp", True, {L, S}),
        (NOW, True, "p", True, set()),  # a text message only for those who asked
    ],
)
def test_the_ways_of_a_message(wish: Wish, required: bool, has: str, sms_on: bool, expected: set[Channel]) -> None:
    found = ways(wish, required=required, email="e" in has, phone="p" in has, post="l" in has, sms_on=sms_on)
    assert found == expected


@pytest.mark.parametrize(
    ("rhythm", "now", "expected"),
    [
        (Rhythm.DAILY, "2026-06-01T03:59", "2026-06-01T04:00"),  # seven o'clock in Tallinn, in summer
        (Rhythm.DAILY, "2026-06-01T04:00", "2026-06-02T04:00"),
        (Rhythm.DAILY, "2026-12-01T04:00", "2026-12-01T05:00"),
        (Rhythm.WEEKLY, "2026-06-01T04:00", "2026-06-08T04:00"),  # a Monday, just gone
        (Rhythm.WEEKLY, "2026-06-04T10:00", "2026-06-08T04:00"),
        (Rhythm.DAILY, "2026-03-28T05:01", "2026-03-29T04:00"),  # the night in which the clocks go forward
    ],
)
def test_digests_leave_at_seven_on_the_citys_clock(rhythm: Rhythm, now: str, expected: str) -> None:
    found = next_digest(rhythm, datetime.fromisoformat(now).replace(tzinfo=UTC), ZoneInfo("Europe/Tallinn"))
    assert found == datetime.fromisoformat(expected).replace(tzinfo=UTC)


def test_a_text_message_has_no_link_whatever_somebody_wrote() -> None:
    assert without_links("Idea: see https://evil.example/x or WWW.evil.example now") == "Idea: see … or … now"
