"""The disk is full: nothing is acknowledged that was not stored, what was typed is shown, and reading goes on."""

from __future__ import annotations

import errno
from typing import Any

import psycopg
import pytest
from sqlalchemy import event, func, select
from sqlalchemy.exc import OperationalError

from portal.base import db
from portal.base.web import Portal
from portal.home.models import BarrierReport
from tests.client import Client

LONG = "The ramp of the library is too steep for a wheelchair. " * 70


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
    engine = app.ground.database.engine
    if not db.is_sqlite():  # the server's own disk cannot be filled here: its refusal is tried above
        return
    client.get("/en/accessibility/report")
    engine.dispose()
    event.listen(engine, "connect", _no_page_more)
    try:
        refused = client.post("/en/accessibility/report", {"what": LONG})
        assert refused.status == 503
        assert "no room left" in refused and LONG[:50] in refused
        assert client.get("/en/").status == 200  # who reads notices nothing
    finally:
        event.remove(engine, "connect", _no_page_more)
        engine.dispose()
    with db.read() as s:
        assert s.scalar(select(func.count()).select_from(BarrierReport)) == 0
    again = client.post("/en/accessibility/report", {"what": LONG})
    assert again.status in (200, 303)
    with db.read() as s:
        assert s.scalar(select(func.count()).select_from(BarrierReport)) == 1
