"""A backup brings back what was there, on either database; without the passphrase nothing; vote keys never."""

from __future__ import annotations

import json
import os
import uuid
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from portal import config
from portal.backup import actions, archive, keys, tables
from portal.base import schema, serving
from portal.base.db import Database
from portal.base.jobs import JobRow
from portal.base.marks import Mark
from portal.base.search import SearchText
from portal.voting.models import Participation, RollEntry, SealedBallot, Vote, VoteState
from tests import postgres

PASSPHRASE = "correct horse battery"
NOON = datetime(2026, 5, 4, 12, 0, 0, 123456, tzinfo=UTC)
# None in a JSON column, deep values, letters of several scripts, quotes, emoji
MARKS: dict[str, Any] = {"null": None, "deep": {"b": [1, 2.5, None], "a": '‹ü"\\\n›'}, "صوت": "🗳", "true": True}


def quiet(_line: str) -> None:
    pass


def fill(database: Database) -> None:
    """A little of every kind of column."""
    engine = schema.engine_for(database)
    with sa.orm.Session(engine) as s:
        for name, value in MARKS.items():
            s.add(Mark(name=name, value=value))
        s.add(JobRow(kind="k", payload={}, dedup=None, run_at=NOON, tries=3, last_error=""))
        s.add(SearchText(kind="thing", object_id=7, lang="en", body="a bench by the river"))
        vote = Vote(
            public_id="v1", kind="budget", object_id=1, titles={"en": "T", "ar": "ع"}, state=VoteState.OPEN,
            opens_at=NOON, closes_at=NOON.replace(year=2030), regulation='{"b":1, "a":2}',
        )  # fmt: skip
        s.add(vote)
        s.flush()
        for n in range(103):  # more than two batches
            claim = f"{n * 7919 % 103:064x}"
            s.add(RollEntry(vote_id=vote.id, claim=claim))
        s.flush()
        s.add(Participation(vote_id=vote.id, claim=f"{5:064x}", channel="web", day=date(2026, 5, 4)))
        s.add(SealedBallot(vote_id=vote.id, slot="b" * 64, envelope=b"\x00\xff\x80e", choices=b""))
        s.add(SealedBallot(vote_id=vote.id, slot="a" * 64, envelope=b"1", choices=b"\n"))
        s.commit()
    engine.dispose()


