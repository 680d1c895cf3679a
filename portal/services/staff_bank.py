"""What the bank told: its files, looked at and booked, and payments that a person assigns. They are of the whole city, so
that only who works for the whole city sees them."""

from __future__ import annotations

from dataclasses import dataclass

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.audit.actions_looks import note_look
from portal.audit.models_looks import How
from portal.base import db, ground, ui
from portal.base.errors import Refused
from portal.base.i18n import Text, _, _l, ngettext
from portal.base.security import acting, actor, staff
from portal.services import actions_bank, iban, queries, queries_bank, rules, rules_fees, statements
from portal.services.forms_fees import PaymentFilters, PaymentForm, StatementForm
from portal.services.models_fees import Statement
from portal.services.queries_bank import Told, Wish
from portal.services.rules import Denied
from portal.services.staff import desk
from portal.services.staff_fees import pages_of, wish_of
from portal.services.statements import BadStatement, Entry
from portal.services.statements_match import Fit, Match, match_all

FITS = {
    Fit.EXACT: _l("Pays it in full"),
    Fit.PART: _l("Pays a part"),
    Fit.MORE: _l("Pays more than is open"),
    Fit.AGAIN: _l("Nothing is open any more"),
}
PER_LOOK = 100


def _refused(denied: Denied, endpoint: str, label: Text) -> Refused:
    assert denied.verdict.reason is not None
    return Refused(denied.verdict.reason, 409, next_label=label, next_url=url_for(endpoint))


@desk.get("/fees/statements")
@staff(*rules.READERS)
def bank_statements() -> ResponseReturnValue:
    """Files that were read, the newest first."""
    return _files(StatementForm(formdata=None))


def _files(form: StatementForm, status: int = 200) -> ResponseReturnValue:
    wish = Wish(page=ui.page_number(request.args.get("page")))
    found, total = queries_bank.statements(db.session(), wish.page)
    html = render_template(
        "services/staff/statements.html", found=found, total=total, form=form, paging=pages_of(total, wish),
        account=iban.printed(iban.plain(ground.settings().city.bank.iban)), may_act=actor().everywhere(*rules.DESK),
        waits=queries_bank.to_assign(db.session()),
    )  # fmt: skip
    return html, status


@desk.post("/fees/statements/read")
@staff(*rules.DESK)
def read_statement() -> ResponseReturnValue:
    """Read a file; it is looked at before anything is booked."""
    form, wrong = StatementForm(), None
    if not form.validate() or form.file.data is None:
        form.file.errors = [_("Choose the file of the bank.")]
        return _files(form, 422)
    data = form.file.data.stream.read(statements.MOST_BYTES + 1)
    try:
        row = actions_bank.take_in(acting(), data, form.file.data.filename or "")
    except BadStatement as bad:
        wrong = bad.reason
    except Denied as denied:
        wrong = denied.verdict.reason
    if wrong is not None:
        form.file.errors = [str(wrong)]
        return _files(form, 422)
    return redirect(url_for(".bank_statement", statement_id=row.id), 303)


@dataclass(frozen=True, slots=True)
class Look:
    """An entry of a file before it is booked: what it will be. `number`: the case; `known`: another file told it."""

    entry: Entry
    fit: Match
    number: str
    known: bool


def _looked_at(row: Statement) -> list[Look]:
    """What booking this file would do now."""
    s, entries = db.session(), actions_bank.unpacked(row.lines or [])
    known = queries_bank.known_keys(s, row.account, [one.key for one in entries])
    fresh = [one for one in entries if one.key not in known]
    accounts = queries_bank.accounts_for(s, fresh)
    stands = {reference: it.stand for reference, it in accounts.items()}
    fits = dict(
        zip((one.key for one in fresh), match_all(fresh, stands, currency=ground.settings().city.currency), strict=True)
    )
    return [
        Look(
            one, fit := fits.get(one.key, Match()), accounts[fit.reference].number if fit.reference else "",
            one.key in known,
        )
        for one in entries
    ]  # fmt: skip


def _statement(number: int) -> queries_bank.Kept:
    found = queries_bank.statement(db.session(), number)
    if found is None:
        abort(404)
    return found


@desk.get("/fees/statements/<int:statement_id>")
@staff(*rules.READERS)
def bank_statement(statement_id: int) -> str:
    """A file: what booking it would do, or what it did."""
    found = _statement(statement_id)
    looks = _looked_at(found.row) if found.row.booked_at is None else []
    wish = Wish(page=ui.page_number(request.args.get("page")))
    first = (wish.page - 1) * PER_LOOK
    return render_template(
        "services/staff/statement.html", found=found, row=found.row, shown=looks[first : first + PER_LOOK],
        account=iban.printed(found.row.account), fits=FITS, why=rules_fees.WHY,
        matched=sum(bool(one.number) for one in looks), known=sum(one.known for one in looks),
        unmatched=sum(bool(one.fit.why) for one in looks), out=sum(one.fit.out for one in looks),
        may_act=actor().everywhere(*rules.DESK),
        paging=ui.paging(len(looks), wish.page, PER_LOOK, lambda number: ui.address(request.path, {}, page=number)),
    )  # fmt: skip


