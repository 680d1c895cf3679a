"""Forms on paper: staff enter what a sheet says under its number."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.base import clock, db, i18n
from portal.base.actor import Actor
from portal.base.feature import Sheet
from portal.base.i18n import _, _l
from portal.base.security import actor, staff
from portal.base.verdict import Verdict
from portal.home import actions, actions_sheets, rules_sheets
from portal.home.forms import NumberForm, PersonNumberForm, ReportForm, SignedNumberForm
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


BARRIER = Sheet(
    "barrier", _l("Report a barrier"), "home.report", ReportForm, _report, record="barrier_report"
)  # fmt: skip


class Together:
    """Two forms of one page, as the error summary wants them."""

    def __init__(self, *forms: Any) -> None:
        self.forms = forms

    @property
    def errors(self) -> dict[str, Any]:
        """What is wrong in any of them."""
        return {name: said for form in self.forms for name, said in form.errors.items()}

    def error_list(self) -> list[tuple[str | None, str]]:
        """The same, in the order of the page."""
        return [pair for form in self.forms for pair in form.error_list()]


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
    """Enter one paper. The code beside its number leads here with the number filled in."""
    sheet = next((one for one in _sheets() if one.name == paper), None)
    if sheet is None:
        abort(404)
    head = PersonNumberForm() if sheet.account else SignedNumberForm() if sheet.signed else NumberForm()
    form = (sheet.entry or sheet.form)()
    if request.method == "GET":
        head.number.data = request.args.get("number", "")[:20]
    elif all([head.validate(), form.validate()]):
        if _enter(sheet, head, form):
            flash(_("What the paper says is stored."), "success")
            return redirect(url_for(".listed"), 303)
    html = render_template("home/staff/sheet_entry.html", form=Together(head, form), head=head, body=form, sheet=sheet)
    return html, 422 if request.method == "POST" else 200


def _enter(sheet: Sheet, head: Any, form: Any) -> bool:
    """Enter it; False and a sentence at the field where it can't be."""
    number, now = rules_sheets.read(head.number.data or ""), clock.now()
    if not number:
        head.number.errors = [_("This number is not one of ours. Look at the paper again.")]
        return False
    who: Actor | Verdict = actor()
    if sheet.account:
        who = actions_sheets.giver(actor(), head.account.data or "", must=sheet.account == "must", now=now)
        if isinstance(who, Verdict):
            head.account.errors = [str(who.reason)]
            return False
    acting, more = who, {"paper": rules_sheets.printed(number)} if sheet.numbered else {}
    done = actions_sheets.enter(
        actor(), number, sheet.name, lambda: sheet.enter(acting, form, i18n.lang(), **more), now
    )
    if not done and (done.reason == actions_sheets.TWICE or not form.errors):  # else the sentence stands at its box
        at = head.number if done.reason == actions_sheets.TWICE or not sheet.account else head.account
        at.errors = [str(done.reason)]
    return bool(done)
