"""Forms of the staff who plan the programme."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from portal.base import fields as f
from portal.base import textforms, texts, ui
from portal.base.i18n import _l
from portal.base.texts import Said
from portal.base.validators import between, length, optional, pattern, required
from portal.workshops import rules
from portal.workshops.models import Level, Purpose, Session
from portal.workshops.queries_desk import Filters
from portal.workshops.rules_languages import SIGNED

MOST_DAYS = 20
# parts of addresses below /workshops/ that are pages of their own
TAKEN = ("sessions", "houses", "booking", "interested", "calendar", "programme", "outcomes", "devices", "stamps")
SHOWS = {
    "coming": _l("What comes"),
    "draft": _l("Drafts"),
    "past": _l("What is over"),
    "cancelled": _l("Not held"),
}


class SessionFilters(f.GetForm):
    """The staff's list."""

    q = f.Search(_l("Search"))
    show = f.Select(_l("Show"), choices=list(SHOWS.items()))
    venue = f.Select(_l("Place"), coerce=int, blank=_l("All places"))
    workshop = f.Select(_l("Workshop"), coerce=int, blank=_l("All workshops"))

    def filters(self, page: str | None) -> Filters:
        """What was asked; answers that are not in the lists are left out."""
        houses, offered = ({choice[0] for choice in field.choices} for field in (self.venue, self.workshop))
        return Filters(
            q=(self.q.data or "")[:100].strip(),
            show=self.show.data if self.show.data in SHOWS else "coming",
            venue=self.venue.data if self.venue.data in houses else None,
            workshop=self.workshop.data if self.workshop.data in offered else None,
            page=ui.page_number(page),
        )


class WorkshopForm(f.Form):
    """What is offered; its texts come per language."""

    slug = f.Text(
        _l("Address of the page"),
        [
            required(_l("Enter an address, such as first-steps.")),
            length(max=80),
            pattern(r"[a-z0-9]+(-[a-z0-9]+)*", _l("Use small letters, digits and hyphens.")),
        ],
        hint=_l("The last part of the web address: small letters, digits and hyphens."),
        attributes={"dir": "ltr", "spellcheck": "false"},
    )
    purpose = f.Radios(
        _l("Kind"), [required(_l("Choose the kind."))], coerce=Purpose, choices=list(rules.PURPOSE_NAMES.items())
    )
    level = f.Select(
        _l("Step on the ladder"),
        [optional()],
        coerce=Level,
        blank=_l("Not a course"),
        choices=list(rules.LEVEL_NAMES.items()),
    )
    belongs = f.Select(
        _l("Belongs to"), [optional()], coerce=int, blank=_l("Nothing: it is the city’s own"),
        hint=_l("A meeting can belong to a budget or another process. Those of a closed one are seen by its members alone."),
    )  # fmt: skip
    minutes = f.Whole(
        _l("How long a session lasts, in minutes"), [required(_l("Enter a number.")), between(min=5, max=1440)]
    )
    min_age = f.Whole(
        _l("Age from which people may take part"), [optional(), between(min=1, max=120)], hint=_l("Empty: any age.")
    )
    certificate = f.YesNo(_l("Who came can have a certificate of attendance"))
    version = f.Hidden()

    def fits(self) -> bool:
        """Do kind, step and process go together?"""
        good = True
        if (self.purpose.data is Purpose.COURSE) != (self.level.data is not None):
            self.level.errors = [str(_l("A course has a step on the ladder, nothing else has one."))]
            good = False
        if self.belongs.data is not None and self.purpose.data is not Purpose.MEETING:
            self.belongs.errors = [str(_l("Only a meeting belongs to a process."))]
            good = False
        if self.slug.data in TAKEN:
            self.slug.errors = [str(_l("This address is a page of its own. Choose another one."))]
            good = False
        return good

    def values(self) -> dict[str, Any]:
        """Settings as the actions take them."""
        return {
            "slug": self.slug.data, "purpose": self.purpose.data, "level": self.level.data,
            "process_id": self.belongs.data, "minutes": self.minutes.data, "min_age": self.min_age.data,
            "certificate": bool(self.certificate.data),
        }  # fmt: skip


