"""A page that no link leads to does not exist for people: each is reached from the front page by links alone, or listed.
And nothing leaves the room on the way: sockets to anywhere but this machine are refused and told."""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from typing import Any

import pytest
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from portal.base.web import Portal
from tests.client import Client
from tests.house import routes, world
from tests.identity.help import enter

MOST_PER_ENDPOINT = 3


def walk(app: Portal, client: Client, starts: list[str]) -> set[str]:
    """Follow every link to our own pages, a few of each kind; the answer is the endpoints that were reached."""
    matcher = app.url_map.bind("127.0.0.1:8000")
    seen: set[str] = set()
    reached: dict[str, int] = {}
    waiting = list(starts)
    while waiting:
        url = waiting.pop(0)
        if url in seen:
            continue
        seen.add(url)
        path = url.split("?", 1)[0].split("#", 1)[0]
        try:
            endpoint, _args = matcher.match(path)
        except RequestRedirect:
            raise AssertionError(f"a link that is only redirected: {url}") from None
        except HTTPException:
            if path.startswith("/static/") or path.startswith("/demo"):
                continue
            raise AssertionError(f"a link into nothing: {url}") from None
        reached[endpoint] = reached.get(endpoint, 0) + 1
        if reached[endpoint] > MOST_PER_ENDPOINT or endpoint.startswith(
            ("oidc.", "identity.begin", "identity.sign_in")
        ):
            continue
        answer = client.http.get(url, base_url="http://127.0.0.1:8000", follow_redirects=True)
        assert answer.status_code == 200, f"a dead link: {url} answers {answer.status_code}"
        if answer.mimetype == "text/html":
            html = answer.get_data(as_text=True)
            found = re.findall(r'<(?:a|link|img|form|button)\b[^>]*?\s(?:href|src|action|formaction)="(/[^"]*)"', html)
            gets = [u for u in found if not u.startswith(("/de/", "/et/", "/fr/", "/pl/", "/ar/"))]
            posts = set(re.findall(r'<form\b[^>]*method="post"[^>]*action="(/[^"]*)"', html))
            posts |= set(re.findall(r'\sformaction="(/[^"]*)"', html))
            waiting += [unescape(u) for u in gets if u not in posts]
    return set(reached)


LOCAL = {"localhost", "127.0.0.1", "::1"}


@contextmanager
def shut() -> Iterator[list[Any]]:
    """Nothing leaves this machine within the block; the list has what was tried."""
    tried: list[Any] = []
    real_connect, real_lookup = socket.socket.connect, socket.getaddrinfo

    def connect(self: socket.socket, address: Any) -> None:
        if self.family != socket.AF_UNIX and not ipaddress.ip_address(address[0]).is_loopback:
            tried.append(address)
            raise OSError("no network in this test")
        real_connect(self, address)

    def lookup(host: Any, *args: Any, **more: Any) -> Any:
        if str(host) not in LOCAL:
            tried.append(host)
            raise socket.gaierror("no names in this test")
        return real_lookup(host, *args, **more)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", connect)
        patch.setattr(socket, "getaddrinfo", lookup)
        yield tried


@pytest.fixture(scope="module")
def walked(module_app: Portal) -> tuple[set[str], list[Any]]:
    """The endpoints that nobody, a resident and somebody with every role have reached, and what was tried on the way."""
    world.build(module_app)
    with shut() as tried:
        reached = {"home_plain.start"} | walk(module_app, Client(module_app), ["/en/"])
        for roles in ([], list(world.ROLES)):
            client = Client(module_app)
            enter(
                client,
                "Walker" + "x" * len(roles),
                roles=roles,
                district="north",
                ages={"16@2026-06-01": True},
                resident="W" + "x" * len(roles),
            )
            reached |= walk(module_app, client, ["/en/"])
    return reached, tried


@pytest.mark.walk
def test_every_page_can_be_reached_by_links(walked: tuple[set[str], list[Any]]) -> None:
    reached, _tried = walked
    known = {name: route for name, route in routes.frozen().items() if "GET" in route.methods}
    lost = {f"{name} {route.rule}" for name, route in known.items() if name not in reached and not route.unlinked}
    assert not lost, "\n".join(["no link leads there; link it, or say why in routes.toml (unlinked):", *sorted(lost)])
    assert {name for name, route in known.items() if name in reached and route.unlinked} == set(), "linked by now"


@pytest.mark.walk
def test_a_walk_over_all_pages_opens_no_connection(walked: tuple[set[str], list[Any]]) -> None:
    assert not walked[1]
    with shut() as tried, pytest.raises(OSError, match="no names"):
        socket.create_connection(("city.example", 443))
    assert tried == ["city.example"], "the guard itself is awake"
