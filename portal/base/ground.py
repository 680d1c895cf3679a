"""What one running portal stands on: its settings and its database, found from anywhere without Flask."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from portal.base.db import Database
    from portal.base.feature import Feature
    from portal.config import Settings


@dataclass
class Ground:
    """Settings, database and the features that are on. `off`: wings that are not, of which what they keep about people is
    still declared: their tables may hold something from the time when they were on."""

    settings: Settings
    database: Database
    features: list[Feature] = field(default_factory=list)
    off: list[Feature] = field(default_factory=list)
    extra: dict[str, Any] = field(default_factory=dict)


_here: ContextVar[Ground | None] = ContextVar("ground", default=None)
_last: list[Ground] = []


def stand_on(ground: Ground) -> None:
    """Make this the ground of the current thread, and of threads that chose none."""
    _here.set(ground)
    _last[:] = [ground]


def enter(ground: Ground) -> Any:
    """Make this the ground until `leave`; for one request."""
    return _here.set(ground)


def leave(token: Any) -> None:
    """Undo `enter`."""
    _here.reset(token)


def current() -> Ground:
    """The ground under the caller.

    Raises RuntimeError where no application was made.
    """
    ground = _here.get()
    if ground is None and _last:
        return _last[0]
    if ground is None:
        raise RuntimeError("no portal has been set up in this process")
    return ground


def settings() -> Settings:
    """The running portal's settings."""
    return current().settings
