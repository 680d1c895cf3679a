"""Every answer carries the headers that keep a browser safe; personal pages are kept nowhere."""

from __future__ import annotations

import re

from portal.base.web import Portal
from tests.client import Client
from tests.house import routes, world
from tests.house.test_matrix import ELSEWHERE, address

ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def test_every_answer(module_app: Portal) -> None:
    town = world.build(module_app)
    for who in ("nobody", "administrator"):
        client = Client(module_app)
        world.enter_as(client, who)
        for rule in module_app.url_map.iter_rules():
            if "GET" not in (rule.methods or set()) or rule.endpoint in ELSEWHERE:
                continue
            answer = client.http.get(address(module_app, rule, dict(town.open)), base_url="http://127.0.0.1:8000")
            for name, value in ALWAYS.items():
                assert answer.headers.get(name) == value, f"{rule.rule}: {name}"
            policy = answer.headers["Content-Security-Policy"]
            assert policy.startswith("default-src 'none'"), rule.rule
            assert "unsafe" not in policy or rule.endpoint in {"home_plain.emblem", "places_plain.city_plan"}, rule.rule
            assert "*" not in policy, rule.rule
            if who == "administrator" and answer.mimetype == "text/html" and answer.status_code == 200:
                assert "no-store" in answer.headers["Cache-Control"], f"{rule.rule}: a signed-in page was kept"
            if routes.frozen()[rule.endpoint].lock[0] != "public":
                assert "public" not in answer.headers.get("Cache-Control", ""), rule.rule
            assert "Server" not in answer.headers or "/" not in answer.headers["Server"], "no version numbers"


def test_a_page_loads_from_its_own_house_only(module_app: Portal) -> None:
    client = Client(module_app)
    for path in ("/en/", "/ar/accessibility", "/en/no-such-page", "/en/search?q=x"):
        html = client.get(path).html
        for tag in re.findall(r"<(?:script|link|img|iframe|source|video|audio)\b[^>]*>", html):
            for address_ in re.findall(r'\s(?:src|href|srcset)="([^"]*)"', tag):
                own = (address_.startswith("/") and not address_.startswith("//")) or address_.startswith(
                    "http://127.0.0.1:8000/"
                )
                assert own, f"{path}: {tag}"
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", html), path


def test_anonymous_pages_may_be_kept_and_carry_no_cookie(module_app: Portal) -> None:
    client = Client(module_app)
    for path in ("/en/", "/de/search", "/en/accessibility", "/en/budget/"):
        answer = client.http.get(path, base_url="http://127.0.0.1:8000")
        assert "Set-Cookie" not in answer.headers, path
        assert "no-store" not in answer.headers["Cache-Control"], path
        assert "Cookie" in answer.headers["Vary"], path


def test_an_unknown_host_is_refused(make_settings, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    from portal.app import create_app

    app = create_app(make_settings(trusted_hosts=("votes.city.example",)))
    assert app.test_client().get("/en/", base_url="http://evil.example").status_code == 400
    assert app.test_client().get("/en/", base_url="http://votes.city.example").status_code == 200
