"""At a terminal each sign-in is a fresh one, and a provider that cannot prove it is not offered."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from portal.base import clock, db, ground
from portal.base.web import Portal
from portal.identity import actions
from portal.identity.models import RoleGrant
from portal.identity.rules import offered_at_terminal
from tests.identity.test_terminal import rows, terminal
from tests.oidc.conftest import Browser
from tests.oidc.liar import Liar


@pytest.fixture
def screen(city: Portal, liar: Liar) -> Browser:
    browser = Browser(city, liar)
    browser.page = terminal(city)
    browser.http = browser.page.http
    return browser


def test_the_provider_is_asked_to_forget_whom_it_remembers(screen: Browser) -> None:
    asked = parse_qs(urlsplit(screen.begin()).query)
    assert asked["prompt"] == ["login"] and asked["max_age"] == ["0"]


def test_a_fresh_sign_in_is_one_and_finish_ends_it_at_the_provider(screen: Browser, liar: Liar) -> None:
    assert screen.sign_in().status == 303 and screen.signed_in
    row = rows(screen.page.app)[-1]
    assert row.channel == "terminal" and not row.staff_ok and row.idle_at is not None
    answer = screen.page.post("/en/terminal/finish", page="/en/", follow=False).response
    assert answer.headers["Location"].startswith(f"{liar.issuer}/end")
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert not screen.signed_in
    assert screen.get("/oidc/signed-out?state=en").response.headers["Location"] == "/en/terminal"


def test_a_provider_that_answers_with_whom_it_remembers_is_refused(screen: Browser, liar: Liar) -> None:
    liar.auth_time = time.time() - 3600
    assert screen.sign_in().status == 403 and not screen.signed_in


def test_a_provider_that_says_no_time_is_refused(screen: Browser, liar: Liar) -> None:
    liar.bend = lambda claims, _header: claims.pop("auth_time") and None
    assert screen.sign_in().status == 403 and not screen.signed_in


def test_one_who_used_it_seconds_ago_is_not_taken_for_the_next(screen: Browser, liar: Liar) -> None:
    """The second begins at once, so that the first's time at the provider lies within any leeway of clocks."""
    liar.auth_time = time.time() - 5
    assert screen.sign_in().status == 303 and screen.signed_in
    screen.page.post("/en/terminal/finish", page="/en/", follow=False)
    page = screen.sign_in()
    assert page.status == 403 and not screen.signed_in
    assert "took you for somebody who used this screen before" in page
    liar.auth_time = time.time()
    assert screen.sign_in().status == 303 and screen.signed_in


class TestOneThatProvesNothing:
    @pytest.fixture
    def bent_settings(self) -> dict[str, Any]:
        return {"auth_time": False}

    def test_it_is_not_offered(self, screen: Browser) -> None:
        assert "/sign-in/liar" not in screen.get("/en/sign-in").html
        assert screen.get("/en/sign-in/liar").status == 404


class TestOneThatNeverRemembers:
    @pytest.fixture
    def bent_settings(self) -> dict[str, Any]:
        return {"auth_time": False, "remembers": False}

    def test_it_is_offered_without_a_time(self, screen: Browser, liar: Liar) -> None:
        assert "/sign-in/liar" in screen.get("/en/sign-in").html
        liar.bend = lambda claims, _header: claims.pop("auth_time") and None
        assert screen.sign_in().status == 303 and screen.signed_in


def test_a_sign_in_begun_elsewhere_does_not_end_here(city: Portal, liar: Liar) -> None:
    elsewhere = Browser(city, liar)
    back = liar.authorize(elsewhere.begin())
    there = terminal(city)
    cookie = elsewhere.http.get_cookie("portal", domain="127.0.0.1")
    assert cookie is not None
    there.http.set_cookie("portal", cookie.value, domain="127.0.0.1")
    page = there.get(back, follow=False)
    assert page.status == 400 and "begun elsewhere" in page


@pytest.mark.parametrize(
    ("auth_time", "remembers", "offered"),
    [(True, True, True), (True, False, True), (False, False, True), (False, True, False)],
)
def test_who_is_offered(auth_time: bool, remembers: bool, offered: bool) -> None:
    class One:
        def __init__(self) -> None:
            self.auth_time, self.remembers = auth_time, remembers

    assert offered_at_terminal(One()) is offered


def test_a_step_up_at_a_shared_screen_wakes_no_role(screen: Browser, liar: Liar) -> None:
    """An officer may prove themselves as well as anybody: staff work is not done at the library's screen."""
    ground.stand_on(screen.page.app.ground)
    with db.write() as s:
        person = actions.person_for(s, liar.issuer, liar.sub, name="Bo", language="en", now=clock.now())
        s.add(RoleGrant(person_id=person.id, role="administrator", at=clock.now()))
    liar.acr = "high"
    assert screen.sign_in().status == 303
    begun = screen.get("/en/step-up/role?next=/en/staff/people")
    back = screen.get(liar.authorize(begun.response.headers["Location"]))
    assert back.status == 303
    assert not rows(screen.page.app)[-1].staff_ok
    assert screen.get("/en/staff/people").status == 403
