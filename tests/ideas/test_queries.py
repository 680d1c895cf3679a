"""A list of ideas asks the database as often with 20 ideas as with 5,000, and the same for everybody who looks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import event, insert, text
from sqlalchemy.orm import Session

from portal.base import clock, db, ground
from portal.base.web import Portal
from portal.ideas.models import Idea
from portal.ideas.models_value import Valuation
from portal.places import actions as places
from portal.places.models import Department
from tests.client import Client
from tests.ideas.town import OFFICER, add_call, add_idea, value
from tests.identity.help import enter

# address -> (most selects for anybody, most for somebody signed in)
BUDGET = {
    "/en/ideas/": (6, 8),
    "/en/ideas/2027/": (6, 8),
    "/en/ideas/2027/?sort=supported&page=2": (6, 8),
    "/en/ideas/2027/?q=bench&sort=random": (6, 8),
    "/en/ideas/1": (8, 10),
    "/en/ideas/3": (8, 10),  # the city has valued it, and it is another's
    "/en/ideas/4": (8, 10),  # one's own, valued by a department
}


def fill(app: Portal, call_id: int, person_id: int, count: int) -> None:
    """So many more ideas, past the actions: their words do not matter here."""
    ground.stand_on(app.ground)
    now = clock.now()
    rows = [
        {
            "number": 1000 + n, "call_id": call_id, "author_id": person_id, "language": "en", "title": f"Bench {n}",
            "lead": "x", "body": "x", "html": "<p>x</p>", "state": "submitted", "supports": n % 97, "comments": n % 13,
            "shuffle": n * 7919 + 1, "created_at": now - timedelta(minutes=n), "changed_at": now, "version": 1,
        }
        for n in range(count)
    ]  # fmt: skip
    with db.write() as s:
        s.execute(insert(Idea.__table__), rows)


def test_the_number_of_selects_is_the_same(app: Portal, count_queries: Callable[..., Any]) -> None:
    client, call_id = Client(app), add_call(app)
    me, other = enter(client, "Ana Ilves"), enter(Client(app), "Jonas Brandt")
    for n in range(21):  # of two people: very many of one would wait for a moderator
        add_idea(app, call_id, me if n % 2 else other, f"A bench {n}")
    value(app, 3)
    own = value(app, 4)
    with db.write() as s:
        gardens = places.add_department(OFFICER, code="gardens", names={"en": "City gardens"})
        assert isinstance(gardens, Department)
        s.get_one(Valuation, own).department_id = gardens.id
    assert "City gardens" in client.get("/en/ideas/4") and "Object to it" in client.get("/en/ideas/4")
    found = {}
    for size in (21, 5000):
        if size > 21:
            fill(app, call_id, me, size - 21)
        for path, most in BUDGET.items():
            for signed_in, reader in ((False, Client(app)), (True, client)):
                asked = []
                for _again in range(2):  # what is read once in a while (marks, last seen) does not count
                    reader.get(path)
                    with count_queries(app) as counted:
                        assert reader.get(path).status == 200
                    asked.append(counted.number)
                assert min(asked) <= most[signed_in], f"{path}: {asked}"
                found.setdefault((path, signed_in), set()).add(min(asked))
    assert {key: numbers for key, numbers in found.items() if len(numbers) > 1} == {}


def test_the_order_by_lot_is_reckoned_without_reading_the_ideas(db_session: Session) -> None:
    if db_session.get_bind().dialect.name == "sqlite":  # PostgreSQL reads a small table whole, whatever indexes it has
        asked = "SELECT id FROM idea WHERE call_id = 1 AND listed IS 1 ORDER BY (shuffle * 5) % 2147483647, id LIMIT 20"
        plan = str(db_session.execute(text(f"EXPLAIN QUERY PLAN {asked}")).all())
        assert "USING INDEX ix_idea_call_id_listed_shuffle" in plan


READS = 20  # SQLite's authorizer is asked this for each column that a statement reads, while it is compiled


def test_no_statement_of_a_page_is_compiled_anew(app: Portal) -> None:
    engine = app.ground.database.engine
    if engine.dialect.name != "sqlite":
        return
    client, call_id = Client(app), add_call(app)
    me = enter(client, "Ana Ilves")
    for n in range(3):
        add_idea(app, call_id, me, f"A bench {n}")
    asked: list[str] = []

    def authorize(action: int, *what: str | None) -> int:
        if action == READS:
            asked.append(f"{what[0]}.{what[1]}")
        return 0

    known: set[int] = set()

    @event.listens_for(engine, "checkout")
    def on_checkout(connection: Any, _record: object, _proxy: object) -> None:
        if id(connection) not in known:  # setting it throws away what is compiled
            known.add(id(connection))
            connection.set_authorizer(authorize)

    try:
        for path in ("/en/", "/en/search?q=bench", "/en/workshops/", *BUDGET):
            for reader in (Client(app), client) if path != "/en/ideas/3" else ():
                for _again in range(3):
                    asked.clear()
                    reader.get(path)
                assert asked == [], path
    finally:
        event.remove(engine, "checkout", on_checkout)
