"""Starts the portal for the bench: a city with real settings on loopback, without the demo's own pages."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from portal import config, server

CLIENT, SECRET = "portal", "a-client-secret-of-more-than-thirty-two-signs"  # tests/oidc/liar.py's
DRAWN = config.City(name="Sundhaven", time_zone="Europe/Tallinn", mail="portal@sundhaven.example")


def settings(instance: Path, port: int, url: str = "", issuer: str = "") -> config.Settings:
    """The settings of the measured portal; `issuer`: a provider whose sign-ins are measured, too."""
    given = {"key": "liar", "name": "City login", "issuer": issuer, "client_id": CLIENT, "client_secret": SECRET}
    more: dict[str, Any] = {"algorithms": ("RS256",), "claims": {"birthdate": "birthdate"}, "userinfo": False}
    return config.load(
        {}, instance=instance, testing=True, database_url=url, base_url=f"http://127.0.0.1:{port}", city=DRAWN,
        secret="a secret for benches only, longer than thirty-two signs",
        providers=(config.Provider(**given, **more),) if issuer else (),
    )  # fmt: skip


if __name__ == "__main__":
    folder, port, url, issuer, own = [*sys.argv[1:], "", "", ""][:5]
    at = int(own or port)  # where this process listens; the address that people know is the first one's
    given = settings(Path(folder), int(port), url, issuer)
    bound = server.sockets([("127.0.0.1", at)])
    sys.exit(server.serve(given, bound, worker=at == int(port), ready=lambda _ground: None))
