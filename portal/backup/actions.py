"""What an operator does with whole databases: back up, restore, upgrade, copy."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import make_url

from portal.backup import archive as archives
from portal.backup import keys, tables
from portal.backup.archive import Archive, Damaged
from portal.base import clock, schema, serving
from portal.base.db import Database
from portal.base.marks import Mark
from portal.config import Settings, load
from portal.voting.models import Vote, VoteState

Say = Callable[[str], None]


class Refused(Exception):
    """It was not done, and nothing was changed; the sentence says why."""


class Failed(Exception):
    """It was begun, failed, and was taken back; the sentence says how things stand now."""


@dataclass(frozen=True)
class Made:
    """A finished backup: the archive and, where there is one, the keys file."""

    archive: Path
    keys: Path | None


def _names(to: Path | None, settings: Settings, now: datetime) -> tuple[Path, Path]:
    folder = to or settings.instance / "backups"
    if folder.suffix == ".zip":
        return folder, folder.with_suffix(".keys")
    stem = now.strftime("folkmoot-%Y%m%d-%H%M%S")
    return folder / f"{stem}.zip", folder / f"{stem}.keys"


def backup(settings: Settings, passphrase: str | None, say: Say, to: Path | None = None) -> Made:
    """Write archive and keys file; the portal may go on serving. Without a passphrase no keys file is made.

    Raises Refused when a file of that name is there, KeysError for a short passphrase.
    """
    now = clock.now()
    target, beside = _names(to, settings, now)
    if target.exists() or (passphrase is not None and beside.exists()):
        raise Refused(f"{target} is there already")
    if passphrase is not None and len(passphrase) < keys.SHORTEST:
        raise Refused(f"the passphrase needs at least {keys.SHORTEST} characters")
    database = Database(settings.database, journal=settings.journal)
    try:
        if schema.current(database) is None:
            raise Refused("there is no portal's database here yet")
        made = archives.write(target, database, settings.instance, now, say)
    finally:
        database.dispose()
    if passphrase is None:
        return Made(target, None)
    found = keys.gather(settings.instance)
    data = keys.seal(found, passphrase, made.identity)
    if keys.unseal(data, passphrase, made.identity) != found:
        raise Failed("the keys file could not be read back")
    draft = beside.with_name(beside.name + ".part")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())
    draft.replace(beside)
    say(f"keys: {len(found)} files, encrypted; vote keys are in no backup")
    return Made(target, beside)


# ---------------------------------------------------------------- restore


def _known_revision(revision: str) -> bool:
    return any(one.revision == revision for one in schema.scripts().walk_revisions())


def _load(archive: Archive, database: Database, say: Say) -> None:
    """Fill an empty database from an archive and read it back.

    Raises Strange or Damaged; the caller clears the database then.
    """
    schema.upgrade(database, archive.revision)
    with tables.filling(database) as connection:
        here = {table.name: table for table in tables.reflect(connection)}
        missing = set(archive.manifest["tables"]) - set(here)
        if missing:
            raise tables.Strange(f"this version has no tables {sorted(missing)}")
        for table in here.values():  # parents first
            if table.name in archive.manifest["tables"]:
                tables.fill(connection, table, archive.columns(table.name), archive.rows(table.name))
    total = 0
    with tables.snapshot(database) as connection:
        for table in tables.reflect(connection):
            told = archive.manifest["tables"].get(table.name)
            if told is None:
                continue
            found = tables.digest(connection, table)
            if (found.rows, found.hex) != (told["rows"], told["digest"]):
                raise Damaged(f"{table.name} holds {found.rows} rows that are not the archive's {told['rows']}")
            total += found.rows
    say(f"database: {total} rows restored and read back, every one as in the archive")


def restore(instance: Path, file: Path, keys_file: Path, passphrase: str, say: Say) -> list[str]:
    """Bring a backup onto an empty machine; returns what the officers must know about open votes, a line each.

    Sessions of the backup are ended. Votes that were open are interrupted: ballots cast after the backup are gone.

    Raises Refused when the machine is not empty or archive, keys file or passphrase do not fit; Failed when it was
    begun and everything was cleared again.
    """
    left = [name for name in ("portal.db", "config.toml", "secret.key", "keys", "uploads") if _there(instance / name)]
    if left:
        raise Refused(f"{instance} is not empty: it has {', '.join(left)}; restore only onto an empty machine")
    try:
        archive = archives.read(file)
        archives.check(archive)
        secrets = keys.unseal(keys_file.read_bytes(), passphrase, archive.identity)
    except (Damaged, keys.KeysError) as error:
        raise Refused(str(error)) from None
    if not _known_revision(archive.revision):
        raise Refused(f"the archive was made by a newer version ({archive.manifest['version']}); install that first")
    say(f"archive of {archive.manifest['made_at']}: whole")
    database: Database | None = None
    written: list[Path] = []
    with serving.stopped(instance):
        try:
            written = keys.put_back(secrets, instance)
            settings = load(instance=instance)
            database = Database(settings.database, journal=settings.journal)
            if not tables.is_empty(database):
                shown = make_url(settings.database).render_as_string(hide_password=True)
                raise Refused(f"the database {shown} is not empty; restore only onto an empty machine")
        except BaseException:
            _remove(written, instance)
            raise
        try:
            _load(archive, database, say)
            schema.upgrade(database)
            say(f"uploads: {archives.put_back_uploads(archive, instance)} files")
            return _after_restore(archive, database)
        except BaseException as error:
            tables.clear(database)
            _remove(written, instance)
            shutil.rmtree(instance / "uploads", ignore_errors=True)
            if isinstance(error, Exception):
                raise Failed(f"{error}. Everything was cleared again") from error
            raise
        finally:
            database.dispose()


def _there(path: Path) -> bool:
    return any(path.iterdir()) if path.is_dir() else path.exists()


def _remove(written: list[Path], instance: Path) -> None:
    for path in written:
        path.unlink(missing_ok=True)
    for name in ("keys",):
        folder = instance / name
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()


def _after_restore(archive: Archive, database: Database) -> list[str]:
    """End the sessions that came along, and mark the votes that were open."""
    now = clock.now()
    engine = schema.engine_for(database)
    told = []
    try:
        with engine.begin() as connection:
            here = {table.name: table for table in tables.reflect(connection)}
            sessions = here.get("sign_in")
            if sessions is not None:
                # a session that was ended after the backup must not live again
                at = now.replace(tzinfo=None) if database.sqlite else now
                connection.execute(
                    sessions.update().where(sessions.c.revoked_at.is_(None)).values(revoked_at=at, id_token=None)
                )
            if "vote" in here:
                made_at = datetime.fromisoformat(archive.manifest["made_at"])
                told = [
                    f"Vote {public_id} was open and is interrupted. Ballots cast after {made_at.isoformat()} are gone: "
                    "who voted since then votes again. Its key is in no backup: two officers bring its two halves "
                    "(run portal restore-vote-key). On the vote's page two officers let it go on, prolonged by at "
                    "least the gap plus one day, or break it off. Until then nobody votes, and nothing is counted."
                    for public_id in _interrupt(connection, made_at, now)
                ]
    finally:
        engine.dispose()
    return told


def _interrupt(connection: sa.Connection, made_at: datetime, now: datetime) -> list[str]:
    """Write into each vote that ran at some time between the backup and its restore; voting reads it. Returns their
    public ids."""
    # the demo's city clock may be ahead
    ahead = timedelta(seconds=int(connection.scalar(sa.select(Mark.value).where(Mark.name == clock.SHIFT)) or 0))
    found = []
    for vote in connection.execute(
        sa.select(Vote.id, Vote.public_id, Vote.interruptions)
        .where(Vote.state == VoteState.OPEN, Vote.closes_at > made_at + ahead, Vote.opens_at <= now + ahead)
        .order_by(Vote.public_id)
    ).all():
        told = [*(vote.interruptions or ()), {"backup": made_at.isoformat(), "restored": now.isoformat()}]
        connection.execute(sa.update(Vote).where(Vote.id == vote.id).values(interruptions=told))
        found.append(vote.public_id)
    return found


# ---------------------------------------------------------------- upgrade


@contextmanager
def _way_back(database: Database, made: Made, say: Say) -> Iterator[None]:
    """Keep the database as it is; when the block fails, bring that back."""
    kept: Path | None = None
    if database.sqlite:
        file = Path(str(database.url.database))
        kept = file.with_name(file.name + ".before-upgrade")
        kept.unlink(missing_ok=True)
        connection = schema.engine_for(database).raw_connection()
        try:
            connection.cursor().execute("VACUUM INTO ?", (str(kept),))
        finally:
            connection.close()
        kept.chmod(0o600)
    try:
        yield
    except BaseException as error:
        say("the upgrade failed; bringing the database back")
        tables.clear(database)
        if kept is not None:
            kept.replace(Path(str(database.url.database)))
        else:
            _load(archives.read(made.archive), database, say)
        if isinstance(error, Exception):
            raise Failed(
                f"{error}\nThe database is as it was. Go back to the code of the previous version, or mend the fault "
                f"and start the upgrade again. The backup is {made.archive}"
            ) from error
        raise
    else:
        if kept is not None:
            kept.unlink()


def upgrade(settings: Settings, passphrase: str | None, say: Say) -> Made:
    """Bring database and servers to the code that is installed now.

    Stops all serving on this machine, backs up, migrates, tries the new version, and lets servers start anew. Servers
    answer 503 meanwhile.

    Raises Refused before anything was changed, Failed when the database was brought back.
    """
    try:
        with serving.stopped(settings.instance):
            say("serving has stopped")
            made = backup(settings, passphrase, say)
            database = Database(settings.database, journal=settings.journal)
            try:
                before = schema.current(database)
                with _way_back(database, made, say):
                    counts = _counts(database)
                    schema.upgrade(database)
                    now = _counts(database)
                    lost = {name for name, rows in counts.items() if now.get(name, rows) < rows}
                    if schema.faults(database):
                        raise Failed("rows point at rows that are not there")
                    _try_out(settings)
                after = schema.current(database)
            finally:
                database.dispose()
            for name in sorted(lost):
                say(f"note: {name} holds fewer rows than before")
            say(f"database: version {before} → {after}" if before != after else f"database: version {after}, as before")
    except serving.StillServing as error:
        raise Refused(str(error)) from None
    return made


def _counts(database: Database) -> dict[str, int]:
    engine = schema.engine_for(database)
    try:
        with engine.connect() as connection:
            return {
                table.name: connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0
                for table in tables.reflect(connection)
            }
    finally:
        engine.dispose()


def _try_out(settings: Settings) -> None:
    """Start the new version in a process of its own, which asks for its front page.

    Raises Failed with what it said.
    """
    env: dict[str, Any] = {**os.environ, "PORTAL_INSTANCE": str(settings.instance)}
    done = subprocess.run(
        [sys.executable, "-m", "portal.server", "--try"], env=env, capture_output=True, timeout=120, check=False
    )
    if done.returncode:
        raise Failed(f"the new version does not start: {done.stderr.decode(errors='replace')[-1500:]}")


# ---------------------------------------------------------------- copy


def copy(settings: Settings, url: str, say: Say) -> int:
    """Copy the whole database to another, empty one of either kind; returns the number of rows.

    Serving stops meanwhile: what is cast during a copy would be missing from it. Every table is compared afterwards,
    number and content.

    Raises Refused before anything was changed, Failed when the target was cleared again.
    """
    shown = make_url(url).render_as_string(hide_password=True)
    source = Database(settings.database, journal=settings.journal)
    target = Database(url, journal="delete")
    if source.url == target.url:
        raise Refused("source and target are the same database")
    try:
        with serving.stopped(settings.instance):
            revision = schema.current(source)
            if revision is None:
                raise Refused("there is no portal's database here yet")
            if not tables.is_empty(target):
                raise Refused(f"{shown} is not empty")
            try:
                schema.upgrade(target, revision)
                return _copy_rows(source, target, say)
            except BaseException as error:
                tables.clear(target)
                if isinstance(error, Exception):
                    raise Failed(f"{error}. {shown} was cleared again") from error
                raise
    except serving.StillServing as error:
        raise Refused(str(error)) from None
    finally:
        source.dispose()
        target.dispose()


def _copy_rows(source: Database, target: Database, say: Say) -> int:
    with tables.snapshot(source) as old:
        with tables.filling(target) as new:
            here = {table.name: table for table in tables.reflect(new)}
            theirs = {table.name: table for table in tables.reflect(old)}
            if set(here) != set(theirs):
                raise tables.Strange(f"tables differ: {sorted(set(here) ^ set(theirs))}")
            for name, table in here.items():
                tables.fill(new, table, tables.columns_of(theirs[name]), tables.rows(old, theirs[name]))
        total = 0
        with tables.snapshot(target) as new:
            for table in tables.reflect(new):
                there, came = tables.digest(old, theirs[table.name]), tables.digest(new, table)
                if there != came:
                    raise Damaged(f"{table.name}: {there.rows} rows there, {came.rows} came, or their content differs")
                say(f"{came.rows:>9}  {table.name}")
                total += came.rows
    return total
