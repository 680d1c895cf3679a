"""The access log, and the ledger of consents."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import DDL, Index, Integer, String, event
from sqlalchemy.orm import Mapped, mapped_column

from portal.base.tables import Base, Id, UtcTime, choice


class How(enum.StrEnum):
    """In which way somebody came to see a person's data."""

    PAGE = "page"
    SEARCH = "search"
    EXPORT = "export"


class Look(Base):
    """Somebody of the staff saw one person's data: who, in which role, where, when and why. No foreign keys: the line
    outlives both accounts. `why` is a word of rules_looks.WHY, `words` what was written beside it."""

    __tablename__ = "look"
    __table_args__ = (
        Index("ix_look_person_id_at", "person_id", "at"),
        Index("ix_look_session_id_kind_object_id", "session_id", "kind", "object_id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcTime, index=True)
    person_id: Mapped[int | None] = mapped_column(Id)
    actor_id: Mapped[int | None] = mapped_column(Id)
    session_id: Mapped[int | None] = mapped_column(Id)
    role: Mapped[str] = mapped_column(String(40), default="")
    how: Mapped[How] = mapped_column(choice(How, name="how"), default=How.PAGE)
    page: Mapped[str] = mapped_column(String(80))
    kind: Mapped[str] = mapped_column(String(40), default="")
    object_id: Mapped[str] = mapped_column(String(80), default="")
    why: Mapped[str] = mapped_column(String(40), default="")
    words: Mapped[str] = mapped_column(String(500), default="")


class ConsentLine(Base):
    """A consent given or withdrawn, with the version of the text that was shown. Lines are only added: triggers refuse
    to change one, and to delete one that is younger than three years."""

    __tablename__ = "consent"
    __table_args__ = (Index("ix_consent_person_id_name", "person_id", "name"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    person_id: Mapped[int] = mapped_column(Id)
    name: Mapped[str] = mapped_column(String(40))
    version: Mapped[int] = mapped_column(Integer)
    text_hash: Mapped[str] = mapped_column(String(64))
    given: Mapped[bool]
    at: Mapped[datetime] = mapped_column(UtcTime)
    lang: Mapped[str] = mapped_column(String(12))
    channel: Mapped[str] = mapped_column(String(20), default="web")
    helped_by: Mapped[int | None] = mapped_column(Id)


APPEND_ONLY = {
    "sqlite": (
        "CREATE TRIGGER consent_unchanged BEFORE UPDATE ON consent BEGIN "
        "SELECT RAISE(ABORT, 'the ledger of consents is only added to'); END",
        "CREATE TRIGGER consent_kept BEFORE DELETE ON consent WHEN old.at > datetime('now', '-3 years') BEGIN "
        "SELECT RAISE(ABORT, 'a consent is kept for three years'); END",
    ),
    "postgresql": (
        "CREATE OR REPLACE FUNCTION consent_only_added() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF TG_OP = 'DELETE' THEN IF old.at <= now() - interval '3 years' THEN RETURN old; END IF; END IF; "
        "RAISE EXCEPTION 'the ledger of consents is only added to'; END $$",
        "CREATE TRIGGER consent_only_added BEFORE UPDATE OR DELETE ON consent "
        "FOR EACH ROW EXECUTE FUNCTION consent_only_added()",
    ),
}
ddl: Any = DDL  # untyped in SQLAlchemy
for _dialect, _statements in APPEND_ONLY.items():
    for _statement in _statements:
        event.listen(ConsentLine.__table__, "after_create", ddl(_statement).execute_if(dialect=_dialect))
