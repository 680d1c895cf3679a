"""Forms that were kept half filled in, under a code on a slip."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.base.tables import Base, Id, UtcTime


class KeptDraft(Base):
    """A public form as somebody left it, to go on with later anywhere. Sealed under a key outside the database; the
    code stands on the slip alone. Never a ballot. Gone when it was sent, and after 14 days in any case."""

    __tablename__ = "kept_draft"
    __table_args__ = (UniqueConstraint("code_hash"), Index(None, "person_id"), Index(None, "created_at"))

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    code_hash: Mapped[str] = mapped_column(String(64))
    # whose it is, where it was kept by somebody signed in: nobody else can open it then, with the code or without
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    sheet: Mapped[str] = mapped_column(String(40))
    # the page of the form, without its language
    path: Mapped[str] = mapped_column(String(300))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    # the browser that has it open just now, and until when it can be read there without the code
    open_hash: Mapped[str | None] = mapped_column(String(64))
    open_until: Mapped[datetime | None] = mapped_column(UtcTime)
