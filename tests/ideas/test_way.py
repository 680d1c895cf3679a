"""The way of an idea as other wings tell it: what was joined with it, what was found, objections, the short list; no number
and no place, and one select for many ideas as for one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from portal.base import clock, db
from portal.base.actor import Actor
from portal.base.web import Portal
from portal.ideas import actions_object, actions_shortlist, actions_value
from portal.ideas.models import Call
from portal.ideas.models_value import Subject
from portal.ideas.queries_way import Way, ways
from portal.ideas.rules_value import Finding, Line
from tests.client import Client
from tests.ideas.test_merge import join
from tests.ideas.town import OFFICER, add_call, add_idea, idea_id, value
from tests.identity.help import enter


def test_the_way_is_told_in_order(app: Portal, count_queries: Callable[..., Any]) -> None:
    ana, jonas = enter(Client(app), "Ana Ilves"), enter(Client(app), "Jonas Brandt")
    ines = Actor(person_id=enter(Client(app), "Ines Ferreira", roles=["budget_officer"]))
    call = add_call(app, always_open=True, threshold=0, short_list_size=1)
    made = [(ana, "A bench"), (jonas, "A seat"), (jonas, "A tree"), (jonas, "A lamp")]
    wish, same, picked, plain = (add_idea(app, call, who, title) for who, title in made)
    wish_id, picked_id, plain_id = (idea_id(number) for number in (wish, picked, plain))
    with db.read() as s:
        assert ways(s, [wish_id]) == {wish_id: Way()}
        assert ways(s, []) == {}
    join(same, wish)
    for number in (picked, plain):
        value(app, number, feasible=number == picked)
    value(app, wish, feasible=False)
    with db.write():
        row = actions_object.object_to(
            Actor(person_id=ana), wish_id, Subject.FEASIBILITY, words="It is wide.", language="en", now=clock.city_now()
        )
        objection = row.id
    with db.read() as s:  # not decided yet
        assert [str(step.name) for step in ways(s, [wish_id])[wish_id].steps][
            -1
        ] == "An author objects to “not feasible”"
    with db.write():
        now = clock.city_now()
        actions_object.decide(
            ines, objection, upheld=True, statement="It is.", language="en", now=now, due_on=now.date()
        )
    with db.write():
        finding = Finding(True, "There is room.", "en", (Line("Wood", 400_00),))
        actions_value.publish(OFFICER, wish_id, finding, role="budget_officer", now=clock.city_now())
    with db.write():
        actions_shortlist.freeze(OFFICER, call, clock.city_now() + timedelta(days=30))
    with db.write() as s:
        held = s.get_one(Call, call)
        actions_shortlist.pick(
            OFFICER, held, picked_id, reason="Shade.", language="en", now=clock.city_now() + timedelta(days=31)
        )
    with count_queries(app) as counted, db.read() as s:
        told = ways(s, [wish_id, picked_id, plain_id])
    assert counted.number == 1
    said = {number: [str(step.name) for step in way.steps] for number, way in told.items()}
    assert said == {
        wish_id: [
            "Found not feasible", "An author objects to “not feasible”", "The objection was upheld", "Found feasible",
            "Onto the short list",
        ],
        picked_id: ["Found feasible", "Onto the short list: picked by the city council"],
        plain_id: ["Found not feasible"],
    }  # fmt: skip
    assert [told[number].joined for number in (wish_id, picked_id, plain_id)] == [True, False, False]
    assert [step.listed for step in told[picked_id].steps] == [False, True]
