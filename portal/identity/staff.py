"""The staff side of identity: finding people, giving and taking roles, shutting accounts."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from portal.audit.actions_looks import note_look
from portal.audit.models_looks import How
from portal.audit.queries_looks import needs_reason
from portal.base import clock, db, ground, i18n
from portal.base.errors import Refused
from portal.base.feature import Hit
from portal.base.i18n import _, _l
from portal.base.security import actor, staff
from portal.base.verdict import Verdict
from portal.config import key_of
from portal.identity import (
    actions,
    actions_confirm,
    actions_help,
    actions_staff,
    queries,
    queries_help,
    queries_ways,
    rules,
)
from portal.identity.forms import DisableForm, GrantForm, PeopleForm, scope_label
from portal.identity.models import Person, RoleGrant
from portal.identity.staff_absence import absence_page, end_absence_page
from portal.places.queries import venues

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
    note_look(
        actor(), [one.id for one in found.people], page="identity_staff.people", why="list", how=How.SEARCH,
        roles=("administrator",),
    )  # fmt: skip
    return render_template(
        "identity/staff/people.html", found=found, form=form, q=name, role=role, labels={r.name: r.label for r in roles}
    )


@desk.get("/<int:person_id>")
@staff("administrator")
def person(person_id: int) -> ResponseReturnValue:
    """One person: roles, who gave them, and the buttons to give and take; absences; the account itself."""
    return _person_page(_found(person_id))


def _reason_first(person_id: int, endpoint: str) -> ResponseReturnValue | None:
    """The way to the page that asks why; None where a reason was given or none is needed."""
    if not needs_reason(db.session(), actor(), "person", person_id, clock.now()):
        return None
    here = url_for(endpoint, person_id=person_id)
    return redirect(url_for("rights_staff.look", kind="person", id=person_id, page=endpoint, next=here), 303)


def _found(person_id: int) -> Person:
    found = queries.person(db.session(), person_id)
    if found is None:
        raise NotFound
    return found


def _person_page(
    found: Person, grant_form: GrantForm | None = None, disable_form: DisableForm | None = None
) -> ResponseReturnValue:
    asked = _reason_first(found.id, "identity_staff.person")
    if asked is not None:
        return asked
    s, roles = db.session(), queries.known_roles()
    scopes = queries.scope_names(s, i18n.lang())
    limited = [role for role in roles if role.name not in rules.CITY_ONLY]
    form = grant_form or disable_form
    features = ground.current().features
    notes = [n for one in features if one.remarks is not None for n in one.remarks(s, actor(), found.id)]
    html = render_template(
        "identity/staff/person.html",
        person=found,
        roles=roles,
        held={grant.role: grant for grant in found.roles if grant.scope_kind == "city"},
        parts=_parts(found, scopes),
        me=actor().person_id,
        scopes=scopes,
        grant_form=grant_form or GrantForm(formdata=None).offer(limited, scopes),
        disable_form=disable_form or DisableForm(formdata=None),
        absences=queries.absences(s, found.id, clock.now()),
        houses=venues(s) if {"librarian", "clerk"} & {grant.role for grant in found.roles} else [],
        places=queries_help.places_of(s, found.id),
        notes=notes,
        form=form,
    )
    return html, 422 if form is not None else 200


def _parts(found: Person, scopes: Mapping[str, Mapping[int, Hit]]) -> dict[str, list[tuple[RoleGrant, str]]]:
    """The grants for parts of the city by role, each with the name of its part."""
    parts: dict[str, list[tuple[RoleGrant, str]]] = {}
    for grant in sorted(found.roles, key=lambda one: (one.scope_kind, one.scope_id)):
        if grant.scope_kind != "city":
            hit = scopes.get(grant.scope_kind, {}).get(grant.scope_id)
            name = scope_label(grant.scope_kind, hit.title if hit else str(grant.scope_id))
            parts.setdefault(grant.role, []).append((grant, name))
    return parts


@desk.post("/<int:person_id>/grant")
@staff("administrator")
def grant(person_id: int) -> ResponseReturnValue:
    """Give a role for the whole city."""
    asked = _confirmed_first()
    if asked is not None:
        return asked
    return _change(person_id, actions.grant_role(actor(), _found(person_id).id, _role(), clock.now()), True)


@desk.post("/<int:person_id>/grant-part")
@staff("administrator")
def grant_part(person_id: int) -> ResponseReturnValue:
    """Give a role for one part of the city."""
    found, scopes = _found(person_id), queries.scope_names(db.session(), i18n.lang())
    limited = [role for role in queries.known_roles() if role.name not in rules.CITY_ONLY]
    form = GrantForm().offer(limited, scopes)
    if not form.validate_on_submit():
        return _person_page(found, grant_form=form)
    asked = _confirmed_first()
    if asked is not None:
        return asked
    kind, _sep, number = form.scope.data.partition(":")
    verdict = actions.grant_role(actor(), found.id, form.role.data, clock.now(), kind=kind, number=int(number))
    return _change(found.id, verdict, True)


@desk.post("/<int:person_id>/revoke")
@staff("administrator")
def revoke(person_id: int) -> ResponseReturnValue:
    """Take a role, for the whole city or for the part that the form names."""
    kind, _sep, number = request.form.get("scope", "city:0").partition(":")
    if kind not in rules.SCOPE_KINDS or not (number.isascii() and number.isdigit() and len(number) < 16):
        raise NotFound
    asked = _confirmed_first()
    if asked is not None:
        return asked
    verdict = actions.revoke_role(actor(), _found(person_id).id, _role(), clock.now(), kind=kind, number=int(number))
    return _change(person_id, verdict, False)


def _role() -> str:
    return request.form.get("role", "")


def _confirmed_first() -> ResponseReturnValue | None:
    """Roles change hands only in a session that was freshly confirmed; what was sent waits meanwhile."""
    now = clock.now()
    if queries_ways.is_confirmed(db.session(), actor().session_id, "role", now):
        return None
    me, key = actor().person_id or 0, key_of(ground.settings(), "pending")
    fields = [(name, value) for name, value in request.form.items(multi=True) if name != "csrf_token"]
    token = actions_confirm.keep_act(db.session(), key, me, "role", request.full_path.rstrip("?"), fields, now)
    return redirect(url_for("identity.confirm", token=token), 303)


def _change(person_id: int, verdict: Verdict, gave: bool) -> ResponseReturnValue:
    if not verdict and verdict.reason is not None:
        raise Refused(verdict.reason, 409)
    flash(_("The role was given.") if gave else _("The role was taken away."), "success")
    return redirect(url_for("identity_staff.person", person_id=person_id), 303)


@desk.post("/<int:person_id>/disable")
@staff("administrator")
def disable(person_id: int) -> ResponseReturnValue:
    """Shut the account; its sessions end at once."""
    found, form = _found(person_id), DisableForm()
    if not form.validate_on_submit():
        return _person_page(found, disable_form=form)
    verdict = actions_staff.disable(actor(), found, form.reason.data, clock.now())
    if not verdict and verdict.reason is not None:
        raise Refused(verdict.reason, 409)
    flash(_("The account is disabled. Its sessions have ended."), "success")
    return redirect(url_for("identity_staff.person", person_id=person_id), 303)


@desk.post("/<int:person_id>/enable")
@staff("administrator")
def enable(person_id: int) -> ResponseReturnValue:
    """Open the account again."""
    actions_staff.enable(actor(), _found(person_id))
    flash(_("The account is enabled. The person can sign in again."), "success")
    return redirect(url_for("identity_staff.person", person_id=person_id), 303)


@desk.route("/<int:person_id>/absence", methods=["GET", "POST"])
@staff("administrator")
def absence_of(person_id: int) -> ResponseReturnValue:
    """Enter an absence for somebody else."""
    found = _found(person_id)
    asked = _reason_first(found.id, "identity_staff.absence_of") if request.method == "GET" else None
    if asked is not None:
        return asked
    return absence_page(found.id, found.name, url_for("identity_staff.person", person_id=found.id))


@desk.post("/<int:person_id>/absence/<int:absence_id>/end")
@staff("administrator")
def end_absence_of(person_id: int, absence_id: int) -> ResponseReturnValue:
    """The person is back."""
    return end_absence_page(_found(person_id).id, absence_id, url_for("identity_staff.person", person_id=person_id))


@desk.post("/<int:person_id>/places")
@staff("administrator")
def places(person_id: int) -> ResponseReturnValue:
    """Say in which houses somebody's desk roles count."""
    found, s = _found(person_id), db.session()
    named = {int(one) for one in request.form.getlist("venue") if one.isascii() and one.isdigit()}
    actions_help.set_places(actor(), found.id, named & {row.id for row in venues(s)})
    flash(_("The houses are stored."), "success")
    return redirect(url_for("identity_staff.person", person_id=person_id), 303)
