"""Help with a device: what there is, asking for it, and one's request by its slip. The pages name nobody."""

from __future__ import annotations

from dataclasses import replace

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.base import db, i18n, limits, outside, qr
from portal.base.actor import Actor
from portal.base.errors import Refused
from portal.base.i18n import _, _l
from portal.base.security import actor, public, shared_screen
from portal.identity.queries import reachable
from portal.workshops import actions_devices, queries_book, queries_devices, views_shared
from portal.workshops import rules_devices as rules
from portal.workshops.forms_devices import AskDeviceForm
from portal.workshops.models_devices import DeviceRequest
from portal.workshops.rules import Denied
from portal.workshops.views import pages

GUESTS_A_MINUTE = 30  # from one origin: a library's whole network is one
TRIES_A_MINUTE = 10  # of codes from one origin


@pages.get("/devices")
@public
def devices() -> str:
    """What help there is, for whom, how long."""
    return render_template(
        "workshops/devices.html", kinds=list(rules.KIND_NAMES.values()), days=rules.LENT_FOR.days,
        houses=queries_devices.houses(db.session()).values(), renewals=rules.MOST_RENEWALS,
    )  # fmt: skip


def _form() -> AskDeviceForm:
    """The form as this person needs it: with an account one is known."""
    s, who, house = db.session(), actor(), shared_screen()
    if who.acting_for is not None:
        raise Refused(_l("You act for %(name)s just now. A device is asked for by oneself, or at a desk.",
                         name=who.acting_for.name), 403)  # fmt: skip
    form = AskDeviceForm()
    form.offer(queries_devices.houses(s), i18n.lang(), slip=house is not None or who.helped_by is not None)
    if who.person_id is not None:
        ways = reachable(s, [who.person_id]).get(who.person_id)
        helped = who.helped_by is not None and queries_book.is_guest(s, who.person_id)
        form.known(asks_way=helped and not (ways and (ways.email or ways.phone or ways.post)))
    return form


@pages.route("/devices/ask", methods=["GET", "POST"])
@public
def ask_device() -> ResponseReturnValue:
    """Ask for help with a device."""
    form, who = _form(), actor()
    if request.method == "GET":
        return _ask_page(form)
    if not form.checked():
        return _ask_page(form), 422
    if (
        not who.signed_in
        and shared_screen() is None
        and not limits.allow("device", request.remote_addr or "", GUESTS_A_MINUTE)
    ):
        raise Refused(_l("Many people ask from your network just now. Try again in a minute."), 429)
    try:
        with db.session().begin_nested():
            row = _ask(who, form)
    except Denied as denied:
        return _ask_page(form, denied), 409
    flash(_("We have your request. You hear from us."))
    views_shared.opened(queries_devices.SLIP, row.id)
    return redirect(url_for(".device_request", device_slip=queries_devices.slip_of(row.id)), 303)


def _ask(who: Actor, form: AskDeviceForm) -> DeviceRequest:
    """What sending the form does, at the terminal where that is done."""
    house = shared_screen()
    by = replace(who, channel="terminal", venue_id=house) if not who.signed_in and house is not None else who
    return actions_devices.ask_as(by, lang=i18n.lang(), **form.person(), **form.wish())


def _ask_page(form: AskDeviceForm, denied: Denied | None = None) -> str:
    return render_template(
        "workshops/device_ask.html", form=form, denied=denied.verdict if denied is not None else None
    )


def find(typed: str) -> DeviceRequest:
    """The request of this slip; 404 for a code that nobody was given."""
    row = queries_devices.by_slip(db.session(), typed)
    if row is None:
        if not limits.allow("slip", request.remote_addr or "", TRIES_A_MINUTE):
            raise Refused(_l("Too many wrong codes. Try again in a minute."), 429)
        abort(404)
    views_shared.only_if_open(queries_devices.SLIP, row.id, row.person_id)
    return row


@pages.get("/devices/request/<device_slip>")
@public
def device_request(device_slip: str) -> str:
    """A request: where it stands, and what can be done now."""
    return _page(find(device_slip))


def _page(row: DeviceRequest, denied: Denied | None = None, *, asks: bool = False) -> str:
    s = db.session()
    return render_template(
        "workshops/device_request.html",
        row=row,
        house=queries_devices.house_names(s, [row.venue_id])[row.venue_id],
        reference=queries_devices.slip_of(row.id),
        loan=queries_devices.loan_of(s, row.id),
        kinds=rules.KIND_NAMES,
        help=rules.HELP_NAMES[row.help],
        state=rules.STATE_NAMES[row.state],
        withdraws=bool(rules.may_withdraw(row.state)),
        asks=asks,
        denied=denied.verdict if denied is not None else None,
    )


@pages.get("/devices/request/<device_slip>/withdraw")
@public
def withdraw_device(device_slip: str) -> ResponseReturnValue:
    """Ask whether the request is really taken back."""
    row = find(device_slip)
    if not rules.may_withdraw(row.state):
        return redirect(url_for(".device_request", device_slip=device_slip))
    return _page(row, asks=True)


@pages.post("/devices/request/<device_slip>/withdraw")
@public
def do_withdraw_device(device_slip: str) -> ResponseReturnValue:
    """Take the request back."""
    row, who, house = find(device_slip), actor(), shared_screen()
    by = who if who.signed_in else Actor(channel="terminal" if house is not None else "slip", venue_id=house)
    try:
        actions_devices.withdraw(by, row.id)
    except Denied as denied:
        return _page(row, denied), 409
    flash(_("Your request is withdrawn."))
    return redirect(url_for(".device_request", device_slip=device_slip), 303)


@pages.get("/devices/request/<device_slip>/print")
@public
def print_device_request(device_slip: str) -> str:
    """The slip to take along, for A4 or, with ?width=80, for a receipt printer."""
    row = find(device_slip)
    reference = queries_devices.slip_of(row.id)
    link = outside.absolute("workshops.device_request", row.language, device_slip=reference)
    return render_template(
        "workshops/device_print.html",
        layout="layouts/slip.html" if request.args.get("width") == "80" else "layouts/print.html",
        house=queries_devices.house_names(db.session(), [row.venue_id])[row.venue_id],
        help=rules.HELP_NAMES[row.help],
        reference=reference,
        drawing=qr.svg(link, _("Link to this request")) if link else "",
    )
