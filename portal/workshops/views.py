"""What everybody sees of the programme: the list, a workshop, a session, a house."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, render_template, request, url_for

from portal.base import clock, db, i18n, texts, ui
from portal.base.security import actor, public
from portal.base.texts import Said
from portal.workshops import queries, queries_book, queries_list, rules, rules_languages
from portal.workshops.forms_find import ProgrammeFilters
from portal.workshops.models import SessionState
from portal.workshops.queries_list import PER_PAGE, Filters

pages = Blueprint("workshops", __name__, url_prefix="/workshops")


def words() -> dict[str, Any]:
    """What every template with sessions asks for by name."""
    return {"levels": rules.LEVEL_NAMES, "purposes": rules.PURPOSE_NAMES, "language_name": rules_languages.name}


@pages.get("/")
@public
def index() -> str:
    """What can be booked, soonest first."""
    s, now = db.session(), clock.city_now()
    houses = queries_list.house_names(s)
    form = ProgrammeFilters.of(houses)
    filters = form.filters(houses, i18n.in_zone(now).date())
    shown, total = queries_list.listed(s, actor(), filters, now)
    here, query = url_for(".index"), request.args.to_dict()
    return render_template(
        "workshops/index.html",
        filters_form=form,
        filters=filters,
        query={name: value for name, value in filters.query().items() if value != ""},
        shown=shown,
        total=total,
        paging=ui.paging(total, filters.page, PER_PAGE, lambda n: ui.address(here, query, page=n)),
        **words(),
    )


@pages.get("/<slug>")
@public
def workshop(slug: str) -> str:
    """A workshop: what it is about, its place on the ladder, when it is held."""
    s, now = db.session(), clock.city_now()
    row = queries_list.workshop(s, actor(), slug)
    if row is None:
        abort(404)
    shown, total = queries_list.listed(s, actor(), Filters(workshop=row.id), now)
    said = texts.load(s, "workshop", [row.id], ["title", "summary", "bring"], html=True)
    up = rules.next_level(row.level) if row.level is not None else None
    return render_template(
        "workshops/workshop.html",
        workshop=row,
        title=said.get((row.id, "title"), Said(row.slug, "en")),
        summary=said.get((row.id, "summary")),
        bring=said.get((row.id, "bring")),
        shown=shown,
        total=total,
        next_step=queries_list.others_on_ladder(s, up) if up is not None else [],
        up=up,
        **words(),
    )


@pages.get("/<slug>/<int:venue_id>/<day>")
@public
def slots(slug: str, venue_id: int, day: str) -> str:
    """The times of one day, for one person each."""
    s, now, on = db.session(), clock.city_now(), clock.day_of(day)
    row, place = queries_list.workshop(s, actor(), slug), queries_list.house(s, venue_id)
    if row is None or place is None or on is None:
        abort(404)
    filters = Filters(workshop=row.id, venue=venue_id, day=on, until=on)
    shown, _total = queries_list.listed(s, actor(), filters, now, size=100, fold=False)
    if not shown:
        abort(404)
    return render_template("workshops/slots.html", shown=shown, title=shown[0].title, house=place, day=on)


@pages.get("/sessions/<int:session_id>")
@public
def session(session_id: int) -> str:
    """A session: when, where, in which languages, what is there for whom, and how to book it."""
    s, now, who = db.session(), clock.city_now(), actor()
    held = queries.session(s, who, session_id)
    if held is None:
        abort(404)
    row = held.session
    told = queries_book.told(s, held)
    said = texts.load(s, "workshop", [held.workshop.id], ["summary"], html=True)
    papers = texts.load(s, queries.KIND, [row.id], ["agenda", "minutes"], html=True)
    spoken, _days = queries_list.languages_of(s, [row.id])
    mine = queries_book.live_booking(s, row.id, who.person_id, "") if who.signed_in else None
    full = row.seats_taken >= row.seats
    return render_template(
        "workshops/session.html",
        held=held,
        session=row,
        told=told,
        summary=said.get((held.workshop.id, "summary")),
        agenda=papers.get((row.id, "agenda")),
        minutes=papers.get((row.id, "minutes")),
        spoken=spoken.get(row.id, []),
        step_free=row.step_free if row.step_free is not None else queries_list.step_free(s, row.venue_id),
        verdict=rules.may_book(row, now),
        full=full,
        waits=rules.may_wait(row, now),
        closes=rules.closes(row),
        mine=queries.slip_of(mine) if mine is not None else "",
        cancelled=row.state is SessionState.CANCELLED,
        others=queries_book.others(s, who, held, now) if full or row.state is not SessionState.OPEN else [],
        **words(),
    )


@pages.get("/houses/<int:venue_id>")
@public
def house(venue_id: int) -> str:
    """What is held in one house."""
    s, now = db.session(), clock.city_now()
    place = queries_list.house(s, venue_id)
    if place is None:
        abort(404)
    page = ui.page_number(request.args.get("page"))
    shown, total = queries_list.listed(s, actor(), Filters(venue=venue_id, page=page), now)
    here = url_for(".house", venue_id=venue_id)
    return render_template(
        "workshops/house.html",
        house=place,
        shown=shown,
        total=total,
        paging=ui.paging(total, page, PER_PAGE, lambda n: ui.address(here, {}, page=n)),
        **words(),
    )
