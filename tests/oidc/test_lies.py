"""A provider that lies gets nobody in: each lie is refused, alone, while the truth is believed."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import func, select

from portal.base import db, ground
from portal.base.limits import Attempt
from portal.identity import oidc, oidc_flow, views
from portal.identity.models import Person, SignIn
from tests.oidc.conftest import Browser
from tests.oidc.liar import CLIENT, Liar


def nobody_entered(browser: Browser) -> bool:
    ground.stand_on(browser.page.app.ground)
    with db.read() as s:
        rows = [s.scalar(select(func.count()).select_from(table)) for table in (Person, SignIn)]
    return rows == [0, 0] and not browser.signed_in


def test_the_truth_is_believed(browser: Browser, liar: Liar) -> None:
    page = browser.sign_in()
    assert page.status == 303
    assert browser.signed_in


def test_state_nonce_and_verifier_are_long_and_new_each_time(browser: Browser) -> None:
    seen = []
    for _ in range(2):
        asked = parse_qs(urlsplit(browser.begin()).query)
        assert len(asked["state"][0]) == 43
        assert len(asked["nonce"][0]) == 43
        assert asked["code_challenge_method"] == ["S256"]
        assert len(asked["code_challenge"][0]) == 43
        seen.append((asked["state"], asked["nonce"], asked["code_challenge"]))
    assert not set(map(str, seen[0])) & set(map(str, seen[1]))


def test_language_and_level_are_passed_on(browser: Browser) -> None:
    asked = parse_qs(urlsplit(browser.begin("/de/sign-in/liar")).query)
    assert asked["ui_locales"] == ["de"]
    assert asked["acr_values"] == ["substantial"]


def test_the_verifier_is_sent(browser: Browser, liar: Liar) -> None:
    browser.sign_in()
    assert len(liar.posted["code_verifier"]) == 43


def _set(**values: Any) -> Callable[[dict[str, Any], dict[str, Any]], None]:
    def bend(claims: dict[str, Any], _header: dict[str, Any]) -> None:
        for name, value in values.items():
            if value is None:
                claims.pop(name, None)
            else:
                claims[name] = value() if callable(value) else value

    return bend


def _crit(_claims: dict[str, Any], header: dict[str, Any]) -> None:
    header.update({"crit": ["bork"], "bork": True})


LIES: dict[str, Callable[[dict[str, Any], dict[str, Any]], None]] = {
    "audience is another client, azp is us": _set(aud="another", azp=CLIENT),
    "audience is an empty list": _set(aud=[]),
    "audience is missing": _set(aud=None),
    "two audiences, azp is the other": _set(aud=[CLIENT, "another"], azp="another"),
    "two audiences without azp": _set(aud=[CLIENT, "another"]),
    "another issuer": _set(iss="https://other.example"),
    "no issuer": _set(iss=None),
    "another nonce": _set(nonce="x" * 43),
    "no nonce": _set(nonce=None),
    "a nonce said to be unsupported": _set(nonce=None, nonce_supported=False),
    "expired": _set(exp=lambda: int(time.time()) - 600),
    "no end": _set(exp=None),
    "issued in the future": _set(iat=lambda: int(time.time()) + 900),
    "issued long ago": _set(iat=lambda: int(time.time()) - 3600),
    "valid only later": _set(nbf=lambda: int(time.time()) + 900),
    "hash of another access token": _set(at_hash="A" * 22),
    "a lower level than asked for": _set(acr="low"),
    "an unknown level": _set(acr="galactic"),
    "no level": _set(acr=None),
    "no subject": _set(sub=None),
    "an empty subject": _set(sub=""),
    "a subject that is a number": _set(sub=7),
    "another subject than userinfo's": _set(sub="somebody-else"),
    "an unknown critical header": _crit,
}


@pytest.mark.parametrize("lie", LIES)
def test_lie_in_the_token(browser: Browser, liar: Liar, lie: str) -> None:
    liar.bend = LIES[lie]
    page = browser.sign_in()
    assert page.status == 403
    assert nobody_entered(browser)


@pytest.mark.parametrize(
    "forgery", ["unsigned", "forge", "forge_with_own_key", "with_secret", "with_public_key", "with_curve"]
)
def test_forged_signature(browser: Browser, liar: Liar, forgery: str) -> None:
    liar.sign = getattr(liar, forgery)
    page = browser.sign_in()
    assert page.status == 403
    assert nobody_entered(browser)


def test_answer_in_another_issuers_name(browser: Browser, liar: Liar) -> None:
    liar.answer_more = {"iss": "https://other.example"}
    assert browser.sign_in().status == 403
    assert "/token" not in liar.calls  # the code is not shown to anybody
    assert nobody_entered(browser)


def test_an_answer_that_says_a_thing_twice(browser: Browser, liar: Liar) -> None:
    answer = liar.authorize(browser.begin())
    assert browser.get(answer + "&code=another").status == 403
    assert "/token" not in liar.calls
    assert nobody_entered(browser)


def test_answer_without_issuer_where_it_was_promised(browser: Browser, liar: Liar) -> None:
    liar.discovery = {"authorization_response_iss_parameter_supported": True}
    assert browser.sign_in().status == 403
    assert nobody_entered(browser)


@pytest.mark.parametrize("bent_settings", [{"max_age": 60}])
def test_sign_in_of_yesterday(browser: Browser, liar: Liar) -> None:
    liar.auth_time = time.time() - 86400.5
    assert browser.sign_in().status == 403
    assert nobody_entered(browser)


@pytest.mark.parametrize("bent_settings", [{"max_age": 60}])
def test_sign_in_of_now_with_a_fraction(browser: Browser, liar: Liar) -> None:
    liar.auth_time = time.time() - 0.5
    assert browser.sign_in().status == 303


@pytest.mark.parametrize("bent_settings", [{"max_age": 60}])
def test_age_of_the_sign_in_is_missing(browser: Browser, liar: Liar) -> None:
    liar.bend = _set(auth_time=None)
    assert browser.sign_in().status == 403
    assert nobody_entered(browser)


def test_who_must_prove_it_anew_does_not_ride_on_an_old_sign_in(browser: Browser, liar: Liar) -> None:
    """Before an erasure or an export people sign in again: a provider's session of an hour ago is not enough."""
    where = "/en/sign-in/liar?fresh=1&next=/en/my/data/erasure"
    assert parse_qs(urlsplit(browser.begin(where)).query)["max_age"] == ["60"]
    liar.auth_time = time.time() - 3600
    assert browser.sign_in(where).status == 403
    assert nobody_entered(browser)
    liar.auth_time = time.time()
    assert browser.sign_in(where).status == 303


