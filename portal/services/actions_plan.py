"""Services are set up: made, written, shown, and given a form."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.audit.actions import record
from portal.base import clock, db, ground, search, texts
from portal.base.actor import Actor
from portal.base.i18n import _l
from portal.base.verdict import no
from portal.services.models import FormVersion, Service
from portal.services.queries import KIND
from portal.services.rules import Denied
from portal.services.rules_plan import TEXTS
from portal.services.schema import BadForm, Fault, Form
from portal.services.schema_read import read

Said = Mapping[str, Mapping[str, str]]
SETTINGS = (
    "slug", "department_id", "instant", "four_eyes", "period", "unit", "from_complete", "resume", "silence",
    "extension_days", "answer_days", "appeal_days", "appeal_period", "life_events", "valid_days", "pay_first",
    "pay_days", "position",
)  # fmt: skip


def must_fit(form: Form, megabytes: int) -> None:
    """Raises BadForm where a question promises room for files that are larger than this portal takes (MB)."""
    too_large = [
        Fault(f"/pages/{p}/fields/{q}/max_mb", _l("This portal takes files of up to %(most)s MB.", most=megabytes))
        for p, page in enumerate(form.pages)
        for q, one in enumerate(page.fields)
        if one.kind == "file" and int(one.limits.get("max_mb", 0)) > megabytes
    ]
    if too_large:
        raise BadForm(too_large)


def create(actor: Actor, *, slug: str, said: Said, **changes: Any) -> Service:
    """A new service, seen by staff alone until it is shown. Raises Denied when its address is taken."""
    s, now = db.session(), clock.now()
    _must_be_free(s, slug, None)
    row = Service(slug=slug, created_at=now, changed_at=now)
    _set(row, changes)
    s.add(row)
    s.flush()
    texts.put_all(s, KIND, row.id, said, TEXTS)
    index(s, row)
    record(actor, "made service", KIND, row.id, after={"slug": slug})
    return row


def edit(actor: Actor, row: Service, *, said: Said, **changes: Any) -> None:
    """Other texts and settings. What is being decided goes on by the clock as it is from now on. Raises Denied when the
    address is taken."""
    s = db.session()
    if "slug" in changes:
        _must_be_free(s, changes["slug"], row.id)
    before = {name: str(getattr(row, name)) for name in changes}
    _set(row, changes)
    texts.put_all(s, KIND, row.id, said, TEXTS)
    _touch(row)
    index(s, row)
    record(actor, "changed service", KIND, row.id, before=before, after={k: str(v) for k, v in changes.items()})


def show(actor: Actor, row: Service, shown: bool) -> None:
    """Everybody sees it from now on, or staff alone. Raises Denied where it has no form yet."""
    s = db.session()
    if shown and s.scalar(select(FormVersion.id).where(FormVersion.service_id == row.id).limit(1)) is None:
        raise Denied(no(_l("This service has no form yet. Give it one, then show it.")))
    row.shown = shown
    _touch(row)
    index(s, row)
    record(actor, "showed service" if shown else "hid service", KIND, row.id)


def publish(actor: Actor, row: Service, document: Mapping[str, Any], valid_from: datetime) -> FormVersion:
    """A new version of a form, which counts from an instant (UTC) for whoever begins then. Cases keep theirs. Raises
    BadForm with every fault and its place."""
    s = db.session()
    must_fit(read(document), ground.settings().upload_megabytes)
    db.locked(select(Service).where(Service.id == row.id))
    last = s.scalar(select(func.max(FormVersion.number)).where(FormVersion.service_id == row.id)) or 0
    made = FormVersion(
        service_id=row.id, number=last + 1, document=dict(document), valid_from=valid_from, made_at=clock.now(),
        made_by_id=actor.person_id,
    )  # fmt: skip
    s.add(made)
    s.flush()
    record(actor, "published form", KIND, row.id, after={"version": made.number})
    return made


def _set(row: Service, changes: Mapping[str, Any]) -> None:
    for name, value in changes.items():
        if name not in SETTINGS:
            raise TypeError(f"no {name} to set")
        setattr(row, name, value)


def _must_be_free(s: Session, slug: str, own: int | None) -> None:
    taken = s.scalar(select(Service.id).where(Service.slug == slug))
    if taken is not None and taken != own:
        raise Denied(no(_l("Another service has this address.")))


def _touch(row: Service) -> None:
    row.version += 1
    row.changed_at = clock.now()
    db.session().flush()


def index(s: Session, row: Service) -> None:
    """What the search knows of a service: its words in every language while everybody sees it."""
    search.forget(s, KIND, row.id)
    if not row.shown:
        return
    said = texts.all_languages(s, KIND, row.id)
    for lang in {lang for _field, lang in said}:
        found = [said[name, lang].body for name in ("title", "summary", "who", "needs") if (name, lang) in said]
        search.put(s, KIND, row.id, lang, " ".join(found))
