"""Forms on paper: staff enter what a sheet says under its number."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from portal.base import clock, db, i18n
from portal.base.actor import Actor
from portal.base.feature import Sheet
from portal.base.i18n import _, _l
from portal.base.security import actor, staff
from portal.home import actions, actions_sheets, rules_sheets
from portal.home.forms import NumberForm, ReportForm
from portal.home.queries import sheets_for

bp = Blueprint("home_sheets", __name__, url_prefix="/staff/paper")
ROLES = ("clerk", "librarian", "administrator")


def _report(_actor: Actor, form: Any, lang: str) -> tuple[str, Any]:
    row = actions.report_barrier(
        page=actions.path_of(form.page.data or ""),
        what=form.what.data or "",
        contact=form.contact.data or "",
        lang=lang,
    )
    return "barrier_report", row.id


BARRIER = Sheet("barrier", _l("Report a barrier"), "home.report", ReportForm, _report)


@bp.get("")
@staff(*ROLES)
def listed() -> str:
    """The forms that exist on paper."""
    return render_template("home/staff/sheets.html", sheets=_sheets())


def _sheets() -> list[Sheet]:
    return sheets_for(db.session(), actor(), i18n.lang())


@bp.route("/<paper>", methods=["GET", "POST"])
@staff(*ROLES)
def enter(paper: str) -> str | tuple[str, int] | Response:
    """Enter one paper."""
    sheet = next((one for one in _sheets() if one.name == paper), None)
    if sheet is None:
        abort(404)
    form = type("Entry", (NumberForm, sheet.form), {})()  # type: ignore[arg-type, misc, unused-ignore]
    if form.is_submitted():
        number = rules_sheets.read(form.number.data or "")
        valid = form.validate()
        if valid and not number:
            form.number.errors = [_("This number is not one of ours. Look at the paper again.")]
        elif valid and actions_sheets.enter(
            actor(), number, sheet.name, lambda: sheet.enter(actor(), form, i18n.lang()), clock.now()
        ):
            flash(_("What the paper says is stored."), "success")
            return redirect(url_for(".listed"), 303)
        elif valid:
            form.number.errors = [_("This paper was entered before.")]
    html = render_template("home/staff/sheet_entry.html", form=form, sheet=sheet)
    return html, 422 if form.is_submitted() else 200
