"""Public forms as paper: the same questions, the same names of fields, and a number of the paper."""

from __future__ import annotations

import secrets
from typing import Any

from flask import abort, render_template, url_for

from portal.base import db, ground, i18n, qr
from portal.base.i18n import _
from portal.base.security import actor, public
from portal.home import rules_sheets
from portal.home.forms import PersonNumberForm
from portal.home.queries import sheets_for
from portal.home.views import bp


@bp.get("/paper")
@public
def sheets() -> str:
    """The forms that exist on paper."""
    found = [one for one in sheets_for(db.session(), actor(), i18n.lang()) if one.printable]
    return render_template("home/sheets.html", sheets=found)


@bp.get("/paper/<paper>")
@public
def sheet(paper: str) -> str:
    """The form as a sheet. Each has a number of its own, kept nowhere until somebody enters the paper."""
    found = next((one for one in sheets_for(db.session(), actor(), i18n.lang()) if one.name == paper), None)
    if found is None or not found.printable:
        abort(404)
    number = rules_sheets.whole("".join(secrets.choice(rules_sheets.SIGNS) for _n in range(rules_sheets.LENGTH - 1)))
    asked = _asked(found.form(formdata=None))
    entry = url_for("home_sheets.enter", paper=paper, number=number)
    return render_template(
        "home/sheet.html",
        sheet=found,
        fields=[PersonNumberForm(formdata=None).account, *asked] if found.account else asked,
        number=rules_sheets.printed(number),
        drawing=qr.svg(ground.settings().base_url + entry, _("QR code for the staff who enter this paper")),
    )


def _asked(form: Any) -> list[Any]:
    return [field for field in form if field.name != "csrf_token" and field.kind != "hidden"]