class SessionForm(f.Form):
    """Where, who, for how many; days have a form of their own."""

    venue = f.Select(_l("Place"), [required(_l("Choose the place."))], coerce=int)
    room = f.Text(_l("Room"), [length(max=80)])
    trainer = f.Select(_l("Who holds it"), [optional()], coerce=int, blank=_l("Not known yet"))
    trainer_name = f.Text(_l("Name of who holds it, as the programme prints it"), [length(max=120)])
    term = f.Select(_l("Term"), [optional()], coerce=int, blank=_l("None"))
    spoken = f.Checks(_l("Languages spoken"))
    signed = f.Checks(_l("Sign languages"), choices=list(SIGNED.items()))
    access = f.Select(
        _l("Step-free access"),
        [optional()],
        blank=_l("As the house is"),
        choices=[("yes", _l("Yes")), ("no", _l("No"))],
    )
    loop = f.YesNo(_l("Induction loop"))
    seats = f.Whole(_l("Seats"), [required(_l("Enter a number.")), between(min=0, max=5000)])
    devices = f.Whole(
        _l("Devices that are lent for the session"), [required(_l("Enter a number.")), between(min=0, max=500)]
    )
    companions = f.Whole(
        _l("Seats for people who come along"), [required(_l("Enter a number.")), between(min=0, max=500)]
    )
    book_from = f.Moment(_l("Booking begins"), [optional()], hint=_l("Empty: as soon as it is shown."))
    book_until = f.Moment(_l("Booking closes"), [optional()], hint=_l("Empty: when it begins."))
    takes_waiting = f.YesNo(_l("There is a waiting list"))
    offer_hours = f.Whole(
        _l("Hours to answer when a seat is free"), [required(_l("Enter a number.")), between(min=1, max=336)]
    )
    version = f.Hidden()

    def offer(self, houses: Mapping[int, Said], trainers: Mapping[int, str], terms: Mapping[int, Said]) -> None:
        """Fill in the lists to choose from."""
        self.venue.choices = list(houses.items())
        self.trainer.choices = list(trainers.items())
        self.term.choices = list(terms.items())
        self.spoken.choices = list(texts.written())

    def languages(self) -> list[tuple[str, bool]]:
        """(code, signed?) of each."""
        return [(code, False) for code in self.spoken.data or []] + [(code, True) for code in self.signed.data or []]

    def values(self) -> dict[str, Any]:
        """Settings as the actions take them, without the house and the quotas."""
        return {
            "room": self.room.data or "", "trainer_id": self.trainer.data, "trainer_name": self.trainer_name.data or "",
            "term_id": self.term.data, "step_free": {"yes": True, "no": False}.get(self.access.data or ""),
            "loop": bool(self.loop.data), "book_from": self.book_from.data, "book_until": self.book_until.data,
            "takes_waiting": bool(self.takes_waiting.data), "offer_hours": self.offer_hours.data,
        }  # fmt: skip

    @staticmethod
    def data_of(row: Session, languages: list[tuple[str, bool]]) -> dict[str, Any]:
        """The form's data from a stored session."""
        return {
            "venue": row.venue_id, "room": row.room, "trainer": row.trainer_id, "trainer_name": row.trainer_name,
            "term": row.term_id, "spoken": [code for code, signed in languages if not signed],
            "signed": [code for code, signed in languages if signed],
            "access": None if row.step_free is None else "yes" if row.step_free else "no", "loop": row.loop,
            "seats": row.seats, "devices": row.devices, "companions": row.companions, "book_from": row.book_from,
            "book_until": row.book_until, "takes_waiting": row.takes_waiting, "offer_hours": row.offer_hours,
            "version": str(row.version),
        }  # fmt: skip


class DaysForm(f.Form):
    """The first day of a session, and on how many weeks in a row it is held."""

    starts = f.Moment(_l("First day, and when it begins"), [required(_l("Enter a day and a time."))])
    minutes = f.Whole(_l("How long it lasts, in minutes"), [required(_l("Enter a number.")), between(min=5, max=1440)])
    days = f.Whole(
        _l("On how many days, a week apart"), [required(_l("Enter a number.")), between(min=1, max=MOST_DAYS)],
        hint=_l("More than one: a series that is booked as a whole."),
    )  # fmt: skip

    def times(self, weekly: Any) -> list[tuple[datetime, datetime]]:
        """The days (UTC); `weekly` moves an instant on by so many weeks on the city's clock."""
        lasts = timedelta(minutes=self.minutes.data or 0)
        return [(start, start + lasts) for n in range(self.days.data or 1) if (start := weekly(self.starts.data, n))]


class MoveForm(DaysForm):
    """Other days or another house, with the reason that people read."""

    venue = f.Select(_l("Place"), [required(_l("Choose the place."))], coerce=int)
    room = f.Text(_l("Room"), [length(max=80)])
    reason = f.LongText(_l("Why, for those who have booked"), [length(max=500)])


class OffForm(f.Form):
    """A session is called off, with the reason that people read."""

    reason = f.LongText(
        _l("Why, for those who have booked"), [required(_l("Say why it is not held.")), length(max=500)]
    )


def workshop_form() -> type[WorkshopForm]:
    """The form with one field per text and language."""
    return textforms.with_texts(WorkshopForm, rules.TEXTS["workshop"])


def session_form(*, meeting: bool) -> type[SessionForm]:
    """The form with its texts per language: agenda and minutes only for meetings."""
    return textforms.with_texts(SessionForm, session_texts(meeting=meeting))


def session_texts(*, meeting: bool) -> dict[str, Any]:
    """Which texts a session has."""
    spec = rules.TEXTS["workshop_session"]
    return spec if meeting else {"note": spec["note"]}
