"""The register behind X-Road: the written protocol, spoken to a double (tests/identity/xroad_double.py)."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from structlog.testing import capture_logs

from portal import config
from portal.app import create_app
from portal.base import db, ground
from portal.base.actor import SYSTEM
from portal.base.web import Portal
from portal.identity import oidc, register, rules, xroad
from portal.places.actions import add_district
from tests.client import Client
from tests.identity.help import enter
from tests.identity.ways import ANA, by_email, letter_code, sheets
from tests.identity.xroad_double import CLIENT, SERVICE, XRoadDouble

Make = Callable[..., Portal]


@pytest.fixture
def double(tmp_path: Path) -> Iterator[XRoadDouble]:
    with XRoadDouble(tmp_path / "instance" / "keys") as standing:
        yield standing


@pytest.fixture
def make(
    make_settings: Callable[..., config.Settings], double: XRoadDouble, request: pytest.FixtureRequest
) -> Callable[..., Portal]:
    def made(**xroad_wish: Any) -> Portal:
        app = create_app(
            make_settings(
                register={"adapter": "xroad", "scheme": "ee"}, xroad={**double.settings, **xroad_wish}, threads=4
            )
        )
        request.addfinalizer(app.ground.database.dispose)
        ground.stand_on(app.ground)
        return app

    return made


def ask(app: Portal, *numbers: str) -> dict[str, register.Resident]:
    found = register.of(app.ground.settings)
    assert isinstance(found, xroad.XRoadRegister)
    return dict(found.many(numbers))


def fault(app: Portal) -> register.RegisterError:
    with pytest.raises(register.RegisterError) as caught:
        ask(app, "ee-1001")
    assert "1001" not in str(caught.value), "nothing of the question is repeated"
    return caught.value


def test_a_question_keeps_to_the_protocol(make: Make, double: XRoadDouble) -> None:
    app = make(user="EE70001234", issue="residence/2026")
    found = ask(app, "EE-1001 ", "ee-1001", "ee-9999", "")
    assert list(found) == ["ee1001"]
    ana = found["ee1001"]
    assert (ana.name, ana.birth, ana.postcode) == ("Ana Ilves", rules.Birth(1990, 2, 3), "10101")
    assert ana.address == ("Harbour Lane 3", "Sundhaven 10101")
    (asked,) = double.asked
    assert not double.refused
    assert asked.path == f"/r1/{SERVICE}/v1/lookup", "no number in the address"
    assert asked.body == {"numbers": ["EE1001", "EE9999"]}
    ours = {name.lower(): value for name, value in asked.headers if name.lower().startswith("x-")}
    assert set(ours) == {"x-road-client", "x-road-id", "x-road-userid", "x-road-issue"}, "no other X- header"
    assert ours["x-road-client"] == CLIENT and uuid.UUID(ours["x-road-id"]).version == 4
    assert (ours["x-road-userid"], ours["x-road-issue"]) == ("EE70001234", "residence/2026")


def test_optional_headers_are_left_out_and_each_question_has_a_number_of_its_own(
    make: Make, double: XRoadDouble
) -> None:
    app = make(batch=1)
    assert set(ask(app, "ee-1001", "ee-1002")) == {"ee1001", "ee1002"}
    first, second = double.asked
    assert first.one("X-Road-Id") != second.one("X-Road-Id")
    assert first.one("X-Road-UserId") is None and first.one("X-Road-Issue") is None


def test_a_service_that_calls_things_otherwise(make: Make, double: XRoadDouble) -> None:
    app = make(ask="isikukoodid", answer="vastus.isikud", fields={"number": "kood", "name": "nimi.taisnimi"})
    double.answer = (200, {}, json.dumps({"vastus": {"isikud": [
        {"kood": "ee1001", "nimi": {"taisnimi": "Ana Ilves"}, "birth_date": None, "postcode": 10101},
        {"kood": "ee-7777", "nimi": {"taisnimi": "Not Asked"}},
    ]}}).encode())  # fmt: skip
    found = ask(app, "ee 1001")
    assert double.asked[0].body == {"isikukoodid": ["EE1001"]}
    assert list(found) == ["ee1001"], "whoever was not asked for is not looked at"
    assert (found["ee1001"].name, found["ee1001"].birth, found["ee1001"].postcode) == ("Ana Ilves", None, "10101")


ERRORS = {
    "Server.ServerProxy.NetworkError": False,
    "Server.ClientProxy.OutdatedGlobalConf": False,
    "Server.ServerProxy.AccessDenied": True,
    "Client.BadRequest": True,
    "<script>": False,
}


def test_errors_of_x_road_are_sentences(make: Make, double: XRoadDouble) -> None:
    app = make()
    for error, refuses in ERRORS.items():
        double.error = error
        caught = fault(app)
        assert (error if error[0] != "<" else "unknown") in str(caught)
        assert ("does not accept" in caught.told, "does not answer" in caught.told) == (refuses, not refuses)


SPOILT: list[tuple[dict[str, Any], str]] = [
    ({"answer": (404, {}, b'{"message": "nobody"}')}, "404"),
    ({"answer": (500, {}, b"")}, "500"),
    ({"answer": (302, {"Location": "http://127.0.0.1:1/elsewhere"}, b"")}, "302"),
    ({"answer": (200, {}, b"<html>")}, "no JSON"),
    ({"answer": (200, {}, b'{"people": []}')}, "no list"),
    ({"answer": (200, {}, b" " * (xroad.LARGEST + 1))}, "too large"),
    ({"overwrite": {"X-Road-Id": str(uuid.uuid4())}}, "another message"),
    ({"overwrite": {"X-Road-Id": None}}, "another message"),
    ({"overwrite": {"X-Road-Service": "EE/GOV/1/x/y"}}, "another client or service"),
    ({"overwrite": {"X-Road-Request-Hash": None}}, "without the hash"),
    ({"overwrite": {"X-Road-Request-Hash": "c2hvcnQ="}}, "without the hash"),
    ({"slow": 0.4}, "too long"),
]


def test_an_answer_that_cannot_be_trusted_is_none(make: Make, double: XRoadDouble) -> None:
    app = make()
    for spoilt, words in SPOILT:
        double.answer, double.overwrite, double.slow = None, {}, 0.0
        for name, value in spoilt.items():
            setattr(double, name, value)
        assert words in str(fault(app))


def test_nobody_there_and_no_certificate(make: Make, double: XRoadDouble) -> None:
    assert "Error" in str(fault(make(certificate=""))), "the server lets in only whom it knows"
    assert "SSLError" in str(fault(make(authority=""))), "and the portal talks only to a server that is vouched for"
    assert not double.asked
    app = make()
    double.server.shutdown()
    double.server.server_close()
    assert "ConnectionError" in str(fault(app))


WRONG = [
    {"server": "http://security-server.example"},
    {"client": "EE/GOV/70001234/folk/moot/x"},
    {"client": "EE/GOV/7000 1234/folkmoot"},
    {"client": "EE//70001234"},
    {"service": "EE/GOV/70008440"},
    {"service": "EE/GOV/70008440/rr/res%2Fidents"},
    {"path": "v1/lookup"},
    {"certificate": "nothing-there.pem"},
]


def test_the_portal_does_not_start_with_what_cannot_work(
    make: Make, make_settings: Callable[..., config.Settings], double: XRoadDouble
) -> None:
    for wish in WRONG:
        with pytest.raises(config.ConfigError, match="xroad"):
            make(**wish)
    with pytest.raises(config.ConfigError, match="xroad needs register.scheme"):
        create_app(make_settings(register={"adapter": "xroad"}, xroad=double.settings))


def test_parts_are_encoded_and_slashes_are_not() -> None:
    assert xroad.identifier("EE/GOV/7/it's(a)+b,c=d?", parts=(4,)) == "EE/GOV/7/it%27s%28a%29%2Bb%2Cc%3Dd%3F"


def test_it_is_never_asked_under_the_write_lock(make: Make, double: XRoadDouble) -> None:
    app = make()
    with db.write() as s:
        s.connection()
        with pytest.raises(RuntimeError, match="write lock"):
            ask(app, "ee-1001")
    assert not double.asked


def test_half_of_the_threads_stay_free_for_the_citys_pages(make: Make, double: XRoadDouble) -> None:
    app = make()
    with oidc.outside(), oidc.outside():
        assert "Many people ask" in fault(app).told
    assert not double.asked and ask(app, "ee-1001")


def test_logs_hold_the_messages_number_and_nothing_of_a_person(make: Make, double: XRoadDouble) -> None:
    app = make()
    with capture_logs() as lines:
        ask(app, "ee-1001")
    (line,) = [one for one in lines if one["event"] == "xroad_asked"]
    assert line["message"] == double.asked[0].one("X-Road-Id") and len(line["request_hash"]) == 88
    assert "1001" not in json.dumps({k: v for k, v in line.items() if k != "request_hash" and k != "message"})
    assert "Ilves" not in str(lines)


def test_ana_checks_herself_and_gets_a_letter_through_x_road(make: Make, double: XRoadDouble) -> None:
    app = make()
    with db.write():
        add_district(SYSTEM, code="north", names={"en": "North"})
    ana = Client(app)
    by_email(ana, "ana@example.org")
    double.error = "Server.ServerProxy.AccessDenied"
    page = ana.post("/en/account/residence/check", ANA)
    assert page.status == 422 and "The city has to mend this" in page
    double.error = ""
    assert "A letter with a code goes" in ana.post("/en/account/residence/letter", ANA)
    assert "The register knows you" in ana.post("/en/account/residence/check", ANA)
    clerk = Client(app)
    enter(clerk, "Cora Clerk", roles=["clerk"])
    printed = clerk.post("/en/staff/code-letters/print", page="/en/staff/code-letters")
    assert "Harbour Lane 3" in sheets(printed.response.data)
    assert "The code is right" in ana.post("/en/code", {"code": letter_code(printed)})
    assert not double.refused and all("1001" not in asked.path for asked in double.asked)


# The double itself: it refuses what the protocol forbids, or a test against it would prove nothing.


FORBIDDEN: list[tuple[str, dict[str, str]]] = [
    (f"/r1/{SERVICE}/v1", {}),
    (f"/r1/{SERVICE}/v1", {"X-Road-Client": "EE/GOV"}),
    (f"/r1/{SERVICE}/v1", {"X-Road-Client": "EE%2FGOV%2F70001234%2Ffolkmoot"}),
    (f"/r1/{SERVICE}/v1", {"X-Road-Client": "EE/GOV/7000 1234/folkmoot"}),
    (f"/r1/{SERVICE}/v1", {"X-Road-Client": CLIENT, "X-Road-UserId": "38001085718"}),
    (f"/r1/{SERVICE}/v1", {"X-Road-Client": CLIENT, "X-Road-Request-Hash": "x"}),
    (f"/{SERVICE}/v1", {"X-Road-Client": CLIENT}),
    (f"/r1/{SERVICE.replace('/', '%2F')}", {"X-Road-Client": CLIENT}),
    (f"/r1/{SERVICE}/{'x' * 2000}", {"X-Road-Client": CLIENT}),
]


def test_the_double_refuses_what_the_protocol_forbids(double: XRoadDouble) -> None:
    for path, head in FORBIDDEN:
        answer = requests.get(
            double.url + path, headers=head, cert=str(double.client_file), verify=str(double.authority), timeout=5
        )
        assert answer.status_code == 400 and answer.headers["X-Road-Error"] == "Client.BadRequest", path
        assert set(answer.json()) == {"type", "message", "detail"}
    assert len(double.refused) == len(FORBIDDEN)
