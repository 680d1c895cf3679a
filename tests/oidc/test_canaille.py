"""The round trip against a provider that others wrote: Canaille, through pytest-iam, over real HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests

from portal import config
from portal.app import create_app
from portal.base import clock, db, ground
from portal.base.web import Portal
from portal.identity.models import Person, SignIn
from tests.client import Client

pytest.importorskip("pytest_iam")
CALLBACK = "http://127.0.0.1:8000/oidc/canaille/callback"


@pytest.fixture
def registered(iam_server: Any) -> Iterator[Any]:
    """The portal as a client of Canaille, which gives no audience of its own accord."""
    with iam_server.app.app_context():
        client = iam_server.models.Client(
            client_id="portal",
            client_secret="secret-of-the-portal",
            client_name="Portal",
            contacts=["portal@example.org"],
            redirect_uris=[CALLBACK],
            post_logout_redirect_uris=["http://127.0.0.1:8000/oidc/signed-out"],
            grant_types=["authorization_code"],
            response_types=["code"],
            token_endpoint_auth_method="client_secret_basic",
            scope=["openid", "profile"],
            client_uri="http://127.0.0.1:8000",
        )
        iam_server.backend.save(client)
        client.audience = [client]
        iam_server.backend.save(client)
        yield client
        iam_server.backend.delete(client)


@pytest.fixture
def portal(make_settings: Callable[..., config.Settings], iam_server: Any, registered: Any) -> Iterator[Portal]:
    provider = config.Provider(
        key="canaille",
        name="Canaille",
        issuer=iam_server.url.rstrip("/"),
        client_id="portal",
        client_secret="secret-of-the-portal",
        algorithms=("RS512",),
    )
    app = create_app(make_settings(providers=(provider,)))
    yield app
    app.ground.database.dispose()


def test_there_and_back_and_out_again(portal: Portal, iam_server: Any, registered: Any) -> None:
    client = Client(portal)
    base = "http://127.0.0.1:8000"
    user = iam_server.random_user(formatted_name="Jonas Brandt")
    iam_server.login(user)
    iam_server.consent(user, registered)

    begun = client.http.get("/de/sign-in/canaille?next=/de/account", base_url=base)
    assert begun.status_code == 302
    answer = requests.get(begun.headers["Location"], allow_redirects=False, timeout=10)
    assert answer.headers["Location"].startswith(CALLBACK)
    back = client.http.get(answer.headers["Location"][len(base) :], base_url=base)
    assert back.status_code == 303
    assert back.headers["Location"] == "/de/account"
    page = client.get("/de/account")
    assert "Jonas Brandt" in page

    ground.stand_on(portal.ground)
    with db.read() as s:
        row = s.query(SignIn).one()
        assert row.issuer == iam_server.url.rstrip("/")
        assert row.last_seen_at <= clock.now()
        assert s.query(Person).one().name == "Jonas Brandt"

    out = client.http.post("/de/sign-out", data={"csrf_token": page.token}, base_url=base)
    assert out.status_code == 303
    assert out.headers["Location"].startswith(iam_server.url)
    assert client.get("/de/account", follow=False).status == 303
    iam_server.logout()
