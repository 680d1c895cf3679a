"""A case from its filing to its end: who may do what when, the law's clock, two officers at once, nothing twice."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.base import clock, db
from portal.base.actor import SYSTEM, Actor, Grant
from portal.base.deadlines import Resume, Unit
from portal.base.web import Portal
from portal.notifications.models import Message
from portal.papers.models import Paper
from portal.places import actions as places
from portal.places.models import Department
from portal.services import actions, actions_desk, jobs, queries, queries_clock, rules
from portal.services.models import Application, Case, CaseEvent, CaseState, Decision, Outcome, Silence, Wanted
from portal.services.rules import Denied
from tests.services import town

REFUSAL = {"outcome": Outcome.REFUSED, "reason": "place", "text": "No room.", "basis": "Section 4", "conditions": []}
GRANT = {"outcome": Outcome.GRANTED, "reason": "", "text": "", "basis": "Section 4", "conditions": ["Keep it clean"]}


@pytest.fixture(autouse=True)
def _here(app: Portal) -> None:
    """Every story happens in a portal."""


def told(person_id: int | None) -> list[str]:
    """What somebody was told, oldest first."""
    wanted = select(Message.notice).where(Message.person_id == person_id).order_by(Message.id)
    return list(db.session().scalars(wanted))


def test_an_application_is_one_case_however_often_it_is_sent() -> None:
    with db.write() as s:
        row, ana = town.service(), town.person("Ana Ilves")
        application = town.begun(ana, row, **town.ANSWERS)
        token = application.token
        case = actions.file(ana, application, row, town.ANSWERS, language="en")
        assert s.get(Application, application.id) is None
        again = Application(token=token, form_id=case.form_id, service_id=row.id, person_id=ana.person_id or 0)
        assert actions.file(ana, again, row, town.ANSWERS, language="en").id == case.id
        assert rules.read_reference(case.reference.lower()) == case.reference
        assert case.due_on == queries_clock.reckon(row, case, [], queries_clock.today()).due
        assert told(ana.person_id) == ["case.filed"]


def test_a_case_is_taken_asked_about_answered_and_granted() -> None:
    with db.write() as s:
        row = town.service(period=10, unit=Unit.DAYS, valid_days=365)
        ana, kai = town.person("Ana Ilves"), town.person("Kai Saar", "case_officer")
        case = town.filed(ana, row)
        actions_desk.take(kai, case.id)
        assert (case.state, case.officer_id) == (CaseState.CHECKING, kai.person_id)
        until = queries_clock.after(14)
        actions_desk.ask(
            kai, case.id, case.version, kind=Wanted.PAPER, text="The certificate, please", language="en", due_on=until
        )
        page = queries.own_case(s, ana, case.reference, "en")
        assert page is not None and case.state is CaseState.WAITING
        assert queries_clock.reckon(row, case, queries.pauses(page.requests), queries_clock.today()).paused
        with pytest.raises(Denied, match="asked for something"):
            actions_desk.propose(kai, case.id, case.version, **GRANT)
        actions.answer(ana, case.id, page.requests[0].id, "Here it is")
        assert case.state is CaseState.CHECKING
        with pytest.raises(Denied, match="answered already"):
            actions.answer(ana, case.id, page.requests[0].id, "Again")
        assert actions_desk.propose(kai, case.id, case.version, **GRANT)
        assert case.state is CaseState.GRANTED and case.due_on is None
        paper = s.get_one(Paper, case.paper_id)
        assert paper.kind == "permit" and paper.person_id == ana.person_id and paper.expires_at is not None
        assert paper.values["conditions"] == ["Keep it clean"] and "Appeals board" in paper.values["appeal"]
        assert told(ana.person_id) == ["case.filed", "case.checking", "case.asked", "case.granted"]
        assert told(kai.person_id)[-1] == "case.answered"


def test_a_refusal_without_reasons_is_impossible_even_in_the_database() -> None:
    with db.write() as s:
        row, kai = town.service(), town.person("Kai Saar", "case_officer")
        case = town.filed(town.person("Ana Ilves"), row)
        actions_desk.take(kai, case.id)
        with pytest.raises(Exception, match="reasons"), s.begin_nested():
            actions_desk.propose(kai, case.id, case.version, **{**REFUSAL, "basis": ""})
        s.refresh(case)
        actions_desk.propose(kai, case.id, case.version, **REFUSAL)
        decision = s.scalars(select(Decision).where(Decision.case_id == case.id)).one()
        assert decision.appeal_body == "Appeals board, Town Hall" and decision.last_day is not None
        assert s.get_one(Paper, case.paper_id).kind == "refusal"


def test_where_four_eyes_decide_nobody_confirms_their_own_decision() -> None:
    with db.write() as s:
        row = town.service(four_eyes=True)
        kai, petra = town.person("Kai Saar", "case_officer"), town.person("Petra Novak", "case_officer")
        case = town.filed(town.person("Ana Ilves"), row)
        actions_desk.take(kai, case.id)
        assert not actions_desk.propose(kai, case.id, case.version, **REFUSAL)
        with pytest.raises(Denied, match="second officer"):
            actions_desk.confirm(kai, case.id, case.version)
        actions_desk.send_back(petra, case.id, case.version, "Name the section")
        assert case.state is CaseState.CHECKING
        actions_desk.propose(kai, case.id, case.version, **REFUSAL)
        actions_desk.confirm(petra, case.id, case.version)
        assert case.state is CaseState.REFUSED
        rows = s.scalars(select(Decision).where(Decision.case_id == case.id).order_by(Decision.id)).all()
        assert [one.confirmed_by_id for one in rows] == [None, petra.person_id]


def test_of_two_officers_at_once_one_wins_and_the_other_is_told() -> None:
    with db.write():
        row = town.service()
        kai, petra = town.person("Kai Saar", "case_officer"), town.person("Petra Novak", "case_officer")
        case = town.filed(town.person("Ana Ilves"), row)
        seen = case.version
        actions_desk.take(kai, case.id)
        with pytest.raises(Denied, match="colleague"):
            actions_desk.take(petra, case.id)
        with pytest.raises(Denied, match="Somebody else"):
            actions_desk.propose(petra, case.id, seen, **GRANT)


def test_nobody_handles_what_they_applied_for() -> None:
    with db.write():
        row = town.service()
        kai, petra = town.person("Kai Saar", "case_officer"), town.person("Petra Novak", "case_officer")
        case = town.filed(kai, row)
        with pytest.raises(Denied, match="your own"):
            actions_desk.take(kai, case.id)
        actions_desk.take(petra, case.id)
        with pytest.raises(Denied, match="your own"):
            actions_desk.propose(kai, case.id, case.version, **GRANT)


def test_time_is_extended_once_and_only_with_a_reason() -> None:
    with db.write():
        row = town.service(extension_days=14)
        kai = town.person("Kai Saar", "case_officer")
        case = town.filed(town.person("Ana Ilves"), row)
        actions_desk.take(kai, case.id)
        before = case.due_on
        with pytest.raises(Denied, match="between 1 and"):
            actions_desk.extend(kai, case.id, case.version, 15, "Many applications")
        actions_desk.extend(kai, case.id, case.version, 14, "Many applications")
        assert case.due_on is not None and before is not None and case.due_on > before
        with pytest.raises(Denied, match="twice"):
            actions_desk.extend(kai, case.id, case.version, 1, "More")


@pytest.mark.parametrize(
    ("silence", "ends"),
    [
        (Silence.NOTHING, CaseState.FILED),
        (Silence.GRANTED, CaseState.GRANTED),
        (Silence.REFUSED, CaseState.REFUSED),
    ],
)
def test_silence_means_what_the_law_says(silence: Silence, ends: CaseState) -> None:
    with db.write() as s:
        case = town.filed(town.person("Ana Ilves"), town.service(silence=silence))
        case.due_on = queries_clock.today() - timedelta(days=1)
        number = case.id
        s.flush()
    jobs.silence({})
    jobs.silence({})
    with db.read() as s:
        assert s.get_one(Case, number).state is ends
        decided = s.scalars(select(Decision).where(Decision.case_id == number)).all()
        assert len(decided) == (ends is not CaseState.FILED)


def test_the_office_is_warned_once_before_the_day_and_once_after_it() -> None:
    with db.write() as s:
        kai = town.person("Kai Saar", "case_officer")
        case = town.filed(town.person("Ana Ilves"), town.service())
        actions_desk.take(kai, case.id)
        case.due_on = queries_clock.today() + timedelta(days=2)
        number = case.id
    for _ in range(2):
        jobs.warn({})
    with db.write() as s:
        s.get_one(Case, number).due_on = queries_clock.today() - timedelta(days=1)
    for _ in range(2):
        jobs.warn({})
    with db.read():
        assert told(kai.person_id) == ["case.due_soon", "case.late"]


def test_taken_back_is_over_and_decided_cases_close_by_themselves() -> None:
    with db.write() as s:
        ana = town.person("Ana Ilves")
        case = town.filed(ana, town.service())
        actions.withdraw(ana, case.id, "")
        with pytest.raises(Denied):
            actions.withdraw(ana, case.id, "")
        assert case.state is CaseState.WITHDRAWN and case.due_on is None
        case.decided_at = clock.city_now() - timedelta(days=31)
        number = case.id
    jobs.close({})
    jobs.close({})
    with db.write() as s:
        case = s.get_one(Case, number)
        assert case.state is CaseState.CLOSED
        assert [one.kind for one in s.scalars(select(CaseEvent).where(CaseEvent.case_id == number))].count(
            "closed"
        ) == 1
        with pytest.raises(Denied, match="closed"):
            actions.write(ana, number, "Hello?", "en")


def _department(code: str) -> int:
    made = places.add_department(SYSTEM, code=code, names={"en": code})
    assert isinstance(made, Department)
    return made.id


def test_cases_of_others_do_not_exist_and_officers_see_their_department() -> None:
    with db.write() as s:
        one, two = (_department(code) for code in ("streets", "parks"))
        row = town.service(department_id=one)
        case = town.filed(town.person("Ana Ilves"), row)
        assert queries.own_case(s, town.person("Bert Oja"), case.reference, "en") is None

        def officer(number: int) -> Actor:
            return Actor(person_id=1, name="Kai", grants=frozenset({Grant("case_officer", "department", number)}))

        assert queries.desk_case(s, officer(one), case.reference, "en") is not None
        assert queries.desk_case(s, officer(two), case.reference, "en") is None


def test_a_pause_of_a_clock_that_begins_again(app: Portal) -> None:
    with db.write() as s:
        kai, ana = town.person("Kai Saar", "case_officer"), town.person("Ana Ilves")
        row = town.service(resume=Resume.RESTART, period=20, unit=Unit.DAYS)
        case = town.filed(ana, row)
        case.filed_at = clock.city_now() - timedelta(days=15)
        s.flush()
        actions_desk.take(kai, case.id)
        actions.tick(s, case, row)
        early = case.due_on
        actions_desk.ask(
            kai, case.id, case.version, kind=Wanted.CORRECTION, text="Which day?", language="en",
            due_on=queries_clock.after(5),
        )  # fmt: skip
        page = queries.own_case(s, ana, case.reference, "en")
        assert page is not None
        actions.answer(ana, case.id, page.requests[0].id, "Friday")
        assert early is not None and case.due_on is not None
        assert case.due_on >= early  # the same day: nothing was paused for long, and nothing comes nearer
