"""The innovation track on its pages, from a proposal to a published failure."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from portal.base import clock, db, ground
from portal.base.actor import NOBODY
from portal.base.web import Portal
from portal.ideas.models import Idea
from portal.identity.models import Identity, Person
from portal.innovation import actions, actions_pilot, queries, queries_desk
from portal.innovation.models import Pilot, Proposal
from portal.moderation import actions as moderation
from portal.moderation import actions_decide
from portal.moderation.models import Flagged, Reason
from portal.notifications.models import Message
from tests.client import Client
from tests.ideas.town import add_call, add_idea
from tests.identity.help import enter, limited
from tests.innovation import town
from tests.moderation import board

HERE = "/en/innovation/"
DESK = "/en/staff/innovation"


def _old(person_id: int) -> None:
    """The account is old enough that its texts are not held."""
    with db.write() as s:
        s.get_one(Person, person_id).created_at = clock.now() - timedelta(days=90)


def _propose(client: Client, **more: Any) -> Any:
    page = client.get(f"{HERE}new")
    words = {
        "title": "A text message before the letter", "problem": "Letters come back.", "whom": "Parents.",
        "better": "Ask by message first.", "language": "en",
    }  # fmt: skip
    return client.post(f"{HERE}new", {**page.fields(), **words, **more})


def _screening(score: int = 2) -> dict[str, Any]:
    found: dict[str, Any] = {"language": "en"}
    for key in ("need", "open", "small", "seen", "safe", "kept"):
        found |= {f"score_{key}": str(score), f"reason_{key}": f"Because of {key}"}
    return found


def test_from_a_proposal_to_a_published_failure(app: Portal) -> None:
    ana, lea, ole, kai, kim = (Client(app) for _n in range(5))
    ground.stand_on(app.ground)
    with db.write():
        parks = town.department()
    _old(enter(ana, "Ana Ilves"))
    enter(lea, "Lea Lead", roles=["innovation_lead"])
    enter(ole, "Ole Lead", roles=["innovation_lead"])
    coach = enter(kai, "Kai Coach", roles=["innovation_coach"])
    enter(kim, "Kim Coach", roles=["innovation_coach"])

    empty = _propose(ana, problem="", whom="")
    assert empty.status == 422 and "Describe the problem." in empty and "Ask by message first." in empty.html
    sent = _propose(ana)
    assert sent.status == 200
    with db.read() as s:
        row = s.query(Proposal).one()
        assert row.held_at is not None or row.shown
        number = row.id
    with db.write() as s:  # the test is no slow typist
        typed = s.get_one(Proposal, number)
        typed.held_at = None
        actions.index(s, typed)
    one = f"{DESK}/{number}"

    public = Client(app).get(f"{HERE}{number}")
    assert "A text message before the letter" in public and "Ana" not in public.text and "A resident" in public

    assert "waits for your screening" in kai.get("/en/staff/")
    half = kai.post(f"{one}/screening", {**_screening(), "reason_safe": ""})
    assert half.status == 422 and "Give the reason for your answer." in half and "Because of kept" in half.html
    kai.post(f"{one}/screening", _screening(3))
    assert "You read the answers of others when your own are stored" in kim.get(one)
    assert "Because of need" not in kim.get(one)
    kim.post(f"{one}/screening", _screening(1))
    seen = kim.get(one)
    assert "Because of need" in seen and "Far apart" in seen
    assert kim.get(f"{one}/decision").status == 403
    decided = lea.post(
        f"{one}/decision", {"stage": "try", "reason": "Cheap and soon.", "language": "en", "department": parks}
    )
    assert "Will be tried" in decided
    lea.post(f"{one}/coach", {"coach": coach})
    mine = ana.get(f"{HERE}{number}")
    assert "Kai Coach" in mine and "Because of need" in mine and "Cheap and soon." in mine
    assert "Kai Coach" not in Client(app).get(f"{HERE}{number}").text

    today = queries_desk.today()
    first, last = today - timedelta(days=10), today + timedelta(days=50)
    plan = {
        "language": "en", "hypothesis": "If asked, they answer.", "measure": "Letters back", "unit": "letters",
        "baseline": "20", "target": "20", "cost": "1,000", "stop_rule": "More than 30 come back.", "stop_way": "above",
        "stop_at": "30", "starts_on-day": first.day, "starts_on-month": first.month, "starts_on-year": first.year,
        "ends_on-day": last.day, "ends_on-month": last.month, "ends_on-year": last.year,
    }  # fmt: skip
    same = kai.post(f"{one}/plan", plan)
    assert same.status == 422 and "another value than the one before" in same
    kai.post(f"{one}/plan", {**plan, "target": "5.5"})
    assert "If asked, they answer." not in Client(app).get(f"{HERE}{number}")
    assert "0 are granted" in kai.get(one).text.replace("€", "")
    lea.post(
        f"{DESK}/funds/new",
        {"department": parks, "year": today.year, "amount": "3000", "reason": "Council decision 12"},
    )
    with db.read() as s:
        fund_id = queries_desk.funds(s)[0].id
    rich = ole.post(f"{one}/grant", {"fund": fund_id, "cents": "4000", "reason": "Go"})
    assert rich.status == 422 and "left" in rich
    ole.post(f"{one}/grant", {"fund": fund_id, "cents": "1000", "reason": "Go"})
    begun = kai.post(f"{one}/begin", page=one)
    assert "Pilot is running" in begun
    assert kai.get(f"{one}/plan").status == 409
    value = {"day-day": today.day, "day-month": today.month, "day-year": today.year, "language": "en"}
    met = kai.post(f"{one}/check-in", {**value, "value": "31.5", "note": "Wrong numbers"})
    assert "meets the threshold" in met
    public = Client(app).get(f"{HERE}{number}")
    assert (
        "<svg" in public.html and "31.5" in public.text and "The value meets the threshold of the stop rule." in public
    )
    early = kai.post(
        f"{one}/outcome", {"outcome": "stopped", "text": "", "learnt": "", "spent": "400", "language": "en"}
    )
    assert early.status == 422 and "Say what was learnt." in early
    over = {"outcome": "stopped", "text": "No help.", "learnt": "Ask twice.", "language": "en"}
    assert "More was spent" in kai.post(f"{one}/outcome", {**over, "spent": "1001"})
    kai.post(f"{one}/outcome", {**over, "spent": "400"})
    ended = Client(app).get(f"{HERE}{number}")
    assert "Outcome: Stopped" in ended and "Ask twice." in ended
    assert "2,600" in lea.get(f"{DESK}/funds/{fund_id}").text
    figures = Client(app).get(f"{HERE}figures").text
    assert "went into pilots that were stopped" in figures and "400" in figures
    table = Client(app).get("/data/innovation.csv" if False else "/en/data/innovation.csv").html
    assert "stopped" in table and "Ask twice." in table and "Ana" not in table and "Kai" not in table
    feed = Client(app).get("/en/feeds/innovation.atom").html
    assert "Stopped: A text message before the letter" in feed
    assert "A text message" in Client(app).get(f"{HERE}?show=stopped") and "No proposal fits" in Client(app).get(
        f"{HERE}?show=scaled"
    )
    assert "A text message" in Client(app).get("/en/search?q=message")
    with db.read() as s:
        told = {row.notice for row in s.query(Message)}
    assert {
        "innovation.decided",
        "innovation.coach",
        "innovation.begun",
        "innovation.stop",
        "innovation.outcome",
    } <= told


def test_roles_reach_their_department_alone(app: Portal) -> None:
    town_ids = town.tried(app)
    lead, other = Client(app), Client(app)
    with db.write():
        parks, roads = town.department(), town.department("roads")
    limited(enter(lead, "Parks Lead"), "innovation_lead", "department", parks)
    limited(enter(other, "Roads Lead"), "innovation_lead", "department", roads)
    enter(lead, "Parks Lead")
    enter(other, "Roads Lead")
    one = f"{DESK}/{town_ids['runs']}"
    assert lead.get(one).status == 200 and other.get(one).status == 404
    assert lead.get(f"{DESK}/funds/{town_ids['fund']}").status == 200
    assert other.get(f"{DESK}/funds/{town_ids['fund']}").status == 404
    assert "Runs" in lead.get(DESK) and "Runs" not in other.get(DESK).text


def test_what_a_moderator_hides_is_gone_everywhere(app: Portal) -> None:
    runs = town.tried(app)["runs"]
    ground.stand_on(app.ground)
    with db.write() as s:
        moderator = town.person("Piotr Mod", "moderator")
        moderation.report(NOBODY, queries.KIND, runs, reason=Reason.INSULT, words="", lang="en")
        flagged = s.query(Flagged).filter_by(kind=queries.KIND, object_id=runs).one()
        actions_decide.decide(moderator, flagged.id, board.HIDE, version=flagged.version)
    client = Client(app)
    assert "A moderator has hidden this proposal" in client.get(f"{HERE}{runs}")
    for path in (HERE, "/en/feeds/innovation.atom", "/en/search?q=Runs", "/en/data/innovation.csv"):
        assert not re.search(rf"innovation/{runs}\b|\bRuns,", client.get(path).html), path


def test_it_grows_from_an_idea_and_the_idea_shows_it(app: Portal) -> None:
    client = Client(app)
    me = enter(client, "Ana Ilves", district="north")
    _old(me)
    idea = add_idea(app, add_call(app), me, "Lamps that sleep")
    assert "Propose to try this out small" in client.get(f"/en/ideas/{idea}")
    with db.read() as s:
        idea_id = s.query(Idea).one().id
    page = client.get(f"{HERE}new?from=idea:{idea_id}")
    assert "It grows from:" in page and 'value="Lamps that sleep"' in page.html
    words = {"title": "Sleeping lamps", "problem": "Light", "whom": "Birds", "better": "Dark", "language": "en"}
    client.post(f"{HERE}new?from=idea:{idea_id}", {**page.fields(), **words})
    with db.write() as s:
        row = s.query(Proposal).one()
        assert (row.source_kind, row.source_id) == ("idea", idea_id)
        row.held_at = None
    assert "Sleeping lamps" in Client(app).get(f"/en/ideas/{idea}")
    assert "Lamps that sleep" in Client(app).get(f"{HERE}{row.id}")
    for strange in ("idea:999", "person:1", "innovation_proposal:1", "x", "idea:²"):
        assert client.get(f"{HERE}new?from={strange}").status == 200


def test_an_own_proposal_is_withdrawn_by_its_proposer_alone(app: Portal) -> None:
    waits = town.tried(app)["waits"]
    ana, jo = Client(app), Client(app)
    enter(ana, "Ana Ilves", sub="ana-ilves")
    enter(jo, "Jo Other")
    with db.write() as s:
        mine = s.query(Identity).filter_by(sub="ana-ilves").all()
        s.get_one(Proposal, waits).proposer_id = mine[-1].person_id
    assert jo.get(f"{HERE}{waits}/withdraw").status == 404
    assert ana.post(f"{HERE}{waits}/withdraw", {"reason": ""}).status == 422
    page = ana.post(f"{HERE}{waits}/withdraw", {"reason": "Solved by itself."})
    assert "This proposal was withdrawn" in page and "Solved by itself." in page
    assert "Waits" not in Client(app).get(HERE).text.replace("Waits for", "")


def test_a_lead_writes_the_screening_list(app: Portal) -> None:
    lea, kai, somebody = Client(app), Client(app), Client(app)
    enter(lea, "Lea Lead", roles=["innovation_lead"])
    enter(kai, "Kai Coach", roles=["innovation_coach"])
    here = f"{DESK}/questions"
    assert "Screening list" in lea.get(DESK) and "Add a question" in lea.get(here)
    assert "Add a question" not in kai.get(here) and kai.get(f"{here}/new").status == 403
    wrong = lea.post(f"{here}/new", {"hint_en": "The department."})
    assert (
        wrong.status == 422 and "Write the question in at least one language." in wrong and "The department." in wrong
    )
    page = lea.post(
        f"{here}/new", {"label_en": "Who <b>pays</b>?", "label_ar": "من يدفع؟", "hint_en": "The department."}
    )
    assert "The question stands at the end" in page and "Version 1" in page
    public = somebody.get("/ar/innovation/about")
    assert "من يدفع؟" in public and '<bdi lang="en" dir="ltr">The department.</bdi>' in public.html
    told = lea.get(f"{here}/need")  # begins with the words that the portal brings, in every language
    assert all(re.search(rf'name="label_{lang}"[^>]* value="[^"]{{9,}}"', told.html) for lang in ("en", "de", "ar"))
    page = lea.post(f"{here}/need", {"label_en": "Is it needed?"})
    assert "The question is changed." in page and "Is it needed?" in page
    first = lea.post(f"{here}/own1/move", {"to": "up"}, page=here)
    assert "The order is changed." in first and first.html.index("Who &lt;b&gt;") < first.html.index("carry on with it")
    assert "is taken away" in lea.post(f"{here}/own1/remove", page=here)
    assert "Who &lt;b&gt;" not in somebody.get(f"{HERE}about").html
    assert lea.post(f"{here}/own1/remove", page=here).status == 409 and lea.get(f"{here}/own1").status == 404


def test_lists_and_pages_ask_as_often_with_thirty_as_with_one(app: Portal, count_queries: Callable[..., Any]) -> None:
    ids = town.tried(app)
    client = Client(app)
    enter(client, "Lea Second", roles=["innovation_lead", "innovation_coach"])
    paths = (HERE, f"{HERE}{ids['runs']}", f"{HERE}figures", "/en/data/innovation.csv", DESK, f"{DESK}/{ids['runs']}",
             f"{DESK}/funds", f"{DESK}/funds/{ids['fund']}", "/en/staff/")  # fmt: skip

    def numbers() -> dict[str, int]:
        found = {}
        for path in paths:
            client.get(path)
            with count_queries(app) as counted:
                assert client.get(path).status == 200
            found[path] = counted.number
        return found

    before = numbers()
    with db.write() as s:
        who = town.cast()
        for n in range(12):
            over = town.propose(town.person(f"Person {n}"), f"Over {n}")
            town.run(over, who, cost=10)
            town.end(over, who, spent=5)
            town.propose(town.person(f"Person {n}"), f"More {n}")
        pilot = s.query(Pilot).filter_by(proposal_id=ids["runs"]).one()
        for n in range(1, 20):
            actions_pilot.check_in(
                who["kai"], pilot.proposal_id, queries_desk.today() - timedelta(days=n), 700, "x", "en"
            )
    assert numbers() == before
    for path, most in ((HERE, 10), (f"{HERE}{ids['runs']}", 20)):
        assert before[path] <= most, before
