"""The sign on the door of budgets."""

from portal.base.feature import Feature, Job, Kind, Menu
from portal.base.i18n import _l
from portal.budgeting import api, commands, jobs
from portal.budgeting.models import Budget, Project
from portal.budgeting.queries import found
from portal.budgeting.staff import budgets, money, projects, texts, vote
from portal.budgeting.views import ballot, pages, results

FEATURE = Feature(
    name="budgeting",
    blueprints=[pages.pages, api.api, budgets.desk],
    menu=[Menu(_l("Budgets"), "budgeting.index", order=10)],
    staff_menu=[Menu(_l("Budgets"), "budgeting_staff.index", roles=("budget_officer", "auditor"), order=10)],
    kinds=[
        Kind("budget", Budget, "budgeting.show", _l("Budget"), found=found.budgets),
        Kind("project", Project, "budgeting.project", _l("Project"), found=found.projects),
    ],
    jobs=[
        Job("budgeting.sweep_imports", jobs.sweep_imports, every=3600),
        Job("budgeting.translate", jobs.translate),
    ],
    cli=commands.COMMANDS,
    steps=budgets.steps,
    wing=True,
)

# Modules whose views stand on the blueprints above: importing them is what puts the views there.
PIECES = (ballot, results, money, projects, texts, vote)
