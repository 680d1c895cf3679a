"""One act on many cases: each by its own rule, told one by one, and nothing twice."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from portal.base import db
from portal.base.actor import Actor
from portal.base.web import Portal
from portal.notifications.models import Message
from portal.services import actions_appeal, actions_batch, actions_desk, rules_batch
from portal.services.models import Case, CaseState, Outcome, Service
from portal.services.rules import Denied
from portal.services.rules_batch import Act
from tests.client import Client
from tests.identity.help import enter
from tests.services import town

GRANT: dict[str, Any] = {"outcome": Outcome.GRANTED, "reason": "", "text": "", "basis": "Section 4", "conditions": []}
REFUSAL = {"outcome": Outcome.REFUSED, "reason": "place", "text": "No room.", "basis": "Section 4", "conditions": []}


@pytest.fixture(autouse=True)
def _here(app: Portal) -> None:
    """Every story happens in a portal."""


def several(row: Service, *names: str) -> list[Case]:
    return [town.filed(town.person(name), row) for name in names]


def decided(kai: Actor, case: Case, decision: dict[str, Any]) -> Case:
    actions_desk.take(kai, case.id)
    actions_desk.propose(kai, case.id, case.version, **decision)
    return case


def with_versions(cases: list[Case]) -> dict[int, int]:
    return {case.id: case.version for case in cases}


@pytest.mark.parametrize("state", list(CaseState))
@pytest.mark.parametrize("appealed", [True, False])
def test_decided_cases_are_closed_while_no_appeal_is_open(state: CaseState, appealed: bool) -> None:
    over = state in (CaseState.GRANTED, CaseState.REFUSED, CaseState.WITHDRAWN)
    assert bool(rules_batch.may_close(state=state, appealed=appealed)) is (over and not appealed)


def test_what_one_case_refuses_hinders_no_other() -> None:
    with db.write() as s:
        row, kai = town.service(), town.person("Kai Saar", "case_officer")
        free, other = several(row, "Ana Ilves", "Bert Oja")
        mine = town.filed(kai, row)
        actions_desk.take(town.person("Petra Novak", "case_officer"), other.id)
        found = actions_batch.run(kai, with_versions([free, other, mine]), Act.TAKE)
        assert [(one.case_id, str(one.why or "")) for one in found] == [
            (free.id, ""), (other.id, "A colleague has taken this case in the meantime."),
            (mine.id, "This case is your own. A colleague has to handle it."),
        ]  # fmt: skip
        assert actions_batch.counted(found) == (1, 2)
        s.expire_all()
        assert [free.officer_id, mine.officer_id] == [kai.person_id, None] and mine.state is CaseState.FILED


def test_a_page_that_is_sent_twice_writes_once() -> None:
    with db.write() as s:
        kai = town.person("Kai Saar", "case_officer")
        cases = several(town.service(), "Ana Ilves", "Bert Oja")
        shown = with_versions(cases)
        said = {"text": "The office is closed on Friday.", "language": "en"}
        assert actions_batch.counted(actions_batch.run(kai, shown, Act.MESSAGE, **said)) == (2, 0)
        assert actions_batch.counted(actions_batch.run(kai, shown, Act.MESSAGE, **said)) == (0, 2)
        assert len(s.scalars(select(Message).where(Message.notice == "case.message_out")).all()) == 2


def test_cases_are_given_only_to_who_works_on_them() -> None:
    with db.write() as s:
        kai, rita = town.person("Kai Saar", "case_officer"), town.person("Rita Rand")
        cases = several(town.service(), "Ana Ilves", "Bert Oja")
        found = actions_batch.run(kai, with_versions(cases), Act.GIVE, officer_id=rita.person_id)
        assert actions_batch.counted(found) == (0, 2)
        found = actions_batch.run(kai, with_versions(cases), Act.GIVE, officer_id=kai.person_id)
        assert actions_batch.counted(found) == (2, 0)
        s.expire_all()
        found = actions_batch.run(kai, with_versions(cases), Act.GIVE, officer_id=None)
        assert actions_batch.counted(found) == (2, 0) and {case.officer_id for case in cases} == {None}


def test_granted_ones_are_closed_and_an_open_appeal_keeps_a_case_open() -> None:
    with db.write():
        row, kai = town.service(), town.person("Kai Saar", "case_officer")
        granted, refused, open_one = several(row, "Ana Ilves", "Bert Oja", "Cleo Kask")
        decided(kai, granted, GRANT)
        decided(kai, refused, REFUSAL)
        actions_appeal.file(town.person("Bert Oja"), refused.id, "There is room", language="en")
        found = actions_batch.run(kai, with_versions([granted, refused, open_one]), Act.CLOSE)
        assert [one.why is None for one in found] == [True, False, False]
        assert granted.state is CaseState.CLOSED and granted.closed_at is not None
        with pytest.raises(Denied, match="At most"):
            actions_batch.run(kai, dict.fromkeys(range(201), 1), Act.CLOSE)


def test_cases_are_chosen_in_the_queue(app: Portal) -> None:
    with db.write():
        row = town.service()
        cases = several(row, "Ana Ilves", "Bert Oja", "Cleo Kask")
        for each in range(30):
            town.filed(town.person(f"Person {each}"), row)
        foreign = town.filed(town.person("Dora Dal"), town.service("elsewhere", department_id=None))
    kai = Client(app)
    enter(kai, "Kai Saar", roles=["case_officer"])
    queue, here = "/en/staff/cases", "/en/staff/cases/batch"
    choose = f"{here}/choose"
    assert "Choose case" in kai.get(queue)
    page = kai.post(choose, {}, page=queue)
    assert page.status == 422 and "Choose at least one" in page
    page = kai.post(choose, {"case": [case.reference for case in cases]}, page=queue)
    assert "You have chosen 3 cases" in page and "Ana Ilves" in page
    sent: dict[str, Any] = {"case": [f"{case.reference}:{case.version}" for case in cases]}
    token = {"csrf_token": page.token}
    bad = kai.post(f"{here}/do", {**sent, **token, "act": "message", "text": ""}, token=False)
    assert bad.status == 422 and "Write your message" in bad and "You have chosen 3 cases" in bad
    page = kai.post(f"{here}/do", {**sent, **token, "act": "take", "text": ""}, token=False)
    assert "done in 3 cases" in page
    again = kai.post(f"{here}/do", {**sent, **token, "act": "take", "text": ""}, token=False)
    assert "done in 0 cases" in again and "Somebody else has changed" in again
    page = kai.post(choose, {"all": "1", "whose": "mine"}, page=queue)
    assert "You have chosen 3 cases" in page
    page = kai.post(choose, {"all": "1", "state": "<x>", "service": "1x"}, page=queue)
    assert "You have chosen 34 cases" in page and foreign.reference in page
    many = {"case": [f"2027-{number}" for number in range(201)]}
    assert kai.post(choose, many, page=queue).status == 422


def test_an_officer_of_another_office_reaches_none_of_them(app: Portal) -> None:
    with db.write():
        (case,) = several(town.service(), "Ana Ilves")
        town.person("Rita Rand", "case_officer", department=99)
    rita = Client(app)
    enter(rita, "Rita Rand")
    page = rita.get("/en/staff/cases")
    sent = {"csrf_token": page.token, "case": f"{case.reference}:{case.version}", "act": "take", "text": ""}
    assert rita.post("/en/staff/cases/batch/do", sent, token=False).status == 422
    with db.read() as s:
        assert s.get_one(Case, case.id).officer_id is None
