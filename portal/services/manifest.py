"""The sign on the door of permits and certificates."""

from portal.base import holidays
from portal.base.feature import Feature, Job, Kind, Menu, Mine, PaperKind
from portal.base.i18n import _l
from portal.base.web import Portal
from portal.config import ConfigError
from portal.services import (
    jobs,
    queries,
    queries_found,
    records,
    rules,
    rules_notices,
    staff,
    staff_plan,
    views,
    views_fill,
)
from portal.services.models import Case, Service


def setup(app: Portal) -> None:
    """A holiday that is none is said at the start, not on the day of a deadline."""
    try:
        holidays.check(app.ground.settings.city.holidays)
    except holidays.RuleError as error:
        raise ConfigError(f"city.holidays: {error}") from None


FEATURE = Feature(
    name="services",
    blueprints=[views.pages, staff.desk],
    menu=[Menu(_l("Permits and certificates"), "services.index", order=7)],
    staff_menu=[Menu(_l("Cases"), "services_staff.cases", roles=rules.READERS, order=9)],
    kinds=[
        Kind("service", Service, "services.service", _l("Service"), found=queries_found.services),
        Kind("service_case", Case, label=_l("Case"), people=queries_found.people),
        Kind("service_application", queries_found.Application, label=_l("Application")),
    ],
    jobs=[
        Job("services.silence", jobs.silence, every=900),
        Job("services.warn", jobs.warn, every=3600),
        Job("services.close", jobs.close, every=24 * 3600),
        Job("services.forget", jobs.forget, every=24 * 3600, always=True),
    ],
    papers=[
        PaperKind("permit", _l("Permit or certificate"), "papers/print/decision.html", "P", roles=rules.DESK),
        PaperKind("refusal", _l("Refusal of an application"), "papers/print/decision.html", "R", roles=rules.DESK),
    ],
    topics=rules_notices.TOPICS,
    notices=rules_notices.NOTICES,
    personal=records.PERSONAL,
    mine=[
        Mine(
            "cases",
            _l("Your applications and cases"),
            queries.mine,
            _l("You have not applied for anything yet."),
            start="services.index",
            order=12,
        )
    ],
    todo=staff.todo,
    no_paper={
        "MessageForm": "it belongs to a case; a letter does the same",
        "AnswerForm": "it belongs to a case; a letter does the same",
        "WithdrawForm": "it belongs to a case; a letter does the same",
        "PageForm": "a page of a service's own form",
    },
    setup=setup,
    wing=True,
)

# Modules whose views stand on the doors above: importing them is what puts the views there.
PIECES = (staff_plan, views_fill)
