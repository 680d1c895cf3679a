"""Forms of works: milestones, new days, money, benefit, photos, news; ideas that become projects; filters of lists."""

from __future__ import annotations

from typing import Any

from flask import request

from portal.base import fields as f
from portal.base import ui
from portal.base.i18n import _l
from portal.base.validators import between, length, optional, required
from portal.budgeting.models import ProjectStatus
from portal.budgeting.models_works import Moment
from portal.budgeting.queries import origins
from portal.budgeting.queries.wordings import Names
from portal.budgeting.queries.works import SORTS, Filters
from portal.budgeting.rules_works import GROWS, MOMENTS, STATUSES, Status
from portal.ideas.models import IdeaState
from portal.ideas.rules import STATES

SORT_NAMES = {
    "number": _l("Number"),
    "late": _l("Late ones first"),
    "end": _l("Planned end"),
    "dear": _l("Cost, highest first"),
}


class WorkFilters(f.GetForm):
    """Search, status, pot, order."""

    q = f.Search(_l("Search"))
    status = f.Select(_l("Status"), coerce=Status, choices=list(STATUSES.items()), blank=_l("All"))
    pot = f.Select(_l("Pot"), coerce=int, blank=_l("All pots"))
    sort = f.Select(_l("Sort by"), choices=[(key, SORT_NAMES[key]) for key in SORTS])

    @classmethod
    def of(cls, names: Names) -> WorkFilters:
        """The form with the pots of one budget."""
        form = cls()
        form.pot.choices = [(names.positions[pot], name) for pot, name in names.pots.items()]
        return form

    def filters(self, names: Names) -> Filters:
        """What was asked; answers that are not in the lists are left out."""
        return Filters(
            q=(self.q.data or "")[:200].strip(),
            status=self.status.data if self.status.data in set(Status) else None,
            pot=self.pot.data if self.pot.data in set(names.positions.values()) else None,
            sort=self.sort.data if self.sort.data in SORTS else SORTS[0],
            page=ui.page_number(request.args.get("page")),
        )


class RipeFilters(f.GetForm):
    """Search, call and state of the ideas of which projects can be made."""

    q = f.Search(_l("Search"))
    call = f.Select(_l("Call for ideas"), coerce=int, blank=_l("All calls"))
    state = f.Select(
        _l("Status"),
        coerce=IdeaState,
        choices=[(IdeaState(state), STATES[IdeaState(state)]) for state in GROWS],
        blank=_l("All"),
    )

    def filters(self) -> origins.Filters:
        """What was asked; answers that are not in the lists are left out."""
        calls = {choice[0] for choice in self.call.choices}
        return origins.Filters(
            q=(self.q.data or "")[:200].strip(),
            call=self.call.data if self.call.data in calls else None,
            state=self.state.data if self.state.data in {IdeaState(state) for state in GROWS} else None,
            page=ui.page_number(request.args.get("page")),
        )


class GrowForm(f.Form):
    """A project that is made of an idea; its texts come per language."""

    status = f.Radios(
        _l("Status"),
        [required(_l("Choose a status."))],
        coerce=ProjectStatus,
        choices=[
            (ProjectStatus.BALLOT, _l("On the ballot")),
            (ProjectStatus.REVIEW, _l("Being checked")),
            (ProjectStatus.DRAFT, _l("Draft")),
        ],
    )
    pot = f.Select(_l("Pot"), [required(_l("Choose a pot."))], coerce=int)
    category = f.Select(_l("Category"), [optional()], coerce=int, blank=_l("None"))
    cost = f.Amount(_l("Cost"), [required(_l("Enter the cost.")), between(min=0)])
    place = f.Text(_l("Place"), [optional(), length(max=200)], hint=_l("Street, square or building."))
    take_picture = f.YesNo(_l("Take over the picture of the idea"))


class LinkForm(f.Form):
    """One more idea behind a project."""

    number = f.Whole(
        _l("Number of the idea"), [required(_l("Enter the number of an idea.")), between(min=1, max=999_999_999)]
    )


class MilestoneForm(f.Form):
    """A new step of the works."""

    planned_on = f.Day(_l("Planned day"), [required(_l("Enter the day that is planned."))])


class RenameForm(f.Form):
    """Other words for a step."""


class MoveForm(f.Form):
    """A new day for a step; the reason comes per language."""

    to = f.Day(_l("New day"), [required(_l("Enter the new day."))])


class DoneForm(f.Form):
    """A step is done."""

    done_on = f.Day(_l("Done on"), [required(_l("Enter the day on which the step was done."))])


class SpendingForm(f.Form):
    """Money that was paid."""

    on_day = f.Day(_l("Day"), [required(_l("Enter the day."))])
    amount = f.Amount(_l("Amount"), [required(_l("Enter the amount.")), between(min=1)])
    back = f.YesNo(_l("This money came back to the city"))


class BenefitForm(f.Form):
    """What a project brings."""

    measured_on = f.Day(_l("Measured on"), [optional()], hint=_l("Leave it empty until something was measured."))


class PhotoForm(f.Form):
    """A picture of the works."""

    picture = f.Picture(_l("Picture"), [required(_l("Choose a picture."))], hint=_l("JPEG, PNG or WebP."))
    moment = f.Radios(
        _l("When was it taken?"),
        [required(_l("Choose when it was taken."))],
        coerce=Moment,
        choices=list(MOMENTS.items()),
    )
    taken_on = f.Day(_l("Day"), [optional()])


class NewsForm(f.Form):
    """News of a project; the texts come per language."""


class StopForm(f.Form):
    """The works are given up; the reason comes per language."""

    stopped_on = f.Day(_l("Since"), [required(_l("Enter the day."))])


def paid(form: Any) -> int:
    """The amount of a line of money, in cents; below nothing where it came back."""
    return -int(form.amount.data) if form.back.data else int(form.amount.data)
