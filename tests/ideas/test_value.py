"""An idea is given to somebody, valued, objected to, decided on, counted and put onto the short list."""

from __future__ import annotations

import hashlib
import threading
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from portal.base import clock, db, ground, i18n
from portal.base.actor import Actor, Grant
from portal.base.jobs import JobRow
from portal.base.web import Portal
from portal.ideas import (
    actions,
    actions_merge,
    actions_object,
    actions_shortlist,
    actions_value,
    actions_value_jobs,
    staff_value,
)
from portal.ideas import queries_shortlist as lists
from portal.ideas.models import Call, Idea, IdeaState, Support
from portal.ideas.models_value import (
    Assignment,
    CostLine,
    Objection,
    ShortList,
    ShortListLine,
    ShortListPick,
    Subject,
    Valuation,
)
from portal.ideas.rules import Denied
from portal.ideas.rules_value import Finding, Line
from portal.identity.queries_colleagues import colleagues
from portal.notifications.models import Follow, Message
from portal.places import actions as places
from portal.places.models import Department
from tests.client import Client
from tests.ideas.town import OFFICER, add_call, add_idea, idea, idea_id, value
from tests.identity.help import enter


def _department(app: Portal) -> int:
    ground.stand_on(app.ground)
    with db.write():
        made = places.add_department(OFFICER, code="parks", names={"en": "Parks", "de": "Parks"})
        assert isinstance(made, Department)
        return made.id


def _later(days: int) -> Any:
    return i18n.in_zone(clock.city_now()).date() + timedelta(days=days)


def _give(number: int, officer_id: int | None, department_id: int | None, days: int = 5) -> None:
    with db.write() as s:
        officer = colleagues(s, clock.now())[officer_id] if officer_id is not None else None
        actions_value.assign(
            OFFICER, idea_id(number), department_id=department_id, officer=officer, due_on=_later(days),
            now=clock.city_now(),
        )  # fmt: skip


def _told(person_id: int) -> list[str]:
    with db.read() as s:
        return [row.notice for row in s.query(Message).filter_by(person_id=person_id).order_by(Message.id)]


def _past(app: Portal, **settings: Any) -> int:
    """A call whose ideas were handed in until yesterday."""
    return add_call(app, opens=-30, closes=-1, **{"objection_days": 7, **settings})


def _day(name: str, on: Any) -> dict[str, str]:
    return {f"{name}-day": str(on.day), f"{name}-month": str(on.month), f"{name}-year": str(on.year)}


# --- giving and valuing -----------------------------------------------------------------------------------------------


def test_from_the_desk_to_the_idea_s_page(app: Portal) -> None:
    parks, author, desk = _department(app), Client(app), Client(app)
    me = enter(author, "Jonas Brandt")
    number = add_idea(app, add_call(app), me)
    kai = enter(Client(app), "Kai Saar", roles=["case_officer"])
    enter(desk, "Bo Officer", roles=["budget_officer"])
    page = desk.get("/en/staff/ideas/valuations")
    assert "A bench" in page and "Nobody yet" in page
    wrong = desk.post("/en/staff/ideas/valuations", {"idea": str(number)})
    assert wrong.status == 422 and "Choose a department" in wrong and "Enter the day" in wrong
    sent = {"idea": str(number), "to_department": str(parks), "officer": str(kai), **_day("due_on", _later(3))}
    page = desk.post("/en/staff/ideas/valuations", sent)
    assert "1 idea is given to them" in page and "Kai Saar" in page and "3 days left" in page
    assert idea(number).state is IdeaState.UNDER_REVIEW
    assert "idea.given" in _told(kai) and "idea.checked" in _told(me)
    public = Client(app).get(f"/en/ideas/{number}")
    assert "Checked by: Parks" in public and "3 days left" in public and "Kai Saar" not in public

    officer = Client(app)
    enter(officer, "Kai Saar", roles=["case_officer"])
    assert "Value the idea “A bench”" in officer.get("/en/staff/")
    path = f"/en/staff/ideas/valuations/{number}"
    officer.post(f"{path}/notes", {"body": "The secret soil report"}, page=path)
    assert "secret soil report" in desk.get(path)
    wrong = officer.post(f"{path}/value", {"act": "publish", "language": "en", "label_1": "Wood"})
    assert wrong.status == 422 and "Enter the amount" in wrong and "Wood" in wrong
    wrong = officer.post(f"{path}/value", {"act": "publish", "language": "en", "feasible": "yes"})
    assert wrong.status == 422 and "Explain it" in wrong and "at least one line" in wrong
    said = {
        "language": "en",
        "feasible": "yes",
        "reason": "There **is** room.",
        "label_1": "Wood",
        "amount_1": "400.50",
    }
    more = officer.post(f"{path}/value", {**said, "act": "more"})
    assert more.status == 200 and 'id="label_6"' in more.html and "There **is** room." in more
    assert "draft is stored" in officer.post(f"{path}/value", {**said, "act": "save"})
    assert "room" not in Client(app).get(f"/en/ideas/{number}") and idea(number).state is IdeaState.UNDER_REVIEW
    sent = {**said, "label_2": "Work", "amount_2": "600", "act": "publish"}
    assert "The valuation is public" in officer.post(f"{path}/value", sent)
    public = Client(app).get(f"/en/ideas/{number}")
    assert "Found feasible" in public and "€1,000.50" in public and "<strong>is</strong>" in public.html
    for kept in (public, Client(app).get("/en/ideas/2027/ideas.atom"), Client(app).get("/en/ideas/2027/ideas.csv")):
        assert "soil report" not in kept.html and "Kai" not in kept.html
    assert "Nothing is to be valued" in desk.get("/en/staff/ideas/valuations")
    with db.read() as s:
        row = s.query(Valuation).one()
        assert (row.version, row.cost, row.department_id, row.by_id) == (1, 100_050, parks, kai)
        assert s.query(CostLine).count() == 2 and s.query(Assignment).one().ended_at is not None


