"""Sessions for others: the site's search, feeds, calendars, open data, the page of what a process belongs to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session as Db

from portal.base import clock, i18n, texts
from portal.base.actor import NOBODY
from portal.base.feature import Event, Hit, News, Onward
from portal.base.i18n import _l
from portal.places.models import Venue
from portal.workshops import queries, queries_list
from portal.workshops.models import Purpose, Session, SessionState, Workshop
from portal.workshops.queries_list import Filters, Listed

MOST = 100


def workshops(s: Db, ids: list[int], lang: str) -> dict[int, Hit]:
    """Workshops that everybody may see; two selects."""
    rows = s.execute(
        select(Workshop.id, Workshop.slug).where(Workshop.id.in_(ids), Workshop.shown, queries.open_processes(NOBODY))
    ).all()
    said = texts.load(s, "workshop", [row.id for row in rows], ["title", "summary"], lang)
    found = {}
    for row in rows:
        title, summary = said.get((row.id, "title")), said.get((row.id, "summary"))
        if title is not None:
            text = summary.body if summary else ""
            found[row.id] = Hit(title.body, title.lang, "workshops.workshop", {"slug": row.slug}, text)
    return found


def feed(s: Db, _lang: str) -> list[News]:
    """What was put into the programme or changed last, as everybody may see it."""
    return news(s, Filters())


def news(s: Db, filters: Filters) -> list[News]:
    """The same for a filtered list: what comes, the latest change first."""
    shown, _total = queries_list.listed(s, NOBODY, filters, clock.city_now(), size=MOST, fold=False)
    rows = s.execute(select(Session.id, Session.changed_at).where(Session.id.in_([one.id for one in shown])))
    changed = {row.id: row.changed_at for row in rows}
    found = [
        News(
            f"session-{one.id}", f"{one.title.body}: {i18n.moment(one.starts_at)}", changed[one.id], "workshops.session",
            {"session_id": one.id}, one.house.body, one.title.lang,
        )
        for one in shown
    ]  # fmt: skip
    return sorted(found, key=lambda one: one.updated, reverse=True)


def events(s: Db, shown: Sequence[Listed]) -> list[Event]:
    """The days of sessions for calendars: the same entries each time, raised and cancelled as the sessions are."""
    ids = [one.id for one in shown]
    rows = {row.id: row for row in s.scalars(select(Session).where(Session.id.in_(ids)))}
    addresses = {row.id: row.address for row in s.execute(select(Venue.id, Venue.address))}
    days = queries.days_of(s, ids)
    return [
        Event(
            uid=f"{rows[one.id].uid}-{n}", title=one.title.body, starts_at=day.starts_at, ends_at=day.ends_at,
            endpoint="workshops.session", args={"session_id": one.id},
            place=f"{one.house.body}, {addresses.get(one.venue_id, '')}",
            cancelled=one.cancelled or day.cancelled_at is not None, sequence=rows[one.id].sequence,
        )
        for one in shown
        for n, day in enumerate(days[one.id], 1)
    ]  # fmt: skip


def table(s: Db, now: datetime) -> Iterable[dict[str, Any]]:
    """Every session that everybody may see, past ones too, without any person."""
    page = 1
    while True:
        shown, _total = queries_list.listed(s, NOBODY, Filters(page=page), now, size=500, fold=False, past=True)
        for one in shown:
            yield {
                "id": one.id, "workshop": one.slug, "title": one.title.body, "kind": one.purpose.value,
                "step": one.level.value if one.level else "", "house": one.house.body, "room": one.room,
                "starts": one.starts_at.isoformat(), "ends": one.ends_at.isoformat(), "days": one.days,
                "languages": " ".join(code for code, _signed in one.languages),
                "step_free": "" if one.step_free is None else bool(one.step_free), "loop": one.loop, "seats": one.seats,
                "free": max(one.free, 0), "waiting": one.waiting, "cancelled": one.cancelled,
            }  # fmt: skip
        if len(shown) < 500:
            return
        page += 1


def onward(s: Db, kind: str, object_id: int, lang: str) -> list[Onward]:
    """Meetings of a process that come, and the last ones with their minutes; one select, one more where there are some.
    Asked on a page of the process, whose readers may see them."""
    if kind != "process":
        return []
    rows = s.execute(
        select(Session.id, Session.starts_at, Session.workshop_id, Session.state, Session.ends_at)
        .join(Workshop, Workshop.id == Session.workshop_id)
        .where(
            Workshop.process_id == object_id, Workshop.shown,
            Session.state.in_((SessionState.OPEN, SessionState.HELD, SessionState.CANCELLED)),
        )
        .order_by(Session.starts_at.desc(), Session.id)
        .limit(6)
    ).all()  # fmt: skip
    if not rows:
        return []
    titles = texts.load(s, "workshop", {row.workshop_id for row in rows}, ["title"], lang)
    now = clock.city_now()
    found = []
    for row in reversed(rows):
        title = titles.get((row.workshop_id, "title"))
        if title is None:
            continue
        state = _l("Not held") if row.state is SessionState.CANCELLED else _l("Over") if row.ends_at <= now else None
        said = f"{title.body}, {i18n.moment(row.starts_at)}"
        found.append(Onward(_l("Meeting"), Hit(said, title.lang, "workshops.session", {"session_id": row.id}), state))
    return found


def appointments(s: Db) -> tuple[str, dict[str, Any]] | None:
    """The list of appointments at offices, while there is one to come with a free seat: one select."""
    offered = (
        select(Session.id)
        .join(Workshop, Workshop.id == Session.workshop_id)
        .where(
            Workshop.purpose == Purpose.APPOINTMENT, Workshop.shown, queries.open_processes(NOBODY),
            Session.state == SessionState.OPEN, Session.starts_at > clock.city_now(), Session.seats_taken < Session.seats,
        )
    )  # fmt: skip
    if s.scalar(offered.limit(1)) is None:
        return None
    return "workshops.index", {"purpose": Purpose.APPOINTMENT.value}
