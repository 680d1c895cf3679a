"""The short list in the staff area: what it would be, freezing it, the council's picks."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from portal.base import clock, db
from portal.base.errors import Refused
from portal.base.i18n import _, _l
from portal.base.security import acting, staff
from portal.ideas import actions_shortlist, queries, queries_shortlist, rules_value
from portal.ideas.actions_shortlist import Blocked
from portal.ideas.forms_value import PickForm, UnpickForm
from portal.ideas.rules import OFFICERS, STATES, Denied
from portal.ideas.staff import desk, find


def _page(slug: str, form: PickForm | None = None, blocked: Blocked | None = None) -> ResponseReturnValue:
    found, s, now = find(slug), db.session(), clock.city_now()
    call, names = found.call, queries.names(s, found.call)
    shown = queries_shortlist.page(s, call, names.districts)
    rows = queries_shortlist.entries(s, call) if shown.row is None else {}
    stops = []
    if shown.row is None:
        standing = queries_shortlist.standing(s, call, rows)
        stops = rules_value.may_freeze(call, queries.phases(s, call), now, standing)
    officer = acting().may(*OFFICERS)
    picks = None
    if shown.row is not None and officer and call.closed_at is None:
        picks = (form or PickForm(formdata=None)).offer(queries_shortlist.can_be_picked(s, call, shown.row))
    html = render_template(
        "ideas/staff/short_list.html",
        call=call,
        names=names,
        shown=shown,
        preview=queries_shortlist.preview(s, call, rows, names.districts) if shown.row is None else None,
        stops=stops,
        officer=officer,
        form=picks if picks is not None and picks.errors else None,
        picks=picks,
        states=STATES,
        same=queries_shortlist.same(s, shown.row) if shown.row is not None else None,
    )
    return html, 409 if blocked else 422 if picks is not None and picks.errors else 200


@desk.get("/<slug>/short-list")
@staff(*queries.STAFF, scoped=True)
def short_list(slug: str) -> ResponseReturnValue:
    """What the list is, or would be if it were frozen now, and what stands in its way."""
    return _page(slug)


@desk.post("/<slug>/short-list/freeze")
@staff(*OFFICERS, scoped=True)
def freeze(slug: str) -> ResponseReturnValue:
    """Supports stop, and the list is made."""
    call = find(slug).call
    try:
        actions_shortlist.freeze(acting(), call.id, clock.city_now())
    except Blocked as blocked:
        return _page(slug, blocked=blocked)
    flash(_("The list is frozen and public. Authors and supporters are told."), "success")
    return redirect(url_for(".short_list", slug=slug), 303)


@desk.post("/<slug>/short-list/picks")
@staff(*OFFICERS, scoped=True)
def add_pick(slug: str) -> ResponseReturnValue:
    """The council puts an idea onto the list."""
    found, s = find(slug), db.session()
    row = queries_shortlist.of_call(s, found.call.id)
    if row is None:
        raise _refused(_l("Freeze the list first. What the council picks comes on top of it."), slug)
    form = PickForm().offer(queries_shortlist.can_be_picked(s, found.call, row))
    if not form.validate():
        return _page(slug, form)
    try:
        actions_shortlist.pick(
            acting(), found.call, form.idea.data, reason=form.reason.data or "", language=form.language.data,
            now=clock.city_now(),
        )  # fmt: skip
    except Denied as no:
        raise _refused(no.verdict.reason, slug) from None
    flash(_("The idea is on the list. Its authors are told."), "success")
    return redirect(url_for(".short_list", slug=slug), 303)


@desk.route("/<slug>/short-list/picks/<int:pick_id>/remove", methods=["GET", "POST"])
@staff(*OFFICERS, scoped=True)
def remove_pick(slug: str, pick_id: int) -> ResponseReturnValue:
    """The council takes its pick off the list again."""
    found, s = find(slug), db.session()
    row = queries_shortlist.of_call(s, found.call.id)
    one = queries_shortlist.pick(s, row, pick_id) if row is not None else None
    if one is None:
        abort(404)
    verdict = rules_value.may_unpick(one[1], found.call)
    if not verdict:
        raise _refused(verdict.reason, slug)
    form = UnpickForm().offer()
    if form.validate_on_submit():
        try:
            actions_shortlist.unpick(
                acting(), found.call, one, reason=form.reason.data or "", language=form.language.data,
                now=clock.city_now(),
            )  # fmt: skip
        except Denied as no:
            raise _refused(no.verdict.reason, slug) from None
        flash(_("The idea is off the list. Its authors are told."), "success")
        return redirect(url_for(".short_list", slug=slug), 303)
    html = render_template("ideas/staff/unpick.html", call=found.call, pick=one[0], idea=one[1], form=form)
    return html, 422 if form.errors else 200


def _refused(reason: object, slug: str) -> Refused:
    assert reason is not None
    back = url_for("ideas_staff.short_list", slug=slug)
    return Refused(reason, 409, next_label=_l("Back to the short list"), next_url=back)  # type: ignore[arg-type]
