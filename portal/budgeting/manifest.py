"""The sign on the door of budgets."""

from portal.base.feature import Dataset, Feature, Job, Kind, Menu
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
    datasets=[
        Dataset(
            "budget-results",
            _l("Results of budgets"),
            "budgeting_api.result_json",
            ("json",),
            _l("The published outcome with its exact rules, all projects and their votes."),
            found.published,
        ),
        Dataset(
            "budget-results-table",
            _l("Results of budgets as tables"),
            "budgeting_api.result_csv",
            ("csv",),
            _l("One line per project, with its cost, its votes and the reason why it won or not."),
            found.published,
        ),
        Dataset(
            "budget-ballots",
            _l("Ballots of budgets"),
            "budgeting_api.ballots_pb",
            ("pb",),
            _l("Every ballot of a pot without its voter, in the format of Pabulib, where the rules publish ballots."),
            found.published_pots,
        ),
        Dataset(
            "budget-recounts",
            _l("Everything for a recount"),
            "budgeting_api.recount_zip",
            ("zip",),
            _l("Rules, ballots, result and a program that counts again on any computer with Python."),
            found.published,
        ),
    ],
    wing=True,
)

# Modules whose views stand on the blueprints above: importing them is what puts the views there.
PIECES = (ballot, results, money, projects, texts, vote)
