"""A closed process: its members take part as in any other; to everybody else it does not exist, anywhere."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from portal.audit.models import Entry
from portal.base import clock, db, limits
from portal.base.actor import SYSTEM
from portal.base.mail import Outgoing
from portal.base.web import Portal
from portal.budgeting.models import Budget
from portal.identity import actions as people
from portal.identity.models import Contact, Way
from portal.processes import actions_members, rules
from portal.processes.models import Invite, Member, Process
from portal.processes.rules import read_code
from portal.workshops import actions_plan
from portal.workshops.models import Purpose
from tests.budgeting import town
from tests.client import Client
from tests.house import routes, world
from tests.identity.help import enter, limited
from tests.processes import survey
from tests.workshops import town as workshops

RESULTS, VOTING = "hidden-garden", "hidden-yard"


@dataclass(frozen=True)
class City:
    """A public budget, a closed one that is finished and published, a closed one whose vote is open."""

    process: dict[str, int]
    vote: dict[str, str]
    asked: dict[str, int]
    met: dict[str, int]  # a session of a meeting of each
    house: int


@pytest.fixture(scope="module")
def shut(module_app: Portal) -> City:
    app = module_app
    votes = {RESULTS: world.finished(app, RESULTS)}
    for slug in (VOTING, "2026"):
        votes[slug] = town.open_vote(app, town.add_budget(app, slug=slug, count=4))
    found = {}
    with db.write() as s:
        for row in s.query(Budget):
            found[row.slug] = row.process_id
            s.get_one(Process, row.process_id).closed = row.slug != "2026"
        titles = {slug: f"Hidden {slug}" if slug != "2026" else "Everybody is asked" for slug in found}
        asked = {slug: survey.make(number, on_paper=True, title=titles[slug]) for slug, number in found.items()}
        house = workshops.house()
        met = {}
        for slug, number in found.items():
            meeting = workshops.workshop(slug, purpose=Purpose.MEETING, process_id=number)
            meeting_title = {"title": {"en": titles[slug]}}
            actions_plan.edit_workshop(SYSTEM, meeting, said=meeting_title)
            met[slug] = workshops.session(meeting, house, seats=1 if slug == VOTING else 9).id
    return City(found, votes, asked, met, house)


def addresses(app: Portal, city: City, slug: str) -> Iterator[tuple[str, bool]]:
    """Every public GET, each with every set of arguments that could lead to the closed process; whether it names it."""
    args: dict[str, Any] = {
        "lang": "en", "slug": slug, "number": 1, "pot": "1", "public_id": city.vote[slug], "name": "0" * 64 + ".webp",
        "token": "x", "key": "test", "code": "en", "secret": "x",
        "kind": "budget", "reference": "x",
        "file_id": 1, "proposal_id": 1,
        "paper": f"questionnaire-{city.asked[slug]}", "questionnaire_id": city.asked[slug],
        "session_id": city.met[slug], "venue_id": city.house, "slip": "x", "wish": "x", "device_slip": "x",
        "day": (clock.city_now() + timedelta(days=10)).date().isoformat(),
    }  # fmt: skip
    for rule in app.url_map.iter_rules():
        known = routes.frozen()[rule.endpoint]
        if known.lock != ("public",) or "GET" not in known.methods or rule.endpoint in ELSEWHERE:
            continue
        with app.test_request_context():
            url = app.url_for(rule.endpoint, **{name: args[name] for name in rule.arguments})
        yield url, slug in url or city.vote[slug] in url


ELSEWHERE = {"oidc.callback", "oidc.back_from_sign_out", "identity.begin"}
LISTS = (
    "/en/search?q=garden",
    "/en/search?q=hidden+yard",
    "/ar/search?q=Bench",
    "/de/budget/",
    "/ar/data",
    "/en/votes",
    "/en/workshops/?purpose=meeting",
    "/en/workshops/programme?purpose=meeting",
    "/en/workshops/sessions.atom?purpose=meeting",
)


@pytest.mark.parametrize("who", ["nobody", "resident", "planner", "officer elsewhere"])
@pytest.mark.parametrize("slug", [RESULTS, VOTING])
def test_a_stranger_finds_neither_title_nor_address(module_app: Portal, shut: City, slug: str, who: str) -> None:
    client = Client(module_app)
    if who == "resident":
        enter(client, "Ana Ilves", district="north")
    elif who == "planner":
        enter(client, "Piet Plan", roles=["planner"])
    elif who == "officer elsewhere":
        bo = enter(client, f"Bo Elsewhere {len(slug)}")
        limited(bo, "budget_officer", "process", shut.process["2026"])
    seen = 0
    for url, named in [*addresses(module_app, shut, slug), *((url, False) for url in LISTS)]:
        answer = client.http.get(url, base_url=client.base, follow_redirects=not named)
        text = answer.get_data(as_text=True)
        if named:
            # a redirect adds the missing slash, whatever the name; what it leads to is asked for itself
            assert answer.status_code in {404, 308}, f"{url}: {answer.status_code}"
            text = text.replace(url.removeprefix("/en"), "")  # the address that was typed, in the language links
        for word in (slug, "Hidden", shut.vote[slug]):
            assert word not in re.sub(r'value="[^"]*"|“[^”]*”', "", text), f"{url} tells {word}"
        seen += named
    assert seen > 8


@pytest.mark.parametrize("slug", [RESULTS, VOTING])
def test_it_is_no_different_from_what_was_never_there(module_app: Portal, shut: City, slug: str) -> None:
    client = Client(module_app)
    for path in ("", "projects/", "projects/1", "results", "rules", "secrecy", "results.json", "ballots-1.pb"):
        asked = f"/en/budget/{slug}/{path}", f"/en/budget/{'x' * len(slug)}/{path}"
        there, never = (client.http.get(one, base_url=client.base) for one in asked)
        assert there.status_code == never.status_code == 404
        plain = [
            re.sub(r'name="csrf_token"[^>]*|[0-9a-f]{10}', "", one.get_data(as_text=True)) for one in (there, never)
        ]
        assert plain[0].replace(slug, "") == plain[1].replace("x" * len(slug), "")


def test_acts_on_it_are_refused_as_on_nothing(module_app: Portal, shut: City) -> None:
    client = Client(module_app)
    enter(client, "Ana Ilves", district="north", ages={"16@2026-06-01": True}, resident="ana")
    for path in ("ballot", "ballot/look"):
        assert client.post(f"/en/budget/{VOTING}/{path}", page="/en/account").status == 404
    assert client.get(f"/en/budget/{VOTING}/ballot").status == 404
    assert client.post(f"/en/votes/{shut.vote[VOTING]}/receipt", {"code": "x"}, page="/en/account").status == 404
    assert client.post(f"/en/votes/{shut.vote[VOTING]}/receipt/slip", {"code": "x"}, page="/en/account").status == 404


def test_a_member_takes_part_as_in_any_other(module_app: Portal, shut: City) -> None:
    client = Client(module_app)
    ana = enter(client, "Maja Member", district="north", ages={"16@2026-06-01": True}, resident="maja")
    with db.write() as s:
        for slug in (RESULTS, VOTING):
            s.add(Member(process_id=shut.process[slug], person_id=ana, way="list", at=clock.now()))
    assert "Budget hidden-yard en" in client.get("/en/budget/")
    page = client.get(f"/en/budget/{VOTING}/")
    assert page.status == 200 and "This process is closed." in page
    raw = client.http.get(f"/en/budget/{VOTING}/", base_url=client.base)
    assert "no-store" in raw.headers["Cache-Control"]
    assert client.get(f"/en/budget/{VOTING}/ballot").status == 200
    assert client.get(f"/en/budget/{RESULTS}/results").status == 200
    assert client.http.get(f"/en/budget/{RESULTS}/results.json", base_url=client.base).status_code == 200
    assert client.get(f"/en/votes/{shut.vote[VOTING]}/receipt").status == 200
    # what is the same for everybody stays so
    assert "hidden-" not in client.get("/en/data").html and "hidden-" not in client.get("/en/").html


@pytest.mark.parametrize("role", ["budget_officer", "auditor"])
def test_staff_whose_role_reaches_it_see_it(module_app: Portal, shut: City, role: str) -> None:
    client = Client(module_app)
    person = enter(client, f"Some {role}")
    limited(person, role, "process", shut.process[VOTING])
    assert client.get(f"/en/budget/{VOTING}/").status == 200
    assert client.get(f"/en/budget/{RESULTS}/").status == 404
    assert "Budget hidden-yard" in client.get("/en/staff/budgets")


# --- how people come in ---


@pytest.fixture
def closed(app: Portal) -> tuple[Client, str, int]:
    """An officer's desk, the page of a closed process, and its number."""
    budget = town.add_budget(app, slug="yard", count=1, opens=20, closes=30)
    with db.read():
        process = town.get(budget).process_id
    desk = Client(app)
    enter(desk, "Bo Andersen", roles=["budget_officer"])
    page = f"/en/staff/processes/{process}"
    assert "Public" in desk.get(page)
    assert "Closed" in desk.post(f"{page}/settings", {"closed": "1"}, page=page)
    return desk, page, process


