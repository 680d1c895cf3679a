"""Codes forgive what a hand does and notice every slip; what a check answers; what an upload is."""

from __future__ import annotations

import random
import secrets
from datetime import UTC, date, datetime, timedelta
from itertools import combinations

import pytest

from portal.base import i18n
from portal.base.actor import NOBODY, Actor
from portal.base.feature import PaperKind
from portal.base.i18n import _l
from portal.papers import rules
from portal.papers.models import Paper, PaperState, Revocation

NOW = datetime(2026, 6, 5, 12, tzinfo=UTC)
KINDS = [PaperKind("letter", _l("Letter"), "x.html", "L", roles=("case_officer",))]


def paper(**given: object) -> Paper:
    return Paper(
        **{
            "kind": "letter", "number": "L-2026-00001", "lang": "en", "state": PaperState.READY, "lines": [], "shown": [],
            "issued_at": NOW - timedelta(days=1), "expires_at": None, **given,
        }
    )  # fmt: skip


def test_a_code_holds_80_bits_and_differs_each_time() -> None:
    assert rules.code_of(b"\x00" * 10) == "0" * 17
    assert rules.code_of(b"\xff" * 10)[:16] == "Z" * 16
    codes = {rules.code_of(secrets.token_bytes(10)) for _ in range(500)}
    assert len(codes) == 500 and all(len(code) == 17 for code in codes)
    with pytest.raises(ValueError):
        rules.code_of(b"\x00" * 9)


def test_every_single_slip_and_every_exchange_of_two_signs_is_noticed() -> None:
    dice = random.Random(7)
    for _ in range(20):
        code = rules.code_of(dice.randbytes(10))
        for place in range(17):
            for sign in rules.ALPHABET:
                slipped = code[:place] + sign + code[place + 1 :]
                assert (rules.read_code(slipped) == code) is (sign == code[place])
        for a, b in combinations(range(16), 2):
            signs = list(code)
            signs[a], signs[b] = signs[b], signs[a]
            assert rules.read_code("".join(signs)) == (code if code[a] == code[b] else None)


@pytest.mark.parametrize(
    "hand",
    [
        lambda code: code.lower(),
        lambda code: rules.grouped(code),
        lambda code: f"  {code[:5]} {code[5:11]}\u2013{code[11:]}\n",
        lambda code: code.replace("0", "o").replace("1", "l"),
        lambda code: code.replace("0", "O").replace("1", "I").replace("V", "u"),
        lambda code: code.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")),
        lambda code: code.translate({ord(c): ord(c) + 0xFEE0 for c in rules.ALPHABET}),  # full-width
    ],
)
def test_what_a_hand_writes_is_understood(hand: object) -> None:
    for n in range(200):
        code = rules.code_of(random.Random(n).randbytes(10))
        assert rules.read_code(hand(code)) == code  # type: ignore[operator]


@pytest.mark.parametrize("typed", ["", "0", "0" * 16, "0" * 18, "A" * 17, "!" * 17, "0" * 500, "../../etc/passwd"])
def test_what_is_no_code_is_never_looked_up(typed: str) -> None:
    assert rules.read_code(typed) is None


def test_the_hash_of_a_code_needs_the_key() -> None:
    assert rules.code_hash(b"a" * 32, "0" * 17) != rules.code_hash(b"b" * 32, "0" * 17)


WORDS = [
    (PaperState.READY, None, "valid"),
    (PaperState.READY, timedelta(seconds=1), "valid"),
    (PaperState.READY, timedelta(0), "expired"),
    (PaperState.READY, -timedelta(days=1), "expired"),
    (PaperState.REVOKED, timedelta(days=1), "revoked"),
    (PaperState.REVOKED, -timedelta(days=1), "revoked"),
    (PaperState.REPLACED, None, "replaced"),
    (PaperState.BEING_MADE, None, "being_made"),
    (PaperState.FAILED, None, "being_made"),
]


@pytest.mark.parametrize(("state", "left", "word"), WORDS)
def test_where_a_paper_stands(state: PaperState, left: timedelta | None, word: str) -> None:
    found = rules.standing(paper(state=state, expires_at=NOW + left if left is not None else None), NOW)
    assert found.word == word


def test_a_check_shows_nothing_more_than_the_holder_chose() -> None:
    lines = [["Recipient", "Ana Ilves"], ["Subject", "Your permit"]]
    assert rules.standing(paper(lines=lines), NOW).lines == ()
    assert rules.standing(paper(lines=lines, shown=[1]), NOW).lines == (("Subject", "Your permit"),)
    gone = paper(lines=lines, shown=[0, 1], state=PaperState.REVOKED, reason=Revocation.LOST, revoked_at=NOW)
    assert rules.standing(gone, NOW).lines == (), "a paper that does not count says nothing about anybody"
    assert rules.chosen([1, 1, 7, -1, 0], lines) == [0, 1]


