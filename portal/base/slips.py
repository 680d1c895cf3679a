"""Codes for slips that people take home: they name one row of one kind, and nobody can make one up.

A code is the row's number and a keyed hash over kind and number, written in the alphabet of `codes`. Nothing of it is
stored, so that it can be printed again whenever somebody comes back without the slip, and a lost database gives none
away. The key lies outside the database.
"""

from __future__ import annotations

import hashlib
import hmac

from portal.base import codes, ground
from portal.config import key_of

_NUMBER, _SEAL = 4, 5  # bytes: four thousand million rows of a kind; a guess in 2^40 fits


def _keyed(kind: str, use: bytes, told: bytes, length: int) -> bytes:
    key = key_of(ground.settings(), "slips")
    return hmac.new(key, kind.encode() + b"\0" + use + told, hashlib.sha256).digest()[:length]


def _veiled(kind: str, seal: bytes, number: bytes) -> bytes:
    """The number so that codes of neighbouring rows do not look alike; done twice it is the number again."""
    return bytes(a ^ b for a, b in zip(number, _keyed(kind, b"veil", seal, _NUMBER), strict=True))


def code(kind: str, number: int) -> str:
    """The code of a row, in groups of four."""
    packed = number.to_bytes(_NUMBER, "big")
    seal = _keyed(kind, b"seal", packed, _SEAL)
    return codes.printed(seal + _veiled(kind, seal, packed))


def read(kind: str, typed: str) -> int | None:
    """The number of the row that a typed code names; None where it is mistyped, made up or of another kind."""
    try:
        given = codes.unprinted(typed[:60], _NUMBER + _SEAL)
    except codes.CodeError:
        return None
    seal, packed = given[:_SEAL], _veiled(kind, given[:_SEAL], given[_SEAL:])
    return int.from_bytes(packed, "big") if hmac.compare_digest(seal, _keyed(kind, b"seal", packed, _SEAL)) else None
