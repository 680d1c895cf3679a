"""Judgement about people: ages, districts, names, levels, sessions."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.identity import rules
from portal.identity.rules import AgeRule, Birth, Facts

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("born", "rule", "old"),
    [
        ("2010-06-01", AgeRule(16, date(2026, 6, 1)), True),  # the birthday itself counts
        ("2010-06-02", AgeRule(16, date(2026, 6, 1)), False),
        ("2008-02-29", AgeRule(18, date(2026, 2, 28)), False),
        ("2008-02-29", AgeRule(18, date(2026, 3, 1)), True),
        ("2008-02-29", AgeRule(16, date(2024, 2, 29)), True),
        ("2010", AgeRule(16, date(2026, 6, 1)), False),  # nobody is called old enough by a gap
        ("2009", AgeRule(16, date(2026, 6, 1)), True),
        ("2010-05", AgeRule(16, date(2026, 6, 1)), True),
        ("2010-06", AgeRule(16, date(2026, 6, 1)), False),
        ("1990-00-00", AgeRule(16, date(2026, 6, 1)), True),
    ],
)
def test_old_enough(born: str, rule: AgeRule, old: bool) -> None:
    birth = rules.read_birth(born)
    assert birth is not None
    assert rules.old_enough(birth, rule) is old


@pytest.mark.parametrize(
    "text", ["", None, "0000-05-04", "1988-13-01", "1988-02-30", "4.5.1988", "88-05-04", "1988-05-04-1", 7]
)
def test_what_is_no_birth_date(text: Any) -> None:
    assert rules.read_birth(text) is None


@given(st.dates(min_value=date(1900, 1, 1), max_value=date(2020, 12, 31)), st.integers(1, 100), st.integers(0, 4000))
def test_once_old_enough_always_old_enough(born: date, years: int, days: int) -> None:
    birth = Birth(born.year, born.month, born.day)
    on = date(2000, 1, 1)
    if rules.old_enough(birth, AgeRule(years, on)):
        assert rules.old_enough(birth, AgeRule(years, on + timedelta(days=days)))
        assert rules.old_enough(birth, AgeRule(max(1, years - 1), on))


@given(st.dates(min_value=date(1900, 1, 1), max_value=date(2020, 12, 31)), st.lists(st.integers(10, 30), max_size=4))
def test_facts_never_say_more_than_the_birth_date(born: date, asked: list[int]) -> None:
    birth = Birth(born.year, born.month, born.day)
    known = [AgeRule(years, date(2026, 1, 1) + timedelta(days=years * 10)) for years in asked]
    facts = Facts(ages={rule.key: rules.old_enough(birth, rule) for rule in known})
    for years in range(9, 32):
        for on in (date(2025, 1, 1), date(2026, 5, 1), date(2027, 1, 1)):
            said = facts.age(AgeRule(years, on))
            assert said in (None, rules.old_enough(birth, AgeRule(years, on)))


def test_an_age_rule_reads_its_own_name() -> None:
    assert AgeRule.read(AgeRule(16, date(2026, 6, 1)).key) == AgeRule(16, date(2026, 6, 1))


@pytest.mark.parametrize(
    ("claims", "residence"),
    [
        ({"district": "saltwick"}, "saltwick"),
        ({"district": "Salt Wick"}, "saltwick"),
        ({"district": "elsewhere"}, "no"),
        ({}, None),
        ({"district": ""}, None),
        ({"district": ["saltwick"]}, None),
        ({"home": "SUN"}, "city"),
        ({"home": "sun", "district": "saltwick"}, "saltwick"),
        ({"home": "OTHER", "district": "saltwick"}, "no"),
    ],
)
def test_residence(claims: dict[str, Any], residence: str | None) -> None:
    said = rules.read_claims(
        claims,
        {"district": "district", "residence": "home"},
        districts=["saltwick", "larkhill"],
        told={"salt wick": "saltwick"},
        residents="SUN",
    )
    assert said.residence == residence


def test_claims_lie_at_dotted_paths() -> None:
    claims = {"address": {"locality": "larkhill"}, "https://x.example/code": 7, "a.b": "flat"}
    assert rules.at_path(claims, "address.locality") == "larkhill"
    assert rules.at_path(claims, "address.street") is None
    assert rules.at_path(claims, "address.locality.more") is None
    assert rules.at_path(claims, "a.b") == "flat"
    assert rules.at_path(claims, "") is None


@given(st.text())
def test_names_are_plain(name: str) -> None:
    clean = rules.clean_name(name)
    assert len(clean) <= 200
    assert clean == clean.strip()
    assert not any(ord(c) < 32 or c in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069" for c in clean)
    assert rules.clean_name(clean) == clean


def test_names_are_found_without_accents() -> None:
    assert rules.folded("Piotr ZIELIŃSKI") == rules.folded("piotr zielinski")


@pytest.mark.parametrize("other", ["48805040124", "4880504012"])
def test_the_keyed_hash_tells_codes_apart(other: str) -> None:
    one = rules.resident_hash(b"k", "ee", "48805040123")
    assert one == rules.resident_hash(b"k", "ee", " 4880504-0123 ")
    assert one != rules.resident_hash(b"k", "ee", other)
    assert one != rules.resident_hash(b"k", "lv", "48805040123")


@pytest.mark.parametrize(
    ("acr", "wanted", "ok"),
    [("high", "substantial", True), ("substantial", "substantial", True), ("low", "substantial", False),
     ("", "substantial", False), ("odd", "low", False), ("odd", "", True)],
)  # fmt: skip
def test_levels_are_compared_by_rank(acr: str, wanted: str, ok: bool) -> None:
    assert rules.reaches(acr, wanted, ("low", "substantial", "high")) is ok


@pytest.mark.parametrize(
    ("acr", "amr", "acr_staff", "staff_amr", "ok"),
    [("low", (), "", (), True), ("low", (), "high", (), False), ("high", (), "high", (), True),
     ("low", ("otp",), "high", ("otp",), True), ("low", ("pwd",), "", ("otp",), False)],
)  # fmt: skip
def test_second_factor(acr: str, amr: tuple[str, ...], acr_staff: str, staff_amr: tuple[str, ...], ok: bool) -> None:
    ranks = ("low", "substantial", "high")
    assert rules.staff_ok(acr, amr, acr_staff=acr_staff, staff_amr=staff_amr, ranks=ranks) is ok


@pytest.mark.parametrize(
    ("seen", "ends", "revoked", "good"),
    [
        (0, 600, None, True),
        (3599, 600, None, True),
        (3600, 600, None, False),
        (0, 0, None, False),
        (0, 600, NOW, False),
    ],
)
def test_a_session_ends(seen: int, ends: int, revoked: datetime | None, good: bool) -> None:
    alive = rules.session_is_good(
        revoked_at=revoked,
        last_seen_at=NOW - timedelta(seconds=seen),
        idle_seconds=3600,
        ends_at=NOW + timedelta(seconds=ends),
        now=NOW,
    )
    assert alive is good


@pytest.mark.parametrize(
    ("acting", "person", "role", "grant", "ok"),
    [(1, 2, "auditor", True, True), (1, 1, "auditor", False, True), (1, 1, "administrator", False, False),
     (1, 2, "administrator", False, True), (1, 2, "king", True, False), (None, 2, "auditor", True, True)],
)  # fmt: skip
def test_who_may_change_roles(acting: int | None, person: int, role: str, grant: bool, ok: bool) -> None:
    known = ("auditor", "administrator")
    assert bool(rules.may_change_role(acting=acting, person=person, role=role, grant=grant, known=known)) is ok


def test_an_invitation_is_good_once_for_an_hour() -> None:
    end = NOW + rules.INVITATION
    assert rules.invitation_is_good(used_at=None, expires_at=end, now=NOW)
    assert not rules.invitation_is_good(used_at=NOW, expires_at=end, now=NOW)
    assert not rules.invitation_is_good(used_at=None, expires_at=end, now=end)


@pytest.mark.parametrize(
    ("url", "ok"),
    [
        ("https://id.example/token", True),
        ("http://id.example/token", False),
        ("http://127.0.0.1:8001/token", True),
        ("http://[::1]:8001/token", True),
        ("http://localhost/", True),
        ("http://127.0.0.1.evil.example/", False),
        ("http://localhost.evil.example/", False),
        ("ftp://127.0.0.1/", False),
        ("https:///token", False),
        ("//id.example", False),
        ("http://[::1", False),
        (None, False),
    ],
)
def test_which_addresses_may_be_called(url: object, ok: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")
    assert rules.over_tls(url) is ok
