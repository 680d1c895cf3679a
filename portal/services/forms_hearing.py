"""Forms of hearings: asking, stating, entering what came by letter."""

from __future__ import annotations

from datetime import date, timedelta

from portal.base import fields as f
from portal.base.i18n import _l
from portal.services import rules_hearing
from portal.services.models_hearing import Shared, Stance

LONGEST = timedelta(days=180)


class _Question(f.Form):
    """What is asked, and what whoever is asked may see."""

    question = f.LongText(
        _l("What do you want to know?"), [f.required(_l("Write the question.")), f.length(4000)],
        hint=_l("Those who are asked read exactly this."),
    )  # fmt: skip
    summary = f.LongText(
        _l("What it is about"), [f.required(_l("Write what it is about.")), f.length(6000)],
        hint=_l("Instead of the application, which they do not see. Leave out what they need not know."),
    )  # fmt: skip
    files = f.Checks(_l("Files that they may see"), [f.optional()], coerce=int)
    due = f.Day(_l("Until when?"), [f.required(_l("Enter a day."))])

    def checked(self, today: date) -> bool:
        """Valid, and the day is one to come."""
        good = bool(self.validate())
        if not self.due.errors and not today < self.due.data <= today + LONGEST:
            self.due.errors = [str(_l("Choose a day that is still to come, within half a year."))]
            good = False
        return good


class OfficesForm(_Question):
    """Asking other offices."""

    offices = f.Checks(_l("Offices"), [f.required(_l("Choose at least one office."))], coerce=int)


class NeighboursForm(_Question):
    """Asking neighbours by letter."""

    people = f.LongText(
        _l("Names and addresses"), [f.required(_l("Enter at least one name with its address.")), f.length(20_000)],
        hint=_l("Each as on an envelope: the name, and the address on the lines below. Leave a line empty between them."),
    )  # fmt: skip
    language = f.Select(_l("Language of the letter"))
    found: list[tuple[str, tuple[str, ...]]] = []

    def checked(self, today: date) -> bool:
        """Valid, and every block is an address."""
        good = super().checked(today)
        if self.people.errors:
            return False
        try:
            self.found = rules_hearing.addresses(self.people.data or "")
        except rules_hearing.BadAddress as bad:
            self.people.errors = [
                str(_l("“%(line)s” is no whole address: the name, and one to six lines below it.", line=bad.line))
            ]
            return False
        if len(self.found) > rules_hearing.MOST:
            self.people.errors = [
                str(_l("At most %(most)s at once. Ask the others after that.", most=rules_hearing.MOST))
            ]
            return False
        return good


class CodeForm(f.Form):
    """The code of a letter."""

    code = f.Text(
        _l("Code of your letter"),
        [f.required(_l("Enter the code that stands in the letter.")), f.length(60)],
        attributes={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters", "dir": "ltr"},
    )


class StatementForm(f.Form):
    """A statement."""

    stance = f.Radios(
        _l("What do you say to it?"),
        [f.required(_l("Choose one."))],
        choices=[(stance.value, label) for stance, label in rules_hearing.STANCES.items()],
    )
    text = f.LongText(_l("Your statement"), [f.length(8000)])

    def checked(self) -> bool:
        """Valid; remarks and objections have words."""
        good = bool(self.validate())
        if self.stance.data != Stance.AGREES and not self.stance.errors and not (self.text.data or "").strip():
            self.text.errors = [str(_l("Write what you have to say."))]
            return False
        return good

    def taken(self) -> tuple[Stance, str]:
        """What was stated."""
        return Stance(self.stance.data), (self.text.data or "").strip()


class EnterForm(StatementForm):
    """A statement that came by letter or at a counter."""

    came_on = f.Day(_l("When did it come?"), [f.required(_l("Enter a day."))])

    def checked(self, first: date | None = None, today: date | None = None) -> bool:
        """Valid, and it came on a day from the question to today."""
        good = super().checked()
        if not self.came_on.errors and not (first or date.min) <= self.came_on.data <= (today or date.max):
            self.came_on.errors = [str(_l("Choose a day from the question to today."))]
            good = False
        return good


class ShareForm(f.Form):
    """What the applicant sees of a statement."""

    how = f.Radios(
        _l("What does the applicant see?"),
        [f.required(_l("Choose one."))],
        choices=[(how.value, label) for how, label in rules_hearing.SHARES.items()],
    )

    def taken(self) -> Shared:
        """The choice."""
        return Shared(self.how.data)
