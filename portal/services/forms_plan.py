"""Forms of those who set services up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from portal.base import fields as f
from portal.base import textforms
from portal.base.deadlines import Resume, Unit
from portal.base.i18n import _l
from portal.base.validators import between, length, optional, pattern, required
from portal.services import rules, rules_plan, rules_steps
from portal.services.models import Service, Silence
from portal.services.rules_events import EVENTS


class ServiceForm(f.Form):
    """A service: its address, its office and the law's clock; its texts come per language."""

    slug = f.Text(
        _l("Address of the page"),
        [
            required(_l("Enter an address, such as first-steps.")),
            length(max=80),
            pattern(r"[a-z0-9]+(-[a-z0-9]+)*", _l("Use small letters, digits and hyphens.")),
        ],
        hint=_l("The last part of the web address: small letters, digits and hyphens."),
        attributes={"dir": "ltr", "spellcheck": "false"},
    )
    department = f.Select(_l("Office"), [optional()], coerce=int, blank=_l("The whole city"))
    life_events = f.Checks(_l("Life events under which it is found"), [optional()], choices=list(EVENTS.items()))
    period = f.Whole(_l("How long the city has by law"), [required(_l("Enter a number.")), between(min=1, max=1000)])
    unit = f.Select(_l("Counted in"), choices=list(rules_plan.UNITS.items()), coerce=Unit)
    from_complete = f.YesNo(_l("The time begins when everything is there, not when it is filed"))
    resume = f.Radios(
        _l("When the applicant was asked for something"), choices=list(rules.RESUMES.items()), coerce=Resume
    )
    silence = f.Radios(_l("If the city does not decide in time"), choices=list(rules.SILENCES.items()), coerce=Silence)
    extension_days = f.Whole(
        _l("Days by which the time can be extended once"), [between(min=0, max=365)], hint=_l("0: not at all.")
    )
    answer_days = f.Whole(_l("Days that applicants have for an answer"), [between(min=1, max=180)])
    appeal_days = f.Whole(_l("Days for an appeal"), [between(min=1, max=365)])
    appeal_period = f.Whole(_l("Days in which an appeal is decided"), [between(min=1, max=365)])
    valid_days = f.Whole(
        _l("Days for which the paper is valid"), [between(min=0, max=3650)], hint=_l("0: without end.")
    )
    pay_days = f.Whole(_l("Days in which the fee is to be paid"), [between(min=1, max=180)])
    pay_first = f.YesNo(_l("Nothing is granted before the fee is paid"))
    instant = f.YesNo(_l("Issued at once where the register says that the applicant lives here"))
    four_eyes = f.YesNo(_l("A second officer confirms each decision"))
    version = f.Hidden()

    def free(self) -> bool:
        """Is the address none of the wing's own pages?"""
        if self.slug.data in rules_plan.TAKEN:
            self.slug.errors = [str(_l("This address is a page of its own. Choose another one."))]
            return False
        return True

    def values(self) -> dict[str, Any]:
        """Settings as the actions take them."""
        return {
            "slug": self.slug.data, "department_id": self.department.data, "life_events": list(self.life_events.data or []),
            "period": self.period.data, "unit": self.unit.data, "from_complete": bool(self.from_complete.data),
            "resume": self.resume.data, "silence": self.silence.data, "extension_days": self.extension_days.data or 0,
            "answer_days": self.answer_days.data or 14, "appeal_days": self.appeal_days.data or 30,
            "appeal_period": self.appeal_period.data or 30,
            "valid_days": self.valid_days.data or 0, "instant": bool(self.instant.data),
            "pay_days": self.pay_days.data or 14, "pay_first": bool(self.pay_first.data),
            "four_eyes": bool(self.four_eyes.data),
        }  # fmt: skip


def service_form() -> type[ServiceForm]:
    """The form with the texts of a service."""
    return textforms.with_texts(ServiceForm, rules_plan.TEXTS)


class StepForm(f.Form):
    """A step of a procedure; its words come per language."""

    required = f.YesNo(_l("It comes before a decision"))


def step_form() -> type[StepForm]:
    """The form with the words of a step."""
    return textforms.with_texts(StepForm, rules_steps.TEXTS)


def stored(row: Service | None) -> Mapping[str, Any]:
    """What the form shows of a service, or of none."""
    if row is None:
        return {
            "period": 30, "unit": Unit.DAYS, "resume": Resume.CONTINUE, "silence": Silence.NOTHING, "extension_days": 0,
            "answer_days": 14, "appeal_days": 30, "appeal_period": 30, "valid_days": 0, "pay_days": 14,
        }  # fmt: skip
    names = (
        "slug", "life_events", "period", "unit", "from_complete", "resume", "silence", "extension_days", "answer_days",
        "appeal_days", "appeal_period", "valid_days", "instant", "four_eyes", "pay_days", "pay_first",
    )  # fmt: skip
    return {name: getattr(row, name) for name in names} | {"department": row.department_id, "version": str(row.version)}


class DocumentForm(f.Form):
    """A form as a document, and from when it counts."""

    since = f.Moment(_l("Counts from"), [optional()], hint=_l("Empty: at once."))

    document = f.LongText(
        _l("Form as JSON"),
        [required(_l("Paste the document.")), length(max=400_000)],
        attributes={"dir": "ltr", "spellcheck": "false"},
    )
