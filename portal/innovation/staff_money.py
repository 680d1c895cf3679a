"""The departments' funds in the staff area."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from portal.base import db
from portal.base.i18n import _, _l
from portal.base.security import acting, actor, staff, within
from portal.innovation import actions_money, queries, queries_desk, rules
from portal.innovation.forms_staff import AmountForm, FundForm
from portal.innovation.models import Fund
from portal.innovation.rules import Denied
from portal.innovation.staff import desk, filled


def find_fund(fund_id: int) -> Fund:
    """The fund, if the role that this page asks for reaches its department."""
    row = queries_desk.fund(db.session(), fund_id)
    if row is None or not within({"department": {row.department_id}}):
        abort(404)
    return row


@desk.get("/funds")
@staff(*rules.READERS, scoped=True)
def funds() -> str:
    """The funds with what is left of them."""
    s = db.session()
    return render_template(
        "innovation/staff/funds.html",
        funds=queries_desk.funds(s, actor()),
        departments=queries.department_names(s),
        may_open=actor().may(rules.LEAD),
    )


@desk.route("/funds/new", methods=["GET", "POST"])
@staff(rules.LEAD, scoped=True)
def new_fund() -> ResponseReturnValue:
    """A department's money for a year."""
    s = db.session()
    form = FundForm(data={"year": queries_desk.today().year})
    form.department.choices = [
        (number, name)
        for number, name in queries.department_choices(s)
        if actor().may(rules.LEAD, scope={"department": {number}})
    ]

    def do() -> str:
        actions_money.open_fund(actor(), form.department.data, form.year.data, form.amount.data, form.reason.data)
        return _("The fund is stored.")

    return filled(form, "innovation/staff/fund_new.html", do, url_for(".funds"))


@desk.route("/funds/<int:fund_id>", methods=["GET", "POST"])
@staff(*rules.READERS, scoped=True)
def fund(fund_id: int) -> ResponseReturnValue:
    """The ledger of a fund; a lead changes its amount here."""
    row, s = find_fund(fund_id), db.session()
    lead = acting().may(rules.LEAD)
    form, status = AmountForm(data={"amount": row.amount}), 200
    if form.is_submitted():
        if not lead:
            abort(404)
        if form.validate():
            try:
                actions_money.set_amount(actor(), fund_id, form.amount.data, form.reason.data)
                flash(_("The amount is stored."), "success")
                return redirect(url_for(".fund", fund_id=fund_id), 303)
            except Denied as denied:
                form.form_errors.append(str(denied.verdict.reason))
        status = 422
    said = {actions_money.RETURNED: _l("Not spent by the pilot")}
    html = render_template(
        "innovation/staff/fund.html", form=form if lead else None, fund=row, departments=queries.department_names(s),
        lines=queries_desk.ledger(s, fund_id=fund_id), moves=rules.MOVES, said=said,
    )  # fmt: skip
    return html, status
