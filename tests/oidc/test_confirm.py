"""Acts that ask who one is once more, levels per act, and further ways to sign in."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import select, update

from portal import config
from portal.base import clock, db, ground
from portal.identity.models import Fact, Identity, Person, SignIn
from portal.identity.models_confirm import PendingAct
from tests.client import Page
from tests.oidc.conftest import Browser
from tests.oidc.liar import Liar

HOUR = 3600


@pytest.fixture(scope="session")
def _other() -> Liar:
    return Liar()


@pytest.fixture
def other(_other: Liar) -> Iterator[Liar]:
    """A second provider of the same city."""
    _other.honest()
    _other.sub = "ana-at-the-bank"
    yield _other


@pytest.fixture
def settings(
    make_settings: Callable[..., config.Settings], liar: Liar, other: Liar, bent_settings: dict[str, Any]
) -> config.Settings:
    second = other.provider(key="bank", name="Bank")
    return make_settings(providers=(liar.provider(**bent_settings), second))


@pytest.fixture
def ana(browser: Browser, liar: Liar) -> Browser:
    """Ana signed in an hour ago."""
    liar.said["code"] = "48805040001"
    browser.sign_in()
    ground.stand_on(browser.page.app.ground)
    with db.write() as s:
        s.execute(update(SignIn).values(confirmed_at=None))
    return browser


def _post(browser: Browser, where: str, **fields: str) -> Page:
    return browser.page.post(where, fields, follow=False)


def _link_in(page: Page, word: str) -> str:
    found = re.search(rf'href="([^"]*{word}[^"]*)"', page.html)
    assert found is not None, page.html
    return unescape(found.group(1))


def _confirm(browser: Browser, liar: Liar, page: Page) -> Page:
    """From the answer that asks for a confirmation through the provider back to the page with the button."""
    waiting = browser.get(page.response.headers["Location"])
    assert "Confirm who you are" in waiting
    begun = browser.get(_link_in(waiting, '/confirm/[^/"]+/liar'))
    back = browser.get(liar.authorize(begun.response.headers["Location"]))
    assert back.status == 303, back.html
    return browser.get(back.response.headers["Location"])


def _identities(browser: Browser) -> list[tuple[int, str]]:
    ground.stand_on(browser.page.app.ground)
    with db.read() as s:
        return [(row.person_id, row.sub) for row in s.scalars(select(Identity).order_by(Identity.id))]


def _add_bank(browser: Browser, liar: Liar, other: Liar) -> Page:
    asked = _post(browser, "/en/account/ways/bank")
    done = _confirm(browser, liar, asked)
    assert "One button finishes it" in done
    begun = _post(browser, "/en/account/ways/bank")
    assert begun.status == 302
    return browser.get(other.authorize(begun.response.headers["Location"]))


def test_adding_a_way_asks_first_and_finishes_afterwards(ana: Browser, liar: Liar, other: Liar) -> None:
    other.said["code"] = "48805040001"
    answer = _add_bank(ana, liar, other)
    assert answer.response.headers["Location"].endswith("/en/account")
    people = {person for person, _ in _identities(ana)}
    assert len(people) == 1
    assert {sub for _, sub in _identities(ana)} == {"ana", "ana-at-the-bank"}
    stranger = Browser(ana.page.app, other)
    stranger.sign_in("/en/sign-in/bank")
    assert "Ana Ilves" in stranger.get("/en/account")
    assert {person for person, _ in _identities(ana)} == people


def test_the_provider_is_told_to_ask_anew(ana: Browser, liar: Liar) -> None:
    asked = _post(ana, "/en/account/ways/bank")
    _confirm(ana, liar, asked)
    assert (liar.asked["prompt"], liar.asked["max_age"]) == ("login", "0")


def test_a_remembered_sign_in_confirms_nothing(ana: Browser, liar: Liar) -> None:
    """The provider answers at once with whom it remembers from an hour ago."""
    asked = _post(ana, "/en/account/ways/bank")
    waiting = ana.get(asked.response.headers["Location"])
    begun = ana.get(_link_in(waiting, '/confirm/[^/"]+/liar'))
    liar.auth_time = time.time() - HOUR
    assert ana.get(liar.authorize(begun.response.headers["Location"])).status == 403
    assert "Confirm who you are" in ana.get(asked.response.headers["Location"])


def test_a_provider_without_a_time_confirms_nothing(ana: Browser, liar: Liar) -> None:
    asked = _post(ana, "/en/account/ways/bank")
    begun = ana.get(_link_in(ana.get(asked.response.headers["Location"]), '/confirm/[^/"]+/liar'))
    liar.bend = lambda claims, _header: claims.pop("auth_time") and None
    assert ana.get(liar.authorize(begun.response.headers["Location"])).status == 403


def test_somebody_else_at_the_provider_confirms_nothing(ana: Browser, liar: Liar) -> None:
    asked = _post(ana, "/en/account/ways/bank")
    begun = ana.get(_link_in(ana.get(asked.response.headers["Location"]), '/confirm/[^/"]+/liar'))
    liar.sub = "mallory"
    answer = ana.get(liar.authorize(begun.response.headers["Location"]))
    assert answer.status == 403
    assert "another account" in answer
    assert _identities(ana) == [(1, "ana")]


@pytest.mark.parametrize("bent_settings", [{"act_acr": {"account": "high"}}])
def test_the_level_of_the_act_is_asked_and_checked(ana: Browser, liar: Liar) -> None:
    asked = _post(ana, "/en/account/ways/bank")
    begun = ana.get(_link_in(ana.get(asked.response.headers["Location"]), '/confirm/[^/"]+/liar'))
    location = begun.response.headers["Location"]
    assert parse_qs(urlsplit(location).query)["acr_values"] == ["high"]
    assert ana.get(liar.authorize(location)).status == 403  # the provider still says "substantial"
    begun = ana.get(_link_in(ana.get(asked.response.headers["Location"]), '/confirm/[^/"]+/liar'))
    liar.acr = "high"
    assert ana.get(liar.authorize(begun.response.headers["Location"])).status == 303


def test_a_confirmation_gives_the_session_a_new_reference(ana: Browser, liar: Liar) -> None:
    copied = Browser(ana.page.app, liar)
    cookie = ana.http.get_cookie("portal", domain="127.0.0.1")
    assert cookie is not None
    copied.http.set_cookie("portal", cookie.value, domain="127.0.0.1")
    assert copied.signed_in
    _confirm(ana, liar, _post(ana, "/en/account/ways/bank"))
    assert ana.signed_in
    assert not copied.signed_in


def test_what_waits_is_sealed_bound_and_short_lived(ana: Browser, liar: Liar, other: Liar) -> None:
    asked = _post(ana, "/en/account/ways/bank", note="something private")
    address = asked.response.headers["Location"]
    ground.stand_on(ana.page.app.ground)
    with db.read() as s:
        row = s.scalars(select(PendingAct)).one()
        assert b"private" not in row.sealed
        assert address.rsplit("/", 1)[1] != row.token_hash
    liar.sub, liar.said["code"] = "mallory", "1"
    mallory = Browser(ana.page.app, liar)
    mallory.sign_in()
    assert mallory.get(address).status == 404
    with db.write() as s:
        s.execute(update(PendingAct).values(expires_at=clock.now()))
    assert ana.get(address).status == 410


def test_a_way_of_somebody_else_is_not_taken_over(ana: Browser, liar: Liar, other: Liar) -> None:
    stranger = Browser(ana.page.app, other)
    stranger.sign_in("/en/sign-in/bank")
    answer = _add_bank(ana, liar, other)
    assert answer.status == 409
    assert "another account" in answer
    assert _identities(ana) == [(1, "ana"), (2, "ana-at-the-bank")]


def test_a_way_that_names_another_resident_is_refused(ana: Browser, liar: Liar, other: Liar) -> None:
    other.said["code"] = "39001010002"
    answer = _add_bank(ana, liar, other)
    assert answer.status == 409
    assert "names another person" in answer
    assert _identities(ana) == [(1, "ana")]


def test_nobody_is_led_into_linking(ana: Browser, liar: Liar, other: Liar) -> None:
    """An address alone links nothing, and neither does another browser's answer."""
    _confirm(ana, liar, _post(ana, "/en/account/ways/bank"))
    begun = _post(ana, "/en/account/ways/bank").response.headers["Location"]
    _post(ana, "/en/account/ways/bank")  # a second one makes the first worthless
    assert ana.get(other.authorize(begun)).status == 400
    assert _identities(ana) == [(1, "ana")]


