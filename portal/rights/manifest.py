"""The sign on the door of people's rights."""

from __future__ import annotations

from portal.base.feature import Dataset, Feature, Job, Menu, Mine, Role
from portal.base.i18n import _l
from portal.rights import actions, api, jobs, records, staff, staff_sheets, views

FEATURE = Feature(
    name="rights",
    blueprints=[views.bp, staff.bp],
    plain=[views.plain, api.tracker],
    staff_menu=[
        Menu(_l("Requests about data"), "rights_staff.queue", roles=staff.OFFICERS, order=70),
        Menu(_l("Breaches of data"), "rights_staff.breaches", roles=staff.OFFICERS, order=71),
        Menu(_l("What was erased"), "rights_staff.erasures", roles=(*staff.OFFICERS, "auditor"), order=72),
    ],
    footer=[Menu(_l("What we keep about people"), "rights.data_register", order=55)],
    jobs=[
        Job(actions.EXPORT, jobs.make_export),
        Job(actions.ERASE, jobs.erase),
        Job("rights.night", jobs.round_of_the_night, every=24 * 3600),
    ],
    roles=[Role("data_protection_officer", _l("Data protection officer"))],
    datasets=[
        Dataset(
            "data-register",
            _l("Register of purposes"),
            "rights_api.data_register_json",
            ("json",),
            _l("Which data about people the portal keeps, why, for how long, and what it sorts or decides by itself."),
        )
    ],
    sheets=staff_sheets.SHEETS,
    no_paper=staff_sheets.NO_PAPER,
    personal=records.PERSONAL,
    consents=records.CONSENTS,
    mine=[
        Mine(
            "data",
            _l("Your data"),
            views.my_items,
            _l("You have asked nothing about your data yet."),
            "rights.mine",
            order=90,
        )
    ],
    todo=staff.todo,
    remarks=staff.remarks,
)
