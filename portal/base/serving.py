"""Who serves right now, and how an upgrade makes them stop: two lock files in the instance folder.

Every process that serves pages or works on jobs holds `serving.lock` in common. An upgrade or a restore takes
`maintenance.lock` for itself; servers notice within half a second, answer 503 to what is new, finish what has begun
and let go of `serving.lock`, for which the upgrade waits. When it ends, each server starts itself anew and so runs the
new code. Locks are flocks: they end with their process, however it ends, so a crashed upgrade leaves nobody shut out.
They reach the processes of one machine; with several machines the others are stopped by hand.
"""

from __future__ import annotations

import fcntl
import os
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

LOOK_EVERY = 0.5
# No template, no database: both may be in the middle of a change.
_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Back in a few minutes</title><h1>Back in a few minutes</h1>
<p>This site is being updated. Nothing is lost. This page looks again by itself.</p>
<p lang="de">Diese Seite wird gerade aktualisiert und ist in wenigen Minuten wieder da.</p>
<p lang="et">Lehte uuendatakse. Mõne minuti pärast on see tagasi.</p>
<p lang="fr">Ce site est en cours de mise à jour. Il revient dans quelques minutes.</p>
<p lang="pl">Trwa aktualizacja strony. Za kilka minut będzie znowu dostępna.</p>
<p lang="ar" dir="rtl">يجري تحديث الموقع، وسيعود بعد دقائق.</p>
</html>
""".encode()


class StillServing(Exception):
    """Servers did not let go in time; nothing was changed."""


def _take(file: Path, how: int) -> IO[bytes] | None:
    """Lock a file without waiting; None where somebody else holds it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    door = open(file, "ab")  # the lock lives as long as the file is open
    try:
        fcntl.flock(door, how | fcntl.LOCK_NB)
    except BlockingIOError:
        door.close()
        return None
    return door


def under_maintenance(instance: Path) -> bool:
    """Say whether somebody holds the maintenance lock."""
    door = _take(instance / "maintenance.lock", fcntl.LOCK_SH)
    if door is None:
        return True
    door.close()
    return False


def is_served(instance: Path) -> bool:
    """Say whether any process serves this instance."""
    door = _take(instance / "serving.lock", fcntl.LOCK_EX)
    if door is None:
        return True
    door.close()
    return False


@contextmanager
def stopped(instance: Path, patience: float = 90.0) -> Iterator[None]:
    """Stop all serving of this instance on this machine until the block ends.

    Raises StillServing when requests were still running after `patience` seconds, or another such act is under way.
    """
    maintenance = _take(instance / "maintenance.lock", fcntl.LOCK_EX)
    started = time.monotonic()
    while maintenance is None:  # a server may be looking at this very moment
        if time.monotonic() - started > 2:
            raise StillServing("another backup, restore, copy or upgrade is under way")
        time.sleep(0.05)
        maintenance = _take(instance / "maintenance.lock", fcntl.LOCK_EX)
    serving: IO[bytes] | None = None
    try:
        while serving is None:
            serving = _take(instance / "serving.lock", fcntl.LOCK_EX)
            if serving is None:
                if time.monotonic() - started > patience:
                    raise StillServing(f"the portal was still serving after {patience:.0f} seconds")
                time.sleep(0.1)
        yield
    finally:
        if serving is not None:
            serving.close()
        maintenance.close()


class Gate:
    """WSGI middleware that counts the requests under way and shuts while there is maintenance.

    `pause` is called once all requests have ended (stop the worker, close the database); `again` when serving may go
    on: it starts the process anew.
    """

    def __init__(
        self, app: WSGIApplication, instance: Path, *, pause: Callable[[], None], again: Callable[[], None]
    ) -> None:
        self.app, self.instance, self.pause, self.again = app, instance, pause, again
        self.shut = False
        self.running = 0
        self._count = threading.Condition()
        self._presence: IO[bytes] | None = None
        self._watcher: threading.Thread | None = None

    def start(self) -> bool:
        """Hold the serving lock and watch for maintenance. False: maintenance is under way, everything answers 503."""
        with self._count:
            if self._watcher is None:
                self.shut = not self._enter()
                self._watcher = threading.Thread(target=self._watch, name="gate", daemon=True)
                self._watcher.start()
        return not self.shut

    def _enter(self) -> bool:
        if under_maintenance(self.instance):
            return False
        self._presence = _take(self.instance / "serving.lock", fcntl.LOCK_SH)
        return self._presence is not None

    def _watch(self) -> None:
        while not self.shut:
            time.sleep(LOOK_EVERY)
            self.shut = under_maintenance(self.instance)
        if self._presence is not None:
            self.wait_until_idle()
            self.pause()
            self._presence.close()
        while not self._enter():
            time.sleep(LOOK_EVERY)
        self.again()

    def wait_until_idle(self, patience: float | None = None) -> bool:
        """Wait until no request is under way; False when `patience` seconds were not enough."""
        with self._count:
            return self._count.wait_for(lambda: self.running == 0, timeout=patience)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """One request: refused with a page of its own while the gate is shut."""
        if self._watcher is None:
            self.start()
        with self._count:
            if self.shut:
                head = [("Content-Type", "text/html; charset=utf-8"), ("Retry-After", "30"), ("Refresh", "20")]
                head += [("Content-Length", str(len(_PAGE))), ("Cache-Control", "no-store")]
                start_response("503 Service Unavailable", head)
                return [_PAGE]
            self.running += 1
        try:
            body = self.app(environ, start_response)
        except BaseException:
            self._leave()
            raise
        return _Counted(body, self._leave)

    def _leave(self) -> None:
        with self._count:
            self.running -= 1
            self._count.notify_all()


class _Counted:
    """A response body that tells when it has been sent, or given up."""

    def __init__(self, body: Iterable[bytes], done: Callable[[], None]) -> None:
        self.body, self.done = body, done

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.body)

    def close(self) -> None:
        """Called once by every WSGI server, at the end or when the reader has gone."""
        try:
            close = getattr(self.body, "close", None)
            if close is not None:
                close()
        finally:
            self.done()


def restart_by_manager() -> None:
    """End this process in the way its manager answers with a new one (gunicorn's workers)."""
    os.kill(os.getpid(), 15)


def attend(instance: Path, work: Callable[[threading.Event], None], once: bool = False) -> None:
    """Run a worker that lets go during maintenance: `work` gets an event and ends soon after it is set.

    After maintenance this process starts itself anew, so that it runs the new code.
    """
    while True:
        presence = None if under_maintenance(instance) else _take(instance / "serving.lock", fcntl.LOCK_SH)
        if presence is None:
            time.sleep(LOOK_EVERY)
            continue
        stop = threading.Event()
        over = threading.Event()

        def watch(stop: threading.Event = stop, over: threading.Event = over) -> None:
            while not over.wait(LOOK_EVERY):
                if under_maintenance(instance):
                    stop.set()
                    return

        threading.Thread(target=watch, name="attendance", daemon=True).start()
        try:
            work(stop)
        finally:
            over.set()
            presence.close()
        if once or not stop.is_set():
            return
        while under_maintenance(instance):
            time.sleep(LOOK_EVERY)
        os.execv(sys.executable, sys.orig_argv)  # noqa: S606  the same command
