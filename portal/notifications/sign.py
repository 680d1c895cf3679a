"""Addresses that prove themselves: who holds one may do the one thing it names, without signing in.

A keyed hash (HMAC-SHA-256, the key outside the database) over purpose and number; nothing to look up or to guess.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac

from portal.base import ground
from portal.config import key_of

_LENGTH = 16


def _signature(purpose: str) -> bytes:
    key = key_of(ground.settings(), "unsubscribe")
    return hmac.new(key, purpose.encode(), hashlib.sha256).digest()[:_LENGTH]


def token(*parts: object) -> str:
    """An address's last part for a purpose: token("topic", person, "budgets")."""
    purpose = ":".join(str(part) for part in parts)
    return base64.urlsafe_b64encode(_signature(purpose) + purpose.encode()).decode().rstrip("=")


def read(raw: str) -> list[str] | None:
    """The parts of a purpose, or None for a token that this portal did not make."""
    try:
        whole = base64.b64decode(raw + "=" * (-len(raw) % 4), altchars=b"-_", validate=True)
        purpose = whole[_LENGTH:].decode()
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return None
    if len(raw) > 300 or not purpose or not hmac.compare_digest(whole[:_LENGTH], _signature(purpose)):
        return None
    return purpose.split(":")
