"""Text messages leave through any HTTP gateway: a real one on loopback that answers, refuses, and is silent."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from sqlalchemy import select

from portal import config
from portal.app import create_app
from portal.base import couriers, db, jobs, mail
from portal.base.mail import Outgoing, State


class Gateway(BaseHTTPRequestHandler):
    """Notes what it is asked, and answers what a test wants."""

    asked: list[tuple[str, dict[str, str], Any]] = []
    answers: list[int] = []
    silent = threading.Event()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.asked.append((self.path, dict(self.headers), body))
        if self.silent.is_set():
            threading.Event().wait(1)
            return
        self.send_response(self.answers.pop(0) if self.answers else 202)
        self.end_headers()

    def log_message(self, *_args: Any) -> None:
        return


@pytest.fixture
def gateway() -> Iterator[int]:
    Gateway.asked, Gateway.answers = [], []
    Gateway.silent.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Gateway)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_address[1]
    server.shutdown()


def send(make_settings: Callable[..., config.Settings], port: int, **given: Any) -> Outgoing:
    app = create_app(make_settings(sms=config.Sms(url=f"http://127.0.0.1:{port}/send", **given)))
    with db.write() as s:
        mail.put_sms(s, to="+37255512345", body="Sundhaven: the vote has begun", lang="en")
    jobs.run_due()
    with db.read() as s:
        row = s.scalars(select(Outgoing)).one()
    app.ground.database.dispose()
    return row


def test_the_request_is_made_as_the_provider_wants_it(make_settings: Any, gateway: int) -> None:
    row = send(
        make_settings, gateway, headers={"Authorization": "Bearer abc"},
        fields={"recipient": "{to}", "body": "{text}", "sender": "City"},
    )  # fmt: skip
    assert row.state is State.SENT
    ((path, headers, body),) = Gateway.asked
    assert path == "/send" and headers["Authorization"] == "Bearer abc" and headers["Idempotency-Key"] == row.message_id
    assert json.loads(body) == {"recipient": "+37255512345", "body": "Sundhaven: the vote has begun", "sender": "City"}


@pytest.mark.parametrize(
    ("answer", "state"), [(500, State.WAITING), (429, State.WAITING), (401, State.WAITING), (400, State.DEAD)]
)
def test_a_refusal_is_tried_again_or_dead(make_settings: Any, gateway: int, answer: int, state: State) -> None:
    Gateway.answers = [answer]
    row = send(make_settings, gateway, form=True)
    assert row.state is state and str(answer) in row.last_error and "555" not in row.last_error
    assert b"to=%2B37255512345" in Gateway.asked[0][2]


def test_silence_after_the_message_is_uncertain(
    make_settings: Any, gateway: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(couriers, "SECONDS", 0.3)
    Gateway.silent.set()
    assert send(make_settings, gateway).state is State.UNCERTAIN


def test_a_gateway_that_is_away_gets_it_later(make_settings: Any) -> None:
    assert send(make_settings, 9).state is State.WAITING


def test_off_by_default(settings: config.Settings) -> None:
    assert settings.sms.url == ""
    with pytest.raises(config.ConfigError, match="sms.url"):
        config.check_production(config.load({}, instance=settings.instance, sms={"url": "http://x"}, demo=False))
