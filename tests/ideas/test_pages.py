"""What citizens do with ideas on their pages: look, hand in, change, withdraw, support, keep a search."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from portal.base import clock, db, jobs
from portal.base.actor import Actor
from portal.base.web import Portal
from portal.ideas.actions_content import CONTENT
from portal.ideas.models import Author, AuthorState, Draft, Idea, IdeaState, SavedSearch
from portal.identity.models import SignIn
from portal.identity.models_ways import Mandate
from portal.notifications import actions as notifications
from portal.notifications.models import Message
from tests.client import Client
from tests.ideas.town import add_call, add_idea, idea
from tests.identity.help import enter


def _type(client: Client, **more: Any) -> None:
    """The first step of an idea."""
    data = {"title": "A slide for the pool", "body": "Because it is fun.", "language": "en", "act": "on", **more}
    client.post("/en/ideas/2027/new/idea", data)


def _send(client: Client) -> Any:
    """The last page, sent as a browser sends it, by somebody who took a minute for the steps."""
    with db.write() as s:
        s.query(Draft).one().created_at -= timedelta(minutes=1)
    page = client.get("/en/ideas/2027/new/check")
    return client.post("/en/ideas/2027/new/check", {**page.fields(), "act": "send"})


def test_an_idea_is_handed_in_step_by_step(app: Portal) -> None:
    client = Client(app)
    call_id = add_call(app)
    me = enter(client, "Ana Ilves", district="north")
    assert "Hand in an idea" in client.get("/en/ideas/2027/")
    _type(client, title="", act="later")
    page = client.post("/en/ideas/2027/new/idea", {"title": "", "body": "Because.", "language": "en", "act": "on"})
    assert page.status == 422 and "Enter a title" in page and "Because." in page.html
    _type(client)
    page = client.get("/en/ideas/2027/new")
    assert "Step 1" in page and 'value="A slide for the pool"' in page.html
    client.post("/en/ideas/2027/new/place", {"place": "Harbour baths", "cost": "1,500", "act": "on"})
    check = client.get("/en/ideas/2027/new/check")
    assert "A slide for the pool" in check and "Harbour baths" in check and "1,500" in check.text
    sent = _send(client)
    assert sent.status == 200 and "has been handed in" in sent
    made = idea(1)
    assert (made.call_id, made.author_id, made.cost_guess, made.place) == (call_id, me, 150_000, "Harbour baths")
    with db.read() as s:
        assert s.query(Draft).count() == 0
    public = Client(app).get("/en/ideas/1")
    assert "A slide for the pool" in public and "Ana I." in public and "Ilves" not in public
    assert "A slide for the pool" in Client(app).get("/de/ideas/2027/?q=slide")
    assert "A slide for the pool" in Client(app).get("/en/search?q=slide")


def test_a_draft_is_kept_and_thrown_away(app: Portal) -> None:
    client = Client(app)
    add_call(app)
    enter(client, "Ana Ilves")
    _type(client, body="", act="later")
    assert "A slide for the pool" in client.get("/en/ideas/mine")
    assert "Something is missing" in client.get("/en/ideas/2027/new/check")
    assert client.post("/en/ideas/2027/new/check", {"act": "send"}).status == 422
    client.post("/en/ideas/2027/new/discard")
    assert "A slide" not in client.get("/en/ideas/mine")


def test_a_press_on_the_plan_and_a_choice_of_the_list_mean_the_same(town: Portal) -> None:
    client = Client(town)
    add_call(town)
    enter(client, "Ana Ilves")
    _type(client)
    client.post("/en/ideas/2027/new/place", {"spot.x": "320", "spot.y": "224", "place": "Mill"})
    with db.read() as s:
        assert s.query(Draft).one().data["x"] == 0.5
    page = client.post("/en/ideas/2027/new/place", {"spot.x": "0", "spot.y": "0", "place": "Mill"})
    assert page.status == 422 and "not pressed with a pointer" in page
    client.post("/en/ideas/2027/new/place", {"act": "off", "place": "Mill"})
    with db.read() as s:
        assert s.query(Draft).one().data["x"] is None


def test_similar_ideas_are_shown_and_can_be_supported_instead(app: Portal) -> None:
    client = Client(app)
    call_id = add_call(app)
    author = enter(client, "Jonas Brandt")
    slide = add_idea(app, call_id, author, "A water slide at the pool")
    add_idea(app, call_id, author, "More trees")
    enter(client, "Ana Ilves")
    _type(client)
    found = client.get("/en/ideas/2027/similar?q=slides+for+pools").response.get_json()["ideas"]
    assert [one["title"] for one in found] == ["A water slide at the pool"]
    check = client.get("/en/ideas/2027/new/check")
    assert "Support this one instead" in check and "More trees" not in check
    page = client.post(f"/en/ideas/{slide}/support", {"on": "1", "instead": "1"}, page="/en/ideas/2027/new/check")
    assert "Your own draft is still there" in page and idea(slide).supports == 1


def test_my_page_has_the_searches_that_one_keeps(app: Portal) -> None:
    client = Client(app)
    add_call(app)
    enter(client, "Jonas Brandt")
    client.post("/en/ideas/2027/keep?q=tree", {"name": "Trees"}, page="/en/ideas/2027/keep?q=tree")
    page = client.get("/en/my")
    assert "Trees" in page and "/en/ideas/2027/?q=tree" in page.html
    enter(other := Client(app), "Marie Laurent")
    assert "Trees" not in other.get("/en/my")
    with db.read() as s:
        number = s.query(SavedSearch).one().id
    gone = client.post(f"/en/ideas/searches/{number}/remove", {"back": "/en/my"}, page="/en/my")
    assert "kept no longer" in gone and "Trees" not in gone and "Your ideas" in gone


def test_a_support_counts_once_and_is_taken_back(app: Portal) -> None:
    client = Client(app)
    number = add_idea(app, add_call(app), enter(client, "Jonas Brandt"))
    enter(client, "Ana Ilves")
    for _again in range(2):
        page = client.post(f"/en/ideas/{number}/support", {"on": "1"}, page=f"/en/ideas/{number}")
    assert "1 support" in page and "Take my support back" in page
    assert "A bench" in client.get("/en/ideas/mine") and "A bench" in client.get("/en/my")
    other = Client(app)
    enter(other, "Marie Laurent")
    assert "Take my support back" not in other.get(f"/en/ideas/{number}")
    client.post(f"/en/ideas/{number}/support", {"on": ""}, page=f"/en/ideas/{number}")
    assert idea(number).supports == 0


def test_a_change_can_be_read_and_ends_with_the_first_support(app: Portal) -> None:
    client = Client(app)
    number = add_idea(app, add_call(app, edit_minutes=0), enter(client, "Ana Ilves"), "A bench", body="Made of wood.")
    form = client.get(f"/en/ideas/{number}/edit").fields()
    words = {"title": "A long bench", "body": "Made of old wood.", "language": "en"}
    page = client.post(f"/en/ideas/{number}/edit", {**form, **words})
    assert "A long bench" in page and "What was changed" in page
    history = Client(app).get(f"/de/ideas/{number}/history")
    assert (
        "<ins>" in history.html
        and "long" in history
        and "A bench" in Client(app).get(f"/en/ideas/{number}/history").text.replace("A long bench", "A bench")
    )
    enter(client, "Jonas Brandt")
    assert client.get(f"/en/ideas/{number}/edit").status == 404
    client.post(f"/en/ideas/{number}/support", {"on": "1"}, page=f"/en/ideas/{number}")
    enter(client, "Ana Ilves")
    page = client.get(f"/en/ideas/{number}/edit")
    assert page.status == 409 and "Others support this idea" in page


def _together(app: Portal, first: Client, second: Client) -> tuple[int, int]:
    """An idea that Ana and Mia write together; its number, and who Mia is."""
    ana, mia = enter(first, "Ana Ilves"), enter(second, "Mia Tamm", language="de")
    number = add_idea(app, add_call(app), ana, "A bench", body="Made of wood.")
    with db.write() as s:
        s.add(
            Author(
                idea_id=idea(number).id,
                person_id=mia,
                hash="m" * 64,
                state=AuthorState.ACCEPTED,
                invited_at=clock.now(),
                answered_at=clock.now(),
            )  # fmt: skip
        )
    return number, mia


def test_two_authors_do_not_write_over_each_other(app: Portal) -> None:
    first, second = Client(app), Client(app)
    number, _mia = _together(app, first, second)
    address, words = f"/en/ideas/{number}/edit", {"language": "en", "body": "Made of wood."}
    early, late = first.get(address).fields(), second.get(address).fields()
    assert first.post(address, {**early, **words, "title": "A long bench"}).status == 200
    told = second.post(address, {**late, **words, "title": "A wide bench"})
    assert told.status == 422 and "Somebody else has changed the idea" in told and idea(number).title == "A long bench"
    assert 'value="A wide bench"' in told.html, "what was typed is kept"
    assert f'href="/en/ideas/{number}"' in told.html and "A long bench</bdi>" in told.html, "the present text is there"
    again = second.post(address, {**told.fields(), **words, "title": "A wide bench"})
    assert again.status == 200 and idea(number).title == "A wide bench", "who has read the present text may go on"


def test_who_writes_an_idea_together_hears_that_another_withdrew_it(app: Portal) -> None:
    first, second = Client(app), Client(app)
    number, mia = _together(app, first, second)
    with db.write():
        notifications.follow(Actor(person_id=mia), "idea", idea(number).id)
    first.post(f"/en/ideas/{number}/withdraw", {"reason": "There is one already."})
    jobs.run_due()
    with db.read() as s:
        told = s.query(Message).filter(Message.notice.like("idea.withdrawn%")).all()
    assert [(one.person_id, one.notice, one.free_text) for one in told] == [
        (mia, "idea.withdrawn_by_co_author", "There is one already.")
    ], "once, who did it and why"
    assert "Ana I. has withdrawn an idea of which you are an author" in second.get("/en/inbox")


def test_a_withdrawn_idea_leaves_lists_and_keeps_its_page(app: Portal) -> None:
    client = Client(app)
    number = add_idea(app, add_call(app), enter(client, "Ana Ilves"))
    page = client.post(f"/en/ideas/{number}/withdraw", {"reason": "It is there already."})
    assert "It is there already." in page and idea(number).state is IdeaState.WITHDRAWN
    assert "A bench" not in client.get("/en/ideas/2027/") and "A bench" in client.get("/en/ideas/2027/?state=withdrawn")
    assert "A bench" not in client.get("/en/search?q=bench")


def test_lists_are_filtered_and_sorted_by_their_address(app: Portal) -> None:
    client = Client(app)
    call_id = add_call(app)
    me = enter(client, "Ana Ilves")
    for title, lang in (("Trees", "en"), ("Bäume am Fluss", "de"), ("أشجار في المدينة", "ar")):
        add_idea(app, call_id, me, title, language=lang, body="x")
    page = client.get("/en/ideas/2027/?language=ar")
    assert "1 idea" in page and 'lang="ar" dir="rtl"' in page.html
    assert "Bäume" in client.get("/en/ideas/2027/?q=baume") and "أشجار" in client.get("/en/ideas/2027/?q=اشجار")
    once, again = (client.get("/en/ideas/2027/?sort=random&seed=5").text for _n in range(2))
    assert once == again
    assert client.get("/en/ideas/2027/?category=999&state=nonsense&page=77").status == 200
    feed = client.get("/en/ideas/2027/ideas.atom?q=baume").html
    assert "Bäume" in feed and "Trees" not in feed
    assert (
        "Trees" in client.get("/en/ideas/2027/ideas.csv").html
        and "Ana" not in client.get("/en/ideas/2027/ideas.csv").html
    )


def test_what_is_not_shown_does_not_exist(app: Portal) -> None:
    client = Client(app)
    add_call(app, slug="draft", shown=False)
    me = enter(client, "Ana Ilves")
    number = add_idea(app, add_call(app, premoderated=True), me, "Waits")
    assert "waits for a moderator" in client.get(f"/en/ideas/{number}")
    other = Client(app)
    enter(other, "Jonas Brandt")
    for path in ("/en/ideas/draft/", f"/en/ideas/{number}", f"/en/ideas/{number}/history", "/en/ideas/99"):
        assert other.get(path).status == 404
    assert "Waits" not in other.get("/en/ideas/2027/") and "Waits" not in other.get("/en/search?q=waits")
    enter(other, "Bo Officer", roles=["moderator"])
    assert other.get("/en/ideas/draft/").status == 200 and "Waits" in other.get("/en/staff/ideas/2027/list")


def test_a_challenge_asks_organisations(app: Portal) -> None:
    client = Client(app)
    add_call(app, challenge=True)
    enter(client, "Ana Ilves")
    assert "firms, schools and associations" in client.get("/en/ideas/2027/new")


def test_the_same_ideas_for_a_closed_call(app: Portal) -> None:
    client = Client(app)
    add_call(app, opens=-9, closes=-2)
    enter(client, "Ana Ilves")
    page = client.get("/en/ideas/2027/new")
    assert "ended" in page
    with db.read() as s:
        assert s.query(Idea).count() == 0


def test_a_firm_takes_part_by_the_mandate_of_one_of_its_people(app: Portal) -> None:
    client, today = Client(app), clock.now().date()
    add_call(app, challenge=True)
    me = enter(client, "Ana Ilves")
    with db.write() as s:
        mandate = Mandate(
            agent_id=me, principal_name="Kruger's Bakery", relation="firm", scope="ideas", from_day=today,
            until_day=today + timedelta(days=9), created_at=clock.now(), confirmed_at=clock.now(),
        )  # fmt: skip
        s.add(mandate)
        s.flush()
        s.query(SignIn).filter_by(person_id=me).one().mandate_id = mandate.id
    _type(client)
    _send(client)
    page = Client(app).get("/en/ideas/1")
    assert "Handed in for" in page and "Kruger's Bakery" in page and idea(1).acting_for == "Kruger's Bakery"


def test_what_looks_odd_waits_for_a_moderator_and_anybody_reports(app: Portal) -> None:
    client = Client(app)
    add_call(app)
    enter(client, "Ana Ilves")
    _type(client, body="Look at https://cheap.example/loans")
    sent = _send(client)
    assert "waits for a moderator" in sent and idea(1).held_at is not None
    assert Client(app).get("/en/ideas/1").status == 404
    with db.write() as s:
        row = s.query(Idea).one()
        row.held_at = None
        s.flush()
        CONTENT.changed(s, row.id)
    stranger = Client(app)
    assert "Report this idea" in stranger.get("/en/ideas/1") and "A slide" in stranger.get("/en/search?q=slide")
    assert stranger.get(f"/en/report/idea/{idea(1).id}").status == 200
