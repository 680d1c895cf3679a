"""The door of a closed process: somebody with a letter types its code."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from portal.base import clock, db, i18n, limits
from portal.base.i18n import _
from portal.base.security import actor, signed_in
from portal.base.verdict import Verdict
from portal.processes import actions_members, queries
from portal.processes.forms import JoinForm

pages = Blueprint("processes", __name__)
WRONG_CODES = 10  # in a quarter of an hour, per account; a code has 59 bits
LIMIT = "join"


@pages.route("/join", methods=["GET", "POST"])
@signed_in
def join() -> ResponseReturnValue:
    """Take part in a closed process with the code of a letter; the code never stands in an address."""
    s, who, now, form = db.session(), actor(), clock.now(), JoinForm()
    if not form.validate_on_submit():
        return render_template("processes/join.html", form=form), 422 if form.is_submitted() else 200
    key = str(who.person_id)
    if limits.too_many(s, LIMIT, key, now, most=WRONG_CODES):
        abort(429)
    joined = actions_members.join_by_code(who, form.code.data or "", now)
    if isinstance(joined, Verdict):
        db.afterwards(lambda later: limits.failed(later, LIMIT, key, now))
        form.code.errors = [str(joined.reason)]
        return render_template("processes/join.html", form=form), 422
    flash(_("You take part now."), "success")
    found = queries.hit(s, joined, i18n.lang())
    return redirect(url_for(found.endpoint, **found.args) if found else url_for("processes.join"), 303)
