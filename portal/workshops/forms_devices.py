"""Forms about help with a device."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from portal.base import db, ground, i18n, texts
from portal.base import fields as f
from portal.base.i18n import _l
from portal.base.texts import Said
from portal.identity.models import Way
from portal.workshops import queries_devices
from portal.workshops import rules_devices as rules
from portal.workshops.forms_book import no_office
from portal.workshops.models_devices import DeviceKind, DeviceState, Help, RequestState

NO_WAY = "none"


class AskDeviceForm(f.Form):
    """What somebody asks for, and who they are where nobody knows."""

    name = f.Text(
        _l("Your name"),
        [f.required(_l("Enter a name.")), f.length(120), no_office],
        attributes={"autocomplete": "name"},
    )
    way = f.Radios(_l("How can we reach you?"), [f.required(_l("Choose a way."))])
    email = f.Email(_l("E-mail address"), [f.length(200)], attributes={"autocomplete": "email"})
    phone = f.Telephone(
        _l("Telephone number"), [f.length(30)], hint=_l("With the country, such as +372 555 0142."),
        attributes={"autocomplete": "tel"},
    )  # fmt: skip
    language = f.Select(_l("Language in which we write or speak to you"))
    help = f.Radios(
        _l("What would help you?"), [f.required(_l("Choose what would help you."))], coerce=Help,
        choices=list(rules.HELP_NAMES.items()),
    )  # fmt: skip
    device = f.Radios(
        _l("Which device?"), [f.required(_l("Choose a device."))], coerce=DeviceKind,
        choices=list(rules.KIND_NAMES.items()),
    )  # fmt: skip
    venue = f.Select(_l("Which house is near you?"), [f.required(_l("Choose a house."))], coerce=int)
    why = f.LongText(
        _l("What do you need it for?"), [f.required(_l("Say in a few words what you need it for.")), f.length(500)],
        hint=_l("A few words are enough. Leave out illnesses and debts: nobody needs to know them."),
    )  # fmt: skip

    def offer(self, houses: Mapping[int, Said], lang: str, *, slip: bool) -> None:
        """Fill in the lists. `slip`: without any way to be told is fine, a slip can be printed."""
        self.venue.choices = list(houses.items())
        self.language.choices = texts.languages(ground.settings().languages)
        if self.language.data is None:
            self.language.data = lang
        ways = [(Way.EMAIL.value, _l("By e-mail")), (Way.PHONE.value, _l("By telephone"))]
        if slip:
            ways.append((NO_WAY, _l("Not at all: I come and ask at the house")))
        self.way.choices = ways

    def known(self, *, asks_way: bool) -> None:
        """Whoever has an account, or is helped, is not asked who they are."""
        for name in ("name", "language", *(() if asks_way else ("way", "email", "phone"))):
            delattr(self, name)

    def checked(self) -> bool:
        """Valid, and the way that was chosen has its address."""
        good = bool(self.validate())
        chosen = self.way.data if "way" in self._fields and not self.way.errors else None
        phone = f.pattern(r"\+[0-9][0-9 ()\-]{5,24}", _l("Enter the number with its country, such as +372 555 0142."))
        for way, field, check, missing in (
            (Way.EMAIL.value, self.email, f.email(), _l("Enter your e-mail address.")),
            (Way.PHONE.value, self.phone, phone, _l("Enter your telephone number.")),
        ):
            if chosen != way:
                continue
            try:
                if not (field.data or "").strip():
                    raise f.Wrong(str(missing))
                check(self, field)
            except ValueError as error:
                field.errors = [str(error)]
                good = False
        return good

    def contact(self) -> tuple[Way | None, str]:
        """The way to be told and its address."""
        if "way" not in self._fields or self.way.data not in (Way.EMAIL.value, Way.PHONE.value):
            return None, ""
        way = Way(self.way.data)
        return way, str((self.email if way is Way.EMAIL else self.phone).data).strip()

    def person(self) -> dict[str, Any]:
        """Who asks, as the actions take it: empty where that is known."""
        way, value = self.contact()
        told = {name: self._fields[name].data or "" for name in ("name", "language") if name in self._fields}
        return {"name": told.get("name", ""), "language": told.get("language", ""), "way": way, "value": value}

    def wish(self) -> dict[str, Any]:
        """What is asked for, as the actions take it."""
        return {
            "help": self.help.data, "device": self.device.data, "venue_id": self.venue.data, "why": self.why.data or "",
        }  # fmt: skip


class PaperDeviceForm(AskDeviceForm):
    """The same on paper, where an account can stand instead of the name."""

    name = f.Text(_l("Your name"), [f.length(120), no_office])
    way = f.Radios(_l("How can we reach you?"), [f.optional()])


def paper_form(**given: Any) -> PaperDeviceForm:
    """The form as the sheet prints it."""
    form = PaperDeviceForm(**given)
    with db.read() as s:
        form.offer(queries_devices.houses(s), i18n.lang(), slip=True)
    return form


class RequestFilters(f.GetForm):
    """The staff's list of requests."""

    state = f.Select(
        _l("State"), blank=_l("All"), choices=[(one.value, name) for one, name in rules.STATE_NAMES.items()]
    )
    venue = f.Select(_l("Place"), coerce=int, blank=_l("All places"))

    def chosen(self) -> tuple[str, int | None]:
        """State and house; what waits for a decision comes first, as long as nothing is chosen."""
        state = RequestState.ASKED.value if self.state.raw_data in (None, []) else self.state.data or ""
        self.state.data = state
        houses = {choice[0] for choice in self.venue.choices}
        return (
            state if state in list(RequestState) else "",
            self.venue.data if self.venue.data in houses else None,
        )


