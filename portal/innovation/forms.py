"""Forms of citizens: the filters of the list, a proposal, withdrawing it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from portal.base import fields as f
from portal.base import i18n, texts, ui
from portal.base.i18n import _l
from portal.base.validators import length, optional, required
from portal.innovation import queries, rules
from portal.innovation.actions import Written
from portal.innovation.queries import SHOWS, Filters
from portal.moderation.forms_guard import Guarded


class ProposalFilters(f.GetForm):
    """Search, department, where it stands."""

    q = f.Search(_l("Search"))
    department = f.Select(_l("Department"), coerce=int, blank=_l("All departments"))
    show = f.Select(_l("Status"), blank=_l("All"), choices=list(SHOWS.items()))

    @classmethod
    def of(cls, departments: Mapping[int, Any]) -> ProposalFilters:
        """The form with the city's departments."""
        form = cls()
        form.department.choices = list(departments.items())
        return form

    def filters(self, departments: Mapping[int, Any], page: str | None) -> Filters:
        """What was asked; answers that are not in the lists are left out."""
        return Filters(
            q=(self.q.data or "")[:200].strip(),
            department=self.department.data if self.department.data in departments else None,
            show=self.show.data if self.show.data in SHOWS else "",
            page=ui.page_number(page),
        )


class ProposalForm(Guarded, f.Form):
    """A proposal, on one page."""

    title = f.Text(
        _l("Title of your proposal"),
        [required(_l("Enter a title for your proposal.")), length(max=rules.LONGEST_TITLE)],
        hint=_l("Say in a few words what the city could try."),
    )
    problem = f.LongText(
        _l("What is the problem?"),
        [required(_l("Describe the problem.")), length(max=rules.LONGEST_TEXT)],
        hint=_l("What happens today, how often, and what have you seen yourself?"),
    )
    whom = f.LongText(
        _l("Who has this problem?"),
        [required(_l("Say who has this problem.")), length(max=rules.LONGEST_TEXT)],
        hint=_l("Residents, visitors, firms or people who work for the city. Do not name single people."),
    )
    better = f.LongText(
        _l("What would be better?"),
        [required(_l("Say what would be better.")), length(max=rules.LONGEST_TEXT)],
        hint=_l("What could be tried, and how would one see that it works?"),
    )
    department = f.Select(_l("Which department does it concern?"), [optional()], coerce=int, blank=_l("I do not know"))
    language = f.Select(
        _l("In which language do you write?"),
        [required(_l("Choose the language in which you write."))],
        hint=_l("It is marked in every list, so that programs which read aloud choose the right voice."),
    )
    named = f.YesNo(
        _l("Show my public name on the page"),
        hint=_l("Otherwise only the staff of the innovation track see who you are."),
    )

    @classmethod
    def begun(cls, s: Session) -> ProposalForm:
        """The form with the city's departments; the language of the page is the first guess."""
        form = cls(data={"language": i18n.lang()})
        form.department.choices = list(queries.department_choices(s))
        form.language.choices = list(texts.written())
        return form

    def written(self, source: tuple[str, int] | None) -> Written:
        """What was typed."""
        return Written(
            title=self.title.data,
            problem=self.problem.data,
            whom=self.whom.data,
            better=self.better.data,
            language=self.language.data,
            department_id=self.department.data,
            named=bool(self.named.data),
            source=source,
        )


class TakeBackForm(f.Form):
    """Why a proposal is taken back."""

    reason = f.LongText(
        _l("Why do you withdraw the proposal?"),
        [required(_l("Say why you withdraw the proposal.")), length(max=rules.LONGEST_REASON)],
        hint=_l("Everybody can read it on the page of the proposal, which stays."),
    )
