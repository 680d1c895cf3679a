"""When the portal itself is in trouble: a fault, a crowd, a vote that a restore interrupted. Pages that nobody wants to
see are looked at like all others."""

from __future__ import annotations

import json
import socket
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
import waitress.server
from flask import abort
from playwright.sync_api import Browser

from portal import config
from portal.app import create_app
from portal.base.security import public
from tests.journeys.city import City
from tests.journeys.conftest import Enter
from tests.journeys.pages import OPEN, votes
from tests.journeys.visitor import Visitor

LANGUAGES = ("en", "de", "ar")


@pytest.fixture
def broken(make_settings: Callable[..., config.Settings]) -> Iterator[str]:
    """The address of a portal with one page that fails and one that is overrun."""
    here = socket.socket()
    here.bind(("127.0.0.1", 0))
    base = f"http://127.0.0.1:{here.getsockname()[1]}"
    app = create_app(make_settings(base_url=base))
    app.testing, app.config["PROPAGATE_EXCEPTIONS"] = False, False

    @public
    def fails() -> str:
        raise RuntimeError("planted")

    @public
    def crowd() -> str:
        abort(503)

    app.add_url_rule("/<lang:lang>/fails", "fails", fails)
    app.add_url_rule("/<lang:lang>/crowd", "crowd", crowd)
    server = waitress.server.create_server(app, sockets=[here], threads=4)
    threading.Thread(target=server.run, daemon=True).start()
    yield base
    server.close()
    app.ground.database.dispose()


def test_a_fault_and_a_crowd_have_pages(browser: Browser, broken: str) -> None:
    for lang in LANGUAGES:
        for width in (1280, 360):
            somebody = Visitor(browser, broken, lang=lang, width=width)
            somebody.go("/fails", 500).look()
            assert "planted" not in somebody.page.content()
            somebody.go("/crowd", 503).look()
            somebody.close()
            assert not somebody.complaints, somebody.complaints


@pytest.fixture
def interrupted(city: City) -> Iterator[str]:
    """The open vote as a restore leaves it; afterwards as it was."""
    now = datetime.now(UTC)
    told = {"backup": (now - timedelta(hours=3)).isoformat(), "restored": now.isoformat()}
    public_id = votes(city.instance, OPEN)
    _write(city, public_id, json.dumps([told]))
    yield public_id
    _write(city, public_id, None)


def _write(city: City, public_id: str, told: str | None) -> None:
    with closing(sqlite3.connect(city.instance / "portal.db", timeout=20)) as c:
        c.execute("UPDATE vote SET interruptions = ? WHERE public_id = ?", (told, public_id))
        c.commit()


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("width", [1280, 360])
def test_an_interrupted_vote_says_so_everywhere(interrupted: str, visitor: Enter, lang: str, width: int) -> None:
    ana = visitor("ana", lang=lang, width=width)
    ana.go(f"/budget/{OPEN}/ballot").look()
    assert ana.page.locator("main .fm-notice, main p").count()
    ana.go(f"/votes/{interrupted}/receipt").look()
    ana.go(f"/budget/{OPEN}/").look()
    bo = visitor("bo", lang=lang, width=width)
    bo.go(f"/staff/votes/{interrupted}").look()
    assert bo.page.locator("input[name=choice]").count() == 2
    bo.go("/staff/votes").look()
