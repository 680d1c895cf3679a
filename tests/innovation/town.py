"""A small innovation track to test with: two departments, a lead, coaches, money."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from portal.base import clock, db, ground
from portal.base.actor import SYSTEM, Actor
from portal.base.web import Portal
from portal.identity import actions as people
from portal.identity.models import RoleGrant
from portal.innovation import actions, actions_money, actions_pilot, actions_screen, queries_desk, rules
from portal.innovation.actions import Written
from portal.innovation.models import Fund, Outcome, Pilot, Proposal, Stage
from portal.places import actions as places
from portal.places.models import Department

ISSUER = "https://id.example"
EURO = 100


def department(code: str = "parks") -> int:
    """A department; returns its id."""
    s = db.session()
    row = s.query(Department).filter_by(code=code).one_or_none()
    if row is None:
        names = {"en": f"{code.title()} department", "de": f"Amt {code}"}
        made = places.add_department(SYSTEM, code=code, names=names)
        assert isinstance(made, Department)
        row = made
    return row.id


def person(name: str, *roles: str) -> Actor:
    """Somebody with an account, and with roles for the whole city."""
    s = db.session()
    sub = name.casefold().replace(" ", "-")
    row = people.person_for(s, ISSUER, sub, name=name, language="en", now=clock.now())
    for role in roles:
        if s.query(RoleGrant).filter_by(person_id=row.id, role=role).first() is None:
            s.add(RoleGrant(person_id=row.id, role=role, at=clock.now()))
    s.flush()
    return Actor(person_id=row.id, name=name, roles=frozenset(roles))


def cast() -> dict[str, Actor]:
    """Ana proposes, Lea leads, Ole leads too, Kai and Kim are coaches."""
    return {
        "ana": person("Ana Ilves"),
        "lea": person("Lea Lead", rules.LEAD),
        "ole": person("Ole Lead", rules.LEAD),
        "kai": person("Kai Coach", rules.COACH),
        "kim": person("Kim Coach", rules.COACH),
    }


def propose(who: Actor, title: str = "Text messages instead of letters", **more: Any) -> Proposal:
    """A proposal of somebody."""
    words = {
        "problem": "One letter in five comes back.", "whom": "People who wait for a place in a nursery.",
        "better": "They are asked by text message first.", "language": "en", "department_id": department(),
    }  # fmt: skip
    return actions.propose(who, Written(title=title, **(words | more)))


ANSWERS = {key: (2, f"Because of {key}.") for key in rules.KEYS}


def screen(proposal: Proposal, *who: Actor) -> None:
    """Screened by these."""
    for one in who:
        actions_screen.screen(one, proposal.id, ANSWERS, "en")


def accept(proposal: Proposal, who: dict[str, Actor]) -> None:
    """Screened, to be tried, with Kai as its coach."""
    screen(proposal, who["kai"], who["kim"])
    actions_screen.decide(who["lea"], proposal.id, Stage.TRY, "It costs little.", "en", department())
    coach = who["kai"].person_id
    assert coach is not None
    actions_screen.assign_coach(who["lea"], proposal.id, coach)


def plan(**changes: Any) -> actions_pilot.Plan:
    """A plan from a month ago to two months from now."""
    today = queries_desk.today()
    values: dict[str, Any] = {
        "hypothesis": "If we write a message first, fewer letters come back.", "measure": "Letters sent back in a week",
        "unit": "letters", "baseline": 20_00, "target": 5_00, "starts_on": today - timedelta(days=30),
        "ends_on": today + timedelta(days=60), "cost": 1000 * EURO, "stop_rule": "If more people miss their place.",
        "stop_way": "above", "stop_at": 30_00, "lang": "en",
    }  # fmt: skip
    return actions_pilot.Plan(**(values | changes))


def fund(who: dict[str, Actor], amount: int = 5000 * EURO) -> Fund:
    """This year's fund of the department."""
    s = db.session()
    year = queries_desk.today().year
    row = s.query(Fund).filter_by(department_id=department(), year=year).one_or_none()
    return row or actions_money.open_fund(who["lea"], department(), year, amount, "Council decision 12")


def run(proposal: Proposal, who: dict[str, Actor], **changes: Any) -> Pilot:
    """A running pilot."""
    accept(proposal, who)
    made = actions_pilot.plan(who["kai"], proposal.id, plan(**changes))
    if made.cost:
        actions_money.grant(who["ole"], proposal.id, fund(who).id, made.cost, "The plan is good")
    actions_pilot.begin(who["kai"], proposal.id)
    return made


def end(proposal: Proposal, who: dict[str, Actor], outcome: Outcome = Outcome.STOPPED, spent: int = 400 * EURO) -> None:
    """An outcome."""
    actions_pilot.publish_outcome(
        who["kai"], proposal.id, outcome, text="It did not help.", learnt="Numbers change too often.", spent=spent,
        lang="en",
    )  # fmt: skip


def tried(app: Portal) -> dict[str, int]:
    """A city with one proposal of each kind: waits, pilot, ended; and a fund."""
    ground.stand_on(app.ground)
    with db.write():
        who = cast()
        waits, runs, over = (propose(who["ana"], title) for title in ("Waits", "Runs", "Is over"))
        run(runs, who)
        actions_pilot.check_in(who["kai"], runs.id, queries_desk.today(), 12_00, "Half way", "en")
        run(over, who)
        end(over, who)
        return {"waits": waits.id, "runs": runs.id, "over": over.id, "fund": fund(who).id}


def every_page(app: Portal, proposer_id: int) -> dict[str, Any]:
    """Three proposals of somebody that together have every next step, and a fourth that waits for a moderator."""
    ground.stand_on(app.ground)
    with db.write():
        who, proposer = cast(), Actor(person_id=proposer_id)
        first, second, third, held = (propose(proposer, f"Proposal {n}") for n in range(4))
        for row in (first, second, third):
            row.held_at = None
        held.held_at = clock.now()
        screen(first, who["kai"], who["kim"])
        accept(second, who)
        run(third, who)
        return {"proposal_id": first.id, "held": held.id, "fund_id": fund(who).id}
