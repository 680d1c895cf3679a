"""The demo's own sign-in service, over real HTTP: one click per persona, and thirty people at once."""

from __future__ import annotations

import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from html import unescape
from typing import Any

import pytest
import requests
import waitress.server

from portal import config
from portal.app import create_app
from portal.base import clock, db, ground
from portal.base.web import Portal
from portal.identity import demo_idp
from portal.identity.models import Person, RoleGrant, SignIn
from tests.client import Page, check

PEOPLE = [
    demo_idp.Persona("ana", "Ana Ilves", "1988-05-04", "saltwick", "SUN-1", about={"en": "Votes", "de": "Wählt"}),
    demo_idp.Persona("mia", "Mia Tamm", "2011-05-04", "saltwick", "SUN-2"),
    demo_idp.Persona("nora", "Nora Lindqvist", "1985-05-04"),
    demo_idp.Persona("adam", "Adam Kask", "1980-05-04", "saltwick", "SUN-3", second_factor=True, staff=True),
    *(demo_idp.Persona(f"p{n}", f"Person {n}", "1970-01-01", "saltwick", f"SUN-{n}") for n in range(100, 130)),
]
SECRET = "a-secret-of-the-demo-of-more-than-32-signs"


def listen() -> tuple[socket.socket, int]:
    """A socket on a port that nobody else has."""
    made = socket.socket()
    made.bind(("127.0.0.1", 0))
    return made, int(made.getsockname()[1])


def provider(back: int) -> config.Provider:
    return config.Provider(
        key="demo",
        name="Sundhaven eID",
        issuer=demo_idp.ISSUER,
        client_id="portal",
        client_secret=SECRET,
        scopes="openid profile residence",
        algorithms=("ES256",),
        acr_values=demo_idp.LEVELS,
        min_acr="substantial",
        staff_acr="high",
        claims={"birthdate": "birthdate", "district": "district", "resident": "register_number"},
        register="demo",
        metadata_url=f"http://127.0.0.1:{back}/.well-known/openid-configuration",
    )


class City:
    """A running demo: the portal on one port, its provider's back channel on another."""

    def __init__(self, app: Portal, base: str) -> None:
        self.app, self.base = app, base

    def pick(self, sub: str, browser: requests.Session, next: str = "/en/account") -> requests.Response:
        """The whole way, as a browser goes it, waiting where the portal says so."""
        answer = self._patient(browser, f"{self.base}/en/sign-in/demo?next={next}")
        link = next_link(answer.text, sub)
        return self._patient(browser, self.base + link)

    def _patient(self, browser: requests.Session, url: str) -> requests.Response:
        for _ in range(60):
            answer = browser.get(url, timeout=20)
            if answer.status_code != 503:
                return answer
            url = self.base + answer.headers["Refresh"].partition("url=")[2]
            time.sleep(0.2)
        raise AssertionError("never got through")


def next_link(html: str, sub: str) -> str:
    found = re.search(rf'href="([^"]*persona={sub})"', html)
    assert found, html[:500]
    return unescape(found.group(1))


@pytest.fixture
def demo(make_settings: Callable[..., config.Settings], monkeypatch: pytest.MonkeyPatch) -> Iterator[City]:
    (here, front), (there, back) = listen(), listen()
    base = f"http://127.0.0.1:{front}"
    monkeypatch.setattr("portal.app.FEATURES", ("audit", "places", "identity", "rights"))
    app = create_app(make_settings(demo=True, base_url=base, providers=(provider(back),)))
    demo_idp.mount(app, PEOPLE, client_id="portal", client_secret=SECRET, back_channel=f"http://127.0.0.1:{back}")
    servers: list[Any] = [
        waitress.server.create_server(app, sockets=[here], threads=app.ground.settings.threads),
        waitress.server.create_server(demo_idp.backchannel_app(app), sockets=[there], threads=4),
    ]
    for server in servers:
        threading.Thread(target=server.run, daemon=True).start()
    yield City(app, base)
    for server in servers:
        server.close()
    app.ground.database.dispose()


def test_one_click_and_in(demo: City) -> None:
    browser = requests.Session()
    answer = demo.pick("ana", browser)
    assert answer.status_code == 200
    assert answer.url == f"{demo.base}/en/account"
    assert "Ana Ilves" in answer.text
    ground.stand_on(demo.app.ground)
    with db.read() as s:
        row = s.query(SignIn).one()
        assert (row.acr, row.amr, bool(row.sid), row.auth_time is not None) == ("substantial", "pin", True, True)
        assert row.id_token is not None  # the demo tells the birth date by userinfo alone


def test_staff_show_their_second_factor_in_the_same_click(demo: City) -> None:
    answer = demo.pick("adam", requests.Session())
    assert answer.url == f"{demo.base}/en/account"
    ground.stand_on(demo.app.ground)
    with db.read() as s:
        assert s.query(SignIn).one().acr == "high"
        assert s.query(SignIn).one().staff_ok


