"""The filters of a list of projects, in the address."""

from __future__ import annotations

from collections.abc import Sequence

from portal.base import fields as f
from portal.base import ui
from portal.base.i18n import _l
from portal.budgeting.models import ProjectStatus
from portal.budgeting.queries.projects import SORTS, Filters
from portal.budgeting.queries.wordings import Names
from portal.budgeting.rules import PUBLIC, status_name

SORT_NAMES = {
    "number": _l("Number"),
    "title": _l("Title, A to Z"),
    "cheap": _l("Cost, lowest first"),
    "dear": _l("Cost, highest first"),
    "random": _l("Random, the same at each of your visits"),
}


class ProjectFilters(f.GetForm):
    """Search, pot, category, status, order."""

    q = f.Search(_l("Search"))
    pot = f.Select(_l("Pot"), coerce=int, blank=_l("All pots"))
    category = f.Select(_l("Category"), coerce=int, blank=_l("All categories"))
    status = f.Select(_l("Status"), coerce=ProjectStatus, blank=_l("All"))
    sort = f.Select(_l("Sort by"), choices=[(key, SORT_NAMES[key]) for key in SORTS])

    @classmethod
    def of(cls, names: Names, statuses: Sequence[ProjectStatus] = PUBLIC) -> ProjectFilters:
        """The form with the pots and categories of one budget."""
        form = cls()
        form.pot.choices = [(names.positions[pot], name) for pot, name in names.pots.items()]
        form.category.choices = list(names.categories.items())
        form.status.choices = [(status, status_name(status)) for status in statuses]
        return form

    def filters(self, names: Names, page: str | None = None, statuses: Sequence[ProjectStatus] = PUBLIC) -> Filters:
        """What was asked; answers that are not in the lists are left out."""
        positions = set(names.positions.values())
        return Filters(
            q=(self.q.data or "")[:200],
            pot=self.pot.data if self.pot.data in positions else None,
            category=self.category.data if self.category.data in names.categories else None,
            status=self.status.data if self.status.data in statuses else None,
            sort=self.sort.data if self.sort.data in SORTS else SORTS[0],
            page=ui.page_number(page),
        )