def test_a_way_is_removed_but_never_the_last(ana: Browser, liar: Liar, other: Liar) -> None:
    _add_bank(ana, liar, other)
    bank = Browser(ana.page.app, other)
    bank.sign_in("/en/sign-in/bank")
    ground.stand_on(ana.page.app.ground)
    with db.read() as s:
        first, second = s.scalars(select(Identity.id).order_by(Identity.id)).all()
    assert _post(ana, f"/en/account/ways/{second}/remove").status == 303
    assert not bank.signed_in
    assert ana.signed_in
    with db.read() as s:
        assert s.scalars(select(Fact.source).distinct()).all() == [liar.issuer]
    assert _post(ana, f"/en/account/ways/{first}/remove").status == 409
    assert _post(ana, "/en/account/ways/99999/remove").status == 404
    with db.read() as s:
        assert len(s.scalars(select(Person)).all()) == 1


def test_somebody_elses_way_is_not_removed(ana: Browser, liar: Liar, other: Liar) -> None:
    stranger = Browser(ana.page.app, other)
    stranger.sign_in("/en/sign-in/bank")
    _confirm(ana, liar, _post(ana, "/en/account/ways/bank"))
    assert _post(ana, "/en/account/ways/2/remove").status == 404
    assert len(_identities(ana)) == 2


def test_another_provider_lifts_neither_the_level_nor_the_roles_of_a_session(
    ana: Browser, liar: Liar, other: Liar
) -> None:
    """Levels are compared within one provider's ranks: the session is confirmed by the provider that began it."""
    _add_bank(ana, liar, other)
    with db.write() as s:
        s.execute(update(SignIn).values(confirmed_at=None))
    asked = _post(ana, "/en/account/ways/2/remove").response.headers["Location"]
    waiting = ana.get(asked)
    assert "/liar" in _link_in(waiting, '/confirm/[^/"]+/') and '/bank"' not in waiting.html
    assert ana.get(f"{asked}/bank").status == 404
    other.acr = "high"
    flow = ana.get(_link_in(waiting, '/confirm/[^/"]+/liar')).response.headers["Location"]
    assert "acr_values" in flow
    with db.read() as s:
        assert set(s.scalars(select(SignIn.acr))) == {"substantial"}
