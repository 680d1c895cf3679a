"""Public forms as paper: the same questions, the same names of fields, and a number of the paper."""

from __future__ import annotations

import secrets

from flask import abort, render_template

from portal.base import db, i18n
from portal.base.security import actor, public
from portal.home import rules_sheets
from portal.home.queries import sheets_for
from portal.home.views import bp


@bp.get("/paper/<paper>")
@public
def sheet(paper: str) -> str:
    """The form as a sheet. Each has a number of its own, kept nowhere until somebody enters the paper."""
    found = next((one for one in sheets_for(db.session(), actor(), i18n.lang()) if one.name == paper), None)
    if found is None or not found.printable:
        abort(404)
    body = "".join(secrets.choice(rules_sheets.SIGNS) for _n in range(rules_sheets.LENGTH - 1))
    return render_template(
        "home/sheet.html",
        sheet=found,
        fields=[field for field in found.form(formdata=None) if field.name != "csrf_token" and field.kind != "hidden"],
        number=rules_sheets.printed(rules_sheets.whole(body)),
    )
