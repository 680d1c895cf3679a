"""What people fill in here."""

from typing import Any

from portal.base import fields
from portal.base.i18n import _l
from portal.base.validators import email, length, optional, required
from portal.home.models import NoticeKind

KINDS = {
    NoticeKind.NEWS: _l("News"),
    NoticeKind.OUTAGE: _l("Outage or maintenance"),
    NoticeKind.EMERGENCY: _l("Emergency"),
}


class NumberForm(fields.Form):
    """The number that is printed on a paper."""

    number = fields.Text(
        _l("Number of the paper"),
        [required(_l("Enter the number that is printed on the paper.")), length(max=20)],
        attributes={"autocomplete": "off", "spellcheck": "false", "dir": "ltr"},
    )


class SignedNumberForm(NumberForm):
    """The number of a paper whose signature is all that it needs."""

    signed = fields.YesNo(
        _l("The paper bears a date and a signature"),
        [required(_l("Without a signature the paper does not count. Give it back, or send it back."))],
    )


class PersonNumberForm(NumberForm):
    """The number, and whose paper it is."""

    account = fields.Text(
        _l("Account on this portal"),
        [optional(), length(max=254)],
        hint=_l("The e-mail address of the sign-in, or the number in the register of residents."),
        attributes={"autocomplete": "off", "spellcheck": "false", "dir": "ltr"},
    )


class ReportForm(fields.Form):
    """A barrier. Everything but the description may stay empty."""

    what = fields.LongText(
        _l("What does not work?"),
        [required(_l("Describe what does not work.")), length(max=4000)],
        hint=_l("Name the device, the browser and any aid you use, if you like."),
    )
    page = fields.Text(
        _l("Address of the page (optional)"),
        [optional(), length(max=500)],
        attributes={"dir": "ltr", "spellcheck": "false"},
    )
    contact = fields.Email(
        _l("Your e-mail address (optional)"),
        [optional(), email(), length(max=320)],
        hint=_l("Only if you want an answer. It is deleted once the city has answered."),
    )


class PageForm(fields.Form):
    """A text page in one language."""

    title = fields.Text(_l("Title"), [required(_l("Enter a title.")), length(max=200)])
    body = fields.LongText(
        _l("Text"),
        [required(_l("Enter a text.")), length(max=60000)],
        hint=_l("Markdown: # begins a heading, * a list item, [words](address) makes a link."),
    )


class NewPageForm(PageForm):
    """A new page: its address too."""

    slug = fields.Text(
        _l("Address"),
        [required(_l("Enter an address."))],
        hint=_l("The last part of the page’s address, such as opening-hours."),
        attributes={"dir": "ltr", "spellcheck": "false", "autocapitalize": "none"},
    )


class PlaceForm(fields.Form):
    """Where a page stands."""

    in_footer = fields.YesNo(_l("Show this page in the footer"))
    position = fields.Whole(_l("Place among the footer’s links"), [required(_l("Enter a number."))])


class NoticeForm(fields.Form):
    """A site notice. One text field per language is added by `notice_form`."""

    kind = fields.Radios(
        _l("What is it about?"), [required(_l("Choose what the notice is about."))], choices=list(KINDS.items())
    )
    starts_at = fields.Moment(_l("Shown from"), [required(_l("Enter when the notice appears."))])
    ends_at = fields.Moment(
        _l("Shown until (optional)"), [optional()], hint=_l("Without an end it stays until you take it down.")
    )

    def validate(self, *args: Any, **more: Any) -> bool:
        """The end lies after the start, and something is said in some language."""
        fine = bool(super().validate(*args, **more))
        if self.starts_at.data and self.ends_at.data and self.ends_at.data <= self.starts_at.data:
            self.ends_at.errors = [*self.ends_at.errors, str(_l("The end must lie after the start."))]
            fine = False
        words = [field for name, field in self._fields.items() if name.startswith("words_")]
        if not any((field.data or "").strip() for field in words):
            words[0].errors = [*words[0].errors, str(_l("Enter the notice in at least one language."))]
            fine = False
        return fine


def notice_form(languages: dict[str, str], **more: Any) -> NoticeForm:
    """A notice form with one field for the words in each language (code -> its own name)."""

    class Made(NoticeForm):
        pass

    for code, name in languages.items():
        field = fields.LongText(
            _l("Notice in %(language)s", language=name), [optional(), length(max=400)], attributes={"lang": code}
        )
        setattr(Made, f"words_{code}", field)
    return Made(**more)


class AnswerForm(fields.Form):
    """How a report was dealt with."""

    note = fields.LongText(_l("What was done?"), [required(_l("Write what was done.")), length(max=4000)])
