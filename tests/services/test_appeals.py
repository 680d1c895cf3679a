"""Appeals: filed in time or late, handled by somebody else, decided; an allowed one opens the case again."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import select

from portal.base import clock, db
from portal.base.actor import Actor
from portal.base.deadlines import Unit
from portal.base.web import Portal
from portal.notifications.models import Message
from portal.papers.models import Paper, PaperState
from portal.services import (
    actions_appeal,
    actions_desk,
    jobs,
    queries,
    queries_appeal,
    queries_clock,
    rules_appeal,
)
from portal.services.models import Case, CaseEvent, CaseState, Decision, Outcome, Service
from portal.services.models_appeal import Appeal, AppealOutcome, AppealState
from portal.services.rules import Denied
from tests.client import Client
from tests.identity.help import enter
from tests.services import town

REFUSAL = {"outcome": Outcome.REFUSED, "reason": "place", "text": "No room.", "basis": "Section 4", "conditions": []}
GRANT = {"outcome": Outcome.GRANTED, "reason": "", "text": "", "basis": "Section 4", "conditions": []}
ALLOWED = {"outcome": AppealOutcome.ALLOWED, "grounds": "There is room.", "basis": "Section 5", "remedy": ""}
DISMISSED = {"outcome": AppealOutcome.DISMISSED, "grounds": "No.", "basis": "Section 5", "remedy": "The court"}


@pytest.fixture(autouse=True)
def _here(app: Portal) -> None:
    """Every story happens in a portal."""


def refused(**more: Any) -> tuple[Case, Service, Actor, Actor]:
    """A case that Kai refused; Ana applied."""
    row = town.service(**more)
    ana, kai = town.person("Ana Ilves"), town.person("Kai Saar", "case_officer")
    case = town.filed(ana, row)
    actions_desk.take(kai, case.id)
    actions_desk.propose(kai, case.id, case.version, **REFUSAL)
    return case, row, ana, kai


def told(person_id: int | None) -> list[str]:
    wanted = select(Message.notice).where(Message.person_id == person_id).order_by(Message.id)
    return list(db.session().scalars(wanted))


# --- rules ---


@pytest.mark.parametrize(
    ("outcome", "conditions", "appealed", "may"),
    [
        (Outcome.REFUSED, [], False, True),
        (Outcome.REFUSED, [], True, False),
        (Outcome.GRANTED, ["Keep it clean"], False, True),
        (Outcome.GRANTED, ["Keep it clean"], True, False),
        (Outcome.GRANTED, [], False, False),
    ],
)
def test_what_can_be_appealed_against(outcome: Outcome, conditions: list[str], appealed: bool, may: bool) -> None:
    assert bool(rules_appeal.may_appeal(outcome=outcome, conditions=conditions, appealed=appealed)) is may


@pytest.mark.parametrize(("officer", "may"), [(1, False), (2, False), (3, False), (4, True), (None, True)])
def test_neither_who_applied_nor_who_decided_handles_it(officer: int | None, may: bool) -> None:
    assert bool(rules_appeal.may_handle(applicant=1, officer=officer, decided={2, 3, None})) is may


@pytest.mark.parametrize("state", list(AppealState))
@pytest.mark.parametrize("has", [None, 1, 2])
def test_who_takes_and_decides_when(state: AppealState, has: int | None) -> None:
    takes = state in (AppealState.FILED, AppealState.CHECKING) and has in (None, 1)
    assert bool(rules_appeal.may_take(state=state, has=has, officer=1)) is takes
    assert bool(rules_appeal.may_decide(state=state, has=has, officer=1)) is (
        state is AppealState.CHECKING and has == 1
    )
    assert bool(rules_appeal.may_withdraw(state)) is (state in (AppealState.FILED, AppealState.CHECKING))


def test_every_word_is_there() -> None:
    assert set(rules_appeal.STATES) == set(rules_appeal.COLOURS) == set(rules_appeal.NEXT) == set(AppealState)
    assert set(rules_appeal.OUTCOMES) == set(rules_appeal.FOLLOWS) == set(AppealOutcome)


# --- acts ---


def test_an_appeal_has_a_reference_a_clock_and_an_officer_who_did_not_decide() -> None:
    with db.write() as s:
        case, _row, ana, kai = refused(appeal_period=20)
        petra = town.person("Petra Novak", "case_officer")
        row = actions_appeal.file(ana, case.id, "There is room", language="en")
        assert row.reference != case.reference and not row.late
        assert row.due_on == queries_clock.appeal_end(queries_clock.today(), 20)
        with pytest.raises(Denied, match="already"):
            actions_appeal.file(ana, case.id, "Once more", language="en")
        with pytest.raises(Denied, match="took part"):
            actions_appeal.take(kai, row.id)
        with pytest.raises(Denied, match="first"):
            actions_appeal.decide(petra, row.id, row.version, **DISMISSED)
        actions_appeal.take(petra, row.id)
        actions_appeal.decide(petra, row.id, row.version, **DISMISSED)
        paper = s.get_one(Paper, row.paper_id)
        assert paper.kind == "appeal" and paper.person_id == ana.person_id and paper.values["remedy"] == "The court"
        assert (case.state, row.state, row.due_on) == (CaseState.REFUSED, AppealState.DECIDED, None)
        assert told(ana.person_id)[-2:] == ["case.appealed", "case.appeal_decided"]
        assert "case.appeal_in" in told(petra.person_id) and "case.appeal_in" not in told(kai.person_id)
        with pytest.raises(Denied, match="already"):
            actions_appeal.file(ana, case.id, "Again", language="en")


def test_a_late_one_is_taken_and_marked() -> None:
    with db.write() as s:
        case, _row, ana, _kai = refused()
        decision = s.scalars(select(Decision).where(Decision.case_id == case.id)).one()
        decision.last_day = queries_clock.today() - timedelta(days=1)
        assert actions_appeal.file(ana, case.id, "I was ill", language="en").late
        # what reached the city in time is not late, however late it is entered
        row = s.scalars(select(Appeal)).one()
        row.came_on = decision.last_day
        assert not row.late


def test_an_allowed_appeal_opens_the_case_and_it_is_decided_anew() -> None:
    with db.write() as s:
        case, service, ana, kai = refused(period=10, unit=Unit.DAYS, extension_days=5)
        case.filed_at = clock.city_now() - timedelta(days=60)
        petra, paper = town.person("Petra Novak", "case_officer"), case.paper_id
        row = actions_appeal.file(ana, case.id, "There is room", language="en")
        actions_appeal.take(petra, row.id)
        actions_appeal.decide(petra, row.id, row.version, **ALLOWED)
        assert (case.state, case.officer_id, case.decided_at, case.paper_id) == (CaseState.CHECKING, None, None, None)
        assert case.due_on is not None and case.due_on >= queries_clock.today() + timedelta(days=10)
        assert s.get_one(Paper, paper).state is PaperState.REVOKED
        page = queries.own_case(s, ana, case.reference, "en")
        assert page is not None and page.decision is None and "reopened" in {one.event.kind for one in page.lines}
        actions_desk.take(petra, case.id)
        assert actions_desk.propose(petra, case.id, case.version, **GRANT)
        assert case.state is CaseState.GRANTED
        counted = s.scalars(
            select(Decision).where(Decision.case_id == case.id, Decision.lifted_at.is_(None))
        ).one()  # fmt: skip
        assert counted.outcome is Outcome.GRANTED
        with pytest.raises(Denied, match="Everything was granted"):
            actions_appeal.file(ana, case.id, "More", language="en")
        assert service.id == case.service_id and kai.person_id is not None


def test_a_case_stays_open_for_closing_while_its_appeal_is() -> None:
    with db.write():
        case, _row, ana, _kai = refused()
        number = case.id
        row = actions_appeal.file(ana, number, "There is room", language="en")
        case.decided_at = clock.city_now() - timedelta(days=31)
    jobs.close({})
    with db.write() as s:
        assert s.get_one(Case, number).state is CaseState.REFUSED
        actions_appeal.withdraw(ana, row.id)
        with pytest.raises(Denied, match="over"):
            actions_appeal.withdraw(ana, row.id)
    jobs.close({})
    with db.write() as s:
        assert s.get_one(Case, number).state is CaseState.CLOSED
        # even of a closed case an appeal is taken, and opens it
        petra = town.person("Petra Novak", "case_officer")
        row = actions_appeal.file(ana, number, "I was ill", language="en")
        actions_appeal.take(petra, row.id)
        actions_appeal.decide(petra, row.id, row.version, **{**ALLOWED, "outcome": AppealOutcome.PARTLY})
        found = s.get_one(Case, number)
        assert found.state is CaseState.CHECKING and found.closed_at is None


def test_of_two_officers_one_has_it_and_an_old_page_decides_nothing() -> None:
    with db.write():
        case, _row, ana, _kai = refused()
        petra, olev = town.person("Petra Novak", "case_officer"), town.person("Olev Oks", "case_officer")
        row = actions_appeal.file(ana, case.id, "There is room", language="en")
        seen = row.version
        actions_appeal.take(petra, row.id)
        with pytest.raises(Denied, match="colleague"):
            actions_appeal.take(olev, row.id)
        with pytest.raises(Denied, match="Somebody else"):
            actions_appeal.decide(petra, row.id, seen, **DISMISSED)
        with pytest.raises(Denied, match="colleague"):
            actions_appeal.decide(olev, row.id, row.version, **DISMISSED)
        actions_appeal.give_back(petra, row.id)
        actions_appeal.take(olev, row.id)
        assert row.officer_id == olev.person_id


def test_the_office_is_warned_of_an_appeal_but_not_who_decided() -> None:
    with db.write() as s:
        case, _row, ana, kai = refused()
        petra = town.person("Petra Novak", "case_officer")
        row = actions_appeal.file(ana, case.id, "There is room", language="en")
        row.due_on = queries_clock.today() + timedelta(days=2)
        number = row.id
    for _ in range(2):
        jobs.appeals({})
    with db.write() as s:
        s.get_one(Appeal, number).due_on = queries_clock.today() - timedelta(days=1)
    for _ in range(2):
        jobs.appeals({})
    with db.read():
        assert told(petra.person_id)[-2:] == ["case.appeal_soon", "case.appeal_late"]
        assert "case.appeal_soon" not in told(kai.person_id) and "case.appeal_late" not in told(kai.person_id)


# --- pages ---


def test_an_applicant_appeals_with_a_file_and_reads_the_outcome(app: Portal) -> None:
    with db.write():
        case, _row, _ana, _kai = refused()
        town.person("Petra Novak", "case_officer")
    ana, kai, petra, bert = (Client(app) for _ in range(4))
    for client, name in ((ana, "Ana Ilves"), (kai, "Kai Saar"), (petra, "Petra Novak"), (bert, "Bert Oja")):
        enter(client, name)
    mine = f"/en/services/cases/{case.reference}"
    assert "Appeal against this decision" in ana.get(mine)
    assert bert.get(f"{mine}/appeal").status == 404
    assert ana.post(f"{mine}/appeal", {"text": ""}).status == 422
    bad = {"text": "There is <b>room</b>", "file": (BytesIO(b"MZ a program"), "plan.pdf")}
    page = ana.post(f"{mine}/appeal", bad, content_type="multipart/form-data")
    assert page.status == 422 and "not taken" in page and "There is <b>room</b>" in page.text
    good = {**bad, "file": (BytesIO(b"%PDF-1.7 plan"), "plan.pdf")}
    page = ana.post(f"{mine}/appeal", good, content_type="multipart/form-data")
    assert "Your appeal is with the city" in page and "plan.pdf" in page
    here, reference = page.url, page.url.rpartition("/")[2]
    assert ana.post(f"{mine}/appeal", {"text": "Again"}, page=here).status == 409
    assert bert.get(here).status == 404 and reference in ana.get(mine)
    with db.read() as s:
        number = s.scalars(select(queries_appeal.CaseFile.id)).one()
    assert ana.http.get(f"{here}/files/{number}", base_url=ana.base).status_code == 200
    desk = f"/en/staff/cases/appeals/{reference}"
    page = kai.get(desk)
    assert "You took part in the decision" in page and "Take this appeal" not in page
    assert kai.post(f"{desk}/take", page=desk).status == 409
    assert "1 appeal to be decided" in petra.get("/en/staff/") and "appeal to be decided" not in kai.get("/en/staff/")
    assert reference in petra.get("/en/staff/cases/appeals")
    assert case.reference in petra.get(f"/en/staff/cases?state=refused&q={reference.lower()}")  # found by either
    page = petra.post(f"{desk}/take", page=desk)
    assert "You have this appeal now" in page and "No room." in page
    version = petra.get(desk).fields()["version"]
    decided = {"outcome": "dismissed", "grounds": "It is full.", "basis": "Section 5", "remedy": "", "version": version}
    page = petra.post(f"{desk}/decide", decided, page=desk)
    assert page.status == 422 and "one can go on from here" in page and "It is full." in page.html
    page = petra.post(f"{desk}/decide", {**decided, "remedy": "Court of the county, 30 days"}, page=desk)
    assert "Decided" in page
    page = ana.get(here)
    assert "The appeal is dismissed" in page and "It is full." in page and "Court of the county" in page
    assert "No appeal is open" in petra.get("/en/staff/cases/appeals")
    assert reference in petra.get("/en/staff/cases/appeals?state=decided")


def test_a_letter_is_entered_by_its_day_and_taken_back(app: Portal) -> None:
    with db.write() as s:
        case, _row, _ana, _kai = refused()
        decision = s.scalars(select(Decision)).one()
        decision.confirmed_at = clock.city_now() - timedelta(days=40)
        decision.last_day = queries_clock.today() - timedelta(days=8)
    ana, kai = Client(app), Client(app)
    enter(ana, "Ana Ilves")
    enter(kai, "Kai Saar")
    here = f"/en/staff/cases/{case.reference}/appeal"

    def came(days: int) -> dict[str, str]:
        day = queries_clock.today() + timedelta(days=days)
        return {
            "channel": "letter", "text": "There is room", "came_on-day": str(day.day), "came_on-month": str(day.month),
            "came_on-year": str(day.year),
        }  # fmt: skip

    assert "marked as late" in kai.get(here)
    assert kai.post(here, came(1)).status == 422 and kai.post(here, came(-41)).status == 422
    page = kai.post(here, came(-1))
    assert "The appeal is entered" in page and "Came late" in page
    with db.read() as s:
        row = s.scalars(select(Appeal)).one()
        assert row.entered_by_id is not None and row.channel == "letter"
        assert "appealed" in set(s.scalars(select(CaseEvent.kind)))
    mine = f"/en/services/appeals/{row.reference}"
    assert ana.post(f"{mine}/withdraw", {}).status == 422
    assert "The appeal is taken back" in ana.post(f"{mine}/withdraw", {"sure": "1"})
    assert ana.get(f"{mine}/withdraw").status == 409
    assert "Appeal against this decision" in ana.get(f"/en/services/cases/{case.reference}")
