"""People who follow a budget, or want news of budgets, are told what happens. Nobody is ever told of a cast ballot."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.base import clock, db
from portal.budgeting.models import Budget, BudgetState, Project
from portal.budgeting.queries import news
from portal.budgeting.rules import PUBLIC
from portal.notifications.actions import announce, tell, tell_followers

TOPIC = "budgets"


_UNMARKED = (
    Project.shown_at.is_(None),
    Project.status.in_(PUBLIC),
    Project.budget_id.in_(select(Budget.id).where(Budget.state == BudgetState.SHOWN)),
)


def mark_shown() -> int:
    """Write down since when everybody sees a project, for those that the worker meets for the first time; returns how
    many. Projects come to be shown in many ways (one by one, with their budget, in an import): this is the one place
    that need not know them."""
    with db.read() as s:
        if s.scalar(select(Project.id).where(*_UNMARKED).limit(1)) is None:
            return 0
    with db.write() as s:
        return mark_in(s)


def mark_in(s: Session) -> int:
    """The same in an open transaction."""
    marked = update(Project).where(*_UNMARKED).values(shown_at=clock.now())
    done: Any = s.execute(marked.execution_options(synchronize_session=False))
    return int(done.rowcount)


def tell_news() -> int:
    """Announce what is new, each thing once; returns how many things that were. The worker calls it now and then."""
    with db.read() as s:
        due = news.due(s, clock.city_now())
        members = {one.key: news.untold(s, one) for one in due if one.members is not None}
    due = [one for one in due if one.members is None or members[one.key]]
    if not due:
        return 0
    with db.write():
        for one in due:
            link = (one.endpoint, one.args)
            if one.members is not None:
                tell(members[one.key], one.notice, one.values, link=link, dedup=one.key)
            elif one.kind == "budget":
                announce(
                    "budget", one.object_id, topic=TOPIC, notice=one.notice, values=one.values, link=link, dedup=one.key
                )
            else:
                tell_followers(one.kind, one.object_id, one.notice, one.values, link=link, dedup=one.key)
    return len(due)