@desk.post("/fees/statements/<int:statement_id>/book")
@staff(*rules.DESK)
def book_statement(statement_id: int) -> ResponseReturnValue:
    """Book a file that was looked at."""
    _statement(statement_id)
    try:
        paid = actions_bank.book(acting(), statement_id)
    except Denied as denied:
        raise _refused(denied, ".bank_statements", _l("Bank statements")) from None
    flash(
        ngettext("Booked. %(n)s payment found its case.", "Booked. %(n)s payments found their cases.", paid), "success"
    )
    return redirect(url_for(".bank_statement", statement_id=statement_id), 303)


@desk.post("/fees/statements/<int:statement_id>/drop")
@staff(*rules.DESK)
def drop_statement(statement_id: int) -> ResponseReturnValue:
    """Forget a file that was looked at; nothing is booked."""
    _statement(statement_id)
    try:
        actions_bank.drop(acting(), statement_id)
    except Denied as denied:
        raise _refused(denied, ".bank_statements", _l("Bank statements")) from None
    flash(_("Forgotten. Nothing was booked."), "success")
    return redirect(url_for(".bank_statements"), 303)


@desk.get("/fees/payments")
@staff(*rules.READERS)
def payments() -> str:
    """What the bank told, the newest first; those that nobody has assigned can be asked for."""
    form = PaymentFilters()
    wish = wish_of(form)
    found, total = queries_bank.payments(db.session(), wish)
    people = [one.person_id for one in found if one.person_id is not None]
    note_look(actor(), people, page="services_staff.payments", why="list", how=How.SEARCH, roles=rules.READERS)
    return render_template(
        "services/staff/payments.html", found=found, total=total, filters_form=form, wish=wish, why=rules_fees.WHY,
        line_states=rules_fees.LINES, line_colours=rules_fees.LINE_COLOURS, paging=pages_of(total, wish),
    )  # fmt: skip


def _payment(number: int) -> Told:
    found = queries_bank.payment(db.session(), number)
    if found is None:
        abort(404)
    return found


def _shown(found: Told, form: PaymentForm, status: int = 200) -> ResponseReturnValue:
    if found.person_id is not None:
        note_look(
            actor(), [found.person_id], page="services_staff.payment", kind=queries.CASE, why="list",
            roles=rules.READERS,
        )  # fmt: skip
    html = render_template(
        "services/staff/payment.html", found=found, line=found.line, form=form, why=rules_fees.WHY,
        line_states=rules_fees.LINES, line_colours=rules_fees.LINE_COLOURS, may_act=actor().everywhere(*rules.DESK),
        payer_iban=iban.printed(found.line.payer_iban),
    )  # fmt: skip
    return html, status


@desk.get("/fees/payments/<int:payment_id>")
@staff(*rules.READERS)
def payment(payment_id: int) -> ResponseReturnValue:
    """One payment, and what can be done with it."""
    return _shown(_payment(payment_id), PaymentForm(formdata=None))


def _version() -> int:
    raw = request.form.get("version", "")
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 9 else -1


@desk.post("/fees/payments/<int:payment_id>/assign")
@staff(*rules.DESK)
def assign_payment(payment_id: int) -> ResponseReturnValue:
    """Say whose a payment is."""
    found, form = _payment(payment_id), PaymentForm()
    if not form.validate():
        return _shown(found, form, 422)
    try:
        actions_bank.assign(acting(), payment_id, _version(), form.reference.data or "")
    except actions_bank.NoCase as none:
        form.reference.errors = [str(none.verdict.reason)]
        return _shown(found, form, 422)
    except Denied as denied:
        raise _refused(denied, ".payments", _l("Payments")) from None
    flash(_("The payment is booked to the case, and the applicant is told."), "success")
    return redirect(url_for(".payment", payment_id=payment_id), 303)


@desk.post("/fees/payments/<int:payment_id>/not-ours")
@staff(*rules.DESK)
def payment_not_ours(payment_id: int) -> ResponseReturnValue:
    """Say that a payment is no fee of a case."""
    _payment(payment_id)
    try:
        actions_bank.not_ours(acting(), payment_id, _version())
    except Denied as denied:
        raise _refused(denied, ".payments", _l("Payments")) from None
    flash(_("Noted. Who paid it is no longer kept here."), "success")
    return redirect(url_for(".payments", state="open"), 303)


@desk.post("/fees/payments/<int:payment_id>/off")
@staff(*rules.DESK)
def payment_off(payment_id: int) -> ResponseReturnValue:
    """Take a payment off a case to which it does not belong."""
    _payment(payment_id)
    try:
        actions_bank.take_off(acting(), payment_id, _version())
    except Denied as denied:
        raise _refused(denied, ".payments", _l("Payments")) from None
    flash(_("Taken off. The payment can be assigned again."), "success")
    return redirect(url_for(".payment", payment_id=payment_id), 303)
