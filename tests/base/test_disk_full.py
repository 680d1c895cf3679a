"""The disk is full: nothing is acknowledged that was not stored, what was typed is shown, and reading goes on."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from sqlalchemy import event, func, select, text
from sqlalchemy.engine import Engine
from sqlalchemy.exc import OperationalError

from portal.base import db
from portal.base.web import Portal
from portal.home.models import BarrierReport
from tests.client import Client

LONG = "The ramp of the library is too steep for a wheelchair. " * 70


# PostgreSQL answers with the very state of a full disk: the disk of a server that others use is not filled for a test.
_NO_ROOM = (
    "CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
    " RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = 'disk_full'; END $$",
    "CREATE TRIGGER no_room BEFORE INSERT ON barrier_report EXECUTE FUNCTION no_room()",
)
_ROOM = ("DROP TRIGGER no_room ON barrier_report", "DROP FUNCTION no_room()")


@contextmanager
def full_disk(app: Portal) -> Iterator[None]:
    """As long as this lasts, the database has no room for one report more."""
    engine, lite = app.ground.database.engine, app.ground.database.engine.dialect.name == "sqlite"
    if lite:
        engine.dispose()
        driver: Any = engine.raw_connection().driver_connection
        driver.execute("VACUUM")  # pages that migrations left empty are room, too
        engine.dispose()
        event.listen(engine, "connect", _no_page_more)
    else:
        _tell(engine, _NO_ROOM)
    try:
        yield
    finally:
        if lite:
            event.remove(engine, "connect", _no_page_more)
            engine.dispose()
        else:
            _tell(engine, _ROOM)


def _tell(engine: Engine, statements: tuple[str, ...]) -> None:
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))


def _no_page_more(driver: Any, *_record: Any) -> None:
    """SQLite then answers a write that needs room as it does on a full disk (SQLITE_FULL)."""
    driver.execute("PRAGMA max_page_count=1")  # read as: not one page more than there are


@pytest.mark.parametrize(
    "cause",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        OSError(errno.EDQUOT, "Disk quota exceeded"),
        psycopg.errors.DiskFull("could not extend file"),
        OperationalError("INSERT", {}, psycopg.errors.DiskFull("could not extend file")),
        OperationalError("INSERT", {}, Exception("database or disk is full")),
    ],
)
def test_a_full_disk_is_known_whoever_meets_it(cause: Exception) -> None:
    assert db.no_room(cause)
    try:
        try:
            raise cause
        except Exception as met:
            raise RuntimeError("later") from met
    except RuntimeError as error:
        assert db.no_room(error)


@pytest.mark.parametrize(
    "cause", [OSError(errno.EACCES, "denied"), OperationalError("x", {}, Exception("locked")), None]
)
def test_other_faults_are_no_full_disk(cause: Exception | None) -> None:
    assert not db.no_room(cause)


def test_a_report_on_a_full_disk_is_not_acknowledged_and_not_lost_from_sight(app: Portal, client: Client) -> None:
    client.get("/en/accessibility/report")
    with full_disk(app):
        refused = client.post("/en/accessibility/report", {"what": LONG})
        assert refused.status == 503
        assert "no room left" in refused and LONG[:50] in refused
        assert client.get("/en/").status == 200  # who reads notices nothing
    with db.read() as s:
        assert s.scalar(select(func.count()).select_from(BarrierReport)) == 0
    again = client.post("/en/accessibility/report", {"what": LONG})
    assert again.status in (200, 303)
    with db.read() as s:
        assert s.scalar(select(func.count()).select_from(BarrierReport)) == 1
