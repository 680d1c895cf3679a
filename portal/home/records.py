"""What the house's own pages keep about people, and how its search sorts."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from portal.base import personal
from portal.base.feature import Fate, Machine, Record
from portal.base.i18n import _l
from portal.home.models import BarrierReport
from portal.identity.models import Contact, Way


def own_reports(person_id: int) -> Any:
    """Reports that were sent with the person's confirmed address."""
    mine = select(Contact.value_folded).where(
        Contact.person_id == person_id, Contact.way == Way.EMAIL, Contact.confirmed_at.is_not(None)
    )
    return (BarrierReport.contact != "") & func.lower(BarrierReport.contact).in_(mine)


PERSONAL = [
    Record(
        "barrier_report",
        _l("Reports of barriers"),
        _l("To remove what shuts people out, and to answer you if you wish"),
        personal.LAW,
        _l("Your address until the city has answered; the description for 3 years"),
        Fate.ANONYMOUS,
        person=(),
        reach=own_reports,
        blank={"contact": ""},
        reason=_l("The description of the barrier is still needed; your address is not."),
        who=personal.OWN_STAFF,
        days=1095,
        since="received_at",
    ),
    Record(
        "page_text",
        _l("Who wrote a page of the city"),
        _l("So that every change can be traced to who made it"),
        personal.TASK,
        _l("As long as the page"),
        Fate.KEPT,
        person=("author_id",),
        reason=_l("An official act. It holds a number that leads to no name once the account is erased."),
        who=personal.OWN_STAFF,
        since="written_at",
    ),
    Record(
        "paper_entry",
        _l("Forms on paper"),
        _l("To enter each paper once, and to show who did"),
        personal.TASK,
        _l("As long as what was entered"),
        Fate.KEPT,
        person=("entered_by_id",),
        reason=_l("The other side and the city must be able to show who acted for whom."),
        who=personal.OWN_STAFF,
        since="entered_at",
    ),
]

MACHINES = [
    Machine(
        "search",
        _l("Order of search results"),
        _l("The search sorts what it found."),
        _l("Texts in your language come first; then the earlier your first word stands in a text, the higher. Who you are "
           "plays no part."),
        _l("Every page can also be reached by menus and lists."),
    ),
]  # fmt: skip
