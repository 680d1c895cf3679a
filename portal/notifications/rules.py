"""How somebody is told, and when. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo

from portal.notifications.models import Channel, Rhythm

DIGEST_HOUR = 7  # on the city's clock
MESSAGES_KEPT = timedelta(days=730)
NEWS_KEPT = timedelta(days=365)  # far above the time within which the same news could be announced again
MOST_FOLLOWED = 500
LETTERS_POSTED = timedelta(days=3)  # so soon a letter is printed and in the post
MAIL_DECIDED = timedelta(days=7)  # after a mail was written, staff decide what becomes of it if it does not arrive
_PLACE = re.compile(r"%\((\w+)\)s")
_LINK = re.compile(r"\b(?:[a-z][a-z0-9+.-]*://|www\.)\S*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Wish:
    """How a person wants to hear of a topic outside the portal."""

    mail: Rhythm = Rhythm.NOW
    sms: bool = False


def ways(wish: Wish, *, required: bool, email: bool, phone: bool, post: bool, sms_on: bool) -> frozenset[Channel]:
    """The ways out of the house for one message. What the law requires comes by mail at once whatever was wished, and
    by letter where there is no e-mail address. A text message goes only to those who asked for it."""
    found = set()
    if email and required:
        found.add(Channel.EMAIL)
    elif email and wish.mail is not Rhythm.OFF:
        found.add(Channel.EMAIL if wish.mail is Rhythm.NOW else Channel.DIGEST)
    elif required and post:
        found.add(Channel.LETTER)
    if sms_on and phone and wish.sms:
        found.add(Channel.SMS)
    return frozenset(found)


def next_digest(rhythm: Rhythm, now: datetime, zone: tzinfo) -> datetime:
    """When the next digest leaves (UTC): each morning, or on Monday morning, on the city's clock."""
    day = now.astimezone(zone).date()
    while True:
        at = datetime.combine(day, time(DIGEST_HOUR), zone).astimezone(UTC)
        if at > now and (rhythm is not Rhythm.WEEKLY or day.weekday() == 0):
            return at
        day += timedelta(days=1)


def places(sentence: str) -> frozenset[str]:
    """The names of a sentence's places."""
    return frozenset(_PLACE.findall(sentence))


def without_links(text: str) -> str:
    """A text message never holds a link, whatever somebody wrote into a title."""
    return " ".join(_LINK.sub("…", text).split())


def missing(sentence: str, values: Mapping[str, object]) -> frozenset[str]:
    """Places of a sentence that nothing fills."""
    return places(sentence) - values.keys()
