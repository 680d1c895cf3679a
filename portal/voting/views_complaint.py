"""Complaints about a result: anybody writes one and comes back to it by its number; everybody reads the answers. On the
blueprint of views.py."""

from __future__ import annotations

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.base import db, i18n, limits, ui
from portal.base.security import actor, public
from portal.voting import actions, actions_complaint, queries_complaint, queries_desk
from portal.voting import rules_complaint as rules
from portal.voting.forms_complaint import ComplaintForm
from portal.voting.views import find, pages

PER_MINUTE = 30  # complaints per origin: a whole library shares one
PAGE_SIZE = 20


@pages.route("/<public_id>/complaint", methods=["GET", "POST"])
@public
def complain(public_id: str) -> ResponseReturnValue:
    """The form, while the result is provisional."""
    vote, form = find(public_id), ComplaintForm()
    s = db.session()
    standing = queries_complaint.standing(s, vote)
    verdict, status = rules.may_complain(standing), 200
    if form.is_submitted():
        actions.demand(verdict)
        if not limits.allow("complaint", request.remote_addr or "", PER_MINUTE):
            abort(429)
        if form.validate():
            made = actions_complaint.complain(
                s, actor(), vote, name=form.name.data or "", contact=form.contact.data or "",
                words=form.words.data or "", language=i18n.lang(),
            )  # fmt: skip
            return redirect(url_for(".complaint", public_id=public_id, reference=made.reference), 303)
        status = 422
    html = render_template(
        "voting/complain.html", vote=vote, form=form, verdict=verdict, standing=standing,
        result=queries_desk.result_of(s, vote),
    )  # fmt: skip
    return html, status


@pages.get("/<public_id>/complaint/<reference>")
@public
def complaint(public_id: str, reference: str) -> ResponseReturnValue:
    """How a complaint stands, for whoever has its number; neither its words nor a name."""
    vote = find(public_id)
    found = queries_complaint.by_reference(db.session(), vote, reference.upper())
    if found is None:
        abort(404)
    return render_template("voting/complaint.html", vote=vote, found=found, upheld=rules.UPHELD)


@pages.get("/<public_id>/complaints")
@public
def complaints(public_id: str) -> ResponseReturnValue:
    """The city's answers to all complaints about a result."""
    vote, s = find(public_id), db.session()
    standing = queries_complaint.standing(s, vote)
    number = ui.page_number(request.args.get("page"))
    rows, total = queries_complaint.answers(s, vote, limit=PAGE_SIZE, offset=(number - 1) * PAGE_SIZE)
    address = url_for(".complaints", public_id=public_id)
    return render_template(
        "voting/complaints.html", vote=vote, rows=rows, standing=standing, upheld=rules.UPHELD,
        may=rules.may_complain(standing), result=queries_desk.result_of(s, vote),
        paging=ui.paging(total, number, PAGE_SIZE, lambda n: ui.address(address, {}, page=n)),
    )  # fmt: skip
