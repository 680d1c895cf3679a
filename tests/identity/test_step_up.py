"""Addresses, roles and erasure ask for a fresh confirmation; an account by e-mail confirms by a code to its address."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from portal.base import clock, db
from portal.base.web import Portal
from portal.identity.models import Contact, Identity, RoleGrant, SignIn
from portal.identity.models_ways import MailCode
from tests.client import Client, Page
from tests.identity.help import enter
from tests.identity.ways import by_email, code_in_mail


def half_an_hour_later() -> None:
    """The sessions go on, and nobody has confirmed who they are since."""
    with db.write() as s:
        s.execute(update(SignIn).values(confirmed_at=clock.now() - timedelta(minutes=30)))


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/en/account/email", {"email": "thief@example.org"}),
        ("/en/account/phone", {"phone": "+372 600 01"}),
        ("/en/account/post", {"post": "Lane 3\nSundhaven"}),
        ("/en/account/contacts/remove", {"way": "email"}),
    ],
)
def test_an_unattended_session_changes_no_address(town: Portal, path: str, fields: dict[str, str]) -> None:
    ana = Client(town)
    by_email(ana, "ana@example.org")
    half_an_hour_later()
    page = ana.post(path, fields, page="/en/account")
    assert "Confirm who you are" in page and "Change an address" in page
    with db.read() as s:
        assert s.scalars(select(Contact.value)).all() == ["ana@example.org"]
        assert s.scalar(select(func.count()).where(MailCode.value == "thief@example.org")) == 0


def confirm_by_mail(town: Portal, ana: Client, page: Page, address: str) -> Page:
    way = ana.get(
        page.html.split('href="/en/step-up/')[1].split('"')[0].join(("/en/step-up/", "")).replace("&amp;", "&")
    )
    assert address in way
    ana.post("/en/step-up/by-mail", way.fields(), token=False)
    return ana.post("/en/step-up/by-mail/code", {"code": code_in_mail(town, address)})


def test_ana_confirms_by_a_code_to_her_old_address_and_goes_on(town: Portal) -> None:
    ana = Client(town)
    by_email(ana, "ana@example.org")
    half_an_hour_later()
    page = ana.post("/en/account/email", {"email": "new@example.org"}, page="/en/account")
    done = confirm_by_mail(town, ana, page, "ana@example.org")
    assert "You have confirmed who you are" in done
    ana.post("/en/account/email", {"email": "new@example.org"}, page="/en/account")
    ana.post("/en/account/email/code", {"code": code_in_mail(town, "new@example.org")})
    with db.read() as s:
        assert s.scalars(select(Identity.sub)).all() == ["new@example.org"]


def test_a_wrong_code_confirms_nothing(town: Portal) -> None:
    ana = Client(town)
    by_email(ana, "ana@example.org")
    half_an_hour_later()
    ana.get("/en/step-up/account?next=/en/account")
    ana.post("/en/step-up/by-mail", page="/en/step-up/account?next=/en/account")
    assert ana.post("/en/step-up/by-mail/code", {"code": "000000"}).status == 422
    assert "Confirm who you are" in ana.post("/en/account/phone", {"phone": "+372 600 01"}, page="/en/account")


def test_roles_ask_for_it(town: Portal) -> None:
    adam, bo = Client(town), Client(town)
    enter(adam, "Adam Kask", roles=["administrator"])
    person = enter(bo, "Bo Andersen")
    half_an_hour_later()
    page = adam.post(f"/en/staff/people/{person}/grant", {"role": "auditor"}, page="/en/account")
    assert "Confirm who you are" in page and "Change roles" in page
    with db.read() as s:
        assert s.scalar(select(func.count()).where(RoleGrant.person_id == person)) == 0


def test_an_account_by_e_mail_can_be_erased_after_a_code(town: Portal) -> None:
    ana = Client(town)
    by_email(ana, "ana@example.org")
    half_an_hour_later()
    page = ana.get("/en/my/data/erasure")
    done = confirm_by_mail(town, ana, page, "ana@example.org")
    assert done.url.endswith("/my/data/erasure") and "Sign in again first" not in done
