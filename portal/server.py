"""The embedded server: waitress, its limits, the worker beside it, and an end that finishes what has begun.

waitress alone drops the requests under way at SIGTERM, and stops at 100 slow connections; both are mended here. On
SQLite the worker runs as a thread of this process, so that one process writes; on PostgreSQL `portal worker` is a
process of its own, and the thread is used only where --worker asks for it.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import click
import structlog
import waitress.server
from waitress.channel import HTTPChannel
from waitress.task import ErrorTask, WSGITask
from waitress.utilities import RequestEntityTooLarge
from waitress.wasyncore import ExitNow

from portal import app as application
from portal.base import jobs, log, serving
from portal.base.ground import Ground
from portal.config import ConfigError, Settings, load

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

CONNECTIONS = 2000  # the default of 100 lets 150 slow readers stop the site
HEADER_BYTES = 16384
PATIENCE = 25.0  # seconds for requests under way at the end; managers kill after 30 or 90
WORKER_PATIENCE = 10.0
# The application refuses what is larger than an upload may be, with a page in the reader's language. A browser reads
# that page once it has sent everything, so somewhat larger bodies are taken in whole; far larger ones are not.
READ_ON = 4

logger = structlog.get_logger("portal.server")


class _TooLarge(WSGITask):  # type: ignore[misc, unused-ignore]
    """A body that is not even read: the application, which sees its stated length alone, answers as it does to others
    that are too large. Then the connection is closed, for the rest of the body may still be on its way."""

    def execute(self) -> None:
        self.request.headers.setdefault("CONTENT_LENGTH", str(self.channel.adj.max_request_body_size))
        self.set_close_on_finish()
        super().execute()


def _refusal(channel: Any, request: Any) -> Any:
    kind = _TooLarge if isinstance(request.error, RequestEntityTooLarge) else ErrorTask
    return kind(channel, request)


class Channel(HTTPChannel):  # type: ignore[misc, unused-ignore]
    """A connection whose refusals of large bodies are written by the application, not by waitress in English."""

    error_task_class = staticmethod(_refusal)


class Listener:
    """A waitress server in a thread of its own, which can be drained."""

    def __init__(self, app: WSGIApplication, sockets: list[socket.socket], threads: int, settings: Settings) -> None:
        proxy: dict[str, Any] = {}
        if not settings.trusted_proxies:
            # a header that nobody vouches for must not reach the application
            proxy["clear_untrusted_proxy_headers"] = True
        self.server: Any = waitress.server.create_server(
            app,
            sockets=sockets,
            threads=threads,
            connection_limit=CONNECTIONS,
            max_request_header_size=HEADER_BYTES,
            max_request_body_size=(settings.upload_megabytes + 2) * READ_ON * 1024 * 1024,
            channel_timeout=60,
            cleanup_interval=10,
            asyncore_use_poll=True,
            ident=None,
            **proxy,
        )
        self.map: dict[int, Any] = self.server.map if hasattr(self.server, "map") else self.server._map
        for one in self._servers():
            one.channel_class = Channel
        self.thread = threading.Thread(target=self._loop, name="listener", daemon=True)
        self.all_servers: list[Any] = []

    def start(self) -> None:
        """Begin to answer."""
        self.thread.start()

    def _loop(self) -> None:
        try:
            self.server.asyncore.loop(timeout=1, map=self.map, use_poll=True)
        except ExitNow:
            pass

    def _stop_listening(self) -> None:
        for one in self.all_servers:
            one.del_channel()
            one.socket.close()

    def _servers(self) -> list[Any]:
        return [one for one in list(self.map.values()) if isinstance(one, waitress.server.BaseWSGIServer)]

    def _channels(self) -> list[Any]:
        return [channel for one in self.all_servers for channel in list(one.active_channels.values())]

    def drain(self, patience: float) -> bool:
        """Take no new connection, finish what has begun and is being sent. False: time was up first."""
        if not self.all_servers:
            self.all_servers = self._servers()
            self.all_servers[0].trigger.pull_trigger(self._stop_listening)
        until = time.monotonic() + patience
        while time.monotonic() < until:
            busy = [c for c in self._channels() if c.requests or c.total_outbufs_len or c.request is not None]
            if not busy:
                return True
            time.sleep(0.05)
        return False


def loopback_sockets(port: int) -> list[socket.socket]:
    """Listen on this machine's two loopback addresses, so that `localhost` is met whatever it means here.

    Raises OSError when 127.0.0.1 cannot be had.
    """
    return sockets([("127.0.0.1", port)], also=[("::1", port)])


def sockets(wanted: list[tuple[str, int]], also: list[tuple[str, int]] | None = None) -> list[socket.socket]:
    """Bind sockets; those in `also` are left out where the machine does not have them.

    Raises OSError when one of `wanted` cannot be had.
    """
    made = []
    for address, must in [(one, True) for one in wanted] + [(one, False) for one in also or []]:
        family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        try:
            one = socket.socket(family, socket.SOCK_STREAM)
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            one.bind(address)
        except OSError:
            if must:
                raise
            continue
        made.append(one)
    return made


class Worker:
    """The job worker as a thread."""

    def __init__(self) -> None:
        self.stop = threading.Event()
        self.thread = threading.Thread(target=jobs.run_worker, args=(self.stop,), name="worker", daemon=True)

    def end(self) -> None:
        """Let the job under way finish, within reason: a job that is cut off is done again."""
        self.stop.set()
        if self.thread.ident is not None:
            self.thread.join(WORKER_PATIENCE)


def serve(settings: Settings, bound: list[socket.socket], *, worker: bool, ready: Callable[[Ground], None]) -> int:
    """Serve until SIGTERM or SIGINT; returns the exit code. `ready` is called once pages are answered."""
    ended = threading.Event()
    code = [0]

    def end(number: int, _frame: Any) -> None:
        if ended.is_set():  # asked twice: at once
            os._exit(128 + number)
        ended.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    # During an upgrade the database must not be touched, not even to look: the application is made afterwards.
    while not ended.is_set() and serving.under_maintenance(settings.instance):
        ended.wait(serving.LOOK_EVERY)
    app = application.create_app(settings)
    here: Ground = app.ground
    hand = Worker()

    def pause() -> None:
        hand.end()
        here.database.dispose()

    def again() -> None:
        logger.info("restart_after_maintenance")
        _close(bound)
        os.execv(sys.executable, sys.orig_argv)  # noqa: S606  the same command, with the new code

    gate = serving.Gate(app, settings.instance, pause=pause, again=again)
    gate.start()
    beside = [
        Listener(one, sockets([address]), threads, settings)
        for address, one, threads in here.extra.get("listeners", [])
    ]
    main = Listener(gate, bound, settings.threads, settings)
    for listener in [*beside, main]:
        listener.start()
    if worker:
        hand.thread.start()
    if not gate.shut:
        ready(here)
    while not ended.wait(1):
        if not main.thread.is_alive():
            logger.error("listener_died")
            code[0] = 1
            break
    logger.info("draining")
    if not main.drain(PATIENCE):
        logger.warning("drain_incomplete")
    gate.wait_until_idle(1)
    hand.end()
    for listener in beside:
        listener.drain(1)
    with contextlib.suppress(Exception):
        here.database.dispose()
    return code[0]


def try_out(settings: Settings) -> int:
    """Make the application and ask it for its health and its front page; 0 when all answer."""
    app = application.create_app(settings)
    client = app.test_client()
    for address in ("/healthz", "/readyz", f"/{settings.languages[0]}/"):
        answer = client.get(address, base_url=settings.base_url or None)
        if answer.status_code >= 400:
            click.echo(f"{address} answered {answer.status_code}", err=True)
            return 1
    return 0


def gunicorn_app() -> serving.Gate:
    """For gunicorn: `gunicorn ... 'portal.server:gunicorn_app()'`. The application behind the gate that stops serving
    during an upgrade; the workers are started anew by their manager. On PostgreSQL `portal worker` runs beside it."""
    app = application.create_app()
    gate = serving.Gate(
        app, app.ground.settings.instance, pause=app.ground.database.dispose, again=serving.restart_by_manager
    )
    gate.start()
    return gate


def _close(bound: list[socket.socket]) -> None:
    for one in bound:
        one.close()


def _greeting(settings: Settings, port: int) -> Callable[[Ground], None]:
    def ready(here: Ground) -> None:
        logger.info("serving", port=port, database=here.database.self_test())
        if settings.demo:
            lines = ["", f"  The demo city is open:  {settings.base_url or f'http://127.0.0.1:{port}'}/", ""]
            for told in here.extra.get("greeting", []):
                lines.append(f"  {told}")
            lines += ["", "  Stop with Ctrl+C; what was done is kept. A new city: ./run demo --reset", ""]
            click.echo("\n".join(lines))
            sys.stdout.flush()

    return ready


@click.command(help="Serve the portal of this instance.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on; the demo: loopback only.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option(
    "--worker/--no-worker", default=None, help="The worker as a thread of this process (SQLite: yes, PostgreSQL: no)."
)
@click.option("--try", "trial", is_flag=True, help="Start, ask for the front page without listening, and end.")
def main(host: str, port: int, worker: bool | None, trial: bool) -> None:
    """Entry point of `python -m portal.server`."""
    try:
        settings = load()
        if trial:
            sys.exit(try_out(settings))
        if settings.demo and host not in {"127.0.0.1", "localhost", "::1"}:
            raise ConfigError("the demo listens on this machine only")
        try:
            bound = loopback_sockets(port) if host in {"127.0.0.1", "localhost"} else sockets([(host, port)])
        except OSError as error:
            raise ConfigError(f"port {port} cannot be had: {error.strerror}") from None
        on_sqlite = urlsplit(settings.database).scheme.startswith("sqlite")
        log.set_up(plain=settings.demo)
        code = serve(
            settings, bound, worker=on_sqlite or settings.demo if worker is None else worker,
            ready=_greeting(settings, port),
        )  # fmt: skip
    except ConfigError as error:
        for reason in error.reasons:
            click.echo(f"portal: {reason}", err=True)
        sys.exit(2)
    sys.exit(code)


if __name__ == "__main__":
    main()
