"""Ideas become one and two again: whose supports count where, exactly, and who is told."""

from __future__ import annotations

import random
import threading
from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.base import clock, db, ground
from portal.base.actor import Actor
from portal.base.web import Portal
from portal.ideas import actions, actions_jobs, actions_merge, actions_rearrange, actions_same, queries, queries_idea
from portal.ideas.models import Author, AuthorState, Call, Idea, IdeaState, Revision, Support
from portal.ideas.models_merge import Part, Says, Twin, TwinState
from portal.ideas.rules import Denied
from portal.identity.models import Person
from portal.notifications import actions as notifications
from portal.notifications.models import Follow, Message
from tests.client import Client
from tests.ideas.town import OFFICER, add_call, add_idea, idea
from tests.identity.help import enter


def people(app: Portal, count: int) -> list[int]:
    """So many residents."""
    ground.stand_on(app.ground)
    with db.write() as s:
        rows = [Person(name=f"P {n}", name_folded="p", created_at=clock.now()) for n in range(count)]
        s.add_all(rows)
        s.flush()
        return [row.id for row in rows]


def row(number: int) -> Idea:
    """The row of an idea in this transaction."""
    return db.session().scalars(select(Idea).where(Idea.number == number)).one()


def press(number: int, *who: int, on: bool = True) -> None:
    """These people support the idea, or take that back."""
    for person_id in who:
        with db.write():
            act = actions.support if on else None
            if act is not None:
                assert act(Actor(person_id=person_id), row(number), clock.city_now())
            else:
                assert actions.take_back(Actor(person_id=person_id), row(number))


def join(number: int, into: int, **more: object) -> None:
    """The staff join two ideas."""
    with db.write():
        actions_merge.merge(OFFICER, row(number), row(into), "They want the same.", **more)  # type: ignore[arg-type]


def part(number: int) -> None:
    """The staff part them."""
    with db.write():
        actions_merge.undo(OFFICER, row(number), "They differ.")


def told(person_id: int) -> list[str]:
    """What somebody was told of ideas, in order."""
    with db.read() as s:
        found = s.query(Message).filter_by(person_id=person_id).order_by(Message.id)
        return [one.notice for one in found if one.notice.startswith("idea.")]


def counted(*numbers: int) -> list[int]:
    """The supports of these ideas; each counter has to be exact."""
    with db.write() as s:
        assert actions.recount(s) == 0
    return [idea(number).supports for number in numbers]


@pytest.fixture
def two(app: Portal) -> tuple[int, int, list[int]]:
    """Two ideas of two authors, and six residents."""
    call = add_call(app, objection_days=14)
    bench = add_idea(app, call, enter(Client(app), "Jonas Brandt"), "A bench")
    seat = add_idea(app, call, enter(Client(app), "Mia Tamm"), "A seat")
    return bench, seat, people(app, 6)


def test_supports_move_and_nobody_counts_twice(app: Portal, two: tuple[int, int, list[int]]) -> None:
    bench, seat, who = two
    press(bench, *who[:4])
    press(seat, *who[2:])
    join(seat, bench)
    assert counted(bench, seat) == [6, 0]
    assert idea(seat).state is IdeaState.MERGED and not idea(seat).listed
    assert told(who[0]) == [] and told(who[2]) == ["idea.support_once"] and told(who[5]) == ["idea.support_moved"]
    part(seat)
    assert counted(bench, seat) == [4, 4]
    assert idea(seat).state is IdeaState.SUBMITTED and told(who[5])[-1] == "idea.support_back"


def test_who_leaves_stays_away_when_the_two_are_parted(app: Portal, two: tuple[int, int, list[int]]) -> None:
    bench, seat, who = two
    press(bench, who[0], who[1])
    press(seat, who[1], who[2], who[3])
    join(seat, bench)
    press(seat, who[1], who[2], on=False)  # at the old address, as somebody does who has the page open still
    assert counted(bench) == [2]
    press(bench, who[4])
    part(seat)
    assert counted(bench, seat) == [2, 1]


