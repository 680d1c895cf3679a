"""More of the small city of world.py: the same kinds of things at other moments of their lives, so that a walk finds every
form open somewhere. For walks that look at words; which door opens to whom, one thing of each kind tells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portal.base import clock, db, ground
from portal.base.actor import Actor
from portal.base.web import Portal
from portal.comments.models import Comment
from portal.ideas import actions_drafts, actions_merge, actions_rearrange, actions_shortlist, queries_idea
from portal.ideas.models import Call, Idea, Support
from portal.ideas.rules_paper import PAPER
from portal.innovation import actions_pilot
from portal.innovation.rules import KEYS
from portal.moderation import actions as moderation
from portal.moderation import actions_decide
from portal.moderation.models import Decision, Flagged, Reason
from tests.ideas import town as calls
from tests.innovation import town as innovation
from tests.moderation import board


@dataclass(frozen=True)
class Also:
    """Arguments by name in place of some of those of world.py, and the addresses that show something else with them: an
    endpoint of these, or of a blueprint of these."""

    args: Mapping[str, Any]
    at: tuple[str, ...]

    def goes(self, endpoint: str) -> bool:
        """Does it lead to something else there?"""
        return endpoint in self.at or endpoint.partition(".")[0] in self.at


def add(app: Portal, person_id: int, number: int) -> list[Also]:
    """Fill the city on. `number`: of the idea that everybody sees, with its debate."""
    ground.stand_on(app.ground)
    _begun(person_id)
    found = [Also(args, ("innovation", "innovation_staff")) for args in _proposals(Actor(person_id=person_id))]
    found += [Also(args, ("comments", "moderation.report")) for args in _debated(number)]
    found += [Also({"step": step}, ("ideas.step",)) for step in ("place", "pictures", "check")]
    return [
        *found,
        Also({"number": _refused(app, person_id)}, ("ideas.object_to", "ideas.idea")),
        Also({"number": _joined(app, person_id)}, ("ideas_staff.part", "ideas.as_it_was")),
        Also({"number": _split(app, person_id)}, ("ideas_staff.unsplit", "ideas.idea")),
        Also({"key": KEYS[0]}, ("innovation_staff.question",)),
        Also(_picked(app, person_id), ("ideas_staff.remove_pick", *SHORT_LIST)),
        Also({"decision_id": _decided(person_id)}, ("moderation.statement",)),
        Also({"paper": f"{PAPER}{calls.call_id('2026')}"}, ("home.sheet", "home_sheets.enter")),
    ]


SHORT_LIST = ("ideas_staff.short_list", "ideas.short_list", "ideas_api.ranking")


def _proposals(proposer: Actor) -> list[Mapping[str, Any]]:
    """One to be tried that has a coach and no plan, one whose plan waits for money, and a pilot that runs."""
    with db.write():
        who = innovation.cast("Zz ")
        accepted, planned, running = (innovation.propose(proposer, f"Another {n}") for n in range(3))
        for row in (accepted, planned, running):
            row.held_at = None
        for row in (accepted, planned):
            innovation.accept(row, who)
        actions_pilot.plan(who["kai"], planned.id, innovation.plan())
        innovation.run(running, who)
        return [{"proposal_id": row.id} for row in (accepted, planned, running)]


def _debated(number: int) -> list[Mapping[str, Any]]:
    """The idea as a thing that is debated and reported, and a comment on it that was changed."""
    with db.read() as s:
        idea = s.query(Idea).filter_by(number=number).one()
        changed = s.query(Comment).filter_by(kind="idea", object_id=idea.id, body="Changed words").one()
        return [
            {"kind": "idea", "number": idea.id, "object_id": idea.id},
            {"kind": "comment", "number": changed.id, "object_id": changed.id},
        ]


def _begun(person_id: int) -> None:
    """An idea that is not handed in yet."""
    with db.write() as s:
        call = s.get_one(Call, calls.call_id("2026"))
        actions_drafts.keep(Actor(person_id=person_id), call, "idea", {"title": "A tap", "body": "Water for all"})


def _refused(app: Portal, person_id: int) -> int:
    """An idea that was found not feasible, to which its author may still object."""
    number = calls.add_idea(app, calls.call_id("2026"), person_id, "A fountain")
    calls.value(app, number, feasible=False)
    return number


def _joined(app: Portal, person_id: int) -> int:
    """An idea that the staff joined with another one."""
    two = [calls.add_idea(app, calls.call_id("2026"), person_id, title) for title in ("A seat", "A stool")]
    with db.write() as s:
        rows = {row.number: row for row in s.query(Idea)}
        for number in two:
            rows[number].held_at = None
        s.flush()
        actions_merge.merge(calls.OFFICER, rows[two[0]], rows[two[1]], "They want the same.")
    return two[0]


def _split(app: Portal, person_id: int) -> int:
    """An idea that the staff split in two, of which nobody supports the other part yet."""
    number = calls.add_idea(app, calls.call_id("2026"), person_id, "A bench and a lamp")
    with db.write() as s:
        s.query(Idea).filter_by(number=number).one().held_at = None
        s.flush()
        found = queries_idea.by_number(s, number)
        assert found is not None
        two = [actions_rearrange.Piece(title, "For the evening.") for title in ("Only a bench", "Only a lamp")]
        actions_rearrange.split(calls.OFFICER, found, two, "Two wishes.")
    return number


def _picked(app: Portal, person_id: int) -> Mapping[str, Any]:
    """A call whose check is over: its short list stands, and the council has added an idea to it."""
    call_id = calls.add_call(app, slug="2024", opens=-60, closes=-40, short_list_size=1)
    first, second = (calls.add_idea(app, call_id, person_id, title) for title in ("A swing", "A slide"))
    with db.write() as s:
        for number in (first, second):
            s.query(Idea).filter_by(number=number).one().held_at = None
        row = s.query(Idea).filter_by(number=first).one()
        s.add(Support(idea_id=row.id, on_day=clock.now().date()))
        row.supports = 1
    for number in (first, second):
        calls.value(app, number, days=20)
    with db.write() as s:
        now = clock.city_now()
        actions_shortlist.freeze(calls.OFFICER, call_id, now)
        picked = actions_shortlist.pick(
            calls.OFFICER, s.get_one(Call, call_id), calls.idea_id(second), reason="For small children.", language="en",
            now=now,
        )  # fmt: skip
        return {"slug": "2024", "number": second, "pick_id": picked.id}


def _decided(person_id: int) -> int:
    """A decision about a note, against which its author may still appeal."""
    moderator = Actor(person_id=None, roles=frozenset({"moderator"}))
    with db.write() as s:
        hidden = board.pin(s, "Benches by the brook", person_id)
        moderation.report(Actor(), "note", hidden, reason=Reason.INSULT, words="", lang="en")
        row = s.query(Flagged).filter_by(object_id=hidden).one()
        actions_decide.decide(moderator, row.id, board.HIDE, version=row.version)
        return s.query(Decision).filter_by(flagged_id=row.id).one().id
