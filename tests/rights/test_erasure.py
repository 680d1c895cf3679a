"""The plan that was shown is what happens: row by row, on disk, in the search index and in the outbox."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from portal.base import clock, db, ground, jobs, personal, search
from portal.base.feature import Fate, Record
from portal.base.web import Portal
from portal.home.models import Page
from portal.identity.models import Person, SignIn
from portal.rights import jobs as work
from portal.rights import queries_records
from portal.rights.actions_erase import confirm, erase
from portal.rights.models import Cause, Erasure, ErasureState, MarkKind, PersonMark, Tombstone
from portal.voting import actions_count
from tests.client import Client
from tests.identity.help import enter
from tests.rights import life
from tests.voting import town

# What an erasure writes besides: its own row, its tombstones, its audit lines, its job.
ITS_OWN = {"erasure", "tombstone", "audit_entry", "job"}


def confirmed(client: Client) -> int:
    page = client.post("/en/my/data/erasure", {"word": "erase"})
    assert "Your account is closed" in page, page.text
    ground.stand_on(client.app.ground)
    with db.read() as s:
        return s.scalars(select(Erasure.id).order_by(Erasure.id.desc())).first() or 0


def rows_by_key(app: Portal) -> dict[str, dict[tuple[Any, ...], Mapping[str, Any]]]:
    from portal.base.tables import Base

    return {
        name: {tuple(row[c.name] for c in Base.metadata.tables[name].primary_key.columns): row for row in rows}
        for name, rows in life.whole(app).items()
    }


def test_plan_equals_effect_row_by_row(app: Portal, client: Client) -> None:
    ana = life.live(app, client, "Ana Ilves")
    tom = life.live(app, Client(app), "Tom Other", ana.public_id)
    ground.stand_on(app.ground)
    with db.read() as s:
        plan = queries_records.plan(s, ana.person_id)
        keys = {one.record.table: set(one.keys) for one in queries_records.gather(s, ana.person_id)}
    fates = {record.table: record for record in personal.records()}
    shown = client.get("/en/my/data/erasure")
    for line in (*plan.deleted, *plan.anonymous, *plan.kept):
        assert str(line.record.label) in shown
    before, disk = rows_by_key(app), life.files(app)
    work.erase({"id": confirmed(client)})
    after = rows_by_key(app)
    changed: dict[str, int] = {}
    for table in before.keys() - ITS_OWN:
        gone = before[table].keys() - after[table].keys()
        other = {k for k in before[table].keys() & after[table].keys() if before[table][k] != after[table][k]}
        assert after[table].keys() <= before[table].keys(), f"{table}: something came to be"
        record = fates.get(table)
        if gone or other:
            assert record is not None, f"{table}: changed, and declared nowhere"
            changed[table] = len(gone | other)
        if record is not None and record.fate is Fate.DELETED:
            assert (gone, other) == (keys[table], set()), table
        elif record is not None and record.fate is Fate.ANONYMOUS:
            assert (gone, other) == (set(), keys[table]), table
            for key in keys[table]:
                emptied(record, before[table][key], after[table][key])
        else:
            assert not gone and not other, table
    assert changed == plan.counts(), "neither more nor less than was shown"
    assert not (life.files(app) - disk) and disk - life.files(app) == {f"exports/{ana.person_id}.zip"}
    everything = {name: str(rows).casefold() for name, rows in after.items()}
    assert [n for n, rows in everything.items() if "ana ilves" in rows or ana.email in rows] == []
    assert tom.email in everything["contact"] and "tom other" in everything["person"]


def emptied(record: Record, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    for name, value in before.items():
        wanted = record.blank[name] if name in record.blank else value
        if name in record.person and record.table != "person":
            wanted = None
        if record.table == "person" and name == "closed_at":
            continue  # the account was closed a moment before
        assert after[name] == wanted, f"{record.table}.{name}"


def test_ballots_stay_counted(app: Portal, client: Client) -> None:
    ana = life.live(app, client, "Ana Ilves")
    life.live(app, Client(app), "Tom Other", ana.public_id)
    before = rows_by_key(app)
    work.erase({"id": confirmed(client)})
    after = rows_by_key(app)
    for table in ("roll_entry", "participation", "sealed_ballot", "receipt"):
        assert before[table] == after[table] and len(after[table]) == 2
    again = enter(client, "Ana Ilves", district="north", resident="Ana Ilves", ages={"16@2026-06-01": True})
    assert again != ana.person_id, "a new, empty account"
    ground.stand_on(app.ground)
    town.close(ana.public_id)
    town.start_count(ana.public_id)
    actions_count.run_count(ana.public_id)
    with db.read() as s:
        vote = town.found(s, ana.public_id)
        assert (vote.numbers or {})["ballots"] == 2


def test_the_account_is_closed_at_once(app: Portal, client: Client) -> None:
    ana = enter(client, "Ana Ilves")
    second = Client(app)
    enter(second, "Ana Ilves")
    erasure_id = confirmed(client)
    for browser in (client, second):
        assert browser.get("/en/account", follow=False).status == 303, "signed out everywhere, before the job ran"
    with db.read() as s:
        assert s.get_one(Person, ana).closed_at is not None
        assert all(row.revoked_at for row in s.scalars(select(SignIn).where(SignIn.person_id == ana)))
        assert s.get_one(Erasure, erasure_id).state is ErasureState.CONFIRMED


def test_the_word_must_be_typed(app: Portal, client: Client) -> None:
    ana = enter(client, "Ana Ilves")
    for word in ("", "delete"):
        page = client.post("/en/my/data/erasure", {"word": word})
        assert page.status == 422 and "Type the word" in page
    ground.stand_on(app.ground)
    with db.read() as s:
        assert s.get_one(Person, ana).closed_at is None


@pytest.mark.parametrize("what", ["stale", "hold", "role"])
def test_what_stops_it(app: Portal, client: Client, what: str) -> None:
    ana = enter(client, "Ana Ilves", roles=("librarian",) if what == "role" else ())
    ground.stand_on(app.ground)
    with db.write() as s:
        if what == "stale":
            s.execute(update(SignIn).values(confirmed_at=clock.now() - timedelta(minutes=16)))
        if what == "hold":
            s.add(PersonMark(person_id=ana, kind=MarkKind.HOLD, reason="A court asks", placed_at=clock.now()))
    says = {"stale": "Sign in again first", "hold": "A legal hold stands", "role": "staff roles"}[what]
    assert says in client.get("/en/my/data/erasure")
    token = client.get("/en/account").token
    refused = client.post("/en/my/data/erasure", {"word": "erase", "csrf_token": token})
    assert refused.status == 403 and says in refused
    with db.read() as s:
        assert s.get_one(Person, ana).closed_at is None and s.scalars(select(Erasure)).all() == []


def test_a_hold_that_comes_between_stops_the_job_until_it_is_lifted(app: Portal, client: Client) -> None:
    ana = life.live(app, client, "Ana Ilves")
    erasure_id = confirmed(client)
    desk = Client(app)
    enter(desk, "Dora Officer", roles=("data_protection_officer",))
    page = f"/en/staff/people/{ana.person_id}/data"
    desk.post(f"/en/staff/look?kind=person&id={ana.person_id}", {"why": "check"})
    assert "Stands" in desk.post(page, {"kind": "hold", "reason": "A court asks"})
    assert desk.post(page, {"kind": "hold", "reason": "Twice"}).status == 422
    before = rows_by_key(app)
    work.erase({"id": erasure_id})
    after = rows_by_key(app)
    assert {t for t in before if before[t] != after[t]} == {"erasure"}, "nothing but that it is held"
    assert "A legal hold stops it" in desk.get("/en/staff/erasures")
    with db.read() as s:
        mark = s.scalars(select(PersonMark).where(PersonMark.kind == MarkKind.HOLD)).one()
    desk.post(f"{page}/{mark.id}/lift", {"why": "The court is done"}, page=page)
    ground.stand_on(app.ground)
    jobs.run_due()
    with db.read() as s:
        row = s.get_one(Erasure, erasure_id)
        assert row.state is ErasureState.DONE and (row.effect or {}).keys() == row.plan.keys()


def test_killed_after_the_commit_the_files_still_go(app: Portal, client: Client) -> None:
    ana = life.live(app, client, "Ana Ilves")
    erasure_id = confirmed(client)
    path = queries_records.export_folder() / f"{ana.person_id}.zip"
    with db.write() as s:
        erase(s, s.get_one(Erasure, erasure_id), clock.now())
    assert path.exists(), "the process died here"
    for _ in range(2):
        work.erase({"id": erasure_id})
    assert not path.exists()
    with db.read() as s:
        row = s.get_one(Erasure, erasure_id)
        assert row.state is ErasureState.DONE and row.files is None
        stones = s.scalars(select(Tombstone)).all()
        assert {stone.record: stone.count for stone in stones} == row.plan, "one stone each, not two"


def test_a_failure_in_the_middle_leaves_everything(
    app: Portal, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    life.live(app, client, "Ana Ilves")
    erasure_id = confirmed(client)
    before, disk = rows_by_key(app), life.files(app)

    def breaks(*_args: Any) -> None:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr("portal.rights.actions_erase.bury", breaks)
    with pytest.raises(RuntimeError):
        work.erase({"id": erasure_id})
    assert rows_by_key(app) == before and life.files(app) == disk


def test_what_hangs_on_a_kind_goes_from_the_search_index(app: Portal, client: Client, tmp_path: Path,
                                                         monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    """A feature whose records can be searched and have files: its rows, texts, index and files go together."""
    ana = enter(client, "Ana Ilves")
    ground.stand_on(app.ground)
    with db.write() as s:
        pages = []
        for n in range(2):
            page = Page(slug=f"page-{n}")
            s.add(page)
            s.flush()
            pages.append(page.id)
            search.put(s, "page", page.id, "en", "bench under the lime")
        paper = tmp_path / "paper.pdf"
        paper.write_bytes(b"pdf")
    mine, other = pages
    record = Record(
        "page", personal.TASK, personal.TASK, personal.TASK, personal.TASK, Fate.DELETED, person=(),
        reach=lambda _person: Page.id == mine, kind="page", files=lambda row: [paper],
    )  # fmt: skip
    real = personal.records()
    monkeypatch.setattr(personal, "records", lambda: [*real, record])
    work.erase({"id": confirmed(client)})
    assert life.found_by_search(app, "lime") == [other] and not paper.exists()
    with db.read() as s:
        assert list(s.scalars(select(Page.id))) == [other]
        assert s.get_one(Person, ana).name == ""


def test_no_stone_names_anybody(app: Portal, client: Client) -> None:
    life.live(app, client, "Ana Ilves")
    work.erase({"id": confirmed(client)})
    with db.read() as s:
        stones = s.scalars(select(Tombstone)).all()
    assert stones and not any("ana" in str(vars(stone)).casefold() for stone in stones)
    desk = Client(app)
    enter(desk, "Aino Auditor", roles=("auditor",))
    assert "The person asked for it" in desk.get("/en/staff/erasures")


def test_confirming_in_the_name_of_a_cause(app: Portal, client: Client) -> None:
    ana = enter(client, "Ana Ilves")
    ground.stand_on(app.ground)
    with db.write() as s:
        row = confirm(s, ana, Cause.INACTIVE, clock.now())
        assert row.plan == queries_records.plan(s, ana).counts()
