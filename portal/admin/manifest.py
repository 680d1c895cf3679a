"""The sign on the door of admin."""

from portal.admin import staff
from portal.base.feature import Feature, Menu
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
    page=staff.everywhere,
    todo=staff.todo,
)
