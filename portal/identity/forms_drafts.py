"""The code of a kept form."""

from __future__ import annotations

from portal.base import fields as f
from portal.base.i18n import _l
from portal.identity.forms_ways import CODE_BOX


class DraftForm(f.Form):
    """The code from the slip."""

    code = f.Text(
        _l("Code on the slip"),
        [f.required(_l("Enter the code")), f.length(60)],
        hint=_l("16 letters and digits. Capitals, spaces and dashes do not matter."),
        attributes=CODE_BOX | {"autocomplete": "off"},
    )