def test_a_new_look_leaves_the_earlier_one_readable(app: Portal) -> None:
    number = add_idea(app, add_call(app), enter(Client(app), "Jonas Brandt"))
    value(app, number, feasible=False, days=3)
    assert idea(number).state is IdeaState.NOT_FEASIBLE
    value(app, number, lines=(Line("All", 700_00),))
    page = Client(app).get(f"/en/ideas/{number}")
    assert "1 earlier valuation" in page and "€700" in page and idea(number).state is IdeaState.FEASIBLE


def test_an_idea_is_on_the_desk_of_those_who_have_it(app: Portal) -> None:
    parks, call = _department(app), add_call(app)
    one, other = (add_idea(app, call, enter(Client(app), name)) for name in ("Jonas Brandt", "Mia Tamm"))
    planner = Client(app)
    me = enter(planner, "Petra Novak", roles=["planner"])
    enter(Client(app), "Bo Officer", roles=["budget_officer"])
    _give(one, me, None)
    _give(other, None, parks)
    assert planner.get(f"/en/staff/ideas/valuations/{one}").status == 200
    assert planner.get(f"/en/staff/ideas/valuations/{other}").status == 404
    assert planner.post(f"/en/staff/ideas/valuations/{one}/give", {}, page="/en/").status == 403
    clerk = Client(app)
    enter(clerk, "Lia Rossi", roles=["librarian"])
    assert clerk.get("/en/staff/ideas/valuations").status == 403
    with app.test_request_context("/en/"), db.read() as s:
        reader = Actor(person_id=77, grants=frozenset({Grant("case_officer", "department", parks)}))
        deputy = Actor(person_id=78, grants=frozenset({Grant("planner", deputy_for=me)}))
        mine, passed_on = staff_value.todo(s, reader), staff_value.todo(s, deputy)
    assert [todo.url for todo in mine] == [f"/en/staff/ideas/valuations/{other}"]
    assert [todo.url for todo in passed_on] == [f"/en/staff/ideas/valuations/{one}"]
    assert mine[0].due is not None and i18n.in_zone(mine[0].due).date() == _later(5)


def test_only_somebody_with_a_role_there_and_no_author_gets_it(app: Portal) -> None:
    author = enter(Client(app), "Kai Saar", roles=["case_officer"])
    clerk = enter(Client(app), "Lia Rossi", roles=["librarian"])
    number = add_idea(app, add_call(app), author)
    for person in (author, clerk):
        with pytest.raises(Denied):
            _give(number, person, None)
    with db.read() as s:
        assert s.query(Assignment).count() == 0


# --- objections -------------------------------------------------------------------------------------------------------


