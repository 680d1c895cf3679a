"""A small city with one of everything, for tests that walk over all addresses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import select

from portal.base import clock, db, ground, jobs
from portal.base.actor import SYSTEM
from portal.base.jobs import JobRow
from portal.base.web import Portal
from portal.budgeting.models import Budget, Project
from portal.home import actions as home
from portal.home.models import NoticeKind
from portal.identity.models import SignIn
from portal.places.models import District
from portal.processes.models import Phase, PhaseKind, Process
from portal.voting import actions_count
from tests.budgeting import town
from tests.client import Client
from tests.identity.help import enter
from tests.voting import town as votes

ROLES = ("moderator", "budget_officer", "case_officer", "planner", "librarian", "auditor", "administrator")
RAW_TOKEN = "0123456789abcdef0123456789abcdef01234567"


@dataclass(frozen=True)
class World:
    """Arguments by name for addresses: of things that everybody may see, and of things that are somebody else's."""

    open: Mapping[str, Any]
    foreign: Mapping[str, Any]


def build(app: Portal) -> World:
    """Fill the city: an open vote, a draft, a page, a notice, a report, a failed job, a district, another person."""
    other = enter(Client(app), "Tom Other", district="north")
    enter(Client(app), "Cleo Second", district="north")
    enter(Client(app), "Ana Third", district="north")
    town.add_budget(app, slug="draft", count=3, shown=False, opens=20, closes=30)
    _finished(app)
    budget = town.add_budget(app, slug="2026", count=4)
    public_id = town.open_vote(app, budget)
    ground.stand_on(app.ground)
    with db.write() as s:
        home.write_page(SYSTEM, home.add_page(SYSTEM, slug="help"), lang="en", title="Help", body="Call us")
        page = home.add_page(SYSTEM, slug="opening-hours")
        home.write_page(SYSTEM, page, lang="en", title="Opening hours", body="8 to 16")
        notice = home.put_notice(
            SYSTEM,
            None,
            kind=NoticeKind.NEWS,
            starts_at=clock.now() + timedelta(days=1),
            ends_at=None,
            words={"en": "Market"},
        )
        report = home.report_barrier(page="/en/", what="No focus", contact="", lang="en")
        jobs.enqueue(s, "no.such.kind", {})
        job = s.query(JobRow).filter_by(kind="no.such.kind").one()
        job.failed_at = clock.now()
        session = s.query(SignIn).filter_by(person_id=other).one()
        shared = {
            "lang": "en",
            "code": "en",
            "version": 1,
            "key": "test",
            "token": "no-such-token",
            "name": "0" * 64 + "-card.webp",
            "pot": "1",
            "number": 1,
            "public_id": public_id,
            "person_id": other,
            "district_id": s.query(District.id).first()[0],
            "report_id": report.id,
            "notice_id": notice.id,
            "job_id": job.id,
            "session_id": session.id,
            "project_id": 1,
            "pot_id": 1,
            "category_id": 1,
            "budget_id": budget,
            "kind": "budget",
            "object_id": budget,
            "page_id": page.id,
        }
    return World({**shared, "slug": "2026"}, {**shared, "slug": "draft"})


def _finished(app: Portal) -> None:
    """A budget of last month, counted and published."""
    budget = town.add_budget(app, slug="2025", count=4, age=None)
    public_id = town.open_vote(app, budget)
    with db.read() as s:
        codes = list(s.scalars(select(Project.code).where(Project.budget_id == budget).order_by(Project.number)))
    for n in range(24):
        votes.cast(public_id, f"resident {n}", {"1": [codes[n % 2]]})
    votes.close(public_id)
    with db.write() as s:
        for phase in (
            s.query(Phase).join(Process).join(Budget, Budget.process_id == Process.id).filter(Budget.id == budget)
        ):
            phase.opens_at -= timedelta(days=30)
            phase.closes_at -= timedelta(days=20 if phase.kind is PhaseKind.RESULTS else 30)
    votes.start_count(public_id)
    actions_count.run_count(public_id)
    with db.write() as s:
        actions_count.publish(s, votes.OFFICER, votes.found(s, public_id), halves_destroyed=True)


def enter_as(client: Client, role: str) -> None:
    """Sign in as somebody with this role; "resident" has none, "nobody" is signed out."""
    if role == "nobody":
        with client.http.session_transaction(base_url=f"http://{client.host}") as kept:
            kept.clear()
    else:
        roles = [] if role == "resident" else [role]
        enter(client, f"Some {role}", roles=roles, district="north", ages={"16@2026-06-01": True}, resident=role)
    with client.http.session_transaction(base_url=f"http://{client.host}") as kept:
        kept["csrf_token"] = RAW_TOKEN


def form_token(app: Portal) -> str:
    """A CSRF token that fits the session of `enter_as`."""
    return str(URLSafeTimedSerializer(app.config["SECRET_KEY"], salt="wtf-csrf-token").dumps(RAW_TOKEN))
