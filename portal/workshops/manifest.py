"""The sign on the door of workshops, meetings and appointments."""

from portal.base.feature import Dataset, Feature, Feed, Job, Kind, Menu, Mine, PaperKind, Role
from portal.base.i18n import _l
from portal.workshops import (
    api,
    jobs,
    jobs_devices,
    queries_devices,
    queries_found,
    queries_interest,
    queries_mine,
    records,
    records_devices,
    rules,
    rules_devices,
    rules_notices,
    staff,
    staff_after,
    staff_bookings,
    staff_calls,
    staff_day,
    staff_device_sheets,
    staff_devices,
    staff_import,
    staff_interest,
    staff_sessions,
    staff_terms,
    staff_workshops,
    views,
    views_after,
    views_book,
    views_calendar,
    views_devices,
    views_interest,
    views_slip,
)
from portal.workshops.models import Booking, Session, Workshop
from portal.workshops.models_devices import Device, DeviceRequest

FEATURE = Feature(
    name="workshops",
    blueprints=[views.pages, api.api, staff.desk],
    menu=[Menu(_l("Workshops"), "workshops.index", order=6)],
    staff_menu=[Menu(_l("Workshops"), "workshops_staff.index", roles=rules.DESK, order=10)],
    roles=[Role(rules.PROGRAMME, _l("Workshop programme")), Role(rules.TRAINER, _l("Trainer"))],
    kinds=[
        Kind("workshop", Workshop, "workshops.workshop", _l("Workshop"), found=queries_found.workshops),
        Kind("workshop_session", Session, "workshops.session", _l("Session of a workshop")),
        Kind("workshop_booking", Booking, label=_l("Booking")),
        Kind("device", Device, label=_l("Device")),
        Kind("device_request", DeviceRequest, label=_l("Request for help with a device")),
    ],
    jobs=[
        Job("workshops.pass_on", jobs.pass_on, every=60),
        Job("workshops.close", jobs.close, every=900),
        Job("workshops.ask", jobs.ask, every=3600),
        Job("workshops.forget", jobs.forget, every=24 * 3600, always=True),
        Job("workshops.remind", jobs.remind, every=600),
        Job("workshops.tell_fitting", jobs.tell_fitting, every=600),
        Job("workshops.remind_devices", jobs_devices.remind, every=3600),
        Job("workshops.forget_devices", jobs_devices.forget, every=3600, always=True),
    ],
    papers=[
        PaperKind(
            "attendance", _l("Certificate of attendance"), "papers/print/attendance.html", "T", roles=("administrator",)
        )
    ],
    topics=[*rules_notices.TOPICS, rules_devices.TOPIC],
    notices=[*rules_notices.NOTICES, *rules_devices.NOTICES],
    sheets=[staff_device_sheets.SHEET],
    no_paper={
        "BookForm": "a librarian books with the same page, and the seat is known at once",
        "InterestForm": "it asks for an e-mail address, because a mail is all that comes of it",
        "CodeForm": "it opens a booking that stands here",
    },
    onward=queries_found.onward,
    feeds=[Feed("workshops", _l("Workshops, meetings and appointments"), "workshops.index", queries_found.feed)],
    datasets=[
        Dataset(
            "workshops",
            _l("Workshops: sessions"),
            "workshops_api.table",
            ("csv", "json"),
            _l("Every session of courses, meetings and appointments with its seats, without any person."),
        ),
        Dataset(
            "workshop-outcomes",
            _l("Workshops: whom they reach"),
            "workshops.outcomes_csv",
            ("csv",),
            _l("How many people came, by place, time, step, age and way; groups of fewer than ten are told together."),
        ),
    ],
    personal=[*records.PERSONAL, *records_devices.PERSONAL],
    mine=[
        Mine(
            "bookings",
            _l("Your bookings"),
            queries_mine.mine,
            _l("You have booked no workshop, meeting or appointment."),
            start="workshops.index",
            order=15,
            of=_l("Bookings of %(name)s"),
            acts=True,
        ),
        Mine(
            "workshop_wishes",
            _l("Workshops you want to hear of"),
            queries_interest.mine,
            _l("You have not asked to hear of any topic."),
            start="workshops.interested",
            order=65,
            of=_l("Workshops that %(name)s wants to hear of"),
            acts=True,
        ),
        Mine(
            "devices",
            _l("Your requests for help with a device"),
            queries_devices.mine,
            _l("You have not asked for help with a device."),
            start="workshops.devices",
            order=45,
        ),
    ],
    calendar=queries_mine.calendar,
    appointments=queries_found.appointments,
    todo=staff_calls.todo,
    wing=True,
)

# Modules whose views stand on the doors above: importing them is what puts the views there.
PIECES = (
    staff_after, staff_bookings, staff_calls, staff_day, staff_devices, staff_import, staff_interest, staff_sessions,
    staff_terms, staff_workshops, views_after, views_book, views_calendar, views_devices, views_interest, views_slip,
)  # fmt: skip
