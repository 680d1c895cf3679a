"""The sign on the door of moderation."""

from __future__ import annotations

from portal.base.feature import Dataset, Feature, Job, Menu, Mine, Notice, Topic
from portal.base.i18n import _l
from portal.moderation import api, jobs, queries, records, rules, staff, staff_queue, views

NOTICES = [
    Notice(
        "moderation.decided",
        "moderation",
        _l("About what you wrote: %(title)s"),
        _l(
            "A moderator has decided about “%(title)s”: %(done)s. The statement of reasons says which rule it rests on, "
            "what happened, and how you can appeal with one click."
        ),
    ),
    Notice(
        "moderation.released",
        "moderation",
        _l("What you wrote is shown now: %(title)s"),
        _l("A moderator has looked at “%(title)s”. Everybody sees it now."),
    ),
    Notice(
        "moderation.restored",
        "moderation",
        _l("What you wrote is restored: %(title)s"),
        _l("A moderator has restored “%(title)s”. What was decided against it has ended."),
    ),
    Notice(
        "moderation.report_decided",
        "moderation",
        _l("Your report %(reference)s is decided"),
        _l("A moderator has looked at what you reported (%(reference)s): %(done)s."),
    ),
    Notice(
        "moderation.appeal_waits",
        "moderation",
        _l("An appeal waits for you"),
        _l("An author has appealed against a decision of a colleague. Decide it by %(day)s."),
    ),
    Notice(
        "moderation.appeal_decided",
        "moderation",
        _l("Your appeal is decided: %(title)s"),
        _l("Somebody who had no part in it has looked again at the decision about “%(title)s”: %(outcome)s."),
    ),
    Notice(
        "moderation.untouched",
        "moderation",
        _l("Nobody has looked at the moderators’ queue"),
        _l("The oldest thing in the queue has waited since %(moment)s, and nobody has decided anything since then."),
    ),
    Notice(
        "moderation.appeals_late",
        "moderation",
        _l("An appeal is overdue"),
        _l("An appeal should have been decided by %(day)s."),
    ),
]

FEATURE = Feature(
    name="moderation",
    no_paper={
        "AppealForm": "it answers a decision told in the inbox; a clerk helps with it like with every page",
    },
    blueprints=[views.pages, staff.desk],
    plain=[api.api],
    footer=[
        Menu(_l("House rules"), "moderation.house_rules", order=40),
        Menu(_l("Moderation in figures"), "moderation.figures", order=58),
    ],
    staff_menu=[
        Menu(_l("Moderation"), "moderation_staff.queue", roles=rules.ROLES, order=20),
        Menu(_l("Appeals"), "moderation_staff.appeals", roles=rules.ROLES, order=21),
    ],
    jobs=[Job("moderation.hourly", jobs.hourly, every=3600)],
    datasets=[
        Dataset(
            "moderation",
            _l("Moderation in figures"),
            "moderation_api.figures_csv",
            ("csv",),
            _l("Reports, decisions by what they rest on, appeals and how they ended, for each year. Nobody is named."),
        )
    ],
    personal=records.PERSONAL,
    machines=records.MACHINES,
    topics=[Topic("moderation", _l("Decisions about what you write or report"), required=True, mandate="ideas")],
    notices=NOTICES,
    mine=[
        Mine(
            "moderation",
            _l("Decisions about what you wrote"),
            queries.own_decisions,
            _l("No moderator has decided anything about what you wrote."),
            "moderation.house_rules",
            order=80,
        )
    ],
    todo=staff.todo,
    page=views.everywhere,
)

# A module whose views stand on the desk's blueprint: importing it is what puts them there.
PIECES = (staff_queue,)