@pytest.mark.parametrize("bent_settings", [{"amr_allowed": ("smartid", "idcard")}])
def test_a_method_that_is_not_allowed(browser: Browser, liar: Liar) -> None:
    page = browser.sign_in()
    assert page.status == 403
    assert "not safe enough" in page
    assert nobody_entered(browser)


def test_userinfo_of_somebody_else(browser: Browser, liar: Liar) -> None:
    liar.said = {"sub": "somebody-else", "name": "Eve"}
    assert browser.sign_in().status == 403
    assert nobody_entered(browser)


def test_signed_userinfo(browser: Browser, liar: Liar) -> None:
    liar.signed_userinfo = True
    assert browser.sign_in().status == 303
    assert "Ana Ilves" in browser.page.get("/en/account")


def test_discovery_of_another_issuer(browser: Browser, liar: Liar) -> None:
    liar.discovery = {"issuer": "https://other.example"}
    assert browser.get("/en/sign-in/liar").status == 503


def test_discovery_that_leads_off_tls(browser: Browser, liar: Liar) -> None:
    liar.discovery = {"token_endpoint": "http://other.example/token"}
    assert browser.get("/en/sign-in/liar").status == 503


def test_answer_in_another_browser(browser: Browser, liar: Liar) -> None:
    address = liar.authorize(browser.begin())
    stranger = Browser(browser.page.app, liar)
    page = stranger.get(address)
    assert page.status == 400
    assert "another browser" in page
    assert "/token" not in liar.calls
    assert not stranger.signed_in


