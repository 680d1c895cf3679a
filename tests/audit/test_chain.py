"""The audit record is a chain: nothing is changed or taken away unseen, and who did what for whom can be found."""

from __future__ import annotations

import csv
import io
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import DBAPIError

from portal.audit import actions, queries, rules
from portal.audit.commands import audit
from portal.audit.models import POSTGRES_DOWN, POSTGRES_UP, SQLITE_DOWN, SQLITE_UP, Entry, Head
from portal.base import clock, db, ground
from portal.base.actor import SYSTEM, Actor
from portal.base.web import Portal
from tests.client import Client
from tests.identity.help import enter


def write(number: int, *, who: Actor = SYSTEM) -> None:
    for n in range(number):
        with db.write():
            actions.record(who, "did", "thing", n, before={"ö": [1, 2.5, None]}, after={2: "b", 1: "a", "at": True})


@pytest.fixture
def chain(app: Portal) -> int:
    ground.stand_on(app.ground)
    write(12)
    return 12


def check() -> rules.Check:
    with db.read() as s:
        return queries.verify(s)


def test_lines_are_chained_in_the_order_of_their_commits(chain: int) -> None:
    found = check()
    assert (found.broken, found.place) == (None, chain)
    with db.read() as s:
        lines = s.scalars(select(Entry).order_by(Entry.place)).all()
    assert [line.place for line in lines] == list(range(1, chain + 1))
    assert lines[0].prev_hash == rules.START
    assert all(b.prev_hash == a.hash for a, b in zip(lines, lines[1:], strict=False))


def test_a_line_that_fell_with_its_savepoint_leaves_no_gap(app: Portal) -> None:
    ground.stand_on(app.ground)
    with db.write() as s:
        actions.record(SYSTEM, "kept")
        nested = s.begin_nested()
        actions.record(SYSTEM, "fell")
        nested.rollback()
        actions.record(SYSTEM, "kept too")
    with pytest.raises(ZeroDivisionError), db.write():
        actions.record(SYSTEM, "rolled back")
        raise ZeroDivisionError
    found = check()
    assert (found.broken, found.place) == (None, 2)


