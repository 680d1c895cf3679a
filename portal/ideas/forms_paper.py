"""Forms for what comes on paper: an idea, a list of supporters, a line of it, the second look."""

from __future__ import annotations

from typing import Any

from portal.base import fields as f
from portal.base import texts
from portal.base.i18n import _l
from portal.base.validators import between, length, optional, required
from portal.ideas import rules, rules_paper
from portal.ideas.forms import IdeaForm, PlaceForm
from portal.ideas.models import Call
from portal.ideas.queries import Names

PAPER = {"autocomplete": "off", "spellcheck": "false", "dir": "ltr"}


class PaperIdeaForm(IdeaForm, PlaceForm):
    """An idea on one sheet. Names of fields are those of the steps on the portal."""

    author = f.Text(
        _l("Name, as everybody may read it"),
        [optional(), length(max=80)],
        hint=_l("Only without an account. Your first name and one letter are enough."),
    )
    received = f.Day(
        _l("Day on which the paper was handed in"),
        [required(_l("Enter the day on which the paper was handed in."))],
        hint=_l("The counter writes it. It decides whether the idea comes in time."),
    )

    @classmethod
    def for_call(cls, call: Call, names: Names, **more: Any) -> PaperIdeaForm:
        """The form of one call; what the call does not ask is left out."""
        form = cls(**more)
        form.category.choices = list(names.categories.items())
        form.district.choices = list(names.districts.items())
        form.language.choices = list(texts.written())
        del form.like
        if not names.categories:
            del form.category
        if not call.asks_place:
            del form.place
        if not call.asks_cost:
            del form.cost
        if rules_paper.needs_account(call):
            del form.author
        return form


class ListForm(f.Form):
    """A list of supporters on paper, as it lies on the table."""

    number = f.Text(
        _l("Number of the list"),
        [required(_l("Enter the number that is printed on the list.")), length(max=20)],
        attributes=PAPER,
    )
    idea = f.Whole(_l("Number of the idea"), [required(_l("Enter the number of the idea."))])
    received = f.Day(
        _l("Day on which the list was handed in"),
        [required(_l("Enter the day on which the list was handed in."))],
        hint=_l("It decides whether the list comes in time."),
    )
    lines = f.Whole(
        _l("Lines that are filled in"),
        [required(_l("Count the lines that are filled in.")), between(min=1, max=rules_paper.MOST_LINES)],
        hint=_l("Count them on the paper, those that are crossed out or not signed too."),
    )


NUMBER = _l("Number in the register of residents")
NAME = _l("First and last name")
EITHER = _l("Number in the register of residents, or first and last name")
ASKED = {"register": NUMBER, "either": EITHER, "name": NAME}


class LineForm(f.Form):
    """A line of a list: who it is, as far as one counts once by it."""

    person = f.Text(
        NAME,
        [required(_l("Enter what the line says.")), length(max=200)],
        attributes={"autocomplete": "off", "spellcheck": "false", "dir": "auto"},
    )
    born = f.Day(_l("Date of birth"), [required(_l("Enter the date of birth"))])
    line = f.Hidden()

    @classmethod
    def asking(cls, mode: str, **more: Any) -> LineForm:
        """The form with the question of this list: `register`, `name`, or `either`."""
        form = cls(**more)
        form.person.caption = ASKED[mode]
        return form


class RefuseForm(f.Form):
    """A line that does not count."""

    why = f.Select(
        _l("Why it does not count"), [required(_l("Choose why the line does not count."))], blank=_l("Choose")
    )
    line = f.Hidden()

    @classmethod
    def begun(cls, *, register: bool, asks_home: bool, **more: Any) -> RefuseForm:
        """The form with what may be said here."""
        form = cls(**more)
        kept = {"unknown": register, "elsewhere": asks_home and not register}
        form.why.choices = [(one, rules_paper.OUTCOMES[one]) for one in rules_paper.BY_HAND if kept.get(one, True)]
        return form


class FinishForm(f.Form):
    """The lines of the paper, counted once more."""

    again = f.Whole(
        _l("How many lines of the paper are filled in?"),
        [required(_l("Count the lines that are filled in.")), between(min=1, max=rules_paper.MOST_LINES)],
        hint=_l("Count them on the paper once more, not on this page."),
    )


class DiscardForm(f.Form):
    """Why a list is taken back."""

    reason = f.LongText(
        _l("Why is the list taken back?"),
        [required(_l("Say why the list is taken back.")), length(max=rules.LONGEST_REASON)],
        hint=_l("It stands in the audit record. Write no name of a supporter."),
    )


class ListFilters(f.GetForm):
    """Which lists to show."""

    q = f.Search(_l("Number of a list or an idea"))
    state = f.Select(
        _l("Status"),
        blank=_l("All"),
        choices=[
            ("open", _l("Being entered")),
            ("second", _l("Waits for the second look")),
            ("differs", _l("The second look counted otherwise")),
            ("done", _l("Looked at twice")),
        ],
    )
