"""Sign-ins under way: what the browser's signed cookie remembers of each, for an hour at most.

A store on the server that is not bound to the browser was the fault in CVE-2025-68158 and CVE-2026-41425.
"""

from __future__ import annotations

import base64
import json
import secrets
import time
from collections.abc import MutableMapping
from dataclasses import dataclass, field
from typing import Any

from portal.config import Provider

STATE_SECONDS = 3600
STATES = 4  # sign-ins that one browser may have under way (tabs); the cookie has no room for more


@dataclass(frozen=True, slots=True)
class Flow:
    """One sign-in under way, as the browser's signed cookie remembers it."""

    provider: str
    nonce: str
    verifier: str
    lang: str
    next: str = ""
    acr: str = ""
    max_age: int = 0
    until: float = 0.0
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def fresh(self) -> bool:
        """Must the provider ask the person anew, whatever it remembers?"""
        return bool(self.extra.get("fresh"))


def new_flow(provider: Provider, lang: str, **more: Any) -> Flow:
    """A fresh sign-in: nonce and verifier of 43 characters each (some providers ask for 22 or 32)."""
    return Flow(
        provider=provider.key,
        nonce=secrets.token_urlsafe(32),
        verifier=secrets.token_urlsafe(32),
        lang=lang,
        until=time.time() + STATE_SECONDS,
        **more,
    )


def began(flow: Flow) -> float:
    """When this sign-in began, in seconds of the epoch."""
    return flow.until - STATE_SECONDS


def put_flow(kept: MutableMapping[str, Any], state: str, flow: Flow) -> None:
    """Remember a sign-in under its state; the oldest of too many goes."""
    held = {s: f for s, f in (kept.get("oidc") or {}).items() if f[-2] > time.time()}
    while len(held) >= STATES:
        del held[min(held, key=lambda s: held[s][-2])]
    values = (flow.provider, flow.nonce, flow.verifier, flow.lang, flow.next, flow.acr, flow.max_age, flow.until)
    kept["oidc"] = {**held, state: [*values, flow.extra]}


def take_flow(kept: MutableMapping[str, Any], state: str, provider: str, *, keep: bool = False) -> Flow | None:
    """The sign-in that this browser began with this provider under this state; it counts once (`keep` only looks)."""
    held = dict(kept.get("oidc") or {})
    found = held.get(state)
    if found is None:
        return None
    if not keep:
        del held[state]
        kept["oidc"] = held
    flow = Flow(*found)
    return flow if flow.provider == provider and flow.until > time.time() else None


def peek(token: str) -> dict[str, Any]:
    """The claims of a token that has been checked already; the signature is not looked at."""
    try:
        body = token.split(".")[1]
        found = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    except (IndexError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
