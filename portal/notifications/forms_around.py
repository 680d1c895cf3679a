"""What people fill in to look around a place of the city."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from portal.base import fields
from portal.base.feature import Kind
from portal.base.i18n import _l
from portal.base.texts import Said
from portal.base.validators import between, length, optional, required
from portal.notifications.rules_around import RADII, USUAL, percent
from portal.places.rules import Spot

_NUMBER = re.compile(r"\d{1,3}(?:\.\d{1,4})?")
_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹٫,", "01234567890123456789..")


class Percent(fields.Field):
    """A part of the plan in percent, with decimals where it matters; its data is a number from 0 to 100."""

    def __init__(self, *args: Any, **more: Any) -> None:
        more["attributes"] = {"inputmode": "decimal"} | (more.get("attributes") or {})
        super().__init__(*args, **more)

    def written(self) -> str:
        """The data as a person would type it."""
        return percent(self.data / 100)

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Digits of any script, with a point or a comma."""
        self.data = None
        raw = str(valuelist[0]).strip().removesuffix("%").strip().translate(_DIGITS) if valuelist else ""
        if raw:
            if not _NUMBER.fullmatch(raw):
                raise ValueError(str(_l("Enter a number from 0 to 100, such as 42.5.")))
            self.data = float(raw)


class AroundForm(fields.GetForm):
    """A circle on the city plan, in the address: what there is around it, and nothing is stored."""

    like = fields.Select(_l("Place or district"), [optional()], blank=_l("None of these"))
    x = Percent(_l("From the left edge of the city plan, in percent"), [optional(), between(min=0, max=100)])
    y = Percent(_l("From the upper edge of the city plan, in percent"), [optional(), between(min=0, max=100)])
    metres = fields.Radios(
        _l("How far around it"),
        [optional()],
        coerce=int,
        choices=[(one, _l("%(metres)s metres", metres=one)) for one in RADII],
    )
    kind = fields.Checks(_l("What you want to see"), [optional()])

    @classmethod
    def of(cls, spots: Sequence[tuple[str, Said, Spot]], kinds: Mapping[str, Kind]) -> AroundForm:
        """The form with the city's places, and the kinds of things that lie on the plan."""
        form = cls()
        form.like.choices = [(key, name) for key, name, _spot in spots]
        form.kind.choices = [(name, kind.label or name) for name, kind in kinds.items()]
        if form.metres.data is None and not form.metres.errors:
            form.metres.data = USUAL
        if not form.kind.data:
            form.kind.data = list(kinds)
        return form


class KeepAroundForm(fields.Form):
    """What somebody calls the place around which they want to hear of news."""

    name = fields.Text(
        _l("What you call this place"), [required(_l("Enter a name.")), length(max=120)],
        hint=_l("Messages about it say this name. Only you see it."),
    )  # fmt: skip
