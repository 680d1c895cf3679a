"""A text that an officer published from a questionnaire can be reported by anybody, and hidden like everything else."""

from __future__ import annotations

import re
from datetime import timedelta

from portal.base import clock, db
from portal.base.actor import Actor
from portal.base.web import Portal
from portal.moderation import actions_decide
from portal.moderation.models import Decision, Flagged
from portal.processes.actions_content import CONTENT
from portal.processes.models import Process
from portal.processes.models_questions import Group, Questionnaire, Reply
from portal.processes.queries_questions import found
from tests.budgeting import town
from tests.client import Client
from tests.identity.help import enter
from tests.moderation import board
from tests.processes import survey


def published(app: Portal, *, citizens: int = 12) -> tuple[int, list[int]]:
    """Results with two chosen texts and one that was not chosen; the questionnaire's number and those of the texts."""
    budget = town.add_budget(app, slug="2026", count=1)
    with db.write() as s:
        number = survey.make(town.get(budget).process_id)
        survey.fill(number, Group.CITIZEN, citizens - 2, text="More shade")
        survey.fill(number, Group.CITIZEN, 1, text="Call Mr Smith, 5 Mill Street")
        survey.fill(number, Group.CITIZEN, 1, text="Nobody chose this")
        row = s.get_one(Questionnaire, number)
        row.opens_at, row.closes_at = row.opens_at - timedelta(days=30), clock.city_now() - timedelta(days=1)
        texts = {one.body: one for one in s.query(Reply).filter(Reply.body.is_not(None))}
        some = [texts[words] for words in ("More shade", "Call Mr Smith, 5 Mill Street", "Nobody chose this")]
        for one in some[:2]:
            one.chosen = True
        survey.publish(number)
        return number, [one.id for one in some]


def test_anybody_reports_a_published_text_and_a_moderator_hides_it(app: Portal) -> None:
    number, (fine, bad, unseen) = published(app)
    guest, results = Client(app), f"/en/questionnaires/{number}/results"
    page = guest.get(results)
    assert re.findall(r"/en/report/questionnaire_text/(\d+)", page.html) == [str(bad), str(fine)]
    assert guest.get(f"/en/report/questionnaire_text/{unseen}").status == 404, "what nobody can read is not reported"
    address = f"/en/report/questionnaire_text/{bad}"
    assert "Text in the results of a questionnaire" in guest.get(address)
    assert guest.post(address, {**guest.get(address).fields(), "reason": "private"}).status == 200
    desk = Client(app)
    enter(desk, "Mo Derator", roles=["moderator"])
    queue = desk.get("/en/staff/moderation?kind=questionnaire_text")
    assert "Call Mr Smith" in queue
    with db.read() as s:
        row = s.query(Flagged).one()
        survey_found = found(s, number)
        assert survey_found is not None
        process = s.query(Process).one().id
        assert survey_found.scope["process"] == {process}
    assert "Call Mr Smith" in desk.get(f"/en/staff/moderation/{row.id}")
    with db.write():
        actions_decide.decide(Actor(roles=frozenset({"moderator"})), row.id, board.HIDE, version=row.version)
    assert "Mr Smith" not in guest.get(results) and "More shade" in guest.get(results)
    assert guest.get(address).status == 404
    with db.read() as s:
        assert s.query(Decision).one().author_id is None, "whose text it was is told to nobody"
    enter(desk, "Bo Officer", roles=["budget_officer"])
    assert "hidden by a moderator" in desk.get(f"/en/staff/questionnaires/{number}/results")


def test_personal_data_are_taken_out_of_a_published_text(app: Portal) -> None:
    number, (_fine, bad, _unseen) = published(app)
    with db.write() as s:
        assert CONTENT.texts(s, bad) == {"body": "Call Mr Smith, 5 Mill Street"}
        CONTENT.rewrite(s, bad, {"body": "Call […]"})
        assert CONTENT.texts(s, 9999) == {} and CONTENT.scope(s, 9999) == {}
    assert "Call […]" in Client(app).get(f"/en/questionnaires/{number}/results")
