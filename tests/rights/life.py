"""A person with a life on the portal: something in every table that can lead to them, and a neighbour with the same."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select

from portal.audit.actions import record
from portal.audit.actions_looks import note_consent
from portal.audit.models_looks import Look
from portal.base import clock, db, ground, mail, personal, search
from portal.base.actor import SYSTEM, Actor
from portal.base.tables import Base
from portal.base.web import Portal
from portal.home import actions as home
from portal.identity.models import Contact, Invitation, Way
from portal.rights.models import AccountUse, DataExport, DataRequest, ExportState, MarkKind, PersonMark, Wish
from portal.rights.queries_records import export_folder
from portal.voting import actions as voting
from portal.voting import queries as votes
from tests.client import Client
from tests.identity.help import enter
from tests.voting import town


@dataclass(frozen=True)
class Lived:
    """Who it was, and the vote they took part in."""

    person_id: int
    email: str
    public_id: str


def live(app: Portal, client: Client, name: str, public_id: str = "") -> Lived:
    """Sign in, vote, be mailed, report a barrier, consent, ask, be looked at, order an export."""
    person_id = enter(client, name, district="north", resident=name, ages={"16@2026-06-01": True})
    ground.stand_on(app.ground)
    email = f"{name.split()[0].lower()}@home.example"
    actor = Actor(person_id=person_id, name=name)
    public_id = public_id or town.opened(town.regulation(), object_id=7)
    with db.write() as s:
        now = clock.now()
        s.add(
            Contact(
                person_id=person_id, way=Way.EMAIL, value=email, value_folded=email, created_at=now, confirmed_at=now
            )
        )
        s.add(
            Invitation(
                token_hash=name, role="auditor", created_at=now, expires_at=now, used_at=now, used_by_id=person_id
            )
        )
        s.add(AccountUse(person_id=person_id, seen_on=now.date()))
        s.add(Look(at=now, person_id=person_id, actor_id=person_id + 1000, page="x", kind="person", why="other",
                   object_id=str(person_id), words=f"about {name}"))  # fmt: skip
        s.add(
            DataRequest(person_id=person_id, wish=Wish.CORRECTION, words=f"=I am {name}", lang="en", received_at=now,
                        due_on=now.date())
        )  # fmt: skip
        s.add(PersonMark(person_id=person_id, kind=MarkKind.RESTRICTED, reason="Disputed", placed_at=now))
        old = DataExport(
            person_id=person_id, lang="en", asked_at=now, made_at=now, state=ExportState.READY, name=f"{person_id}.zip"
        )
        s.add(old)
        s.flush()
        export_folder().mkdir(parents=True, exist_ok=True)
        (export_folder() / old.name).write_bytes(b"zip of " + name.encode())
        note_consent(actor, personal.consents()[0], given=True, lang="en")
        home.report_barrier(page="/en/", what="No focus", contact=email.upper(), lang="en")
        page = home.add_page(SYSTEM, slug=f"by-{person_id}")
        home.write_page(actor, page, lang="en", title="Help", body="Written in office")
        mail.put(s, to=email, subject="Hello", body=f"Dear {name}", lang="en")
        record(actor, "did something", "thing", 1)
        vote = town.found(s, public_id)
        facts = votes.voter_facts(s, actor, vote)
        voting.cast_ballot(s, actor, vote, {"1": ["P1"]}, voting.new_form_token(), facts=facts)
    return Lived(person_id, email, public_id)


def whole(app: Portal) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table."""
    ground.stand_on(app.ground)
    with db.read() as s:
        return {
            name: [dict(row) for row in s.execute(select(table).order_by(*table.primary_key.columns)).mappings()]
            for name, table in Base.metadata.tables.items()
        }


def files(app: Portal) -> set[str]:
    """Every file of the instance that is no database."""
    folder: Path = app.ground.settings.instance
    return {str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file() and not p.name.startswith("portal.db")}


def found_by_search(app: Portal, words: str) -> list[int]:
    """What the search index has."""
    ground.stand_on(app.ground)
    with db.read() as s:
        return search.find(s, "page", words, "en")
