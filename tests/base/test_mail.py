"""Mail leaves after the commit, through a real SMTP server on loopback: refusing, hanging, and killed in the middle."""

from __future__ import annotations

import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import select, update

from portal import config
from portal.app import create_app
from portal.base import clock, couriers, db, ground, jobs, mail
from portal.base.mail import Outgoing, State
from portal.base.web import Portal
from tests import child

Make = Callable[..., config.Settings]


class Box:
    """A post office that keeps what it gets, and says to each step what a test tells it to say."""

    def __init__(self) -> None:
        self.got: list[Any] = []
        self.rcpt: list[str] = []
        self.data: list[str] = []
        self.on_data: Callable[[], None] = lambda: None
        self.on_rcpt: Callable[[], None] = lambda: None

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:
        self.on_rcpt()
        answer = self.rcpt.pop(0) if self.rcpt else "250 OK"
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        answer = self.data.pop(0) if self.data else "250 OK"
        if answer.startswith("250"):
            self.got.append(envelope)
        self.on_data()
        return answer


@contextmanager
def post_office() -> Iterator[tuple[Box, int]]:
    box = Box()
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    server = Controller(box, hostname="127.0.0.1", port=port)
    server.start()
    try:
        yield box, port
    finally:
        server.stop()


@pytest.fixture
def office() -> Iterator[tuple[Box, int]]:
    with post_office() as made:
        yield made


@pytest.fixture
def app(make_settings: Make, office: tuple[Box, int]) -> Iterator[Portal]:
    made = create_app(make_settings(smtp=config.Smtp(host="127.0.0.1", port=office[1])))
    yield made
    made.ground.database.dispose()


def put(count: int = 1, **given: Any) -> None:
    with db.write() as s:
        for n in range(count):
            mail.put(s, **{"to": f"ana{n}@example.org", "subject": "Hello", "body": "A line", "lang": "en"} | given)


def row() -> Outgoing:
    with db.read() as s:
        return s.scalars(select(Outgoing)).one()


def later() -> None:
    """Time passes: every pause, lease and doubt is over."""
    past = clock.now() - timedelta(hours=1)
    with db.write() as s:
        s.execute(update(Outgoing).values(next_at=past))
        s.execute(update(Outgoing).where(Outgoing.lease_until.is_not(None)).values(lease_until=past))
        s.execute(update(Outgoing).where(Outgoing.state == State.SENDING).values(sending_at=past))
        s.execute(update(jobs.JobRow).values(run_at=past, lease_until=None))


def test_a_mail_arrives_once_in_its_language_and_a_secret_one_is_blanked(app: Portal, office: Any) -> None:
    box, _port = office
    put(to="ana@example.org", subject="إيصال", body="رمز: ABC", lang="ar", secret=True)
    assert box.got == []
    assert jobs.run_due() == 1
    assert len(box.got) == 1
    mail.send({"id": 1})
    assert len(box.got) == 1
    raw = box.got[0].content.decode()
    assert "Content-Language: ar" in raw and "Auto-Submitted" in raw and "List-Unsubscribe" not in raw
    assert row().sent_at is not None and row().body == "" and row().recipient == ""


def test_a_code_that_did_not_arrive_is_not_kept_for_ever(app: Portal, office: Any) -> None:
    office[0].rcpt = ["550 nobody here"]
    put(secret=True)
    jobs.run_due()
    mail.sweep({})
    assert row().state is State.DEAD and row().body == "A line"
    with db.write() as s:
        s.execute(update(Outgoing).values(created_at=clock.now() - timedelta(days=8)))
    mail.sweep({})
    assert row().state is State.DROPPED and row().body == row().recipient == ""


def test_a_mail_that_can_be_ended_says_so_to_mail_programs(app: Portal, office: Any) -> None:
    put(unsubscribe="https://city.example/en/unsubscribe/abc")
    jobs.run_due()
    raw = office[0].got[0].content.decode()
    assert "List-Unsubscribe: <https://city.example/en/unsubscribe/abc>" in raw
    assert "List-Unsubscribe-Post: List-Unsubscribe=One-Click" in raw


