"""Signing out, here and at the provider's order."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.oidc.conftest import Browser
from tests.oidc.liar import LOGOUT, Liar


def order(browser: Browser, token: str) -> int:
    """The provider's own call: no cookies, no CSRF token."""
    answer = browser.page.app.test_client().post(
        "/oidc/liar/back-channel-logout", data={"logout_token": token}, base_url=browser.base
    )
    assert answer.headers["Cache-Control"] == "no-store"
    return int(answer.status_code)


def test_sign_out_leads_to_the_provider_and_back(browser: Browser, liar: Liar) -> None:
    liar.said = {"name": "Ana Ilves"}
    browser.sign_in()
    token = browser.page.get("/en/account").token
    answer = browser.http.post("/de/sign-out", data={"csrf_token": token}, base_url=browser.base)
    assert answer.status_code == 303
    there = urlsplit(answer.headers["Location"])
    asked = parse_qs(there.query)
    assert f"{there.scheme}://{there.netloc}{there.path}" == f"{liar.issuer}/end"
    assert asked["client_id"] == ["portal"]
    assert asked["id_token_hint"][0].count(".") == 2
    assert asked["post_logout_redirect_uri"] == ["http://127.0.0.1:8000/oidc/signed-out"]
    back = browser.get(f"/oidc/signed-out?state={asked['state'][0]}")
    assert back.response.headers["Location"] == "/de/signed-out"
    assert not browser.signed_in


def test_token_with_a_birth_date_is_not_kept(browser: Browser, liar: Liar) -> None:
    def bend(claims: dict[str, Any], _header: dict[str, Any]) -> None:
        claims["birthdate"] = "1988-05-04"

    liar.bend = bend
    browser.sign_in()
    token = browser.page.get("/en/account").token
    answer = browser.http.post("/en/sign-out", data={"csrf_token": token}, base_url=browser.base)
    assert "id_token_hint" not in answer.headers["Location"]
    assert "client_id=portal" in answer.headers["Location"]


@pytest.mark.parametrize("away", ["end_session_endpoint", "down"])
def test_sign_out_works_without_the_providers_page(browser: Browser, liar: Liar, away: str) -> None:
    liar.discovery = {"end_session_endpoint": None}
    browser.sign_in()
    token = browser.page.get("/en/account").token
    answer = browser.http.post("/en/sign-out", data={"csrf_token": token}, base_url=browser.base)
    assert answer.headers["Location"] == "/en/signed-out"
    assert not browser.signed_in


def test_sign_out_needs_the_token(browser: Browser) -> None:
    browser.sign_in()
    assert browser.http.post("/en/sign-out", base_url=browser.base).status_code == 400
    assert browser.signed_in


def test_a_copied_cookie_is_dead_after_sign_out(browser: Browser) -> None:
    browser.sign_in()
    copied = browser.http.get_cookie("portal", domain="127.0.0.1")
    assert copied is not None
    token = browser.page.get("/en/account").token
    browser.http.post("/en/sign-out", data={"csrf_token": token}, base_url=browser.base)
    browser.http.set_cookie("portal", copied.value, domain="127.0.0.1")
    assert not browser.signed_in


def test_each_sign_in_has_a_new_reference_and_ends_the_old_one(browser: Browser, liar: Liar) -> None:
    browser.sign_in()
    first = browser.http.get_cookie("portal", domain="127.0.0.1")
    assert first is not None
    browser.sign_in()
    second = browser.http.get_cookie("portal", domain="127.0.0.1")
    assert second is not None
    assert browser.signed_in
    browser.http.set_cookie("portal", first.value, domain="127.0.0.1")
    assert not browser.signed_in


def test_an_order_by_session_ends_that_session_alone(browser: Browser, liar: Liar) -> None:
    browser.sign_in()
    liar.sid = "sid-2"
    other = Browser(browser.page.app, liar)
    other.sign_in()
    assert order(browser, liar.logout_token(sid="sid-1")) == 200
    assert not browser.signed_in
    assert other.signed_in


def test_an_order_by_subject_ends_every_session_of_the_person(browser: Browser, liar: Liar) -> None:
    browser.sign_in()
    other = Browser(browser.page.app, liar)
    other.sign_in()
    liar.sub = "somebody-else"
    third = Browser(browser.page.app, liar)
    third.sign_in()
    assert order(browser, liar.logout_token(sid=None, sub="ana")) == 200
    assert [b.signed_in for b in (browser, other, third)] == [False, False, True]


def test_an_order_counts_once(browser: Browser, liar: Liar) -> None:
    token = liar.logout_token()
    assert order(browser, token) == 200
    browser.sign_in()
    assert order(browser, token) == 400
    assert browser.signed_in


FORGED: dict[str, dict[str, Any]] = {
    "an ID token": {"header": {"typ": "JWT"}},
    "no type": {"header": {"typ": ""}},
    "another issuer": {"iss": "https://other.example"},
    "another audience": {"aud": "another"},
    "no audience": {"aud": None},
    "no events": {"events": None},
    "another event": {"events": {"http://other.example": {}}},
    "an event that is no object": {"events": {LOGOUT: "yes"}},
    "with a nonce": {"nonce": "n"},
    "no number": {"jti": None},
    "neither session nor subject": {"sid": None, "sub": None},
    "expired": {"exp": int(time.time()) - 3600},
    "no end": {"exp": None},
    "of yesterday": {"iat": int(time.time()) - 86400},
    "of tomorrow": {"iat": int(time.time()) + 86400},
    "no date": {"iat": None},
}


@pytest.mark.parametrize("fault", FORGED)
def test_a_forged_order_ends_nothing(browser: Browser, liar: Liar, fault: str) -> None:
    browser.sign_in()
    assert order(browser, liar.logout_token(**FORGED[fault])) == 400
    assert browser.signed_in


def test_an_order_signed_by_somebody_else(browser: Browser, liar: Liar) -> None:
    browser.sign_in()
    assert order(browser, liar.logout_token(key=liar.forged)) == 400
    assert order(browser, "nonsense") == 400
    assert browser.signed_in
