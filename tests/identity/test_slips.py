"""Codes to vote over the counter: no clerk alone makes up a resident, moves one, or votes in the place of one."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import func, select

from portal import config
from portal.app import create_app
from portal.audit.models import Entry
from portal.base import clock, db, ground
from portal.base.actor import SYSTEM
from portal.base.jobs import JobRow
from portal.base.web import Portal
from portal.identity import rules_ways
from portal.identity.models import Fact, FactKind
from portal.identity.models_ways import CounterProof, PaperCode, PaperKind, SpentSession
from portal.notifications import jobs as told
from portal.places.actions import add_district
from portal.voting.models import Channel, Participation, RollEntry
from tests.client import Client, Page
from tests.identity.help import enter
from tests.identity.test_email import copy_of
from tests.identity.test_ways import cast, vote_of
from tests.identity.ways import counter, letter_code


def clerk(town: Portal, name: str = "Lia Librarian") -> Client:
    made = Client(town)
    enter(made, name, roles=["librarian"])
    return made


def give(who: Client, **given: str) -> Page:
    return who.post("/en/staff/counter/code", counter(**given))


def confirm(who: Client, **given: str) -> Page:
    return who.post("/en/staff/counter/code/second", {"number": "ee1001", "document": "passport"} | given)


def walk_in(town: Portal, page: Page) -> Client:
    voter = Client(town)
    assert "You can vote now" in voter.post("/en/code", {"code": letter_code(page)})
    return voter


def channels() -> list[Channel]:
    with db.read() as s:
        return list(s.scalars(select(Participation.channel)))


@pytest.mark.parametrize("made_up", ["ZZ99", "1", "SUN-1", "EE-l001", "ЕЕ-1001", "EE_1001", "EE-1001*"])
def test_no_code_for_whom_the_register_does_not_know(town: Portal, made_up: str) -> None:
    page = give(clerk(town), number=made_up)
    assert page.status == 422
    assert "knows no resident" in page or "Only letters from A to Z" in page
    with db.read() as s:
        assert s.scalar(select(func.count()).select_from(PaperCode)) == 0


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("EE-1001", "EE1001"), ("ee 1001", "ee1001"), ("ＥＥ－１００１", "EE1001"), ("EE–1001", "EE1001"),
        ("EE-1001\u200b", "EE1001"), ("EE-١٠٠١", "EE1001"), ("ЕE-1001", None), ("EE.1001", None), ("", None),
    ],
)  # fmt: skip
def test_numbers_are_ascii_once_they_are_normalised(typed: str, read: str | None) -> None:
    assert rules_ways.read_number(typed) == read


def test_the_register_says_where_and_how_old_whatever_the_clerk_types(town: Portal) -> None:
    with db.write() as s:
        add_district(SYSTEM, code="south", names={"en": "South"})
    walk_in(town, give(clerk(town), district="south"))
    with db.read() as s:
        assert set(s.scalars(select(Fact.value).where(Fact.kind == FactKind.RESIDENCE))) == {"north"}


def test_the_sheet_speaks_the_language_of_whoever_takes_it_along(town: Portal) -> None:
    page = give(clerk(town), language="de")
    assert '<html lang="de"' in page.html and "/de/code" in page and "Your code to vote" not in page
    assert '<a href="/en/staff/counter" lang="en" dir="ltr">Counter</a>' in page.html, "the way back is the clerk's"
    assert '<html lang="en"' in give(clerk(town)).html, "the page's language where nobody chose"


def test_the_second_clerks_sheet_speaks_the_language_that_was_chosen_first(town: Portal) -> None:
    slug, _id = vote_of(town)
    ana = Client(town)
    enter(ana, "Ana Ilves", district="north", resident="EE1001")
    cast(ana, slug)
    give(clerk(town), language="fr")
    page = confirm(clerk(town, "Cora Clerk"), seen="yes")
    assert page.status == 200 and '<html lang="fr"' in page.html and "/fr/code" in page


def test_a_ballot_is_not_replaced_by_one_clerk_alone(town: Portal) -> None:
    """Ana voted on the web. Lia's code is noted for a second clerk, who is told of it and presses twice; Ana is told,
    too, and sees channel and day on her page."""
    slug, _id = vote_of(town)
    ana, lia, cora = Client(town), clerk(town), clerk(town, "Cora Clerk")
    person = enter(ana, "Ana Ilves", district="north", resident="EE1001")
    assert "Your receipt code" in cast(ana, slug)
    assert "On the web" in ana.get("/en/my")
    page = give(lia)
    assert "A second clerk has to confirm" in page and "voted on" in page and "On the web" in page
    with db.read() as s:
        assert s.scalars(select(PaperCode.code_hash)).all() == [None]
    assert confirm(cora, document="id_card").status == 409, "another document was seen"
    warned = confirm(cora)
    assert warned.status == 409 and "voted already" in warned
    own = confirm(lia, seen="yes")
    assert own.status == 409 and "A colleague confirms it" in own
    code = confirm(cora, seen="yes")
    assert code.status == 200
    with db.read() as s:
        payload = s.scalars(select(JobRow.payload).where(JobRow.kind == "identity.code_given")).one()
        assert payload["people"] == [person]
        line = s.scalars(select(Entry).where(Entry.verb == "confirmed code")).one()
        assert line.after["document"] == "passport" and line.after["entry_used"] and line.after["first"]
    told.code_given(payload)
    assert "A code to vote was given out for you" in ana.get("/en/inbox")
    assert "Your receipt code" in cast(walk_in(town, code), slug)
    assert channels() == [Channel.DESK]
    assert "At a desk" in ana.get("/en/my")


def test_a_code_given_before_the_resident_voted_replaces_nothing_either(town: Portal) -> None:
    slug, _id = vote_of(town)
    early = walk_in(town, give(clerk(town)))
    ana = Client(town)
    enter(ana, "Ana Ilves", district="north", resident="EE1001")
    cast(ana, slug)
    page = cast(early, slug)
    assert page.status == 409 and "second clerk" in page
    assert channels() == [Channel.WEB]


def test_one_code_of_a_counter_is_alive_at_a_time(town: Portal) -> None:
    lia = clerk(town)
    old, new = give(lia), give(lia)
    assert "This code is over" in Client(town).post("/en/code", {"code": letter_code(old)})
    walk_in(town, new)


def test_a_session_whose_ballot_was_cast_is_dead_in_every_copy(town: Portal) -> None:
    slug, _id = vote_of(town)
    voter = walk_in(town, give(clerk(town)))
    thief = copy_of(voter)
    form = thief.get(f"/en/budget/{slug}/ballot").fields()
    assert "Your receipt code" in cast(voter, slug)
    fields = {k: v for k, v in form.items() if k in ("csrf_token", "form_token")}
    page = thief.post(f"/en/budget/{slug}/ballot", {**fields, "choice": ["2"]}, token=False)
    assert page.status in (400, 403) and "Your receipt code" not in page
    assert "Sign in" in thief.get(f"/en/budget/{slug}/ballot")
    with db.read() as s:
        assert s.scalar(select(func.count()).select_from(SpentSession)) == 1
        assert set(SpentSession.__table__.c.keys()) == {"token_hash"}, "no moment, no person"


def test_codes_per_clerk_and_hour_are_few(town: Portal) -> None:
    lia = Client(town)
    me = enter(lia, "Lia Librarian", roles=["librarian"])
    with db.write() as s:
        row = {"kind": PaperKind.SLIP, "scheme": "ee", "key": 1, "ciphertext": b"", "language": "en"}
        s.add_all(PaperCode(blind=f"{n}", asked_at=clock.now(), given_by_id=me, **row) for n in range(20))
    page = give(lia)
    assert page.status == 429 and "in an hour" in page
    assert give(clerk(town, "Cora Clerk")).status == 200


def test_the_supervisor_reads_the_codes_of_a_day(town: Portal) -> None:
    lia, adam = clerk(town), Client(town)
    give(lia)
    enter(adam, "Adam Kask", roles=["administrator"])
    page = adam.get("/en/staff/counter/codes")
    assert "Lia Librarian" in page and "Passport" in page and "Given" in page and "1001" not in page.text
    assert "None on this day" in adam.get("/en/staff/counter/codes?day=2020-01-01")
    assert lia.get("/en/staff/counter/codes").status == 403


@pytest.fixture
def bare(make_settings: Callable[..., config.Settings], request: pytest.FixtureRequest) -> Callable[..., Portal]:
    """A city that has settled on a number and has no register."""

    def make(**given: str) -> Portal:
        made = create_app(make_settings(register=config.Register(scheme="ee", **given)))
        request.addfinalizer(made.ground.database.dispose)
        ground.stand_on(made.ground)
        with db.write():
            add_district(SYSTEM, code="north", names={"en": "North"})
        return made

    return make


def test_without_a_register_each_code_needs_two_clerks(bare: Callable[..., Portal]) -> None:
    town = bare()
    lia, cora = clerk(town), clerk(town, "Cora Clerk")
    assert "A second clerk has to confirm" in give(lia, number="made-up-1")
    page = confirm(cora, number="made-up-2")
    assert page.status == 409 and "nobody has asked" in page
    walk_in(town, confirm(cora, number="MADE UP 1"))
    with db.read() as s:
        assert s.scalar(select(func.count()).select_from(RollEntry)) == 0


def test_a_city_can_do_without_them(bare: Callable[..., Portal]) -> None:
    lia = clerk(bare(slips="off"))
    assert lia.get("/en/staff/counter/code").status == 404
    assert "without an account" not in lia.get("/en/staff/counter")
    with pytest.raises(config.ConfigError, match="slips"):
        config.load({}, register={"slips": "one"})


def at_counter(who: Client, person: Client) -> Page:
    """The clerk finds the person by the code that their page shows."""
    page = person.post("/en/account/residence/desk-code", page="/en/account/residence")
    return who.post("/en/staff/counter", {"who": page.html.split('fm-receipt__code"><bdi dir="ltr">')[1].split("<")[0]})


def resident_facts() -> int:
    with db.read() as s:
        return s.scalar(select(func.count()).where(Fact.kind == FactKind.RESIDENT, Fact.source == "counter")) or 0


def noted(who: Client, person: Client, **given: str) -> Page:
    return who.post("/en/staff/counter/proof", {**at_counter(who, person).fields(), **counter(**given)})


def seconded(who: Client, page: Page, **given: str) -> Page:
    said = {"number": "ee1001", "document": "passport"} | given
    return who.post("/en/staff/counter/proof/second", {**page.fields(), **said})


def test_without_a_register_one_clerk_joins_no_account_with_a_resident(bare: Callable[..., Portal]) -> None:
    """The second clerk finds the same person and types the number from the document; a wrong number, another document,
    or the first clerk again, and nothing is proved."""
    town = bare()
    ana, lia, cora = Client(town), clerk(town), clerk(town, "Cora Clerk")
    enter(ana, "Ana Ilves")
    assert "A second clerk has to confirm this proof" in noted(lia, ana) and resident_facts() == 0
    assert "What the document says" in at_counter(lia, ana), "the first clerk is offered no confirmation"
    page = at_counter(cora, ana)
    assert "Confirm a proof as the second clerk" in page and "Account of Ana Ilves" in page
    assert seconded(cora, page, number="ee1002").status == 409
    assert "another kind of document" in seconded(cora, page, document="id_card")
    own = at_counter(lia, ana)
    assert "yourself" in seconded(lia, own) and resident_facts() == 0
    assert "The proof is stored" in seconded(cora, page) and resident_facts() == 1
    assert seconded(cora, page).status == 409, "confirmed once"
    with db.read() as s:
        line = s.scalars(select(Entry).where(Entry.verb == "proved residence")).one()
        assert line.after["first"] and line.person_id != line.after["first"]
        assert s.scalar(select(func.count()).select_from(CounterProof)) == 0


def test_a_city_can_settle_on_one_clerk(bare: Callable[..., Portal]) -> None:
    town = bare(proofs="one")
    ana = Client(town)
    enter(ana, "Ana Ilves")
    assert "The proof is stored" in noted(clerk(town), ana) and resident_facts() == 1
    with pytest.raises(config.ConfigError, match="proofs"):
        config.load({}, register={"proofs": "none"})


def test_an_account_is_joined_with_somebody_who_voted_by_two_clerks(town: Portal) -> None:
    """With a register, too: the account could replace the ballot. Whose entry it is already needs one clerk."""
    slug, _id = vote_of(town)
    ana, other = Client(town), Client(town)
    lia, cora = clerk(town), clerk(town, "Cora Clerk")
    enter(ana, "Ana Ilves")
    assert "The proof is stored" in noted(lia, ana)
    assert "Your receipt code" in cast(ana, slug)
    assert "The proof is stored" in noted(lia, ana), "her own entry"
    enter(other, "Somebody Else")
    assert "A second clerk has to confirm this proof" in noted(lia, other)
    assert "The proof is stored" in seconded(cora, at_counter(cora, other))
