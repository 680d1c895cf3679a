"""What is offered: made, written, shown, copied."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from portal.base import clock, db, i18n, texts
from portal.base.i18n import _
from portal.base.security import actor, staff
from portal.base.textforms import fill, need_one, texts_of, tongues
from portal.workshops import actions_plan, queries_desk, rules
from portal.workshops.forms_staff import WorkshopForm, workshop_form
from portal.workshops.models import Workshop
from portal.workshops.rules import Denied
from portal.workshops.staff import desk

SPEC = rules.TEXTS["workshop"]


def find(workshop_id: int) -> Workshop:
    """A workshop, whether it is shown or not; else 404."""
    row = queries_desk.workshop(db.session(), workshop_id)
    if row is None:
        abort(404)
    return row


@desk.get("/offered")
@staff(*rules.PLANNERS, scoped=True)
def offered() -> str:
    """Everything that is offered, also what staff alone see."""
    found = queries_desk.workshops(db.session(), clock.city_now())
    return render_template(
        "workshops/staff/offered.html", found=found, levels=rules.LEVEL_NAMES, purposes=rules.PURPOSE_NAMES,
        everywhere=actor().everywhere(*rules.PLANNERS),
    )  # fmt: skip


@desk.route("/offered/new", methods=["GET", "POST"])
@staff(*rules.PLANNERS)
def new_workshop() -> ResponseReturnValue:
    """A new workshop, seen by staff alone."""
    form = workshop_form()(data={"minutes": 90})
    return _edit(form, None)


@desk.route("/offered/<int:workshop_id>", methods=["GET", "POST"])
@staff(*rules.PLANNERS)
def workshop(workshop_id: int) -> ResponseReturnValue:
    """Texts and settings of a workshop."""
    row = find(workshop_id)
    stored = texts.all_languages(db.session(), "workshop", row.id)
    data = {
        "slug": row.slug, "purpose": row.purpose, "level": row.level, "belongs": row.process_id, "minutes": row.minutes,
        "min_age": row.min_age, "certificate": row.certificate, "version": str(row.version), **fill(stored),
    }  # fmt: skip
    return _edit(workshop_form()(data=data), row)


def _edit(form: WorkshopForm, row: Workshop | None) -> ResponseReturnValue:
    form.belongs.choices = list(queries_desk.meeting_processes(db.session(), actor(), i18n.lang()).items())
    status = 200
    if form.is_submitted():
        status = 422
        valid = form.validate() & need_one(form, "title", _("Enter a title in at least one language.")) & form.fits()
        if valid and row is not None and form.version.data != str(row.version):
            form.form_errors = [_("Somebody else has changed this meanwhile. Compare, and save again to overwrite.")]
            form.version.data, valid, status = str(row.version), False, 409
        if valid:
            try:
                return redirect(url_for(".workshop", workshop_id=_save(form, row).id), 303)
            except Denied as denied:
                form.slug.errors = [str(denied.verdict.reason)]
    html = render_template("workshops/staff/workshop.html", form=form, workshop=row, tongues=tongues(SPEC))
    return html, status


def _save(form: WorkshopForm, row: Workshop | None) -> Workshop:
    said, values = texts_of(form, SPEC), form.values()
    if row is None:
        row = actions_plan.create_workshop(actor(), said=said, **values)
        flash(_("The workshop is stored. Only staff see it."), "success")
    else:
        actions_plan.edit_workshop(actor(), row, said=said, **values)
        flash(_("Saved."), "success")
    return row


@desk.post("/offered/<int:workshop_id>/show")
@staff(*rules.PLANNERS)
def show_workshop(workshop_id: int) -> ResponseReturnValue:
    """Everybody sees it from now on, or staff alone."""
    row = find(workshop_id)
    actions_plan.show_workshop(actor(), row, not row.shown)
    flash(_("Everybody sees it now.") if row.shown else _("Only staff see it now."), "success")
    return redirect(url_for(".workshop", workshop_id=row.id), 303)
