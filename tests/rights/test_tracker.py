"""Estonia's Data Tracker asks through X-Road who looked: held against the published description, version 2.1.0.

CONTRACT is that description in a table: names, obligations, types, formats, defaults and status codes of
dumonitor-openapi.yaml 2.1.0 (github.com/e-gov/AJ, MIT)."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text
from structlog.testing import capture_logs
from werkzeug.test import TestResponse

from portal import config
from portal.app import create_app
from portal.audit.models_looks import How, Look
from portal.base import clock, db, ground
from portal.base.actor import Actor
from portal.base.web import Portal
from portal.identity import actions_proof
from portal.rights import rules_tracker
from tests.client import Client
from tests.identity.help import enter

CODE, OTHER = "EE49002030009", "EE38001085718"
ANDMEJALGIJA = "EE/GOV/70006317/andmejalgija"
HEAD = {"X-Road-Client": ANDMEJALGIJA, "X-Road-UserId": CODE}
WHERE = "10.1.2.3"
DATE_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
CONTRACT: dict[str, dict[str, dict[str, tuple[str, bool]]]] = {
    # answer: field -> (type, required)
    "findUsage": {"fields": {"totalUsages": ("int32", True), "usages": ("list", True)}},
    "usage": {
        "fields": {
            "logtime": ("date-time", True), "action": ("string", True), "receiverCode": ("string", True),
            "receiverName": ("string", False), "receiverSystem": ("string", True),
        }
    },
    "usagePeriod": {"fields": {"periodStart": ("date-time", True), "periodEnd": ("date-time", False)}},
    "heartbeat": {"fields": {"status": ("OK|FAIL", True), "message": ("string", False)}},
}  # fmt: skip
KINDS: dict[str, Callable[[Any], bool]] = {
    "int32": lambda v: type(v) is int and 0 <= v < 2**31,
    "list": lambda v: isinstance(v, list),
    "string": lambda v: isinstance(v, str) and bool(v),
    "date-time": lambda v: isinstance(v, str) and bool(DATE_TIME.fullmatch(v)),
    "OK|FAIL": lambda v: v in {"OK", "FAIL"},
}


def conforms(name: str, answer: dict[str, Any]) -> bool:
    fields = CONTRACT[name]["fields"]
    assert set(answer) <= set(fields), f"{name}: fields that nobody described"
    for field, (kind, required) in fields.items():
        assert field in answer or not required, f"{name}.{field} is missing"
        assert field not in answer or KINDS[kind](answer[field]), f"{name}.{field}: {answer[field]!r}"
    return True


DOOR = config.DataTracker(
    on=True, addresses=("10.1.2.0/28", "192.0.2.7"), clients=(ANDMEJALGIJA,), receiver_code="70001234"
)


@pytest.fixture
def make(make_settings: Callable[..., config.Settings], request: pytest.FixtureRequest) -> Callable[..., Portal]:
    def made(door: config.DataTracker = DOOR, **given: Any) -> Portal:
        app = create_app(make_settings(register=config.Register(scheme="ee"), data_tracker=door, **given))
        request.addfinalizer(app.ground.database.dispose)
        ground.stand_on(app.ground)
        return app

    return made


def ask(
    app: Portal, what: str = "findUsage", head: dict[str, str] | None = None, *, where: str = WHERE, **query: Any
) -> TestResponse:
    if what == "findUsage":
        query = {"userCode": CODE, **query}
    answer = app.test_client().get(
        f"/data-tracker/v2/{what}",
        query_string={k: v for k, v in query.items() if v is not None},
        headers=HEAD if head is None else head,
        environ_base={"REMOTE_ADDR": where},
        base_url="http://127.0.0.1:8000",
    )
    assert answer.headers["Cache-Control"] == "no-store" and "Set-Cookie" not in answer.headers
    if answer.status_code == 200:
        assert answer.mimetype == "application/json" and conforms(what, answer.get_json())
        assert all(conforms("usage", one) for one in answer.get_json().get("usages", []))
    else:
        assert answer.data == b"", "the description has no body for a refusal"
    return answer


def looked(person_id: int, at: datetime, why: str = "asked", words: str = "") -> None:
    with db.write() as s:
        s.add(Look(at=at, person_id=person_id, actor_id=77, role="administrator", how=How.PAGE, page="x", why=why,
                   words=words))  # fmt: skip


def ana_is_known(app: Portal, number: str = CODE) -> int:
    return enter(Client(app), "Ana Ilves", resident=number)


def test_the_citizen_sees_in_the_state_portal_who_looked(make: Callable[..., Portal]) -> None:
    app = make()
    ana, bo = ana_is_known(app), enter(Client(app), "Bo Andersen", resident=OTHER)
    noon = datetime(2026, 3, 1, 12, 0, 0, 400_000, tzinfo=UTC)
    looked(ana, noon, "check", "A complaint by her neighbour")
    looked(ana, noon + timedelta(hours=2))
    looked(ana, noon + timedelta(hours=1), "list")
    looked(bo, noon)
    body = ask(app).get_json()
    assert body["totalUsages"] == 3
    assert [one["logtime"] for one in body["usages"]] == [
        "2026-03-01T14:00:00Z", "2026-03-01T13:00:00Z", "2026-03-01T12:00:00Z",
    ]  # fmt: skip
    last = body["usages"][-1]
    assert (last["receiverCode"], last["receiverName"], last["receiverSystem"]) == ("70001234", "Sundhaven", "Folkmoot")
    estonian, english = last["action"].split(" / ")
    assert english == "The person’s data were opened: A complaint or a control is looked into"
    assert estonian and estonian != english
    told = json.dumps(body)
    for secret in ("neighbour", "administrator", "77", "Ana", CODE[2:]):
        assert secret not in told, "a set phrase and no more"


def test_a_code_is_found_however_it_is_written(make: Callable[..., Portal]) -> None:
    app = make()
    with_country, without = ana_is_known(app), enter(Client(app), "Ana by mail")
    with db.write() as s:
        actions_proof.prove(
            s, Actor(person_id=without), without, way="counter", number="4900203 0009", facts=[], now=clock.now()
        )
    looked(with_country, clock.now())
    looked(without, clock.now())
    for code in (CODE, CODE[2:], CODE.lower()):
        assert ask(app, userCode=code, head={**HEAD, "X-Road-UserId": code}).get_json()["totalUsages"] == 2
    assert ask(app, userCode=OTHER, head={**HEAD, "X-Road-UserId": OTHER}).get_json() == {
        "totalUsages": 0,
        "usages": [],
    }


def test_periods_bound_whole_seconds_and_pages_do_not_change_the_total(make: Callable[..., Portal]) -> None:
    app = make()
    ana = ana_is_known(app)
    start = datetime(2026, 3, 1, 12, 0, 0, 900_000, tzinfo=UTC)
    for n in range(5):
        looked(ana, start + timedelta(minutes=n))

    def got(**query: Any) -> tuple[int, list[str]]:
        body = ask(app, **query).get_json()
        return body["totalUsages"], [one["logtime"][14:16] for one in body["usages"]]

    assert got() == (5, ["04", "03", "02", "01", "00"])
    assert got(offset=1, limit=2) == (5, ["03", "02"])
    assert got(offset=9) == (5, []) and got(limit=0) == (5, [])
    assert got(periodStart="2026-03-01T12:02:00Z") == (3, ["04", "03", "02"])
    assert got(periodEnd="2026-03-01T12:01:00Z") == (2, ["01", "00"]), "a line's own time includes it"
    assert got(periodStart="2026-03-01T14:01:00.5+02:00", periodEnd="2026-03-01T14:03:00+02:00") == (
        3, ["03", "02", "01"],
    )  # fmt: skip
    assert got(periodStart="2026-03-01T13:00:00Z", periodEnd="2026-03-01T12:00:00Z") == (0, [])


def test_a_thousand_lines_unless_more_are_asked_for(make: Callable[..., Portal]) -> None:
    app = make()
    ana, now = ana_is_known(app), clock.now()
    with db.write() as s:
        s.add_all(Look(at=now, person_id=ana, actor_id=7, page="x", why="list") for _ in range(1003))
    assert len(ask(app).get_json()["usages"]) == 1000
    assert len(ask(app, limit=2000).get_json()["usages"]) == ask(app).get_json()["totalUsages"] == 1003


WRONG: list[tuple[str, dict[str, Any], dict[str, str]]] = [
    ("userCode", {"userCode": None}, HEAD),
    ("userCode", {"userCode": ""}, HEAD),
    ("userCode", {"userCode": "EE4900203;0009"}, HEAD),
    ("userCode", {"userCode": [CODE, OTHER]}, HEAD),
    ("X-Road-UserId", {}, {"X-Road-Client": ANDMEJALGIJA}),
    ("X-Road-UserId", {}, {**HEAD, "X-Road-UserId": " "}),
    ("offset", {"offset": "-1"}, HEAD),
    ("offset", {"offset": "1.0"}, HEAD),
    ("limit", {"limit": "many"}, HEAD),
    ("limit", {"limit": str(2**31)}, HEAD),
    ("limit", {"limit": ["1", "2"]}, HEAD),
    ("periodStart", {"periodStart": "2021-01-31"}, HEAD),
    ("periodStart", {"periodStart": "2021-01-31T10:20:30"}, HEAD),  # no zone
    ("periodEnd", {"periodEnd": "2021-02-30T10:20:30Z"}, HEAD),
    ("periodEnd", {"periodEnd": ""}, HEAD),
    ("X-Road-Client", {}, {"X-Road-UserId": CODE}),
    ("X-Road-Client", {}, {**HEAD, "X-Road-Client": "EE/GOV/70006317/somebody-else"}),
    ("X-Road-Client", {}, {**HEAD, "X-Road-Client": f"{ANDMEJALGIJA},{ANDMEJALGIJA}"}),
]


def test_what_does_not_meet_the_description_is_400_and_the_log_repeats_no_value(make: Callable[..., Portal]) -> None:
    app = make()
    for name, query, head in WRONG:
        with capture_logs() as lines:
            assert ask(app, head=head, **query).status_code == 400, (name, query)
        assert [line["what"] for line in lines if line["event"] == "data_tracker_refused"] == [name]
        assert CODE[2:] not in str(lines)


def test_only_the_security_server_finds_a_door(make: Callable[..., Portal]) -> None:
    app = make()
    for where, status in ((WHERE, 200), ("192.0.2.7", 200), ("::ffff:10.1.2.3", 200), ("10.1.2.77", 404),
                          ("127.0.0.1", 404), ("", 404)):  # fmt: skip
        for what in ("findUsage", "usagePeriod", "heartbeat"):
            assert ask(app, what, where=where).status_code == status, (where, what)
    spoofed = ask(app, where="198.51.100.9", head={**HEAD, "X-Forwarded-For": WHERE})
    assert spoofed.status_code == 404, "a header says nothing where no proxy is configured"


def test_the_door_is_not_there_by_default(client: Client) -> None:
    for what in ("findUsage", "usagePeriod", "heartbeat"):
        assert ask(client.app, what).status_code == 404


def test_the_callers_certificate_can_be_asked_for_too(make: Callable[..., Portal]) -> None:
    app = make(replace(DOOR, certificate_header="X-Client-Cert", certificates=("AB:CD:12",)), trusted_proxies=1)
    for said, status in (("abcd12", 200), ("AB:CD:12", 200), ("abcd13", 404), ("", 404), (None, 404)):
        head = {**HEAD, "X-Forwarded-For": WHERE} | ({"X-Client-Cert": said} if said is not None else {})
        assert ask(app, "heartbeat", head=head).status_code == status, said


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        ({"addresses": ()}, "data_tracker.addresses is missing"),
        ({"clients": ()}, "data_tracker.clients is missing"),
        ({"receiver_code": ""}, "data_tracker.receiver_code is missing"),
        ({"addresses": ("the security server",)}, "no address or network"),
        ({"certificate_header": "X-Client-Cert", "certificates": ("a",)}, "needs trusted_proxies"),
    ],
)
def test_the_portal_does_not_open_the_door_by_half(tmp_path: Path, wish: dict[str, Any], words: str) -> None:
    settings = config.load({}, instance=tmp_path, testing=True, register={"scheme": "ee"}, data_tracker={"on": True})
    with pytest.raises(config.ConfigError, match=words):
        config.check_production(replace(settings, data_tracker=replace(DOOR, **wish)))


def test_who_asks_for_somebody_else_leaves_a_line(make: Callable[..., Portal]) -> None:
    app = make()
    ana = ana_is_known(app)
    for _ in range(2):
        body = ask(app, head={**HEAD, "X-Road-UserId": OTHER}).get_json()
        assert body["totalUsages"] == 1 and "state portal" in body["usages"][0]["action"]
    with db.read() as s:
        (row,) = s.scalars(select(Look).where(Look.person_id == ana))
    assert (row.actor_id, row.why, row.words) == (None, "represented", ""), "who it was stays with the state portal"
    mine = Client(app)
    enter(mine, "Ana Ilves", resident=CODE)
    page = mine.get("/en/my/data/log")
    assert "Through the state portal" in page and "Data Tracker shows you the same lines" in page
    assert "عبر بوابة الدولة" in mine.get("/ar/my/data/log")
    assert "Through the state portal" in mine.get(f"/en/my/data/log/{row.id}/ask")
    assert ask(app).get_json()["totalUsages"] == 1, "asking about oneself is no look"


def test_the_period_is_the_time_that_lines_are_kept(make: Callable[..., Portal]) -> None:
    body = ask(make(), "usagePeriod").get_json()
    start = datetime.fromisoformat(body["periodStart"])
    assert abs(clock.now() - start - timedelta(days=730)) < timedelta(minutes=1) and "periodEnd" not in body
    kept = [one for feature in ground.current().features for one in feature.personal if one.table == "look"]
    assert [one.days for one in kept] == [rules_tracker.LOOKS_ARE_KEPT.days], "as the retention job has it"


def test_the_heart_beats_with_the_database_and_a_fault_has_no_page(make: Callable[..., Portal]) -> None:
    app = make()
    assert ask(app, "heartbeat").get_json() == {"status": "OK", "message": "API is ready"}
    with db.write() as s:
        s.execute(text("ALTER TABLE look RENAME TO lost"))
    assert ask(app, "heartbeat").get_json()["status"] == "FAIL"
    assert ask(app).status_code == 500


def test_it_costs_the_same_with_many_lines(make: Callable[..., Portal], count_queries: Any) -> None:
    app = make()
    ana, numbers = ana_is_known(app), []
    for n in (1, 40):
        for _ in range(n):
            looked(ana, clock.now())
        with count_queries(app) as counted:
            ask(app)
        numbers.append(counted.number)
    assert numbers[0] == numbers[1] <= 4
