"""What the ground floor answers to strange addresses, methods and hosts, before any feature is asked."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from portal.app import create_app
from portal.base import db, limits, security
from portal.base.clock import now
from portal.base.limits import Attempt
from portal.base.web import Portal
from portal.config import Settings
from portal.papers import render
from tests.client import Client

HERE = "http://127.0.0.1:8000"
HUGE = "99999999999999999999"


@pytest.mark.parametrize("path", [f"/en/budget/../projects/{HUGE}", f"/en/inbox/{HUGE}", f"/en/papers/{HUGE}/file"])
def test_a_number_that_no_row_can_have_is_not_found(client: Client, path: str) -> None:
    assert client.http.get(path, base_url=HERE).status_code == 404


def test_every_number_in_an_address_ends_at_63_bits(app: Portal) -> None:
    for rule in app.url_map.iter_rules():
        for name, converter in rule._converters.items():
            assert not hasattr(converter, "max") or converter.max is not None, f"{rule.rule}: {name}"


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS"])
def test_a_method_that_does_not_fit_is_told_which_do(client: Client, method: str) -> None:
    answer = client.http.open("/en/account", method=method, base_url=HERE)
    assert "GET" in answer.headers["Allow"]
    assert answer.status_code == (200 if method == "OPTIONS" else 405)


def test_two_views_at_one_address_stop_the_start() -> None:
    app = Flask("two")
    app.add_url_rule("/letters/<int:one>", "first", lambda one: "")
    app.add_url_rule("/letters/<int:other>", "second", lambda other: "", methods=["POST"])
    security.check_addresses(app)
    app.add_url_rule("/letters/<int:other>", "third", lambda other: "")
    with pytest.raises(security.TwoViews, match="first and third"):
        security.check_addresses(app)


def test_the_demo_answers_to_this_machine_alone(make_settings: Callable[..., Settings]) -> None:
    client = create_app(make_settings(demo=True)).test_client()
    assert client.get("/healthz", base_url="http://evil.example:8000").status_code == 400
    assert client.get("/healthz", base_url=HERE).status_code == 200
    assert client.get("/healthz", base_url="http://localhost:8000").status_code in (200, 307)
    assert client.get("/healthz", base_url="http://[::1]:8000").status_code in (200, 307)


def test_the_world_reads_one_word_of_health(client: Client) -> None:
    told = client.http.get("/readyz", base_url=HERE)
    assert told.json["status"] == "ok" and "database" in told.json
    assert told.json["papers"] == {"can_be_made": not render.missing(), "lacks": render.missing()}
    for base, place in (("http://city.example", "127.0.0.1"), (HERE, "192.0.2.7")):
        answer = client.http.get("/readyz", base_url=base, environ_overrides={"REMOTE_ADDR": place})
        assert answer.json == {"status": "ok"}


def test_what_was_counted_cannot_be_guessed_from_the_table(app: Portal, make_settings: Callable[..., Settings]) -> None:
    with db.write() as s:
        limits.failed(s, "sign-in", "192.0.2.7", now())
        assert limits.too_many(s, "sign-in", "192.0.2.7", now(), most=1)
        [row] = s.query(Attempt).all()
    app.ground.settings = make_settings(secret="another secret, long enough to be one")
    with db.read() as s:
        assert row.key_hash != limits._hash("sign-in", "192.0.2.7")
        assert not limits.too_many(s, "sign-in", "192.0.2.7", now(), most=1)
