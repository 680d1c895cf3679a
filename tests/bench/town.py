"""The measured city: a budget of 500 projects, an open vote with 100, a finished one with a result, and voters."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from flask.sessions import SecureCookieSessionInterface
from sqlalchemy import event, func, select

from portal.app import create_app
from portal.base import clock, db, ground, jobs, schema
from portal.base.web import Portal
from portal.budgeting.actions import imports
from portal.config import key_of
from portal.identity import actions as people
from portal.identity import rules as identity_rules
from portal.voting.counting import pabulib
from portal.voting.models import Participation, Receipt, SealedBallot
from tests.bench.counting import city
from tests.bench.serve import settings
from tests.budgeting.town import add_budget, open_vote

OPEN, LARGE, FINISHED = "vote-2026", "large-2026", "done-2025"
AGES = {"16@2026-06-01": True}


@dataclass
class Town:
    """A filled instance and the application on it, for looking things up; the measured server is another process."""

    instance: Path
    url: str
    port: int
    app: Portal

    def voter(self, number: int) -> str:
        """A resident's session, as the value of a Cookie header."""
        ground.stand_on(self.app.ground)
        now = clock.now()
        issuer, sub = "https://id.example", f"voter-{number}"
        key = key_of(self.app.ground.settings, "resident")
        facts = [identity_rules.NewFact("age", name, "yes") for name in AGES]
        facts.append(identity_rules.NewFact("residence", "", "north"))
        facts.append(identity_rules.NewFact("resident", "test", identity_rules.resident_hash(key, "test", sub)))
        with db.write() as s:
            people.person_for(s, issuer, sub, name=f"Voter {number}", language="en", now=now)
            s.flush()
            entered = people.sign_in(
                s, provider="test", issuer=issuer, sub=sub, sid=None, name=f"Voter {number}", language="en", acr="high",
                amr=("pin",), auth_time=now.timestamp(), staff_ok=False, id_token=None, facts=facts,
                facts_until=now + timedelta(days=400), idle=timedelta(hours=12), longest=timedelta(hours=12), now=now,
            )  # fmt: skip
        assert isinstance(entered, people.Entered)
        signer = SecureCookieSessionInterface().get_signing_serializer(self.app)
        assert signer is not None
        return f"{self.app.ground.settings.cookie}={signer.dumps({'_user_id': entered.reference, '_fresh': True})}"

    def stored(self) -> dict[str, int]:
        """What the urn of the open vote holds."""
        ground.stand_on(self.app.ground)
        with db.read() as s:
            return {
                model.__tablename__: s.scalar(select(func.count()).select_from(model)) or 0
                for model in (Participation, SealedBallot, Receipt)
            }

    @contextlib.contextmanager
    def counted(self) -> Iterator[list[int]]:
        """Counts statements while the block runs (transaction control aside)."""
        found = [0]

        def on_execute(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
            if not statement.startswith(("PRAGMA", "BEGIN", "SAVEPOINT", "RELEASE")):
                found[0] += 1

        engine = self.app.ground.database.engine
        event.listen(engine, "before_cursor_execute", on_execute)
        try:
            yield found
        finally:
            event.remove(engine, "before_cursor_execute", on_execute)

    def queries(self, path: str, cookie: str = "") -> int:
        """Statements of one page, after a first visit."""
        client = self.app.test_client(use_cookies=False)
        base = f"http://127.0.0.1:{self.port}"
        headers = {"Cookie": cookie} if cookie else {}
        client.get(path, base_url=base, headers=headers)
        with self.counted() as found:
            answer = client.get(path, base_url=base, headers=headers)
        assert answer.status_code == 200, f"{path}: {answer.status_code}"
        return found[0]


def build(instance: Path, port: int, url: str = "", *, large: bool = True, issuer: str = "") -> Town:
    """Migrate and fill; `url`: an empty database, else SQLite in the instance. `issuer`: a provider to sign in with."""
    given = settings(instance, port, url, issuer)
    app = create_app(given)
    schema.upgrade(app.ground.database)
    ground.stand_on(app.ground)
    if large:
        add_budget(app, slug=LARGE, count=500, opens=20, closes=40)
        imports.run(pabulib.parse(city(100, 2000).encode()), finished=True, slug=FINISHED)
    open_vote(app, add_budget(app, slug=OPEN, count=100, most=10))
    jobs.run_due()
    return Town(instance, given.database, port, app)
