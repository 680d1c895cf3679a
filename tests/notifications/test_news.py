"""What happens to a budget is told to those who want to know, each thing once; a cast ballot is told to nobody."""

from __future__ import annotations

from datetime import timedelta

from portal.base import clock, db
from portal.base.actor import Actor
from portal.base.web import Portal
from portal.budgeting.actions.news import tell_news
from portal.budgeting.models import Project
from portal.notifications import actions
from portal.processes.models import Phase, PhaseKind
from portal.voting import actions_count
from tests.budgeting import town
from tests.notifications.help import messages, outbox, person, work
from tests.voting import town as votes


def test_from_the_opening_to_the_result(app: Portal) -> None:
    budget = town.add_budget(app, age=None)
    fan, curious = person(app, "Fan One", email="fan@example.org", language="de"), person(app, "Cu Rious")
    with db.write():
        actions.follow(Actor(person_id=fan), "budget", budget)
        actions.add_alert(Actor(person_id=curious), "budgets", "north")
    assert tell_news() == 0, "the vote is not open yet"
    public_id = town.open_vote(app, budget)
    assert tell_news() == 1 and tell_news() == 0
    work()
    with db.read() as s:
        codes = [row.code for row in s.query(Project).order_by(Project.number)]
        project = s.query(Project.id).order_by(Project.number).first()[0]
    before = len(messages()), len(outbox())
    for n in range(4):
        votes.cast(public_id, f"resident {n}", {"1": [codes[0]]})
    work()
    tell_news()
    assert (len(messages()), len(outbox())) == before, "a cast leaves no message, no mail and no job"
    votes.close(public_id)
    assert tell_news() == 1 and tell_news() == 0
    votes.start_count(public_id)
    actions_count.run_count(public_id)
    with db.write() as s:
        actions.follow(Actor(person_id=curious), "project", project)
        actions_count.publish(s, votes.OFFICER, votes.found(s, public_id), halves_destroyed=True)
    assert tell_news() == 2 and tell_news() == 0
    work()
    told = ["budget.vote_open", "budget.vote_closed", "budget.result"]
    assert [row.notice for row in messages(fan)] == told
    assert [row.notice for row in messages(curious)] == [*told, "budget.result"]
    assert len(outbox()) == 3 and outbox()[0].lang == "de" and "Budget 2026 de" in outbox()[0].subject


def test_a_new_phase_is_told_and_an_old_one_not(app: Portal) -> None:
    budget = town.add_budget(app, opens=40, closes=50)
    ana = person(app)
    with db.write():
        actions.follow(Actor(person_id=ana), "budget", budget)
    assert tell_news() == 0, "ideas were handed in from twenty days ago on"
    with db.write() as s:
        phase = s.query(Phase).filter_by(kind=PhaseKind.SUBMIT).one()
        phase.opens_at = clock.city_now() - timedelta(hours=1)
        phase.closes_at = clock.city_now() + timedelta(days=9)
    assert tell_news() == 1 and tell_news() == 0
    work()
    assert [row.notice for row in messages(ana)] == ["budget.phase"]


def test_a_draft_is_told_to_nobody(app: Portal) -> None:
    town.add_budget(app, shown=False, opens=40, closes=50)
    with db.write() as s:
        s.query(Phase).filter_by(kind=PhaseKind.SUBMIT).one().opens_at = clock.city_now() - timedelta(hours=1)
    assert tell_news() == 0
