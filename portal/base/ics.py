"""Dates for people's own calendars (RFC 5545)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, timedelta

from flask import Response
from icalendar import Calendar
from icalendar import Event as Entry

from portal.base import clock, ground, outside
from portal.base.feature import Event

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


def _line(text: str) -> str:
    """Words in one line: a title that came with an import may hold ends of lines, which would begin entries of their
    own, and other characters that no calendar has."""
    return _CONTROL.sub(" ", text).strip()


def calendar(events: Iterable[Event], name: str, lang: str) -> bytes:
    """A calendar of these events, all times in UTC: each program shows them on its own clock."""
    here = ground.settings()
    host = re.sub(r"^https?://", "", here.base_url) or "portal"
    made = Calendar()
    made.add("prodid", f"-//{here.city.name}//Folkmoot//{lang.upper()}")
    made.add("version", "2.0")
    made.add("calscale", "GREGORIAN")
    made.add("method", "PUBLISH")
    made.add("x-wr-calname", _line(name))
    for event in events:
        entry = Entry()
        entry.add("uid", f"{event.uid}@{host}")
        entry.add("dtstamp", clock.now().replace(microsecond=0))
        entry.add("dtstart", event.starts_at.astimezone(UTC).replace(microsecond=0))
        ends = event.ends_at or event.starts_at + timedelta(minutes=30)
        entry.add("dtend", ends.astimezone(UTC).replace(microsecond=0))
        entry.add("summary", _line(str(event.title)))
        entry.add("sequence", event.sequence)
        if event.place:
            entry.add("location", _line(event.place))
        if event.cancelled:
            entry.add("status", "CANCELLED")
        url = outside.absolute(event.endpoint, lang, **event.args)
        if url:
            entry.add("url", url)
            entry.add("description", url)
        made.add_component(entry)
    return bytes(made.to_ical())


def answer(events: Iterable[Event], name: str, lang: str) -> Response:
    """The calendar as a download."""
    made = Response(calendar(events, name, lang), content_type="text/calendar; charset=utf-8")
    made.headers["Content-Disposition"] = 'attachment; filename="calendar.ics"'
    return made
