"""Forms of appeals."""

from __future__ import annotations

from datetime import date

from portal.base import fields as f
from portal.base.i18n import _l
from portal.services import rules_appeal
from portal.services.actions_appeal import DESK, LETTER
from portal.services.models_appeal import AppealOutcome

KINDS = "application/pdf,image/jpeg,image/png,image/webp"


class AppealForm(f.Form):
    """An appeal of the applicant."""

    text = f.LongText(
        _l("Why do you appeal?"), [f.required(_l("Write what is wrong with the decision.")), f.length(10_000)],
        hint=_l("What is wrong with the decision, and what you want instead."),
    )  # fmt: skip
    file = f.Picture(_l("File"), hint=_l("A PDF or a picture, if you want to add one."), accept=KINDS)


class AppealBackForm(f.Form):
    """Taking an appeal back."""

    sure = f.YesNo(_l("Take my appeal back"), [f.required(_l("Tick the box if you want to take it back."))])


class EnterAppealForm(f.Form):
    """An appeal that came by letter or at a counter."""

    channel = f.Radios(
        _l("How did it come?"), [f.required(_l("Choose one."))],
        choices=[(LETTER, _l("By letter")), (DESK, _l("Spoken at the counter"))],
    )  # fmt: skip
    came_on = f.Day(_l("When did it come?"), [f.required(_l("Enter a day."))])
    text = f.LongText(
        _l("What it says"), [f.required(_l("Write what the appeal says.")), f.length(10_000)],
        hint=_l("Word by word, or as it was said."),
    )  # fmt: skip
    file = f.Picture(_l("File"), hint=_l("The letter as a PDF or a picture."), accept=KINDS)

    def checked(self, first: date, today: date) -> bool:
        """Valid, and it came after the decision and not tomorrow."""
        good = bool(self.validate())
        if not self.came_on.errors and not first <= self.came_on.data <= today:
            self.came_on.errors = [str(_l("Choose a day from the decision to today."))]
            good = False
        return good


class AppealDecisionForm(f.Form):
    """The decision on an appeal. Its grounds are always needed; unless all was allowed, also where one goes on."""

    outcome = f.Radios(
        _l("Outcome"),
        [f.required(_l("Choose one."))],
        choices=[(outcome.value, label) for outcome, label in rules_appeal.OUTCOMES.items()],
    )
    grounds = f.LongText(
        _l("Grounds"), [f.required(_l("Give the grounds.")), f.length(10_000)], hint=_l("In the official language.")
    )
    basis = f.Text(_l("Legal basis"), [f.required(_l("Give the legal basis.")), f.length(500)])
    remedy = f.LongText(
        _l("What can be done against it"), [f.length(1000)],
        hint=_l("Such as: the court, its address, and within how many days. Needed unless all was allowed."),
    )  # fmt: skip

    def checked(self) -> bool:
        """Valid, and whoever did not get everything reads where to go on."""
        good = bool(self.validate())
        if self.outcome.data and self.outcome.data != AppealOutcome.ALLOWED and not (self.remedy.data or "").strip():
            self.remedy.errors = [str(_l("Write where and until when one can go on from here."))]
            return False
        return good
