"""How long services really take, in figures that find nobody."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from portal.base import clock, db, i18n
from portal.base.web import Portal
from portal.services import actions_desk, queries_promise
from portal.services.models import Case, Decision, Outcome, Service
from portal.services.rules_promise import Decided, promise, quantile, step_of
from tests.client import Client
from tests.services import town
from tests.services.test_appeals import GRANT, REFUSAL

DAY = date(2027, 3, 1)


def cases(*days: int, promised: int | None = 30, reason: str = "") -> list[Decided]:
    until = None if promised is None else DAY + timedelta(days=promised)
    return [Decided(DAY, DAY + timedelta(days=one), until, reason) for one in days]


# --- rules ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("days", "part", "found"),
    [([5], 0.5, 5), ([1, 2], 0.5, 1), ([1, 2, 3], 0.5, 2), (list(range(1, 11)), 0.9, 9), ([0] * 9 + [99], 0.9, 0)],
)
def test_the_nearest_rank(days: list[int], part: float, found: int) -> None:
    assert quantile(days, part) == found


@pytest.mark.parametrize(("days", "step"), [(0, 1), (1, 1), (2, 7), (7, 7), (8, 14), (60, 60), (61, 0)])
def test_the_group_of_a_number_of_days(days: int, step: int) -> None:
    assert step_of(days) == step


def test_fewer_than_ten_are_told_nothing_of() -> None:
    assert not promise(cases(*range(9)))
    assert promise(cases(*range(9))).half is None


def test_half_nine_in_ten_and_in_time() -> None:
    told = promise(cases(*range(1, 19)) + cases(40, 50))
    assert (told.number, told.half, told.most, told.on_time, told.granted) == (20, 10, 18, 0.9, 1.0)


def test_a_clock_that_did_not_run_is_in_no_share() -> None:
    assert promise(cases(*range(12), promised=None)).on_time is None


def test_a_small_group_is_found_neither_by_itself_nor_by_subtraction() -> None:
    told = promise(cases(*[3] * 30) + cases(*[20] * 12) + cases(*[90] * 2))
    assert told.steps.groups == {7: 30} and told.steps.others == 14
    refused = promise(cases(*[3] * 30) + cases(*[3] * 11, reason="papers") + cases(3, reason="others"))
    assert refused.reasons.groups == {} and refused.reasons.others == 12


# --- from the cases ---------------------------------------------------------------------------------------------------


@pytest.fixture
def stall(app: Portal) -> Service:
    with db.write():
        row = town.service()
        ana = town.person("Ana Ilves")
        for n in range(12):
            _decided(town.filed(ana, row), days=n + 1, outcome=Outcome.GRANTED if n else Outcome.REFUSED)
        return row


def _decided(case: Case, *, days: int, outcome: Outcome) -> None:
    """A decision of some days after the application, as the desk leaves it."""
    now = clock.city_now()
    case.filed_at, case.decided_at = now - timedelta(days=days), now
    case.promised_on = i18n.in_zone(now).date() + timedelta(days=10 - days)
    why: dict[str, Any] = (
        {"reason": "papers", "text": "No papers", "basis": "Section 4"} if outcome is Outcome.REFUSED else {}
    )
    db.session().add(
        Decision(
            case_id=case.id, outcome=outcome, appeal_body="Board", appeal_days=30, last_day=DAY, proposed_at=now,
            confirmed_at=now, **why,
        )
    )  # fmt: skip
    db.session().flush()


def test_everybody_reads_how_long_it_really_takes(
    app: Portal, stall: Service, count_queries: Callable[..., Any]
) -> None:
    client = Client(app)
    service = client.get("/en/services/market-stall")
    assert "Nine in ten were decided within 11 days." in service
    page = client.get("/en/services/market-stall/figures")
    assert "Half of the applications were decided within 6 days." in page and "85%" in page  # 10 of 12, rounded
    assert "papers" not in page.text.lower()  # a single refusal is nobody's business
    with count_queries(app) as few:
        client.get("/en/services/market-stall/figures")
    with db.write() as s:
        row = s.get_one(Service, stall.id)
        for n in range(20):
            _decided(town.filed(town.person("Bert Oja"), row), days=n, outcome=Outcome.GRANTED)
    with count_queries(app) as many:
        client.get("/en/services/market-stall/figures")
    assert many.number == few.number
    table = list(csv.reader(io.StringIO(client.get("/en/services/figures.csv").html.lstrip("\ufeff"))))
    assert ["market-stall", "decided", "", "32"] in table and not any(row[1] == "refused" for row in table)


def test_where_nothing_is_known_the_page_says_so(app: Portal) -> None:
    with db.write():
        town.service()
    page = Client(app).get("/en/services/market-stall/figures")
    assert "There are no figures yet." in page
    assert Client(app).get("/en/services/no-such/figures").status == 404


def test_the_desk_keeps_the_day_that_the_law_wanted(app: Portal) -> None:
    with db.write() as s:
        row, kai = town.service(), town.person("Kai Kask", "case_officer")
        case = town.filed(town.person("Ana Ilves"), row)
        actions_desk.take(kai, case.id)
        due = case.due_on
        assert due is not None
        actions_desk.propose(kai, case.id, case.version, **GRANT)
        assert (case.promised_on, case.due_on) == (due, None)
        (one,) = queries_promise.decided(s)[row.id]
        assert one.promised == due and one.days == 0 and one.reason == ""
        other = town.filed(town.person("Bert Oja"), row)
        actions_desk.take(kai, other.id)
        actions_desk.propose(kai, other.id, other.version, **REFUSAL)
        assert {one.reason for one in queries_promise.decided(s)[row.id]} == {"", REFUSAL["reason"]}
