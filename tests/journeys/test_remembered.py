"""Two people one after the other at a terminal whose provider remembers the first: the second never gets in as them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from shutil import copyfile

import pytest
from playwright.sync_api import Browser
from werkzeug.serving import make_server

from portal import config
from portal.app import create_app
from tests.identity.test_terminal import terminal
from tests.journeys.city import free_pair
from tests.journeys.remembering import Remembering
from tests.journeys.visitor import Visitor

Screen = Callable[[bool], Visitor]


@pytest.fixture(scope="module")
def browser(whole_browser: Browser) -> Browser:
    """What a browser keeps is the matter here."""
    return whole_browser


@pytest.fixture(scope="module")
def _provider() -> Remembering:
    return Remembering()


@pytest.fixture
def provider(_provider: Remembering) -> Remembering:
    _provider.honest()
    return _provider


@pytest.fixture(scope="module")
def url(template: str, _provider: Remembering, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """A portal that knows this provider, and one that can't prove anything; and the cookie of its terminal."""
    instance = tmp_path_factory.mktemp("remembered") / "instance"
    instance.mkdir()
    copyfile(template, instance / "portal.db")
    port = free_pair()
    address = f"http://127.0.0.1:{port}"
    town = _provider.provider(key="town", name="Town eID")
    settings = config.load(
        {},
        instance=instance,
        testing=True,
        base_url=address,
        secret="x" * 40,
        providers=(town, replace(town, key="mute", name="Mute eID", issuer="http://127.0.0.1:9", auth_time=False)),
        city=config.City(name="Sundhaven", time_zone="Europe/Tallinn", mail="portal@sundhaven.example"),
    )
    app = create_app(settings)
    cookie = terminal(app).http.get_cookie("terminal", domain="127.0.0.1")
    assert cookie is not None
    server = make_server("127.0.0.1", port, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield address, cookie.value
    server.shutdown()
    server.server_close()
    app.ground.database.dispose()


@pytest.fixture
def screen(browser: Browser, url: tuple[str, str], provider: Remembering) -> Iterator[Screen]:
    """A browser at the terminal."""
    made: list[Visitor] = []

    def enter(script: bool) -> Visitor:
        here = Visitor(browser, url[0], script=script)
        here.context.add_cookies([{"name": "terminal", "value": url[1], "url": url[0]}])
        made.append(here)
        return here.go("/terminal")

    yield enter
    said = [one for here in made for one in here.complaints if provider.issuer not in one]
    for here in made:
        here.close()
    assert not said, said


def to_provider(screen: Visitor) -> None:
    screen.go("/sign-in")
    screen.page.locator("main a[href*='/sign-in/town']").click()


def sign_in(screen: Visitor, name: str) -> None:
    to_provider(screen)
    assert screen.heading == "Who are you?", "the provider asks anew, whomever it remembers"
    screen.page.get_by_role("link", name=name).click()
    screen.page.wait_for_url("**/en/")
    assert name in screen.page.locator(".fm-who").inner_text()


def finish(screen: Visitor) -> None:
    screen.page.locator("#finish button").click()
    screen.page.wait_for_url("**/en/terminal")
    assert screen.heading == "Choose your language"


@pytest.mark.parametrize("script", [True, False])
@pytest.mark.parametrize("forgets", [True, False])
def test_the_second_is_asked_and_finish_ends_the_provider_s_session(
    screen: Screen, provider: Remembering, script: bool, forgets: bool
) -> None:
    provider.forgets = forgets
    here = screen(script)
    sign_in(here, "Ana Ilves")
    here.go("/account")
    assert "Ana Ilves" in here.page.content()
    finish(here)
    assert provider.signed_out == 1
    kept = any(cookie["name"] == "town" for cookie in here.context.cookies(provider.issuer))  # type: ignore[typeddict-item]
    assert kept is not forgets
    sign_in(here, "Jonas Brandt")
    here.go("/account")
    assert "Jonas Brandt" in here.page.content() and "Ana" not in here.page.content()
    finish(here)


@pytest.mark.parametrize("script", [True, False])
def test_a_provider_that_answers_for_the_first_is_refused_to_the_second(
    screen: Screen, provider: Remembering, script: bool
) -> None:
    provider.forgets = provider.obeys = False
    here = screen(script)
    sign_in(here, "Ana Ilves")
    finish(here)
    to_provider(here)  # at once: no question is asked, the provider sends Ana's name
    assert here.heading == "You are not signed in"
    assert "took you for somebody who used this screen before" in here.text
    assert "Ana" not in here.page.content()
    here.look(axe=script)
    here.go("/account")
    assert here.heading == "Sign in"
    for _n in range(4):
        here.page.go_back()
        assert "Ana" not in here.page.content()


def test_one_that_can_prove_nothing_is_offered_elsewhere_only(
    screen: Screen, browser: Browser, url: tuple[str, str]
) -> None:
    here = screen(True).go("/sign-in")
    assert "Town eID" in here.text and "Mute eID" not in here.text
    home = Visitor(browser, url[0])
    assert "Mute eID" in home.go("/sign-in").text
    home.close()
