"""The sign on the door of admin."""

from portal.admin import jobs, staff
from portal.base.feature import Feature, Job, Menu, Notice, Topic
from portal.base.i18n import _l

FEATURE = Feature(
    name="admin",
    blueprints=[staff.bp],
    staff_menu=[
        Menu(_l("What waits"), "admin.dashboard", order=1),
        Menu(_l("Audit record"), "admin.audit", roles=("auditor", "administrator"), order=90),
        Menu(_l("Settings"), "admin.settings", roles=("administrator",), order=91),
        Menu(_l("Jobs"), "admin.jobs", roles=("administrator",), order=92),
    ],
    jobs=[Job("admin.remind", jobs.remind, every=1800)],
    topics=[Topic("work", _l("Work that waits for you"), personal=True, staff=True)],
    notices=[
        Notice(
            "work.due",
            "work",
            _l("Work is due: %(first)s"),
            _l("Overdue: %(late)s. Due within a week: %(soon)s. Your start page shows each with its day."),
        ),
        Notice(
            "work.due_for",
            "work",
            _l("Work is due: %(first)s"),
            _l(
                "Overdue: %(late)s. Due within a week: %(soon)s. Your start page shows each with its day. "
                "You stand in for: %(names)s."
            ),
        ),
    ],
    page=staff.everywhere,
    todo=staff.todo,
)
