"""Identity numbers under lock: AES-256-GCM bound to the row, and a keyed index by which a number is found again.

A plain hash of a personal code is undone in minutes by trying all codes; and a ciphertext that could be moved to
another row would make one resident of another. Hence a key outside the database, and the row in the associated data.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

IV = 12


class NotReadable(ValueError):
    """The number cannot be read with this key in this row."""


def _bound(table: str, row: int, scheme: str) -> bytes:
    return "\0".join(["number", table, str(row), scheme]).encode()


def seal(key: bytes, number: str, *, table: str, row: int, scheme: str) -> bytes:
    """Encrypt a number for one row: a fresh 96-bit IV, then ciphertext and tag."""
    iv = secrets.token_bytes(IV)
    return iv + AESGCM(key).encrypt(iv, number.encode(), _bound(table, row, scheme))


def unseal(key: bytes, sealed: bytes, *, table: str, row: int, scheme: str) -> str:
    """Decrypt what `seal` made. Raises NotReadable for another key, row or scheme, or changed bytes."""
    try:
        return AESGCM(key).decrypt(sealed[:IV], sealed[IV:], _bound(table, row, scheme)).decode()
    except (InvalidTag, ValueError) as error:
        raise NotReadable(f"{table} {row}") from error


def blind(key: bytes, scheme: str, number: str) -> str:
    """The keyed index (hex) of a number; the same for the same number, and useless without the key."""
    return hmac.new(key, f"blind\0{scheme}\0{number}".encode(), hashlib.sha256).hexdigest()
