"""The form of the simulator of the law's clock."""

from __future__ import annotations

from datetime import date

from portal.base import fields as f
from portal.base.deadlines import Resume, Unit
from portal.base.i18n import _l
from portal.services import rules, rules_plan


class ClockForm(f.GetForm):
    """A rule, a beginning, up to three pauses, more time, and the day from which one looks."""

    period = f.Whole(
        _l("How long the city has by law"), [f.required(_l("Enter a number.")), f.between(min=1, max=1000)]
    )
    unit = f.Select(_l("Counted in"), [f.required()], choices=list(rules_plan.UNITS.items()), coerce=Unit)
    resume = f.Radios(
        _l("When the applicant was asked for something"), [f.required(_l("Choose one."))],
        choices=list(rules.RESUMES.items()), coerce=Resume,
    )  # fmt: skip
    start = f.Day(
        _l("It begins with"), [f.required(_l("Enter a day."))],
        hint=_l("The day of filing, or on which everything was there. It is not counted itself."),
    )  # fmt: skip
    asked1 = f.Day(_l("First pause: asked on"), [f.optional()])
    back1 = f.Day(_l("First pause: answered on"), [f.optional()], hint=_l("Empty: not yet."))
    asked2 = f.Day(_l("Second pause: asked on"), [f.optional()])
    back2 = f.Day(_l("Second pause: answered on"), [f.optional()], hint=_l("Empty: not yet."))
    asked3 = f.Day(_l("Third pause: asked on"), [f.optional()])
    back3 = f.Day(_l("Third pause: answered on"), [f.optional()], hint=_l("Empty: not yet."))
    extension = f.Whole(_l("Days by which the time is extended"), [f.optional(), f.between(min=0, max=365)])
    today = f.Day(_l("Seen from"), [f.optional()], hint=_l("Empty: today."))

    def pauses(self) -> list[tuple[f.Day, f.Day]]:
        """The boxes of the pauses."""
        return [(self.asked1, self.back1), (self.asked2, self.back2), (self.asked3, self.back3)]

    def prepare(self, today: date) -> None:
        """What stands in the boxes before anything was asked."""
        self.period.data = self.period.data or 30
        self.unit.data = self.unit.data or Unit.DAYS
        self.resume.data = self.resume.data or Resume.CONTINUE
        self.start.data = self.start.data or today

    def checked(self) -> bool:
        """Valid, and no pause ends before it begins."""
        good = bool(self.validate())
        for begin, end in self.pauses():
            if begin.errors or end.errors:
                continue
            if end.data is not None and begin.data is None:
                begin.errors, good = [str(_l("Enter a day."))], False
            elif end.data is not None and begin.data is not None and end.data < begin.data:
                end.errors, good = [str(_l("The answer cannot come before the question."))], False
        return good

    def spans(self) -> list[tuple[date, date | None]]:
        """The pauses."""
        return [(begin.data, end.data) for begin, end in self.pauses() if begin.data is not None]
