"""The staff side of identity: finding people, giving and taking roles."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from portal.base import clock, db
from portal.base.errors import Refused
from portal.base.i18n import _, _l
from portal.base.security import actor, staff
from portal.identity import actions, queries
from portal.identity.forms import PeopleForm

desk = Blueprint("identity_staff", __name__, url_prefix="/staff/people")


@desk.get("")
@staff("administrator")
def people() -> ResponseReturnValue:
    """People by name and role."""
    roles = queries.known_roles()
    form = PeopleForm(request.args)
    form.role.choices = [("", str(_l("All people"))), *((role.name, str(role.label)) for role in roles)]
    name, role = request.args.get("q", "")[:200], request.args.get("role", "")
    page = request.args.get("page", "1")
    found = queries.people(
        db.session(),
        name=name,
        role=role if role in {r.name for r in roles} else "",
        page=int(page) if page.isascii() and page.isdigit() and len(page) < 7 else 1,
    )
    return render_template(
        "identity/staff/people.html", found=found, form=form, q=name, role=role, labels={r.name: r.label for r in roles}
    )


@desk.get("/<int:person_id>")
@staff("administrator")
def person(person_id: int) -> ResponseReturnValue:
    """One person: roles, who gave them, and the buttons to give and take."""
    found = queries.person(db.session(), person_id)
    if found is None:
        raise NotFound
    roles = queries.known_roles()
    held = {grant.role: grant for grant in found.roles}
    return render_template("identity/staff/person.html", person=found, roles=roles, held=held, me=actor().person_id)


@desk.post("/<int:person_id>/grant")
@staff("administrator")
def grant(person_id: int) -> ResponseReturnValue:
    """Give a role."""
    return _change(person_id, True)


@desk.post("/<int:person_id>/revoke")
@staff("administrator")
def revoke(person_id: int) -> ResponseReturnValue:
    """Take a role."""
    return _change(person_id, False)


def _change(person_id: int, give: bool) -> ResponseReturnValue:
    if queries.person(db.session(), person_id) is None:
        raise NotFound
    act = actions.grant_role if give else actions.revoke_role
    verdict = act(actor(), person_id, request.form.get("role", ""), clock.now())
    if not verdict and verdict.reason is not None:
        raise Refused(verdict.reason, 409)
    flash(_("The role was given.") if give else _("The role was taken away."), "success")
    return redirect(url_for("identity_staff.person", person_id=person_id), 303)