def seen(client: Client) -> bool:
    return client.get("/en/budget/yard/").status == 200


def test_the_officer_closes_it_and_opens_it(closed: tuple[Client, str, int], client: Client) -> None:
    desk, page, process = closed
    assert not seen(client)
    desk.post(f"{page}/settings", {}, page=page)
    assert seen(client)
    with db.read() as s:
        lines = s.scalars(select(Entry).where(Entry.verb == "settled process").order_by(Entry.id)).all()
    assert [(line.before["closed"], line.after["closed"]) for line in lines] == [(False, True), (True, False)]


def test_nothing_is_closed_once_its_vote_has_begun(app: Portal, client: Client) -> None:
    budget = town.add_budget(app, slug="yard", count=1)
    with db.read():
        page = f"/en/staff/processes/{town.get(budget).process_id}"
    enter(client, "Bo Andersen", roles=["budget_officer"])
    assert client.post(f"{page}/settings", {"closed": "1"}, page=page).status == 409
    assert client.get("/en/budget/yard/").status == 200


def test_a_letter_lets_one_person_in(app: Portal, closed: tuple[Client, str, int], client: Client) -> None:
    desk, page, process = closed
    made = desk.post(f"{page}/codes", {"number": "2"}, page=page)
    codes = re.findall(r"\b(?:[2-9A-Z]{4}-){2}[2-9A-Z]{4}\b", made.text)
    assert len(codes) == 2 and "nowhere else" in made
    with db.read() as s:
        assert codes[0] not in " ".join(s.scalars(select(Invite.hash)))
    enter(client, "Ana Ilves")
    assert client.post("/en/join", {"code": "ABCD-EFGH-JKMN"}, page="/en/join").status == 422
    assert client.post("/en/join", {"code": codes[0].lower().replace("-", " ")}, page="/en/join").url == (
        "/en/budget/yard/"
    )
    assert seen(client)
    other = Client(app)
    enter(other, "Tom Other")
    again = other.post("/en/join", {"code": codes[0]}, page="/en/join")
    assert again.status == 422 and "used already" in again and not seen(other)
    assert client.post("/en/join", {"code": codes[0]}, page="/en/join").status == 200, (
        "the same person may type it again"
    )
    desk.post(f"{page}/void", page=page)
    assert other.post("/en/join", {"code": codes[1]}, page="/en/join").status == 422


