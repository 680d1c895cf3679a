"""Districts, departments, venues and their terminals. What districts, departments and venues are called in each
language stands in base/texts (kinds "district", "department" and "venue"), and so do a venue's opening hours.

`x` and `y` say where something lies on the city's own plan, each from 0 to 1 from the upper left corner; both or none.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Float, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.base.tables import Base, Id, UtcTime


class District(Base):
    """A part of the city. `code` is what providers and files say; it never changes once used."""

    __tablename__ = "district"
    __table_args__ = (
        UniqueConstraint("code"),
        CheckConstraint("x BETWEEN 0 AND 1", name="x"),
        CheckConstraint("y BETWEEN 0 AND 1 AND (x IS NULL) = (y IS NULL)", name="y"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    code: Mapped[str] = mapped_column(String(40))
    position: Mapped[int] = mapped_column(default=0)
    x: Mapped[float | None] = mapped_column(Float)
    y: Mapped[float | None] = mapped_column(Float)
    # a district that is no longer used stays: old budgets speak of it
    closed_at: Mapped[datetime | None] = mapped_column(UtcTime)


class Department(Base):
    """A part of the administration that runs processes. `code` names it in files; it never changes once used."""

    __tablename__ = "department"
    __table_args__ = (UniqueConstraint("code"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    code: Mapped[str] = mapped_column(String(40))
    position: Mapped[int] = mapped_column(default=0)
    closed_at: Mapped[datetime | None] = mapped_column(UtcTime)


class Venue(Base):
    """A house where something takes place: a library, a town hall, a school."""

    __tablename__ = "venue"
    __table_args__ = (
        Index(None, "district_id"),
        CheckConstraint("latitude BETWEEN -90 AND 90", name="latitude"),
        CheckConstraint("longitude BETWEEN -180 AND 180", name="longitude"),
        CheckConstraint("x BETWEEN 0 AND 1", name="x"),
        CheckConstraint("y BETWEEN 0 AND 1 AND (x IS NULL) = (y IS NULL)", name="y"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    district_id: Mapped[int | None] = mapped_column(ForeignKey("district.id"))
    address: Mapped[str] = mapped_column(String(300), default="")
    latitude: Mapped[float | None] = mapped_column(Float)
    longitude: Mapped[float | None] = mapped_column(Float)
    x: Mapped[float | None] = mapped_column(Float)
    y: Mapped[float | None] = mapped_column(Float)
    step_free: Mapped[bool | None]  # None: not known
    position: Mapped[int] = mapped_column(default=0)
    closed_at: Mapped[datetime | None] = mapped_column(UtcTime)
    # how long a page of its terminals may stand without a step, in seconds: plain pages; forms, ballots and long texts
    plain_seconds: Mapped[int] = mapped_column(default=180, server_default="180")
    form_seconds: Mapped[int] = mapped_column(default=600, server_default="600")

    district: Mapped[District | None] = relationship(lazy="raise")


class Terminal(Base):
    """A shared screen in a venue. Its browser holds a long random cookie, the row the cookie's SHA-256; the code with
    which it is enrolled counts once."""

    __tablename__ = "terminal"
    __table_args__ = (UniqueConstraint("code_hash"), UniqueConstraint("token_hash"), Index(None, "venue_id"))

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    venue_id: Mapped[int] = mapped_column(ForeignKey("venue.id"))
    name: Mapped[str] = mapped_column(String(80))
    code_hash: Mapped[str | None] = mapped_column(String(64))
    code_until: Mapped[datetime | None] = mapped_column(UtcTime)
    token_hash: Mapped[str | None] = mapped_column(String(64))
    enrolled_at: Mapped[datetime | None] = mapped_column(UtcTime)
    # a retired terminal is an ordinary browser again; the row stays, sessions and records speak of it
    retired_at: Mapped[datetime | None] = mapped_column(UtcTime)
