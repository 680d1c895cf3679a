"""A portal whose one provider can lie."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from portal import config
from portal.base import db, ground
from portal.base.actor import SYSTEM
from portal.base.web import Portal
from portal.places.actions import add_district
from tests.client import Client, Page
from tests.oidc.liar import Liar


@pytest.fixture(scope="session")
def _liar() -> Liar:
    return Liar()


@pytest.fixture
def liar(_liar: Liar) -> Iterator[Liar]:
    """The provider, honest at the beginning of each test."""
    _liar.honest()
    yield _liar
    _liar.honest()


@pytest.fixture
def bent_settings() -> dict[str, Any]:
    """What a test wants otherwise in the provider's configuration."""
    return {}


@pytest.fixture
def settings(
    make_settings: Callable[..., config.Settings], liar: Liar, bent_settings: dict[str, Any]
) -> config.Settings:
    return make_settings(providers=(liar.provider(**bent_settings),))


@pytest.fixture
def city(app: Portal) -> Portal:
    """The application with a district."""
    ground.stand_on(app.ground)
    with db.write():
        add_district(SYSTEM, code="saltwick", names={"en": "Saltwick"})
    return app


class Browser:
    """A browser that walks to the provider and back."""

    def __init__(self, app: Portal, liar: Liar) -> None:
        self.page, self.liar = Client(app), liar
        self.http, self.base = self.page.http, "http://127.0.0.1:8000"

    def begin(self, where: str = "/en/sign-in/liar") -> str:
        """The address at the provider to which the portal sends."""
        answer = self.http.get(where, base_url=self.base)
        assert answer.status_code == 302, answer.get_data(as_text=True)
        return str(answer.headers["Location"])

    def sign_in(self, where: str = "/en/sign-in/liar") -> Page:
        """The whole way, as far as the first answer after the callback."""
        return self.get(self.liar.authorize(self.begin(where)))

    def get(self, where: str) -> Page:
        """GET without following."""
        return self.page.get(where, follow=False)

    @property
    def signed_in(self) -> bool:
        """Does the portal know who this is?"""
        return self.get("/en/account").status == 200


@pytest.fixture
def browser(city: Portal, liar: Liar) -> Browser:
    return Browser(city, liar)
