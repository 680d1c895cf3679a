"""Starts the portal for the bench: a city with real settings on loopback, without the demo's own pages."""

from __future__ import annotations

import sys
from pathlib import Path

from portal import config, server

DRAWN = config.City(name="Sundhaven", time_zone="Europe/Tallinn", mail="portal@sundhaven.example")


def settings(instance: Path, port: int, url: str = "") -> config.Settings:
    """The settings of the measured portal."""
    return config.load(
        {}, instance=instance, testing=True, database_url=url, base_url=f"http://127.0.0.1:{port}", city=DRAWN,
        secret="a secret for benches only, longer than thirty-two signs",
    )  # fmt: skip


if __name__ == "__main__":
    given = settings(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3] if len(sys.argv) > 3 else "")
    sys.exit(
        server.serve(given, server.sockets([("127.0.0.1", int(sys.argv[2]))]), worker=True, ready=lambda _ground: None)
    )
