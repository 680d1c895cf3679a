"""Two ideas that may be the same: somebody says so, the authors agree; and how a joined idea is read as it was."""

from __future__ import annotations

from datetime import timedelta

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from portal.base import clock, db, i18n
from portal.base.errors import Refused
from portal.base.i18n import _, _l
from portal.base.security import actor, public, signed_in
from portal.comments import queries as comments
from portal.ideas import (
    actions_same,
    queries,
    queries_idea,
    queries_same,
    queries_similar,
    queries_ties,
    queries_value,
    rules,
    rules_merge,
    rules_value,
)
from portal.ideas.forms_merge import SameForm
from portal.ideas.models import IdeaState
from portal.ideas.models_merge import Says, TwinState
from portal.ideas.rules import Denied
from portal.ideas.views import debated, find_idea, pages, refused
from portal.moderation.queries import may_write


@pages.route("/ideas/<number:number>/same", methods=["GET", "POST"])
@signed_in
def same(number: int) -> ResponseReturnValue:
    """Says that this idea is the same as another one, and why."""
    found, s, who = find_idea(number), db.session(), actor()
    verdict = rules_merge.may_name(found.idea, found.call) and may_write(s, who)
    if not verdict:
        raise refused(verdict, number)
    wanted = request.args.get("q", "").strip()[:200]
    alike = queries_similar.alike(s, found.call, wanted or found.idea.title, but=found.idea.id)
    form, status = SameForm.of(alike), 200
    if form.is_submitted():
        valid = form.validate()
        chosen = form.chosen()
        if valid and chosen is not None:
            other = queries_same.by_number(s, who, chosen)
            if other is None:
                form.number.errors = [_("There is no idea with this number that could be the same.")]
            else:
                second = queries_idea.by_id(s, other.id)
                assert second is not None
                try:
                    row = actions_same.propose(who, found.idea, second.idea, form.word.data or "", lang=i18n.lang())
                    if row.state is TwinState.JOINED:  # an author of both needs nobody else
                        flash(_("Both ideas are one now. Everybody who supported one of them is told."), "success")
                        return redirect(url_for(".idea", number=number), 303)
                    flash(_("Your proposal is stored. The authors of both ideas and the staff can see it."), "success")
                    return redirect(url_for(".twin", twin_id=row.id), 303)
                except Denied as denied:
                    form.form_errors.append(str(denied.verdict.reason))
        status = 422
    html = render_template("ideas/same.html", found=found, idea=found.idea, form=form, alike=alike, wanted=wanted)
    return html, status


def find_twin(twin_id: int) -> queries_same.Page:
    """The proposal, for both ideas' authors and whoever said it; to others it does not exist. Officers have their own
    page of it in the staff area."""
    page = queries_same.page(db.session(), actor(), twin_id)
    if page is None or not page.concerned:
        abort(404)
    return page


def officer_of(page: queries_same.Page) -> bool:
    """Does the reader decide about both ideas of a proposal?"""
    who = actor()
    return all(who.may(*rules.OFFICERS, scope=one.scope) for one in (page.one, page.other))


@pages.get("/ideas/same/<int:twin_id>")
@signed_in
def twin(twin_id: int) -> str:
    """A proposal: both ideas, why they would be the same, what would happen, what the authors say."""
    page = find_twin(twin_id)
    call, into_call = page.one.call, page.other.call
    return render_template(
        "ideas/twin.html",
        it=page,
        twin=page.twin,
        officer=officer_of(page),
        says=rules_merge.SAYS,
        state=rules_merge.TWIN_STATES[page.twin.state],
        open=bool(rules_merge.may_decide(page.twin.state)),
        may=rules_merge.may_join(page.one.idea, page.other.idea, call, into_call, officer=False),
    )


@pages.post("/ideas/same/<int:twin_id>/say")
@signed_in
def say(twin_id: int) -> Response:
    """An author agrees or is against it; whoever said it takes it back."""
    page, act = find_twin(twin_id), request.form.get("act")
    back = url_for(".twin", twin_id=twin_id)
    try:
        if act == "back":
            actions_same.take_back(actor(), page.twin)
            flash(_("You have taken your proposal back."), "success")
            return redirect(back, 303)
        if act not in (Says.AGREED, Says.AGAINST):
            abort(400)
        made = actions_same.say(actor(), page.twin, Says(act))
    except LookupError:
        abort(404)
    except Denied as denied:
        assert denied.verdict.reason is not None
        raise Refused(denied.verdict.reason, 409, next_label=_l("Back"), next_url=back) from None
    if made is not None:
        flash(_("Both ideas are one now. Everybody who supported one of them is told."), "success")
        return redirect(url_for(".idea", number=page.other.idea.number), 303)
    flash(_("What you say is stored. The ideas are joined when the authors of both agree."), "success")
    return redirect(back, 303)


@pages.get("/ideas/<number:number>/as-it-was")
@public
def as_it_was(number: int) -> ResponseReturnValue:
    """A joined idea as it was: its words, its pictures, what people said about it."""
    s, who, now = db.session(), actor(), clock.city_now()
    page = queries_idea.page(s, who, number)
    if page is None:
        abort(404)
    if page.idea.hidden_at is not None:
        return render_template("ideas/hidden.html", call=page.found.call, number=number, names=page.names)
    if page.idea.state is not IdeaState.MERGED:
        return redirect(url_for(".idea", number=number), 303)
    holder = queries_idea.by_id(s, queries_ties.root(s, page.idea.id).id)
    row = queries_ties.standing(s, page.idea.id)
    assert holder is not None and row is not None
    until = rules_value.objectable(page.found.call, row.at)
    return render_template(
        "ideas/as_it_was.html",
        it=page,
        idea=page.idea,
        official=queries_value.official(s, page, now),
        objected=queries_value.OBJECTED,
        merge=row,
        call=page.found.call,
        names=page.names,
        holder=holder,
        reads_holder=queries_idea.may_read(s, who, holder),
        until=until,
        last_day=until - timedelta(seconds=1),
        now=now,
        officer=who.may(*rules.OFFICERS, scope=page.found.scope),
        discussion=comments.debate(s, who, debated(page, queries.taker(s, who, page.found.call)), i18n.lang()),
    )
