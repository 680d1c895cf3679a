"""Acts that wait until the person has confirmed who they are."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.base.tables import Base, Id, UtcTime


class PendingAct(Base):
    """What a person sent before their sign-in was fresh or strong enough. Sealed under a key outside the database,
    bound to row and person; gone when done, and after a quarter of an hour in any case. Never a ballot."""

    __tablename__ = "pending_act"
    __table_args__ = (UniqueConstraint("token_hash"), Index(None, "person_id"), Index(None, "expires_at"))

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    act: Mapped[str] = mapped_column(String(40))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    expires_at: Mapped[datetime] = mapped_column(UtcTime)
