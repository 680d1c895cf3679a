"""The steps of a procedure, set up and ticked; and the simulator of the law's clock."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from portal.base import db
from portal.base.actor import SYSTEM
from portal.base.deadlines import Resume, Rule, Unit
from portal.base.web import Portal
from portal.services import actions_desk, actions_steps, queries_clock, queries_steps, rules_steps
from portal.services.models import CaseState, Outcome
from portal.services.models_steps import Step, Tick
from portal.services.rules import Denied
from tests.client import Client
from tests.identity.help import enter
from tests.services import town

GRANT: dict[str, Any] = {
    "outcome": Outcome.GRANTED, "reason": "", "text": "", "basis": "Section 4", "conditions": [],
}  # fmt: skip


@pytest.fixture(autouse=True)
def _here(app: Portal) -> None:
    """Every story happens in a portal."""


@pytest.mark.parametrize("state", list(CaseState))
def test_steps_are_ticked_while_the_case_is_open(state: CaseState) -> None:
    open_ones = {CaseState.FILED, CaseState.CHECKING, CaseState.WAITING, CaseState.DECIDING}
    assert bool(rules_steps.may_tick(state)) is (state in open_ones)
    assert rules_steps.may_add(rules_steps.MOST - 1) and not rules_steps.may_add(rules_steps.MOST)


def test_a_required_step_comes_before_the_decision() -> None:
    with db.write() as s:
        row = town.service()
        first = actions_steps.add(SYSTEM, row, said={"title": {"en": "Look at the place"}}, required=True)
        second = actions_steps.add(SYSTEM, row, said={"title": {"en": "Draw a plan"}}, required=False)
        kai = town.person("Kai Saar", "case_officer")
        case = town.filed(town.person("Ana Ilves"), row)
        actions_desk.take(kai, case.id)
        with pytest.raises(Denied, match="not ticked"):
            actions_desk.propose(kai, case.id, case.version, **GRANT)
        version = case.version
        actions_steps.tick(kai, case.id, first, True)
        assert case.version == version + 1
        actions_steps.tick(town.person("Petra Novak", "case_officer"), case.id, first, True)  # the first one stays
        assert [one.by_id for one in s.scalars(select(Tick))] == [kai.person_id]
        actions_steps.tick(kai, case.id, second, True)
        actions_steps.tick(kai, case.id, second, False)
        actions_steps.remove(SYSTEM, second)
        actions_steps.remove(SYSTEM, first)
        assert [one.step.id for one in queries_steps.of_case(s, case, "en")] == [first.id]  # ticked, so it stays here
        assert queries_steps.of_service(s, row.id, "en") == []
        assert actions_desk.propose(kai, case.id, case.version, **GRANT)
        with pytest.raises(Denied, match="decided"):
            actions_steps.tick(kai, case.id, first, False)


def test_nobody_ticks_in_their_own_case() -> None:
    with db.write():
        row, kai = town.service(), town.person("Kai Saar", "case_officer")
        step = actions_steps.add(SYSTEM, row, said={"title": {"en": "Look"}}, required=True)
        with pytest.raises(Denied, match="your own"):
            actions_steps.tick(kai, town.filed(kai, row).id, step, True)


def test_a_procedure_is_set_up_and_worked_through(app: Portal) -> None:
    with db.write():
        row = town.service()
        case = town.filed(town.person("Ana Ilves"), row)
        other = town.service("other")
        foreign = actions_steps.add(SYSTEM, other, said={"title": {"en": "Elsewhere"}}, required=False).id
    boss, kai = Client(app), Client(app)
    enter(boss, "Pia Saar", roles=["administrator"])
    enter(kai, "Kai Saar", roles=["case_officer"])
    here = "/en/staff/cases/services/market-stall/steps"
    assert "There is no step yet" in boss.get(here)
    page = boss.post(here, {"title_en": ""})
    assert page.status == 422 and "Enter what is to be done" in page
    boss.post(here, {"title_en": "Measure", "title_de": "Messen"})
    assert "Before a decision" in boss.post(here, {"title_en": "Look at the <place>", "required": "1"})
    with db.read() as s:
        first, second = s.scalars(select(Step.id).where(Step.service_id == row.id).order_by(Step.id))
    page = boss.post(f"{here}/{second}/up", page=here)
    assert page.text.index("Look at the <place>") < page.text.index("Measure")
    assert "Saved" in boss.post(f"{here}/{first}", {"title_en": "Measure twice"})
    assert boss.get(f"{here}/{foreign}").status == 404
    desk = f"/en/staff/cases/{case.reference}"
    kai.post(f"{desk}/take", page=desk)
    page = kai.get(desk)
    assert "0 of 2 done" in page and "Measure twice" in page and "not ticked yet" in page
    assert "Write the decision" not in page
    page = kai.post(f"{desk}/steps/{second}", {"done": "1"}, page=desk)
    assert "1 of 2 done" in page and "Write the decision" in page
    assert kai.post(f"{desk}/steps/{foreign}", {"done": "1"}, page=desk).status == 404
    assert "taken out" in boss.post(f"{here}/{first}/remove", page=here)
    assert "1 of 1 done" in kai.get(desk)


def test_the_simulator_reckons_as_a_case_does(app: Portal) -> None:
    rule = Rule(10, Unit.DAYS, Resume.CONTINUE)
    found = queries_clock.simulate(rule, date(2027, 3, 1), [(date(2027, 3, 5), date(2027, 3, 9))], 5, date(2027, 3, 20))
    assert found.due == date(2027, 3, 22) and found.days_left == 2 and len(found.moves) == 4  # the 20th is a Saturday
    kai = Client(app)
    enter(kai, "Kai Saar", roles=["case_officer"])
    page = kai.get("/en/staff/cases/clock")
    assert 'value="30"' in page.html and "To be decided by" not in page

    def day(name: str, when: str) -> str:
        year, month, number = when.split("-")
        return f"&{name}-day={number}&{name}-month={month}&{name}-year={year}"

    asked = "/en/staff/cases/clock?go=1&period=10&unit=days&resume=continue"
    page = kai.get(
        asked + day("start", "2027-3-1") + day("asked1", "2027-3-5") + day("back1", "2027-3-9") + "&extension=5"
        + day("today", "2027-3-20")
    )  # fmt: skip
    assert "March 22, 2027" in page and "4 days more" in page and "2 days are left" in page
    bad = kai.get(asked + day("start", "2027-2-30") + day("asked1", "2027-3-9") + day("back1", "2027-3-5"))
    assert bad.status == 422 and "Enter a real date" in bad and "cannot come before" in bad
    assert kai.get("/en/staff/cases/clock?go=1&period=0&unit=years&resume=x").status == 422
    assert kai.get("/en/staff/cases/clock?period=2&unit=weeks").status == 200
