"""The keys of sealed numbers: instance/keys/number-<n>.key, the highest in use, older ones readable until a rotation
has re-encrypted everything. Read from the folder each time, so that all processes see a new key at once."""

from __future__ import annotations

import os
import re
import secrets
import time
from dataclasses import dataclass
from pathlib import Path

_NAME = re.compile(r"number-(\d+)\.key")
# A request that read the ring before a new key came may still commit with the old one; after this nobody can.
SETTLED = 3600


@dataclass(frozen=True, slots=True)
class Ring:
    """The keys by number, and which one encrypts."""

    keys: dict[int, bytes]
    current: int


def load(folder: Path) -> Ring:
    """The ring; the first key is made when first asked for."""
    keys = _read(folder)
    if not keys:
        _make(folder, 1)
        keys = _read(folder)
    return Ring(keys, max(keys))


def add(folder: Path) -> Ring:
    """Put a new key on the ring; from now on it encrypts."""
    _make(folder, load(folder).current + 1)
    return load(folder)


def drop_old(folder: Path, used: set[int]) -> list[int]:
    """Destroy the older keys that nothing is encrypted with any more, once the newest has stood for an hour. Returns
    their numbers."""
    ring = load(folder)
    if time.time() - _file(folder, ring.current).stat().st_mtime < SETTLED:
        return []
    gone = sorted(number for number in ring.keys if number != ring.current and number not in used)
    for number in gone:
        _file(folder, number).unlink()
    return gone


def _file(folder: Path, number: int) -> Path:
    return folder / f"number-{number}.key"


def _read(folder: Path) -> dict[int, bytes]:
    found = {}
    for file in folder.glob("number-*.key"):
        named = _NAME.fullmatch(file.name)
        if named:
            found[int(named[1])] = bytes.fromhex(file.read_text().strip())
    return found


def _make(folder: Path, number: int) -> None:
    """Whole or not at all, readable by its owner alone, and never over another process's."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = folder / f".number.{secrets.token_hex(4)}"
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        out.write(secrets.token_hex(32))
        out.flush()
        os.fsync(out.fileno())
    try:
        os.link(fresh, _file(folder, number))
    except FileExistsError:
        pass
    fresh.unlink()
