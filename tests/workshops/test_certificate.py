"""The certificate of attendance is a signed paper that the desk prints."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from portal import config
from portal.base import db, i18n
from portal.base.actor import SYSTEM
from portal.base.web import Portal
from portal.papers import actions_make
from portal.papers.models import Paper
from portal.workshops import actions, actions_day
from portal.workshops.models import Day, Session, Workshop
from tests.client import Client
from tests.identity.help import enter
from tests.papers.conftest import PASSPHRASE, make_key
from tests.workshops import town


@pytest.fixture(scope="module")
def city_key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The city's key, in a file outside of every instance."""
    file = tmp_path_factory.mktemp("city") / "city.p12"
    make_key(file, "City of Sundhaven")
    return file


@pytest.fixture
def settings(make_settings: Callable[..., config.Settings], city_key: Path) -> config.Settings:
    """The usual settings, with the city's key."""
    return make_settings(papers=config.Papers(pkcs12=str(city_key), passphrase=PASSPHRASE))


def test_the_desk_prints_a_guests_certificate(client: Client, app: Portal) -> None:
    at = town.open_session(app, days=1 / 24, minutes=60)
    with db.write() as s:
        s.get_one(Workshop, s.get_one(Session, at).workshop_id).certificate = True
        booking = actions.book(SYSTEM, at, town.guest().id, town.wish(), town.now(), guest=True)
        day = s.scalars(select(Day)).one()
        actions_day.tick(SYSTEM, booking.id, day.id, True, "nonce-one", day.starts_at, day.starts_at)
        number = booking.id
    enter(client, "Pia Plan", roles=["programme"])
    page = f"/en/staff/workshops/sessions/{at}/people"
    here = f"/en/staff/workshops/sessions/{at}/certificate/{number}"
    assert client.get(here).status == 404
    answer = client.post(here, {}, page=page)
    assert "The certificate is being made." in answer.text and "Print the certificate" in answer.text
    assert "The certificate is being made." in client.get(here).text
    with db.read() as s:
        paper_id = s.scalars(select(Paper.id)).one()
    actions_make.make(paper_id)
    made = client.http.get(here, base_url="http://127.0.0.1:8000")
    assert (made.mimetype, made.data[:5]) == ("application/pdf", b"%PDF-")
    assert client.post(here[: -len(str(number))] + "99", {}, page=page).status == 404


def test_a_certificate_and_its_lines_speak_the_guests_language_whatever_the_clerks(client: Client, app: Portal) -> None:
    at = town.open_session(app, days=1 / 24, minutes=60)
    with db.write() as s:
        s.get_one(Workshop, s.get_one(Session, at).workshop_id).certificate = True
        juhan = town.guest()
        booking = actions.book(SYSTEM, at, juhan.id, town.wish(language="de"), town.now(), guest=True)
        day = s.scalars(select(Day)).one()
        actions_day.tick(SYSTEM, booking.id, day.id, True, "nonce-one", day.starts_at, day.starts_at)
        number, starts = booking.id, day.starts_at
    enter(client, "Pia Plan", roles=["programme"], language="et")
    client.post(
        f"/et/staff/workshops/sessions/{at}/certificate/{number}", {}, page=f"/et/staff/workshops/sessions/{at}/people"
    )
    with db.read() as s:
        paper = s.scalars(select(Paper)).one()
    with i18n.use_locale("de"):
        said = [[i18n.gettext("Workshop"), "First steps (de)"], [i18n.gettext("First day"), i18n.day(starts)]]
        assert (paper.lang, paper.title, paper.lines) == ("de", i18n.gettext("Certificate of attendance"), said)
        assert paper.values is not None and paper.values["days"] == [i18n.day(starts)]