class RegisterFilters(f.GetForm):
    """The lending register."""

    q = f.Search(_l("Label or name"))
    state = f.Select(
        _l("State"), blank=_l("All in use"),
        choices=[("overdue", _l("Overdue")), *((one.value, name) for one, name in rules.DEVICE_STATES.items())],
    )  # fmt: skip
    venue = f.Select(_l("Place"), coerce=int, blank=_l("All places"))

    def chosen(self) -> dict[str, Any]:
        """What was asked; answers that are not in the lists are left out."""
        houses, states = {one[0] for one in self.venue.choices}, {"overdue", *DeviceState}
        return {
            "q": (self.q.data or "")[:100].strip(),
            "state": self.state.data if self.state.data in states else "",
            "venue": self.venue.data if self.venue.data in houses else None,
        }


class DecideForm(f.Form):
    """Yes or no to a request."""

    decision = f.Radios(
        _l("Decision"), [f.required(_l("Choose a decision."))],
        choices=[("approved", _l("Approve")), ("refused", _l("Refuse"))],
    )  # fmt: skip
    reason = f.LongText(_l("Reason"), [f.length(1000)], hint=_l("The person reads it. A refusal needs one."))

    def checked(self) -> bool:
        """Valid, and a refusal has its reason."""
        good = bool(self.validate())
        if self.decision.data == "refused" and not (self.reason.data or "").strip():
            self.reason.errors = [str(_l("Say why it is refused."))]
            good = False
        return good


class HandOutForm(f.Form):
    """A device goes out."""

    device = f.Radios(_l("Device"), [f.required(_l("Choose a device."))], coerce=int)
    due = f.Day(_l("Due on"), [f.required(_l("Enter the day."))])
    condition = f.Text(_l("Condition, and what goes with it"), [f.length(300)])


class RenewForm(f.Form):
    """More time."""

    until = f.Day(_l("New due day"), [f.required(_l("Enter the day."))])


class ReturnForm(f.Form):
    """A device comes back."""

    back = f.Text(_l("Condition when it came back"), [f.length(300)])
    repair = f.YesNo(_l("It needs a repair"))


class DeviceForm(f.Form):
    """A device of a house."""

    label = f.Text(_l("Label on the device"), [f.required(_l("Enter the label.")), f.length(40)])
    kind = f.Select(
        _l("Kind"), [f.required(_l("Choose the kind."))], coerce=DeviceKind, choices=list(rules.KIND_NAMES.items())
    )
    venue = f.Select(_l("Place"), [f.required(_l("Choose the place."))], coerce=int)
    note = f.Text(_l("What belongs to it, and its condition"), [f.length(300)])
    state = f.Select(_l("State"), coerce=DeviceState, choices=list(rules.DEVICE_STATES.items()))
