"""The sign on the door of open data."""

from portal.base.feature import Feature, Menu
from portal.base.i18n import _l
from portal.opendata import views

FEATURE = Feature(
    name="opendata",
    blueprints=[views.bp],
    plain=[views.plain],
    footer=[Menu(_l("Open data"), "opendata.index", order=90)],
    page=views.everywhere,
)