def test_an_author_objects_and_another_officer_decides(app: Portal) -> None:
    author, first, second = Client(app), Client(app), Client(app)
    me = enter(author, "Jonas Brandt")
    number = add_idea(app, _past(app), me)
    enter(first, "Bo Officer", roles=["budget_officer"])
    ines = enter(second, "Ines Ferreira", roles=["budget_officer"])
    path, page = f"/en/staff/ideas/valuations/{number}/value", f"/en/ideas/{number}"
    first.post(path, {"act": "publish", "language": "en", "feasible": "no", "reason": "No room."})
    assert "Object to it" in author.get(page) and "Object to it" not in Client(app).get(page)
    assert first.get(f"{page}/object").status == 404  # it is not theirs
    wrong = author.post(f"{page}/object", {"words": "", "language": "en"})
    assert wrong.status == 422 and "Say why" in wrong
    shown = author.post(f"{page}/object", {"subject": "feasibility", "words": "Two metres!", "language": "en"})
    assert "Your objection is on its way" in shown and "Object to it" not in shown
    public = Client(app).get(page)
    assert "An author objects to “not feasible”" in public and "Two metres" not in public
    assert author.get(f"{page}/object").status == 409
    assert first.get(path).status == 409  # what was found waits
    with db.read() as s:
        number_of = s.query(Objection).one().id
    assert "idea.objection_waits" in _told(ines) and "1 objection waits" in second.get("/en/staff/")
    desk = f"/en/staff/ideas/objections/{number_of}"
    assert "You took part" in first.get(desk) and "Two metres!" in second.get(desk)
    said = {"act": "decide", "upheld": "yes", "statement": "It *was* overlooked.", "language": "en"}
    assert first.post(desk, {**said, **_day("due_on", _later(9))}, page="/en/staff/ideas/objections").status == 409
    wrong = second.post(desk, said)
    assert wrong.status == 422 and "Enter the day" in wrong and "overlooked" in wrong
    assert "is decided" in second.post(desk, {**said, **_day("due_on", _later(9))})
    assert idea(number).state is IdeaState.UNDER_REVIEW and "idea.objection_decided" in _told(me)
    public = Client(app).get(page)
    assert "The objection was upheld" in public and "<em>was</em> overlooked" in public.html


def test_the_right_cost_is_public_at_once_and_final(app: Portal) -> None:
    me = enter(Client(app), "Jonas Brandt")
    number = add_idea(app, _past(app), me)
    value(app, number)
    with db.write():
        row = actions_object.object_to(
            Actor(person_id=me), idea_id(number), Subject.COST, words="Too much", language="en", now=clock.city_now()
        )
        objection = row.id
    with pytest.raises(Denied), db.write():  # nobody revises it meanwhile
        actions_value.publish(OFFICER, idea_id(number), Finding(False, "No", "en"), role="", now=clock.city_now())
    ines = Actor(person_id=enter(Client(app), "Ines Ferreira", roles=["budget_officer"]))
    for _again in range(2):
        try:
            with db.write():
                actions_object.decide(
                    ines, objection, upheld=True, statement="Counted twice.", language="en", now=clock.city_now(),
                    lines=[Line("Wood", 400_00)],
                )  # fmt: skip
        except Denied as denied:
            assert "has been decided" in str(denied.verdict.reason)
    with db.read() as s:
        rows = s.query(Valuation).order_by(Valuation.version).all()
        assert [(row.cost, row.corrected) for row in rows] == [(100_000, False), (400_00, True)]
        assert rows[1].feasible and rows[1].reason == rows[0].reason
    assert idea(number).state is IdeaState.FEASIBLE
    with pytest.raises(Denied), db.write():
        actions_object.object_to(
            Actor(person_id=me), idea_id(number), Subject.COST, words="Still", language="en", now=clock.city_now()
        )


