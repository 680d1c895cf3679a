"""What people and officers see of it: proposing, agreeing, deciding, the old address, the history."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from portal.base import clock, db
from portal.base.web import Portal
from portal.ideas.models import Call, CallCategory, Idea, IdeaState
from portal.ideas.models_merge import Twin, TwinState
from portal.identity.models import RoleGrant
from portal.places.models import District
from tests.client import Client
from tests.ideas.test_merge import join, people, press
from tests.ideas.town import add_call, add_idea, idea
from tests.identity.help import enter


@pytest.fixture
def pair(app: Portal) -> tuple[int, int]:
    """Two ideas of two authors that say nearly the same."""
    call = add_call(app, objection_days=14)
    bench = add_idea(app, call, enter(Client(app), "Jonas Brandt"), "A bench at the pond")
    seat = add_idea(app, call, enter(Client(app), "Mia Tamm"), "Benches for the pond", body="So that all can **sit**.")
    return bench, seat


def test_somebody_proposes_and_both_authors_agree(app: Portal, pair: tuple[int, int]) -> None:
    bench, seat = pair
    client = Client(app)
    enter(client, "Ana Ilves")
    path = f"/en/ideas/{seat}/same"
    assert "Say that it is the same" in client.get(f"/en/ideas/{seat}")
    page = client.get(path)
    assert "A bench at the pond" in page
    wrong = client.post(path, {"word": "Both are benches."})
    assert wrong.status == 422 and "Choose an idea" in wrong and "Both are benches." in wrong.html
    wrong = client.post(path, {"number": "999", "word": ""})
    assert wrong.status == 422 and "Say in a sentence" in wrong and "no idea with this number" not in wrong
    wrong = client.post(path, {"number": "999", "word": "x"})
    assert wrong.status == 422 and "no idea with this number" in wrong
    sent = client.post(path, {"other": str(bench), "word": "Both are benches."})
    assert "Your proposal is stored" in sent and "Both are benches." in sent and "Ana I." in sent
    again = client.post(path, {"number": str(bench), "word": "Both."})
    assert again.status == 422 and "already said" in again
    twin = f"/en/ideas/same/{_twin()}"
    stranger = Client(app)
    enter(stranger, "Marie Laurent")
    assert stranger.get(twin).status == 404 and "Look at the proposal" not in stranger.get(f"/en/ideas/{seat}")
    for name in ("Jonas Brandt", "Mia Tamm"):
        author = Client(app)
        enter(author, name)
        assert "Look at the proposal" in author.get(f"/en/ideas/{seat if name == 'Mia Tamm' else bench}")
        page = author.post(f"{twin}/say", {"act": "agreed"}, page=twin)
    assert "Both ideas are one now" in page and "This idea also holds" in page
    assert idea(seat).state is IdeaState.MERGED
    assert "the authors of both agreed" in Client(app).get(f"/en/ideas/{bench}")
    assert "Joined" in client.get(twin)


def _twin() -> int:
    with db.read() as s:
        return s.query(Twin).order_by(Twin.id.desc()).first().id  # type: ignore[union-attr]


def test_a_proposal_is_taken_back(app: Portal, pair: tuple[int, int]) -> None:
    bench, seat = pair
    client = Client(app)
    enter(client, "Ana Ilves")
    client.post(f"/en/ideas/{seat}/same", {"number": str(bench), "word": "The same."})
    twin = f"/en/ideas/same/{_twin()}"
    assert "taken your proposal back" in client.post(f"{twin}/say", {"act": "back"}, page=twin)
    author = Client(app)
    enter(author, "Mia Tamm")
    late = author.post(f"{twin}/say", {"act": "agreed"}, page=f"/en/ideas/{seat}")
    assert late.status == 409 and "decided already" in late


def test_the_staff_decide_what_waits(app: Portal, pair: tuple[int, int]) -> None:
    bench, seat = pair
    ana, bo = Client(app), Client(app)
    enter(ana, "Ana Ilves")
    enter(bo, "Bo Officer", roles=["budget_officer"])
    assert "No proposal waits" in bo.get("/en/staff/ideas/same")
    ana.post(f"/en/ideas/{seat}/same", {"number": str(bench), "word": "The same."})
    assert "1 proposal to join ideas" in bo.get("/en/staff") and ana.get("/en/staff/ideas/same").status == 403
    queue = bo.get("/en/staff/ideas/same?q=pond")
    assert "Benches for the pond" in queue
    assert "No proposal fits" in bo.get("/en/staff/ideas/same?says=both")
    path = f"/en/staff/ideas/same/{_twin()}"
    wrong = bo.post(path, {"decision": "", "reason": "", "lang": "en"})
    assert wrong.status == 422 and "Choose what happens" in wrong and "Give a reason" in wrong
    with db.read() as s:
        holder = s.query(Idea).filter_by(number=seat).one().id
    page = bo.post(path, {"decision": str(holder), "reason": "One pond, one bench.", "lang": "en"})
    assert "one now" in page and idea(bench).state is IdeaState.MERGED
    assert bo.get(f"/en/staff/ideas/same?state={TwinState.JOINED.value}").status == 200
    assert "1 proposal" not in bo.get("/en/staff")


def test_left_apart_with_a_reason(app: Portal, pair: tuple[int, int]) -> None:
    bench, seat = pair
    ana, bo = Client(app), Client(app)
    enter(ana, "Ana Ilves")
    enter(bo, "Bo Officer", roles=["moderator"])
    ana.post(f"/en/ideas/{seat}/same", {"number": str(bench), "word": "The same."})
    twin = _twin()
    bo.post(f"/en/staff/ideas/same/{twin}", {"decision": "apart", "reason": "Two ponds.", "lang": "en"})
    assert "Two ponds." in ana.get(f"/en/ideas/same/{twin}") and idea(seat).state is IdeaState.SUBMITTED


def test_the_old_address_leads_on_and_the_text_stays(app: Portal, pair: tuple[int, int]) -> None:
    bench, seat = pair
    author = Client(app)
    enter(author, "Mia Tamm")
    client = Client(app)
    me = enter(client, "Ana Ilves")
    press(seat, me)
    join(seat, bench)
    for lang in ("en", "ar"):
        answer = Client(app).http.get(f"/{lang}/ideas/{seat}")
        assert (answer.status_code, answer.headers["Location"]) == (301, f"/{lang}/ideas/{bench}")
    with db.read() as s:
        ids = {row.number: row.id for row in s.query(Idea)}
    feed = Client(app).http.get(f"/en/comments/idea/{ids[seat]}.atom")
    assert feed.status_code == 301 and feed.headers["Location"].endswith(f"/comments/idea/{ids[bench]}.atom")
    page = Client(app).get(f"/en/ideas/{bench}")
    assert "This idea also holds" in page and "So that all can" in page and "They want the same." in page
    was = Client(app).get(f"/en/ideas/{seat}/as-it-was")
    assert "Benches for the pond" in was and "The debate on this idea is over" in was and "object until" not in was
    assert "object until" in author.get(f"/en/ideas/{seat}/as-it-was")
    assert "Benches for the pond" not in Client(app).get("/en/ideas/2027/")
    assert "Benches for the pond" not in Client(app).get("/en/search?q=benches")
    mine = client.get(f"/en/ideas/{bench}")
    assert "Your support came with this idea" in mine and "Take my support back" in mine
    with db.write() as s:  # what a moderator hides is hidden there, too
        s.query(Idea).filter_by(number=seat).one().hidden_at = clock.now()
    assert "So that all can" not in Client(app).get(f"/en/ideas/{bench}")
    assert "So that all can" not in Client(app).get(f"/en/ideas/{seat}/as-it-was")


def test_an_officer_joins_and_parts_without_a_proposal(app: Portal, pair: tuple[int, int]) -> None:
    bench, seat = pair
    bo = Client(app)
    enter(bo, "Bo Officer", roles=["budget_officer"])
    assert "Join with another idea" in bo.get(f"/en/ideas/{seat}")
    path = f"/en/staff/ideas/idea/{seat}/join"
    wrong = bo.post(path, {"number": str(seat), "reason": "x", "lang": "en"})
    assert wrong.status == 422 and "with itself" in wrong
    assert bo.post(path, {"other": str(bench), "reason": "The same.", "lang": "en"}).status == 200
    assert "Part the two again" in bo.get(f"/en/ideas/{seat}/as-it-was")
    page = bo.post(f"/en/staff/ideas/idea/{seat}/part", {"reason": "They differ.", "lang": "en"})
    assert "stands by itself again" in page and "They differ." in page
    assert bo.get(f"/en/staff/ideas/idea/{seat}/part").status == 409
    ana = Client(app)
    enter(ana, "Ana Ilves")
    assert "Join with another idea" not in ana.get(f"/en/ideas/{seat}") and ana.get(path).status == 403


def test_moving_maps_the_category_or_asks(app: Portal, pair: tuple[int, int]) -> None:
    bench, _seat = pair
    other = add_call(app, slug="always", always_open=True)
    with db.write() as s:
        own = {c.call_id: c for c in s.query(CallCategory).filter_by(position=1)}
        s.query(Idea).filter_by(number=bench).one().category_id = own[s.query(Call).filter_by(slug="2027").one().id].id
        there = own[other].id
    bo = Client(app)
    enter(bo, "Bo Officer", roles=["budget_officer"])
    path = f"/en/staff/ideas/idea/{bench}/move"
    same = bo.post(
        path, {"call": str(idea(bench).call_id), "district": "", "category": "-1", "reason": "x", "lang": "en"}
    )
    assert same.status == 422 and "is there already" in same
    wrong = bo.post(path, {"call": str(other), "category": "-1", "reason": "", "lang": "en"})
    assert wrong.status == 422 and "Give a reason" in wrong
    page = bo.post(path, {"call": str(other), "category": "-1", "reason": "It is for every year.", "lang": "en"})
    assert "The idea has moved" in page and "Moved from the call" in page
    assert (idea(bench).call_id, idea(bench).category_id) == (other, there)


def test_splitting_keeps_what_was_typed(app: Portal, pair: tuple[int, int]) -> None:
    bench, _seat = pair
    bo = Client(app)
    enter(bo, "Bo Officer", roles=["budget_officer"])
    path = f"/en/staff/ideas/idea/{bench}/split"
    typed = {"parts": "2", "title_1": "A bench", "body_1": "To sit.", "title_2": "A lamp", "body_2": "", "lang": "en"}
    more = bo.post(path, {**typed, "act": "more"})
    assert more.status == 200 and 'value="A lamp"' in more.html and "Part 3" in more
    wrong = bo.post(path, typed)
    assert wrong.status == 422 and "Enter the text of this part" in wrong and 'value="A lamp"' in wrong.html
    page = bo.post(path, {**typed, "body_2": "To see.", "reason": "Two wishes."})
    assert "The idea is split" in page and "A lamp" in page
    ana = Client(app)
    enter(ana, "Ana Ilves")
    page = ana.post("/en/ideas/3/support", {"on": "1"}, page=f"/en/ideas/{bench}")
    assert idea(3).supports == 1 and "Split from" in page
    undo = f"/en/staff/ideas/idea/{bench}/unsplit"
    assert undo not in bo.get(f"/en/ideas/{bench}").html and bo.get(undo).status == 409
    ana.post("/en/ideas/3/support", page="/en/ideas/3")
    assert undo in bo.get(f"/en/ideas/{bench}").html
    wrong = bo.post(undo, {"reason": "", "lang": "en"})
    assert wrong.status == 422 and "Give a reason." in wrong
    page = bo.post(undo, {"reason": "It was one wish.", "lang": "en"})
    assert "The idea is whole again" in page and "This idea also holds" in page and "It was one wish." in page


def test_a_scoped_officer_reaches_both_or_decides_nothing(app: Portal, pair: tuple[int, int]) -> None:
    bench, seat = pair
    ana, lea = Client(app), Client(app)
    enter(ana, "Ana Ilves")
    person = enter(lea, "Lea Local")
    ana.post(f"/en/ideas/{seat}/same", {"number": str(bench), "word": "The same."})
    with db.write() as s:
        district = s.scalars(select(District.id)).first()
        assert district is not None
        s.add(RoleGrant(person_id=person, role="moderator", scope_kind="district", scope_id=district, at=clock.now()))
        s.query(Idea).filter_by(number=seat).one().district_id = district
    assert "No proposal waits" in lea.get("/en/staff/ideas/same")
    assert lea.get(f"/en/staff/ideas/same/{_twin()}").status == 404
    with db.write() as s:
        s.query(Idea).filter_by(number=bench).one().district_id = district
    assert "Benches for the pond" in lea.get("/en/staff/ideas/same")
    assert lea.get(f"/en/staff/ideas/same/{_twin()}").status == 200


def test_the_queue_and_the_page_ask_as_often_for_many(
    app: Portal, pair: tuple[int, int], count_queries: Callable[..., Any]
) -> None:
    bench, _seat = pair
    call = idea(bench).call_id
    bo = Client(app)
    enter(bo, "Bo Officer", roles=["budget_officer"])
    # of many people: very many of one would wait for a moderator
    authors = people(app, 12)
    found: dict[str, set[int]] = {}
    for size in (1, 12):
        with db.read() as s:
            there = s.query(Idea).filter(Idea.state == "merged").count()
        for n in range(there, size):
            join(add_idea(app, call, authors[n], f"Another seat {n}"), bench)
            one = add_idea(app, call, authors[n], f"Lamp {n}")
            with db.write() as s:
                number = s.query(Idea).filter_by(number=bench).one().id
                other = s.query(Idea).filter_by(number=one).one().id
                s.add(Twin(idea_id=other, into_id=number, pair=f"{number}:{other}", lang="en", word="x", at=clock.now(),
                           state=TwinState.OPEN))  # fmt: skip
        for path in (f"/en/ideas/{bench}", "/en/staff/ideas/same"):
            asked = []
            for _again in range(2):
                bo.get(path)
                with count_queries(app) as counted:
                    assert bo.get(path).status == 200
                asked.append(counted.number)
            found.setdefault(path, set()).add(min(asked))
    assert {path: numbers for path, numbers in found.items() if len(numbers) > 1} == {}
