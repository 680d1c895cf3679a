"""The audit record: an append-only chain of lines, and the heads of it that were written down day by day."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import DDL, JSON, Date, Index, String, event
from sqlalchemy.orm import Mapped, mapped_column

from portal.base.tables import Base, Id, UtcTime


class Entry(Base):
    """Who did what to which object, for whom, and what it was before and after. Never a voter's choice or moment.

    No foreign key to people: the line outlives the account. It holds numbers of people, not their names, so that
    somebody can be forgotten and the chain still holds.

    A line gets its place in the chain just before its transaction is committed; `hash` covers everything in it and
    `prev_hash`, the hash of the line before (rules.py). Triggers refuse any other change.
    """

    __tablename__ = "audit_entry"
    __table_args__ = (
        Index("ix_audit_entry_object", "kind", "object_id"),
        Index("ix_audit_entry_place", "place", unique=True),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcTime, index=True)
    person_id: Mapped[int | None] = mapped_column(Id, index=True)
    helped_by: Mapped[int | None] = mapped_column(Id)
    deputy_for: Mapped[int | None] = mapped_column(Id)
    # the mandate under which the person acted for another
    mandate_id: Mapped[int | None] = mapped_column(Id)
    channel: Mapped[str] = mapped_column(String(20), default="web")
    # the house in which it was done, where it was done at one of its desks or terminals
    venue_id: Mapped[int | None] = mapped_column(Id)
    verb: Mapped[str] = mapped_column(String(60))
    kind: Mapped[str] = mapped_column(String(40), default="")
    object_id: Mapped[str] = mapped_column(String(80), default="")
    before: Mapped[Any] = mapped_column(JSON, nullable=True)
    after: Mapped[Any] = mapped_column(JSON, nullable=True)
    place: Mapped[int | None] = mapped_column(Id)
    prev_hash: Mapped[str | None] = mapped_column(String(64))
    hash: Mapped[str | None] = mapped_column(String(64))


class Head(Base):
    """The last line of a day (UTC): whoever keeps it elsewhere can tell a chain that was written anew."""

    __tablename__ = "audit_head"

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    place: Mapped[int] = mapped_column(Id)
    hash: Mapped[str] = mapped_column(String(64))


# What a line says. It may be changed once, when it gets its place, and in nothing of this; never taken away.
SAID = (
    "id", "at", "person_id", "helped_by", "deputy_for", "mandate_id", "channel", "verb", "kind", "object_id", "before",
    "after", "venue_id",
)  # fmt: skip


def sqlite_guards(said: tuple[str, ...] = SAID) -> tuple[str, ...]:
    """The triggers of SQLite; a migration names the columns of its time."""
    changed = " OR ".join(f"NEW.{name} IS NOT OLD.{name}" for name in said)
    return (
        "CREATE TRIGGER audit_entry_stays BEFORE UPDATE ON audit_entry "
        f"WHEN OLD.place IS NOT NULL OR NEW.place IS NULL OR {changed} "
        "BEGIN SELECT RAISE(ABORT, 'the audit record is not changed'); END",
        "CREATE TRIGGER audit_entry_kept BEFORE DELETE ON audit_entry "
        "BEGIN SELECT RAISE(ABORT, 'nothing leaves the audit record'); END",
    )


def postgres_guards(said: tuple[str, ...] = SAID) -> tuple[str, ...]:
    """The same of PostgreSQL. JSON has no equality there; its text has."""
    old, new = (
        ", ".join(f"{side}.{name}" + ("::text" if name in ("before", "after") else "") for name in said)
        for side in ("OLD", "NEW")
    )
    return (
        "CREATE OR REPLACE FUNCTION audit_entry_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF TG_OP = 'UPDATE' AND OLD.place IS NULL AND NEW.place IS NOT NULL AND "
        f"ROW({new}) IS NOT DISTINCT FROM ROW({old}) "
        "THEN RETURN NEW; END IF; RAISE EXCEPTION 'the audit record is not changed'; END $$",
        "CREATE TRIGGER audit_entry_stays BEFORE UPDATE OR DELETE ON audit_entry "
        "FOR EACH ROW EXECUTE FUNCTION audit_entry_stays()",
        "CREATE TRIGGER audit_entry_kept BEFORE TRUNCATE ON audit_entry "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_entry_stays()",
    )


SQLITE_UP = sqlite_guards()
SQLITE_DOWN = ("DROP TRIGGER audit_entry_stays", "DROP TRIGGER audit_entry_kept")
POSTGRES_UP = postgres_guards()
POSTGRES_DOWN = (
    "DROP TRIGGER audit_entry_stays ON audit_entry",
    "DROP TRIGGER audit_entry_kept ON audit_entry",
    "DROP FUNCTION audit_entry_stays()",
)
ddl: Any = DDL  # untyped in SQLAlchemy
for _statement in SQLITE_UP:
    event.listen(Entry.__table__, "after_create", ddl(_statement).execute_if(dialect="sqlite"))
for _statement in POSTGRES_UP:
    event.listen(Entry.__table__, "after_create", ddl(_statement).execute_if(dialect="postgresql"))