def test_an_upheld_objection_parts_what_was_joined(app: Portal) -> None:
    author = Client(app)
    me, other = enter(author, "Jonas Brandt"), enter(Client(app), "Mia Tamm")
    bo = enter(Client(app), "Bo Officer", roles=["budget_officer"])
    call = _past(app)
    mine, hers = add_idea(app, call, me, "A bench"), add_idea(app, call, other, "A seat")
    _supported(mine, 3)
    with db.write() as s:
        rows = {row.number: row for row in s.query(Idea)}
        actions_merge.merge(Actor(person_id=bo), rows[mine], rows[hers], "Both are for sitting")
    assert "Object to it" in author.get(f"/en/ideas/{mine}/as-it-was")
    sent = {"subject": "merge", "words": "Mine has a roof.", "language": "en"}
    author.post(f"/en/ideas/{mine}/object", sent, follow=False)
    with db.read() as s:
        row = s.query(Objection).one()
        assert (row.subject, row.valuation_id) == (Subject.MERGE, None)
        objection = row.id
    with pytest.raises(actions_shortlist.Blocked, match="not decided"):
        _freeze(call)
    third = add_idea(app, call, other, "A stool")
    for one, into in ((hers, third), (third, hers)):  # what the author objects to would be buried under another join
        with pytest.raises(Denied, match="Nobody has decided the objection"), db.write() as s:
            rows = {row.number: row for row in s.query(Idea)}
            actions_merge.merge(Actor(person_id=bo), rows[one], rows[into], "They are alike")
    said: dict[str, Any] = {"upheld": True, "statement": "It has.", "language": "en", "now": clock.city_now()}
    with pytest.raises(Denied), db.write():
        actions_object.decide(Actor(person_id=bo), objection, **said)
    second = Client(app)
    ines = enter(second, "Ines Ferreira", roles=["budget_officer"])
    desk = second.get(f"/en/staff/ideas/objections/{objection}")
    for told in (
        "A bench: so that people can",
        "A seat: so that people can",
        "Both are for sitting",
        "Mine has a roof.",
    ):
        assert told in desk, "who decides reads both ideas, why they were joined, and what the author says"
    assert f"/en/ideas/{mine}/as-it-was" in desk.html and f'/en/ideas/{hers}"' in desk.html
    with db.write():
        actions_object.decide(Actor(person_id=ines), objection, **said)
    assert (idea(mine).state, idea(mine).supports, idea(hers).supports) == (IdeaState.SUBMITTED, 3, 0)
    assert "It has." in Client(app).get(f"/en/ideas/{mine}")


# --- the short list ---------------------------------------------------------------------------------------------------


def _supported(number: int, times: int) -> None:
    with db.write() as s:
        row = s.query(Idea).filter_by(number=number).one()
        s.add_all(Support(idea_id=row.id, on_day=clock.now().date()) for _n in range(times))
        row.supports = times


def _freeze(call_id: int, after: int = 0) -> ShortList:
    with db.write():
        return actions_shortlist.freeze(OFFICER, call_id, clock.city_now() + timedelta(days=after))


def test_the_list_waits_for_objections_and_for_what_nobody_valued(app: Portal) -> None:
    me = enter(Client(app), "Jonas Brandt")
    call = _past(app, short_list_size=1, threshold=2)
    first, second, third = (add_idea(app, call, me, title) for title in ("A bench", "A tree", "A lamp"))
    for number, times in ((first, 5), (second, 4), (third, 1)):
        _supported(number, times)
    value(app, second, days=20)
    with pytest.raises(actions_shortlist.Blocked, match="nobody has valued"):
        _freeze(call)
    value(app, first, feasible=False, days=1)
    with pytest.raises(actions_shortlist.Blocked, match="still object"):
        _freeze(call)
    with db.write():
        actions_object.object_to(
            Actor(person_id=me), idea_id(first), Subject.FEASIBILITY, words="x", language="en", now=clock.city_now()
        )
    with pytest.raises(actions_shortlist.Blocked, match="not decided"):
        _freeze(call, after=9)
    ines = Actor(person_id=enter(Client(app), "Ines Ferreira"))
    with db.write() as s:
        actions_object.decide(
            ines, s.query(Objection).one().id, upheld=False, statement="It stands.", language="en",
            now=clock.city_now(),
        )  # fmt: skip
    _freeze(call, after=9)
    assert [idea(n).state for n in (first, second, third)] == [
        IdeaState.NOT_FEASIBLE, IdeaState.SHORTLISTED, IdeaState.SUBMITTED,
    ]  # fmt: skip