def test_codes_are_not_guessed(app: Portal, closed: tuple[Client, str, int], client: Client) -> None:
    enter(client, "Ana Ilves")
    for n in range(10):
        assert client.post("/en/join", {"code": f"ABCD-EFGH-JKM{n}"}, page="/en/join").status == 422
    assert client.post("/en/join", {"code": "ABCD-EFGH-JKMN"}, page="/en/join").status == 429
    with db.read() as s:
        assert limits.too_many(s, "join", "1", clock.now(), most=10) or s.query(limits.Attempt).count() == 10


TYPED = [
    ("abcd-efgh-jkmn", "ABCDEFGHJKMN"),
    (" ABCD EFGH JKMN ", "ABCDEFGHJKMN"),
    ("ABCD-EFGH-JKM", None),
    ("ABCD-EFGH-JKM0", None),  # no zero: it looks like an O
    ("", None),
]


@pytest.mark.parametrize(("typed", "code"), TYPED)
def test_what_is_a_code(typed: str, code: str | None) -> None:
    assert read_code(typed) == code
    assert code is None or read_code(rules.printed(code)) == code


def confirm(person: int, address: str, *, confirmed: bool = True) -> None:
    now = clock.now()
    with db.write() as s:
        s.add(
            Contact(
                person_id=person, way=Way.EMAIL, value=address, value_folded=actions_members.folded(address),
                created_at=now, confirmed_at=now if confirmed else None,
            )
        )  # fmt: skip