def test_a_chain_ends_at_the_last_one_and_is_undone_link_by_link(app: Portal, two: tuple[int, int, list[int]]) -> None:
    bench, seat, who = two
    with db.read():
        call_id = row(bench).call_id
    sofa = add_idea(app, call_id, who[5], "A sofa")
    press(bench, who[0], who[1])
    press(seat, who[1], who[2])
    press(sofa, who[2], who[3])
    join(bench, seat)
    join(seat, sofa)
    assert counted(sofa) == [4]
    page = Client(app).http.get(f"/de/ideas/{bench}")
    assert page.status_code == 301 and page.headers["Location"] == f"/de/ideas/{sofa}"
    assert "no-cache" in page.headers["Cache-Control"]  # the two may be parted: nobody keeps the answer for ever
    with pytest.raises(Denied), db.write():
        actions_merge.merge(OFFICER, row(sofa), row(bench), "In a circle")
    with pytest.raises(Denied), db.write():
        actions_merge.merge(OFFICER, row(sofa), row(sofa), "With itself")
    part(bench)  # out of the middle of the chain
    assert counted(bench, seat, sofa) == [2, 0, 3]
    part(seat)
    assert counted(bench, seat, sofa) == [2, 2, 2]


def test_what_slept_because_of_a_third_wakes_when_that_leaves(app: Portal, two: tuple[int, int, list[int]]) -> None:
    bench, seat, who = two
    with db.read():
        call_id = row(bench).call_id
    sofa = add_idea(app, call_id, who[5], "A sofa")
    press(bench, who[0])
    press(seat, who[0])
    join(bench, sofa)
    join(seat, sofa)
    assert counted(sofa) == [1]
    part(bench)
    assert counted(bench, seat, sofa) == [1, 0, 1]


def test_one_resident_with_two_accounts_counts_once_after_a_join(app: Portal) -> None:
    client, call = Client(app), add_call(app)
    one, other = (add_idea(app, call, enter(client, "Jonas Brandt"), title) for title in ("A bench", "A seat"))
    enter(client, "Ana Ilves", resident="38001085718")
    client.post(f"/en/ideas/{one}/support", {"on": "1"}, page=f"/en/ideas/{one}")
    enter(client, "Ana Other", resident="38001085718")
    client.post(f"/en/ideas/{other}/support", {"on": "1"}, page=f"/en/ideas/{other}")
    join(other, one)
    assert counted(one) == [1]
    enter(client, "Ana Ilves", resident="38001085718")
    client.post(f"/en/ideas/{one}/support", {"on": ""}, page=f"/en/ideas/{one}")
    part(other)
    assert counted(one, other) == [0, 0]


