"""Forms of terminals and of help."""

from __future__ import annotations

from typing import Any

from portal.base import fields as f
from portal.base.i18n import _l
from portal.base.validators import between
from portal.identity.forms_ways import CODE_BOX
from portal.identity.models_help import Means
from portal.places import rules_terminal

CODE = CODE_BOX | {"autocomplete": "off"}
MINUTES = [f.required(_l("Enter a number")), between(min=1, max=rules_terminal.MOST // 60)]
PLAIN_BOX = {"autocomplete": "off", "spellcheck": "false", "dir": "ltr"}


class TerminalForm(f.Form):
    """A new terminal."""

    venue = f.Select(_l("House"), [f.required(_l("Choose the house"))], coerce=int)
    name = f.Text(
        _l("Name of the terminal"),
        [f.required(_l("Enter a name")), f.length(80)],
        hint=_l("Such as: first floor, beside the window."),
    )


class LimitsForm(f.Form):
    """How long pages may stand without a step."""

    plain = f.Whole(_l("Minutes on plain pages"), MINUTES)
    form = f.Whole(_l("Minutes on forms, ballots and long texts"), MINUTES)


class EnrolForm(f.Form):
    """The code that makes a browser a terminal."""

    code = f.Text(_l("Code of the terminal"), [f.required(_l("Enter the code")), f.length(40)], attributes=CODE)


class TakeOverForm(f.Form):
    """The number from the helper, and whether somebody of the voter's own choice helps."""

    code = f.Text(
        _l("Number from your helper"),
        [f.required(_l("Enter the number")), f.length(20)],
        attributes=CODE | {"inputmode": "numeric"},
    )
    alone = f.Radios(
        _l("How do you vote?"),
        [f.required(_l("Choose an answer"))],
        choices=[
            ("alone", _l("I read and mark alone")),
            ("with", _l("Somebody of my own choice helps me, and promises to tell nobody how I vote")),
        ],
    )


class HelpForm(f.Form):
    """Beginning to help: what is asked depends on how the person proves who they are."""

    venue = f.Select(_l("House"), [f.required(_l("Choose the house"))], coerce=int)
    name = f.Text(_l("Name"), [f.required(_l("Enter the name")), f.length(200)], attributes={"autocomplete": "off"})
    code = f.Text(_l("Code"), [f.required(_l("Enter the code")), f.length(60)], attributes=CODE)
    document = f.Radios(_l("Document that you have seen"), [f.required(_l("Choose the kind of document"))])
    number = f.Text(
        _l("Number in the register of residents"),
        [f.required(_l("Enter the number")), f.length(60)],
        attributes=PLAIN_BOX,
    )
    born = f.Day(_l("Date of birth"), [f.required(_l("Enter the date of birth"))])
    postcode = f.Text(
        _l("Postcode of the address"), [f.required(_l("Enter the postcode")), f.length(20)], attributes=PLAIN_BOX
    )
    language = f.Select(_l("Language"), [f.required(_l("Choose a language"))])
    consent = f.YesNo(
        _l("The person heard that I act for them, that it is on record, and said yes"),
        [f.required(_l("Ask the person, and tick this once they have said yes"))],
    )


ASKED = {
    Means.ACCOUNT: ("code",),
    Means.COUNTER: ("document", "number"),
    Means.LETTER: ("code",),
    Means.GUEST: ("name",),
}


def help_form(means: Means, checks: tuple[str, ...], **given: Any) -> HelpForm:
    """The form with the questions of one way only."""
    form, asked = HelpForm(**given), ASKED.get(means, checks)
    for name in ("name", "code", "document", "number", "born", "postcode"):
        if name not in asked:
            del form[name]
    if means is Means.TELEPHONE:
        del form["venue"]
    return form
