"""The staff screens for districts and departments."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from portal.base import clock, db, ground, texts
from portal.base.i18n import _
from portal.base.security import actor, staff
from portal.places import actions, queries
from portal.places.forms import DistrictForm, name_fields
from portal.places.forms_spot import asked_spot, spot_form
from portal.places.models import Department, District
from portal.places.queries_plan import city_plan
from portal.places.rules import spot_of

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
    return render_template("places/staff/district.html", form=form, row=None, plan=None), status


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
    html = render_template("places/staff/district.html", form=form, row=row, plan=city_plan())
    return html, 422 if form.is_submitted() else 200


@desk.route("/<int:district_id>/plan", methods=["GET", "POST"])
@staff("administrator")
def place(district_id: int) -> ResponseReturnValue:
    """Where its name stands on the city plan: press the plan, choose something that lies there, or enter numbers."""
    s, plan = db.session(), city_plan()
    row = queries.district(s, district_id)
    if row is None or plan is None:
        raise NotFound
    spots = queries.spots(s)
    form = spot_form(spots, spot_of(row), but=f"district-{row.id}")
    if form.is_submitted():
        known, spot = asked_spot(form, plan.pressed, spots)
        if known:
            actions.place_district(actor(), row, spot)
            flash(_("The place on the plan is stored."), "success")
            return redirect(url_for(".change", district_id=row.id), 303)
    name = str(texts.load(s, "district", [row.id], ["name"]).get((row.id, "name")) or row.code)
    back = url_for(".change", district_id=row.id)
    html = render_template("places/staff/spot.html", form=form, name=name, back=back, plan=plan, spot=spot_of(row))
    return html, 422 if form.is_submitted() else 200


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


offices = Blueprint("departments_staff", __name__, url_prefix="/staff/departments")


@offices.get("")
@staff("administrator")
def departments() -> ResponseReturnValue:
    """Every department, those out of use too."""
    return render_template("places/staff/departments.html", rows=queries.departments(db.session(), closed=True))


@offices.route("/new", methods=["GET", "POST"])
@staff("administrator")
def new_department() -> ResponseReturnValue:
    """A new department."""
    form = name_fields(DistrictForm)()
    if form.validate_on_submit():
        made = actions.add_department(
            actor(), code=(form.code.data or "").strip(), names=_names(form), position=form.position.data or 0
        )
        if isinstance(made, Department):
            flash(_("The department is stored."), "success")
            return redirect(url_for("departments_staff.departments"), 303)
        form.code.errors = [str(made.reason)]
    status = 422 if form.is_submitted() else 200
    return render_template("places/staff/department.html", form=form, row=None), status


@offices.route("/<int:department_id>", methods=["GET", "POST"])
@staff("administrator")
def change_department(department_id: int) -> ResponseReturnValue:
    """Names and place in lists of a department."""
    s = db.session()
    row = queries.department(s, department_id)
    if row is None:
        raise NotFound
    kept = {f"name_{lang}": t.body for (_f, lang), t in texts.all_languages(s, "department", row.id).items()}
    form = name_fields(DistrictForm)(data={"position": row.position, **kept})
    del form.code
    if form.validate_on_submit():
        actions.name_department(actor(), row, names=_names(form), position=form.position.data or 0)
        flash(_("The department is stored."), "success")
        return redirect(url_for("departments_staff.departments"), 303)
    return render_template("places/staff/department.html", form=form, row=row), 422 if form.is_submitted() else 200


@offices.post("/<int:department_id>/close")
@staff("administrator")
def close_department(department_id: int) -> ResponseReturnValue:
    """Take a department out of use, or back."""
    row = queries.department(db.session(), department_id)
    if row is None:
        raise NotFound
    actions.close_department(actor(), row, clock.now() if row.closed_at is None else None)
    flash(_("The department is stored."), "success")
    return redirect(url_for("departments_staff.departments"), 303)


def _names(form: DistrictForm) -> dict[str, str]:
    return {code: form[f"name_{code}"].data or "" for code in ground.settings().languages}