def test_many_at_once_make_one_chain(app: Portal) -> None:
    ground.stand_on(app.ground)

    def work() -> None:
        ground.stand_on(app.ground)
        write(8)

    threads = [threading.Thread(target=work) for _n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = check()
    assert (found.broken, found.place) == (None, 48)


FORBIDDEN = [
    update(Entry).where(Entry.place == 5).values(verb="undid"),
    update(Entry).where(Entry.place == 5).values(hash="0" * 64),
    update(Entry).where(Entry.place == 5).values(place=50),
    delete(Entry).where(Entry.place == 5),
    delete(Entry),
]


@pytest.mark.parametrize("statement", FORBIDDEN)
def test_the_database_refuses_to_change_or_lose_a_line(chain: int, statement: object) -> None:
    with pytest.raises(DBAPIError, match="audit record"), db.write() as s:
        s.execute(statement)  # type: ignore[call-overload]
    assert check().broken is None


def test_the_table_is_not_emptied_in_one_stroke(chain: int) -> None:
    with db.write() as s:
        # SQLite knows no TRUNCATE: there a DELETE of everything is the stroke
        stroke = "TRUNCATE audit_entry" if s.get_bind().dialect.name == "postgresql" else "DELETE FROM audit_entry"
        with pytest.raises(DBAPIError, match="audit record"), s.begin_nested():
            s.execute(text(stroke))


class _Unguarded:
    """The triggers away, as somebody does who owns the database."""

    def __enter__(self) -> None:
        self._run(SQLITE_DOWN, POSTGRES_DOWN)

    def __exit__(self, *_rest: object) -> None:
        self._run(SQLITE_UP, POSTGRES_UP)

    def _run(self, lite: tuple[str, ...], big: tuple[str, ...]) -> None:
        with db.write() as s:
            for statement in lite if s.get_bind().dialect.name == "sqlite" else big:
                s.execute(text(statement.replace(":", "\\:") if "$$" in statement else statement))


def _rehash(s: object) -> None:
    """Write the whole chain anew, so that it fits together."""
    last = rules.START
    for place, line in enumerate(s.scalars(select(Entry).order_by(Entry.place)).all(), 1):  # type: ignore[attr-defined]
        line.place, line.prev_hash, line.hash = place, last, rules.line_hash(line, place, last)
        last = line.hash


DAMAGE = [
    (lambda s: s.execute(update(Entry).where(Entry.place == 5).values(verb="undid")), 5, "not what it said"),
    (lambda s: s.execute(update(Entry).where(Entry.place == 5).values(person_id=9)), 5, "not what it said"),
    (lambda s: s.execute(update(Entry).where(Entry.place == 5).values(deputy_for=9)), 5, "not what it said"),
    (lambda s: s.execute(update(Entry).where(Entry.place == 5).values(mandate_id=9)), 5, "not what it said"),
    (lambda s: s.execute(update(Entry).where(Entry.place == 5).values(at=datetime(2020, 1, 1, tzinfo=UTC))), 5, "said"),
    (lambda s: s.execute(update(Entry).where(Entry.place == 5).values(after={"1": "x"})), 5, "not what it said"),
    (lambda s: s.execute(delete(Entry).where(Entry.place == 5)), 5, "missing"),
    (lambda s: s.execute(delete(Entry).where(Entry.place == 12)), 12, "the end is missing"),
    (lambda s: s.add(Entry(at=clock.now(), verb="smuggled", object_id="1")), 13, "past the portal"),
    (lambda s: (s.execute(delete(Entry).where(Entry.place == 5)), _rehash(s)), 12, "missing"),
    (lambda s: (s.execute(update(Entry).where(Entry.place == 5).values(verb="x")), _rehash(s)), 12, "anew"),
]


@pytest.mark.parametrize(("damage", "place", "what"), DAMAGE)
def test_the_check_names_the_first_broken_line(chain: int, damage, place, what) -> None:  # type: ignore[no-untyped-def]
    with db.write() as s:
        actions.note_head(s, clock.now() + timedelta(days=1))
    with _Unguarded(), db.write() as s:
        damage(s)
    broken = check().broken
    assert broken is not None and broken.place == place and what in broken.what


def test_the_operator_asks_from_the_command_line(chain: int, capsys: pytest.CaptureFixture[str]) -> None:
    audit.main(["verify"], standalone_mode=False)
    assert "whole: 12 lines" in capsys.readouterr().out
    with _Unguarded(), db.write() as s:
        s.execute(update(Entry).where(Entry.place == 3).values(verb="undid"))
    with pytest.raises(SystemExit):
        audit.main(["verify"], standalone_mode=False)
    assert "broken at place 3" in capsys.readouterr().err


def test_the_heads_of_the_days_are_public(chain: int, client: Client) -> None:
    with db.write() as s:
        for _twice in range(2):
            actions.note_head(s, clock.now() + timedelta(days=2))
        days = s.scalars(select(Head.place).order_by(Head.day)).all()
        head = queries.head(s)
    assert days == [12, 12], "one of today, one of tomorrow, neither twice"
    told = client.http.get("/en/data/audit-heads.json", base_url=client.base).get_json()
    assert told["heads"][0]["sha256"] == head[1] and told["heads"][0]["lines"] == 12
    assert "Daily heads of the audit record" in client.get("/en/data")


# --- the search ---


@pytest.fixture
def desk(app: Portal) -> Iterator[Client]:
    client = Client(app)
    enter(client, "Ines Cruz", roles=["auditor"])
    yield client


def test_it_is_searched_by_who_for_whom_what_and_when(app: Portal, desk: Client) -> None:
    ana, bo, lia = (enter(Client(app), name) for name in ("Ana Ilves", "Bo Andersen", "Lia Helper"))
    ground.stand_on(app.ground)
    write(3, who=Actor(person_id=ana))
    write(2, who=Actor(person_id=ana, helped_by=lia))
    write(1, who=Actor(person_id=bo, deputy_for=lia))
    for query, number in {
        "person=ana+ilves": 5,
        "person=bo": 1,
        "person=lia": 2,
        f"person={bo}": 1,
        "for_person=ana": 2,
        "for_person=lia": 1,
        "for_person=nobody": 0,
        "kind=thing&object=0": 3,
        "verb=did": 6,
        "verb=did&until=2020-01-01": 0,
    }.items():
        page = desk.get(f"/en/staff/audit?{query}")
        assert f"{number} line" in page, query


def test_a_search_about_a_person_is_recorded_without_the_name(app: Portal, desk: Client) -> None:
    ana = enter(Client(app), "Ana Ilves")
    desk.get("/en/staff/audit?verb=did")
    desk.get("/en/staff/audit?person=ana+ilves")
    desk.get("/en/staff/audit.csv")
    with db.read() as s:
        lines = s.execute(select(Entry.verb, Entry.after).where(Entry.kind == "audit").order_by(Entry.id)).all()
        assert [line.verb for line in lines] == ["searched audit record", "exported audit record"]
        assert lines[0].after == {"people": [ana]}
        assert not [e for e in s.scalars(select(Entry)) if "Ana" in f"{e.before}{e.after}"]
    assert check().broken is None


def test_the_table_holds_the_same_lines_and_no_formula(app: Portal, desk: Client) -> None:
    ground.stand_on(app.ground)
    bo = enter(Client(app), "=Bo Andersen")
    write(4, who=Actor(person_id=bo))
    answer = desk.http.get("/en/staff/audit.csv?verb=did", base_url=desk.base)
    rows = list(csv.DictReader(io.StringIO(answer.get_data(as_text=True).lstrip("\ufeff"))))
    assert len(rows) == 4 and {row["name"] for row in rows} == {"'=Bo Andersen"}
    assert "no-store" in answer.headers["Cache-Control"]


@pytest.mark.parametrize("role", ["moderator", "budget_officer", "planner", "librarian", "case_officer"])
def test_others_do_not_search(client: Client, role: str) -> None:
    enter(client, "Bo Andersen", roles=[role])
    for path in ("/en/staff/audit", "/en/staff/audit.csv", "/en/staff/audit?person=ana"):
        assert client.get(path).status == 403
