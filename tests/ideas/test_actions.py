"""What happens to the rows: exact numbers under many clicks at once, links that are forgotten, people who join."""

from __future__ import annotations

import threading
from datetime import timedelta

from sqlalchemy import select

from portal.base import clock, db, ground
from portal.base.actor import Actor
from portal.base.feature import Hit
from portal.base.web import Portal
from portal.ideas import actions, actions_authors, actions_change, actions_content, actions_jobs, actions_searches
from portal.ideas.models import Author, AuthorState, Call, Idea, IdeaState, Revision, Support
from portal.ideas.queries_list import Filters
from portal.ideas.rules import Denied
from portal.identity.models import Contact, Person, Way
from portal.notifications.models import Message
from tests.client import Client
from tests.ideas.town import add_call, add_idea, idea
from tests.identity.help import enter
from tests.identity.test_help import YES
from tests.identity.test_terminal import librarian, library


def _people(app: Portal, count: int) -> list[int]:
    ground.stand_on(app.ground)
    with db.write() as s:
        rows = [Person(name=f"P {n}", name_folded="p", created_at=clock.now()) for n in range(count)]
        s.add_all(rows)
        s.flush()
        return [row.id for row in rows]


def test_a_hundred_clicks_at_once_are_counted_exactly(app: Portal) -> None:
    number = add_idea(app, add_call(app), enter(Client(app), "Jonas Brandt"))
    people, faults, gate = _people(app, 20), [], threading.Barrier(100)

    def click(person_id: int, on: bool) -> None:
        ground.stand_on(app.ground)
        gate.wait()
        try:
            with db.write() as s:
                row = s.scalars(select(Idea).where(Idea.number == number)).one()
                who = Actor(person_id=person_id)
                assert actions.support(who, row, clock.city_now()) if on else actions.take_back(who, row)
        except BaseException as fault:
            faults.append(fault)

    # everybody presses four times at once; those with an even number also take it back
    threads = [threading.Thread(target=click, args=(p, True)) for p in people for _n in range(4)]
    threads += [threading.Thread(target=click, args=(p, False)) for p in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    with db.read() as s:
        rows = s.query(Support).count()
        assert idea(number).supports == rows and rows <= 20
    with db.write() as s:
        assert actions.recount(s) == 0


def test_one_resident_with_two_accounts_counts_once(app: Portal) -> None:
    client, call_id = Client(app), add_call(app)
    number = add_idea(app, call_id, enter(client, "Jonas Brandt"))
    path = f"/en/ideas/{number}"
    enter(client, "Ana Ilves", resident="38001085718")
    client.post(f"{path}/support", {"on": "1"}, page=path)
    enter(client, "Ana Other", resident="38001085718")
    page = client.post(f"{path}/support", {"on": "1"}, page=path)
    assert page.status == 409 and "another account" in page and idea(number).supports == 1


def test_the_link_is_forgotten_and_the_number_stays(app: Portal) -> None:
    number = add_idea(app, add_call(app, forget_days=10), enter(Client(app), "Jonas Brandt"))
    (person,) = _people(app, 1)
    with db.write() as s:
        assert actions.support(Actor(person_id=person), s.scalars(select(Idea)).one(), clock.city_now())
    assert actions_jobs.forget(clock.city_now()) == 0
    later = clock.city_now() + timedelta(days=7 + 30 + 10)
    assert actions_jobs.forget(later) == 1 and actions_jobs.forget(later) == 0
    with db.read() as s:
        assert [(row.person_id, row.resident) for row in s.query(Support)] == [(None, None)]
    assert idea(number).supports == 1


def test_a_change_loses_against_a_support(app: Portal) -> None:
    me = enter(Client(app), "Jonas Brandt")
    number = add_idea(app, add_call(app, edit_minutes=0), me)
    (person,) = _people(app, 1)
    stale = idea(number)  # as a page saw it, before somebody supported it
    with db.write() as s:
        assert actions.support(Actor(person_id=person), s.get_one(Idea, stale.id), clock.city_now())
    words = actions.Written(title="Another", body="x", language="en")
    try:
        with db.write() as s:
            actions_change.edit(Actor(person_id=me), s.get_one(Call, stale.call_id), stale, words, clock.now())
        raise AssertionError("changed under its supporters")
    except Denied:
        pass
    assert idea(number).title == "A bench"


def test_a_co_author_is_invited_by_an_address_and_may_then_change_it(app: Portal) -> None:
    client = Client(app)
    me, mia = enter(client, "Jonas Brandt"), _people(app, 1)[0]
    number = add_idea(app, add_call(app), me)
    page = client.post(f"/en/ideas/{number}/authors", {"address": "Mia@Example.org"})
    assert "The invitation is on its way" in page
    with db.write() as s:  # she confirms the address later
        now = clock.now()
        s.add(Contact(person_id=mia, way=Way.EMAIL, value="mia@example.org", value_folded="mia@example.org",
                      created_at=now, confirmed_at=now))  # fmt: skip
        s.flush()
        actions_authors.entered(s, mia)
        actions_authors.entered(s, mia)
    with db.write() as s:
        assert s.query(Message).filter_by(person_id=mia, notice="idea.invited").count() == 1
        assert s.query(Author).one().state is AuthorState.INVITED
        actions_authors.answer(Actor(person_id=mia), s.query(Idea).one(), True)
        assert s.query(Message).filter_by(person_id=me, notice="idea.joined").count() == 1
    again = client.post(f"/en/ideas/{number}/authors", {"address": "mia@example.org"})
    assert "has been invited already" in again and "P 0" in Client(app).get(f"/en/ideas/{number}")


def test_a_name_alone_supports_nothing(app: Portal) -> None:
    number = add_idea(app, add_call(app), enter(Client(app), "Jonas Brandt"))
    desk = librarian(app, venue := library(app))
    page = desk.post("/en/staff/help/guest", {"venue": str(venue), "name": "Old Tom", **YES})
    assert "You help Old Tom" in page
    path = f"/en/ideas/{number}"
    page = desk.post(f"{path}/support", {"on": "1"}, page=path)
    assert page.status == 409 and "A name alone cannot be counted" in page and idea(number).supports == 0


def test_a_kept_search_tells_once_what_is_new(app: Portal, monkeypatch: object) -> None:
    call_id, me = add_call(app), enter(Client(app), "Jonas Brandt")
    with db.write() as s:
        actions_searches.keep(Actor(person_id=me), s.get_one(Call, call_id), "Trees", Filters(q="tree"))
    for title in ("A tree", "A bench", "Two trees"):
        add_idea(app, call_id, me, title, body=title)
    with db.write() as s:
        for row in s.query(Idea):
            row.published_at = clock.now() - timedelta(seconds=40)
        from portal.ideas.models import SavedSearch

        s.query(SavedSearch).one().seen_at = clock.now() - timedelta(minutes=5)
    assert actions_jobs.tell_hits() == 1 and actions_jobs.tell_hits() == 0
    with db.read() as s:
        assert s.query(Message).filter_by(notice="idea.search").one().values["n"] == 2


def test_what_moderators_hide_is_gone_from_search_and_comes_back_whole(app: Portal) -> None:
    client = Client(app)
    me = enter(client, "Jonas Brandt")
    number = add_idea(app, add_call(app), me, "A quiet bench")
    content = actions_content.CONTENT
    with db.write() as s:
        row = s.query(Idea).one()
        row.hidden_at = clock.now()
        s.flush()
        content.changed(s, row.id)
        assert content.author(s, row.id) == me and content.texts(s, row.id)["title"] == "A quiet bench"
        assert isinstance(content.show(s, [row.id], "en")[row.id], Hit)
        assert not content.open(s, Actor(person_id=me), row.id)
    stranger = Client(app)
    hidden = stranger.get(f"/en/ideas/{number}")
    assert hidden.status == 200 and "A quiet bench" not in hidden.html
    for path in ("/en/search?q=quiet", "/en/ideas/2027/", "/en/ideas/2027/ideas.atom", "/en/ideas/2027/ideas.csv"):
        assert "A quiet bench" not in stranger.get(path).html
    with db.write() as s:
        row = s.query(Idea).one()
        row.hidden_at = None
        s.add(Revision(idea_id=row.id, version=1, language="en", title="Jo lives at 5 Mill St", body="x",
                       at=clock.now()))  # fmt: skip
        s.flush()
        content.changed(s, row.id)
        content.rewrite(s, row.id, {"title": "A bench", "body": "Without a name"})
        assert s.query(Revision).count() == 0 and row.html == "<p>Without a name</p>"
    assert "A bench" in stranger.get("/en/search?q=bench") and idea(number).state is IdeaState.SUBMITTED


def test_two_ideas_at_once_get_two_numbers(app: Portal) -> None:
    call_id, people = add_call(app), _people(app, 8)
    gate, made = threading.Barrier(8), []

    def send(person_id: int) -> None:
        gate.wait()
        made.append(add_idea(app, call_id, person_id))

    threads = [threading.Thread(target=send, args=(person,)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(made) == list(range(1, 9))
