"""The texts of a service, and what may be set. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from portal.base.deadlines import Unit
from portal.base.i18n import Text, _l
from portal.base.textfield import TextField

TEXTS: Mapping[str, TextField] = {
    "title": TextField(_l("Name of the service"), 120, needed=True),
    "summary": TextField(_l("In a sentence"), 300, rows=2),
    "who": TextField(_l("Who can apply"), 2_000, markdown=True, rows=3),
    "needs": TextField(_l("What one needs"), 2_000, markdown=True, rows=4),
    "cost": TextField(_l("What it costs"), 2_000, markdown=True, rows=3),
    "next": TextField(_l("What happens then"), 2_000, markdown=True, rows=4),
    "basis": TextField(_l("Legal basis"), 500, rows=2),
    "appeal": TextField(_l("Where one appeals: name and address"), 500, rows=2),
}
UNITS: Mapping[Unit, Text] = {
    Unit.DAYS: _l("Days"),
    Unit.BUSINESS_DAYS: _l("Business days"),
    Unit.WEEKS: _l("Weeks"),
    Unit.MONTHS: _l("Months"),
}
# parts of addresses below /services/ that are pages of their own
TAKEN = ("appeals", "applications", "cases", "hearing", "new")