def test_the_page_the_file_and_the_count_say_the_same(app: Portal) -> None:
    reader, desk = Client(app), Client(app)
    me = enter(Client(app), "Jonas Brandt")
    call = _past(app, short_list_size=1)
    first, second = (add_idea(app, call, me, title) for title in ("A bench", "A tree"))
    for number, times in ((first, 5), (second, 4)):
        _supported(number, times)
        value(app, number, days=20)
    enter(desk, "Bo Officer", roles=["budget_officer"])
    staff, public = "/en/staff/ideas/2027/short-list", "/en/ideas/2027/short-list"
    assert "not made yet" in reader.get(public) and reader.get(f"{public}.csv").status == 404
    assert "Freeze the list now?" in desk.get(staff)
    page = desk.post(f"{staff}/freeze", page=staff)
    assert "frozen and public" in page and "the result is the same" in page
    again = desk.post(f"{staff}/freeze", page=staff)
    assert again.status == 409
    page = reader.get(public)
    file = reader.get(f"{public}.csv")
    assert hashlib.sha256(file.html.encode()).hexdigest() in page and "A bench" in page and "A tree" not in page
    assert "the result is the same" in reader.get(f"{public}?again=1")
    # nothing moves any more
    assert reader.get(f"/en/ideas/{first}").status == 200
    assert not actions_support(app, first)
    # the council adds one, and takes it off again
    wrong = desk.post(f"{staff}/picks", {"idea": str(idea_id(second)), "reason": "", "language": "en"}, page=staff)
    assert wrong.status == 422 and "reasons of the council" in wrong
    sent = {"idea": str(idea_id(second)), "reason": "For the young.", "language": "en"}
    assert "is on the list" in desk.post(f"{staff}/picks", sent, page=staff)
    assert "For the young." in reader.get(public) and idea(second).state is IdeaState.SHORTLISTED
    assert "picked by the city council" in reader.get(f"/en/ideas/{second}")
    with db.read() as s:
        pick = s.query(ShortListPick).one().id
    off = f"{staff}/picks/{pick}/remove"
    assert desk.post(off, {"reason": "", "language": "en"}).status == 422
    desk.post(off, {"reason": "Its land was sold.", "language": "en"})
    page = reader.get(public)
    assert "Its land was sold." in page and "taken off again" in page and idea(second).state is IdeaState.FEASIBLE
    assert hashlib.sha256(reader.get(f"{public}.csv").html.encode()).hexdigest() in page
    # a line that somebody changes is found
    with db.write() as s:
        s.query(ShortListLine).filter_by(number=second).one().supports = 99
    assert "another one" in reader.get(f"{public}?again=1")


def actions_support(app: Portal, number: int) -> bool:
    """Does a support still count?"""
    person = enter(Client(app), "Late Supporter")
    with db.write() as s:
        row = s.query(Idea).filter_by(number=number).one()
        return bool(actions.support(Actor(person_id=person), row, clock.city_now()))


def test_supports_and_the_freezing_at_one_moment(app: Portal) -> None:
    """Whoever clicks while the list is frozen is counted and on the list, or neither."""
    call = add_call(app, always_open=True, objection_days=0)
    number = add_idea(app, call, enter(Client(app), "Jonas Brandt"))
    value(app, number, days=1)
    people = [enter(Client(app), f"Person {n}") for n in range(12)]
    faults, gate = [], threading.Barrier(13)

    def click(person_id: int | None) -> None:
        ground.stand_on(app.ground)
        gate.wait()
        try:
            with db.write() as s:
                if person_id is None:
                    actions_shortlist.freeze(OFFICER, call, clock.city_now())
                else:
                    row = s.scalars(select(Idea).where(Idea.number == number)).one()
                    actions.support(Actor(person_id=person_id), row, clock.city_now())
        except BaseException as fault:
            faults.append(fault)

    threads = [threading.Thread(target=click, args=(one,)) for one in [*people, None]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    with db.read() as s:
        line = s.query(ShortListLine).one()
        assert line.supports == s.query(Support).count() == idea(number).supports and line.chosen
        assert lists.same(s, s.query(ShortList).one())


# --- who is told ------------------------------------------------------------------------------------------------------


def test_each_is_told_once_and_not_why(app: Portal) -> None:
    me, mia, ana = (enter(Client(app), name) for name in ("Jonas Brandt", "Mia Tamm", "Ana Ilves"))
    call = _past(app, objection_days=3)
    number = add_idea(app, call, me)
    with db.write() as s:
        of = s.query(Idea).filter_by(number=number).one()
        s.add_all(Support(idea_id=of.id, person_id=one, on_day=clock.now().date()) for one in (me, mia))
        s.add_all(Follow(person_id=one, kind="idea", object_id=of.id, created_at=clock.now()) for one in (me, mia, ana))
        of.supports = 2
    made = value(app, number, days=5)
    assert actions_value_jobs.tell_valued(made) == 3 and actions_value_jobs.tell_valued(made) == 0
    assert _told(me) == ["idea.valued_own"] and _told(mia) == _told(ana) == ["idea.valued"]
    row = _freeze(call)
    actions_value_jobs.tell_short_list(row.id)
    assert actions_value_jobs.tell_short_list(row.id) == 0
    assert _told(me)[1:] == ["idea.shortlisted", "idea.short_list"] and _told(mia)[1:] == ["idea.short_list"]
    with db.read() as s:
        assert {job.kind for job in s.query(JobRow)} >= {"ideas.tell_valued", "ideas.tell_short_list"}
        assert s.get_one(Call, call).frozen_at is not None