def test_unknown_state(browser: Browser, liar: Liar) -> None:
    browser.begin()
    assert browser.get("/oidc/liar/callback?code=x&state=" + "y" * 43).status == 400
    assert not browser.signed_in


def test_answer_twice(browser: Browser, liar: Liar) -> None:
    address = liar.authorize(browser.begin())
    assert browser.get(address).status == 303
    assert browser.get(address).status == 400


def test_a_failed_answer_counts_once_too(browser: Browser, liar: Liar) -> None:
    address = liar.authorize(browser.begin())
    liar.token_status = 400
    assert browser.get(address).status == 403
    liar.token_status = 200
    assert browser.get(address).status == 400


def test_answer_after_an_hour(browser: Browser, liar: Liar, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(oidc_flow, "STATE_SECONDS", -1)
    assert browser.get(liar.authorize(browser.begin())).status == 400


def test_turned_back(browser: Browser, liar: Liar) -> None:
    liar.answer_more = {"error": "access_denied", "code": None}
    page = browser.sign_in()
    assert page.status == 403
    assert "turned back" in page


def test_failures_are_counted_without_the_address(browser: Browser, liar: Liar) -> None:
    liar.bend = _set(aud="another")
    browser.sign_in()
    with db.read() as s:
        rows = s.execute(select(Attempt.scope, Attempt.key_hash)).all()
    assert [row.scope for row in rows] == ["sign-in"]
    assert len(rows[0].key_hash) == 64


def test_silent_provider(browser: Browser, liar: Liar, monkeypatch: pytest.MonkeyPatch) -> None:
    address = liar.authorize(browser.begin())
    monkeypatch.setattr(oidc, "TIMEOUT", (0.2, 0.2))
    liar.delay = 1.0
    page = browser.get(address)
    assert page.status == 503
    assert "does not answer" in page


def test_keys_change_at_the_provider(browser: Browser, liar: Liar, monkeypatch: pytest.MonkeyPatch) -> None:
    assert browser.sign_in().status == 303
    monkeypatch.setattr(oidc, "FORCED_KEYS_SECONDS", 0)
    monkeypatch.setattr(liar, "key", type(liar.key).generate_key(2048, {"kid": "two", "use": "sig"}))

    def bend(_claims: dict[str, Any], header: dict[str, Any]) -> None:
        header["kid"] = "two"

    liar.bend = bend
    assert browser.sign_in().status == 303


def test_too_many_sign_ins_at_once_wait_in_the_browser(browser: Browser, liar: Liar) -> None:
    address = liar.authorize(browser.begin())
    ground.stand_on(browser.page.app.ground)
    gates = []
    try:
        for _ in range(ground.settings().threads // 2):
            gate = oidc.outside()
            gate.__enter__()
            gates.append(gate)
        answer = browser.http.get(address, base_url=browser.base)
        assert answer.status_code == 503
        assert answer.headers["Refresh"].startswith("2; url=/oidc/liar/callback?")
    finally:
        for gate in gates:
            gate.__exit__(None, None, None)
    assert browser.get(address).status == 303  # the state was kept


def test_a_good_answer_passes_whoever_else_fails_at_this_address(
    browser: Browser, liar: Liar, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "FAILURES", 2)
    good = liar.bend
    liar.bend = _set(aud="another")
    assert [browser.sign_in().status for _ in range(3)] == [403, 403, 429]
    liar.bend = good
    browser.sign_in()
    assert browser.signed_in
