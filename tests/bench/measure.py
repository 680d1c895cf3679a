"""Processes and requests, measured: CPU time from the scheduler's own books, not from a stop watch."""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

Answer = tuple[int, bytes, dict[str, str]]

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Server:
    """A server process on a port."""

    process: subprocess.Popen[bytes]
    port: int
    start_up: float = 0.0

    def cpu(self) -> float:
        """Seconds of CPU that all threads of the process have had."""
        total = 0
        for task in Path(f"/proc/{self.process.pid}/task").iterdir():
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                total += int((task / "schedstat").read_text().split()[0])
        return total / 1e9

    def memory(self) -> float:
        """Megabytes in memory."""
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
        return 0.0


@contextlib.contextmanager
def started(command: list[str], port: int, path: str = "/") -> Iterator[Server]:
    """Start a server, wait for its first answer, end it."""
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    # an installed server has its bytecode, whatever the shell around says
    for name in ("PORTAL_DEMO", "PORTAL_INSTANCE", "PORTAL_DATABASE_URL", "PYTHONDONTWRITEBYTECODE"):
        env.pop(name, None)
    begun = time.monotonic()
    process = subprocess.Popen([sys.executable, *command], env=env, cwd=ROOT, stderr=subprocess.PIPE)
    server = Server(process, port)
    noise: list[bytes] = []
    threading.Thread(target=lambda: noise.extend(process.stderr or []), daemon=True).start()
    try:
        while True:
            try:
                status, _body, _headers = Browser(port).get(path)
                if status < 500:
                    break
            except OSError:
                pass
            if process.poll() is not None or time.monotonic() - begun > 60:
                raise RuntimeError(b"".join(noise).decode(errors="replace")[-3000:])
            time.sleep(0.02)
        server.start_up = time.monotonic() - begun
        yield server
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


class Browser:
    """One kept connection, with cookies of its own."""

    def __init__(self, port: int, cookie: str = "") -> None:
        self.port, self.cookie = port, cookie
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def get(self, path: str, **headers: str) -> Answer:
        """Fetch a page."""
        return self._ask("GET", path, None, headers)

    def post(self, path: str, fields: list[tuple[str, str]]) -> Answer:
        """Send a form."""
        return self._ask(
            "POST", path, urlencode(fields).encode(), {"Content-Type": "application/x-www-form-urlencoded"}
        )

    def _ask(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Answer:
        head = {"Host": f"127.0.0.1:{self.port}", "Origin": f"http://127.0.0.1:{self.port}", **headers}
        if self.cookie:
            head["Cookie"] = self.cookie
        self.connection.request(method, path, body, head)
        answer = self.connection.getresponse()
        data = answer.read()
        kept = answer.getheader("Set-Cookie")
        if kept and self.cookie and kept.split("=", 1)[0] == self.cookie.split("=", 1)[0]:
            self.cookie = kept.split(";", 1)[0]
        return answer.status, data, {k.lower(): v for k, v in answer.getheaders()}


@dataclass
class Page:
    """A page to measure on one server, and what was found."""

    name: str
    server: Server
    path: str
    cookie: str = ""
    cpu: list[float] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    bytes_plain: int = 0

    def round(self, count: int) -> None:
        """Fetch the page `count` times over one connection."""
        browser = Browser(self.server.port, self.cookie)
        before = self.server.cpu()
        for _ in range(count):
            begun = time.perf_counter()
            status, body, _headers = browser.get(self.path)
            self.times.append(time.perf_counter() - begun)
            if status != 200:
                raise RuntimeError(f"{self.path} answered {status}")
        self.bytes_plain = len(body)
        self.cpu.append((self.server.cpu() - before) / count)

    @property
    def milliseconds(self) -> float:
        """Median CPU per page over the rounds."""
        return statistics.median(self.cpu) * 1000

    @property
    def a_second(self) -> float:
        """Pages a second over one connection: the median's inverse."""
        return 1 / statistics.median(self.times)

    @property
    def p95(self) -> float:
        """Milliseconds within which 95 of 100 pages came."""
        return statistics.quantiles(self.times, n=20)[-1] * 1000


def crowd(count: int, seconds: float, make: Callable[[int], Callable[[], None]]) -> tuple[list[float], float]:
    """`count` visitors at once for some seconds; returns the times of their acts and the seconds it took."""
    times: list[float] = []
    until = [0.0]
    ready = threading.Barrier(count + 1)
    faults: list[BaseException] = []

    def visit(number: int) -> None:
        try:
            act = make(number)
            ready.wait()
            own = []
            while time.perf_counter() < until[0]:
                begun = time.perf_counter()
                try:
                    act()
                except StopIteration:
                    break
                own.append(time.perf_counter() - begun)
            times.extend(own)
        except BaseException as fault:  # a lost act must not pass as a quick one
            faults.append(fault)
            ready.abort()

    threads = [threading.Thread(target=visit, args=(n,)) for n in range(count)]
    for thread in threads:
        thread.start()
    until[0] = time.perf_counter() + 3600
    with contextlib.suppress(threading.BrokenBarrierError):
        ready.wait()
    begun = time.perf_counter()
    until[0] = begun + seconds
    for thread in threads:
        thread.join()
    if faults:
        raise faults[0]
    return times, time.perf_counter() - begun
