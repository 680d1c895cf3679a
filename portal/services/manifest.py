"""The sign on the door of permits and certificates."""

from portal.base import holidays
from portal.base.feature import Dataset, Feature, Job, Kind, Menu, Mine, PaperKind
from portal.base.i18n import _l
from portal.base.web import Portal
from portal.config import ConfigError
from portal.services import (
    iban,
    jobs,
    queries,
    queries_found,
    records,
    rules,
    rules_notices,
    staff,
    staff_appeal,
    staff_bank,
    staff_batch,
    staff_clock,
    staff_hearing,
    staff_letters,
    staff_plan,
    staff_preview,
    staff_steps,
    views,
    views_appeal,
    views_fees,
    views_fill,
    views_hearing,
    views_newer,
    views_promise,
)
from portal.services.models import Case, Service


def setup(app: Portal) -> None:
    """A holiday that is none, and an account number that is none, are said at the start and not when they count."""
    try:
        holidays.check(app.ground.settings.city.holidays)
    except holidays.RuleError as error:
        raise ConfigError(f"city.holidays: {error}") from None
    bank = app.ground.settings.city.bank
    verdict = iban.check(iban.plain(bank.iban))
    if bank.iban and not verdict:
        raise ConfigError(f"city.bank.iban: {verdict.reason}")
    if len(bank.bic) not in (0, 8, 11) or not bank.bic.isascii() or (bank.bic and not bank.bic.isalnum()):
        raise ConfigError("city.bank.bic: 8 or 11 letters and digits")


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
        Job("services.hearings", jobs.hearings, every=3600),
        Job("services.appeals", jobs.appeals, every=3600),
        Job("services.close", jobs.close, every=24 * 3600),
        Job("services.forget", jobs.forget, every=24 * 3600, always=True),
    ],
    papers=[
        PaperKind("permit", _l("Permit or certificate"), "papers/print/decision.html", "P", roles=rules.DESK),
        PaperKind("fee_receipt", _l("Receipt"), "papers/print/fee_receipt.html", "C", roles=rules.DESK),
        PaperKind("refusal", _l("Refusal of an application"), "papers/print/decision.html", "R", roles=rules.DESK),
        PaperKind("appeal", _l("Decision on an appeal"), "papers/print/appeal.html", "E", roles=rules.DESK),
        PaperKind("hearing", _l("Letter of a hearing"), "papers/print/hearing.html", "H", roles=rules.DESK),
    ],
    topics=rules_notices.TOPICS,
    notices=rules_notices.NOTICES,
    datasets=[
        Dataset(
            "services",
            _l("How long permits and certificates take"),
            "services.figures_csv",
            ("csv",),
            _l(
                "Per service: days until the decision, the share decided in time, and why applications were refused. "
                "Groups of fewer than ten are told together."
            ),
        )
    ],
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
        "AppealForm": "it belongs to a case; a letter does the same",
        "AppealBackForm": "it belongs to an appeal; a letter does the same",
        "CodeForm": "the code of a letter opens what the letter asks; a letter answers it as well",
        "StatementForm": "it answers a letter; a letter does the same",
        "WithdrawForm": "it belongs to a case; a letter does the same",
        "PageForm": "a page of a service's own form",
    },
    setup=setup,
    wing=True,
)

# Modules whose views stand on the doors above: importing them is what puts the views there.
PIECES = (
    staff_appeal,
    staff_bank,
    staff_batch,
    staff_clock,
    staff_hearing,
    staff_letters,
    staff_plan,
    staff_preview,
    staff_steps,
    views_appeal,
    views_fees,
    views_fill,
    views_hearing,
    views_newer,
    views_promise,
)
