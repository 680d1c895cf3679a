"""Staff roles ask the provider for its second factor where it offers one."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest

from portal.base import clock, db, ground
from portal.identity import actions
from portal.identity.models import RoleGrant
from tests.oidc.conftest import Browser
from tests.oidc.liar import Liar


@pytest.fixture
def officer(browser: Browser, liar: Liar) -> Browser:
    """The provider's person is an administrator here."""
    ground.stand_on(browser.page.app.ground)
    with db.write() as s:
        person = actions.person_for(s, liar.issuer, liar.sub, name="Bo", language="en", now=clock.now())
        s.add(RoleGrant(person_id=person.id, role="administrator", at=clock.now()))
    return browser


def test_staff_are_sent_back_once_for_the_second_factor(officer: Browser, liar: Liar) -> None:
    first = officer.sign_in("/en/sign-in/liar?next=/en/staff/people")
    assert first.status == 302
    location = first.response.headers["Location"]
    assert parse_qs(urlsplit(location).query)["acr_values"] == ["high"]
    assert not officer.signed_in
    liar.acr = "high"
    second = officer.get(liar.authorize(location))
    assert second.response.headers["Location"] == "/en/staff/people"
    assert officer.get("/en/staff/people").status == 200


def test_a_provider_that_does_not_confirm_it_is_refused(officer: Browser, liar: Liar) -> None:
    location = officer.sign_in().response.headers["Location"]
    page = officer.get(liar.authorize(location))
    assert page.status == 403
    assert "second factor" in page
    assert not officer.signed_in


def test_without_it_one_can_still_be_a_resident(officer: Browser, liar: Liar) -> None:
    location = officer.sign_in().response.headers["Location"]
    page = officer.get(liar.authorize(location))
    bare = re.search(r'href="([^"]*bare=1[^"]*)"', page.html)
    assert bare is not None
    assert officer.sign_in(unescape(bare.group(1))).status == 303
    assert officer.get("/en/staff/people").status == 403
    assert "not active" in officer.get("/en/account")


def test_whoever_has_it_at_once_is_not_asked_again(officer: Browser, liar: Liar) -> None:
    liar.acr = "high"
    assert officer.sign_in().status == 303
    assert officer.get("/en/staff/people").status == 200


def test_citizens_are_not_asked(browser: Browser) -> None:
    assert browser.sign_in().status == 303


@pytest.mark.parametrize("bent_settings", [{"staff_acr": ""}])
def test_no_second_factor_where_the_provider_has_none(officer: Browser) -> None:
    assert officer.sign_in().status == 303
    assert officer.get("/en/staff/people").status == 200


@pytest.mark.parametrize("bent_settings", [{"staff_acr": "", "staff_amr": ("otp",)}])
def test_without_the_method_roles_are_not_active(officer: Browser, liar: Liar) -> None:
    assert officer.sign_in().status == 303
    assert officer.get("/en/staff/people").status == 403
    liar.amr = ["pwd", "otp"]
    officer.sign_in()
    assert officer.get("/en/staff/people").status == 200
