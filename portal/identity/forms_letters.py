"""What a clerk fills in about letters with codes."""

from __future__ import annotations

from portal.base import fields as f
from portal.base.i18n import _l


class AgainForm(f.Form):
    """Why a batch of letters is printed once more."""

    why = f.Text(
        _l("Why are these letters printed again?"),
        [f.required(_l("Say why these letters are printed again.")), f.length(200)],
        hint=_l("For example: the printer tore three sheets. No names."),
        attributes={"autocomplete": "off"},
    )
