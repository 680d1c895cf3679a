"""The sign on the door of budgets."""

from portal.base.feature import Dataset, Feature, Feed, Job, Kind, Menu, Notice, Topic
from portal.base.i18n import _l
from portal.budgeting import api, commands, jobs, records
from portal.budgeting.models import Budget, Project
from portal.budgeting.queries import budgets as budget_queries
from portal.budgeting.queries import found, news, origins, stations
from portal.budgeting.staff import budgets, grow, money, projects, texts, vote, works
from portal.budgeting.views import ballot, pages, results, share, story

FEATURE = Feature(
    name="budgeting",
    blueprints=[pages.pages, api.api, budgets.desk],
    no_paper={"MailBox": "it mails a receipt code from the page that shows it; ballots on paper are not entered here"},
    menu=[Menu(_l("Budgets"), "budgeting.index", order=10)],
    staff_menu=[Menu(_l("Budgets"), "budgeting_staff.index", roles=("budget_officer", "auditor"), order=10)],
    kinds=[
        Kind("budget", Budget, "budgeting.show", _l("Budget"), found=found.budgets, result="budgeting.results"),
        Kind("project", Project, "budgeting.project", _l("Project"), found=found.projects, placed=found.placed),
    ],
    jobs=[
        Job("budgeting.sweep_imports", jobs.sweep_imports, every=3600),
        Job("budgeting.translate", jobs.translate),
        Job("budgeting.tell_news", jobs.tell_news, every=300),
        Job("budgeting.tell_works", jobs.tell_works),
        Job("budgeting.tell_grown", jobs.tell_grown),
    ],
    topics=[Topic("budgets", _l("Budgets and votes"))],
    notices=[
        Notice(
            "budget.phase",
            "budgets",
            _l("%(budget)s: %(phase)s"),
            _l("%(budget)s has come to its next step: %(phase)s."),
        ),
        Notice(
            "budget.vote_open",
            "budgets",
            _l("Voting has begun: %(budget)s"),
            _l("You can vote until %(until)s."),
        ),
        Notice(
            "budget.vote_closed",
            "budgets",
            _l("Voting has ended: %(budget)s"),
            _l("The ballots are counted now. The city publishes the result after that."),
        ),
        Notice(
            "budget.result",
            "budgets",
            _l("The result is there: %(budget)s"),
            _l("Read which projects won, and why. Anybody can count again."),
        ),
        Notice(
            "project.grown",
            "budgets",
            _l("An idea became a project: %(project)s"),
            _l("The city has made a project of an idea. Follow it from the wish to the finished work."),
        ),
        Notice("work.step", "budgets", _l("%(project)s: a step is done"), _l("Done: %(step)s.")),
        Notice(
            "work.delayed",
            "budgets",
            _l("%(project)s: a step comes later"),
            _l("%(step)s is now planned for %(day)s. The reason stands on the page of the project."),
        ),
        Notice(
            "work.done",
            "budgets",
            _l("%(project)s is finished"),
            _l("All steps of %(project)s are done. See what came of it, and what it cost."),
        ),
        Notice(
            "work.stopped",
            "budgets",
            _l("%(project)s: the works were given up"),
            _l("The reason stands on the page of the project."),
        ),
        Notice("work.news", "budgets", _l("News of %(project)s"), _l("New on its page: %(news)s")),
    ],
    feeds=[Feed("budgets", _l("Budgets and votes"), "budgeting.index", news.feed)],
    calendar=news.calendar,
    cli=commands.COMMANDS,
    steps=budgets.steps,
    scopes={"process": budget_queries.scopes},
    owners=budget_queries.owners,
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
            "budget-works",
            _l("Works of budgets"),
            "budgeting_api.works_csv",
            ("csv",),
            _l("One line per winning project: how far it is, how late, what is spent and what was estimated."),
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
    onward=origins.onward,
    stations=stations.stations,
    personal=records.PERSONAL,
    machines=records.MACHINES,
    wing=True,
)

# Modules whose views stand on the blueprints above: importing them is what puts the views there.
PIECES = (ballot, results, share, story, grow, money, projects, texts, vote, works)
