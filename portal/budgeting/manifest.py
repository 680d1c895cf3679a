"""The sign on the door of budgets."""

from portal.base.feature import Feature, Kind, Menu
from portal.base.i18n import _l
from portal.budgeting import api
from portal.budgeting.models import Budget, Project
from portal.budgeting.queries import found
from portal.budgeting.views import ballot, pages, results

FEATURE = Feature(
    name="budgeting",
    blueprints=[pages.pages, api.api],
    menu=[Menu(_l("Budgets"), "budgeting.index", order=10)],
    kinds=[
        Kind("budget", Budget, "budgeting.show", _l("Budget"), found=found.budgets),
        Kind("project", Project, "budgeting.project", _l("Project"), found=found.projects),
    ],
    wing=True,
)

__all__ = ["FEATURE", "ballot", "results"]
