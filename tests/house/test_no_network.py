"""Nothing leaves the room while the portal works: sockets to anywhere but this machine are refused and told."""

from __future__ import annotations

import ipaddress
import socket
from typing import Any

import pytest

from portal.base.web import Portal
from tests.client import Client
from tests.house import world
from tests.house.test_menu import walk
from tests.identity.help import enter

LOCAL = {"localhost", "127.0.0.1", "::1"}


@pytest.mark.walk
def test_a_walk_over_all_pages_opens_no_connection(module_app: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    world.build(module_app)
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

    monkeypatch.setattr(socket.socket, "connect", connect)
    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    client = Client(module_app)
    enter(client, "Walker", roles=world.ROLES, district="north")
    walk(module_app, client, ["/en/"])
    assert not tried
