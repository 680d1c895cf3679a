"""The staff screen for districts."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from portal.base import clock, db, ground, texts
from portal.base.i18n import _
from portal.base.security import actor, staff
from portal.places import actions, queries
from portal.places.forms import DistrictForm, name_fields
from portal.places.models import District

desk = Blueprint("places_staff", __name__, url_prefix="/staff/districts")


@desk.get("")
@staff("administrator")
def districts() -> ResponseReturnValue:
    """Every district, those out of use too."""
    return render_template("places/staff/districts.html", rows=queries.districts(db.session(), closed=True))


@desk.route("/new", methods=["GET", "POST"])
@staff("administrator")
def new() -> ResponseReturnValue:
    """A new district."""
    form = name_fields(DistrictForm)()
    if form.validate_on_submit():
        made = actions.add_district(
            actor(), code=(form.code.data or "").strip(), names=_names(form), position=form.position.data or 0
        )
        if isinstance(made, District):
            flash(_("The district is stored."), "success")
            return redirect(url_for("places_staff.districts"), 303)
        form.code.errors = [str(made.reason)]
    status = 422 if form.is_submitted() else 200
    return render_template("places/staff/district.html", form=form, row=None), status


@desk.route("/<int:district_id>", methods=["GET", "POST"])
@staff("administrator")
def change(district_id: int) -> ResponseReturnValue:
    """Names and place in lists of a district."""
    s = db.session()
    row = queries.district(s, district_id)
    if row is None:
        raise NotFound
    kept = {f"name_{lang}": t.body for (_f, lang), t in texts.all_languages(s, "district", row.id).items()}
    form = name_fields(DistrictForm)(data={"position": row.position, **kept})
    del form.code
    if form.validate_on_submit():
        actions.name_district(actor(), row, names=_names(form), position=form.position.data or 0)
        flash(_("The district is stored."), "success")
        return redirect(url_for("places_staff.districts"), 303)
    return render_template("places/staff/district.html", form=form, row=row), 422 if form.is_submitted() else 200


@desk.post("/<int:district_id>/close")
@staff("administrator")
def close(district_id: int) -> ResponseReturnValue:
    """Take a district out of use, or back."""
    row = queries.district(db.session(), district_id)
    if row is None:
        raise NotFound
    actions.close_district(actor(), row, clock.now() if row.closed_at is None else None)
    flash(_("The district is stored."), "success")
    return redirect(url_for("places_staff.districts"), 303)


def _names(form: DistrictForm) -> dict[str, str]:
    return {code: form[f"name_{code}"].data or "" for code in ground.settings().languages}
