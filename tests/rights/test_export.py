"""One zip with everything: read back, it is what the database holds; only its person gets it, and only for a week."""

from __future__ import annotations

import stat
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select, update

from portal.base import clock, db, ground, jobs, personal
from portal.base.web import Portal
from portal.identity.models import SignIn
from portal.rights import archive, queries_records
from portal.rights import jobs as work
from portal.rights.models import DataExport, ExportState
from tests.client import Client
from tests.identity.help import enter
from tests.rights import life


def order(client: Client) -> int:
    assert "being put together" in client.post("/en/my/data/export")
    ground.stand_on(client.app.ground)
    with db.read() as s:
        return s.scalars(select(DataExport.id).order_by(DataExport.id.desc())).first() or 0


def make(app: Portal, export_id: int) -> Path:
    ground.stand_on(app.ground)
    work.make_export({"id": export_id})
    with db.read() as s:
        return queries_records.export_folder() / s.get_one(DataExport, export_id).name


def test_read_back_it_equals_the_database(app: Portal, client: Client) -> None:
    ana = life.live(app, client, "Ana Ilves")
    life.live(app, Client(app), "Tom Other", ana.public_id)
    export_id = order(client)
    ground.stand_on(app.ground)
    with db.read() as s:
        found = {one.record.table: one for one in queries_records.gather(s, ana.person_id) if one.keys}
        kept = {table: queries_records.rows_of(s, one) for table, one in found.items()}
    back = archive.read(make(app, export_id))
    assert set(back.rows) == set(back.tables) == set(found)
    for table, rows in kept.items():
        typed = [{name: archive.plain(value) for name, value in row.items()} for row in rows]
        assert back.rows[table] == typed, table
        cells = [{name: archive.text_of(archive.cell(value)) for name, value in row.items()} for row in rows]
        assert back.tables[table] == cells, table
    assert {"person", "contact", "outbox", "barrier_report", "participation", "consent", "look", "audit_entry"} <= set(
        found
    )
    assert back.rows["person"][0]["name"] == "Ana Ilves"
    assert back.tables["data_request"][0]["words"] == "=I am Ana Ilves", (
        "made harmless in the file, and read back as typed"
    )
    assert "Sundhaven" in back.readme and "tables/contact.csv" in back.readme


def test_it_holds_nothing_of_others_and_no_keys_and_no_choice(app: Portal, client: Client) -> None:
    ana = life.live(app, client, "Ana Ilves")
    life.live(app, Client(app), "Tom Other", ana.public_id)
    path = make(app, order(client))
    back = archive.read(path)
    everything = str(back.rows) + str(back.tables) + back.readme
    assert "Tom" not in everything and "tom@home" not in everything
    for record in personal.records():
        for row in back.rows.get(record.table, []):
            assert not set(record.hidden) & set(row), record.table
    for table in ("sealed_ballot", "plain_ballot", "receipt"):
        assert table not in back.rows
    assert "P1" not in everything, "what was chosen is in nobody's export"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_only_its_person_and_only_for_a_week(app: Portal, client: Client) -> None:
    enter(client, "Ana Ilves")
    export_id = order(client)
    url = f"/en/my/data/export/{export_id}/file"
    assert client.get(url).status == 404, "not made yet"
    path = make(app, export_id)
    assert "Fetch your data" in client.get("/en/my/data/export")
    answer = client.http.get(url, base_url=client.base)
    assert answer.status_code == 200 and answer.data == path.read_bytes()
    assert answer.headers["Cache-Control"] == "no-store"
    stranger = Client(app)
    enter(stranger, "Tom Other", roles=("administrator",))
    assert stranger.get(url).status == 404
    assert Client(app).get(url, follow=False).status == 303
    with db.write() as s:
        s.execute(update(DataExport).values(made_at=clock.now() - timedelta(days=7, seconds=1)))
    assert client.get(url).status == 404
    work.round_of_the_night({})
    assert not path.exists(), "the file is swept, not only hidden"
    with db.read() as s:
        assert s.get_one(DataExport, export_id).state is ExportState.GONE


def test_one_at_a_time_and_by_the_worker(app: Portal, client: Client) -> None:
    enter(client, "Ana Ilves")
    assert order(client) == order(client)
    ground.stand_on(app.ground)
    jobs.run_due()
    assert "Ready" in client.get("/en/my/data")
    work.make_export({"id": 1})  # a second run changes nothing
    with db.read() as s:
        assert len(s.scalars(select(DataExport)).all()) == 1


def test_a_left_screen_orders_nothing(app: Portal, client: Client) -> None:
    enter(client, "Ana Ilves")
    ground.stand_on(app.ground)
    with db.write() as s:
        s.execute(update(SignIn).values(confirmed_at=clock.now() - timedelta(minutes=20)))
    assert "Sign in again first" in client.get("/en/my/data/export")
    assert client.post("/en/my/data/export").status == 403
    with db.read() as s:
        assert s.scalars(select(DataExport)).all() == []


def test_what_a_crash_left_is_swept(app: Portal, client: Client) -> None:
    enter(client, "Ana Ilves")
    path = make(app, order(client))
    left = path.with_name("0" * 48 + ".zip")
    left.write_bytes(b"x")
    work.round_of_the_night({})
    assert path.exists() and not left.exists()


def test_a_cell_that_is_a_formula_is_harmless_and_comes_back() -> None:
    for text in ("=1+1", "+372", "-5", "@x", "'quoted", "''", "\tx", "plain", ""):
        assert archive.text_of(archive.cell(text)) == text
        assert not archive.cell(text).startswith(("=", "+", "-", "@", "\t"))
    assert archive.cell(-5) == "-5" and archive.cell(None) == "" and archive.cell(True) == "true"
