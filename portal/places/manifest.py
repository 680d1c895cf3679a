"""What places puts on the door."""

from __future__ import annotations

from portal.base.feature import Feature, Kind, Menu
from portal.base.i18n import _l
from portal.places import staff
from portal.places.models import District, Venue

FEATURE = Feature(
    name="places",
    blueprints=[staff.desk],
    staff_menu=[Menu(_l("Districts"), "places_staff.districts", roles=("administrator",), order=85)],
    kinds=[Kind("district", District, None, _l("District")), Kind("venue", Venue, None, _l("Venue"))],
)
