"""What everybody sees of the check: the short list of a call; and the page on which an author objects."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.base import clock, db
from portal.base.i18n import _
from portal.base.security import actor, public, signed_in
from portal.base.verdict import Verdict
from portal.ideas import actions_object, queries, queries_shortlist, queries_value, rules, rules_value
from portal.ideas.forms_value import ObjectForm
from portal.ideas.rules import Denied
from portal.ideas.views import find, pages, refused
from portal.ideas.views_own import find_own
from portal.moderation.queries import may_write


@pages.get("/ideas/<slug>/short-list")
@public
def short_list(slug: str) -> str:
    """Which ideas go on: the rule in words, the list by district, the council's picks with their reasons, and how anybody
    can make it again."""
    found, s = find(slug), db.session()
    names = queries.names(s, found.call)
    shown = queries_shortlist.page(s, found.call, names.districts)
    again = shown.row is not None and request.args.get("again") == "1"
    return render_template(
        "ideas/short_list.html",
        call=found.call,
        closed=found.closed,
        names=names,
        shown=shown,
        states=rules.STATES,
        places=shown.row.places if shown.row else found.call.short_list_size,
        threshold=shown.row.threshold if shown.row else found.call.threshold,
        same=queries_shortlist.same(s, shown.row) if again and shown.row is not None else None,
    )


@pages.route("/ideas/<number:number>/object", methods=["GET", "POST"])
@signed_in
def object_to(number: int) -> ResponseReturnValue:
    """An author does not agree with what was found or done."""
    page, s, now = find_own(number), db.session(), clock.city_now()
    official = queries_value.official(s, page, now)
    verdict = _may(official) and may_write(s, actor())
    if not verdict:
        raise refused(verdict, number)
    form, status = ObjectForm.of(official.open_to), 200
    if form.is_submitted():
        if form.validate():
            try:
                actions_object.object_to(
                    actor(), page.idea.id, form.subject.data, words=form.words.data or "",
                    language=form.language.data, now=now,
                )  # fmt: skip
            except Denied as denied:
                raise refused(denied.verdict, number) from None
            flash(_("Your objection is on its way. Somebody who had no part in the decision looks at it."), "success")
            return redirect(url_for(".idea", number=number) + "#official", 303)
        status = 422
    html = render_template(
        "ideas/object.html", it=page, idea=page.idea, official=official, form=form, days=rules_value.DECIDE_DAYS
    )
    return html, status


def _may(official: queries_value.Official) -> Verdict:
    """Yes where something can be objected to, else the most telling no."""
    nothing = rules_value.NOTHING
    told = sorted(official.may_object.values(), key=lambda one: (not one, one.reason == nothing.reason))
    return told[0] if told else nothing
