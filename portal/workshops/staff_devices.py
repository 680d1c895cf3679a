"""Help with a device at the house: requests are decided, devices handed out and taken back, the register kept."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.audit.actions_looks import note_look
from portal.base import clock, db, i18n, ui
from portal.base.i18n import _
from portal.base.security import actor, staff
from portal.identity.queries import reachable
from portal.workshops import actions_devices, queries_devices
from portal.workshops import rules_devices as rules
from portal.workshops.forms_devices import (
    DecideForm,
    DeviceForm,
    HandOutForm,
    RegisterFilters,
    RenewForm,
    RequestFilters,
    ReturnForm,
)
from portal.workshops.models_devices import DeviceRequest, DeviceState, RequestState
from portal.workshops.rules import Denied
from portal.workshops.staff import desk

MOST_IN_FILE = 10_000


def today() -> date:
    """The city's day."""
    return i18n.in_zone(clock.city_now()).date()


def find_request(number: int) -> DeviceRequest:
    """A request to a house in which this person works; else 404."""
    row = queries_devices.desk_request(db.session(), actor(), number)
    if row is None:
        abort(404)
    return row


def _looked(people: list[int | None], page: str, object_id: object = "") -> None:
    """A line in the access log of everybody on the page; where it cannot be written, the page is not shown."""
    seen = [one for one in people if one is not None]
    note_look(actor(), seen, page=page, kind="device_request", object_id=object_id, roles=rules.STAFF)


@desk.get("/devices")
@staff(*rules.STAFF, scoped=True)
def devices() -> str:
    """The lending register: overdue ones first, and whom to call."""
    s, form, day = db.session(), RegisterFilters(), today()
    form.venue.choices = list(queries_devices.houses(s, actor()).items())
    filters, page = form.chosen(), ui.page_number(request.args.get("page"))
    shown, total = queries_devices.register(s, actor(), day, page=page, **filters)
    calls = queries_devices.calls(s, actor())
    here, query = url_for(".devices"), request.args.to_dict()
    html = render_template(
        "workshops/staff/devices.html",
        filters_form=form, narrowed=any(filters.values()), shown=shown, total=total, calls=calls,
        kinds=rules.KIND_NAMES, states=rules.DEVICE_STATES,
        paging=ui.paging(total, page, queries_devices.PER_PAGE, lambda n: ui.address(here, query, page=n)),
    )  # fmt: skip
    _looked([*(one.person_id for one in shown), *(one.person_id for one in calls)], "workshops_staff.devices")
    return html


