"""Absences in the staff area: an officer's own, and the pages that administrators use for others."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from portal.base import clock, db
from portal.base.i18n import _
from portal.base.security import actor, staff
from portal.identity import actions_staff, queries, rules
from portal.identity.forms import AbsenceForm

away = Blueprint("identity_absence", __name__, url_prefix="/staff/absence")
# Everyone with a role of some kind; what passes on to a deputy is the rules' question.
ROLES = rules.STAFF


def absence_page(person_id: int, name: str, back: str) -> ResponseReturnValue:
    """The form, and what has been entered for this person; after it the way back."""
    s, who, now = db.session(), actor(), clock.now()
    form = AbsenceForm().offer(queries.staff_people(s), person_id)
    if form.validate_on_submit():
        first, last = form.span()
        verdict = actions_staff.set_absence(who, person_id, deputy_id=form.deputy.data, start=first, end=last, now=now)
        if verdict:
            flash(_("The absence is stored. The deputy sees the work from the first day on."), "success")
            return redirect(back, 303)
        form.form_errors.append(str(verdict.reason))
    mine = person_id == who.person_id
    html = render_template(
        "identity/staff/absence.html",
        form=form,
        name=name,
        mine=mine,
        back=back,
        person_id=person_id,
        absences=queries.absences(s, person_id, now),
        standing_in=queries.standing_in(s, person_id, now),
        now=now,
    )
    return html, 422 if form.is_submitted() else 200


def end_absence_page(person_id: int, absence_id: int, back: str) -> ResponseReturnValue:
    """End one of this person's absences, then the way back."""
    s, now = db.session(), clock.now()
    found = next((row for row in queries.absences(s, person_id, now) if row.id == absence_id), None)
    if found is None:
        raise NotFound
    actions_staff.end_absence(actor(), found, now)
    flash(_("The absence has ended."), "success")
    return redirect(back, 303)


@away.route("", methods=["GET", "POST"])
@staff(*ROLES, scoped=True)
def absence() -> ResponseReturnValue:
    """When I am away, and who stands in for me."""
    who = actor()
    return absence_page(who.person_id or 0, who.name, url_for("identity_absence.absence"))


@away.post("/<int:absence_id>/end")
@staff(*ROLES, scoped=True)
def end(absence_id: int) -> ResponseReturnValue:
    """I am back."""
    return end_absence_page(actor().person_id or 0, absence_id, url_for("identity_absence.absence"))
