"""Others are heard: an office answers inside, a neighbour by the code of a letter or at the desk; silence is a fact."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import NoResultFound

from portal.base import codes, db
from portal.base.actor import SYSTEM, Actor
from portal.base.web import Portal
from portal.papers.models import Paper, PaperState
from portal.places import actions as places
from portal.places.models import Department
from portal.services import (
    actions_appeal,
    actions_desk,
    actions_hearing,
    jobs,
    queries_clock,
    queries_hearing,
    rules_hearing,
)
from portal.services.models import Case, CaseEvent, Outcome, Service
from portal.services.models_hearing import Heard, Hearing, Shared, Stance
from portal.services.rules import Denied
from portal.services.rules_hearing import BadAddress, Standing, addresses, standing
from tests.client import Client
from tests.identity.help import enter
from tests.services import town

GRANT = {"outcome": Outcome.GRANTED, "reason": "", "text": "", "basis": "Section 4", "conditions": []}
MARI = ("Mari Mets", ("Sound Row 3", "10115 Sundhaven"))


@pytest.fixture(autouse=True)
def _here(app: Portal) -> None:
    """Every story happens in a portal."""


def department(code: str) -> int:
    made = places.add_department(SYSTEM, code=code, names={"en": code.capitalize()})
    assert isinstance(made, Department)
    return made.id


def said(**more: Any) -> dict[str, Any]:
    return {
        "question": "Does it stand in your light?", "summary": "A stall of 3 metres", "files": [],
        "due_on": queries_clock.after(14), "language": "en", **more,
    }  # fmt: skip


def taken(**more: Any) -> tuple[Case, Service, Actor]:
    """A case that Kai checks."""
    row = town.service(**more)
    case, kai = town.filed(town.person("Ana Ilves"), row), town.person("Kai Saar", "case_officer")
    actions_desk.take(kai, case.id)
    return case, row, kai


def letter_code(row: Hearing) -> str:
    """The code as it goes on the letter."""
    return str(db.session().get_one(Paper, row.paper_id).values["secret"])


def day(prefix: str, date: Any) -> dict[str, str]:
    return {f"{prefix}-day": str(date.day), f"{prefix}-month": str(date.month), f"{prefix}-year": str(date.year)}


# --- rules ---


@pytest.mark.parametrize(
    ("answered", "stopped", "days", "is_now"),
    [
        (False, False, 1, Standing.OPEN),
        (False, False, 0, Standing.OPEN),
        (False, False, -1, Standing.SILENT),
        (True, False, 1, Standing.ANSWERED),
        (True, False, -1, Standing.ANSWERED),
        (False, True, 1, Standing.STOPPED),
        (True, True, -1, Standing.STOPPED),
    ],
)
def test_how_far_a_hearing_is(answered: bool, stopped: bool, days: int, is_now: Standing) -> None:
    today = queries_clock.today()
    found = standing(answered=answered, stopped=stopped, due_on=today + timedelta(days=days), today=today)
    assert found is is_now
    verdict = rules_hearing.may_state(live=True, stopped=stopped, due_on=today + timedelta(days=days), today=today)
    assert bool(verdict) is (not stopped and days >= 0)


def test_addresses_are_read_as_on_envelopes() -> None:
    typed = "Mari  Mets\nSound Row 3\r\n10115 Sundhaven\n\n\n Jaan Tamm \n Quay 1\n\nMari Mets\nSound Row 3\n10115 Sundhaven"
    assert addresses(typed) == [MARI, ("Jaan Tamm", ("Quay 1",))]
    assert addresses(" \n\n") == []
    for bad in ("Mari Mets", "Mari\n" + "x\n" * 7, "Mari\n" + "y" * 501):
        with pytest.raises(BadAddress):
            addresses(bad)


# --- acts ---


def test_a_neighbour_is_told_by_letter_and_changes_their_mind_until_the_day() -> None:
    with db.write() as s:
        case, _row, kai = taken()
        (row,) = actions_hearing.ask_neighbours(kai, case.id, case.version, [MARI], **said())
        paper = s.get_one(Paper, row.paper_id)
        assert paper.kind == "hearing" and paper.by_post and paper.person_id is None
        assert paper.values["address_lines"] == list(MARI[1]) and paper.values["page"].endswith("/en/services/hearing")
        code = rules_hearing.read_code(letter_code(row).lower().replace("-", " "))
        assert code is not None and row.code_hash and code not in str(row.code_hash)
        found = queries_hearing.by_code(s, code)
        assert found is not None and found.id == row.id
        with pytest.raises(Denied, match="hearing is still on"):
            actions_desk.propose(kai, case.id, case.version, **GRANT)
        actions_hearing.state_by_code(case.id, row.id, row.code_hash, Stance.OBJECTS, "Too loud")
        actions_hearing.state_by_code(case.id, row.id, row.code_hash, Stance.AGREES, "")
        assert (row.stance, row.answer, row.answered_by_id) == (Stance.AGREES, "", None)
        assert actions_desk.propose(kai, case.id, case.version, **GRANT)
        with pytest.raises(Denied, match="went on without"):
            actions_hearing.state_by_code(case.id, row.id, row.code_hash, Stance.OBJECTS, "Wait")


def test_a_new_letter_ends_the_code_of_the_old_one() -> None:
    with db.write() as s:
        case, _row, kai = taken()
        (row,) = actions_hearing.ask_neighbours(kai, case.id, case.version, [MARI], **said())
        first, paper, mark = letter_code(row), row.paper_id, str(row.code_hash)
        assert queries_hearing.asked(s, row.id, mark, "en") is not None
        actions_hearing.print_again(kai, case.id, row.id)
        assert queries_hearing.asked(s, row.id, mark, "en") is None  # a browser that had opened the first one
        with pytest.raises(NoResultFound):
            actions_hearing.state_by_code(case.id, row.id, mark, Stance.AGREES, "")
        assert queries_hearing.by_code(s, rules_hearing.read_code(first) or "") is None
        assert queries_hearing.by_code(s, rules_hearing.read_code(letter_code(row)) or "") is row
        assert s.get_one(Paper, paper).state is PaperState.REPLACED


def test_silence_is_a_fact_after_the_day_and_is_written_once() -> None:
    with db.write() as s:
        case, _row, kai = taken()
        rows = actions_hearing.ask_neighbours(kai, case.id, case.version, [MARI, ("Jaan Tamm", ("Quay 1",))], **said())
        actions_hearing.enter(kai, case.id, rows[0].id, Stance.AGREES, "", queries_clock.today())
        for row in rows:
            row.due_on = queries_clock.today() - timedelta(days=1)
        number, version = case.id, case.version
        s.flush()
    for _ in range(2):
        jobs.hearings({})
    with db.write() as s:
        kinds = list(s.scalars(select(CaseEvent.kind).where(CaseEvent.case_id == number)))
        assert kinds.count("heard_not") == 1
        found = queries_hearing.of_case(s, number, "en")
        assert [one.standing for one in found] == [Standing.ANSWERED, Standing.SILENT] and found[0].late
        row = s.get_one(Hearing, rows[1].id)
        with pytest.raises(Denied, match="last day"):
            actions_hearing.state_by_code(number, row.id, str(row.code_hash), Stance.OBJECTS, "Late")
        actions_hearing.enter(kai, number, row.id, Stance.OBJECTS, "By letter", queries_clock.today())
        assert queries_hearing.of_case(s, number, "en")[1].late  # taken, and marked
        assert s.get_one(Case, number).version > version
        assert actions_desk.propose(kai, number, s.get_one(Case, number).version, **GRANT)


def test_what_came_in_time_by_letter_is_not_late() -> None:
    with db.write() as s:
        case, _row, kai = taken()
        (row,) = actions_hearing.ask_neighbours(kai, case.id, case.version, [MARI], **said())
        row.due_on = queries_clock.today() - timedelta(days=1)
        actions_hearing.enter(kai, case.id, row.id, Stance.AGREES, "", row.due_on)
        assert not queries_hearing.of_case(s, case.id, "en")[0].late


def test_the_applicant_sees_no_name_unless_an_officer_shows_it() -> None:
    with db.write() as s:
        case, _row, kai = taken()
        (row,) = actions_hearing.ask_neighbours(kai, case.id, case.version, [MARI], **said())
        seen = queries_hearing.for_applicant(s, case.id, "en")
        assert seen.until == row.due_on and seen.shared == []
        actions_hearing.state_by_code(case.id, row.id, str(row.code_hash), Stance.OBJECTS, "Too loud")
        assert queries_hearing.for_applicant(s, case.id, "en").shared == []
        actions_hearing.share(kai, case.id, row.id, Shared.TEXT)
        assert [one.row.answer for one in queries_hearing.for_applicant(s, case.id, "en").shared] == ["Too loud"]
        # what is said anew has to be shown anew
        actions_hearing.state_by_code(case.id, row.id, str(row.code_hash), Stance.OBJECTS, "My name is Mari")
        assert queries_hearing.for_applicant(s, case.id, "en").shared == []
        public = s.scalars(select(CaseEvent).where(CaseEvent.case_id == case.id, CaseEvent.private.is_(False))).all()
        assert not any("Mari" in line.text for line in public)


def test_nobody_is_heard_in_a_case_of_their_own_officer() -> None:
    with db.write():
        row, kai = town.service(), town.person("Kai Saar", "case_officer")
        case, petra = town.filed(kai, row), town.person("Petra Novak", "case_officer")
        actions_desk.take(petra, case.id)
        with pytest.raises(Denied, match="your own"):
            actions_hearing.ask_neighbours(kai, case.id, case.version, [MARI], **said())
        (asked,) = actions_hearing.ask_offices(petra, case.id, case.version, [department("parks")], **said())
        with pytest.raises(Denied, match="your own"):
            actions_hearing.state_for_office(kai, case.id, asked.id, Stance.AGREES, "")


# --- pages ---


def test_a_department_is_asked_and_answers_inside(app: Portal) -> None:
    with db.write():
        streets, parks = department("streets"), department("parks")
        case, _row, _kai = taken(department_id=streets)
        file = town.a_file(case_id=case.id)
        hidden = town.a_file(case_id=case.id)
        town.person("Rita Rand", "case_officer", department=parks)
        town.person("Olev Oks", "case_officer", department=streets)
    kai, rita, olev = Client(app), Client(app), Client(app)
    for client, name in ((kai, "Kai Saar"), (rita, "Rita Rand"), (olev, "Olev Oks")):
        enter(client, name)
    here = f"/en/staff/cases/{case.reference}"
    page = kai.get(f"{here}/hearing/offices")
    assert "Parks" in page and "Streets" not in page
    asked = {
        "offices": str(parks), "question": "Are the trees safe?", "summary": "A stall under the limes",
        "files": str(file), "version": page.fields()["version"],
    }  # fmt: skip
    bad = kai.post(f"{here}/hearing/offices", {**asked, **day("due", queries_clock.today())})
    assert bad.status == 422 and "still to come" in bad and "A stall under the limes" in bad.html
    page = kai.post(f"{here}/hearing/offices", {**asked, **day("due", queries_clock.after(10))})
    assert "1 office is asked" in page and "Parks" in page
    assert "Other offices ask for 1 statement" in rita.get("/en/staff/")
    assert rita.get(here).status == 404  # the case itself stays closed
    page = rita.get("/en/staff/cases/consultations")
    assert case.reference in page
    with db.read() as s:
        number = s.scalars(select(Hearing.id)).one()
    question = f"/en/staff/cases/consultations/{number}"
    page = rita.get(question)
    assert "Are the trees safe?" in page and "Ana" not in page
    assert rita.http.get(f"{question}/files/{file}", base_url=rita.base).status_code == 200
    assert rita.http.get(f"{question}/files/{hidden}", base_url=rita.base).status_code == 404
    assert olev.get(question).status == 404  # not their office
    page = rita.post(f"{question}/answer", {"stance": "remarks", "text": ""}, page=question)
    assert page.status == 422 and "Write what you have to say" in page
    page = rita.post(
        f"{question}/answer", {"stance": "remarks", "text": "Keep two metres from the trunk"}, page=question
    )
    assert "with the office that asked" in page
    assert "There are remarks" in kai.get(here) and "two metres" in kai.get(f"{here}/hearings/{number}")
    assert "No office asks yours" in rita.get("/en/staff/cases/consultations")
    assert case.reference in rita.get("/en/staff/cases/consultations?done=1")


def test_neighbours_answer_by_code_and_what_they_say_is_shown(app: Portal) -> None:
    with db.write():
        case, _row, _kai = taken()
        file, hidden = (town.a_file(case_id=case.id) for _ in range(2))
    kai, ana, mari = Client(app), Client(app), Client(app)
    enter(kai, "Kai Saar")
    enter(ana, "Ana Ilves")
    here, mine = f"/en/staff/cases/{case.reference}", f"/en/services/cases/{case.reference}"
    page = kai.get(f"{here}/hearing/neighbours")
    asked = {
        "people": "Mari Mets", "language": "en", "question": "Is it too loud?", "summary": "A <b>stall</b>",
        "files": str(file), "version": page.fields()["version"], **day("due", queries_clock.after(10)),
    }  # fmt: skip
    bad = kai.post(f"{here}/hearing/neighbours", asked)
    assert bad.status == 422 and "no whole address" in bad
    asked["people"] = "Mari Mets\nSound Row 3\n\nJaan Tamm\nQuay 1"
    page = kai.post(f"{here}/hearing/neighbours", asked)
    assert "2 letters go" in page and "Mari Mets" in page
    page = ana.get(mine)
    assert "asks others for a statement" in page and "Mari" not in page and "Jaan" not in page
    with db.read() as s:
        row = s.scalars(select(Hearing).where(Hearing.name == "Mari Mets")).one()
        code = str(s.get_one(Paper, row.paper_id).values["secret"])
    assert mari.get("/en/services/hearing/statement").url == "/en/services/hearing"  # nothing without a code
    wrong = code[:-1] + ("0" if code[-1] != "0" else "1")
    page = mari.post("/en/services/hearing", {"code": wrong})
    assert page.status == 422 and "mistyped" in page
    page = mari.post("/en/services/hearing", {"code": code.lower()})
    assert page.url == "/en/services/hearing/statement" and "Is it too loud?" in page and "<b>stall" not in page.html
    assert "Ana" not in page
    for number, status in ((file, 200), (hidden, 404)):
        assert mari.http.get(f"/en/services/hearing/files/{number}", base_url=mari.base).status_code == status
    page = mari.post("/en/services/hearing/statement", {"stance": "", "text": ""})
    assert page.status == 422 and "Choose one" in page
    page = mari.post("/en/services/hearing/statement", {"stance": "objects", "text": "It wakes the <child>"})
    assert "Your statement is with the city" in page
    assert "Closed" in mari.post("/en/services/hearing/leave", page="/en/services/hearing/statement")
    assert mari.get("/en/services/hearing/statement").url == "/en/services/hearing"
    page = kai.get(f"{here}/hearings/{row.id}")
    assert "It wakes the <child>" in page.text and "with the code of the letter" in page
    assert "wakes" not in ana.get(mine)
    kai.post(f"{here}/hearings/{row.id}/share", {"how": "text"}, page=f"{here}/hearings/{row.id}")
    assert "wakes" in ana.get(mine) and "Mari" not in ana.get(mine)
    kai.post(f"{here}/hearings/{row.id}/share", {"how": "name"}, page=f"{here}/hearings/{row.id}")
    assert "Mari Mets" in ana.get(mine)


def test_made_up_codes_are_counted_and_a_real_one_still_opens(app: Portal) -> None:
    with db.write():
        case, _row, kai = taken()
        (row,) = actions_hearing.ask_neighbours(kai, case.id, case.version, [MARI], **said())
        real = letter_code(row)
    client = Client(app)
    for number in range(rules_hearing.GUESSES):
        page = client.post("/en/services/hearing", {"code": codes.printed(bytes([number] * 10))})
        assert page.status == 422 and "no open question" in page
    assert client.post("/en/services/hearing", {"code": codes.printed(b"x" * 10)}).status == 429
    assert "Sound Row" not in client.get("/en/services/hearing")
    assert "stand in your light" in client.post("/en/services/hearing", {"code": real})


def test_a_statement_is_entered_at_the_desk_and_a_question_taken_back(app: Portal) -> None:
    with db.write():
        case, _row, officer = taken()
        rows = actions_hearing.ask_neighbours(
            officer, case.id, case.version, [MARI, ("Jaan Tamm", ("Quay 1",))], **said()
        )
        first, second = rows[0].id, rows[1].id
    kai = Client(app)
    enter(kai, "Kai Saar")
    here = f"/en/staff/cases/{case.reference}/hearings"
    late = {"stance": "agrees", "text": "", **day("came_on", queries_clock.today() + timedelta(days=1))}
    page = kai.post(f"{here}/{first}/enter", late, page=f"{here}/{first}")
    assert page.status == 422 and "Choose a day" in page
    came = {"stance": "agrees", "text": "", **day("came_on", queries_clock.today())}
    page = kai.post(f"{here}/{first}/enter", came, page=f"{here}/{first}")
    assert "The statement is entered" in page and "entered at the desk" in page
    assert "new code" in kai.post(f"{here}/{second}/again", page=f"{here}/{second}")
    assert "Taken back" in kai.post(f"{here}/{second}/stop", page=f"{here}/{second}")
    assert kai.post(f"{here}/{second}/stop", page=f"{here}/{first}").status == 409
    assert kai.get(f"{here}/9999").status == 404
    with db.read() as s:
        assert [row.kind for row in s.scalars(select(Hearing).order_by(Hearing.id))] == [Heard.NEIGHBOUR] * 2


def test_the_lists_of_hearings_and_appeals_are_read_in_a_fixed_number_of_selects(
    app: Portal, count_queries: Any
) -> None:
    kai = Client(app)
    enter(kai, "Kai Saar", roles=["case_officer"])
    with db.write():
        row, parks = town.service(), department("parks")
        officer, boss = town.person("Olev Oks", "case_officer"), town.person("Petra Novak", "case_officer")
    refusal = {"outcome": Outcome.REFUSED, "reason": "place", "text": "No.", "basis": "Section 4", "conditions": []}

    def many(number: int, start: int) -> list[int]:
        with db.write():
            for each in range(start, start + number):
                ana = town.person(f"Person {each}")
                case = town.filed(ana, row)
                actions_desk.take(officer, case.id)
                actions_hearing.ask_offices(officer, case.id, case.version, [parks], **said())
                other = town.filed(ana, row)
                actions_desk.take(boss, other.id)
                actions_desk.propose(boss, other.id, other.version, **refusal)
                actions_appeal.file(ana, other.id, "There is room", language="en")
        found = []
        for page in ("/en/staff/cases/consultations", "/en/staff/cases/appeals"):
            kai.get(page)
            with count_queries(app) as counted:
                kai.get(page)
            found.append(int(counted.number))
        return found

    one = many(1, 0)
    assert one == many(24, 1) and max(one) <= 13
