"""No test meets what another left, although databases and connections are used again."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from portal.base import db, ground
from portal.base.actor import SYSTEM
from portal.base.web import Portal
from portal.places.actions import add_district
from portal.places.models import District


@pytest.mark.parametrize("time", ["once", "again", "a third time"])
def test_each_finds_an_empty_database_that_counts_from_one(app: Portal, time: str) -> None:
    ground.stand_on(app.ground)
    with db.write() as s:
        assert s.query(District).count() == 0
        made = add_district(SYSTEM, code="north", names={"en": time})
        assert isinstance(made, District) and made.id == 1


def test_a_connection_used_again_remembers_nothing(app: Portal) -> None:
    ground.stand_on(app.ground)
    server = not app.ground.database.sqlite
    with db.write() as s:
        s.execute(text("CREATE TEMPORARY TABLE left_behind (id integer)"))
        if server:
            s.execute(text("SELECT pg_advisory_lock(77), set_config('statement_timeout', '1234', false)"))
    with db.write() as s:
        s.execute(text("SELECT * FROM left_behind")).all()  # the pool's own: still there
    app.ground.database.engine.dispose()
    with pytest.raises(Exception, match="left_behind"), db.write() as s:
        s.execute(text("SELECT * FROM left_behind"))
    if server:
        with db.write() as s:
            assert s.scalar(text("SHOW statement_timeout")) == "0"
            assert s.scalar(text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = 77")) == 0
