"""A role counts where it was given: in the city, a department, a district, a process; elsewhere the work does not exist."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import select

from portal.audit.models import Entry
from portal.base import clock, db
from portal.base.actor import CITY, NOBODY, Actor, Grant
from portal.base.jobs import JobRow
from portal.base.web import Portal
from portal.budgeting.models import Budget
from portal.identity.actions import grant_role
from portal.identity.models import RoleGrant
from portal.places import actions as places
from portal.places.models import Department
from portal.processes.models import Process
from tests.budgeting import town
from tests.client import Client
from tests.identity.help import enter, limited

HERE = {"process": {5}, "district": {2}, "department": {9}}
# grant, may for the object above, may for something that belongs to the whole city alone
REACH = [
    (Grant("planner"), True, True),
    (Grant("planner", "process", 5), True, False),
    (Grant("planner", "process", 6), False, False),
    (Grant("planner", "district", 2), True, False),
    (Grant("planner", "district", 5), False, False),
    (Grant("planner", "department", 9), True, False),
    (Grant("planner", "place", 2), False, False),
    (Grant("auditor"), False, False),
]


@pytest.mark.parametrize(("grant", "here", "city"), REACH)
def test_a_grant_reaches_what_it_names(grant: Grant, here: bool, city: bool) -> None:
    who = Actor(person_id=1, grants=frozenset({grant}))
    assert who.may("planner") is (grant.role == "planner")
    assert who.may("planner", scope=HERE) is here
    assert who.everywhere("planner") is city
    assert who.scopes("planner", grant.kind) == (frozenset({grant.id}) if grant.role == "planner" else frozenset())


def test_narrowing_never_widens() -> None:
    who = Actor(person_id=1, grants=frozenset({Grant("planner", "process", 6)}))
    assert who.narrowed(HERE).grants == frozenset() and not who.narrowed(HERE).may("planner")
    deputy = Actor(person_id=1, grants=frozenset({Grant("planner", deputy_for=7)}))
    assert not deputy.as_self().staff
    assert deputy.stands_in("planner", scope=CITY) == 7 and not deputy.holds("planner")
    assert not NOBODY.may("planner", scope=CITY)


@dataclass
class City:
    """Two budgets, each in a district and a department of its own, each with an open vote."""

    process: dict[str, int]
    district: dict[str, int]
    department: dict[str, int]
    vote: dict[str, str]


@pytest.fixture
def city(app: Portal) -> City:
    found = City({}, {}, {}, {})
    for slug in ("2026", "2027"):
        budget = town.add_budget(app, slug=slug, count=3)
        found.vote[slug] = town.open_vote(app, budget)
        with db.write() as s:
            made = places.add_department(town.OFFICER, code=f"office-{slug}", names={"en": f"Office {slug}"})
            part = places.add_district(town.OFFICER, code=f"part-{slug}", names={"en": f"Part {slug}"})
            assert isinstance(made, Department) and not isinstance(part, type(None))
            process = s.get_one(Process, s.get_one(Budget, budget).process_id)
            process.department_id, process.district_id = made.id, part.id  # type: ignore[union-attr]
            found.process[slug], found.department[slug], found.district[slug] = (
                process.id, made.id, part.id,  # type: ignore[union-attr]
            )  # fmt: skip
    return found


OWN: dict[str, Callable[[City], tuple[str, int]]] = {
    "process": lambda city: ("process", city.process["2026"]),
    "district": lambda city: ("district", city.district["2026"]),
    "department": lambda city: ("department", city.department["2026"]),
}
READ = ("", "/money", "/projects", "/texts")
WORK = ("/edit", "/dates", "/plan", "/projects/new", "/pots/new", "/projects/1", "/texts/de.csv")


@pytest.mark.parametrize("kind", OWN)
@pytest.mark.parametrize("role", ["budget_officer", "auditor", "planner"])
def test_the_staff_pages_of_budgets_and_votes(app: Portal, client: Client, city: City, role: str, kind: str) -> None:
    bo = enter(client, "Bo Andersen")
    limited(bo, role, *OWN[kind](city))
    known, works = role != "planner", role == "budget_officer"
    assert client.get("/en/staff/").status == 200
    for path in READ:
        assert client.get(f"/en/staff/budgets/2026{path}").status == (200 if known else 403), path
        assert client.get(f"/en/staff/budgets/2027{path}").status == (404 if known else 403), path
    for path in WORK:
        assert client.http.get(f"/en/staff/budgets/2026{path}", base_url=client.base).status_code == (
            200 if works else 403
        ), path
        assert client.get(f"/en/staff/budgets/2027{path}").status == (404 if works else 403), path
    for slug, status in (("2026", 200), ("2027", 404)):
        assert client.get(f"/en/staff/votes/{city.vote[slug]}").status == (status if known else 403)
        assert client.get(f"/en/staff/processes/{city.process[slug]}").status == (
            status if works else 404 if role == "planner" else 403
        )
    if known:
        budgets, votes = client.get("/en/staff/budgets"), client.get("/en/staff/votes")
        for page in (budgets, votes):
            assert "Budget 2026" in page and "Budget 2027" not in page
        assert "New budget" not in budgets
    if works:
        page = "/en/staff/budgets/2026/texts"
        for act in ("hide", "prepare", "texts/de/reason", "pots/1/remove"):
            assert client.post(f"/en/staff/budgets/2027/{act}", page=page).status == 404, act
        for act in ("open", "count", "confirm", "publish", "plan", "agree"):
            assert client.post(f"/en/staff/votes/{city.vote['2027']}/{act}", page=page).status == 404, act
        assert client.post(f"/en/staff/processes/{city.process['2027']}/settings", page=page).status == 404
        assert client.get("/en/staff/budgets/new").status == 403, "a new budget is the whole city's"


@pytest.mark.parametrize("role", ["administrator", "moderator"])
def test_what_is_the_whole_citys_stays_shut_for_a_part_of_it(client: Client, city: City, role: str) -> None:
    bo = enter(client, "Bo Andersen")
    limited(bo, role, "district", city.district["2026"])
    assert "Set up the city" not in client.get("/en/staff/")
    for path in ("people", "districts", "departments", "audit", "audit.csv", "settings", "jobs", "pages", "notices"):
        page = client.get(f"/en/staff/{path}")
        assert page.status == 403, path
    menu = client.get("/en/staff/")
    assert "/en/staff/people" not in menu.html and "/en/staff/pages" not in menu.html


def test_one_role_here_and_another_there_do_not_add_up(client: Client, city: City) -> None:
    """An auditor of the whole city who is officer of one budget changes that one alone."""
    bo = enter(client, "Bo Andersen", roles=["auditor"])
    limited(bo, "budget_officer", "process", city.process["2026"])
    assert client.get("/en/staff/budgets/2027").status == 200
    assert client.get("/en/staff/budgets/2027/edit").status == 404
    assert "Who sees this process" not in client.get("/en/staff/budgets/2027")
    assert client.get("/en/staff/budgets/2026/edit").status == 200


def test_an_officer_of_a_part_does_not_move_a_process(client: Client, city: City) -> None:
    bo = enter(client, "Bo Andersen")
    limited(bo, "budget_officer", "district", city.district["2026"])
    page = f"/en/staff/processes/{city.process['2026']}"
    assert 'name="district"' not in client.get(page).html
    client.post(f"{page}/settings", {"district": city.district["2027"]}, page=page)
    with db.read() as s:
        assert s.get_one(Process, city.process["2026"]).district_id == city.district["2026"]


def test_the_administrator_gives_and_takes_a_part(app: Portal, client: Client, city: City) -> None:
    desk = Client(app)
    enter(desk, "Adam Kask", roles=["administrator"])
    bo = enter(client, "Bo Andersen")
    page = f"/en/staff/people/{bo}"
    desk.post(f"/en/staff/look?kind=person&id={bo}", {"why": "roles"})
    assert "District: Part 2026" in desk.get(page)
    scope = f"district:{city.district['2026']}"
    done = desk.post(f"{page}/grant-part", {"role": "budget_officer", "scope": scope}, page=page)
    assert done.status == 200 and "District: Part 2026" in done
    assert client.get("/en/staff/budgets/2026").status == 200  # at once, in the session that was open
    assert desk.post(f"{page}/grant-part", {"role": "administrator", "scope": scope}, page=page).status == 422
    assert desk.post(f"{page}/grant-part", {"role": "planner", "scope": "district:99999"}, page=page).status == 422
    desk.post(f"{page}/revoke", {"role": "budget_officer", "scope": scope}, page=page)
    assert client.get("/en/staff/budgets/2026").status == 403
    with db.read() as s:
        told = f"budget_officer@{scope}"
        lines = s.execute(select(Entry.verb, Entry.before, Entry.after).where(Entry.object_id == str(bo))).all()
        assert ("granted role", [], [told]) in lines and ("took role", [told], []) in lines


def test_a_change_of_roles_is_told_once(app: Portal, client: Client) -> None:
    bo, adam = enter(client, "Bo Andersen"), enter(Client(app), "Adam Kask")
    with db.write() as s:
        for _ in range(2):
            grant_role(Actor(person_id=adam), bo, "planner", clock.now(), kind="district", number=3)
        told = s.scalars(select(JobRow.payload).where(JobRow.kind == "identity.role_changed")).all()
    assert [(one["person"], one["role"], one["given"]) for one in told] == [(bo, "planner", True)]


def test_who_is_signed_in_is_found_with_one_select(
    app: Portal, client: Client, city: City, count_queries: Callable[..., Any]
) -> None:
    bo = enter(client, "Bo Andersen")
    for slug in city.process:
        limited(bo, "planner", "process", city.process[slug])
        limited(bo, "planner", "district", city.district[slug])
    with count_queries(app) as counted:
        client.get("/en/account")
    assert sum("role_grant" in one and "sign_in" in one for one in counted.statements) == 1


def test_the_database_keeps_scopes_whole(app: Portal, client: Client) -> None:
    bo = enter(client, "Bo Andersen")
    for kind, number in (("city", 3), ("process", 0), ("planet", 3)):
        with pytest.raises(Exception, match="(?i)check"), db.write() as s:
            s.add(RoleGrant(person_id=bo, role="planner", scope_kind=kind, scope_id=number, at=clock.now()))