def test_who_may_read_a_paper() -> None:
    one = paper(person_id=7)
    assert rules.may_read(one, Actor(person_id=7), KINDS)
    assert not rules.may_read(one, Actor(person_id=8), KINDS)
    assert not rules.may_read(one, NOBODY, KINDS)
    assert not rules.may_read(paper(person_id=None), NOBODY, KINDS), "nobody is not the holder of a paper without one"
    assert rules.may_read(one, Actor(person_id=8, roles=frozenset({"case_officer"})), KINDS)
    assert not rules.may_read(one, Actor(person_id=8, roles=frozenset({"librarian"})), KINDS)
    assert not rules.may_read(paper(kind="gone"), Actor(person_id=8, roles=frozenset({"case_officer"})), KINDS)


PDF = b"%PDF-1.7 the words of the paper %%EOF"
OURS = rules.Signature("ours", "City", True, True)
JUDGED = [
    ("what was given out", PDF, True, None, None, "genuine"),
    ("a picture", b"\x89PNG", False, None, [], "no_pdf"),
    ("one byte", PDF.replace(b"words", b"wards"), False, PDF, None, "changed"),
    ("an update behind it", PDF + b"\nmore", False, PDF, None, "appended"),
    ("signature broken", PDF, False, None, [rules.Signature("ours", "City", False, True)], "changed"),
    ("more than is signed", PDF, False, None, [rules.Signature("ours", "City", True, False)], "appended"),
    ("a second signature", PDF, False, None, [OURS, rules.Signature("x", "Eve", True, True)], "appended"),
    ("ours, whole, other bytes", PDF + b"x", False, b"%PDF-1.7 another", [OURS], "changed"),
    ("ours, whole, no such number", PDF, False, None, [OURS], "unknown"),
    ("foreign", PDF, False, None, [rules.Signature("x", "Eve", True, True)], "foreign"),
    ("no signature", PDF, False, None, [], "unsigned"),
    ("cannot look", PDF, False, None, None, "unchecked"),
]


@pytest.mark.parametrize(("case", "file", "known", "original", "signatures", "word"), JUDGED)
def test_what_an_upload_is(case: str, file: bytes, known: bool, original: bytes, signatures: list, word: str) -> None:
    found = rules.judge(
        file, known=known, original=original, signatures=signatures, readable=True, ours=["ours", "older"]
    )
    assert found.word == word, case


def test_the_difference_names_the_byte() -> None:
    assert rules.difference(b"abcdef", b"abXdef") == rules.Difference(1, 3, 0)
    assert rules.difference(b"abcdef", b"abcdefgh") == rules.Difference(0, 0, 2)
    assert rules.difference(b"abcdef", b"abcd") == rules.Difference(2, 5, 0)


def test_an_unreadable_file_is_no_unsigned_one() -> None:
    said = rules.judge(PDF, known=False, original=None, signatures=[], readable=False, ours=[])
    assert said.word == "unreadable"


def test_the_number_is_found_in_the_signature_only() -> None:
    assert rules.number_in(b"... /Reason (L-2026-00017) ...") == "L-2026-00017"
    assert rules.number_in(b"... /Reason (L\\0552026\\05500017) ...") == "L-2026-00017"
    assert rules.number_in(b"... /Title (L-2026-00017) ...") is None


def test_the_head_of_a_day_depends_on_all_of_it() -> None:
    base = rules.head(date(2026, 6, 5), rules.FIRST, ["b", "a"], ["L-2026-00001"])
    assert base == rules.head(date(2026, 6, 5), rules.FIRST, ["a", "b"], ["L-2026-00001"])
    others = [
        rules.head(date(2026, 6, 6), rules.FIRST, ["a", "b"], ["L-2026-00001"]),
        rules.head(date(2026, 6, 5), "1" * 64, ["a", "b"], ["L-2026-00001"]),
        rules.head(date(2026, 6, 5), rules.FIRST, ["a"], ["L-2026-00001"]),
        rules.head(date(2026, 6, 5), rules.FIRST, ["a", "b"], []),
    ]
    assert base not in others and len(set(others)) == 4


def test_an_address_keeps_its_direction() -> None:
    assert i18n.direction_of("10111 Sundhaven") == "ltr"
    assert i18n.direction_of("١٢ شارع البحر") == "rtl"
    assert i18n.direction_of("") == "ltr"
