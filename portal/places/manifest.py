"""What places puts on the door."""

from __future__ import annotations

from portal.base.feature import Feature, Kind, Menu
from portal.base.i18n import _l
from portal.places import queries, staff, staff_venues, views
from portal.places.models import Department, District, Venue

FEATURE = Feature(
    name="places",
    blueprints=[staff.desk, staff.offices, staff_venues.desk],
    plain=[views.plain],
    staff_menu=[
        Menu(_l("Districts"), "places_staff.districts", roles=("administrator",), order=85),
        Menu(_l("Places"), "places_venues.venues", roles=("administrator",), order=86),
        Menu(_l("Departments"), "departments_staff.departments", roles=("administrator",), order=87),
    ],
    kinds=[
        Kind("district", District, None, _l("District")),
        Kind("department", Department, None, _l("Department")),
        Kind("venue", Venue, None, _l("Place")),
    ],
    scopes={
        "department": queries.department_scopes,
        "district": queries.district_scopes,
        "place": queries.place_scopes,
    },
)