def everything(database: Database) -> dict[str, tuple[int, str]]:
    with tables.snapshot(database) as connection:
        found = {t.name: tables.digest(connection, t) for t in tables.reflect(connection)}
    return {name: (digest.rows, digest.hex) for name, digest in found.items()}


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small batches, and a quick way from passphrase to key."""
    monkeypatch.setattr(tables, "BATCH", 40)
    monkeypatch.setattr(keys, "N", 2**14)


@pytest.fixture
def full(settings: config.Settings) -> Iterator[Database]:
    """A database with rows, and an instance with keys, uploads and a configuration."""
    database = Database(settings.database)
    fill(database)
    home = settings.instance
    (home / "keys").mkdir(parents=True, exist_ok=True)
    (home / "keys" / "roll.key").write_bytes(b"roll")
    (home / "keys" / "vote-v1.key").write_bytes(b"opens ballots")
    (home / "secret.key").write_text("signs cookies")
    (home / "uploads" / "ab").mkdir(parents=True)
    (home / "uploads" / "ab" / "picture.webp").write_bytes(os.urandom(3000))
    (home / "config.toml").write_text(
        'base_url = "https://votes.example"\ntrusted_hosts = ["votes.example"]\n[city]\nname = "Süd"\n'
        "[smtp]\nhost = 'mail'\npassword = 'hush-hush'\n"
    )
    yield database
    database.dispose()


@pytest.fixture
def empty_target(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[str], str]]:
    """Makes addresses of empty databases of either kind; PostgreSQL's are dropped afterwards."""
    made: list[str] = []

    def make(kind: str) -> str:
        name = f"portal_copy_{uuid.uuid4().hex[:12]}"
        if kind == "sqlite":
            return f"sqlite:///{tmp_path / name}.db"
        postgres.run(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'")
        made.append(name)
        return postgres.address(name)

    yield make
    for name in made:
        postgres.run(f"DROP DATABASE {name} WITH (FORCE)")


def other(request: pytest.FixtureRequest) -> str:
    """The same kind of database on SQLite runs; the gate's PostgreSQL run crosses over both ways."""
    return str(request.config.getoption("--db"))


def test_backup_and_restore_bring_everything_back(
    full: Database, settings: config.Settings, tmp_path: Path, empty_target: Callable[[str], str],
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    made = actions.backup(settings, PASSPHRASE, quiet, tmp_path / "out")
    assert made.keys is not None
    url = empty_target(other(request))
    monkeypatch.setenv("PORTAL_DATABASE_URL", url)
    fresh = tmp_path / "fresh"

    told = actions.restore(fresh, made.archive, made.keys, PASSPHRASE, quiet)

    came = Database(url)
    before, after = everything(full), everything(came)
    # sessions ended and the interrupted vote are the only differences
    assert {n for n in before if before[n] != after[n]} <= {"vote", "sign_in"}
    with schema.engine_for(came).connect() as connection:
        marks = dict(connection.execute(sa.select(Mark.name, Mark.value)).tuples().all())
        json_null = connection.scalar(sa.text("SELECT CAST(value AS TEXT) FROM mark WHERE name='null'"))
        interrupted = dict(connection.execute(sa.select(Vote.public_id, Vote.interruptions)).tuples().all())
    assert marks == MARKS
    assert json_null == "null"
    assert [sorted(one) for one in interrupted["v1"] or []] == [["backup", "restored"]]
    assert len(told) == 1 and "v1" in told[0]
    assert (fresh / "keys" / "roll.key").read_bytes() == b"roll"
    assert (fresh / "secret.key").read_text() == "signs cookies"
    assert (fresh / "secret.key").stat().st_mode & 0o777 == 0o600
    assert "hush-hush" in (fresh / "config.toml").read_text()
    picture = "uploads/ab/picture.webp"
    assert (fresh / picture).read_bytes() == (settings.instance / picture).read_bytes()
    assert not (fresh / "keys" / "vote-v1.key").exists()
    assert schema.differences(came) == schema.differences(full)
    # running numbers go on
    with sa.orm.Session(schema.engine_for(came)) as s:
        s.add(JobRow(kind="k2", payload={}, run_at=NOON, tries=0, last_error=""))
        s.commit()
    came.dispose()


def test_search_works_on_restored_rows(
    full: Database, settings: config.Settings, empty_target: Callable[[str], str], request: pytest.FixtureRequest
) -> None:
    from portal.base import search

    url = empty_target(other(request))
    actions.copy(settings, url, quiet)
    came = Database(url)
    with sa.orm.Session(schema.engine_for(came)) as s:
        assert search.find(s, "thing", "river", "en") == [7]
    came.dispose()


def test_an_archive_holds_no_secret_and_no_vote_key(full: Database, settings: config.Settings, tmp_path: Path) -> None:
    made = actions.backup(settings, PASSPHRASE, quiet, tmp_path)
    with zipfile.ZipFile(made.archive) as box:
        everything_in_it = b"\n".join(box.read(name) for name in box.namelist())
    for secret in (b"hush-hush", b"signs cookies", b"opens ballots", b"roll.key"):
        assert secret not in everything_in_it
    assert made.keys is not None
    opened = keys.unseal(made.keys.read_bytes(), PASSPHRASE, archive.read(made.archive).identity)
    assert set(opened) == {"config.toml", "secret.key", "keys/roll.key"}
    assert b"hush-hush" not in made.keys.read_bytes()
    for file in (made.archive, made.keys):
        assert file.stat().st_mode & 0o777 == 0o600


def test_sealed_ballots_leave_in_the_order_of_their_slots(
    full: Database, settings: config.Settings, tmp_path: Path
) -> None:
    made = actions.backup(settings, PASSPHRASE, quiet, tmp_path)
    slots = [row[1] for row in archive.read(made.archive).rows("sealed_ballot")]
    assert slots == sorted(slots) and len(slots) == 2


@pytest.mark.parametrize("wrong", ["passphrase", "keys of another", "changed keys", "changed archive", "not empty"])
def test_restore_refuses_and_leaves_nothing(
    wrong: str, full: Database, settings: config.Settings, tmp_path: Path, empty_target: Callable[[str], str],
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    made = actions.backup(settings, PASSPHRASE, quiet, tmp_path / "out.zip")
    assert made.keys is not None
    passphrase, fresh = PASSPHRASE, tmp_path / "fresh"
    url = empty_target(other(request))
    monkeypatch.setenv("PORTAL_DATABASE_URL", url)
    if wrong == "passphrase":
        passphrase = "correct horse batteries"
    elif wrong == "keys of another":
        second = actions.backup(settings, PASSPHRASE, quiet, tmp_path / "second.zip")
        assert second.keys is not None
        made.keys.write_bytes(second.keys.read_bytes())
    elif wrong == "changed keys":
        data = bytearray(made.keys.read_bytes())
        data[-5] ^= 1
        made.keys.write_bytes(bytes(data))
    elif wrong == "changed archive":
        _tamper(made.archive)
    else:
        fresh.mkdir()
        (fresh / "config.toml").write_text("")
    with pytest.raises(actions.Refused):
        actions.restore(fresh, made.archive, made.keys, passphrase, quiet)
    assert not (fresh / "secret.key").exists()
    assert not (fresh / "uploads").exists()
    came = Database(url)
    assert tables.is_empty(came)
    came.dispose()


def _tamper(path: Path) -> None:
    """One more mark in the archive, with a zip that is whole in itself."""
    with zipfile.ZipFile(path) as box:
        members = {name: box.read(name) for name in box.namelist()}
    members["tables/mark.jsonl"] += json.dumps(["demo", "true"]).encode() + b"\n"
    with zipfile.ZipFile(path, "w") as box:
        for name, data in members.items():
            box.writestr(name, data)


def test_a_row_that_does_not_fit_clears_everything_again(
    full: Database, settings: config.Settings, tmp_path: Path, empty_target: Callable[[str], str],
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    made = actions.backup(settings, PASSPHRASE, quiet, tmp_path / "out.zip")
    assert made.keys is not None
    url = empty_target(other(request))
    monkeypatch.setenv("PORTAL_DATABASE_URL", url)
    real = tables.fill

    def orphaned(connection: Any, table: Any, columns: Any, lines: Any) -> None:
        real(connection, table, columns, [] if table.name == "roll_entry" else lines)

    monkeypatch.setattr(tables, "fill", orphaned)
    with pytest.raises(actions.Failed):
        actions.restore(tmp_path / "fresh", made.archive, made.keys, PASSPHRASE, quiet)
    came = Database(url)
    assert tables.is_empty(came)
    came.dispose()
    assert not (tmp_path / "fresh" / "secret.key").exists()


def test_copy_to_the_other_database_and_back(
    full: Database, settings: config.Settings, make_settings: Callable[..., config.Settings],
    empty_target: Callable[[str], str], request: pytest.FixtureRequest,
) -> None:  # fmt: skip
    kinds = ["sqlite", "sqlite"] if other(request) == "sqlite" else ["sqlite", "postgres"]
    first, second = (empty_target(kind) for kind in kinds)
    rows = actions.copy(settings, first, quiet)
    again = actions.copy(make_settings(database_url=first), second, quiet)
    assert rows == again == sum(count for count, _digest in everything(full).values())
    came = Database(second)
    assert everything(came) == everything(full)
    assert schema.differences(came) == schema.differences(full)
    came.dispose()


def test_copy_refuses_a_database_with_tables(full: Database, settings: config.Settings, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'taken.db'}"
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE somebody (id int)"))
    with pytest.raises(actions.Refused):
        actions.copy(settings, url, quiet)
    with engine.connect() as connection:
        assert sa.inspect(connection).get_table_names() == ["somebody"]


def test_upgrade_that_fails_brings_everything_back(
    full: Database, settings: config.Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = everything(full)
    full.dispose()

    def half_way(database: Database, revision: str = "head") -> None:
        engine = schema.engine_for(database)
        with engine.begin() as connection:
            connection.execute(sa.text("DELETE FROM mark"))
            connection.execute(sa.text("CREATE TABLE unfinished (id int)"))
        engine.dispose()
        raise RuntimeError("column is missing")

    real = schema.upgrade
    calls: list[str] = []

    def first_fails(database: Database, revision: str = "head") -> None:
        calls.append(revision)
        (half_way if len(calls) == 1 else real)(database, revision)

    monkeypatch.setattr(schema, "upgrade", first_fails)
    with pytest.raises(actions.Failed, match="column is missing"):
        actions.upgrade(settings, None, quiet)
    assert everything(full) == before
    assert not list(settings.instance.glob("*.before-upgrade"))
    assert not serving.under_maintenance(settings.instance)


def test_upgrade_waits_for_servers_and_keeps_a_backup(
    full: Database, settings: config.Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "_try_out", lambda _settings: None)
    made = actions.upgrade(settings, PASSPHRASE, quiet)
    archive.check(archive.read(made.archive))
    assert made.keys is not None and made.archive.parent == settings.instance / "backups"


def test_an_unknown_type_stops_a_backup_instead_of_losing_it(full: Database, settings: config.Settings) -> None:
    engine = schema.engine_for(full)
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE odd (id int PRIMARY KEY, n numeric(5, 2))"))
    with pytest.raises(tables.Strange, match="odd"):
        actions.backup(settings, PASSPHRASE, quiet)
    assert not list((settings.instance / "backups").glob("*"))


def test_a_restore_interrupts_only_votes_that_ran_in_between(full: Database) -> None:
    made_at = NOON.replace(year=2029)

    def marked(at: datetime) -> list[str]:
        with schema.engine_for(full).connect() as connection:
            return actions._interrupt(connection, min(made_at, at), at)  # never committed

    assert marked(made_at.replace(month=12)) == ["v1"]
    assert marked(NOON.replace(year=2025)) == []  # not begun yet
    made_at = NOON.replace(year=2031)
    assert marked(NOON.replace(year=2032)) == []  # closed before the backup: nothing could be lost
