"""The sign on the door of home."""

from portal.base import files
from portal.base.feature import Feature, Kind, Menu
from portal.base.i18n import _l
from portal.home import queries, staff, views
from portal.home.models import Page

FEATURE = Feature(
    name="home",
    blueprints=[views.bp, staff.bp],
    plain=[views.plain, files.blueprint],
    menu=[Menu(_l("Search"), "home.search", order=90)],
    staff_menu=[
        Menu(_l("Pages"), "home_staff.pages", roles=staff.WRITERS, order=60),
        Menu(_l("Site notices"), "home_staff.notices", roles=staff.WRITERS, order=61),
        Menu(_l("Barriers"), "home_staff.barriers", roles=staff.WRITERS, order=62),
    ],
    jobs=files.JOBS,
    kinds=[Kind("page", Page, "home.page", _l("Page"), found=queries.found_pages)],
    page=views.everywhere,
    todo=staff.todo,
    steps=staff.steps,
)
