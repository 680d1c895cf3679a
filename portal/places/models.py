"""Districts and venues. What they are called in each language stands in base/texts (kinds "district" and "venue")."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Float, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.base.tables import Base, Id, UtcTime


class District(Base):
    """A part of the city. `code` is what providers and files say; it never changes once used."""

    __tablename__ = "district"
    __table_args__ = (UniqueConstraint("code"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    code: Mapped[str] = mapped_column(String(40))
    position: Mapped[int] = mapped_column(default=0)
    # a district that is no longer used stays: old budgets speak of it
    closed_at: Mapped[datetime | None] = mapped_column(UtcTime)


class Venue(Base):
    """A house where something takes place: a library, a town hall, a school."""

    __tablename__ = "venue"
    __table_args__ = (
        Index(None, "district_id"),
        CheckConstraint("latitude BETWEEN -90 AND 90", name="latitude"),
        CheckConstraint("longitude BETWEEN -180 AND 180", name="longitude"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    district_id: Mapped[int | None] = mapped_column(ForeignKey("district.id"))
    address: Mapped[str] = mapped_column(String(300), default="")
    latitude: Mapped[float | None] = mapped_column(Float)
    longitude: Mapped[float | None] = mapped_column(Float)
    position: Mapped[int] = mapped_column(default=0)
    closed_at: Mapped[datetime | None] = mapped_column(UtcTime)

    district: Mapped[District | None] = relationship(lazy="raise")
