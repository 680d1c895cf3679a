"""A seeded city, a browser, and people who use both."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

from tests.journeys.city import City, seed, work
from tests.journeys.visitor import Visitor

ARGUMENTS = [
    "--no-sandbox",  # needed where the tests run as root
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # the first starts a process ahead of every page, the second keeps a picture of the page before
    "--disable-features=SpareRendererForSitePerProcess,PaintHolding",
]
NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
# The same engine without a window, tabs and extensions: half the work of the machine for the same page.
LIGHT = ("chromium-headless-shell", "chrome-headless-shell")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--pictures", action="store_true", help="write the named screenshots to tests/pictures/")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.journey)
    if not config.getoption("--pictures"):
        left = [item for item in items if item.path == here / "test_pictures.py"]
        config.hook.pytest_deselected(items=left)
        items[:] = [item for item in items if item not in left]


def chromium() -> str | None:
    """The system's Chromium, if there is one."""
    return os.environ.get("PORTAL_CHROMIUM") or next((path for name in NAMES if (path := shutil.which(name))), None)


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """Playwright's driver."""
    with sync_playwright() as made:
        yield made


def _launched(playwright: Playwright, path: str | None) -> Iterator[Browser]:
    if path is None:
        if os.environ.get("PORTAL_TEST_ALL") == "1":
            pytest.fail("no Chromium on the path")
        pytest.skip("no Chromium on the path")
    made = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
    yield made
    made.close()


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """One Chromium for all journeys; each person has a context of their own in it. Files of journeys over what a browser
    itself keeps (going back, reopened tabs) ask for `whole_browser` instead."""
    named = os.environ.get("PORTAL_CHROMIUM_LIGHT")
    yield from _launched(playwright, named or next(filter(None, map(shutil.which, LIGHT)), None) or chromium())


@pytest.fixture(scope="session")
def whole_browser(playwright: Playwright) -> Iterator[Browser]:
    """Chromium as it stands on a library's terminal, with everything it remembers."""
    yield from _launched(playwright, chromium())


@pytest.fixture(scope="session")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo as its first start makes it, once for all journeys, also where they go in several parts at once. Whoever
    works on the journeys names one that is there already in PORTAL_TEST_SEEDED, and saves the half minute."""
    given, shared = os.environ.get("PORTAL_TEST_SEEDED"), os.environ.get("PORTAL_TEST_SHARED")
    if given:
        return Path(given)
    instance = (Path(shared) if shared else tmp_path_factory.mktemp("seeded")) / "instance"
    with instance.with_suffix(".lock").open("w") as door:
        fcntl.flock(door, fcntl.LOCK_EX)
        whole = instance.with_suffix(".whole")
        if not whole.exists():
            shutil.rmtree(instance, ignore_errors=True)  # another part was stopped in the middle
            seed(instance)
            work(instance)  # else every file's city would make the demo's papers anew
            whole.touch()
    return instance


@pytest.fixture(scope="module")
def city(browser: Browser, seeded: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    """A running city for one file of journeys. A line of its log that speaks of an error fails the file."""
    made = City(seeded, tmp_path_factory.mktemp("city"))
    made.start()
    yield made
    made.stop()
    assert not made.complaints(), made.log.read_text()[-4000:]


Enter = Callable[..., Visitor]


@pytest.fixture
def visitor(browser: Browser, city: City) -> Iterator[Enter]:
    """`visitor("ana", lang="de", width=360, script=False)`: somebody with a browser of their own, signed in unless
    the name is empty. What their pages complained of fails the test at its end."""
    here: list[Visitor] = []

    def enter(name: str = "", **how: object) -> Visitor:
        made = Visitor(browser, city.url, **how)  # type: ignore[arg-type]
        here.append(made)
        if name:
            made.sign_in(name)
        return made

    yield enter
    said = [one for made in here for one in made.complaints]
    for made in here:
        made.close()
    assert not said, said
