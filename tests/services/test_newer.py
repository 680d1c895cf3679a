"""A newer form is published while somebody fills in the older one."""

from __future__ import annotations

from copy import deepcopy
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import select

from portal.base import clock, db
from portal.base.actor import SYSTEM
from portal.base.web import Portal
from portal.services import actions_plan
from portal.services.models import Application, CaseFile, FormVersion, Service
from tests.client import Client
from tests.identity.help import enter
from tests.services import town

PICTURE = b"\x89PNG\r\n\x1a\n" + b"0" * 100


@pytest.fixture
def stall(app: Portal) -> Service:
    with db.write():
        return town.service()


@pytest.fixture
def ana(app: Portal, stall: Service) -> Client:
    """Ana's browser; she has filled in everything."""
    client = Client(app)
    enter(client, "Ana Ilves", district="north")
    page = client.post("/en/services/market-stall/begin", page="/en/services/market-stall")
    client.here = page.url  # type: ignore[attr-defined]
    client.post(f"{page.url}/you", {"name-given": "Ana", "name-family": "Ilves"})
    goods = {"kind": "food", "hygiene": "yes", "metres": "3", "true": "1", "photo": (BytesIO(PICTURE), "stall.png")}
    client.post(f"{page.url}/goods", goods, content_type="multipart/form-data")
    return client


def publish(stall: Service, form: dict[str, Any]) -> None:
    with db.write() as s:
        row = s.get_one(Service, stall.id)
        actions_plan.publish(SYSTEM, row, form, clock.city_now() - timedelta(seconds=1))


def newer() -> dict[str, Any]:
    """No picture any more, another word for metres, and a question more."""
    form = deepcopy(town.document())
    fields = form["pages"][1]["fields"]
    fields[2]["label"] = town.words("Length in metres")
    fields[3] = {"key": "power", "kind": "yes_no", "label": town.words("Do you need electricity?")}
    return form


def test_who_fills_in_the_older_form_is_told_and_takes_the_answers_along(ana: Client, stall: Service) -> None:
    here = ana.here  # type: ignore[attr-defined]
    assert "There is a newer form" not in ana.get(here)
    assert ana.get(f"{here}/newer").url == here  # nothing to see: back
    publish(stall, newer())
    assert "There is a newer form" in ana.get(here)
    page = ana.get(f"{here}/newer")
    assert "New question: Do you need electricity?" in page and "stall.png" in page
    assert "“Metres” is now “Length in metres”" in page
    with db.read() as s:
        assert s.scalars(select(CaseFile)).all() != []  # looking changes nothing
    page = ana.post(f"{here}/newer", page=f"{here}/newer")
    assert page.url == here and "newer form. Check your answers" in page and "See what is different" not in page
    with db.read() as s:
        row = s.scalars(select(Application)).one()
        number = s.scalars(select(FormVersion.number).where(FormVersion.id == row.form_id)).one()
        assert number == 2 and row.answers["metres"] == 3 and "photo" not in row.answers and row.seen == ["you"]
        assert s.scalars(select(CaseFile)).all() == []
    sent = {"kind": "food", "hygiene": "yes", "metres": "3", "true": "1", "power": "no"}
    ana.post(f"{here}/goods", sent)
    assert "/services/cases/" in ana.post(f"{here}/check").url


def test_who_stays_with_the_older_form_can_send_it(ana: Client, stall: Service) -> None:
    here = ana.here  # type: ignore[attr-defined]
    publish(stall, newer())
    assert "/services/cases/" in ana.post(f"{here}/check").url


def test_a_version_that_asks_the_same_is_no_news(ana: Client, stall: Service) -> None:
    publish(stall, town.document())
    here = ana.here  # type: ignore[attr-defined]
    assert "There is a newer form" not in ana.get(here) and ana.get(f"{here}/newer").url == here


def test_somebody_elses_application_does_not_exist(app: Portal, ana: Client, stall: Service) -> None:
    publish(stall, newer())
    bert = Client(app)
    enter(bert, "Bert Oja")
    here = ana.here  # type: ignore[attr-defined]
    assert bert.get(f"{here}/newer").status == 404
    assert bert.post(f"{here}/newer", page="/en/").status == 404
