"""Limits. Signed-in acts are counted per session, in memory. Failed codes and sign-ins are rows, so that a restart
forgives nobody and several processes count together; the key is hashed, and a library's shared address is spared
because what is counted is the thing attacked first (the code, the account), the address only far above daily use."""

from __future__ import annotations

import hashlib
import hmac
import threading
import time
from datetime import datetime, timedelta

from sqlalchemy import String, delete, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.base import ground
from portal.base.tables import Base, Id, UtcTime
from portal.config import secret_of

WINDOW = 60.0  # seconds


class Windows:
    """Counts acts per key in windows of a minute, each from its first act on. What has ended is thrown away once a
    minute by whoever comes by, so that no thread of its own wakes up for it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: dict[tuple[str, str], tuple[float, int]] = {}  # key -> (end of the window, acts in it)
        self._sweep_at = 0.0

    def hit(self, key: tuple[str, str], most: int, now: float) -> bool:
        """Count one act at `now` (seconds of a clock that never goes back); False above `most`."""
        with self._lock:
            if now >= self._sweep_at:
                self._held = {one: held for one, held in self._held.items() if held[0] > now}
                self._sweep_at = now + WINDOW
            end, count = self._held.get(key, (0.0, 0))
            if end <= now:
                end, count = now + WINDOW, 0
            self._held[key] = end, count + 1
            return count < most

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._held = {}

    def __len__(self) -> int:
        return len(self._held)


_memory = Windows()


class Attempt(Base):
    """One failed attempt within a window."""

    __tablename__ = "attempt"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    scope: Mapped[str] = mapped_column(String(40))
    key_hash: Mapped[str] = mapped_column(String(64), index=True)
    at: Mapped[datetime] = mapped_column(UtcTime)


def _hash(scope: str, key: str) -> str:
    """What is stored of the thing counted. Keyed with the site's secret: a plain hash of an address is undone by
    guessing at all addresses there are."""
    secret = f"limits\0{secret_of(ground.settings())}".encode()
    return hmac.new(secret, f"{scope}\0{key}".encode(), hashlib.sha256).hexdigest()


def allow(scope: str, key: str, per_minute: int) -> bool:
    """Count one act in this process's memory; False above the limit."""
    return _memory.hit((scope, key), per_minute, time.monotonic())


def failed(s: Session, scope: str, key: str, now: datetime) -> None:
    """Record a failed attempt."""
    s.add(Attempt(scope=scope, key_hash=_hash(scope, key), at=now))
    s.flush()


def too_many(s: Session, scope: str, key: str, now: datetime, *, most: int, minutes: int = 15) -> bool:
    """True when `most` attempts on this key failed within the last minutes."""
    count = s.scalar(
        select(func.count())
        .select_from(Attempt)
        .where(Attempt.key_hash == _hash(scope, key), Attempt.at > now - timedelta(minutes=minutes))
    )
    return (count or 0) >= most


def sweep(s: Session, now: datetime) -> None:
    """Forget attempts older than a day."""
    s.execute(delete(Attempt).where(Attempt.at < now - timedelta(days=1)))
