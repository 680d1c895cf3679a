"""Sundhaven for one file of journeys: a copy of the seeded demo, served by the real server in a process of its own."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from portal.config import WINGS

ROOT = Path(__file__).resolve().parents[2]
FIRST_PORT = 8190
PATIENCE = 120  # seconds for a start on a busy machine


def environment(instance: Path, **more: str) -> dict[str, str]:
    """The environment of a command that acts on this instance and on no other."""
    env = {key: value for key, value in os.environ.items() if not key.startswith("PORTAL_")}
    path = str(ROOT) + (os.pathsep + env["PYTHONPATH"] if env.get("PYTHONPATH") else "")
    # every wing, so that each page is walked, those of wings that are off by default too
    return {**env, "PYTHONPATH": path, "PORTAL_INSTANCE": str(instance), "PORTAL_WINGS": ",".join(WINGS), **more}


def seed(instance: Path) -> None:
    """Fill a new demo the way `./run demo` does."""
    instance.mkdir(mode=0o700)
    for words in (["db", "upgrade"], ["seed"]):
        _portal(instance, *words)


def work(instance: Path) -> None:
    """Do what waits in it."""
    _portal(instance, "worker", "--once")


def _portal(instance: Path, *words: str, **more: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "portal.cli", *words],
        env=environment(instance, PORTAL_DEMO="1", **more),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_pair() -> int:
    """The first of two neighbouring free ports: the demo's provider answers on the second.

    Raises RuntimeError where there is none.
    """
    for port in (*range(FIRST_PORT, FIRST_PORT + 9, 2), *range(28000, 29000, 2)):
        if _free(port) and _free(port + 1):
            return port
    raise RuntimeError("no two neighbouring ports are free")


class City:
    """A running demo."""

    def __init__(self, seeded: Path, folder: Path) -> None:
        self.instance = folder / "instance"
        shutil.copytree(seeded, self.instance)
        self.log = folder / "server.log"
        self.port, self.url = 0, ""
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Serve, and wait until pages are answered. A port that somebody else took meanwhile is given up for another."""
        for _attempt in range(5):
            self.port = free_pair()
            self.url = f"http://127.0.0.1:{self.port}"
            self._launch()
            if self._answers():
                return
            self.stop()
        raise AssertionError("the city did not start:\n" + self.log.read_text())

    def _launch(self) -> None:
        with self.log.open("wb") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "portal.server", "--port", str(self.port)],
                env=environment(self.instance, PORTAL_DEMO="1", PORTAL_BASE_URL=self.url),
                stdout=out,
                stderr=out,
                start_new_session=True,
            )

    def _answers(self) -> bool:
        """Wait for this process's own word that it serves; another's answer at the same port would be worth nothing."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until and self.process is not None and self.process.poll() is None:
            if f"port={self.port}" in self.log.read_text():
                with urllib.request.urlopen(f"{self.url}/readyz", timeout=30):
                    return True
            time.sleep(0.1)
        return False

    def stop(self) -> None:
        """End the server as an operator would."""
        if self.process is None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(40)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None

    def complaints(self) -> list[str]:
        """What the server's log calls an error."""
        lines = self.log.read_text().splitlines()
        return [line for line in lines if "[error" in line or "[critical" in line or "Traceback" in line]

    def run(self, *words: str) -> str:
        """A word of the command line beside the running server; returns what it says."""
        return _portal(self.instance, *words, PORTAL_BASE_URL=self.url)
