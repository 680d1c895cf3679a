"""What staff fill in about places."""

from __future__ import annotations

from typing import Any, TypeVar

from portal.base import fields as f
from portal.base import ground
from portal.base.i18n import _, _l, direction, own_name
from portal.base.validators import between, length, optional, required

F = TypeVar("F", bound=f.Form)


class DistrictForm(f.Form):
    """A district: code (new ones only), place in lists; the names stand in `names`, one per language."""

    code = f.Text(
        _l("Code"),
        [optional(), length(max=40)],
        hint=_l("Small letters, digits and hyphens. It cannot be changed later."),
    )
    position = f.Whole(_l("Place in lists"), [optional()], hint=_l("Small numbers come first."))


class VenueForm(f.Form):
    """A place where people meet; names and opening hours come per language."""

    address = f.Text(_l("Postal address"), [required(_l("Enter the address.")), length(max=300)])
    district = f.Select(_l("District"), [optional()], coerce=int, blank=_l("None"))
    step_free = f.Radios(
        _l("Can people come in without steps?"),
        [required(_l("Choose an answer."))],
        choices=[
            ("yes", _l("Yes"), _l("Entrance, rooms and a toilet can be reached without a step.")),
            ("no", _l("No")),
            ("unknown", _l("Not known")),
        ],
    )
    position = f.Whole(
        _l("Place in lists"), [optional(), between(min=0, max=10_000)], hint=_l("Small numbers come first.")
    )


class VenueFilters(f.GetForm):
    """What to look for among the places."""

    q = f.Search(_l("Name or address"), [optional(), length(max=100)])


class SpotForm(f.Form):
    """A place on the city plan without pressing the plan: from a list, or in numbers."""

    like = f.Select(
        _l("At the same place as"),
        [optional()],
        blank=_l("None of these"),
        hint=_l("Places and districts whose spot on the plan is known."),
    )
    x = f.Whole(_l("From the left edge of the city plan, in percent"), [optional(), between(min=0, max=100)])
    y = f.Whole(_l("From the upper edge of the city plan, in percent"), [optional(), between(min=0, max=100)])

    def validate_y(self, field: Any) -> None:
        """Both numbers, or none."""
        if (self.x.data is None) != (field.data is None) and not self.x.errors:
            raise f.Wrong(str(_l("Enter both numbers, or none.")))


def name_fields(form_class: type[F], *, hours: bool = False) -> type[F]:
    """The form with a name field per language of the site; `hours`: opening hours beside it."""
    fields: dict[str, Any] = {}
    for code in ground.settings().languages:
        its = {"lang": code, "dir": direction(code)}
        name = _("Name (%(language)s)", language=own_name(code))
        fields[f"name_{code}"] = f.Text(name, [optional(), length(max=120)], attributes=its)
        if hours:
            words = _("Opening hours (%(language)s)", language=own_name(code))
            fields[f"hours_{code}"] = f.LongText(words, [optional(), length(max=400)], attributes=its)
    return type(f"Named{form_class.__name__}", (form_class,), fields)
