"""The programme is planned: workshops, their sessions and days. Nothing here touches bookings; moving and calling off a
session that people have booked is in actions_move."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session as Db

from portal.audit.actions import record
from portal.base import clock, db, search, texts
from portal.base.actor import Actor
from portal.base.i18n import _l
from portal.base.verdict import no
from portal.processes import actions as processes
from portal.workshops.models import Day, Level, Purpose, Session, SessionState, Spoken, Workshop
from portal.workshops.queries import KIND
from portal.workshops.rules import TEXTS, Denied

Said = Mapping[str, Mapping[str, str]]  # field -> language -> text
Times = Sequence[tuple[datetime, datetime]]  # the days of a session (UTC), in their order
# What staff may set on a workshop and on a session, besides texts, times, quotas and languages.
WORKSHOP_SETTINGS = ("slug", "purpose", "level", "process_id", "min_age", "minutes", "certificate", "position")
SESSION_SETTINGS = (
    "term_id", "venue_id", "room", "trainer_id", "trainer_name", "step_free", "loop", "book_from", "book_until",
    "takes_waiting", "offer_hours",
)  # fmt: skip


def _set(row: Any, names: Sequence[str], changes: Mapping[str, Any]) -> None:
    for name, value in changes.items():
        if name not in names:
            raise TypeError(f"no {name} to set")
        setattr(row, name, value)


def create_workshop(
    actor: Actor, *, slug: str, purpose: Purpose, said: Said, level: Level | None = None, **changes: Any
) -> Workshop:  # fmt: skip
    """A new workshop, seen by staff alone until it is shown. Raises Denied when its address is taken."""
    s, now = db.session(), clock.now()
    _must_be_free(s, slug, None)
    row = Workshop(slug=slug, purpose=purpose, level=level, created_at=now, changed_at=now)
    _set(row, WORKSHOP_SETTINGS, changes)
    s.add(row)
    s.flush()
    texts.put_all(s, "workshop", row.id, said, TEXTS["workshop"])
    index(s, row)
    record(actor, "made workshop", "workshop", row.id, after={"slug": slug, "purpose": purpose.value})
    return row


def edit_workshop(actor: Actor, row: Workshop, *, said: Said | None = None, **changes: Any) -> None:
    """Other texts and settings. Raises Denied when the address is taken."""
    s = db.session()
    if "slug" in changes:
        _must_be_free(s, changes["slug"], row.id)
    before = {name: str(getattr(row, name)) for name in changes}
    _set(row, WORKSHOP_SETTINGS, changes)
    if row.shown and row.process_id is not None:
        processes.stands_beside(row.process_id)
    if said is not None:
        texts.put_all(s, "workshop", row.id, said, TEXTS["workshop"])
    touch(row)
    index(s, row)
    record(
        actor, "changed workshop", "workshop", row.id, before=before, after={k: str(v) for k, v in changes.items()}
    )  # fmt: skip


def show_workshop(actor: Actor, row: Workshop, shown: bool) -> None:
    """Everybody sees it from now on, or staff alone."""
    row.shown = shown
    if shown and row.process_id is not None:
        processes.stands_beside(row.process_id)
    touch(row)
    index(db.session(), row)
    record(actor, "showed workshop" if shown else "hid workshop", "workshop", row.id)


def touch(row: Workshop | Session) -> None:
    """Says that a public page shows something new."""
    row.version += 1
    row.changed_at = clock.now()
    db.session().flush()


def index(s: Db, row: Workshop) -> None:
    """What the search knows of a workshop: its words in every language while everybody sees it."""
    search.forget(s, "workshop", row.id)
    if not row.shown or row.process_id is not None:
        return
    said = texts.all_languages(s, "workshop", row.id)
    for lang in {lang for _field, lang in said}:
        found = [said[name, lang].body for name in ("title", "summary") if (name, lang) in said]
        search.put(s, "workshop", row.id, lang, " ".join(found))


def create_session(
    actor: Actor,
    workshop: Workshop,
    times: Times,
    *,
    venue_id: int,
    seats: int,
    devices: int = 0,
    companions: int = 0,
    languages: Sequence[tuple[str, bool]] = (),
    said: Said | None = None,
    state: SessionState = SessionState.DRAFT,
    **changes: Any,
) -> Session:
    """A new session on these days. `languages`: (code, signed?). Raises Denied where the days overlap or are none."""
    s, now = db.session(), clock.now()
    days = _ordered(times)
    row = Session(
        workshop_id=workshop.id, venue_id=venue_id, starts_at=days[0][0], ends_at=days[-1][1], seats=seats,
        devices=devices, companions=companions, state=state, uid=f"workshop-{secrets.token_hex(12)}",
        created_at=now, changed_at=now,
    )  # fmt: skip
    _set(row, SESSION_SETTINGS, changes)
    s.add(row)
    s.flush()
    s.add_all(Day(session_id=row.id, starts_at=start, ends_at=end) for start, end in days)
    s.add_all(Spoken(session_id=row.id, lang=lang, signed=signed) for lang, signed in dict(languages).items())
    s.flush()
    if said is not None:
        texts.put_all(s, KIND, row.id, said, TEXTS[KIND])
    record(actor, "made session", KIND, row.id, after={"workshop": workshop.id, "from": days[0][0].isoformat()})
    return row


def _ordered(times: Times) -> list[tuple[datetime, datetime]]:
    days = sorted(times)
    if not days:
        raise Denied(no(_l("Give at least one day.")))
    for (_start, end), (start, _end) in zip(days, days[1:], strict=False):
        if start < end:
            raise Denied(no(_l("Two of these days overlap.")))
    return days


def edit_session(
    actor: Actor, row: Session, *, languages: Sequence[tuple[str, bool]] | None = None, said: Said | None = None,
    **changes: Any,
) -> None:  # fmt: skip
    """Other settings, languages and texts; times and quotas have acts of their own."""
    s = db.session()
    before = {name: str(getattr(row, name)) for name in changes}
    _set(row, SESSION_SETTINGS, changes)
    if languages is not None:
        s.execute(delete(Spoken).where(Spoken.session_id == row.id))
        s.add_all(Spoken(session_id=row.id, lang=lang, signed=signed) for lang, signed in dict(languages).items())
    if said is not None:
        texts.put_all(s, KIND, row.id, said, TEXTS[KIND])
    touch(row)
    record(actor, "changed session", KIND, row.id, before=before, after={k: str(v) for k, v in changes.items()})


def open_session(actor: Actor, row: Session) -> None:
    """Everybody sees a drafted session from now on, and can book it as its dates say. Raises Denied."""
    if row.state is not SessionState.DRAFT:
        raise Denied(no(_l("This session is shown already.")))
    row.state = SessionState.OPEN
    touch(row)
    record(actor, "opened session", KIND, row.id)


def _must_be_free(s: Db, slug: str, own_id: int | None) -> None:
    taken = s.scalar(select(Workshop.id).where(Workshop.slug == slug))
    if taken is not None and taken != own_id:
        raise Denied(no(_l("Another workshop has this address. Choose another one.")))
