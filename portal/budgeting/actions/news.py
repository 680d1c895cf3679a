"""People who follow a budget, or want news of budgets, are told what happens. Nobody is ever told of a cast ballot."""

from __future__ import annotations

from portal.base import clock, db
from portal.budgeting.queries import news
from portal.notifications.actions import announce, tell, tell_followers

TOPIC = "budgets"


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
