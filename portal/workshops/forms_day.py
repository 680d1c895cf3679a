"""Forms of the day of a session."""

from __future__ import annotations

from portal.base import fields as f
from portal.base.i18n import _l
from portal.workshops.forms_book import no_office


class WhoForm(f.GetForm):
    """Looks for somebody on the list."""

    q = f.Search(_l("Name or code"))


class WalkInForm(f.Form):
    """Somebody without a booking."""

    name = f.Text(
        _l("Name"), [f.required(_l("Enter a name.")), f.length(120), no_office], attributes={"autocomplete": "off"}
    )
    language = f.Select(_l("Language"))
    nonce = f.Hidden()


class NoteForm(f.Form):
    """A note for the next trainer."""

    body = f.LongText(
        _l("Note for the next trainer"),
        [f.required(_l("Write a note.")), f.length(2000)],
        hint=_l("What went well, what took long. Name nobody who took part."),
    )
