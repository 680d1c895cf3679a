"""The staff screens for the places where people meet, and for where things lie on the city plan."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from portal.base import clock, db, ground, texts, ui
from portal.base.i18n import _
from portal.base.security import actor, staff
from portal.places import actions, queries
from portal.places.forms import VenueFilters, VenueForm, name_fields
from portal.places.forms_spot import asked_spot, spot_form
from portal.places.models import Venue
from portal.places.queries_plan import city_plan
from portal.places.rules import spot_of

desk = Blueprint("places_venues", __name__, url_prefix="/staff/places")
PAGE_SIZE = 50
ANSWERS = {True: "yes", False: "no", None: "unknown"}
STEP_FREE = {answer: fact for fact, answer in ANSWERS.items()}


@desk.get("")
@staff("administrator")
def venues() -> ResponseReturnValue:
    """Every place, those out of use too, searched and in pages."""
    s, form = db.session(), VenueFilters()
    form.validate()
    words = (form.q.data or "")[:100]
    rows = queries.venues(s, closed=True, words=words)
    here, query = url_for(".venues"), {"q": words}
    paging = ui.paging(
        len(rows), ui.page_number(request.args.get("page")), PAGE_SIZE, lambda n: ui.address(here, query, page=n)
    )
    return render_template(
        "places/staff/venues.html",
        form=None,
        filters=form,
        rows=rows[paging.offset : paging.offset + PAGE_SIZE],
        total=len(rows),
        words=words,
        districts={row.id: row.name for row in queries.districts(s, closed=True)},
        paging=paging,
    )


@desk.route("/new", methods=["GET", "POST"])
@staff("administrator")
def new() -> ResponseReturnValue:
    """A new place."""
    return _edit(None)


@desk.route("/<int:venue_id>", methods=["GET", "POST"])
@staff("administrator")
def change(venue_id: int) -> ResponseReturnValue:
    """Everything of one place."""
    return _edit(_venue(venue_id))


@desk.route("/<int:venue_id>/plan", methods=["GET", "POST"])
@staff("administrator")
def place(venue_id: int) -> ResponseReturnValue:
    """Where it lies on the city plan: press the plan, choose something that lies there, or enter numbers."""
    s, row, plan = db.session(), _venue(venue_id), city_plan()
    if plan is None:
        raise NotFound
    spots = queries.spots(s)
    form = spot_form(spots, spot_of(row), but=f"venue-{row.id}")
    if form.is_submitted():
        known, spot = asked_spot(form, plan.pressed, spots)
        if known:
            actions.place_venue(actor(), row, spot)
            flash(_("The place on the plan is stored."), "success")
            return redirect(url_for(".change", venue_id=row.id), 303)
    name = str(texts.load(s, "venue", [row.id], ["name"]).get((row.id, "name")) or row.address)
    back = url_for(".change", venue_id=row.id)
    html = render_template("places/staff/spot.html", form=form, name=name, back=back, plan=plan, spot=spot_of(row))
    return html, 422 if form.is_submitted() else 200


@desk.post("/<int:venue_id>/close")
@staff("administrator")
def close(venue_id: int) -> ResponseReturnValue:
    """Take a place out of use, or back."""
    row = _venue(venue_id)
    actions.close_venue(actor(), row, clock.now() if row.closed_at is None else None)
    flash(_("The place is stored."), "success")
    return redirect(url_for(".venues"), 303)


def _venue(venue_id: int) -> Venue:
    row = queries.venue(db.session(), venue_id)
    if row is None:
        raise NotFound
    return row


def _edit(row: Venue | None) -> ResponseReturnValue:
    s = db.session()
    form = name_fields(VenueForm, hours=True)(data=_stored(row))
    form.district.choices = [(one.id, one.name) for one in queries.districts(s, closed=row is not None)]
    languages = ground.settings().languages
    if form.is_submitted():
        valid = form.validate()
        if not any(form[f"name_{code}"].data for code in languages):
            form[f"name_{languages[0]}"].errors = [_("Enter a name in at least one language.")]
            valid = False
        if valid:
            given: dict[str, Any] = {
                "names": {code: form[f"name_{code}"].data or "" for code in languages},
                "hours": {code: form[f"hours_{code}"].data or "" for code in languages},
                "address": form.address.data,
                "district_id": form.district.data,
                "step_free": STEP_FREE[form.step_free.data],
                "position": form.position.data or 0,
            }
            if row is None:
                row = actions.add_venue(actor(), **given)
            else:
                actions.edit_venue(actor(), row, **given)
            flash(_("The place is stored."), "success")
            return redirect(url_for(".venues"), 303)
    html = render_template("places/staff/venue.html", form=form, row=row, spoken=languages, plan=city_plan())
    return html, 422 if form.is_submitted() else 200


def _stored(row: Venue | None) -> dict[str, Any]:
    if row is None:
        return {}
    words = texts.all_languages(db.session(), "venue", row.id)
    return {
        "address": row.address,
        "district": row.district_id,
        "step_free": ANSWERS[row.step_free],
        "position": row.position,
        **{f"{field}_{lang}": text.body for (field, lang), text in words.items()},
    }
