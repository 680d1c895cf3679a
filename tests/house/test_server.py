"""The embedded server finishes what has begun, bears slow readers, and refuses heads that are too large."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterable, Iterator
from typing import Any

import pytest

from portal import config, server


class Site:
    """A WSGI application with a slow page and a large one."""

    def __init__(self) -> None:
        self.begun = threading.Event()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        self.begun.set()
        body = b"x" * 3_000_000 if environ["PATH_INFO"] == "/large" else b"done"
        if environ["PATH_INFO"] == "/length":
            body = f"{environ.get('CONTENT_LENGTH')} stated, {len(environ['wsgi.input'].read())} read".encode()
        if environ["PATH_INFO"] == "/slow":
            time.sleep(0.6)
        start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
        return [body]


@pytest.fixture
def site(tmp_path: Any) -> Iterator[tuple[Site, server.Listener, int]]:
    """The application behind a listener on a free port."""
    app = Site()
    settings = config.load({}, instance=tmp_path, testing=True)
    bound = server.sockets([("127.0.0.1", 0)])
    port = bound[0].getsockname()[1]
    listener = server.Listener(app, bound, 4, settings)
    listener.start()
    yield app, listener, port
    listener.drain(0.2)


def connect(port: int, path: str, *, head: str = "") -> socket.socket:
    made = socket.create_connection(("127.0.0.1", port), timeout=10)
    made.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{head}Connection: close\r\n\r\n".encode())
    return made


def read_all(connection: socket.socket) -> bytes:
    whole = b""
    try:
        while data := connection.recv(65536):
            whole += data
    except ConnectionResetError:  # refused before everything was read
        pass
    return whole


def test_a_request_under_way_is_finished_and_no_new_one_begins(site: tuple[Site, server.Listener, int]) -> None:
    app, listener, port = site
    slow = connect(port, "/slow")
    assert app.begun.wait(5)
    assert listener.drain(10)
    assert read_all(slow).endswith(b"done")
    with pytest.raises(OSError):
        socket.create_connection(("127.0.0.1", port), timeout=2).recv(1)
        raise OSError  # accepted by the kernel's queue, then reset


def test_a_large_answer_is_sent_whole_before_the_end(site: tuple[Site, server.Listener, int]) -> None:
    app, listener, port = site
    reader = connect(port, "/large")
    assert app.begun.wait(5)
    drained: list[bool] = []
    ending = threading.Thread(target=lambda: drained.append(listener.drain(10)))
    ending.start()
    assert len(read_all(reader)) > 3_000_000
    ending.join(10)
    assert drained == [True]


def test_two_hundred_slow_connections_stop_nobody(site: tuple[Site, server.Listener, int]) -> None:
    _app, _listener, port = site
    slow = [socket.create_connection(("127.0.0.1", port), timeout=10) for _ in range(200)]
    for one in slow:
        one.sendall(b"GET / HTTP/1.1\r\nHo")
    assert read_all(connect(port, "/")).endswith(b"done")
    for one in slow:
        one.close()


def test_a_head_that_is_too_large_is_refused(site: tuple[Site, server.Listener, int]) -> None:
    _app, _listener, port = site
    answer = read_all(connect(port, "/", head=f"X-Long: {'a' * 20000}\r\n"))
    assert answer.startswith(b"HTTP/1.0 431") or answer.startswith(b"HTTP/1.1 431")


@pytest.mark.parametrize("stated", [30_000_000, 10**12])
def test_the_application_answers_to_bodies_that_are_too_large(
    site: tuple[Site, server.Listener, int], stated: int
) -> None:
    _app, _listener, port = site
    made = socket.create_connection(("127.0.0.1", port), timeout=20)
    made.sendall(f"POST /length HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {stated}\r\n\r\n".encode())
    sent = 30_000_000 if stated == 30_000_000 else 0
    if sent:  # somewhat too large: taken in, so that the browser gets to reading the answer
        made.sendall(b"x" * sent)
        made.shutdown(socket.SHUT_WR)
    answer = read_all(made)
    assert f"{stated} stated, {sent} read".encode() in answer and b"exceeds" not in answer


def test_a_body_without_a_stated_length_ends_too(site: tuple[Site, server.Listener, int]) -> None:
    _app, _listener, port = site
    made = socket.create_connection(("127.0.0.1", port), timeout=20)
    made.sendall(b"POST /length HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n")
    try:
        for _n in range(60):
            made.sendall(b"100000\r\n" + b"x" * 0x100000 + b"\r\n")
    except OSError:
        return  # cut off
    assert b"stated" in read_all(made)


def test_the_server_does_not_name_itself(site: tuple[Site, server.Listener, int]) -> None:
    _app, _listener, port = site
    assert b"\r\nserver:" not in read_all(connect(port, "/")).lower()


def test_both_loopback_names_are_heard() -> None:
    bound = server.loopback_sockets(0)
    try:
        families = {one.family for one in bound}
        assert socket.AF_INET in families
    finally:
        for one in bound:
            one.close()
