"""Identity numbers under lock, codes that people type, and the rotation of keys."""

from __future__ import annotations

import os
import stat
import time
from datetime import datetime

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from portal.base import clock, db
from portal.base.actor import Actor
from portal.base.web import Portal
from portal.identity import actions_proof, codes, commands, keyring, rules, sealed
from portal.identity.models import Person
from portal.identity.models_ways import SealedNumber
from tests.client import Client
from tests.identity.help import enter

KEY, OTHER = bytes(range(32)), bytes(range(1, 33))


def test_a_number_opens_in_its_own_row_with_its_own_key_alone() -> None:
    made = sealed.seal(KEY, "1001", table="sealed_number", row=7, scheme="ee")
    assert sealed.unseal(KEY, made, table="sealed_number", row=7, scheme="ee") == "1001"
    for key, table, row, scheme in (
        (OTHER, "sealed_number", 7, "ee"),
        (KEY, "paper_code", 7, "ee"),
        (KEY, "sealed_number", 8, "ee"),
        (KEY, "sealed_number", 7, "fr"),
    ):
        with pytest.raises(sealed.NotReadable):
            sealed.unseal(key, made, table=table, row=row, scheme=scheme)
    with pytest.raises(sealed.NotReadable):
        sealed.unseal(KEY, made[:-1] + bytes([made[-1] ^ 1]), table="sealed_number", row=7, scheme="ee")


def test_the_index_finds_a_number_again_and_says_nothing_without_the_key() -> None:
    assert sealed.blind(KEY, "ee", "1001") == sealed.blind(KEY, "ee", "1001")
    assert len({sealed.blind(k, s, n) for k in (KEY, OTHER) for s in ("ee", "fr") for n in ("1", "2")}) == 8


@given(st.integers(0, 15), st.sampled_from(codes.ALPHABET))
def test_every_mistyped_sign_is_found(place: int, sign: str) -> None:
    code = codes.paper()
    if code[place] != sign:
        assert not codes.well_typed(code[:place] + sign + code[place + 1 :])


@pytest.mark.parametrize("typed", ["{0}", "{1}", " {2} ", "{3}"])
def test_a_code_is_read_however_it_is_typed(typed: str) -> None:
    code = "0123456789ABCDE"
    code += codes.check_sign(code)
    ways = [code, codes.grouped(code), code.lower().replace("0", "o").replace("1", "l"), code.replace("2", "٢")]
    assert codes.read(typed.format(*ways)) == code and codes.well_typed(code)


def people(app: Portal, n: int) -> None:
    for k in range(n):
        person = enter(Client(app), f"Resident {k}")
        with db.write() as s:
            facts: list[rules.NewFact] = []
            assert actions_proof.prove(
                s, Actor(person_id=person), person, way="counter", number=f"EE {k}", facts=facts, now=actions_now()
            )


def actions_now() -> datetime:

    return clock.now()


def numbers() -> list[str]:
    with db.read() as s:
        return [actions_proof.number_of(row) for row in s.scalars(select(SealedNumber).order_by(SealedNumber.id))]


def test_keys_rotate_and_what_was_broken_off_goes_on(town: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    people(town, 5)
    folder = town.ground.settings.keys
    assert stat.S_IMODE(os.stat(folder / "number-1.key").st_mode) == 0o600
    monkeypatch.setattr(actions_proof, "BATCH", 2)
    real, calls = actions_proof._sealed, []

    def dies(*args: object) -> bytes:
        calls.append(1)
        if len(calls) == 4:
            raise KeyboardInterrupt  # kill -9 in the second batch: its transaction is gone with it
        return real(*args)

    monkeypatch.setattr(actions_proof, "_sealed", dies)
    with pytest.raises(KeyboardInterrupt):
        actions_proof.rotate()
    with db.read() as s:
        assert sorted(s.scalars(select(SealedNumber.key))) == [1, 1, 1, 2, 2]
    assert numbers() == [f"ee{k}" for k in range(5)], "both keys are readable while it lasts"
    monkeypatch.setattr(actions_proof, "_sealed", real)
    done = CliRunner().invoke(commands.keys, ["rotate"])
    assert done.exit_code == 0 and "re-encrypted 3" in done.output
    with db.read() as s:
        assert set(s.scalars(select(SealedNumber.key))) == {2}, "no third key was made"
    assert numbers() == [f"ee{k}" for k in range(5)]
    assert (folder / "number-1.key").exists(), "a request may still commit with it"
    old = time.time() - keyring.SETTLED - 1
    os.utime(folder / "number-2.key", (old, old))
    assert actions_proof.drop_old_keys() == [1] and numbers()[0] == "ee0"


def test_a_key_that_a_row_needs_is_never_destroyed(town: Portal) -> None:
    people(town, 1)
    folder = town.ground.settings.keys
    keyring.add(folder)
    old = time.time() - keyring.SETTLED - 1
    os.utime(folder / "number-2.key", (old, old))
    assert actions_proof.drop_old_keys() == []


def test_one_number_belongs_to_one_person(town: Portal) -> None:
    people(town, 1)
    other = enter(Client(town), "Other")
    with db.write() as s:
        done = actions_proof.prove(
            s, Actor(person_id=other), other, way="register", number="ee-0", facts=[], now=actions_now()
        )
        assert not done
        assert s.scalars(select(SealedNumber.person_id)).one() != other
        assert s.get_one(Person, other).name == "Other"
