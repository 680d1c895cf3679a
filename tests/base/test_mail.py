"""Mail leaves after the commit, through a real SMTP server on loopback."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any

from aiosmtpd.controller import Controller
from sqlalchemy import select

from portal import config
from portal.app import create_app
from portal.base import db, jobs, mail


class Box:
    """A post office that keeps what it gets."""

    def __init__(self) -> None:
        self.got: list[Any] = []

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        self.got.append(envelope)
        return "250 OK"


def test_a_mail_arrives_once_in_its_language_and_a_secret_one_is_blanked(
    make_settings: Callable[..., config.Settings],
) -> None:
    box = Box()
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    server = Controller(box, hostname="127.0.0.1", port=port)
    server.start()
    try:
        app = create_app(make_settings(smtp=config.Smtp(host="127.0.0.1", port=port)))
        with db.write() as s:
            mail.put(s, to="ana@example.org", subject="إيصال", body="رمز: ABC", lang="ar", secret=True)
        assert box.got == []
        assert jobs.run_due() == 1
        assert len(box.got) == 1
        mail.send({"id": 1})
        assert len(box.got) == 1
        raw = box.got[0].content.decode()
        assert "Content-Language: ar" in raw and "Auto-Submitted" in raw
        with db.read() as s:
            row = s.scalars(select(mail.Outgoing)).one()
        assert row.sent_at is not None and row.body == ""
        app.ground.database.dispose()
    finally:
        server.stop()
