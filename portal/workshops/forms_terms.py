"""Forms for many sessions at once: a recurring pattern, terms, holidays, a file."""

from __future__ import annotations

from datetime import date, time
from typing import Any

from portal.base import fields as f
from portal.base import textforms
from portal.base.i18n import _l
from portal.base.validators import between, length, optional, required
from portal.workshops import rules
from portal.workshops.rules_recur import MOST, Pattern

WEEKDAYS = (
    (0, _l("Monday")), (1, _l("Tuesday")), (2, _l("Wednesday")), (3, _l("Thursday")), (4, _l("Friday")),
    (5, _l("Saturday")), (6, _l("Sunday")),
)  # fmt: skip
EACH, SERIES, SLOTS = "each", "series", "slots"


class PatternForm(f.Form):
    """On which days; as sessions of their own, as one series, or as times for one person each."""

    kind = f.Radios(
        _l("What the days become"),
        [required(_l("Choose an answer."))],
        choices=[
            (EACH, _l("A session each, booked one by one")),
            (SERIES, _l("One series, booked as a whole")),
            (SLOTS, _l("Times for one person each")),
        ],
    )
    first = f.Day(_l("From this day on"), [required(_l("Enter the first day."))])
    weekdays = f.Checks(
        _l("On these weekdays"), [required(_l("Choose at least one."))], coerce=int, choices=list(WEEKDAYS)
    )
    at = f.Text(
        _l("Time it begins"), [required(_l("Enter a time, such as 10:00.")), length(max=5)], attributes={"dir": "ltr"}
    )
    minutes = f.Whole(_l("How long it lasts, in minutes"), [required(_l("Enter a number.")), between(min=5, max=1440)])
    every = f.Whole(_l("Every how many weeks"), [required(_l("Enter a number.")), between(min=1, max=12)])
    times = f.Whole(_l("How often"), [optional(), between(min=1, max=MOST)], hint=_l("Or say the last day below."))
    until = f.Day(_l("Last day"))
    but = f.Text(
        _l("Days to leave out"),
        [length(max=400)],
        hint=_l("Such as 2027-12-24, 2027-12-31. Holidays are left out anyway."),
    )
    each_minutes = f.Whole(
        _l("Minutes for each person"), [optional(), between(min=5, max=240)],
        hint=_l("Only for times for one person each: the time above is cut into pieces."),
    )  # fmt: skip
    pause = f.Whole(_l("Minutes between two people"), [optional(), between(min=0, max=120)])
    venue = f.Select(_l("Place"), [required(_l("Choose the place."))], coerce=int)
    room = f.Text(_l("Room"), [length(max=80)])
    trainer = f.Select(_l("Who holds it"), [optional()], coerce=int, blank=_l("Not known yet"))
    term = f.Select(_l("Term"), [optional()], coerce=int, blank=_l("None"))
    spoken = f.Checks(_l("Languages spoken"))
    seats = f.Whole(_l("Seats"), [required(_l("Enter a number.")), between(min=1, max=5000)])
    devices = f.Whole(_l("Devices that are lent for the session"), [optional(), between(min=0, max=500)])
    companions = f.Whole(_l("Seats for people who come along"), [optional(), between(min=0, max=500)])

    def pattern(self) -> Pattern | None:
        """The pattern; None, with a sentence at the field, where it cannot be read."""
        at, but = self._time(), self._days()
        if self.times.data is None and self.until.data is None:
            self.times.errors = [str(_l("Say how often, or until which day."))]
            return None
        if self.kind.data == SLOTS and not self.each_minutes.data:
            self.each_minutes.errors = [str(_l("Enter how many minutes each person has."))]
            return None
        if at is None or but is None:
            return None
        return Pattern(
            self.first.data, tuple(self.weekdays.data), at, self.minutes.data or 0, self.every.data or 1,
            self.until.data, self.times.data, but,
        )  # fmt: skip

    def _time(self) -> time | None:
        try:
            return time.fromisoformat((self.at.data or "").strip().rjust(5, "0"))
        except ValueError:
            self.at.errors = [str(_l("Enter a time, such as 10:00."))]
            return None

    def _days(self) -> frozenset[date] | None:
        try:
            return frozenset(date.fromisoformat(one) for one in (self.but.data or "").replace(",", " ").split())
        except ValueError:
            self.but.errors = [str(_l("Write each day as year, month and day, such as 2027-12-24."))]
            return None

    def settings(self) -> dict[str, Any]:
        """What every session gets."""
        return {
            "venue_id": self.venue.data, "room": self.room.data or "", "trainer_id": self.trainer.data,
            "term_id": self.term.data, "languages": [(code, False) for code in self.spoken.data or []],
            "seats": 1 if self.kind.data == SLOTS else self.seats.data, "devices": self.devices.data or 0,
            "companions": self.companions.data or 0,
        }  # fmt: skip


class SpanForm(f.Form):
    """A term or a holiday: its first and last day, its name per language."""

    first = f.Day(_l("First day"), [required(_l("Enter the first day."))])
    last = f.Day(_l("Last day"), [required(_l("Enter the last day."))])

    def fits(self) -> bool:
        """Is the last day not before the first?"""
        if self.first.data and self.last.data and self.last.data < self.first.data:
            self.last.errors = [str(_l("The last day is before the first."))]
            return False
        return True


class CopyForm(f.Form):
    """Into which term the sessions of another are copied."""

    into = f.Select(_l("Into this term"), [required(_l("Choose the term."))], coerce=int)


class FileForm(f.Form):
    """A table of sessions."""

    table = f.LongText(
        _l("Table (CSV)"),
        [required(_l("Paste the table, or choose a file.")), length(max=200_000)],
        attributes={"dir": "ltr", "spellcheck": "false"},
    )


def span_form(kind: str) -> type[SpanForm]:
    """The form with a name per language."""
    return textforms.with_texts(SpanForm, rules.TEXTS[kind])
