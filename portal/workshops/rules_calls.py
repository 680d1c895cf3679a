"""Calls to people who can be reached by telephone alone: what they are about, and when to try again. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from portal.base.i18n import Text, _l
from portal.base.verdict import YES, Verdict, no
from portal.workshops.models import CallOutcome, CallReason, Using

AGAIN = timedelta(hours=3)
MOST_TRIES = 4

REASONS: Mapping[CallReason, Text] = {
    CallReason.OFFER: _l("A seat is free"),
    CallReason.REMINDER: _l("Reminder"),
    CallReason.MOVED: _l("The session was moved"),
    CallReason.CANCELLED: _l("The session is not held"),
    CallReason.STILL_USING: _l("Is it still used?"),
}
OUTCOMES: Mapping[CallOutcome, Text] = {
    CallOutcome.REACHED: _l("Person reached"),
    CallOutcome.NOT_REACHED: _l("Not reached"),
    CallOutcome.GIVEN_UP: _l("No call needed any more"),
}
# What to say, in the words of whoever calls.
TO_SAY: Mapping[CallReason, Text] = {
    CallReason.OFFER: _l("A seat is kept for you. Do you want it?"),
    CallReason.REMINDER: _l("You have booked a seat. Will you come? If not, somebody else can have it."),
    CallReason.MOVED: _l("Day or place have changed, and your seat is kept. Does it suit you?"),
    CallReason.CANCELLED: _l("It will not be held. Another day can be booked for you at once."),
    CallReason.STILL_USING: _l("You took part three months ago. Do you still use what you learnt?"),
}
USING: Mapping[Using, Text] = {
    Using.YES: _l("Yes, often"),
    Using.SOMETIMES: _l("Sometimes"),
    Using.NO: _l("No"),
}


def may_note(done_at: datetime | None) -> Verdict:
    """Can the outcome of this call be noted?"""
    return YES if done_at is None else no(_l("Somebody has noted this call already."))


def tried(tries: int, now: datetime) -> datetime | None:
    """When to try again after so many tries; None: not any more."""
    return now + AGAIN if tries < MOST_TRIES else None
