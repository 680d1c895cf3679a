"""A mandate that is asked for on paper."""

from __future__ import annotations

from typing import Any

from flask import flash

from portal.base import clock
from portal.base.actor import Actor
from portal.base.feature import Sheet
from portal.base.i18n import _, _l
from portal.base.verdict import Verdict
from portal.identity import actions_mandates
from portal.identity.forms_ways import MandateForm


def _ask(actor: Actor, form: Any, _lang: str) -> tuple[str, int] | Verdict:
    """The code goes to the person who gave the paper: the one who is acted for, or a counter, confirms with it."""
    code = actions_mandates.ask(
        actor,
        principal_name=form.principal_name.data or "",
        relation=form.relation.data,
        scope=form.scope.data,
        from_day=form.from_day.data,
        until_day=form.until_day.data,
        now=clock.now(),
    )
    if isinstance(code, Verdict):
        return code
    row = actions_mandates.found(code)
    assert row is not None
    flash(
        _("Code of the request: %(code)s. Write it on the paper’s copy for the person, or confirm it at the counter now.",
          code=code),
        "warning",
    )  # fmt: skip
    return "mandate", row.id


SHEETS = [
    Sheet("mandate", _l("Ask to act for somebody"), "identity.mandates", MandateForm, _ask, account="must",
          record="mandate"),
]  # fmt: skip

_SIGN_IN = "a step of signing in: on paper nobody is signed in"
_ACCOUNT = "a setting of one's account; a clerk who helps enters it with the person"
NO_PAPER = {
    "LanguageForm": _ACCOUNT,
    "AddressForm": _SIGN_IN,
    "CodeForm": _SIGN_IN,
    "PaperCodeForm": "it enters a code that came on paper",
    "WelcomeForm": _SIGN_IN,
    "PublicNameForm": _ACCOUNT,
    "PhoneForm": _ACCOUNT,
    "PostForm": _ACCOUNT,
    "CheckForm": "the letter with a code and the counter are the ways on paper to prove a residence",
    "MandateCodeForm": "it enters a code that came on paper; a counter confirms with a document",
    "DraftForm": "it enters a code that came on paper",
    "EnrolForm": "it makes a browser a terminal",
    "TakeOverForm": "it begins a vote at a terminal",
}
