"""A pilot in the staff area: plan, beginning, measured values, outcome, and the money it gets."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from portal.base import db
from portal.base.i18n import _
from portal.base.security import acting, actor, staff
from portal.innovation import actions_money, actions_pilot, queries, queries_desk, rules
from portal.innovation.forms_staff import CheckInForm, GrantForm, OutcomeForm, PlanForm
from portal.innovation.models import Proposal
from portal.innovation.rules import Denied
from portal.innovation.staff import desk, filled, find, must, refused


def accompanied(proposal_id: int) -> Proposal:
    """The proposal, if the reader is its coach or a lead; else a page that says who does this."""
    row = find(proposal_id)
    must(rules.may_accompany(row, actor().person_id, lead=acting().may(rules.LEAD)), proposal_id)
    return row


@desk.route("/<int:proposal_id>/plan", methods=["GET", "POST"])
@staff(*rules.STAFF, scoped=True)
def plan(proposal_id: int) -> ResponseReturnValue:
    """Hypothesis, measure, dates, cost and stop rule."""
    row = accompanied(proposal_id)
    must(rules.may_plan(row), proposal_id)
    pilot = queries.pilot_of(db.session(), proposal_id)
    names = actions_pilot.Plan.__dataclass_fields__
    data = {name: getattr(pilot, name) for name in names if name != "lang"} | {"language": pilot.lang} if pilot else {}
    form = PlanForm.begun(**data)

    def do() -> str:
        actions_pilot.plan(actor(), proposal_id, form.plan())
        return _("The plan is stored.")

    back = url_for("innovation_staff.show", proposal_id=proposal_id)
    return filled(form, "innovation/staff/plan.html", do, back, proposal=row)


@desk.post("/<int:proposal_id>/begin")
@staff(*rules.STAFF, scoped=True)
def begin(proposal_id: int) -> Response:
    """The pilot begins."""
    accompanied(proposal_id)
    try:
        actions_pilot.begin(actor(), proposal_id)
    except Denied as denied:
        raise refused(denied, proposal_id) from None
    flash(_("The pilot has begun. Its plan is public and stays as it is."), "success")
    return redirect(url_for("innovation_staff.show", proposal_id=proposal_id), 303)


@desk.route("/<int:proposal_id>/check-in", methods=["GET", "POST"])
@staff(*rules.STAFF, scoped=True)
def check_in(proposal_id: int) -> ResponseReturnValue:
    """What was measured on a day."""
    row, s = accompanied(proposal_id), db.session()
    pilot, today = queries.pilot_of(s, proposal_id), queries_desk.today()
    must(rules.may_check_in(row, pilot, None, today), proposal_id)
    assert pilot is not None
    form = CheckInForm.begun(day=today)

    def do() -> str:
        verdict = rules.may_check_in(row, pilot, form.day.data, today)
        if not verdict:
            raise Denied(verdict)
        met = actions_pilot.check_in(
            actor(), proposal_id, form.day.data, form.value.data, form.note.data or "", form.language.data
        )
        if met:
            return _("The value is stored. It meets the threshold of the stop rule: decide now whether the pilot ends.")
        return _("The value is stored.")

    back = url_for("innovation_staff.show", proposal_id=proposal_id)
    return filled(
        form, "innovation/staff/check_in.html", do, back, proposal=row, pilot=pilot, said=rules.said,
        stop=rules.threshold(pilot, pilot.unit), values=queries.values_of(s, pilot),
    )  # fmt: skip


@desk.route("/<int:proposal_id>/outcome", methods=["GET", "POST"])
@staff(*rules.STAFF, scoped=True)
def outcome(proposal_id: int) -> ResponseReturnValue:
    """How the pilot ended, for everybody to read."""
    row, s = accompanied(proposal_id), db.session()
    pilot, granted = queries.pilot_of(s, proposal_id), queries.granted(s, proposal_id)
    must(rules.may_end(row, pilot, None, granted), proposal_id)
    assert pilot is not None
    form = OutcomeForm.begun()

    def do() -> str:
        actions_pilot.publish_outcome(
            actor(), proposal_id, form.outcome.data, text=form.text.data, learnt=form.learnt.data,
            spent=form.spent.data, lang=form.language.data,
        )  # fmt: skip
        return _("The outcome is published and told.")

    back = url_for("innovation_staff.show", proposal_id=proposal_id)
    return filled(form, "innovation/staff/outcome.html", do, back, proposal=row, pilot=pilot, granted=granted,
                  values=queries.values_of(s, pilot), said=rules.said, paragraphs=rules.paragraphs)  # fmt: skip


@desk.route("/<int:proposal_id>/grant", methods=["GET", "POST"])
@staff(rules.LEAD, scoped=True)
def grant(proposal_id: int) -> ResponseReturnValue:
    """Money from a department's fund."""
    row, s, today = find(proposal_id), db.session(), queries_desk.today()
    must(rules.may_grant(row, actor().person_id, None, None, today.year, today), proposal_id)
    form = GrantForm()
    form.fund.choices = list(queries_desk.fund_choices(s, actor()))

    def do() -> str:
        actions_money.grant(actor(), proposal_id, form.fund.data, form.cents.data, form.reason.data)
        return _("The grant is stored.")

    back = url_for("innovation_staff.show", proposal_id=proposal_id)
    return filled(
        form, "innovation/staff/grant.html", do, back, proposal=row, pilot=queries.pilot_of(s, proposal_id),
        granted=queries.granted(s, proposal_id), nothing=not form.fund.choices,
    )  # fmt: skip