def test_invited_addresses_join_when_they_are_confirmed(
    app: Portal, closed: tuple[Client, str, int], client: Client
) -> None:
    desk, page, process = closed
    ana = enter(client, "Ana Ilves")
    confirm(ana, "Ana@Mail.example")
    late, liar = Client(app), Client(app)
    tom, eve = enter(late, "Tom Other"), enter(liar, "Eve Liar")
    confirm(eve, "tom@mail.example", confirmed=False)
    assert desk.post(f"{page}/addresses", {"addresses": "no address"}, page=page).status == 422
    text = "ana@mail.example\nTOM@mail.example, tom@mail.example"
    assert "2 addresses were invited" in desk.post(f"{page}/addresses", {"addresses": text}, page=page)
    assert "0 addresses were invited" in desk.post(f"{page}/addresses", {"addresses": text}, page=page)
    assert seen(client), "known already"
    assert not seen(late) and not seen(liar)
    confirm(tom, "tom@mail.example")
    enter(late, "Tom Other")
    enter(liar, "Eve Liar")
    assert seen(late) and not seen(liar)
    with db.read() as s:
        mails = s.scalars(select(Outgoing)).all()
        assert {one.recipient for one in mails} == {"ana@mail.example", "tom@mail.example"}
        assert all("yard" not in one.body + one.subject for one in mails)
        kept = [*s.scalars(select(Invite.hash)), *(str(e.after) for e in s.scalars(select(Entry)))]
        assert not any("mail.example" in one for one in kept)


def test_the_list_and_off_it_again(app: Portal, closed: tuple[Client, str, int], client: Client) -> None:
    desk, page, process = closed
    ana = enter(client, "Ana Ilves")
    assert "Nobody has exactly this name" in desk.get(f"{page}?name=Ana")
    assert "Ana Ilves" in desk.get(f"{page}?name=ana+ilves")
    assert desk.post(f"{page}/members", {"person": str(ana), "name": "Somebody"}, page=page).status == 404
    desk.post(f"{page}/members", {"person": str(ana), "name": "Ana Ilves"}, page=page)
    assert seen(client)
    with db.read() as s:
        member = s.scalars(select(Member.id)).one()
    assert desk.post(f"{page}/members/{member + 1}/remove", page=page).status == 404
    desk.post(f"{page}/members/{member}/remove", page=page)
    assert not seen(client)


def test_the_number_of_selects_stands(
    app: Portal, closed: tuple[Client, str, int], count_queries: Callable[..., Any]
) -> None:
    desk, page, process = closed
    numbers = []
    for count in (1, 30):
        with db.write() as s:
            for n in range(count):
                one = people.person_for(s, "x", f"{count}-{n}", name=f"P {n}", language="en", now=clock.now())
                s.add(Member(process_id=process, person_id=one.id, way="list", at=clock.now()))
        desk.get(page)
        with count_queries(app) as counted:
            desk.get(page)
        numbers.append(counted.number)
    assert numbers[0] == numbers[1] <= 22
