"""What staff fill in about places."""

from __future__ import annotations

from portal.base import fields as f
from portal.base import ground
from portal.base.i18n import _, _l, own_name
from portal.base.validators import length, optional


class DistrictForm(f.Form):
    """A district: code (new ones only), place in lists; the names stand in `names`, one per language."""

    code = f.Text(
        _l("Code"),
        [optional(), length(max=40)],
        hint=_l("Small letters, digits and hyphens. It cannot be changed later."),
    )
    position = f.Whole(_l("Place in lists"), [optional()], hint=_l("Small numbers come first."))


def name_fields(form_class: type[DistrictForm]) -> type[DistrictForm]:
    """The form with a name field per language of the site."""
    fields = {
        f"name_{code}": f.Text(
            _("Name (%(language)s)", language=own_name(code)), [optional(), length(max=120)], attributes={"lang": code}
        )
        for code in ground.settings().languages
    }
    return type("NamedDistrictForm", (form_class,), fields)
