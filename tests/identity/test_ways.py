"""Which resident somebody is: register, letter, counter and sign-in lead to one entry of a roll."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from portal.audit.models import Entry
from portal.audit.models_looks import Look
from portal.base import clock, db
from portal.base.actor import SYSTEM, Actor
from portal.base.web import Portal
from portal.identity import actions, jobs, queries, rules, rules_ways
from portal.identity.models import Fact, Person, SignIn
from portal.identity.models_ways import PaperCode, SealedNumber
from portal.places.actions import add_district
from portal.voting import rules as vote_rules
from portal.voting.models import Participation, RollEntry, Vote
from portal.voting.queries import voter_facts
from tests.budgeting import town as budgets
from tests.client import Client, Page
from tests.identity.help import enter
from tests.identity.ways import ANA, LINES, by_email, counter, letter_code, write_register


def facts_of(name: str) -> rules.Facts:
    with db.read() as s:
        person = s.scalars(select(Person.id).where(Person.name == name).order_by(Person.id.desc())).first()
        return queries.facts(s, person, clock.now())


def clerk(town: Portal) -> Client:
    bo = Client(town)
    enter(bo, "Cora Clerk", roles=["clerk"])
    return bo


def ask_and_print(town: Portal, who: Client, path: str = "/en/account/residence/letter") -> str:
    assert "A letter with a code goes" in who.post(path, ANA)
    return letter_code(clerk(town).post("/en/staff/code-letters/print", page="/en/staff/code-letters"))


def second_at_counter(town: Portal, who: Client) -> None:
    """A second clerk finds the same person and looks at the same document."""
    page = who.post("/en/account/residence/desk-code", page="/en/account/residence")
    code = page.html.split('fm-receipt__code"><bdi dir="ltr">')[1].split("<")[0]
    bea = Client(town)
    enter(bea, "Bea Clerk", roles=["clerk"])
    said = {"number": counter()["number"], "document": counter()["document"]}
    found = bea.post("/en/staff/counter", {"who": code})
    assert "The proof is stored" in bea.post("/en/staff/counter/proof/second", {**found.fields(), **said})


def prove_at_counter(town: Portal, who: Client, **given: str) -> Client:
    page = who.post("/en/account/residence/desk-code", page="/en/account/residence")
    code = page.html.split('fm-receipt__code"><bdi dir="ltr">')[1].split("<")[0]
    cora = clerk(town)
    found = cora.post("/en/staff/counter", {"who": code})
    cora.last = cora.post("/en/staff/counter/proof", {**found.fields(), **counter(**given)})
    return cora


def test_ana_checks_herself_and_learns_that_voting_needs_more(town: Portal) -> None:
    ana = Client(town)
    by_email(ana, "ana@example.org")
    page = ana.post("/en/account/residence/check", ANA)
    assert "The register knows you" in page and "North" in page and "Not enough to vote" in page
    facts = facts_of("Ana")
    assert facts.district == "north" and facts.weak and facts.resident
    assert facts.age(rules.AgeRule(16, clock.now().date().replace(2026, 6, 1))) is True
    with db.read() as s:
        stored = s.scalars(select(Fact)).all()
        assert {row.source for row in stored} == {"register"}
        assert not [row for row in stored if row.kind == "name"], "who knows these three learns nothing more"
        assert not any("1990" in row.value for row in stored), "no birth date is kept"
        sealed = s.scalars(select(SealedNumber)).one()
        assert b"1001" not in sealed.ciphertext
    said = vote_rules.is_entitled(vote_rules.VoterFacts(claim="x", resident=True, weak=True), ELECTORATE)
    assert not said and "letter" in str(said.next)


ELECTORATE = {"roll": {"provider": None, "claim": "resident"}, "electorate": {"residence": True, "age": None}}


def test_a_wrong_birth_date_a_wrong_postcode_and_an_unknown_number_read_the_same(town: Portal) -> None:
    ana = Client(town)
    by_email(ana, "ana@example.org")
    for wrong in ({"born-day": "4"}, {"postcode": "99999"}, {"number": "EE 9999"}, {"postcode": "-"}):
        page = ana.post("/en/account/residence/check", ANA | wrong)
        assert page.status == 422 and "These three do not fit together" in page
    ana.post("/en/account/residence/check", ANA | {"postcode": "1"})
    page = ana.post("/en/account/residence/check", ANA)
    assert page.status == 422 and "Too many tries" in page, "five wrong ones a day, also for the right one then"


def test_tries_at_one_number_count_over_all_accounts(town: Portal) -> None:
    for n in range(5):
        thief = Client(town)
        by_email(thief, f"thief{n}@example.org")
        thief.post("/en/account/residence/check", ANA | {"born-day": str(n + 4)})
    other = Client(town)
    by_email(other, "other@example.org")
    page = other.post("/en/account/residence/check", ANA)
    assert page.status == 422 and "Ask for a letter" in page, "the check proves nothing today"


def test_who_is_guessed_at_still_gets_a_letter_and_the_guesser_learns_nothing(town: Portal) -> None:
    for n in range(5):
        assert Client(town).post("/en/code/letter", ANA | {"born-day": str(n + 4)}).status == 422
    thief = Client(town).post("/en/code/letter", ANA | {"born-day": "9"})
    with db.read() as s:
        assert s.scalar(select(func.count()).select_from(PaperCode)) == 0
    ana = Client(town).post("/en/code/letter", ANA)
    assert ana.status == thief.status == 200 and ana.url == thief.url
    assert "If these three fit together" in ana and "If these three fit together" in thief
    with db.read() as s:
        assert s.scalar(select(func.count()).select_from(PaperCode)) == 1
    tom = {"number": "ee1002", "born-day": "6", "born-month": "5", "born-year": "2014", "postcode": "10102"}
    assert "If these three" not in Client(town).post("/en/code/letter", tom), "nobody else notices"


def test_a_right_code_on_paper_passes_whoever_else_fails_there(town: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules_ways, "PAPER_PER_ORIGIN", 3)
    ana = Client(town)
    code = ask_and_print(town, ana, "/en/code/letter")
    for _n in range(3):
        assert Client(town).post("/en/code", {"code": "AAAA-BBBB-CCCC-DDDD"}).status == 422
    assert Client(town).post("/en/code", {"code": "AAAA-BBBB-CCCC-DDDD"}).status == 429
    assert "The code is right" in ana.post("/en/code", {"code": code})


def test_a_broken_register_is_a_sentence_and_not_an_error(town: Portal) -> None:
    ana = Client(town)
    by_email(ana, "ana@example.org")
    write_register(town.ground.settings.instance, "number,name\n")
    page = ana.post("/en/account/residence/check", ANA)
    assert page.status == 422 and "does not answer" in page


def test_a_letter_proves_it_and_its_code_stands_on_paper_alone(town: Portal) -> None:
    ana = Client(town)
    by_email(ana, "ana@example.org")
    code = ask_and_print(town, ana)
    with db.read() as s:
        assert code.replace("-", "") not in str(s.execute(select(PaperCode.__table__)).all())
    mistyped = ana.post("/en/code", {"code": code[:-1] + ("0" if code[-1] != "0" else "1")})
    assert mistyped.status == 422 and "There is no such code" in mistyped
    page = ana.post("/en/code", {"code": code.lower().replace("-", " ")})
    assert "The code is right" in page and "The code in a letter to your address" in page
    assert not facts_of("Ana Ilves").weak
    assert "used already" in ana.post("/en/code", {"code": code})


def test_a_letter_for_one_account_is_of_no_use_in_another(town: Portal) -> None:
    ana, thief = Client(town), Client(town)
    by_email(ana, "ana@example.org")
    by_email(thief, "thief@example.org", "Thief")
    code = ask_and_print(town, ana)
    assert "sent for another account" in thief.post("/en/code", {"code": code})


def test_letters_to_one_resident_are_few(town: Portal) -> None:
    ana = Client(town)
    by_email(ana, "ana@example.org")
    ana.post("/en/account/residence/letter", ANA)
    assert "on its way already" in ana.post("/en/account/residence/letter", ANA)
    with db.write() as s:
        first = s.scalars(select(PaperCode)).one()
        first.printed_at = clock.now()
    for _n in range(2):
        ana.post("/en/account/residence/letter", ANA)
        with db.write() as s:
            for row in s.scalars(select(PaperCode)):
                row.printed_at = row.printed_at or clock.now()
    assert "Too many letters" in ana.post("/en/account/residence/letter", ANA)


def test_a_clerk_notes_the_kind_of_document_and_nobody_notes_their_own(town: Portal) -> None:
    ana = Client(town)
    by_email(ana, "ana@example.org")
    cora = prove_at_counter(town, ana)
    assert "The proof is stored" in cora.last
    page = ana.get("/en/account/residence")
    assert "A counter of the city" in page and "Passport" in page and "good until" in page
    with db.read() as s:
        line = s.scalars(select(Entry).where(Entry.verb == "proved residence")).one()
        assert s.scalars(select(Look.why)).all() == ["counter"], "who is looked up there reads it"
        assert line.after == {"way": "counter", "document": "passport"} and "1001" not in str(line.after)
    assert "of her own" in prove_own(town)


def prove_own(town: Portal) -> str:
    cora = clerk(town)
    page = cora.post("/en/account/residence/desk-code", page="/en/account/residence")
    code = page.html.split('fm-receipt__code"><bdi dir="ltr">')[1].split("<")[0]
    found = cora.post("/en/staff/counter", {"who": code})
    done = cora.post("/en/staff/counter/proof", {**found.fields(), **counter()})
    return "of her own" if done.status == 409 and "Nobody checks their own" in done else done.text


def test_an_address_at_the_counter_does_not_tell_whose_it_is(town: Portal) -> None:
    by_email(Client(town), "ana@example.org")
    cora = Client(town)
    enter(cora, "Cora Clerk", roles=("clerk",))
    found = cora.post("/en/staff/counter", {"who": "ana@example.org"})
    assert "Its name is not shown" in found and found.fields().get("name", "") == ""
    again = cora.post("/en/staff/counter/proof", {**found.fields(), **counter(), "name": "Nobody", "number": "?"})
    assert again.status == 422 and "Its name is not shown" in again and "Account of" not in again


def test_a_slip_of_the_pen_at_the_counter_is_caught(town: Portal) -> None:
    ana = Client(town)
    by_email(ana, "ana@example.org")
    cora = prove_at_counter(town, ana, **{"born-year": "1991"})
    assert cora.last.status == 422 and "another date of birth" in cora.last


def test_what_anybody_may_know_never_takes_a_resident_from_an_account_but_a_document_does(town: Portal) -> None:
    thief, ana = Client(town), Client(town)
    by_email(thief, "thief@example.org", "Thief")
    by_email(ana, "ana@example.org")
    thief.post("/en/account/residence/check", ANA)
    page = ana.post("/en/account/residence/check", ANA)
    assert page.status == 409 and "Another account was joined" in page
    prove_at_counter(town, ana)
    with db.read() as s:
        joined = s.scalars(select(SealedNumber)).one()
        assert s.get_one(Person, joined.person_id).public_name == "Ana"
        assert {row.person_id for row in s.scalars(select(Fact))} == {joined.person_id}, "the thief knows nothing more"
    assert "Another account" in thief.post("/en/account/residence/check", ANA)


def test_an_account_never_changes_its_resident(town: Portal) -> None:
    ana = Client(town)
    by_email(ana, "ana@example.org")
    prove_at_counter(town, ana)
    mia = {"number": "ee-1003", "born-day": "30", "born-month": "11", "born-year": "1955", "postcode": "10103"}
    page = ana.post("/en/account/residence/check", mia)
    assert page.status == 409 and "belongs to another resident" in page


def vote_of(town: Portal) -> tuple[str, str]:
    budget = budgets.add_budget(town, slug="2026", count=4, age=None)
    return "2026", budgets.open_vote(town, budget)


def cast(client: Client, slug: str = "2026") -> Page:
    page = client.get(f"/en/budget/{slug}/ballot")
    fields = {k: v for k, v in page.fields().items() if k in ("csrf_token", "form_token")}
    return client.post(f"/en/budget/{slug}/ballot", {**fields, "choice": ["1"]}, token=False)


def test_one_resident_is_one_entry_of_the_roll_whatever_the_way_in(town: Portal) -> None:
    """Sign-in, counter, letter, and a code without an account: four ballots, the last counts, one entry."""
    slug, public_id = vote_of(town)
    at_counter, by_letter, walk_in, signed = Client(town), Client(town), Client(town), Client(town)
    by_email(by_letter, "letter@example.org", "Letter")
    code = ask_and_print(town, by_letter)
    by_letter.post("/en/code", {"code": code})
    enter(signed, "Ana Ilves", district="north", resident="EE1001")
    cora = clerk(town)
    slip = letter_code(cora.post("/en/staff/counter/code", counter()))
    assert "You can vote now" in walk_in.post("/en/code", {"code": slip})
    for voter in (walk_in, by_letter, signed):
        page = cast(voter, slug)
        assert page.status == 200 and "Your receipt code" in page, page.text[:600]
    by_email(at_counter, "counter@example.org", "Counter")
    assert "A second clerk has to confirm" in prove_at_counter(town, at_counter).last, "the entry has voted"
    second_at_counter(town, at_counter)
    assert "Your receipt code" in cast(at_counter, slug)
    with db.read() as s:
        vote = s.scalars(select(Vote).where(Vote.public_id == public_id)).one()
        assert s.scalar(select(func.count()).where(RollEntry.vote_id == vote.id)) == 1
        assert s.scalar(select(func.count()).where(Participation.vote_id == vote.id)) == 1
    page = at_counter.get("/en/my")
    assert "Votes you took part in" in page and "Voted on" in page


def test_without_a_proof_the_ballot_page_says_what_to_do(town: Portal) -> None:
    slug, _id = vote_of(town)
    ana = Client(town)
    by_email(ana, "ana@example.org")
    page = ana.get(f"/en/budget/{slug}/ballot")
    assert "by a letter or at a counter" in page and "/en/account/residence" in page.html
    ana.post("/en/account/residence/check", ANA)
    page = ana.get(f"/en/budget/{slug}/ballot")
    assert "surer who you are" in page
    with db.read() as s:
        assert s.scalar(select(func.count()).select_from(RollEntry)) == 0


@pytest.mark.parametrize("back", ["/en/my", "/en/staff/", "/en/nothing-here", "//other.example", "/en/code"])
def test_a_right_code_leads_to_no_closed_door(town: Portal, back: str) -> None:
    """Whoever meant to open their own page, and took the way of a code to vote, lands where they can vote."""
    code = letter_code(clerk(town).post("/en/staff/counter/code", counter()))
    voter = Client(town)
    voter.get(f"/en/code?next={back}")
    page = voter.post("/en/code", {"code": code}, page="/en/newsletter")
    assert page.status == 200 and "You can vote now" in page


def test_a_voter_with_a_code_can_only_vote_and_leaves_nothing_behind(town: Portal) -> None:
    slug, _id = vote_of(town)
    walk_in = Client(town)
    assert "goes to the address" in walk_in.post("/en/code/letter", ANA)
    code = letter_code(clerk(town).post("/en/staff/code-letters/print", page="/en/staff/code-letters"))
    walk_in.post("/en/code", {"code": code})
    for closed in ("/en/account", "/en/my", "/en/account/residence", "/en/account/mandates"):
        assert walk_in.get(closed).status == 403
    page = cast(walk_in, slug)
    assert "Your receipt code" in page and "You are signed out" in page
    assert "Sign in" in walk_in.get(f"/en/budget/{slug}/ballot")
    with db.read() as s:
        once = s.scalars(select(Person).where(Person.once)).one()
        session = s.scalars(select(SignIn).where(SignIn.person_id == once.id)).one()
        assert session.revoked_at is None, "no row of the session tells when the ballot was cast"
        kinds = {row.kind.value for row in s.scalars(select(Fact).where(Fact.person_id == once.id))}
        assert "name" not in kinds and not s.scalars(select(SealedNumber)).all()
    with db.write() as s:
        for row in s.scalars(select(SignIn)):
            row.ends_at = clock.now() - timedelta(minutes=1)
    jobs.sweep({})
    with db.read() as s:
        assert s.scalars(select(Person).where(Person.once)).all() == []
        assert s.scalar(select(func.count()).select_from(RollEntry)) == 1


def test_a_code_can_be_typed_again_for_a_day_then_it_is_spent(town: Portal) -> None:
    cora = clerk(town)
    code = letter_code(cora.post("/en/staff/counter/code", counter()))
    assert "You can vote now" in Client(town).post("/en/code", {"code": code})
    assert "You can vote now" in Client(town).post("/en/code", {"code": code}), "the browser was closed"
    with db.write() as s:
        s.scalars(select(PaperCode)).one().used_at = clock.now() - rules_ways.RESUME
    assert "This code is over" in Client(town).post("/en/code", {"code": code})


def test_who_moved_away_gets_nothing_for_an_old_letter(town: Portal) -> None:
    ana = Client(town)
    by_email(ana, "ana@example.org")
    code = ask_and_print(town, ana)
    write_register(town.ground.settings.instance, "number,name,birth_date,district,postcode,address\n")
    page = ana.post("/en/code", {"code": code})
    assert "does not know this resident any more" in page
    assert facts_of("Ana").resident is None


def test_each_sign_in_by_mail_asks_the_register_anew(town: Portal) -> None:
    """Ana moves, and a vote asks for another age after she proved who she is: the next sign-in knows both."""
    ana = Client(town)
    by_email(ana, "ana@example.org")
    prove_at_counter(town, ana)
    until = clock.now().date().replace(year=2036)
    with db.write() as s:
        add_district(SYSTEM, code="south", names={"en": "South"})
        actions.need_age(s, years=30, on=clock.now().date(), until=until)
        before = s.scalars(select(Fact.expires_at)).first()
    write_register(town.ground.settings.instance, LINES.replace("1990-02-03,north", "1990-02-03,south"))
    by_email(Client(town), "ana@example.org")
    facts = facts_of("Ana Ilves")
    assert facts.district == "south" and facts.ages[f"30@{clock.now().date()}"] and facts.resident and not facts.weak
    with db.read() as s:
        assert set(s.scalars(select(Fact.expires_at))) == {before}, "it is good no longer than the counter said"
    (town.ground.settings.instance / "register.csv").unlink()
    assert by_email(Client(town), "ana@example.org").status == 200, "a register that is down keeps nobody out"
    assert facts_of("Ana Ilves").district == "south"


def test_a_child_of_twelve_is_known_to_be_too_young(town: Portal) -> None:
    tom = Client(town)
    by_email(tom, "tom@example.org", "Tom")
    tom.post(
        "/en/account/residence/check",
        {"number": "ee1002", "born-day": "6", "born-month": "5", "born-year": "2014", "postcode": "10102"},
    )
    assert facts_of("Tom").age(rules.AgeRule(16, clock.now().date().replace(2026, 6, 1))) is False


def test_numbers_of_another_kind_enter_no_roll_where_the_city_has_settled_on_one(town: Portal) -> None:
    ana = Client(town)
    person = enter(ana, "Ana Ilves", district="north", resident="something else")
    with db.write() as s:
        for row in s.scalars(select(Fact).where(Fact.name == "ee")):
            row.name = "fr"
    facts = facts_of("Ana Ilves")
    assert facts.residents and facts.resident is None
    with db.read() as s:
        vote = Vote(regulation="", titles={})
        vote.__dict__["regulation"] = '{"roll":{"claim":"resident"},"electorate":{}}'
        assert voter_facts(s, Actor(person_id=person), vote).claim is None
