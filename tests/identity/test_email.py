"""An account by e-mail: a code, a name, a session that can do everything but vote."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from portal.base import clock, db
from portal.base.mail import Outgoing
from portal.base.web import Portal
from portal.identity import queries, rules_ways
from portal.identity.models import Contact, Identity, Person, RoleGrant, SignIn
from portal.identity.models_ways import MailCode
from tests.client import Client
from tests.identity.help import enter
from tests.identity.ways import by_email, code_in_mail


def test_ana_makes_an_account_with_nothing_but_an_address_and_a_name(town: Portal) -> None:
    ana = Client(town)
    page = by_email(ana, "Ana@Example.org", "Ana of the harbour")
    assert page.status == 200 and "Ana of the harbour" in page
    with db.read() as s:
        person = s.scalars(select(Person)).one()
        assert (person.name, person.public_name) == ("Ana of the harbour", "Ana of the harbour")
        session = s.scalars(select(SignIn)).one()
        assert (session.acr, session.staff_ok, session.issuer) == ("email", False, "email")
        assert s.scalars(select(Contact)).one().confirmed_at is not None
        assert queries.reachable(s, [person.id])[person.id].email == "Ana@Example.org"
    again = Client(town)
    assert by_email(again, "ana@example.ORG").status == 200
    with db.read() as s:
        assert len(s.scalars(select(Person)).all()) == 1, "the same address in other letters is the same account"


def test_the_answer_is_the_same_whether_an_account_exists(town: Portal) -> None:
    by_email(Client(town), "ana@example.org")
    pages = []
    for address in ("ana@example.org", "tom@example.org"):
        page = Client(town).post("/en/sign-in/email", {"email": address})
        pages.append((page.status, page.url, page.text.replace(address, "ADDRESS")))
    assert pages[0] == pages[1]


def test_a_code_is_good_in_its_own_browser_alone_and_once(town: Portal) -> None:
    ana, thief = Client(town), Client(town)
    ana.post("/en/sign-in/email", {"email": "ana@example.org"})
    code = code_in_mail(town, "ana@example.org")
    assert thief.get("/en/sign-in/email/code").url.endswith("/sign-in/email"), "no code was asked for here"
    thief.post("/en/sign-in/email", {"email": "thief@example.org"})
    assert thief.post("/en/sign-in/email/code", {"code": code}).status == 422
    page = ana.get("/en/sign-in/email/code")
    assert ana.post("/en/sign-in/email/code", {"code": code}).url.endswith("/welcome")
    assert ana.post("/en/sign-in/email/code", {"code": code, "csrf_token": page.token}).status == 422


def test_five_wrong_codes_end_a_code_and_the_tries_survive_the_refusals(town: Portal) -> None:
    ana = Client(town)
    ana.post("/en/sign-in/email", {"email": "ana@example.org"})
    code = code_in_mail(town, "ana@example.org")
    wrong = "000000" if code != "000000" else "111111"
    for _n in range(rules_ways.MAIL_TRIES):
        assert "This code is wrong" in ana.post("/en/sign-in/email/code", {"code": wrong})
    page = ana.post("/en/sign-in/email/code", {"code": code})
    assert page.status == 422 and "wrong too often" in page


def test_an_old_code_is_over(town: Portal) -> None:
    ana = Client(town)
    ana.post("/en/sign-in/email", {"email": "ana@example.org"})
    with db.write() as s:
        row = s.scalars(select(MailCode)).one()
        row.expires_at = clock.now()
    assert "This code is over" in ana.post("/en/sign-in/email/code", {"code": code_in_mail(town, "ana@example.org")})


def test_an_address_that_is_guessed_at_gets_long_codes_and_is_not_locked(town: Portal) -> None:
    for _n in range(2):
        thief = Client(town)
        thief.post("/en/sign-in/email", {"email": "ana@example.org"})
        for _m in range(5):
            thief.post("/en/sign-in/email/code", {"code": "abc"})
    ana = Client(town)
    ana.post("/en/sign-in/email", {"email": "ana@example.org"})
    code = code_in_mail(town, "ana@example.org")
    assert len(code.replace("-", "")) == 12
    assert ana.post("/en/sign-in/email/code", {"code": code.lower()}).url.endswith("/welcome")


def test_a_busy_library_is_not_locked_but_one_browser_is(town: Portal) -> None:
    one = Client(town)
    for _n in range(rules_ways.MAIL_PER_BROWSER):
        assert one.post("/en/sign-in/email", {"email": "ana@example.org"}).status == 200
    assert one.post("/en/sign-in/email", {"email": "ana@example.org"}).status == 429
    assert Client(town).post("/en/sign-in/email", {"email": "tom@example.org"}).status == 200
    assert Client(town).post("/en/sign-in/email", {"email": "ana@example.org"}).status == 200, "Ana is not locked out"


def test_who_is_asked_for_by_strangers_still_gets_in_with_the_newest_code(town: Portal) -> None:
    """Throw-away browsers ask for Ana's codes for as long as they like: her newest mail opens her own browser."""
    for _n in range(rules_ways.MAIL_PER_ADDRESS + 5):
        assert Client(town).post("/en/sign-in/email", {"email": "ana@example.org"}).status == 200
    with db.read() as s:
        sent = len(s.scalars(select(Outgoing)).all())
    assert sent == rules_ways.MAIL_PER_ADDRESS, "her box is not filled without end"
    ana, thief = Client(town), Client(town)
    for one in (ana, thief):
        assert one.post("/en/sign-in/email", {"email": "ana@example.org"}).status == 200
    code = code_in_mail(town, "ana@example.org")
    assert len(code.replace("-", "")) == 12, "one that nobody guesses in many browsers"
    assert thief.post("/en/sign-in/email/code", {"code": "wrong"}).status == 422
    assert ana.post("/en/sign-in/email/code", {"code": code}).url.endswith("/welcome")
    assert "This code is over" in thief.post("/en/sign-in/email/code", {"code": code}), "it counts once"


