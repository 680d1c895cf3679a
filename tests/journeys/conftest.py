"""A real browser on a real server: Chromium, the application behind waitress in a thread, and axe.

`./run test` names the browser in PORTAL_CHROMIUM; a bare pytest looks on the path and skips where there is none.
"""

from __future__ import annotations

import os
import shutil
import socket
import threading
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import waitress.server

from portal import config
from portal.app import create_app
from portal.base.web import Portal
from tests.conftest import _settings
from tests.journeys.look import SEEN, Walker

playwright = pytest.importorskip("playwright.sync_api", reason="the browser group is not installed")
if TYPE_CHECKING:
    from playwright.sync_api import Browser


def find_chromium() -> str | None:
    """The system's browser."""
    named = os.environ.get("PORTAL_CHROMIUM")
    names = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
    return named or next((path for path in map(shutil.which, names) if path), None)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all journeys."""
    path = find_chromium()
    if path is None:
        pytest.skip("no Chromium on the path")
    with playwright.sync_playwright() as engine:
        made = engine.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-dev-shm-usage"])
        yield made
        made.close()


class Live:
    """The application behind a server of its own, until `stop`."""

    def __init__(self, app: Portal, listener: socket.socket) -> None:
        self.app = app
        self.base = app.ground.settings.base_url
        self.server = waitress.server.create_server(app, sockets=[listener], threads=6, ident=None)
        self.thread = threading.Thread(target=self.server.run, daemon=True)
        self.thread.start()

    def stop(self) -> None:
        """Close the listener; requests under way are given a moment."""
        self.server.close()
        self.thread.join(3)
        self.app.ground.database.dispose()


def free_port() -> socket.socket:
    """A listening socket on a port that nobody has."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.setblocking(False)
    return listener


@pytest.fixture(scope="module")
def live(template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """An empty city behind a real server, for one file of journeys."""
    folder: Path = tmp_path_factory.mktemp("live") / "instance"
    folder.mkdir()
    shutil.copyfile(template, folder / "portal.db")
    listener = free_port()
    base = f"http://127.0.0.1:{listener.getsockname()[1]}"
    city = config.City(
        name="Sundhaven",
        time_zone="Europe/Tallinn",
        mail="portal@sundhaven.example",
        telephone="+372 555 0142",
        hours="9:00-17:00",
    )
    made = Live(
        create_app(_settings(folder, f"sqlite:///{folder / 'portal.db'}", "wal", base_url=base, city=city)), listener
    )
    yield made
    made.stop()


@pytest.fixture
def walker(live: Live, browser: Browser) -> Iterator[Walker]:
    """A person at a browser of their own: no cookies of others."""
    made = Walker(live.app, live.base, browser)
    yield made
    made.close()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What the accessibility statement says of the last walk: to be put into portal/home/accessibility.toml."""
    if SEEN.views:
        pages = len(SEEN.pages)
        terminalreporter.section("accessibility statement")
        terminalreporter.write_line(f"on = {date.today().isoformat()}")
        terminalreporter.write_line(f"pages = {pages}\nviews = {SEEN.views}\nviolations = {SEEN.violations}")
        terminalreporter.write_line("languages = [" + ", ".join(f'"{code}"' for code in sorted(SEEN.languages)) + "]")
