"""Accounts that are shut, and the deputies of those who are away."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.audit.models import Entry
from portal.base import clock, db, ground, i18n
from portal.base.web import Portal
from portal.identity import actions_staff, queries, rules
from portal.identity.models import Absence, Person, RoleGrant
from portal.processes.models import Phase, PhaseKind
from tests.budgeting import town
from tests.client import Client
from tests.identity.help import enter, limited

DAY = timedelta(days=1)


def away(person: int, deputy: int, *, start: float = -1, end: float = 1) -> None:
    now = clock.now()
    with db.write() as s:
        row = Absence(person_id=person, deputy_id=deputy, from_at=now + start * DAY, until_at=now + end * DAY, at=now)
        s.add(row)


# --- disabling ---


def test_a_disabled_account_is_out_at_once(app: Portal, client: Client) -> None:
    desk = Client(app)
    adam = enter(desk, "Adam Kask", roles=["administrator"])
    bo = enter(client, "Bo Andersen", roles=["auditor"])
    assert client.get("/en/staff/audit").status == 200
    page = f"/en/staff/people/{bo}"
    desk.post(f"/en/staff/look?kind=person&id={bo}", {"why": "roles"})
    assert desk.post(f"{page}/disable", {"reason": ""}, page=page).status == 422
    done = desk.post(f"{page}/disable", {"reason": "Left the city's service"}, page=page)
    assert "This account is disabled" in done and "Left the city's service" in done
    assert client.get("/en/account").url.startswith("/en/sign-in")
    with pytest.raises(AssertionError):  # no session is made: the sign-in is refused
        enter(client, "Bo Andersen")
    desk.post(f"{page}/enable", page=page)
    enter(client, "Bo Andersen")
    assert client.get("/en/account").status == 200
    with db.read() as s:
        lines = s.execute(select(Entry.verb, Entry.after).where(Entry.person_id == adam, Entry.kind == "person")).all()
    told = {"disabled": True, "reason": "Left the city's service", "sessions_ended": 1}
    assert ("disabled account", told) in lines and ("enabled account", {"disabled": False}) in lines


def test_nobody_shuts_their_own_account(app: Portal, client: Client) -> None:
    adam = enter(client, "Adam Kask", roles=["administrator"])
    page = f"/en/staff/people/{adam}"
    assert "Disable the account" not in client.get(page)
    assert client.post(f"{page}/disable", {"reason": "x"}, page=page).status == 409
    assert client.get(page).status == 200


# --- absences ---

NOW = clock.now()
WHEN = [
    (1, 2, [1, 2], NOW + DAY, NOW + 2 * DAY, True),
    (1, 1, [1, 2], NOW + DAY, NOW + 2 * DAY, False),  # oneself
    (1, 3, [1, 2], NOW + DAY, NOW + 2 * DAY, False),  # nobody of the staff
    (1, None, [1, 2], NOW + DAY, NOW + 2 * DAY, False),
    (1, 2, [1, 2], NOW + 2 * DAY, NOW + DAY, False),
    (1, 2, [1, 2], NOW - 3 * DAY, NOW - DAY, False),  # over
    (1, 2, [1, 2], NOW, NOW + 400 * DAY, False),
]


@pytest.mark.parametrize(("person", "deputy", "staff", "start", "end", "fine"), WHEN)
def test_which_absences_can_be_entered(person, deputy, staff, start, end, fine) -> None:  # type: ignore[no-untyped-def]
    verdict = rules.may_be_away(person=person, deputy=deputy, staff=staff, start=start, end=end, now=NOW)
    assert bool(verdict) is fine


def test_a_deputy_sees_and_does_the_work_and_the_record_says_for_whom(app: Portal, client: Client) -> None:
    town.add_budget(app, slug="2026", count=2, opens=20, closes=30)
    bo = enter(Client(app), "Bo Andersen", roles=["budget_officer"])
    cleo = enter(client, "Cleo Sand", roles=["planner"])
    assert client.get("/en/staff/budgets/2026").status == 403
    away(bo, cleo)
    assert "You stand in for Bo Andersen" in client.get("/en/staff/")
    assert client.get("/en/staff/budgets/2026/edit").status == 200
    client.post("/en/staff/budgets/2026/hide", page="/en/staff/budgets/2026")
    with db.read() as s:
        line = s.scalars(select(Entry).where(Entry.verb == "hide")).one()
    assert (line.person_id, line.deputy_for) == (cleo, bo)
    auditor = Client(app)
    enter(auditor, "Ines Cruz", roles=["auditor"])
    found = auditor.get("/en/staff/audit?for_person=bo+andersen")
    assert (
        "1 line" in found
        and "Cleo Sand" in found.text
        and "standing in for Bo Andersen" in " ".join(found.text.split())
    )


def test_an_own_role_is_not_marked_as_a_deputys(app: Portal, client: Client) -> None:
    town.add_budget(app, slug="2026", count=2, opens=20, closes=30)
    bo = enter(Client(app), "Bo Andersen", roles=["budget_officer"])
    cleo = enter(client, "Cleo Sand", roles=["budget_officer"])
    away(bo, cleo)
    client.post("/en/staff/budgets/2026/hide", page="/en/staff/budgets/2026")
    with db.read() as s:
        assert s.scalars(select(Entry.deputy_for).where(Entry.verb == "hide")).one() is None


@pytest.mark.parametrize(("start", "end", "inside"), [(-1, 1, True), (1, 2, False), (-2, -1, False)])
def test_a_deputy_acts_during_the_absence_only(
    app: Portal, client: Client, start: float, end: float, inside: bool
) -> None:
    bo = enter(Client(app), "Bo Andersen", roles=["budget_officer"])
    cleo = enter(client, "Cleo Sand", roles=["planner"])
    away(bo, cleo, start=start, end=end)
    assert (client.get("/en/staff/budgets").status == 200) is inside


def test_a_deputy_holds_the_role_in_the_same_scope(app: Portal, client: Client) -> None:
    ids = {}
    for slug in ("2026", "2027"):
        budget = town.add_budget(app, slug=slug, count=1, opens=20, closes=30)
        with db.read():
            ids[slug] = town.get(budget).process_id
    bo = enter(Client(app), "Bo Andersen")
    limited(bo, "budget_officer", "process", ids["2026"])
    cleo = enter(client, "Cleo Sand", roles=["planner"])
    away(bo, cleo)
    assert client.get("/en/staff/budgets/2026").status == 200
    assert client.get("/en/staff/budgets/2027").status == 404


def test_deputies_have_no_deputies(app: Portal, client: Client) -> None:
    bo = enter(Client(app), "Bo Andersen", roles=["budget_officer"])
    cleo = enter(Client(app), "Cleo Sand", roles=["planner"])
    dan = enter(client, "Dan Roos", roles=["librarian"])
    away(bo, cleo)
    away(cleo, dan)
    assert client.get("/en/staff/budgets").status == 403, "Cleo's own role comes to Dan, Bo's does not"


@pytest.mark.parametrize("role", sorted(rules.NOT_PASSED_ON))
def test_some_roles_are_not_passed_on(app: Portal, client: Client, role: str) -> None:
    adam = enter(Client(app), "Adam Kask", roles=[role])
    cleo = enter(client, "Cleo Sand", roles=["planner"])
    away(adam, cleo)
    assert client.get("/en/staff/audit").status == 403


def test_a_shut_account_has_no_deputy(app: Portal, client: Client) -> None:
    bo = enter(Client(app), "Bo Andersen", roles=["budget_officer"])
    cleo = enter(client, "Cleo Sand", roles=["planner"])
    away(bo, cleo)
    with db.write() as s:
        s.get_one(Person, bo).disabled_at = clock.now()
    assert client.get("/en/staff/budgets").status == 403


def close_vote(app: Portal) -> tuple[str, int]:
    """A vote that waits for its count, and its process."""
    budget = town.add_budget(app, slug="2026", count=3, age=None)
    public_id = town.open_vote(app, budget)
    with db.write() as s:
        vote = town.voting.by_public_id(s, public_id)
        assert vote is not None and vote.process_id is not None
        vote.opens_at, vote.closes_at = clock.now() - 9 * DAY, clock.now() - 2 * DAY
        results = s.scalars(
            select(Phase).where(Phase.process_id == vote.process_id, Phase.kind == PhaseKind.RESULTS)
        ).one()
        results.opens_at = clock.now() - DAY
        return public_id, vote.process_id


def test_four_eyes_stay_two_people(app: Portal) -> None:
    """Bo asks for the count and goes away; the deputy does not confirm it in Bo's place, nor ask in Bo's name."""
    public_id, _process = close_vote(app)
    page = f"/en/staff/votes/{public_id}"
    first, deputy, second = Client(app), Client(app), Client(app)
    bo = enter(first, "Bo Andersen", roles=["budget_officer"])
    cleo = enter(deputy, "Cleo Sand", roles=["planner"])
    enter(second, "Dan Roos", roles=["budget_officer"])
    away(bo, cleo)
    assert deputy.get(page).status == 200, "a deputy may look"
    assert "Count:" not in deputy.get("/en/staff/")
    assert deputy.post(f"{page}/count", page="/en/staff/").status == 409
    first.post(f"{page}/count", page=page)
    assert deputy.post(f"{page}/confirm", page="/en/staff/").status == 409
    assert first.post(f"{page}/confirm", page="/en/staff/").status == 409
    assert second.post(f"{page}/confirm", page=page).status == 200


def test_an_own_role_elsewhere_does_not_count_here(app: Portal, client: Client) -> None:
    """Officer of another budget, deputy for this one: still a deputy here."""
    public_id, process = close_vote(app)
    bo = enter(Client(app), "Bo Andersen", roles=["budget_officer"])
    cleo = enter(client, "Cleo Sand")
    limited(cleo, "budget_officer", "process", process + 1000)
    away(bo, cleo)
    page = f"/en/staff/votes/{public_id}"
    assert client.get(page).status == 200
    assert client.post(f"{page}/count", page="/en/staff/").status == 409


def test_reminders_go_to_the_deputy(app: Portal) -> None:
    bo = enter(Client(app), "Bo Andersen", roles=["budget_officer", "auditor"])
    cleo = enter(Client(app), "Cleo Sand", roles=["planner"])
    dan = enter(Client(app), "Dan Roos")
    limited(dan, "budget_officer", "process", 7)
    away(bo, cleo)
    now = clock.now()
    with db.read() as s:
        assert queries.in_charge(s, ["budget_officer"], now, {"process": {7}}) == [cleo, dan]
        assert queries.in_charge(s, ["budget_officer"], now, {"process": {8}}) == [cleo]
        assert queries.in_charge(s, ["budget_officer"], now + 2 * DAY, {}) == [bo]
        assert queries.in_charge(s, ["auditor"], now) == [bo], "not passed on"


def test_an_officer_enters_an_absence_and_comes_back(app: Portal, client: Client) -> None:
    bo = enter(client, "Bo Andersen", roles=["budget_officer"])
    deputy = Client(app)
    cleo = enter(deputy, "Cleo Sand", roles=["planner"])
    enter(Client(app), "Ana Ilves")
    page = "/en/staff/absence"
    assert "Ana Ilves" not in client.get(page), "residents are no deputies"
    assert client.post(page, {}, page=page).status == 422
    today, later = clock.now(), clock.now() + 5 * DAY
    form = {"deputy": str(cleo)}
    for name, day in (("first", today), ("last", later)):
        form |= {f"{name}-day": str(day.day), f"{name}-month": str(day.month), f"{name}-year": str(day.year)}
    assert client.post(page, {**form, "first-year": str(today.year + 2)}, page=page).status == 422
    assert "deputy: Cleo Sand" in client.post(page, form, page=page)
    assert deputy.get("/en/staff/budgets").status == 200
    with db.read() as s:
        row = s.scalars(select(Absence)).one()
    assert deputy.post(f"{page}/{row.id}/end", page=page).status == 404, "another's absence"
    client.post(f"{page}/{row.id}/end", page=page)
    assert deputy.get("/en/staff/budgets").status == 403
    with db.read() as s:
        verbs = s.scalars(select(Entry.verb).where(Entry.object_id == str(bo), Entry.kind == "person")).all()
    assert {"entered absence", "ended absence"} <= set(verbs)


def test_an_administrator_enters_it_for_somebody_ill(app: Portal, client: Client) -> None:
    enter(client, "Adam Kask", roles=["administrator"])
    bo = enter(Client(app), "Bo Andersen", roles=["budget_officer"])
    cleo = enter(Client(app), "Cleo Sand", roles=["planner"])
    page, now = f"/en/staff/people/{bo}/absence", i18n.in_zone(clock.city_now())
    client.post(f"/en/staff/look?kind=person&id={bo}", {"why": "roles"})
    form = {"deputy": str(cleo)}
    for name, day in (("first", now), ("last", now)):
        form |= {f"{name}-day": str(day.day), f"{name}-month": str(day.month), f"{name}-year": str(day.year)}
    assert "deputy: Cleo Sand" in client.post(page, form, page=page)
    with db.read() as s:
        row = s.scalars(select(Absence)).one()
    assert client.post(f"/en/staff/people/{cleo}/absence/{row.id}/end", page=page).status == 404
    assert client.post(f"/en/staff/people/{bo}/absence/{row.id}/end", page=page).status == 200


def test_old_absences_are_forgotten(app: Portal) -> None:
    bo, cleo = (enter(Client(app), name, roles=["planner"]) for name in ("Bo Andersen", "Cleo Sand"))
    away(bo, cleo, start=-500, end=-400)
    away(bo, cleo, start=-50, end=-40)
    ground.stand_on(app.ground)
    with db.write() as s:
        actions_staff.queries.absences(s, bo, clock.now())
        from portal.identity import actions

        actions.sweep(s, clock.now())
        assert len(s.scalars(select(Absence)).all()) == 1
        assert s.scalars(select(RoleGrant)).all()