def test_a_resident_with_a_role_is_asked_only_once_who_they_are(demo: City) -> None:
    browser = requests.Session()
    demo.pick("ana", browser)
    ground.stand_on(demo.app.ground)
    with db.write() as s:
        person = s.query(Person).filter_by(name="Ana Ilves").one()
        s.add(RoleGrant(person_id=person.id, role="planner", at=clock.now()))
    again = requests.Session()
    answer = demo.pick("ana", again)
    assert answer.status_code == 403 and "second factor" in answer.text and "bare=1" in answer.text
    assert not again.cookies.get("demo_idp_chosen")
    # whoever then tries again is free to be somebody else
    assert "Adam Kask" in demo._patient(again, f"{demo.base}/en/sign-in/demo?next=/en/account&second=1").text


def test_signing_out_leads_past_the_provider_and_back(demo: City) -> None:
    browser = requests.Session()
    page = demo.pick("ana", browser)
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.text)
    assert token
    answer = browser.post(f"{demo.base}/de/sign-out", data={"csrf_token": unescape(token.group(1))}, timeout=20)
    assert answer.url == f"{demo.base}/de/signed-out"
    assert [r.status_code for r in answer.history] == [303, 302, 303]
    assert browser.get(f"{demo.base}/en/account", timeout=20).url.startswith(f"{demo.base}/en/sign-in")


@pytest.mark.parametrize("language", ["en", "de", "et", "fr", "pl", "ar"])
def test_the_picker_in_every_language(demo: City, language: str) -> None:
    answer = requests.get(f"{demo.base}/{language}/sign-in/demo", timeout=20)
    assert answer.status_code == 200
    assert f'<html lang="{language}"' in answer.text
    assert "form-action 'self'" in answer.headers["Content-Security-Policy"]
    page = Page.__new__(Page)
    page.html, page.url, page.status = answer.text, "/demo-idp/authorize", 200
    check(page, "demo_idp.authorize")


def test_turning_back(demo: City) -> None:
    answer = demo.pick("nobody", requests.Session())
    assert answer.status_code == 403
    assert "turned back" in answer.text


def test_the_provider_refuses_what_is_not_the_portals(demo: City) -> None:
    browser = requests.Session()
    good = browser.get(f"{demo.base}/en/sign-in/demo", allow_redirects=False, timeout=20).headers["Location"]
    for bad in (
        good.replace("client_id=portal", "client_id=other"),
        good.replace("callback", "elsewhere"),
        good.replace("code_challenge=", "x="),
        good.replace("nonce=", "x="),
    ):
        answer = requests.get(bad, allow_redirects=False, timeout=20)
        assert answer.status_code == 400, bad
    out = f"{demo.base}/demo-idp/end-session?client_id=portal&post_logout_redirect_uri=https://evil.example"
    assert requests.get(out, allow_redirects=False, timeout=20).headers["Location"] == "/"


def test_a_code_counts_once_and_needs_its_verifier(demo: City) -> None:
    known: demo_idp.Provider = demo.app.extensions["demo_idp"]
    browser = requests.Session()
    for verifier in ("x" * 43, ""):
        picker = browser.get(f"{demo.base}/en/sign-in/demo", timeout=20)
        there = browser.get(demo.base + next_link(picker.text, "ana"), allow_redirects=False, timeout=20)
        code = re.search(r"code=([^&]+)", there.headers["Location"])
        assert code
        form = {
            "grant_type": "authorization_code", "code": code.group(1), "code_verifier": verifier,
            "redirect_uri": known.client.redirect_uri,
        }  # fmt: skip
        answer = requests.post(f"{known.back_channel}/token", data=form, auth=("portal", SECRET), timeout=20)
        assert answer.status_code == 400
        assert browser.get(there.headers["Location"], timeout=20).status_code == 403  # used up by the failed try
    assert requests.get(f"{known.back_channel}/userinfo", timeout=20).status_code == 401
    assert requests.post(f"{known.back_channel}/token", data=form, auth=("portal", "no"), timeout=20).status_code == 401


def test_thirty_people_sign_in_at_once(demo: City) -> None:
    found: list[tuple[int, str]] = []
    start = threading.Barrier(30)

    def one(n: int) -> None:
        browser = requests.Session()
        start.wait()
        answer = demo.pick(f"p{n}", browser)
        found.append((answer.status_code, f"Person {n}" if f"Person {n}" in answer.text else answer.text[:200]))

    threads = [threading.Thread(target=one, args=(n,)) for n in range(100, 130)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(found) == [(200, f"Person {n}") for n in range(100, 130)]
    ground.stand_on(demo.app.ground)
    with db.read() as s:
        assert s.query(Person).count() == 30
        assert s.query(SignIn).count() == 30


@pytest.mark.parametrize(
    ("given", "words"),
    [({"demo": False}, "belongs to the demo"), ({"demo": True, "base_url": "https://vote.example"}, "loopback")],
)
def test_it_refuses_to_stand_anywhere_else(
    make_settings: Callable[..., config.Settings], given: dict[str, Any], words: str
) -> None:
    settings = make_settings(**given)
    here = ground.Ground(settings, db.Database(settings.database), [])
    ground.stand_on(here)
    with pytest.raises(demo_idp.NotHere, match=words):
        demo_idp.check_place()
    here.database.dispose()
