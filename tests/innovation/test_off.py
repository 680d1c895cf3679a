"""Off unless it is named: no address, no menu, no role, no dataset, no word of it anywhere. What it kept about people while
it was on is theirs all the same."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import select, update

from portal import config
from portal.app import create_app
from portal.base import clock, db, ground, jobs
from portal.base.actor import Actor
from portal.config import Settings
from portal.ideas import actions as ideas
from portal.ideas.models import Draft, Idea, Support
from portal.innovation.models import Proposal
from portal.processes.models import Phase
from portal.rights import actions_erase, archive, queries_records
from portal.rights import jobs as rights_jobs
from portal.rights.models import Cause, DataExport
from tests.client import Client
from tests.ideas.town import add_call, add_idea
from tests.identity.help import enter
from tests.innovation.town import propose

OFF = config.ON_BY_DEFAULT
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def test_it_is_not_among_the_wings_that_are_on() -> None:
    assert config.load({}, instance=Path("/nowhere")).wings == OFF
    assert "innovation" not in OFF and set(OFF) == set(config.WINGS) - {"innovation"}
    assert "innovation" in config.load({"PORTAL_WINGS": "ideas,innovation"}, instance=Path("/nowhere")).wings


def test_off_it_leaves_no_trace(make_settings: Callable[..., Settings]) -> None:
    app = create_app(make_settings(wings=OFF))
    try:
        assert not [rule for rule in app.url_map.iter_rules() if "innovation" in rule.rule]
        assert not [kind for feature in app.ground.features for kind in feature.kinds if "innovation" in kind.name]
        client = Client(app)
        me = enter(client, "Adam Admin", roles=["administrator"], district="north")
        idea = add_idea(app, add_call(app), me)
        pages = [
            "/en/",
            "/en/staff/",
            "/en/staff/people",
            "/en/data",
            f"/en/ideas/{idea}",
            "/en/my",
            "/en/search?q=pilot",
        ]
        for path in pages:
            page = client.get(path)
            assert page.status == 200 and "nnovation" not in page.html and "try this out" not in page.html, path
        for path in ("/en/innovation/", "/en/innovation/1", "/en/staff/innovation", "/en/feeds/innovation.atom"):
            assert client.get(path).status == 404, path
    finally:
        app.ground.database.dispose()


def test_switched_off_after_use_it_still_answers_to_people(make_settings: Callable[..., Settings]) -> None:
    on = create_app(make_settings(wings=config.WINGS))
    ana = enter(Client(on), "Ana Ilves")
    ground.stand_on(on.ground)
    with db.write():
        number = propose(Actor(person_id=ana), "Ana's lanterns").id
    on.ground.database.dispose()
    app = create_app(make_settings(wings=OFF))
    try:
        client = Client(app)
        assert enter(client, "Ana Ilves") == ana and client.get("/en/innovation/").status == 404
        register = client.get("/en/data-register")
        assert "Your proposals of what the city could try" in register
        assert "Your proposals of what the city could try" in client.get("/en/my/data/requests/new/correction")
        client.post("/en/my/data/export")
        jobs.run_due()
        with db.read() as s:
            made = archive.read(queries_records.export_folder() / s.scalars(select(DataExport.name)).one())
        assert [row["title"] for row in made.rows["innovation_proposal"]] == ["Ana's lanterns"]
        with db.write() as s:
            confirmed = actions_erase.confirm(s, ana, Cause.ASKED, clock.now()).id
        rights_jobs.erase({"id": confirmed})
        with db.read() as s:
            assert s.get_one(Proposal, number).proposer_id is None
    finally:
        app.ground.database.dispose()


def test_what_has_to_be_forgotten_is_forgotten_by_wings_that_are_off(make_settings: Callable[..., Settings]) -> None:
    on = create_app(make_settings(wings=config.WINGS))
    ana = enter(Client(on), "Ana Ilves")
    call = add_call(on, opens=-9, closes=9)
    number = add_idea(on, call, ana)
    with db.write() as s:
        wish = s.scalars(select(Idea).where(Idea.number == number)).one()
        assert ideas.support(Actor(person_id=ana), wish, clock.city_now())
        s.add(Draft(call_id=call, person_id=ana, data={}, step="idea", created_at=LONG_AGO, changed_at=LONG_AGO))
        s.execute(update(Phase).values(opens_at=LONG_AGO, closes_at=LONG_AGO + timedelta(days=1)))
    on.ground.database.dispose()
    app = create_app(make_settings(wings=("voting",)))
    try:
        ground.stand_on(app.ground)
        kinds = jobs.handlers()
        assert "ideas.forget" in kinds and "ideas.tell_searches" not in kinds
        kinds["ideas.forget"].handler({})
        rights_jobs.round_of_the_night({})
        with db.read() as s:
            assert s.scalars(select(Support.person_id)).all() == [None] and s.scalars(select(Draft.id)).all() == []
    finally:
        app.ground.database.dispose()