@desk.get("/devices.csv")
@staff(*rules.STAFF, scoped=True)
def devices_csv() -> Response:
    """The register for a spreadsheet."""
    s = db.session()
    shown, _total = queries_devices.register(s, actor(), today(), most=MOST_IN_FILE)
    body = rules.table(
        ("label", "kind", "place", "state", "lent_to", "from", "due", "renewals", "overdue", "note"),
        (
            (one.device.label, one.device.kind.value, one.house.body, one.device.state.value, one.name,
             one.loan and one.loan.from_on, one.loan and one.loan.due_on, one.loan and one.loan.renewals,
             "yes" if one.overdue else "", one.device.note)
            for one in shown
        ),
    )  # fmt: skip
    _looked([one.person_id for one in shown], "workshops_staff.devices_csv")
    answer = Response(body, content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = 'attachment; filename="devices.csv"'
    return answer


@desk.route("/devices/new", methods=["GET", "POST"])
@staff(*rules.STAFF, scoped=True)
def new_device() -> ResponseReturnValue:
    """Add a device to the register."""
    form = DeviceForm()
    del form.state
    form.venue.choices = list(queries_devices.houses(db.session(), actor()).items())
    if form.validate_on_submit():
        try:
            actions_devices.add_device(
                actor(), venue_id=form.venue.data, kind=form.kind.data, label=form.label.data or "",
                note=form.note.data or "",
            )  # fmt: skip
            flash(_("The device is in the register."), "success")
            return redirect(url_for(".devices"), 303)
        except Denied as denied:
            form.label.errors = [str(denied.verdict.reason)]
    html = render_template("workshops/staff/device_form.html", form=form, device=None)
    return html, 422 if form.is_submitted() else 200


@desk.route("/devices/<int:device_id>", methods=["GET", "POST"])
@staff(*rules.STAFF, scoped=True)
def edit_device(device_id: int) -> ResponseReturnValue:
    """Change a device, have it repaired, or take it out of use."""
    row = queries_devices.desk_device(db.session(), actor(), device_id)
    if row is None:
        abort(404)
    form = DeviceForm(
        data={"label": row.label, "kind": row.kind, "venue": row.venue_id, "note": row.note, "state": row.state}
    )
    form.venue.choices = list(queries_devices.houses(db.session(), actor()).items())
    lent, label = row.state is DeviceState.LENT, row.label
    form.state.choices = [(one, name) for one, name in rules.DEVICE_STATES.items() if (one is DeviceState.LENT) == lent]
    if form.validate_on_submit():
        try:
            actions_devices.change_device(
                actor(), device_id, venue_id=form.venue.data, kind=form.kind.data, label=form.label.data or "",
                note=form.note.data or "", state=form.state.data,
            )  # fmt: skip
            flash(_("Stored."), "success")
            return redirect(url_for(".devices"), 303)
        except Denied as denied:
            form.label.errors = [str(denied.verdict.reason)]
    html = render_template("workshops/staff/device_form.html", form=form, device=label)
    return html, 422 if form.is_submitted() else 200


@desk.get("/devices/requests")
@staff(*rules.STAFF, scoped=True)
def device_requests() -> str:
    """Requests to somebody's houses, the oldest first."""
    s, form = db.session(), RequestFilters()
    form.venue.choices = list(queries_devices.houses(s, actor()).items())
    (state, venue), page = form.chosen(), ui.page_number(request.args.get("page"))
    shown, total = queries_devices.requests(s, actor(), state=state, venue=venue, page=page)
    here, query = url_for(".device_requests"), request.args.to_dict()
    html = render_template(
        "workshops/staff/device_requests.html",
        filters_form=form, shown=shown, total=total, helps=rules.HELP_NAMES, kinds=rules.KIND_NAMES,
        states=rules.STATE_NAMES,
        paging=ui.paging(total, page, queries_devices.PER_PAGE, lambda n: ui.address(here, query, page=n)),
    )  # fmt: skip
    _looked([one.row.person_id for one in shown], "workshops_staff.device_requests")
    return html


@desk.get("/devices/requests/<int:device_request_id>")
@staff(*rules.STAFF, scoped=True)
def device_request(device_request_id: int) -> str:
    """A request, and the act that comes next."""
    return _page(find_request(device_request_id))


def _page(row: DeviceRequest, form: Any = None, denied: Denied | None = None) -> str:
    s, day = db.session(), today()
    found = queries_devices.loan_of(s, row.id)
    free = queries_devices.free_devices(s, row.venue_id) if row.state is RequestState.APPROVED else {}

    def of(kind: type[Any], **data: Any) -> Any:
        return form if isinstance(form, kind) else kind(formdata=None, data=data)

    hand = of(HandOutForm, due=day + rules.LENT_FOR)
    hand.device.choices = list(free.items())
    due = found[0].due_on if found else day
    ways = reachable(s, [row.person_id]) if row.person_id is not None else {}
    html = render_template(
        "workshops/staff/device_request.html",
        row=row, person=ways.get(row.person_id or 0), found=found, free=free, form=form,
        house=queries_devices.house_names(s, [row.venue_id])[row.venue_id],
        decide=of(DecideForm), hand=hand, renew=of(RenewForm, until=max(due, day) + rules.LENT_FOR),
        back=of(ReturnForm), helps=rules.HELP_NAMES, kinds=rules.KIND_NAMES, states=rules.STATE_NAMES,
        own=row.person_id is not None and row.person_id == actor().person_id,
        loans=queries_devices.is_loan(row), over=found is not None and found[0].due_on < day,
        denied=denied.verdict if denied is not None else None,
    )  # fmt: skip
    _looked([row.person_id], "workshops_staff.device_request", row.id)
    return html


def _done(row: DeviceRequest, form: Any, act: Callable[[], object], said: str) -> ResponseReturnValue:
    """Do it and come back to the request; where it cannot be, say why and keep what was typed."""
    number = row.id
    try:
        with db.session().begin_nested():
            act()
    except Denied as denied:
        db.session().expire_all()
        return _page(find_request(number), form, denied), 409
    flash(said, "success")
    return redirect(url_for(".device_request", device_request_id=number), 303)


@desk.post("/devices/requests/<int:device_request_id>/decide")
@staff(*rules.STAFF, scoped=True)
def decide_device(device_request_id: int) -> ResponseReturnValue:
    """Approve or refuse; the person is told."""
    row, form = find_request(device_request_id), DecideForm()
    if not form.checked():
        return _page(row, form), 422
    return _done(
        row, form,
        lambda: actions_devices.decide(
            actor(), device_request_id, approved=form.decision.data == "approved", reason=form.reason.data or "",
            lang=i18n.lang(),
        ),
        _("Decided. The person is being told."),
    )  # fmt: skip


@desk.post("/devices/requests/<int:device_request_id>/hand-out")
@staff(*rules.STAFF, scoped=True)
def hand_out_device(device_request_id: int) -> ResponseReturnValue:
    """Hand out a device, or what was approved instead of one."""
    row, form = find_request(device_request_id), HandOutForm()
    if not queries_devices.is_loan(row):
        return _done(row, None, lambda: actions_devices.give(actor(), device_request_id), _("Noted as handed over."))
    form.device.choices = list(queries_devices.free_devices(db.session(), row.venue_id).items())
    if not form.validate():
        return _page(row, form), 422
    return _done(
        row, form,
        lambda: actions_devices.hand_out(
            actor(), device_request_id, form.device.data, due=form.due.data, today=today(),
            condition=form.condition.data or "",
        ),
        _("Handed out. The loan is in the register."),
    )  # fmt: skip


def _loan_request(loan_id: int) -> DeviceRequest:
    loan = queries_devices.desk_loan(db.session(), actor(), loan_id)
    if loan is None:
        abort(404)
    return find_request(loan.request_id)


@desk.post("/devices/loans/<int:loan_id>/return")
@staff(*rules.STAFF, scoped=True)
def return_device(loan_id: int) -> ResponseReturnValue:
    """The device is back."""
    row, form = _loan_request(loan_id), ReturnForm()
    if not form.validate():
        return _page(row, form), 422
    return _done(
        row, form,
        lambda: actions_devices.take_back(
            actor(), loan_id, condition=form.back.data or "", repair=bool(form.repair.data)
        ),
        _("The device is back."),
    )  # fmt: skip


@desk.post("/devices/loans/<int:loan_id>/renew")
@staff(*rules.STAFF, scoped=True)
def renew_device(loan_id: int) -> ResponseReturnValue:
    """More time for a loan."""
    row, form = _loan_request(loan_id), RenewForm()
    if not form.validate():
        return _page(row, form), 422
    return _done(
        row, form, lambda: actions_devices.renew(actor(), loan_id, due=form.until.data, today=today()),
        _("The loan goes on. The person is being told."),
    )  # fmt: skip


@desk.post("/devices/loans/<int:loan_id>/called")
@staff(*rules.STAFF, scoped=True)
def called_about_device(loan_id: int) -> ResponseReturnValue:
    """Somebody was called."""
    _loan_request(loan_id)
    actions_devices.called(actor(), loan_id, clock.now())
    flash(_("Noted: called."), "success")
    return redirect(url_for(".devices"), 303)
