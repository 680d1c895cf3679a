"""Help at a desk and by telephone, the hand-over of a ballot, and where a role counts."""

from __future__ import annotations

import enum
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.base.tables import Base, Id, UtcTime, choice
from portal.identity.models import Person


class RolePlace(Base):
    """A venue at which somebody's desk role counts. An administrator's counts everywhere."""

    __tablename__ = "role_place"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, autoincrement=False)
    venue_id: Mapped[int] = mapped_column(ForeignKey("venue.id"), primary_key=True, autoincrement=False)


class Means(enum.Enum):
    """How a helper made sure for whom they act."""

    ACCOUNT = "account"  # the code on the person's own page
    COUNTER = "counter"  # a document, and the number in it
    LETTER = "letter"  # the code in a letter to the person's address
    TELEPHONE = "telephone"  # what the city has callers asked
    GUEST = "guest"  # a name only


class AssistedSession(Base):
    """Somebody is helped: by whom, where, how they proved who they are, and when they said yes to it."""

    __tablename__ = "assisted_session"
    __table_args__ = (Index(None, "person_id"), Index(None, "helper_id"))

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    helper_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    # empty: by telephone
    venue_id: Mapped[int | None] = mapped_column(ForeignKey("venue.id"))
    # the helper's own session; no foreign key, for ended sessions are swept and this line stays
    helper_session_id: Mapped[int] = mapped_column(Id)
    means: Mapped[Means] = mapped_column(choice(Means, name="means"))
    consent_at: Mapped[datetime] = mapped_column(UtcTime)
    started_at: Mapped[datetime] = mapped_column(UtcTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcTime)

    person: Mapped[Person] = relationship(lazy="raise", foreign_keys=[person_id])
    helper: Mapped[Person] = relationship(lazy="raise", foreign_keys=[helper_id])


class HandOver(Base):
    """The step in which a helped person votes without the helper: a short number, typed at a terminal of the house.
    Whether somebody of the voter's own choice helps is a yes or no, and nothing more is kept of it."""

    __tablename__ = "hand_over"
    __table_args__ = (UniqueConstraint("code_hash"), Index(None, "assisted_id"))

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    assisted_id: Mapped[int] = mapped_column(ForeignKey("assisted_session.id"))
    code_hash: Mapped[str | None] = mapped_column(String(64))
    expires_at: Mapped[datetime] = mapped_column(UtcTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcTime)
    with_help: Mapped[bool | None]
