"""What moderation puts on the content of every wing."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from portal.base.tables import UtcTime


class Moderated:
    """Columns of everything that can be moderated. Shown to everybody: neither hidden nor held."""

    hidden_at: Mapped[datetime | None] = mapped_column(UtcTime)  # hidden by a moderator's decision
    held_at: Mapped[datetime | None] = mapped_column(UtcTime)  # waits for a moderator before it is shown
    locked_at: Mapped[datetime | None] = mapped_column(UtcTime)  # shown, but nobody adds to it or changes it

    @property
    def shown(self) -> bool:
        """Does everybody see it?"""
        return self.hidden_at is None and self.held_at is None