def test_a_place_that_sends_far_too_many_mails_still_lets_account_holders_in(
    town: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_email(Client(town), "ana@example.org")
    monkeypatch.setattr(rules_ways, "MAIL_PER_ORIGIN", 3)
    for n in range(4):
        Client(town).post("/en/sign-in/email", {"email": f"stranger{n}@example.org"})

    def mails(address: str) -> int:
        with db.read() as s:
            return len(s.scalars(select(Outgoing).where(Outgoing.recipient == address)).all())

    new, known = Client(town), Client(town)
    pages = [
        one.post("/en/sign-in/email", {"email": address})
        for one, address in ((new, "new@example.org"), (known, "ana@example.org"))
    ]
    assert pages[0].status == pages[1].status == 200 and pages[0].url == pages[1].url
    assert mails("new@example.org") == 0
    assert known.post("/en/sign-in/email/code", {"code": code_in_mail(town, "ana@example.org")}).status == 200
    assert new.post("/en/sign-in/email/code", {"code": "-"}).status == 422


def test_a_role_counts_for_nothing_in_a_session_by_mail(town: Portal) -> None:
    ana = Client(town)
    by_email(ana, "ana@example.org")
    with db.write() as s:
        s.add(RoleGrant(person_id=s.scalars(select(Person.id)).one(), role="administrator", at=clock.now()))
    assert ana.get("/en/staff/people").status == 403


def test_the_address_and_the_code_stand_in_no_address_and_a_sent_code_is_blanked(town: Portal) -> None:
    ana = Client(town)
    page = by_email(ana, "ana@example.org")
    assert "example.org" not in page.url
    with db.read() as s:
        assert all(row.secret for row in s.scalars(select(Outgoing)))


def test_tom_changes_his_address_and_signs_in_with_the_new_one_alone(town: Portal) -> None:
    tom = Client(town)
    by_email(tom, "tom@old.example", "Tom")
    tom.post("/en/account/email", {"email": "tom@new.example"}, page="/en/account")
    page = tom.post("/en/account/email/code", {"code": code_in_mail(town, "tom@new.example")}, page="/en/account/email")
    assert "The address is confirmed" in page
    with db.read() as s:
        assert s.scalars(select(Identity.sub)).one() == "tom@new.example"
        told = s.scalars(select(Outgoing).where(Outgoing.recipient == "tom@old.example")).all()[-1]
        assert "changed" in told.subject
    assert by_email(Client(town), "tom@old.example", "Somebody").status == 200
    with db.read() as s:
        assert len(s.scalars(select(Person)).all()) == 2


def test_nobody_takes_the_address_of_another_account(town: Portal) -> None:
    by_email(Client(town), "ana@example.org")
    tom = Client(town)
    by_email(tom, "tom@example.org", "Tom")
    tom.post("/en/account/email", {"email": "ana@example.org"}, page="/en/account")
    code = code_in_mail(town, "ana@example.org")
    page = tom.post("/en/account/email/code", {"code": code}, page="/en/account/email")
    assert page.status == 409 and "belongs to another account" in page


def test_contacts_are_stored_changed_and_removed(town: Portal) -> None:
    ana = Client(town)
    enter(ana, "Ana Maria Ilves")
    assert "Ana I." in ana.get("/en/account"), "no full name is shown to others unasked"
    assert "with its country" in ana.post("/en/account/phone", {"phone": "12"}, page="/en/account")
    ana.post("/en/account/phone", {"phone": "+372 600 01"}, page="/en/account")
    ana.post("/en/account/post", {"post": "Lane 3\nSundhaven"}, page="/en/account")
    page = ana.post("/en/account/name", {"public_name": "Harbour Ana"}, page="/en/account")
    assert "Public pages show “Harbour Ana”" in page and "+372 600 01" in page
    with db.read() as s:
        person = s.scalars(select(Person.id)).one()
        reached = queries.reachable(s, [person])[person]
        assert reached.post == "Lane 3\nSundhaven" and reached.phone == "", "no machine writes to a number unproved"
        assert queries.public_names(s, [person]) == {person: "Harbour Ana"}
    ana.post("/en/account/contacts/remove", {"way": "phone"}, page="/en/account")
    assert "+372 600 01" not in ana.get("/en/account")


def test_the_only_way_in_is_not_removed(town: Portal) -> None:
    ana = Client(town)
    by_email(ana, "ana@example.org")
    assert ana.post("/en/account/contacts/remove", {"way": "email"}, page="/en/account").status == 409


@pytest.mark.parametrize(
    ("name", "chosen", "shown"),
    [("Ana Ilves", "", "Ana I."), ("Ana", "", "Ana"), ("Ana Ilves", "Sea", "Sea"), ("", "", "")],
)
def test_what_public_pages_show(name: str, chosen: str, shown: str) -> None:
    assert rules_ways.shown_name(name, chosen) == shown


def copy_of(client: Client) -> Client:
    """Another browser with a copy of this one's cookies."""
    thief = Client(client.app)
    with (
        client.http.session_transaction(base_url=client.base) as held,
        thief.http.session_transaction(base_url=thief.base) as kept,
    ):
        kept.update(held)
    return thief


def proved(town: Portal, address: str) -> Client:
    """A browser between the right code and the name."""
    ana = Client(town)
    ana.post("/en/sign-in/email", {"email": address})
    assert ana.post("/en/sign-in/email/code", {"code": code_in_mail(town, address)}).url.endswith("/welcome")
    return ana


def test_a_copied_cookie_of_the_first_visit_is_worth_nothing_afterwards(town: Portal) -> None:
    """The proof of an address serves once: not again after the account was made, nor after signing out."""
    ana = proved(town, "ana@example.org")
    thief = copy_of(ana)
    form = thief.get("/en/sign-in/email/welcome").fields()
    ana.post("/en/sign-in/email/welcome", {"name": "Ana", "language": "en"})
    ana.post("/en/sign-out", page="/en/account")
    page = thief.post("/en/sign-in/email/welcome", {**form, "name": "Thief", "language": "en"}, token=False)
    assert page.url.endswith("/sign-in/email") and "Sign in" in thief.get("/en/account")
    with db.read() as s:
        assert s.scalars(select(Person.name)).all() == ["Ana"] and s.scalars(select(MailCode)).all() == []


def test_a_proof_that_nobody_uses_ends_soon(town: Portal) -> None:
    ana = proved(town, "ana@example.org")
    with db.write() as s:
        s.scalars(select(MailCode)).one().used_at = clock.now() - rules_ways.MAIL_CODE - rules_ways.MAIL_CODE / 100
    page = ana.post("/en/sign-in/email/welcome", {"name": "Ana", "language": "en"})
    assert page.url.endswith("/sign-in/email")
    with db.read() as s:
        assert s.scalars(select(Person)).all() == []


@pytest.mark.parametrize(
    "name",
    [
        "Administrator", "The ADMINISTRATOR", "Ａｄｍｉｎｉｓｔｒａｔｏｒ", "Аdministrator", "Budget officer Bo",
        "Bo Andersen", "bo  ANDERSEN", "Ana\u202eevil", "Ana\u200bdmin", "Sundhaven", "City of Sundhaven",
    ],
)  # fmt: skip
def test_nobody_is_called_like_an_office_or_a_clerk(town: Portal, name: str) -> None:
    enter(Client(town), "Bo Andersen", roles=["budget_officer"])
    ana = Client(town)
    enter(ana, "Ana Ilves")
    page = ana.post("/en/account/name", {"public_name": name}, page="/en/account")
    assert page.status == 422, page.text[:300]
    with db.read() as s:
        assert set(s.scalars(select(Person.public_name))) == {""}
    first = proved(town, "new@example.org")
    assert first.post("/en/sign-in/email/welcome", {"name": name, "language": "en"}).status == 422


def test_ordinary_names_of_many_scripts_are_fine(town: Portal) -> None:
    enter(Client(town), "Bo Andersen", roles=["budget_officer"])
    ana = Client(town)
    enter(ana, "Ana Ilves")
    for name in ("Õnne-Mari", "Żółw 12", "Мария И.", "ليلى", "O’Neill", "Boris Andersen", ""):
        assert ana.post("/en/account/name", {"public_name": name}, page="/en/account").status == 200, name
    bo = Client(town)
    enter(bo, "Bo Andersen")
    assert bo.post("/en/account/name", {"public_name": "Bo Andersen"}, page="/en/account").status == 200
