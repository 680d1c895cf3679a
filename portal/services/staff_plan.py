"""Services in the staff area: what is offered, its texts and its clock, and its form with its versions."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from flask import Response, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from portal.base import clock, db, i18n, texts
from portal.base.errors import Refused
from portal.base.i18n import _, _l
from portal.base.security import actor, staff
from portal.base.textforms import fill, need_one, texts_of, tongues
from portal.services import actions_plan, queries, queries_clock, queries_plan, rules_plan
from portal.services.forms_plan import DocumentForm, ServiceForm, service_form, stored
from portal.services.models import Service
from portal.services.rules import Denied
from portal.services.schema import BadForm
from portal.services.schema_faults import parse
from portal.services.staff import desk

PLANNERS = ("administrator",)
SPEC = rules_plan.TEXTS


def find_service(slug: str) -> Service:
    """A service, shown or not; 404 where there is none."""
    row = queries_plan.by_slug(db.session(), slug)
    if row is None:
        abort(404)
    return row


@desk.get("/services")
@staff(*PLANNERS)
def services() -> str:
    """Everything that can be applied for, also what staff alone see."""
    found = queries.every(db.session(), clock.city_now(), i18n.lang())
    periods = {one.row.id: queries_clock.period(one.row.period, one.row.unit) for one in found}
    return render_template("services/staff/services.html", found=found, periods=periods)


@desk.route("/services/new", methods=["GET", "POST"])
@staff(*PLANNERS)
def new_service() -> ResponseReturnValue:
    """A new service, seen by staff alone."""
    return _edit(service_form()(data=dict(stored(None))), None)


@desk.route("/services/<slug>", methods=["GET", "POST"])
@staff(*PLANNERS)
def service(slug: str) -> ResponseReturnValue:
    """Texts and settings of a service."""
    row = find_service(slug)
    said = texts.all_languages(db.session(), queries.KIND, row.id)
    return _edit(service_form()(data={**stored(row), **fill(said)}), row)


def _edit(form: ServiceForm, row: Service | None) -> ResponseReturnValue:
    form.department.choices = queries_plan.departments(db.session(), i18n.lang())
    status = 200
    if form.is_submitted():
        status = 422
        valid = form.validate() & need_one(form, "title", _("Enter a title in at least one language.")) & form.free()
        if valid and row is not None and form.version.data != str(row.version):
            form.form_errors = [_("Somebody else has changed this meanwhile. Compare, and save again to overwrite.")]
            form.version.data, valid, status = str(row.version), False, 409
        if valid:
            try:
                return redirect(url_for(".service", slug=_save(form, row).slug), 303)
            except Denied as denied:
                form.slug.errors = [str(denied.verdict.reason)]
    versions = queries_plan.versions(db.session(), row.id) if row is not None else []
    html = render_template(
        "services/staff/service.html", form=form, service=row, tongues=tongues(SPEC), versions=versions
    )
    return html, status


def _save(form: ServiceForm, row: Service | None) -> Service:
    said, values = texts_of(form, SPEC), form.values()
    if row is None:
        row = actions_plan.create(actor(), said=said, **values)
        flash(_("The service is stored. Only staff see it."), "success")
    else:
        actions_plan.edit(actor(), row, said=said, **values)
        flash(_("Saved."), "success")
    return row


@desk.post("/services/<slug>/show")
@staff(*PLANNERS)
def show_service(slug: str) -> ResponseReturnValue:
    """Everybody sees it from now on, or staff alone."""
    row = find_service(slug)
    try:
        actions_plan.show(actor(), row, not row.shown)
    except Denied as denied:
        assert denied.verdict.reason is not None
        raise Refused(
            denied.verdict.reason, 409, next_label=_l("Its form"), next_url=url_for(".service_form_page", slug=slug)
        ) from None
    flash(_("Everybody sees it now.") if row.shown else _("Only staff see it now."), "success")
    return redirect(url_for(".service", slug=row.slug), 303)


@desk.route("/services/<slug>/form", methods=["GET", "POST"])
@staff(*PLANNERS)
def service_form_page(slug: str) -> ResponseReturnValue:
    """The form as a document: looked at, changed, and published as a new version."""
    row, s, status = find_service(slug), db.session(), 200
    now = queries_plan.latest(s, row.id)
    form = DocumentForm(data={"document": _written(now.document) if now is not None else ""})
    faults: list[Any] = []
    if form.is_submitted():
        status = 422
        since = form.since.data if form.validate() else None
        if since is not None and since <= clock.city_now():
            form.since.errors = [_("Choose a day that is still to come.")]
        if not form.errors:
            try:
                document = parse(form.document.data or "")
                made = actions_plan.publish(actor(), row, document, since or clock.city_now())
            except BadForm as bad:
                faults = list(bad.faults)
            else:
                words = {"n": i18n.number(made.number), "when": i18n.moment(made.valid_from or clock.city_now())}
                flash(_("Version %(n)s counts for whoever begins after %(when)s.", **words), "success")
                return redirect(url_for(".service_form_page", slug=slug), 303)
    return form_page(row, form, faults), status


def form_page(row: Service, form: DocumentForm, faults: Sequence[Any]) -> str:
    """The page with the document of a form; with faults these say where they are."""
    if faults:
        form.document.errors = [_("The document has faults; they stand above the box, each with its place.")]
    return render_template(
        "services/staff/form.html", service=row, form=form, faults=faults,
        versions=queries_plan.versions(db.session(), row.id),
    )  # fmt: skip


@desk.get("/services/<slug>/form/<int:version>.json")
@staff(*PLANNERS)
def form_json(slug: str, version: int) -> Response:
    """A version of the form, to be saved."""
    row = find_service(slug)
    found = queries_plan.version(db.session(), row.id, version)
    if found is None:
        abort(404)
    answer = Response(_written(found.document) + "\n", mimetype="application/json")
    answer.headers["Content-Disposition"] = f'attachment; filename="{row.slug}-{version}.json"'
    return answer


def _written(document: Any) -> str:
    return json.dumps(document, ensure_ascii=False, indent=2)
