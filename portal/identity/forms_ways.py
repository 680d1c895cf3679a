"""Forms of the other ways in: codes, names, contacts, the check in the register, the counter, mandates."""

from __future__ import annotations

from typing import Any

from portal.base import fields as f
from portal.base.i18n import _l
from portal.identity import rules_ways
from portal.places.queries import DistrictRow

CODE_BOX = {"autocomplete": "one-time-code", "spellcheck": "false", "autocapitalize": "characters", "dir": "ltr"}


class AddressForm(f.Form):
    """The address to which a code goes."""

    email = f.Email(
        _l("E-mail address"),
        [f.required(_l("Enter your e-mail address")), f.length(254), f.email()],
        attributes={"autocomplete": "email", "spellcheck": "false"},
    )


class CodeForm(f.Form):
    """A code from a mail."""

    code = f.Text(_l("Code from the mail"), [f.required(_l("Enter the code")), f.length(40)], attributes=CODE_BOX)


class PaperCodeForm(f.Form):
    """A code on paper."""

    code = f.Text(
        _l("Code on the paper"),
        [f.required(_l("Enter the code")), f.length(60)],
        hint=_l("16 letters and digits. Capitals, spaces and dashes do not matter."),
        attributes=CODE_BOX | {"autocomplete": "off"},
    )


class WelcomeForm(f.Form):
    """The first time: a name and a language."""

    name = f.Text(
        _l("Name that others see"),
        [f.required(_l("Enter a name")), f.length(80)],
        hint=_l("Your own name or another one. You can change it at any time."),
        attributes={"autocomplete": "nickname"},
    )
    language = f.Select(_l("Language of messages"), [f.required(_l("Choose a language"))])


class PublicNameForm(f.Form):
    """What public pages show."""

    public_name = f.Text(
        _l("Name that others see"),
        [f.length(80)],
        hint=_l("Your own name or another one. Empty: your first name and one letter."),
        attributes={"autocomplete": "nickname"},
    )


class PhoneForm(f.Form):
    """A telephone number."""

    phone = f.Telephone(
        _l("Telephone number"),
        [
            f.required(_l("Enter a telephone number")),
            f.pattern(r"\+[0-9][0-9 ()\-]{5,24}", _l("Enter the number with its country, such as +372 555 0142.")),
        ],
        hint=_l("With the country, such as +372 555 0142. People at the city may call it; no machine does."),
        attributes={"autocomplete": "tel"},
    )


class PostForm(f.Form):
    """A postal address."""

    post = f.LongText(
        _l("Postal address"),
        [f.required(_l("Enter an address")), f.length(500)],
        hint=_l("As it stands on a letter, line by line."),
        attributes={"autocomplete": "street-address"},
    )


class CheckForm(f.Form):
    """The check in the register of residents."""

    number = f.Text(
        _l("Number in the register of residents"),
        [f.required(_l("Enter the number")), f.length(60)],
        attributes={"autocomplete": "off", "spellcheck": "false", "dir": "ltr"},
    )
    born = f.Day(_l("Date of birth"), [f.required(_l("Enter the date of birth"))])
    postcode = f.Text(
        _l("Postcode of the address"),
        [f.required(_l("Enter the postcode")), f.length(20)],
        attributes={"autocomplete": "postal-code", "dir": "ltr"},
    )


class FindForm(f.Form):
    """Finding the person at the counter."""

    who = f.Text(
        _l("Code from the person's page, or their e-mail address"),
        [f.required(_l("Enter the code or the address")), f.length(254)],
        attributes={"autocomplete": "off", "spellcheck": "false", "dir": "ltr"},
    )


class ProofForm(f.Form):
    """What a counter saw. The number of the document is not asked for."""

    document = f.Radios(_l("Document that you have seen"), [f.required(_l("Choose the kind of document"))])
    number = f.Text(
        _l("Number in the register of residents"),
        [f.required(_l("Enter the number")), f.length(60)],
        hint=_l("It is stored encrypted. The number of the document is not stored."),
        attributes={"autocomplete": "off", "spellcheck": "false", "dir": "ltr"},
    )
    name = f.Text(_l("Name as in the document"), [f.required(_l("Enter the name")), f.length(200)])
    district = f.Select(_l("District of residence"), [f.required(_l("Choose the district"))], blank=_l("Choose"))
    born = f.Day(
        _l("Date of birth"),
        [f.required(_l("Enter the date of birth"))],
        hint=_l("Only whether the person is old enough is stored."),
    )
    person = f.Hidden()

    def offer(self, documents: tuple[str, ...], districts: list[DistrictRow]) -> ProofForm:
        """Fill in the accepted documents and the city's districts."""
        known = rules_ways.DOCUMENTS
        self.document.choices = [(key, str(known[key])) for key in documents if key in known]
        self.district.choices = [
            *((row.code, row.name) for row in districts),
            ("city", str(_l("In the city, district unknown"))),
            ("no", str(_l("Outside the city"))),
        ]
        return self


class SlipForm(ProofForm):
    """The same for a code on a sheet that the person takes along."""

    language = f.Select(_l("Language of the sheet"))


class SecondForm(f.Form):
    """The second clerk confirms a code: number and document once more."""

    number = f.Text(
        _l("Number in the register of residents"),
        [f.required(_l("Enter the number")), f.length(60)],
        hint=_l("Copy it from the document, not from your colleague’s page."),
        attributes={"autocomplete": "off", "spellcheck": "false", "dir": "ltr"},
    )
    document = f.Radios(_l("Document that you have seen"), [f.required(_l("Choose the kind of document"))])
    seen = f.Hidden()

    def offer(self, documents: tuple[str, ...]) -> SecondForm:
        """Fill in the accepted documents."""
        known = rules_ways.DOCUMENTS
        self.document.choices = [(key, str(known[key])) for key in documents if key in known]
        return self


class SecondProofForm(SecondForm):
    """The second clerk confirms a proof for the account that they found."""

    person = f.Hidden()


class MandateForm(f.Form):
    """Asking to act for another."""

    principal_name = f.Text(_l("For whom do you act?"), [f.required(_l("Enter the name")), f.length(200)])
    relation = f.Radios(
        _l("Who is that?"), [f.required(_l("Choose an answer"))], choices=list(rules_ways.RELATIONS.items())
    )
    scope = f.Radios(
        _l("In what do you act?"), [f.required(_l("Choose an answer"))], choices=list(rules_ways.SCOPES.items())
    )
    from_day = f.Day(_l("First day"), [f.required(_l("Enter the first day"))])
    until_day = f.Day(_l("Last day"), [f.required(_l("Enter the last day"))])


class MandateCodeForm(f.Form):
    """The code of a request to act for somebody."""

    code = f.Text(
        _l("Code of the request"),
        [f.required(_l("Enter the code")), f.length(60)],
        hint=_l("16 letters and digits. Capitals, spaces and dashes do not matter."),
        attributes=CODE_BOX | {"autocomplete": "off"},
    )


class MandateProofForm(MandateCodeForm):
    """A counter confirms a request after seeing a document."""

    document = f.Radios(
        _l("Document that you have seen"),
        [f.required(_l("Choose the kind of document"))],
        choices=[(key, rules_ways.DOCUMENTS[key]) for key in rules_ways.MANDATE_DOCUMENTS],
    )


def wrong(form: Any, field: Any, sentence: object) -> Any:
    """Put a sentence on a field, after the form's own checks."""
    field.errors = [*field.errors, str(sentence)]
    return form
