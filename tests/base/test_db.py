"""One transaction per request, on both databases: nothing lost, nothing half, a GET writes nothing."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from flask import Blueprint, Flask, request, url_for
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from portal.base import db, ground, i18n, marks
from portal.base.db import wal_is_safe
from portal.base.errors import Refused
from portal.base.i18n import _l
from portal.base.security import public, reads
from portal.base.web import Portal
from tests.client import Client


@pytest.mark.parametrize(
    ("version", "safe"),
    [
        ((3, 40, 1), False),
        ((3, 44, 6), True),
        ((3, 50, 6), False),
        ((3, 50, 7), True),
        ((3, 51, 2), False),
        ((3, 51, 3), True),
        ((3, 53, 4), True),
    ],
)
def test_affected_releases_of_sqlite_are_refused_wal(version: tuple[int, ...], safe: bool) -> None:
    assert wal_is_safe(version) is safe


def test_the_embedded_database_is_set_as_durable_as_promised(app: Portal) -> None:
    state = app.ground.database.self_test()
    if state["engine"] == "sqlite":
        assert state["synchronous"] == "2" and state["foreign_keys"] == "1"
        assert state["journal_mode"] == app.ground.settings.journal


def test_a_reading_transaction_refuses_to_write(app: Portal) -> None:
    with db.read() as s, pytest.raises(DBAPIError, match="(?i)read-?only"):
        s.execute(text("DELETE FROM mark"))


def test_reading_refuses_to_write_after_writing_and_on_a_connection_made_anew(app: Portal) -> None:
    pool = app.ground.database.engine.pool
    for turn in range(3):
        with db.write() as s:
            marks.put(s, "turn", turn)
            mine = s.connection().connection.dbapi_connection
        with db.read() as s, pytest.raises(DBAPIError, match="(?i)read-?only"):
            assert (
                not db.is_sqlite() or s.connection().connection.dbapi_connection is not mine
            )  # that waits for a writer
            s.execute(text("DELETE FROM mark"))
        with app.ground.database.engine.connect() as connection:
            connection.invalidate()
    with db.read():
        assert marks.get("turn") == 2
    app.ground.database.dispose()
    assert getattr(pool, "writer", []) == []
    with db.read() as s, pytest.raises(DBAPIError, match="(?i)read-?only"):
        s.execute(text("DELETE FROM mark"))


def test_a_second_writing_transaction_inside_one_is_refused(app: Portal) -> None:
    with db.write(), pytest.raises(db.SecondTransaction), db.write():
        pass


def test_what_fails_before_commit_leaves_nothing(app: Portal) -> None:
    def refuse() -> None:
        raise ValueError("too late")

    with pytest.raises(ValueError, match="too late"), db.write() as s:
        marks.put(s, "x", 1)
        db.before_commit(refuse)
    with db.read():
        assert marks.get("x") is None
    with db.write() as s:  # and the lock is free again
        marks.put(s, "x", 2)


def test_no_update_is_lost_under_parallel_writers(app: Portal) -> None:
    with db.write() as s:
        marks.put(s, "n", 0)

    def add() -> None:
        ground.stand_on(app.ground)
        for _round in range(20):
            with db.write() as s:
                row = s.scalars(db.locked(select(marks.Mark).where(marks.Mark.name == "n"))).one()
                row.value = row.value + 1

    threads = [threading.Thread(target=add) for _n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with db.read():
        assert marks.get("n") == 160


@pytest.fixture
def probing(make_settings: Callable[..., object], monkeypatch: pytest.MonkeyPatch) -> Client:
    """The application with a few views that misbehave."""
    from portal import app as application

    probe = Blueprint("probe", __name__, url_prefix="/probe")

    @probe.get("/write")
    @public
    def write_in_get() -> str:
        marks.put(db.session(), "stray", 1)
        return "never"

    @probe.post("/keep/<int:status>")
    @public
    def keep(status: int) -> tuple[str, int]:
        marks.put(db.session(), "kept", request.form["value"])
        return "", status

    @probe.post("/look")
    @public
    @reads
    def look() -> str:
        marks.put(db.session(), "stray", 1)
        return "never"

    @probe.post("/refuse")
    @public
    def refuse() -> str:
        marks.put(db.session(), "kept", "no")
        raise Refused(_l("This cannot be."), 409)

    @probe.post("/late")
    @public
    def late() -> str:
        def closed() -> None:
            raise Refused(_l("It closed a moment ago."), 409)

        marks.put(db.session(), "kept", "no")
        db.before_commit(closed)
        return "thank you"

    from portal.base.feature import Feature

    given = application.manifests
    monkeypatch.setattr(
        application, "manifests", lambda settings: [*given(settings), Feature(name="probe", blueprints=[probe])]
    )
    made = application.create_app(make_settings(testing=False, demo=True))  # errors become pages, as for people
    made.config["WTF_CSRF_ENABLED"] = False
    monkeypatch.setattr("portal.base.security.csrf.protect", lambda: None)
    return Client(made)


def _kept() -> object:
    with db.read():
        return marks.get("kept")


def test_a_get_that_writes_becomes_an_error_and_changes_nothing(probing: Client) -> None:
    assert probing.get("/en/probe/write").status == 500
    with db.read():
        assert marks.get("stray") is None


def test_a_reading_post_cannot_write_either(probing: Client) -> None:
    assert probing.post("/en/probe/look", token=False).status == 500


@pytest.mark.parametrize(("status", "kept"), [(200, "yes"), (303, "yes"), (422, None), (409, None)])
def test_the_answer_decides_about_the_commit(probing: Client, status: int, kept: str | None) -> None:
    probing.http.post(f"/en/probe/keep/{status}", data={"value": "yes"})
    assert _kept() == kept


def test_a_refusal_says_why_keeps_what_was_typed_and_stores_nothing(probing: Client) -> None:
    page = probing.post("/en/probe/refuse", {"title": "A bench by the sea"}, token=False)
    assert page.status == 409
    assert "This cannot be." in page and "A bench by the sea" in page
    assert _kept() is None


def test_a_refusal_at_the_commit_is_never_a_false_thank_you(probing: Client) -> None:
    page = probing.post("/en/probe/late", token=False)
    assert page.status == 409
    assert "thank you" not in page and "It closed a moment ago." in page
    assert _kept() is None


def test_notes_live_through_a_commit_and_not_through_a_rollback(app: Portal) -> None:
    with db.write() as s:
        marks.put(s, "seen", 1)
    token = db.start(write=True)
    try:
        assert marks.get("seen") == 1
        db.finish(commit=True)
        assert db.notes()["marks"]["seen"] == 1  # the answer asks nothing for it
        with db.write() as s:  # a later write of this request: what the page shows is read anew
            marks.put(s, "seen", 2)
        assert marks.get("seen") == 2
    finally:
        db.stop(token)
    token = db.start(write=True)
    try:
        marks.put(db.session(), "seen", 3)
        assert marks.get("seen") == 3
        db.finish(commit=False)
        assert marks.get("seen") == 2
    finally:
        db.stop(token)


def test_addresses_are_made_once_per_language(app: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    build = Flask.url_for

    def counted(self: Flask, endpoint: str, **values: object) -> str:
        made.append(endpoint)
        return build(self, endpoint, **values)  # type: ignore[arg-type]

    monkeypatch.setattr(Flask, "url_for", counted)
    with app.test_request_context("/en/"):
        i18n.set_locale("en")
        assert [url_for("home.index") for _ in range(3)] == ["/en/"] * 3
        i18n.set_locale("de")
        assert url_for("home.index") == "/de/"
        assert url_for("home.index", _external=True).endswith("/de/")
    assert made == ["home.index"] * 3  # English, German, and the one with its host, which is never kept
