"""Marks: small facts about the installation itself (is it the demo, how far its clock is ahead, versions for caching)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import JSON, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.base import db
from portal.base.tables import Base
from portal.base.together import Ready, ask


class Mark(Base):
    """One fact under one name."""

    __tablename__ = "mark"

    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    value: Mapped[Any] = mapped_column(JSON)


_ALL = Ready(select(Mark.__table__.c.name, Mark.__table__.c.value))


def get(name: str, default: Any = None) -> Any:
    """The mark's value; read once per request (or `with` block) and kept for it."""
    return _held().get(name, default)


def _held() -> dict[str, Any]:
    held: dict[str, Any] | None = db.notes().get("marks")
    if held is None:
        with db.read() as session:
            held = keep(ask(session, asked())[0])
    return held


def held() -> bool:
    """Whether they are read already."""
    return "marks" in db.notes()


def asked() -> tuple[Ready, dict[str, Any]]:
    """The question for all marks, for those who ask it together with others, so that the page after a COMMIT opens no
    second transaction for it; `keep` takes the answer."""
    return _ALL, {}


def keep(rows: Iterable[Any]) -> dict[str, Any]:
    """Hold what was read for the rest of the request."""
    held = db.notes()["marks"] = {row.name: row.value for row in rows}
    return held


def forget() -> None:
    """Read them anew at the next question."""
    db.notes().pop("marks", None)


def put(session: Session, name: str, value: Any) -> None:
    """Set a mark in this transaction."""
    session.merge(Mark(name=name, value=value))
    session.flush()
    forget()