def test_many_mails_go_over_one_connection(app: Portal, office: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[int] = []
    enter = couriers.Smtp.__enter__
    monkeypatch.setattr(couriers.Smtp, "__enter__", lambda self: (opened.append(1), enter(self))[1])
    put(15)
    jobs.run_due()
    assert len(office[0].got) == 15 and len(opened) == 1


def test_a_line_with_a_dot_and_a_script_from_right_to_left_arrive_whole(app: Portal, office: Any) -> None:
    put(body=".hidden\r\n.\r\nالسطر الأخير")
    jobs.run_due()
    content = office[0].got[0].content
    import email
    from email import policy

    text = email.message_from_bytes(content, policy=policy.default).get_content()
    assert text.splitlines() == [".hidden", ".", "السطر الأخير"]


def test_a_refusal_for_now_is_tried_again_and_one_for_good_is_dead(app: Portal, office: Any) -> None:
    box, _port = office
    box.rcpt = ["451 4.7.1 ana0@example.org: come back later"]
    put()
    jobs.run_due()
    first = row()
    assert first.state is State.WAITING and first.tries == 1 and "ana" not in first.last_error
    assert timedelta(seconds=40) < first.next_at - clock.now() < timedelta(seconds=80)
    later()
    box.data = ["554 5.7.1 never"]
    jobs.run_due()
    assert row().state is State.DEAD and box.got == []
    with db.write() as s:
        assert mail.again(s, row()) and not mail.again(s, row())
    jobs.run_due()
    assert row().state is State.SENT and len(box.got) == 1


def test_pauses_double_from_a_minute_to_a_day_and_end() -> None:
    pauses = [mail.pause_after(n).total_seconds() for n in range(1, mail.MOST_TRIES + 1)]
    assert 48 <= pauses[0] <= 72 and 96 <= pauses[1] <= 144
    assert max(pauses) <= 86400 * 1.2
    assert 2 * 86400 < sum(pauses) < 7 * 86400


def test_what_was_tried_too_often_is_dead_and_staff_can_leave_it(app: Portal, office: Any) -> None:
    office[0].rcpt = ["450 busy"] * mail.MOST_TRIES
    put()
    for _try in range(mail.MOST_TRIES):
        later()
        jobs.run_due()
    assert row().state is State.DEAD and row().tries == mail.MOST_TRIES
    with db.write() as s:
        assert mail.drop(s, row()) and not mail.drop(s, row())
    later()
    jobs.run_due()
    assert row().state is State.DROPPED and office[0].got == []


def test_without_anybody_at_the_door_everything_waits(make_settings: Make) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    app = create_app(make_settings(smtp=config.Smtp(host="127.0.0.1", port=port)))
    ground.stand_on(app.ground)
    put()
    jobs.run_due()
    assert row().state is State.WAITING and row().tries == 1
    app.ground.database.dispose()


def test_a_lost_answer_is_uncertain_and_never_sent_again_by_itself(
    app: Portal, office: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(couriers, "SECONDS_DATA", 0.3)
    box, _port = office
    hold = threading.Event()
    box.on_data = lambda: hold.wait(1) and None
    put(2)
    jobs.run_due()
    with db.read() as s:
        states = [one.state for one in s.scalars(select(Outgoing).order_by(Outgoing.id))]
    assert states[0] is State.UNCERTAIN
    box.on_data = lambda: None
    hold.set()
    time.sleep(0.2)
    for _again in range(3):
        later()
        jobs.run_due()
        mail.sweep({})
    to = [one.rcpt_tos[0] for one in box.got]
    assert sorted(to) == ["ana0@example.org", "ana1@example.org"]


@contextmanager
def silence() -> Iterator[int]:
    """A server that takes the connection and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        yield door.getsockname()[1]


def test_a_server_that_hangs_holds_up_neither_pages_nor_other_work(
    make_settings: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(couriers, "SECONDS", 3)
    with silence() as port:
        app = create_app(make_settings(smtp=config.Smtp(host="127.0.0.1", port=port)))
        ground.stand_on(app.ground)
        done = threading.Event()
        from portal.base.feature import Feature, Job

        app.ground.features.append(Feature(name="probe", jobs=[Job("probe", lambda _payload: done.set())]))
        put()
        with db.write() as s:
            s.execute(update(jobs.JobRow).values(run_at=clock.now() - timedelta(minutes=1)))
            jobs.enqueue(s, "probe", {})
        stop = threading.Event()
        worker = threading.Thread(target=_work, args=(app, stop))
        worker.start()
        try:
            assert done.wait(2), "a count waits for a mail server"
            started = time.monotonic()
            put(to="jo@example.org")
            assert app.test_client().get("/healthz", base_url="http://127.0.0.1:8000").status_code == 200
            assert time.monotonic() - started < 1
        finally:
            stop.set()
            worker.join(15)
        app.ground.database.dispose()


def _work(app: Portal, stop: threading.Event) -> None:
    ground.enter(app.ground)
    jobs.run_worker(stop, pause=0.05)


# Killed in the middle. The program is a worker of its own; `where` names the instant at which it dies.

CHILD = """
import os, signal, sys
from portal import app, config
from portal.base import couriers, mail
here = app.stand(config.load({{}}, instance={instance!r}, testing=True, database_url={url!r}, journal={journal!r},
    smtp=config.Smtp(host="127.0.0.1", port={port}), city=config.City(mail="portal@city.example")))
def die(*_args, **_more):
    os.kill(os.getpid(), signal.SIGKILL)
{where}
mail.send({{}})
"""
WHERE = {
    "before the connection": "couriers.Smtp.__enter__ = die",
    "after the greeting": "couriers.Smtp.send = die",
    "before the mark": "mail._mark = die",
    "after the mark": "kept = mail._mark\nmail._mark = lambda row: (kept(row), die())[0]",
    "after the answer": "mail._end = die",
}
SAFE = {"before the connection", "after the greeting", "before the mark"}


@pytest.mark.parametrize("where", WHERE)
def test_killed_in_the_middle_nothing_is_sent_twice_or_lost_in_silence(
    app: Portal, office: Any, where: str, tmp_path: Path
) -> None:
    box, port = office
    settings = app.ground.settings
    put()
    program = CHILD.format(
        instance=str(settings.instance), url=settings.database_url, journal=settings.journal, port=port,
        where=WHERE[where],
    )  # fmt: skip
    said = tmp_path / "said"
    assert child.run(program, said) == -signal.SIGKILL, said.read_text()[-2000:]
    arrived = 1 if where == "after the answer" else 0
    assert len(box.got) == arrived
    jobs.run_due()
    mail.sweep({})
    assert len(box.got) == arrived, "the lease still runs"
    for _again in range(3):
        later()
        mail.sweep({})
        jobs.run_due()
    if where in SAFE:
        assert len(box.got) == 1 and row().state is State.SENT
        return
    # nobody can know: it waits for staff, who see it
    assert len(box.got) == arrived and row().state is State.UNCERTAIN
    with db.read() as s:
        assert mail.troubled(s) == 1
    with db.write() as s:
        mail.again(s, row())
    jobs.run_due()
    assert row().state is State.SENT and len(box.got) == arrived + 1
    numbers = {one.content.decode().split("Message-ID:")[1].split()[0] for one in box.got}
    assert len(numbers) == 1, "the same message number, so that mail programs know the repeat"


def test_two_workers_send_each_mail_once(app: Portal, office: Any) -> None:
    put(30)
    threads = [threading.Thread(target=_send, args=(app,)) for _n in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    jobs.run_due()
    to = [one.rcpt_tos[0] for one in office[0].got]
    assert len(to) == 30 and len(set(to)) == 30


def _send(app: Portal) -> None:
    ground.enter(app.ground)
    mail.send({})
