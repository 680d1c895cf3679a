"""Signing out ends everything, on this computer and on every other."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests.journeys.conftest import Enter
from tests.journeys.pages import OPEN


@pytest.fixture(scope="module")
def browser(whole_browser: Browser) -> Browser:
    """What a browser keeps is the matter here."""
    return whole_browser


@pytest.mark.parametrize("script", [True, False])
def test_after_signing_out_nothing_is_left(visitor: Enter, script: bool) -> None:
    ana = visitor("ana", script=script)
    ana.go("/account")
    assert "Ana Ilves" in ana.text
    if script:
        ana.look()
    copied = ana.context.cookies()
    thief = visitor()
    thief.context.add_cookies(copied)
    thief.go("/account")
    assert "Ana Ilves" in thief.text
    ana.page.locator(".fm-who form button").click()
    ana.page.wait_for_url("**/signed-out")
    assert ana.heading == "You are signed out"
    ana.look(axe=script)
    # the Back button shows no page of hers, neither from memory nor from the server
    ana.page.go_back()
    ana.page.wait_for_load_state()
    assert "Ana Ilves" not in ana.page.content()
    # a copied cookie died with the session
    thief.go("/account")
    assert thief.heading == "Sign in" and "Ana Ilves" not in thief.page.content()
    # the next person at this computer starts anew
    ana.go(f"/budget/{OPEN}/ballot")
    assert ana.heading == "Sign in"


def test_one_browser_ends_the_others(visitor: Enter) -> None:
    here, there = visitor("jonas"), visitor("jonas")
    here.go("/account").look()
    assert here.page.get_by_text("Another browser").count() >= 1
    there.go(f"/budget/{OPEN}/ballot")
    there.page.locator("input.fm-tick__box").first.check()
    here.press("End all other sessions")
    here.look()
    # what the other was doing is refused with a way on, and nothing is cast
    with there.page.expect_navigation() as waited:
        there.page.locator("#cast").click()
    assert waited.value.status in {200, 400, 403} and there.page.locator(".fm-receipt").count() == 0
    there.look()


def test_whoever_must_sign_in_first_comes_back_to_the_page(visitor: Enter) -> None:
    ana = visitor(lang="de")
    ana.go("/account")
    ana.look()
    ana.page.locator("main a[href*='/sign-in/demo']").click()
    ana.look()
    ana.page.locator("main a[href*='persona=ana']").click()
    ana.page.wait_for_url("**/de/account")
    ana.look()


def test_whoever_turns_back_is_not_signed_in(visitor: Enter) -> None:
    ana = visitor(lang="ar").go("/sign-in")
    ana.page.locator("main a[href*='/sign-in/demo']").click()
    ana.look()
    ana.page.locator("main a[href*='persona=nobody'], main p a").last.click()
    ana.page.wait_for_load_state()
    assert ana.page.locator(".fm-who form").count() == 0
    ana.look()


def test_the_language_is_chosen_and_kept(visitor: Enter) -> None:
    reader = visitor(lang="fr", width=360)
    reader.page.goto("/")
    assert reader.page.url.endswith("/fr/")
    reader.go(f"/budget/{OPEN}/projects/?pot=2")
    reader.page.locator(".fm-langs summary").click()
    reader.page.locator(".fm-langs a[lang=ar]").click()
    reader.page.wait_for_url(f"**/ar/budget/{OPEN}/projects/?pot=2")
    reader.lang = "ar"
    reader.look()
    reader.go("/language").look()
    reader.page.locator("main button[value=pl]").click()
    reader.page.wait_for_load_state()
    reader.page.goto("/")
    assert reader.page.url.endswith("/pl/")
