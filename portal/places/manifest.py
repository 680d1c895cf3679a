"""What places puts on the door."""

from __future__ import annotations

from portal.base.feature import Feature, Kind, Menu
from portal.base.i18n import _l
from portal.base.web import Portal
from portal.config import ConfigError
from portal.places import queries, rules_tiles, staff, staff_venues, views
from portal.places.models import Department, District, Venue


def setup(app: Portal) -> None:
    """Refuses a start with half a map."""
    site = app.ground.settings
    its = site.map
    reasons = rules_tiles.faults(its.tiles, its.attribution, its.bounds, its.zooms, its.metres)
    if its.tiles and site.production and not its.tiles.startswith("https://"):
        reasons.append("map.tiles must begin with https://")
    if reasons:
        raise ConfigError(*reasons)


FEATURE = Feature(
    name="places",
    blueprints=[staff.desk, staff.offices, staff_venues.desk],
    plain=[views.plain],
    setup=setup,
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
