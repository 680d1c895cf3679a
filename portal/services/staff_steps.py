"""The steps of a service's procedure in the staff area, and their ticks in a case."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.base import db, i18n, texts
from portal.base.errors import Refused
from portal.base.i18n import _, _l
from portal.base.security import acting, actor, staff
from portal.base.textforms import fill, need_one, texts_of, tongues
from portal.services import actions_steps, queries_steps, rules, rules_steps
from portal.services.forms_plan import step_form
from portal.services.models import Service
from portal.services.models_steps import Step
from portal.services.rules import Denied
from portal.services.staff import desk, find, refused
from portal.services.staff_plan import PLANNERS, find_service

SPEC = rules_steps.TEXTS


def _step(service: Service, step_id: int) -> Step:
    row = queries_steps.one(db.session(), service.id, step_id)
    if row is None:
        abort(404)
    return row


@desk.route("/services/<slug>/steps", methods=["GET", "POST"])
@staff(*PLANNERS)
def steps(slug: str) -> ResponseReturnValue:
    """The procedure, step by step; a further one is added at its end."""
    row, form = find_service(slug), step_form()()
    if form.is_submitted() and form.validate() & need_one(form, "title", _("Enter what is to be done.")):
        try:
            actions_steps.add(actor(), row, said=texts_of(form, SPEC), required=bool(form.required.data))
        except Denied as denied:
            assert denied.verdict.reason is not None
            here = url_for(".steps", slug=slug)
            raise Refused(denied.verdict.reason, 409, next_label=_l("Back to the steps"), next_url=here) from None
        flash(_("The step is added."), "success")
        return redirect(url_for(".steps", slug=slug), 303)
    found = queries_steps.of_service(db.session(), row.id, i18n.lang())
    html = render_template(
        "services/staff/steps.html", service=row, found=found, form=form, tongues=tongues(SPEC), step=None
    )
    return html, 422 if form.errors else 200


@desk.route("/services/<slug>/steps/<int:step_id>", methods=["GET", "POST"])
@staff(*PLANNERS)
def edit_step(slug: str, step_id: int) -> ResponseReturnValue:
    """Other words for a step, or needed before a decision or not."""
    service = find_service(slug)
    row = _step(service, step_id)
    said = texts.all_languages(db.session(), queries_steps.KIND, row.id)
    form = step_form()(data={"required": row.required, **fill(said)})
    if form.is_submitted() and form.validate() & need_one(form, "title", _("Enter what is to be done.")):
        actions_steps.edit(actor(), row, said=texts_of(form, SPEC), required=bool(form.required.data))
        flash(_("Saved."), "success")
        return redirect(url_for(".steps", slug=slug), 303)
    html = render_template(
        "services/staff/steps.html", service=service, found=[], form=form, tongues=tongues(SPEC), step=row
    )
    return html, 422 if form.errors else 200


@desk.post("/services/<slug>/steps/<int:step_id>/up")
@staff(*PLANNERS)
def step_up(slug: str, step_id: int) -> ResponseReturnValue:
    """One place further to the front."""
    actions_steps.up(actor(), _step(find_service(slug), step_id))
    return redirect(url_for(".steps", slug=slug), 303)


@desk.post("/services/<slug>/steps/<int:step_id>/remove")
@staff(*PLANNERS)
def remove_step(slug: str, step_id: int) -> ResponseReturnValue:
    """Take it out of the procedure."""
    actions_steps.remove(actor(), _step(find_service(slug), step_id))
    flash(_("The step is taken out. Cases in which it is ticked keep it."), "success")
    return redirect(url_for(".steps", slug=slug), 303)


@desk.post("/<reference>/steps/<int:step_id>")
@staff(*rules.DESK, scoped=True)
def tick_step(reference: str, step_id: int) -> ResponseReturnValue:
    """Tick a step in a case, or take the tick away."""
    page = find(reference)
    try:
        actions_steps.tick(acting(), page.case.id, _step(page.service, step_id), request.form.get("done") == "1")
    except Denied as denied:
        raise refused(denied, reference) from None
    return redirect(url_for(".case", reference=reference, _anchor="steps"), 303)
