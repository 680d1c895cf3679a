"""The round trip, the step-up and the ordered sign-out against the npm oidc-provider, which remembers people."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from joserfc.jwk import ECKey
from sqlalchemy import select
from werkzeug.serving import make_server

from portal import config
from portal.app import create_app
from portal.base import db, ground
from portal.base.actor import SYSTEM
from portal.base.web import Portal
from portal.identity.models import Fact, SignIn
from portal.places.actions import add_district
from tests.client import Client, Page

HERE = Path(__file__).parent / "node"
CALLBACK = "http://127.0.0.1:8000/oidc/node/callback"


@pytest.fixture(scope="module")
def modules() -> None:
    """The provider's packages, by its lock file."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("Node is not on the path")
    if not (HERE / "node_modules" / "oidc-provider").is_dir():
        done = subprocess.run(["npm", "ci", "--silent", "--no-audit"], cwd=HERE, capture_output=True, text=True)
        if done.returncode:
            pytest.skip("the packages of the provider cannot be fetched")


class Node:
    """The provider, and a browser that visits it."""

    def __init__(self, logout: str, key: ECKey) -> None:
        arguments = json.dumps([CALLBACK, logout, key.as_dict(private=False)])
        self.process = subprocess.Popen(
            ["node", "provider.mjs", arguments], cwd=HERE, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        assert self.process.stdout is not None
        lines = iter(self.process.stdout.readline, "")
        self.issuer = next(line.strip() for line in lines if line.startswith("http"))
        self.browser = requests.Session()

    def signs_in(self, **person: str) -> None:
        """Who sits at the provider's page from now on, and at which level they prove themselves."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(person) + "\n")
        self.process.stdin.flush()

    def authorize(self, location: str) -> tuple[str, list[str]]:
        """Where the provider sends the browser back to, and which of its own pages it showed on the way."""
        shown = []
        for _ in range(12):
            answer = self.browser.get(location, allow_redirects=False, timeout=10)
            assert answer.is_redirect, answer.text[:500]
            location = requests.compat.urljoin(answer.url, answer.headers["Location"])
            if location.startswith(CALLBACK):
                parts = urlsplit(location)
                return f"{parts.path}?{parts.query}", shown
            if "/interaction/" in location:
                shown.append(location)
        raise AssertionError("the provider sends round in circles")


@pytest.fixture
def site(make_settings: Callable[..., config.Settings], modules: None) -> Iterator[tuple[Portal, Node]]:
    """A portal that really listens, for the provider's orders, and the provider."""
    key = ECKey.generate_key("P-256", {"kid": "portal", "use": "sig"})
    server = make_server("127.0.0.1", 0, lambda *_: [], threaded=True)
    node = Node(f"http://127.0.0.1:{server.server_port}/oidc/node/back-channel-logout", key)
    provider = config.Provider(
        key="node",
        name="Node",
        issuer=node.issuer,
        client_id="portal",
        client_secret=key.as_pem(private=True).decode(),
        auth_method="private_key_jwt",
        algorithms=("RS256",),
        acr_values=("substantial", "high"),
        min_acr="substantial",
        act_acr={"vote": "high"},
        claims={"birthdate": "birthdate", "district": "address.locality"},
    )
    app = create_app(make_settings(providers=(provider,), trusted_hosts=("127.0.0.1",)))
    server.app = app
    threading.Thread(target=server.serve_forever, daemon=True).start()
    ground.stand_on(app.ground)
    with db.write():
        add_district(SYSTEM, code="saltwick", names={"en": "Saltwick"})
    yield app, node
    node.process.kill()
    node.process.wait()
    server.shutdown()
    app.ground.database.dispose()


def _go(client: Client, node: Node, where: str) -> tuple[Page, list[str], dict[str, list[str]]]:
    begun = client.get(where, follow=False)
    assert begun.status == 302, begun.html
    location = begun.response.headers["Location"]
    back, shown = node.authorize(location)
    return client.get(back, follow=False), shown, parse_qs(urlsplit(location).query)


def _rows(app: Portal, wanted: Any) -> list[Any]:
    ground.stand_on(app.ground)
    with db.read() as s:
        return list(s.scalars(wanted))


def test_there_a_level_higher_and_out_again(site: tuple[Portal, Node]) -> None:
    app, node = site
    ana = Client(app)
    page, shown, _ = _go(ana, node, "/en/sign-in/node")
    assert page.status == 303, page.html
    assert shown
    assert "Somebody ana" in ana.get("/en/account")
    [session] = _rows(app, select(SignIn))
    assert session.acr == "substantial"
    assert session.confirmed_at is not None
    assert "saltwick" in _rows(app, select(Fact.value))

    # a second sign-in is silent: this provider remembers
    page, shown, _ = _go(Client(app), node, "/en/sign-in/node")
    assert page.status == 303
    assert not shown

    # a step-up is not, and the level that comes back counts
    node.signs_in(acr="high")
    page, shown, asked = _go(ana, node, "/en/step-up/vote?next=/en/account")
    assert page.response.headers["Location"] == "/en/account"
    assert shown
    assert (asked["prompt"], asked["max_age"], asked["acr_values"]) == (["login"], ["0"], ["high"])
    assert _rows(app, select(SignIn.acr).where(SignIn.id == session.id)) == ["high"]
    assert set(_rows(app, select(Fact.acr))) == {"high"}

    # signing out at the provider ends the sessions here, by its order
    answer = node.browser.get(f"{node.issuer}/session/end", timeout=10)
    form = dict(re.findall(r'name="(\w+)" value="([^"]*)"', answer.text))
    node.browser.post(
        f"{node.issuer}/session/end/confirm", {**form, "logout": "yes"}, allow_redirects=False, timeout=10
    )
    assert ana.get("/en/account", follow=False).status == 303


def test_a_step_up_that_the_provider_does_not_reach_changes_nothing(site: tuple[Portal, Node]) -> None:
    app, node = site
    ana = Client(app)
    _go(ana, node, "/en/sign-in/node")
    page, _, _ = _go(ana, node, "/en/step-up/vote?next=/en/account")
    assert page.status == 403
    assert _rows(app, select(SignIn.acr)) == ["substantial"]


def test_a_step_up_as_somebody_else_changes_nothing(site: tuple[Portal, Node]) -> None:
    app, node = site
    ana = Client(app)
    _go(ana, node, "/en/sign-in/node")
    node.browser.cookies.clear()
    node.signs_in(account="mallory", acr="high")
    page, _, _ = _go(ana, node, "/en/step-up/vote?next=/en/account")
    assert page.status == 403
    assert _rows(app, select(SignIn.acr)) == ["substantial"]
    assert "Somebody ana" in ana.get("/en/account")
