"""Templates of letters are made, changed, taken away."""

from __future__ import annotations

from collections.abc import Mapping

from portal.audit.actions import record
from portal.base import clock, db, texts
from portal.base.actor import Actor
from portal.services import rules_letters
from portal.services.models_steps import Letter, Use
from portal.services.queries_letters import KIND

Said = Mapping[str, Mapping[str, str]]


def create(actor: Actor, *, use: Use, name: str, service_id: int | None, said: Said) -> Letter:
    """A new template."""
    s = db.session()
    row = Letter(use=use, name=name, service_id=service_id, changed_at=clock.now())
    s.add(row)
    s.flush()
    texts.put_all(s, KIND, row.id, said, rules_letters.TEXTS)
    record(actor, "made letter template", KIND, row.id, after={"name": name, "use": use})
    return row


def edit(actor: Actor, row: Letter, *, use: Use, name: str, service_id: int | None, said: Said) -> None:
    """Other words, another name or another place."""
    s, before = db.session(), {"name": row.name, "use": row.use}
    row.use, row.name, row.service_id = use, name, service_id
    row.changed_at = clock.now()
    row.version += 1
    texts.put_all(s, KIND, row.id, said, rules_letters.TEXTS)
    s.flush()
    record(actor, "changed letter template", KIND, row.id, before=before, after={"name": name, "use": use})


def remove(actor: Actor, row: Letter) -> None:
    """Nobody begins a letter with it any more."""
    row.removed_at = clock.now()
    db.session().flush()
    record(actor, "removed letter template", KIND, row.id, before={"name": row.name})
