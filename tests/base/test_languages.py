"""A reader who names no language gets the one they can read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.base.languages import choose, match, parse

OURS = ["en", "de", "et", "fr", "pl", "ar"]


@pytest.mark.parametrize(
    ("accept", "offered", "expected"),
    [
        ("de-AT,de;q=0.9,en;q=0.5", OURS, "de"),
        ("ar-EG", OURS, "ar"),
        ("fr;q=0.2, pl;q=0.8", OURS, "pl"),
        ("*", OURS, "en"),
        ("*;q=0.1, et;q=0.5", OURS, "et"),
        ("", OURS, "en"),
        ("xx, yy;q=0.3", OURS, "en"),
        ("en;q=0, *", OURS, "de"),
        ("de;q=banana, fr;q=0.1", OURS, "fr"),
        ("de;q=7, fr;q=0.1", OURS, "fr"),
        ("DE_ch", OURS, "de"),
        ("zh-TW", ["en", "zh-Hans", "zh-Hant"], "zh-Hant"),
        ("zh-TW,zh;q=0.9", ["en", "zh-Hans", "zh-Hant"], "zh-Hant"),
        ("zh-HK", ["en", "zh-Hans"], "en"),
        ("zh-CN", ["en", "zh-Hans", "zh-Hant"], "zh-Hans"),
        ("zh-Hant-HK", ["en", "zh-Hans", "zh-Hant"], "zh-Hant"),
        ("zh", ["en", "zh-Hans", "zh-Hant"], "zh-Hans"),
        ("no", ["en", "nb"], "nb"),
        ("nn-NO,en;q=0.2", ["en", "nb"], "nb"),
        ("nb", ["en", "no"], "no"),
        ("sr-Latn-RS", ["en", "sr-Cyrl", "sr-Latn"], "sr-Latn"),
        ("sr-Latn-RS", ["en", "sr"], "en"),
        ("iw", ["en", "he"], "he"),
    ],
)
def test_the_browser_is_understood(accept: str, offered: list[str], expected: str) -> None:
    assert choose(offered, accept) == expected


def test_a_choice_beats_the_browser() -> None:
    assert choose(OURS, "de", cookie="pl") == "pl"
    assert choose(OURS, "de", cookie="pl", account="et") == "et"
    assert choose(OURS, "de", cookie="../../etc", account="xx") == "de"


@given(st.text(max_size=200), st.text(max_size=20), st.text(max_size=20))
def test_whatever_is_sent_an_offered_language_comes_out(accept: str, cookie: str, account: str) -> None:
    assert choose(OURS, accept, cookie, account) in OURS


def test_the_header_is_bounded() -> None:
    assert len(parse("de," * 100_000)) < 500
    assert match("", OURS) is None
