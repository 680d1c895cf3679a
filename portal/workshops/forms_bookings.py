"""Forms of the desk: finding a booking, an answer by telephone, another session, what came of a call."""

from __future__ import annotations

from portal.base import fields as f
from portal.base.i18n import _l
from portal.workshops import rules_calls
from portal.workshops.models import CallOutcome


class FindBookingForm(f.GetForm):
    """The code on a slip, or a part of a name."""

    q = f.Search(_l("Code on the slip, or a name"), [f.length(100)], attributes={"autocomplete": "off"})


class ElsewhereForm(f.Form):
    """Another session instead."""

    to = f.Radios(_l("Another session"), [f.required(_l("Choose a session"))], coerce=int)


class CallForm(f.Form):
    """How a call went."""

    outcome = f.Radios(
        _l("How did the call go?"),
        [f.required(_l("Say how the call went"))],
        choices=[
            (CallOutcome.REACHED.value, _l("Person reached")),
            (CallOutcome.NOT_REACHED.value, _l("Not reached, try again later")),
            (CallOutcome.GIVEN_UP.value, _l("No call is needed any more")),
        ],
    )


class OfferCallForm(f.Form):
    """How the call about a free seat went, with the person's answer."""

    outcome = f.Radios(
        _l("How did the call go?"),
        [f.required(_l("Say how the call went"))],
        choices=[
            ("accept", _l("Reached: wants the seat")),
            ("decline", _l("Reached: does not want the seat")),
            (CallOutcome.REACHED.value, _l("Reached: will think about it and call back")),
            (CallOutcome.NOT_REACHED.value, _l("Not reached, try again later")),
        ],
    )


class UsingCallForm(f.Form):
    """How the call three months later went, with the person's answer."""

    outcome = f.Radios(
        _l("Does the person still use it?"),
        [f.required(_l("Say how the call went"))],
        choices=[
            *((one.value, label) for one, label in rules_calls.USING.items()),
            (CallOutcome.REACHED.value, _l("Reached, without an answer")),
            (CallOutcome.NOT_REACHED.value, _l("Not reached, try again later")),
            (CallOutcome.GIVEN_UP.value, _l("No call is needed any more")),
        ],
    )
