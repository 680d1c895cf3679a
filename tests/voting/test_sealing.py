"""A ballot lies sealed under its slot, and every printed sign can be typed again."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.base import codes
from portal.voting import sealing, sealing_files
from portal.voting.sealing import Envelope, SealingError, Subkeys

KEY = bytes(range(32))
KEYS = Subkeys.of(KEY, "v1")
OLD = (
    "BZPE-PSQZ-S1QK-HPAJ-V",
    "WZVC-04BQ-DT6V-FK9K-*",
    "35C1-W9YY-FKPG-1ZRW-U",
    "9Z42-P9NE-SD3X-51MC-~",
    "ADFT-63BY-4QER-MJFH-=",
    "KWA0-4PQG-0SDK-1S3Y-$",
)
SLOT = sealing.slot_of(KEYS, "roll", "ana")
LETTER = Envelope(nonce=b"n" * 32, receipt="ab" * 32, channel="web", station=7, prior="cd" * 32)

REGULATION = {
    "ballot": {"kind": "approval", "min": 1, "max": 3, "limit_cents": None},
    "pots": [{"id": "city"}, {"id": "north"}],
    "projects": [{"id": f"P/{n}", "pot": "city" if n < 8 else "north"} for n in range(12)],
}


def test_subkeys_differ_by_purpose_and_by_vote() -> None:
    names = ("slot", "receipt", "envelope", "choices", "lot")
    drawn = [getattr(Subkeys.of(KEY, vote), name) for vote in ("v1", "v2") for name in names]
    assert len(set(drawn)) == 10
    assert "slot" not in repr(KEYS)  # a traceback never shows them


def test_envelope_and_choices_come_back() -> None:
    sealed = sealing.seal_envelope(KEYS, "v1", SLOT, LETTER)
    assert len(sealed) == sealing.ENVELOPE_BYTES
    assert sealing.open_envelope(KEYS, "v1", SLOT, sealed) == LETTER
    bare = replace(LETTER, receipt=None, prior=None, channel="imported")
    assert sealing.open_envelope(KEYS, "v1", SLOT, sealing.seal_envelope(KEYS, "v1", SLOT, bare)) == bare


def test_every_sealing_draws_a_new_iv_and_all_have_one_length() -> None:
    length = sealing.choices_length(REGULATION)
    ballots: list[list[int]] = [[], [], [0, 1, 2], [0, 1, 2, 9, 10, 11]]
    sealed = [sealing.seal_choices(KEYS, "v1", SLOT, packed, length) for packed in ballots]
    assert len({one[:12] for one in sealed}) == 4
    assert len({len(one) for one in sealed}) == 1


@pytest.mark.parametrize("vote, slot", [("v2", SLOT), ("v1", sealing.slot_of(KEYS, "roll", "bo"))])
def test_a_ballot_moved_to_another_vote_or_slot_does_not_open(vote: str, slot: str) -> None:
    with pytest.raises(SealingError):
        sealing.open_envelope(KEYS, vote, slot, sealing.seal_envelope(KEYS, "v1", SLOT, LETTER))


@given(st.integers(0, 60), st.integers(1, 255))
def test_any_changed_byte_is_seen(place: int, difference: int) -> None:
    length = sealing.choices_length(REGULATION)
    sealed = bytearray(sealing.seal_choices(KEYS, "v1", SLOT, [1, 2], length))
    sealed[place % len(sealed)] ^= difference
    with pytest.raises(SealingError):
        sealing.open_choices(KEYS, "v1", SLOT, bytes(sealed), length)


@given(st.sets(st.integers(0, 7), max_size=3), st.sets(st.integers(8, 11), max_size=3))
def test_every_allowed_ballot_fits_and_comes_back(city: set[int], north: set[int]) -> None:
    choices = {}
    if city:
        choices["city"] = [f"P/{n}" for n in city]
    if north:
        choices["north"] = [f"P/{n}" for n in north]
    packed = sealing.pack_choices(REGULATION, choices)
    length = sealing.choices_length(REGULATION)
    opened = sealing.open_choices(KEYS, "v1", SLOT, sealing.seal_choices(KEYS, "v1", SLOT, packed, length), length)
    assert sealing.unpack_choices(REGULATION, opened) == {
        pot: sorted(ids, key=lambda one: int(one[2:])) for pot, ids in choices.items()
    }


def test_rankings_and_points_keep_their_meaning() -> None:
    ordinal = REGULATION | {"ballot": {"kind": "ordinal", "min": 1, "max": 3, "limit_cents": None}}
    ranked = {"city": ["P/5", "P/0"]}
    assert sealing.unpack_choices(ordinal, sealing.pack_choices(ordinal, ranked)) == ranked
    cumulative = REGULATION | {"ballot": {"kind": "cumulative", "min": None, "max": None, "limit_cents": None}}
    points = {"city": {f"P/{n}": sealing.MOST_POINTS for n in range(8)}, "north": {"P/8": 1}}
    packed = sealing.pack_choices(cumulative, points)
    assert sealing.unpack_choices(cumulative, packed) == points
    sealing.seal_choices(KEYS, "v1", SLOT, packed, sealing.choices_length(cumulative))


@pytest.mark.parametrize("packed", [[12], [-1], "x", [[1, 2, 3]], {"a": 1}, 5, [1, [2, 3]]])
def test_nonsense_inside_a_sealed_ballot_is_refused(packed: object) -> None:
    with pytest.raises(SealingError):
        sealing.unpack_choices(REGULATION, packed)


@given(st.binary(min_size=32, max_size=32))
def test_halves_join_to_the_key_as_typed_by_people(key: bytes) -> None:
    first, second = sealing.halves(key)
    assert sealing.join_halves(first.lower().replace("-", " "), second.replace("0", "O").replace("1", "l")) == key


@given(st.binary(min_size=10, max_size=10), st.integers(0, 17), st.sampled_from(codes.ALPHABET))
def test_one_mistyped_sign_is_seen(value: bytes, place: int, sign: str) -> None:
    code = codes.normal(sealing.printed(value))
    typed = code[:place] + sign + code[place + 1 :]
    if typed != code:
        with pytest.raises(SealingError):
            sealing.unprinted(typed, 10)


@given(st.binary(min_size=10, max_size=10), st.integers(0, 17), st.integers(0, 17))
def test_two_swapped_signs_are_seen(value: bytes, one: int, other: int) -> None:
    signs = list(codes.normal(sealing.printed(value)))
    if signs[one] != signs[other]:
        signs[one], signs[other] = signs[other], signs[one]
        with pytest.raises(SealingError):
            sealing.unprinted("".join(signs), 10)


@given(st.binary(min_size=32, max_size=32), st.integers(0, 52))
def test_neighbours_swapped_in_a_long_code_are_seen(value: bytes, place: int) -> None:
    signs = list(codes.normal(sealing.printed(value)))
    if signs[place] != signs[place + 1]:
        signs[place], signs[place + 1] = signs[place + 1], signs[place]
        with pytest.raises(SealingError):
            sealing.unprinted("".join(signs), 32)


@given(st.one_of(st.binary(min_size=10, max_size=10), st.binary(min_size=32, max_size=32)))
def test_codes_are_letters_and_digits_only(value: bytes) -> None:
    code = sealing.printed(value)
    assert code.isascii() and code.replace("-", "").isalnum() and code == code.upper()
    assert sealing.unprinted(code, len(value)) == value


def test_codes_with_the_one_check_sign_of_before_are_still_read() -> None:
    # made by the version that ended codes in Crockford's check sign
    for old in OLD:
        value = sealing.unprinted(old, 10)
        assert sealing.receipt_hash("v1", old) == sealing.receipt_hash("v1", sealing.printed(value))
        with pytest.raises(SealingError):
            sealing.unprinted(old[:-1] + ("A" if old[-1] != "A" else "B"), 10)


def test_one_form_has_one_receipt_and_another_form_another() -> None:
    first = sealing.receipt_code(KEYS, SLOT, "form-1")
    assert first == sealing.receipt_code(KEYS, SLOT, "form-1") != sealing.receipt_code(KEYS, SLOT, "form-2")
    assert len(codes.normal(first)) == 18
    assert sealing.receipt_hash("v1", first) == sealing.receipt_hash("v1", first.lower())
    assert sealing.receipt_hash("v1", first) != sealing.receipt_hash("v2", first)


def test_a_resident_has_another_hash_in_each_vote() -> None:
    assert sealing.roll_hash(KEY, "v1", "38001085718") != sealing.roll_hash(KEY, "v2", "38001085718")
    assert sealing.roll_hash(KEY, "v1", "38001085718") == sealing.roll_hash(KEY, "v1", "38001085718")


def test_key_files_are_private_and_go_for_good(tmp_path) -> None:  # type: ignore[no-untyped-def]
    folder = tmp_path / "keys"
    sealing_files.store_key(folder, "v1", KEY)
    path = sealing_files.key_path(folder, "v1")
    assert path.stat().st_mode & 0o777 == 0o600 and folder.stat().st_mode & 0o777 == 0o700
    assert sealing_files.load_key(folder, "v1", sealing.check_value(KEY)) == KEY
    with pytest.raises(SealingError, match="not the key"):
        sealing_files.load_key(folder, "v1", sealing.check_value(b"x" * 32))
    path.chmod(0o644)
    with pytest.raises(SealingError, match="0600"):
        sealing_files.load_key(folder, "v1", sealing.check_value(KEY))
    path.chmod(0o600)
    assert sealing_files.destroy_key(folder, "v1") and not sealing_files.destroy_key(folder, "v1")
    assert [one.name for one in folder.iterdir()] == []
    with pytest.raises(SealingError, match="missing"):
        sealing_files.load_key(folder, "v1", sealing.check_value(KEY))
    with pytest.raises(SealingError):
        sealing_files.key_path(folder, "../v1")


def test_the_roll_key_is_made_once(tmp_path) -> None:  # type: ignore[no-untyped-def]
    assert sealing_files.roll_key(tmp_path) == sealing_files.roll_key(tmp_path)
    assert [one.name for one in tmp_path.iterdir()] == ["roll.key"]
