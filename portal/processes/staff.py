"""A process in the staff area: whose it is, whether it is closed, and who takes part."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.audit.actions_looks import note_look
from portal.audit.models_looks import How
from portal.base import clock, db, ground, i18n, mail, ui
from portal.base.errors import Refused
from portal.base.feature import Hit
from portal.base.i18n import _, _l, ngettext
from portal.base.normal import normalise
from portal.base.security import actor, staff, within
from portal.identity.queries import person as person_of
from portal.identity.rules import folded
from portal.places import queries as places
from portal.processes import actions_members as act
from portal.processes import queries, rules
from portal.processes.forms import AddressesForm, CodesForm, PersonForm, SettingsForm
from portal.processes.models import Entrance, Process

desk = Blueprint("processes_staff", __name__, url_prefix="/staff/processes")
PER_PAGE = 50
ROLES = ("budget_officer", "planner", "moderator", "administrator")


def _found(process_id: int) -> Process:
    """The process, if the actor works on it; to others it does not exist."""
    found = queries.process(db.session(), process_id)
    if found is None or not within(found.scope, *rules.owners(found.subject), "administrator"):
        abort(404)
    return found


def _page(found: Process, status: int = 200, **forms: Any) -> ResponseReturnValue:
    s, who = db.session(), actor()
    number = ui.page_number(request.args.get("page"))
    members = queries.members(s, found.id, limit=PER_PAGE, offset=(number - 1) * PER_PAGE)
    here = url_for("processes_staff.process", process_id=found.id)
    person = PersonForm()
    wanted = folded(request.args.get("name", "")[:200])
    own = (found.district_id, found.department_id)
    settings = forms.get("settings") or SettingsForm(
        formdata=None, data={"closed": found.closed, "district": own[0], "department": own[1]}
    )
    settings.offer(places.districts(s, closed=True), places.departments(s, closed=True), own)
    if not who.everywhere(*rules.owners(found.subject), "administrator"):
        del settings.district, settings.department
    namesakes = queries.namesakes(s, wanted) if wanted else []
    people = [one.person_id for one in members.rows] + [one.id for one in namesakes]
    hit = queries.hit(s, found.id, i18n.lang()) or Hit(str(found.id), i18n.lang(), "")
    note_look(who, people, page="processes_staff.process", why="list", how=How.SEARCH, roles=ROLES)  # ends this read
    html = render_template(
        "processes/staff/process.html",
        process=found,
        hit=hit,
        members=members,
        paging=ui.paging(members.total, number, PER_PAGE, lambda n: ui.address(here, {}, page=n)),
        person_form=person,
        namesakes=namesakes,
        wanted=wanted,
        form=next(iter(forms.values()), None),
        settings_form=settings,
        addresses_form=forms.get("addresses") or AddressesForm(formdata=None),
        codes_form=forms.get("codes") or CodesForm(formdata=None),
    )
    return html, status


@desk.get("/<int:process_id>")
@staff(*ROLES, scoped=True)
def process(process_id: int) -> ResponseReturnValue:
    """Everything about who sees this process."""
    return _page(_found(process_id))


def _back(found: Process) -> ResponseReturnValue:
    return redirect(url_for("processes_staff.process", process_id=found.id), 303)


@desk.post("/<int:process_id>/settings")
@staff(*ROLES, scoped=True)
def settle(process_id: int) -> ResponseReturnValue:
    """Closed or public; district and department."""
    found, s = _found(process_id), db.session()
    own = (found.district_id, found.department_id)
    form = SettingsForm().offer(places.districts(s, closed=True), places.departments(s, closed=True), own)
    if not form.validate_on_submit():
        return _page(found, 422, settings=form)
    verdict = act.settle(
        actor(), found, closed=bool(form.closed.data), district_id=form.district.data,
        department_id=form.department.data, now=clock.city_now(),
    )  # fmt: skip
    if not verdict:
        raise Refused(
            verdict.reason or _l("This cannot be changed any more."), 409, next_label=_l("Back to the process"),
            next_url=url_for("processes_staff.process", process_id=process_id),
        )  # fmt: skip
    flash(_("The process is stored."), "success")
    return _back(found)


@desk.post("/<int:process_id>/members")
@staff(*ROLES, scoped=True)
def add(process_id: int) -> ResponseReturnValue:
    """Put somebody on the list."""
    found, number = _found(process_id), request.form.get("person", "")
    known = person_of(db.session(), int(number)) if number.isascii() and number.isdigit() and len(number) < 16 else None
    if known is None or normalise(known.name_folded) != normalise(folded(request.form.get("name", ""))):
        abort(404)  # only who was found by the whole name: numbers alone lead to nobody
    fresh = act.add_member(actor(), found.id, known.id, Entrance.LIST, clock.now())
    flash(_("The person takes part now.") if fresh else _("The person takes part already."), "success")
    return _back(found)


@desk.post("/<int:process_id>/members/<int:member_id>/remove")
@staff(*ROLES, scoped=True)
def remove(process_id: int, member_id: int) -> ResponseReturnValue:
    """Take somebody off the list."""
    found = _found(process_id)
    if not act.remove_member(actor(), found.id, member_id):
        abort(404)
    flash(_("The person does not take part any more."), "success")
    return _back(found)


@desk.post("/<int:process_id>/addresses")
@staff(*ROLES, scoped=True)
def invite(process_id: int) -> ResponseReturnValue:
    """Invite people by mail."""
    found, form = _found(process_id), AddressesForm()
    addresses = form.read() if form.validate_on_submit() else None
    if addresses is None:
        return _page(found, 422, addresses=form)
    fresh = act.invite_addresses(actor(), found.id, addresses, clock.now())
    for address in fresh:
        mail.put(db.session(), to=address, subject=_subject(), body=_letter(), lang=i18n.lang())
    flash(ngettext("%(n)s address was invited.", "%(n)s addresses were invited.", len(fresh)), "success")
    return _back(found)


def _subject() -> str:
    return _("%(city)s invites you to take part", city=ground.settings().city.name)


def _letter() -> str:
    """What an invited address is told: not which process it is, for the mail may be read by others."""
    parts = [
        _("The city invites you to take part in a process that is not open to everybody."),
        _("Sign in, add this address to your account and confirm it. The process then stands among the budgets:"),
        ground.settings().base_url + url_for("identity.account"),
    ]
    return "\n\n".join(parts) + "\n"


@desk.post("/<int:process_id>/codes")
@staff(*ROLES, scoped=True)
def codes(process_id: int) -> ResponseReturnValue:
    """Make codes. They stand in this answer and nowhere else: it is printed, not redirected."""
    found, form = _found(process_id), CodesForm()
    if not form.validate_on_submit():
        return _page(found, 422, codes=form)
    made = act.make_codes(actor(), found.id, form.number.data, clock.now())
    hit = queries.hit(db.session(), found.id, i18n.lang())
    return render_template(
        "processes/staff/codes.html", process=found, hit=hit, codes=made,
        address=ground.settings().base_url + url_for("processes.join"),
    )  # fmt: skip


@desk.post("/<int:process_id>/void")
@staff(*ROLES, scoped=True)
def void(process_id: int) -> ResponseReturnValue:
    """Take back all invitations that nobody has used."""
    found = _found(process_id)
    number = act.void_invites(actor(), found.id)
    flash(ngettext("%(n)s invitation was taken back.", "%(n)s invitations were taken back.", number), "success")
    return _back(found)
