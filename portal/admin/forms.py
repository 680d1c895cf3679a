"""Filters of the staff's screens."""

from typing import Any

from portal.base import clock, fields
from portal.base.i18n import _l
from portal.base.validators import Wrong, length, optional


class DayBox(fields.Field):
    """A day in one box, with the browser's calendar; its data is a date."""

    type_ = "date"

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read an ISO date."""
        raw = str(valuelist[0]).strip() if valuelist else ""
        self.data = clock.day_of(raw)
        if raw and self.data is None:
            raise ValueError(str(_l("Enter a day, such as 2027-03-27.")))


class AuditFilters(fields.GetForm):
    """What to look for in the audit record."""

    q = fields.Search(_l("Number or words"), [optional(), length(max=100)])
    person = fields.Text(_l("Name of the person"), [optional(), length(max=100)])
    for_person = fields.Text(
        _l("For whom it was done"), [optional(), length(max=100)], hint=_l("Somebody who was helped, or was away.")
    )
    verb = fields.Select(_l("What was done"), [optional()], blank=_l("Everything"))
    kind = fields.Select(_l("To what"), [optional()], blank=_l("Everything"))
    object = fields.Text(_l("Its number or name"), [optional(), length(max=80)], attributes={"dir": "ltr"})
    since = DayBox(_l("From"), [optional()])
    until = DayBox(_l("To"), [optional()])

    def validate_until(self, field: DayBox) -> None:
        """A span ends on the day on which it begins, or later."""
        if self.since.data is not None and field.data is not None and field.data < self.since.data:
            raise Wrong(str(_l("This day is before the one under “From”. Enter the same day or a later one.")))
