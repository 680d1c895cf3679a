"""The sign on the door of home."""

from portal.base import files
from portal.base.feature import Feature, Kind, Menu
from portal.base.i18n import _l
from portal.home import queries, records, staff, staff_sheets, views, views_sheets
from portal.home.models import Page

FEATURE = Feature(
    name="home",
    blueprints=[views.bp, staff.bp, staff_sheets.bp],
    plain=[views.plain, files.blueprint],
    menu=[Menu(_l("Search"), "home.search", order=90)],
    staff_menu=[
        Menu(_l("Pages"), "home_staff.pages", roles=staff.WRITERS, order=60),
        Menu(_l("Site notices"), "home_staff.notices", roles=staff.WRITERS, order=61),
        Menu(_l("Barriers"), "home_staff.barriers", roles=staff.WRITERS, order=62),
        Menu(_l("Forms on paper"), "home_sheets.listed", roles=staff_sheets.ROLES, order=63),
    ],
    sheets=[staff_sheets.BARRIER],
    footer=[Menu(_l("Forms on paper"), "home.sheets", order=46)],
    jobs=files.JOBS,
    kinds=[Kind("page", Page, "home.page", _l("Page"), found=queries.found_pages)],
    page=views.everywhere,
    todo=staff.todo,
    steps=staff.steps,
    personal=records.PERSONAL,
    machines=records.MACHINES,
)

# A module whose views stand on the blueprint above: importing it is what puts the views there.
PIECES = (views_sheets,)
