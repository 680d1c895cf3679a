"""Searches that people keep, and the message about what is new in them; links that are forgotten in time."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import func, select

from portal.base import clock, db
from portal.base.actor import Actor
from portal.base.i18n import _l
from portal.base.verdict import no
from portal.ideas import rules
from portal.ideas.models import Call, SavedSearch
from portal.ideas.queries_list import Filters
from portal.ideas.rules import Denied


def keep(actor: Actor, call: Call | None, name: str, filters: Filters) -> SavedSearch:
    """Keeps a search; what is there already is not new. Raises Denied for one too many."""
    s = db.session()
    own = select(func.count()).select_from(SavedSearch).where(SavedSearch.person_id == actor.person_id)
    if (s.scalar(own) or 0) >= rules.MOST_SEARCHES:
        raise Denied(no(_l("You keep %(n)s searches. That is the most.", n=rules.MOST_SEARCHES)))
    row = SavedSearch(
        person_id=actor.person_id,
        call_id=call.id if call is not None else None,
        name=name,
        query=filters.query(),
        seen_at=clock.now(),
        created_at=clock.now(),
    )
    s.add(row)
    s.flush()
    return row


def remove(actor: Actor, search_id: int) -> bool:
    """Keeps a search no longer. False for one that is not the actor's."""
    s = db.session()
    row = s.get(SavedSearch, search_id)
    if row is None or row.person_id != actor.person_id:
        return False
    s.delete(row)
    s.flush()
    return True


def read(query: Mapping[str, str]) -> Filters:
    """The filters of a kept search."""
    number = {key: int(value) for key in ("category", "district") if (value := query.get(key, "")).isdecimal()}
    state = query.get("state", "")
    return Filters(
        q=query.get("q", ""),
        category=number.get("category"),
        district=number.get("district"),
        state=rules.state_of(state),
        language=query.get("language", ""),
    )
