"""A call begins, is edited, gets its dates and is shown; its categories."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from portal.audit.actions import record
from portal.base import clock, db, search, texts
from portal.base.actor import Actor
from portal.base.i18n import _l
from portal.base.texts import Wording
from portal.base.verdict import no
from portal.ideas.models import Call, CallCategory, Idea
from portal.ideas.rules import TEXTS, Denied
from portal.processes import actions as process_actions
from portal.processes.actions import Dates
from portal.processes.models import Process

Said = Mapping[str, Mapping[str, str]]  # field -> language -> text
# What staff may set on a call, besides its address, texts, dates and categories.
SETTINGS = (
    "always_open", "challenge", "debate", "premoderated", "promised_hours", "audience", "age", "age_on", "threshold",
    "short_list_size", "edit_minutes", "forget_days", "objection_days", "asks_place", "asks_cost", "takes_pictures",
    "takes_files", "support_until",
)  # fmt: skip


def put_texts(kind: str, object_id: int, said: Said) -> None:
    """Stores texts of a call or of its categories. Raises KeyError for a field that the kind does not have."""
    texts.put_all(db.session(), kind, object_id, said, TEXTS[kind])


def create(actor: Actor, *, slug: str, texts: Said, process_id: int | None = None, **changes: Any) -> Call:
    """A new call, seen by staff only, with a process of its own or within another's. Raises Denied when the address is
    taken, TypeError for a setting that a call does not have."""
    s, now = db.session(), clock.now()
    _must_be_free(slug, None)
    call = Call(
        slug=slug,
        process_id=process_id if process_id is not None else process_actions.begin("idea").id,
        created_at=now,
        changed_at=now,
        version=1,
    )
    _set(call, changes)
    s.add(call)
    s.flush()
    put_texts("call", call.id, texts)
    index(s, call)
    record(actor, "create", "call", call.id, after=_told(call) | {"texts": {k: dict(v) for k, v in texts.items()}})
    return call


def _set(call: Call, changes: Mapping[str, Any]) -> None:
    for name, value in changes.items():
        if name not in SETTINGS:
            raise TypeError(f"a call has no {name} to set")
        setattr(call, name, value)


def edit(actor: Actor, call: Call, *, slug: str | None = None, texts: Said | None = None, **changes: Any) -> None:
    """Changes address, texts and settings. Raises Denied when the address is taken or the call is closed."""
    _must_be_loose(call)
    before = _told(call)
    if slug is not None and slug != call.slug:
        _must_be_free(slug, call.id)
        call.slug = slug
    _set(call, changes)
    if texts:
        put_texts("call", call.id, texts)
    touch(call)
    index(db.session(), call)
    after = _told(call) | ({"texts": {k: dict(v) for k, v in texts.items()}} if texts else {})
    record(actor, "edit", "call", call.id, before=before, after=after)


def set_dates(actor: Actor, call: Call, dates: Dates) -> None:
    """Replaces the dates of a call that has a process of its own (UTC). Raises Denied, or DatesRefused when the dates
    do not fit together."""
    _must_be_loose(call)
    process = db.session().get_one(Process, call.process_id)
    if process.subject != "idea":
        raise Denied(no(_l("The dates of this call are those of its budget. Change them there.")))
    process_actions.set_dates(actor, call.process_id, dates)
    touch(call)


def show(actor: Actor, call: Call, shown: bool) -> None:
    """Everybody may see it from now on, or only staff. Raises Denied where people have handed in ideas already: they
    are not taken from the public's eyes."""
    s = db.session()
    if not shown and s.scalar(select(func.count()).select_from(Idea).where(Idea.call_id == call.id)):
        raise Denied(no(_l("People have handed in ideas to this call, so it stays public.")))
    before, call.shown = call.shown, shown
    touch(call)
    index(s, call)
    record(actor, "show" if shown else "hide", "call", call.id, before={"shown": before}, after={"shown": shown})


def touch(call: Call) -> None:
    """Says that a public page of the call shows something new."""
    call.version += 1
    call.changed_at = clock.now()
    db.session().flush()


def index(s: Session, call: Call) -> None:
    """What the search knows of a call: its words in every language while it is shown."""
    search.forget(s, "call", call.id)
    if not call.shown:
        return
    said = texts.all_languages(s, "call", call.id)
    for lang in {lang for _field, lang in said}:
        words = [said[field, lang].body for field in ("title", "summary", "rules") if (field, lang) in said]
        search.put(s, "call", call.id, lang, " ".join(words))


def set_categories(actor: Actor, call: Call, wanted: Sequence[tuple[int | None, Mapping[str, str]]]) -> None:
    """The categories of a call in their order: (number, or None for a new one; names by language). One that is left out
    goes, unless ideas have it. Raises Denied, LookupError for a category of another call."""
    _must_be_loose(call)
    s = db.session()
    held = {row.id: row for row in s.scalars(select(CallCategory).where(CallCategory.call_id == call.id))}
    kept = {number for number, _names in wanted if number is not None}
    if kept - set(held):
        raise LookupError("a category of another call")
    for number in set(held) - kept:
        if s.scalar(select(func.count()).select_from(Idea).where(Idea.category_id == number)):
            raise Denied(no(_l("Ideas have this category. Give it another name instead.")))
        s.execute(delete(Wording).where(Wording.kind == "call_category", Wording.object_id == number))
        s.delete(held[number])
    for row in held.values():
        row.position += 10_000  # no two at one place while they change theirs
    s.flush()
    for position, (each, names) in enumerate(wanted, 1):
        category = held[each] if each is not None else CallCategory(call_id=call.id)
        category.position = position
        s.add(category)
        s.flush()
        put_texts("call_category", category.id, {"name": names})
    touch(call)
    record(actor, "set categories", "call", call.id, before={"number": len(held)}, after={"number": len(wanted)})


def category_ids(call: Call) -> list[int]:
    """The numbers of a call's categories in their order."""
    s = db.session()
    return list(
        s.scalars(select(CallCategory.id).where(CallCategory.call_id == call.id).order_by(CallCategory.position))
    )


def _must_be_free(slug: str, own_id: int | None) -> None:
    taken = db.session().scalar(select(Call.id).where(Call.slug == slug))
    if taken is not None and taken != own_id:
        raise Denied(no(_l("Another call has this address. Choose another one.")))


def _must_be_loose(call: Call) -> None:
    if call.closed_at is not None:
        raise Denied(no(_l("This call is closed. Nothing about it can be changed.")))


def _told(call: Call) -> dict[str, Any]:
    found = {name: getattr(call, name) for name in ("slug", *SETTINGS)}
    return {name: _plain(value) for name, value in found.items()}


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value
