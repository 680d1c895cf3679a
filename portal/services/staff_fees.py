"""Fees at the desk: the account of a case, the list of accounts, and what the treasury takes with it."""

from __future__ import annotations

import csv
import io

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.audit.actions_looks import note_look
from portal.audit.models_looks import How
from portal.base import db, i18n, ui
from portal.base.i18n import _
from portal.base.security import acting, actor, staff
from portal.services import actions_fees, iban, queries, queries_bank, queries_clock, rules, rules_fees
from portal.services.forms_fees import CashForm, ExportForm, FeeFilters, RefundForm, WaiveForm
from portal.services.queries_bank import Wish
from portal.services.rules import Denied
from portal.services.staff import case_page, desk, done, find, refused, version_sent


def wish_of(form: FeeFilters) -> Wish:
    """What is looked for."""
    form.validate()
    known = {one[0] for one in form.state.choices}
    return Wish(
        q=(form.q.data or "").strip()[:100],
        state=form.state.data if form.state.data in known else "",
        page=ui.page_number(request.args.get("page")),
    )


def pages_of(total: int, wish: Wish) -> ui.Paging:
    """Links to the pages of a list, with what is looked for."""
    query = {name: text for name, text in request.args.items() if name != "page" and len(text) < 200}
    return ui.paging(
        total, wish.page, queries_bank.PER_PAGE, lambda number: ui.address(request.path, query, page=number)
    )


@desk.get("/fees")
@staff(*rules.READERS, scoped=True)
def fees() -> str:
    """The accounts of cases, the earliest due first."""
    s, who, today = db.session(), actor(), queries_clock.today()
    form = FeeFilters()
    wish = wish_of(form)
    lines, total = queries_bank.fees(s, who, wish, today, i18n.lang())
    people = [one.case.person_id for one in lines if one.case.person_id is not None]
    note_look(who, people, page="services_staff.fees", why="list", how=How.SEARCH, roles=rules.READERS)
    export = ExportForm()
    export.since.data, export.until.data = queries_bank.month_before(today)
    return render_template(
        "services/staff/fees.html", lines=lines, total=total, filters_form=form, wish=wish, fee_states=rules_fees.STATES,
        fee_colours=rules_fees.COLOURS, today=today, late=rules_fees.late, paging=pages_of(total, wish),
        whole_city=who.everywhere(*rules.READERS),
        export_form=export,
    )  # fmt: skip


@desk.get("/fees/entries.csv")
@staff(*rules.READERS, scoped=True)
def fee_entries() -> Response:
    """The lines of the accounts for the treasury's own program; the month before where no days are given."""
    form = ExportForm()
    form.validate()
    first, last = queries_bank.month_before(queries_clock.today())
    rows = queries_bank.entries(db.session(), actor(), form.since.data or first, form.until.data or last)
    people = [row[-1] for row in rows if row[-1] is not None]
    note_look(actor(), people, page="services_staff.fee_entries", why="list", how=How.EXPORT, roles=rules.READERS)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(queries_bank.COLUMNS)
    writer.writerows([[rules_fees.cell(value) for value in row[:-1]] for row in rows])
    answer = Response("\ufeff" + out.getvalue(), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = 'attachment; filename="fees.csv"'
    return answer


@desk.post("/<reference>/fee/waive")
@staff(*rules.DESK, scoped=True)
def waive(reference: str) -> ResponseReturnValue:
    """Ask for less, with a reason."""
    page, form = find(reference), WaiveForm(prefix="waive")
    if not form.validate():
        return case_page(page, {"waive": form}, 422)
    try:
        actions_fees.waive(acting(), page.case.id, version_sent(), form.amount.data or 0, (form.why.data or "").strip())
    except Denied as denied:
        if rules_fees.of_amount(denied.verdict):
            form.amount.errors = [str(denied.verdict.reason)]
            return case_page(page, {"waive": form}, 422)
        raise refused(denied, reference) from None
    return done(reference, _("Waived. The applicant is told why."))


@desk.post("/<reference>/fee/refund")
@staff(*rules.DESK, scoped=True)
def refund(reference: str) -> ResponseReturnValue:
    """Order that money is paid back."""
    page, form = find(reference), RefundForm(prefix="refund")
    if not form.checked():
        return case_page(page, {"refund": form}, 422)
    try:
        actions_fees.refund(
            acting(), page.case.id, version_sent(), form.amount.data or 0, why=(form.why.data or "").strip(),
            iban=iban.plain(form.iban.data or ""), payee=(form.payee.data or "").strip(),
        )  # fmt: skip
    except Denied as denied:
        if rules_fees.of_amount(denied.verdict):
            form.amount.errors = [str(denied.verdict.reason)]
            return case_page(page, {"refund": form}, 422)
        raise refused(denied, reference) from None
    return done(reference, _("Noted. The treasury pays it; it stands in the next table for the accounts."))


@desk.post("/<reference>/fee/cash")
@staff(*rules.DESK, scoped=True)
def cash(reference: str) -> ResponseReturnValue:
    """Take money at the desk; the receipt follows."""
    page, form = find(reference), CashForm(prefix="cash")
    if not form.validate():
        return case_page(page, {"cash": form}, 422)
    try:
        row = actions_fees.take_cash(acting(), page.case.id, version_sent(), form.amount.data or 0)
    except Denied as denied:
        if rules_fees.of_amount(denied.verdict):
            form.amount.errors = [str(denied.verdict.reason)]
            return case_page(page, {"cash": form}, 422)
        raise refused(denied, reference) from None
    flash(_("Booked. Print the receipt and hand it over."), "success")
    return redirect(url_for(".cash_receipt", reference=reference, entry_id=row.id), 303)


@desk.get("/<reference>/fee/receipts/<int:entry_id>")
@staff(*rules.READERS, scoped=True)
def cash_receipt(reference: str, entry_id: int) -> str:
    """The receipt of the cash desk, to be printed."""
    page = find(reference)
    found = (
        next((one for one in page.fee.moved if one.entry.id == entry_id and one.receipt), None) if page.fee else None
    )
    if found is None:
        abort(404)
    if page.case.person_id is not None:
        note_look(
            actor(), [page.case.person_id], page="services_staff.cash_receipt", kind=queries.CASE,
            object_id=page.case.id, why="case", roles=rules.READERS,
        )  # fmt: skip
    return render_template(
        "services/staff/receipt.html", page=page, case=page.case, fee=page.fee, one=found, ways=rules_fees.WAYS
    )
