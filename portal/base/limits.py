"""Limits. Signed-in acts are counted per session, in memory. Failed codes and sign-ins are rows, so that a restart
forgives nobody and several processes count together; the key is hashed, and a library's shared address is spared
because what is counted is the thing attacked first (the code, the account), the address only far above daily use."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from functools import lru_cache

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter
from sqlalchemy import String, delete, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.base.tables import Base, Id, UtcTime

_memory = FixedWindowRateLimiter(MemoryStorage())


class Attempt(Base):
    """One failed attempt within a window."""

    __tablename__ = "attempt"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    scope: Mapped[str] = mapped_column(String(40))
    key_hash: Mapped[str] = mapped_column(String(64), index=True)
    at: Mapped[datetime] = mapped_column(UtcTime)


def _hash(scope: str, key: str) -> str:
    return hashlib.sha256(f"{scope}\0{key}".encode()).hexdigest()


def allow(scope: str, key: str, per_minute: int) -> bool:
    """Count one act in this process's memory; False above the limit."""
    return _memory.hit(_a_minute(per_minute), scope, key)


@lru_cache(maxsize=32)
def _a_minute(count: int) -> RateLimitItemPerMinute:
    return RateLimitItemPerMinute(count)


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
