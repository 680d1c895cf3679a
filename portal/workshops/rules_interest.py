"""What somebody wants to hear of, and whether a session fits it. Pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from portal.base.i18n import _l
from portal.base.verdict import YES, Verdict, no
from portal.workshops.models import Interest, Level, Session, Workshop

MOST = 20  # of one person


@dataclass(frozen=True, slots=True)
class Topic:
    """A workshop, or a rung of the ladder."""

    workshop_id: int | None = None
    level: Level | None = None

    @property
    def code(self) -> str:
        """As it stands in a form."""
        return f"level-{self.level.value}" if self.level is not None else f"workshop-{self.workshop_id}"

    @classmethod
    def read(cls, code: str) -> Topic | None:
        """The topic behind a code; None where it is none."""
        kind, _dash, value = code.partition("-")
        if kind == "level" and value in tuple(Level):
            return cls(level=Level(value))
        if kind == "workshop" and value.isascii() and value.isdecimal() and len(value) < 19:
            return cls(workshop_id=int(value))
        return None


def may_add(held: int) -> Verdict:
    """Can somebody with so many wishes have another one?"""
    if held < MOST:
        return YES
    return no(_l("You have asked to hear of many topics already."), _l("Take one away on your page first."))


def fits(interest: Interest, session: Session, workshop: Workshop, languages: Collection[str]) -> bool:
    """Is this session what somebody wants to hear of? `languages`: in which it is held; none: nobody has said. Only what
    came or changed after they asked: what was there before they have seen."""
    topic = (
        workshop.id == interest.workshop_id if interest.workshop_id is not None else workshop.level is interest.level
    )
    return (
        topic
        and interest.venue_id in (None, session.venue_id)
        and (not languages or interest.language in languages)
        and session.changed_at > interest.created_at
    )


def has_room(session: Session, now: datetime) -> bool:
    """Is it worth telling? There is a seat, and nobody waits for it."""
    return session.seats_taken < session.seats and session.waiting == 0 and session.starts_at > now
