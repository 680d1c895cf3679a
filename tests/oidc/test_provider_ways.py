"""Ways in which the portal proves itself to providers, and configurations that are refused."""

from __future__ import annotations

from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from portal.base import ground
from portal.base.web import Portal
from portal.identity import oidc
from tests.oidc.conftest import Browser
from tests.oidc.liar import SECRET, Liar

RSA, EC = RSAKey.generate_key(2048), ECKey.generate_key("P-256")


def _pem(key: Any) -> str:
    return str(key.as_pem(private=True).decode())


@pytest.mark.parametrize("bent_settings", [{"auth_method": "client_secret_post"}])
def test_secret_in_the_body(browser: Browser, liar: Liar) -> None:
    assert browser.sign_in().status == 303
    assert liar.posted["client_secret"] == SECRET


@pytest.mark.parametrize(
    ("bent_settings", "key", "algorithm"),
    [
        ({"auth_method": "private_key_jwt", "client_secret": _pem(RSA)}, RSA, "RS256"),
        ({"auth_method": "private_key_jwt", "client_secret": _pem(EC)}, EC, "ES256"),
    ],
    ids=["RSA", "EC"],
)
def test_signed_assertion(browser: Browser, liar: Liar, key: Any, algorithm: str) -> None:
    assert browser.sign_in().status == 303
    claims = jwt.decode(liar.posted["client_assertion"], key, [algorithm]).claims
    assert claims["iss"] == claims["sub"] == "portal"
    assert claims["aud"] == f"{liar.issuer}/token"
    assert "client_secret" not in liar.posted


@pytest.mark.parametrize(
    "fault",
    [
        {"algorithms": ("none",)},
        {"algorithms": ("RS256", "HS256")},
        {"algorithms": ()},
        {"auth_method": "client_secret_jwt"},
        {"min_acr": "galactic"},
        {"staff_acr": "galactic"},
    ],
)
def test_a_loose_configuration_is_refused(app: Portal, liar: Liar, fault: dict[str, Any]) -> None:
    ground.stand_on(app.ground)
    with pytest.raises(ValueError, match="provider liar"):
        oidc.StrictApp(liar.provider(**fault))


def test_plain_http_is_refused_outside_loopback(app: Portal, liar: Liar) -> None:
    ground.stand_on(app.ground)
    with pytest.raises(oidc.Unreachable):
        oidc.StrictApp(liar.provider(issuer="http://id.example")).load_server_metadata()


def test_several_providers_each_with_its_sentence(make_settings: Any, liar: Liar) -> None:
    from portal.app import create_app
    from tests.client import Client

    first = liar.provider(name="City card", asks={"de": "Sie fragt nach Ihrer Karte."})
    second = liar.provider(key="eid", name="National eID")
    app = create_app(make_settings(providers=(first, second)))
    page = Client(app).get("/de/sign-in?next=/de/account")
    assert "Sie fragt nach Ihrer Karte." in page
    assert "City card" in page and "National eID" in page
    assert "/de/sign-in/eid?next=/de/account" in page.html or "/de/sign-in/eid?next=%2Fde%2Faccount" in page.html
    app.ground.database.dispose()


@pytest.mark.parametrize(
    "target",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "/%09/evil.example\t", "javascript:alert(1)"],
)
def test_only_own_addresses_are_led_to(browser: Browser, target: str) -> None:
    page = browser.get(browser.liar.authorize(_begin(browser, target)))
    location = page.response.headers["Location"]
    assert location.startswith("/") and "evil" not in location.split("/")[1]


def _begin(browser: Browser, target: str) -> str:
    answer = browser.http.get("/en/sign-in/liar", query_string={"next": target}, base_url=browser.base)
    return str(answer.headers["Location"])
