"""The terminals of a house: made, enrolled and retired by whoever has a desk role there, or by an administrator."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from portal.base import clock, db
from portal.base.ground import settings
from portal.base.i18n import _
from portal.base.security import actor, staff
from portal.identity import actions_codes, actions_terminal, codes, queries_help
from portal.identity.forms_help import LimitsForm, TerminalForm
from portal.places import actions_terminal as terminals
from portal.places import queries_terminal
from portal.places.models import Terminal, Venue
from portal.places.queries import VenueRow, venue

desk = Blueprint("identity_terminals", __name__, url_prefix="/staff/terminals")
ROLES = ("librarian", "clerk", "administrator")


def _mine() -> list[VenueRow]:
    return queries_help.own_venues(db.session(), actor())


@desk.get("")
@staff(*ROLES)
def listed() -> ResponseReturnValue:
    """The terminals of the houses where one's role counts."""
    return _page(None)


def _page(form: TerminalForm | None, code: str = "", of: Terminal | None = None) -> ResponseReturnValue:
    mine, now = _mine(), clock.now()
    rows = queries_terminal.terminals(db.session(), [row.id for row in mine])
    empty = TerminalForm(formdata=None)
    empty.venue.choices = queries_help.names(mine)
    html = render_template(
        "identity/staff/terminals.html",
        form=form,
        new=form or empty,
        venues={row.id: row for row in mine},
        rows=[(row, queries_terminal.in_use(row, now)) for row in rows],
        code=code,
        of=of,
        address=f"{settings().base_url}{url_for('identity.enrol')}",
    )
    return html, 422 if form is not None else 200


@desk.post("")
@staff(*ROLES)
def add() -> ResponseReturnValue:
    """A new terminal."""
    form = TerminalForm()
    form.venue.choices = queries_help.names(_mine())
    if not form.validate():
        return _page(form)
    house = venue(db.session(), form.venue.data)
    assert house is not None
    row = terminals.add_terminal(actor(), house, name=form.name.data or "")
    return _give_code(row)


def _give_code(row: Terminal) -> ResponseReturnValue:
    code = codes.signs(8)
    terminals.new_code(actor(), row, actions_codes.keyed("terminal", code), clock.now())
    db.finish(commit=True)
    return _page(None, codes.grouped(code), row)


@desk.post("/<int:terminal_id>/code")
@staff(*ROLES)
def code(terminal_id: int) -> ResponseReturnValue:
    """A new code, shown once; for a terminal that lost its cookie, too."""
    row = _terminal(terminal_id)
    if row.retired_at is not None:
        raise NotFound
    return _give_code(row)


@desk.post("/<int:terminal_id>/retire")
@staff(*ROLES)
def retire(terminal_id: int) -> ResponseReturnValue:
    """Retire a terminal, and end whatever goes on there."""
    row, now = _terminal(terminal_id), clock.now()
    terminals.retire(actor(), row, now)
    actions_terminal.end_at_terminal(db.session(), row.id, now)
    flash(_("The terminal is retired. Its browser is an ordinary one again."), "success")
    return redirect(url_for(".listed"), 303)


def _terminal(terminal_id: int) -> Terminal:
    row = queries_terminal.terminal(db.session(), terminal_id)
    if row is None or row.venue_id not in {one.id for one in _mine()}:
        raise NotFound
    return row


@desk.route("/limits/<int:venue_id>", methods=["GET", "POST"])
@staff(*ROLES)
def limits(venue_id: int) -> ResponseReturnValue:
    """How long pages of a house's terminals may stand."""
    house = _house(venue_id)
    stored = {"plain": house.plain_seconds // 60, "form": house.form_seconds // 60}
    form = LimitsForm(data=stored)
    if form.is_submitted() and form.validate():
        terminals.set_limits(
            actor(), house, plain_seconds=(form.plain.data or 3) * 60, form_seconds=(form.form.data or 10) * 60
        )
        flash(_("The limits are stored."), "success")
        return redirect(url_for(".listed"), 303)
    name = next(row.name for row in _mine() if row.id == house.id)
    html = render_template("identity/staff/terminal_limits.html", form=form, house=house, name=name)
    return html, 422 if form.is_submitted() else 200


def _house(venue_id: int) -> Venue:
    house = venue(db.session(), venue_id)
    if house is None or house.id not in {one.id for one in _mine()}:
        raise NotFound
    return house