def test_many_press_while_ideas_are_joined_and_parted(app: Portal, two: tuple[int, int, list[int]]) -> None:
    bench, seat, _who = two
    crowd, faults, gate = people(app, 24), [], threading.Barrier(25)

    def click(person_id: int) -> None:
        ground.stand_on(app.ground)
        lot = random.Random(person_id)
        gate.wait()
        try:
            for _again in range(4):
                with db.write():
                    actions.support(Actor(person_id=person_id), row(lot.choice((bench, seat))), clock.city_now())
                if lot.random() < 0.3:
                    with db.write():
                        actions.take_back(Actor(person_id=person_id), row(lot.choice((bench, seat))))
        except BaseException as fault:
            faults.append(fault)

    def officer() -> None:
        ground.stand_on(app.ground)
        gate.wait()
        try:
            for _again in range(3):
                join(seat, bench)
                part(seat)
        except BaseException as fault:
            faults.append(fault)

    threads = [threading.Thread(target=click, args=(p,)) for p in crowd] + [threading.Thread(target=officer)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    counted(bench, seat)
    with db.read() as s:
        rows = s.execute(select(Support.idea_id, Support.person_id)).all()
        assert len(rows) == len(set(rows))


def test_two_officers_at_once_join_once(app: Portal, two: tuple[int, int, list[int]]) -> None:
    bench, seat, who = two
    press(bench, who[0])
    press(seat, who[1])
    gate, said = threading.Barrier(2), []

    def act(one: int, other: int) -> None:
        ground.stand_on(app.ground)
        gate.wait()
        try:
            join(one, other)
            said.append("joined")
        except Denied:
            said.append("denied")

    threads = [threading.Thread(target=act, args=pair) for pair in ((bench, seat), (seat, bench))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(said) == ["denied", "joined"] and sorted(counted(bench, seat)) == [0, 2]


def test_followers_and_authors_go_along_and_back(app: Portal, two: tuple[int, int, list[int]]) -> None:
    bench, seat, who = two
    with db.write():
        a, b = row(bench), row(seat)
        jonas, mia = a.author_id, b.author_id
        for person_id, object_id in ((who[0], b.id), (who[1], a.id), (who[1], b.id)):
            notifications.follow(Actor(person_id=person_id), "idea", object_id)
    join(seat, bench)
    with db.read() as s:
        assert {f.person_id for f in s.query(Follow).filter_by(object_id=idea(bench).id)} == {who[0], who[1]}
        offered = s.query(Author).filter_by(idea_id=idea(bench).id).one()
        assert (offered.person_id, offered.state) == (mia, AuthorState.INVITED)
    assert jonas is not None and mia is not None
    assert (
        told(mia) == ["idea.merged_by_city"] and told(jonas) == ["idea.merged_here"] and told(who[0]) == ["idea.merged"]
    )
    part(seat)
    with db.read() as s:
        assert {f.person_id for f in s.query(Follow).filter_by(object_id=idea(bench).id)} == {who[1]}
        assert s.query(Author).count() == 0


def test_forgetting_takes_what_people_were_told_as_supporters(app: Portal, two: tuple[int, int, list[int]]) -> None:
    bench, seat, who = two
    press(seat, who[0])
    join(seat, bench)
    with db.read() as s:
        days = s.get_one(Call, row(bench).call_id).forget_days
    assert actions_jobs.forget(clock.city_now() + timedelta(days=7 + 30 + days)) == 1
    assert told(who[0]) == [] and counted(bench) == [1]
    with db.read() as s:
        assert [(one.person_id, one.resident) for one in s.query(Support)] == [(None, None)]
    with pytest.raises(Denied), db.write():  # who is whom is not known any more
        actions_merge.merge(OFFICER, row(bench), row(seat), "Again")
    part(seat)
    assert counted(bench, seat) == [0, 1]


def test_both_authors_agree_with_one_click_each(app: Portal, two: tuple[int, int, list[int]]) -> None:
    bench, seat, who = two
    press(seat, who[1])
    with db.write():
        twin = actions_same.propose(Actor(person_id=who[0]), row(bench), row(seat), "Both are to sit on.")
        assert twin.idea_id == row(bench).id  # more people support the other one
        jonas, mia = Actor(person_id=row(bench).author_id), Actor(person_id=row(seat).author_id)
        with pytest.raises(Denied):
            actions_same.propose(jonas, row(seat), row(bench), "The other way round")
        with pytest.raises(LookupError):
            actions_same.say(Actor(person_id=who[3]), twin, Says.AGREED)
        assert actions_same.say(mia, twin, Says.AGAINST) is None
        assert actions_same.say(jonas, twin, Says.AGREED) is None
    with db.write() as s:
        made = actions_same.say(mia, s.query(Twin).one(), Says.AGREED)
        assert made is not None and made.by_authors and made.reason == ""
        assert s.query(Twin).one().state is TwinState.JOINED
    assert idea(bench).state is IdeaState.MERGED and told(who[0]) == ["idea.same_joined"]
    assert jonas.person_id is not None and "idea.merged_own" in told(jonas.person_id)
    with pytest.raises(Denied), db.write() as s:
        actions_same.decline(OFFICER, s.query(Twin).one(), "Too late")


def test_an_author_who_proposes_has_agreed(app: Portal, two: tuple[int, int, list[int]]) -> None:
    bench, seat, _who = two
    with db.write():
        twin = actions_same.propose(Actor(person_id=row(seat).author_id), row(seat), row(bench), "The same.")
        assert (twin.idea_says, twin.into_says) == (Says.AGREED, None)
        actions_same.say(Actor(person_id=row(bench).author_id), twin, Says.AGREED)
    assert idea(seat).state is IdeaState.MERGED


def _found(number: int) -> queries_idea.Found:
    found = queries_idea.by_number(db.session(), number)
    assert found is not None
    return found


def test_an_idea_moves_to_another_call_with_all_that_is_its_own(app: Portal, two: tuple[int, int, list[int]]) -> None:
    bench, _seat, who = two
    press(bench, who[0])
    other = add_call(app, slug="always", always_open=True)
    with db.write() as s:
        to = queries.found(s, "always")
        assert to is not None
        actions_rearrange.move(OFFICER, _found(bench), to, district_id=None, category_id=None, reason="It fits there.")
    moved = idea(bench)
    assert (moved.call_id, moved.number, moved.supports) == (other, bench, 1)
    assert told(who[0]) == ["idea.support_elsewhere"]
    page = Client(app).get(f"/en/ideas/{bench}")
    assert "Moved from the call" in page and "It fits there." in page
    stricter = add_call(app, slug="proved", audience="proved")
    assert stricter
    with pytest.raises(Denied), db.write() as s:
        to = queries.found(s, "proved")
        assert to is not None
        actions_rearrange.move(OFFICER, _found(bench), to, district_id=None, category_id=None, reason="x")


def test_an_idea_is_split_and_both_parts_know_of_each_other(app: Portal, two: tuple[int, int, list[int]]) -> None:
    bench, _seat, who = two
    press(bench, who[0])
    pieces = [actions_rearrange.Piece("A bench", "To sit on."), actions_rearrange.Piece("A lamp", "To see.")]
    with db.write():
        (lamp,) = actions_rearrange.split(OFFICER, _found(bench), pieces, "Two wishes in one.")
        assert lamp.author_id == row(bench).author_id and lamp.supports == 0
        number = lamp.number
    assert counted(bench, number) == [1, 0] and told(who[0]) == ["idea.support_split"]
    with db.read() as s:
        assert s.query(Part).count() == 1 and s.query(Revision).one().title == "A bench"
    client = Client(app)
    assert "A lamp" in client.get(f"/en/ideas/{bench}") and "Split from" in client.get(f"/en/ideas/{number}")
    assert "A lamp" in client.get("/en/search?q=lamp")


def test_a_split_is_undone_until_somebody_supports_a_part(app: Portal, two: tuple[int, int, list[int]]) -> None:
    bench, _seat, who = two
    press(bench, who[0])
    with db.write() as s:
        whole = s.get_one(Idea, _found(bench).idea.id)
        whole.cost_guess, words = 90_000, (whole.title, whole.body, whole.district_id)
    pieces = [actions_rearrange.Piece("Half a bench", "To sit."), actions_rearrange.Piece("A lamp", "To see.")]
    pieces.append(actions_rearrange.Piece("A bin", "For waste."))

    def split() -> list[int]:
        with db.write():
            return [new.number for new in actions_rearrange.split(OFFICER, _found(bench), pieces, "Two wishes.")]

    def unsplit() -> None:
        with db.write():
            actions_rearrange.unsplit(OFFICER, _found(bench), "It was one wish.", lang="en")

    lamp, bin_ = split()
    with db.write():
        notifications.follow(Actor(person_id=who[3]), "idea", row(lamp).id)
    unsplit()
    again = idea(bench)
    assert (again.title, again.body, again.district_id) == words and again.cost_guess == 90_000
    assert counted(bench, lamp, bin_) == [1, 0, 0] and idea(lamp).state is idea(bin_).state is IdeaState.MERGED
    assert told(who[0])[-1] == "idea.support_unsplit" and told(who[3])[-1] == "idea.unsplit"
    assert told(again.author_id or 0)[-1] == "idea.unsplit"
    client = Client(app)
    page = client.get(f"/en/ideas/{lamp}")
    assert page.url.endswith(f"/ideas/{bench}") and "A lamp" in page and "It was one wish." in page
    assert "Parts that stand by themselves" not in page and "Half a bench" in client.get(f"/en/ideas/{bench}/history")
    assert client.get(f"/en/ideas/{lamp}/as-it-was").status == 200
    assert "A lamp" not in client.get("/en/search?q=lamp")
    with pytest.raises(Denied):  # only once
        unsplit()
    first, _second = split()
    press(first, who[1])
    with pytest.raises(Denied, match="stays by itself"):
        unsplit()
    assert idea(bench).title == "Half a bench" and counted(bench, first) == [1, 1]
