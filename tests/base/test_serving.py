"""Serving stops for an upgrade: requests under way end, new ones get a page of their own, then it goes on."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from portal.base import serving


def wait_for(asked: Callable[[], bool], patience: float = 5.0) -> None:
    until = time.monotonic() + patience
    while not asked():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.02)


class Site:
    """A WSGI application that answers when it is told to."""

    def __init__(self) -> None:
        self.begun, self.go_on = threading.Event(), threading.Event()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        self.begun.set()
        if environ["PATH_INFO"] == "/slow":
            assert self.go_on.wait(10)
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b"answer"]


def ask(app: Any, path: str = "/") -> tuple[str, bytes]:
    said: list[str] = []
    body = app({"PATH_INFO": path, "REQUEST_METHOD": "GET"}, lambda status, _headers: said.append(status))
    whole = b"".join(body)
    if hasattr(body, "close"):
        body.close()
    return said[0], whole


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "LOOK_EVERY", 0.05)


def test_an_upgrade_waits_for_requests_and_others_are_told(tmp_path: Path) -> None:
    site, happened = Site(), []
    gate = serving.Gate(site, tmp_path, pause=lambda: happened.append("paused"), again=lambda: happened.append("again"))
    assert gate.start()
    answers: list[tuple[str, bytes]] = []
    slow = threading.Thread(target=lambda: answers.append(ask(gate, "/slow")))
    slow.start()
    assert site.begun.wait(5)

    def upgrade() -> None:
        with serving.stopped(tmp_path):
            happened.append("upgrading")
            time.sleep(0.2)
            happened.append("upgraded")

    worker = threading.Thread(target=upgrade)
    worker.start()
    wait_for(lambda: gate.shut)
    status, page = ask(gate)
    assert status.startswith("503") and "wird gerade aktualisiert" in page.decode()
    time.sleep(0.2)
    assert happened == []  # the slow request is still under way
    site.go_on.set()
    worker.join(5)
    slow.join(5)
    assert answers == [("200 OK", b"answer")]
    wait_for(lambda: "again" in happened)
    assert happened == ["paused", "upgrading", "upgraded", "again"]


def test_a_body_that_streams_counts_until_it_is_closed(tmp_path: Path) -> None:
    gate = serving.Gate(
        lambda _environ, start: (start("200 OK", []), iter([b"a", b"b"]))[1],  # type: ignore[func-returns-value]
        tmp_path, pause=lambda: None, again=lambda: None,
    )  # fmt: skip
    body = gate({"PATH_INFO": "/", "REQUEST_METHOD": "GET"}, lambda *_: None)  # type: ignore[arg-type]
    assert gate.running == 1
    assert b"".join(body) == b"ab"
    body.close()  # type: ignore[attr-defined]
    assert gate.running == 0


def test_a_fault_of_the_application_leaves_no_count_behind(tmp_path: Path) -> None:
    def broken(_environ: Any, _start: Any) -> Any:
        raise RuntimeError

    gate = serving.Gate(broken, tmp_path, pause=lambda: None, again=lambda: None)
    with pytest.raises(RuntimeError):
        ask(gate)
    assert gate.running == 0


def test_two_servers_share_and_an_upgrade_gives_up_in_time(tmp_path: Path) -> None:
    gates = [serving.Gate(Site(), tmp_path, pause=lambda: None, again=lambda: None) for _ in range(2)]
    assert all(gate.start() for gate in gates)
    assert serving.is_served(tmp_path)
    gates[0].running = 1  # a request that never ends
    with pytest.raises(serving.StillServing), serving.stopped(tmp_path, patience=0.3):
        raise AssertionError("must not begin")
    assert not serving.under_maintenance(tmp_path)
    gates[0].running = 0


def test_a_killed_upgrade_shuts_nobody_out(tmp_path: Path) -> None:
    script = (
        "import sys, time; from pathlib import Path; from portal.base import serving\n"
        "with serving.stopped(Path(sys.argv[1])):\n    print('in', flush=True); time.sleep(60)"
    )
    other = subprocess.Popen([sys.executable, "-c", script, str(tmp_path)], stdout=subprocess.PIPE)
    assert other.stdout is not None and other.stdout.readline() == b"in\n"
    assert serving.under_maintenance(tmp_path)
    other.kill()
    other.wait()
    assert not serving.under_maintenance(tmp_path)


def test_a_worker_lets_go_for_an_upgrade(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rounds: list[str] = []
    restarted = threading.Event()
    monkeypatch.setattr(serving.os, "execv", lambda *_: restarted.set())

    def work(stop: threading.Event) -> None:
        rounds.append("begun")
        if not restarted.is_set():
            stop.wait(10)
        rounds.append("ended")

    worker = threading.Thread(target=serving.attend, args=(tmp_path, work))
    worker.start()
    wait_for(lambda: rounds == ["begun"])
    with serving.stopped(tmp_path, patience=5):
        assert rounds == ["begun", "ended"]
    assert restarted.wait(5)
    worker.join(5)
