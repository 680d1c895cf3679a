"""The staff join ideas, part, move and split them, and decide what people say are the same."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from portal.base import clock, db, ui
from portal.base.errors import Refused
from portal.base.i18n import _, _l
from portal.base.security import actor, staff, within
from portal.base.texts import Spoken
from portal.base.verdict import Verdict
from portal.ideas import (
    actions_merge,
    actions_rearrange,
    actions_same,
    queries,
    queries_idea,
    queries_same,
    queries_similar,
    queries_ties,
    rules_merge,
)
from portal.ideas.forms_merge import (
    APART,
    NO_CATEGORY,
    SAME_NAME,
    DecideForm,
    JoinForm,
    MoveForm,
    ReasonForm,
    SameFilters,
    split_form,
)
from portal.ideas.models_merge import TwinState
from portal.ideas.rules import OFFICERS, Denied
from portal.ideas.staff import desk

DAYS_TO_DECIDE = 14  # after which a proposal is late on the staff's start page


def find_idea(number: int) -> queries_idea.Found:
    """The idea with this number, if the role that this page asks for reaches it; to others it does not exist."""
    found = queries_idea.by_number(db.session(), number)
    if found is None or not within(found.scope):
        abort(404)
    return found


def must(verdict: Verdict, number: int) -> None:
    """Goes on, or shows the sentence and the way back to the idea."""
    if not verdict:
        assert verdict.reason is not None
        back = url_for("ideas.idea", number=number)
        raise Refused(verdict.reason, 409, next_label=_l("Back to the idea"), next_url=back)


# --- the queue --------------------------------------------------------------------------------------------------------


@desk.get("/same")
@staff(*OFFICERS, scoped=True)
def same() -> str:
    """Everything that somebody called the same, and that nobody has decided."""
    s, who, args = db.session(), actor(), request.args
    form = SameFilters()
    calls = queries.listed(s, clock.city_now(), worker=who)
    form.call.choices = [(one.id, one.title) for one in calls]
    state = args.get("state", "")
    wish = queries_same.Wish(
        state=TwinState(state) if state in set(TwinState) else TwinState.OPEN,
        call=form.call.data if form.call.data in {one.id for one in calls} else None,
        says=args.get("says", "") if args.get("says") in queries_same.SAYS else "",
        q=(form.q.data or "").strip()[:200],
        page=ui.page_number(args.get("page")),
    )
    form.state.data = wish.state.value if wish.state else None
    lines, total = queries_same.queue(s, who, wish)
    here, query = url_for(".same"), args.to_dict()
    return render_template(
        "ideas/staff/same.html",
        filters=form,
        wish=wish,
        lines=lines,
        total=total,
        says=rules_merge.SAYS,
        states=rules_merge.TWIN_STATES,
        paging=ui.paging(total, wish.page, queries_same.PER_PAGE, lambda n: ui.address(here, query, page=n)),
    )


@desk.route("/same/<int:twin_id>", methods=["GET", "POST"])
@staff(*OFFICERS, scoped=True)
def decide(twin_id: int) -> ResponseReturnValue:
    """Joins the two ideas of a proposal in one of them, or leaves them apart; either with a reason."""
    s = db.session()
    page = queries_same.page(s, actor(), twin_id)
    if page is None or not (within(page.one.scope) and within(page.other.scope)):
        abort(404)
    row, one, other = page.twin, page.one, page.other
    verdict = rules_merge.may_decide(row.state)
    if not verdict:  # it was decided; somebody who sends a decision now is told so
        html = render_template(
            "ideas/staff/decide.html", it=page, twin=row, form=None, says=rules_merge.SAYS, may=verdict,
            state=rules_merge.TWIN_STATES[row.state],
        )  # fmt: skip
        return html, 409 if request.method == "POST" else 200
    form, status = DecideForm.between(one.idea, other.idea), 200
    if form.is_submitted():
        if form.validate():
            reason, lang = form.reason.data or "", form.lang.data or ""
            try:
                if form.decision.data == APART:
                    actions_same.decline(actor(), row, reason, lang=lang)
                    flash(_("The two ideas stay apart. Whoever was asked is told why."), "success")
                else:
                    actions_same.join(actor(), row, int(form.decision.data), reason, lang=lang)
                    flash(_("Both ideas are one now. Everybody who supported one of them is told."), "success")
                return redirect(url_for(".same"), 303)
            except Denied as denied:
                form.form_errors.append(str(denied.verdict.reason))
        status = 422
    may = rules_merge.may_join(
        one.idea, other.idea, one.call, other.call, officer=True, closed=one.of.closed, into_closed=other.of.closed
    )
    html = render_template("ideas/staff/decide.html", it=page, twin=row, form=form, says=rules_merge.SAYS, may=may)
    return html, status


# --- joining and parting ----------------------------------------------------------------------------------------------


@desk.route("/idea/<number:number>/join", methods=["GET", "POST"])
@staff(*OFFICERS, scoped=True)
def join(number: int) -> ResponseReturnValue:
    """Joins an idea with another one, without anybody having said that they are the same."""
    found, s = find_idea(number), db.session()
    must(rules_merge.may_name(found.idea, found.call), number)
    wanted = request.args.get("q", "").strip()[:200]
    alike = queries_similar.alike(s, found.call, wanted or found.idea.title, but=found.idea.id)
    form, status = JoinForm.among(alike), 200
    if form.is_submitted():
        valid, chosen = form.validate(), form.chosen()
        if valid and chosen is not None:
            other = queries_idea.by_number(s, chosen)
            if other is None or not actor().may(*OFFICERS, scope=other.scope):
                form.number.errors = [_("There is no idea with this number that you could choose.")]
            else:
                try:
                    actions_merge.merge(
                        actor(), found.idea, other.idea, form.reason.data or "", lang=form.lang.data or ""
                    )
                    flash(_("Both ideas are one now. Everybody who supported one of them is told."), "success")
                    return redirect(url_for("ideas.idea", number=chosen), 303)
                except Denied as denied:
                    form.form_errors.append(str(denied.verdict.reason))
        status = 422
    html = render_template("ideas/staff/join.html", found=found, idea=found.idea, form=form, wanted=wanted)
    return html, status


@desk.route("/idea/<number:number>/part", methods=["GET", "POST"])
@staff(*OFFICERS, scoped=True)
def part(number: int) -> ResponseReturnValue:
    """A joined idea stands by itself again."""
    found, s = find_idea(number), db.session()
    row = queries_ties.standing(s, found.idea.id)
    holder = queries_idea.by_id(s, queries_ties.root(s, found.idea.id).id)
    assert holder is not None
    must(rules_merge.may_part(row is not None, [found.call, holder.call]), number)
    form, status = ReasonForm.begun(), 200
    if form.is_submitted():
        if form.validate():
            try:
                actions_merge.undo(actor(), found.idea, form.reason.data or "", lang=form.lang.data or "")
                flash(_("The idea stands by itself again, with the supports that came with it."), "success")
                return redirect(url_for("ideas.idea", number=number), 303)
            except Denied as denied:
                form.form_errors.append(str(denied.verdict.reason))
        status = 422
    return render_template("ideas/staff/part.html", found=found, idea=found.idea, holder=holder, form=form), status


# --- moving -----------------------------------------------------------------------------------------------------------


def _calls(s: Session, found: queries_idea.Found) -> dict[int, queries.Found]:
    """The calls into which the actor may move an idea, its own first."""
    known = {found.call.id: found.of}
    for one in queries.listed(s, clock.city_now(), worker=actor()):
        other = queries.found_by_id(s, one.id) if one.id not in known else None
        if other is not None and actor().may(*OFFICERS, scope=other.scope):
            if rules_merge.may_move(
                found.idea, found.call, other.call, closed=found.of.closed, other_closed=other.closed
            ):
                known[one.id] = other
    return known


@desk.route("/idea/<number:number>/move", methods=["GET", "POST"])
@staff(*OFFICERS, scoped=True)
def move(number: int) -> ResponseReturnValue:
    """Puts an idea into another call or another district. Number, address and supports stay."""
    found, s = find_idea(number), db.session()
    must(rules_merge.may_move(found.idea, found.call, found.call), number)
    calls = _calls(s, found)
    names = {key: queries.names(s, one.call) for key, one in calls.items()}
    categories = [
        (category, Spoken(name, f"\u2068{names[key].title.body}\u2069: " if len(calls) > 1 else ""))
        for key in calls
        for category, name in names[key].categories.items()
    ]
    titles = [(key, names[key].title) for key in calls]
    form = MoveForm.into(titles, names[found.call.id].districts, categories, found.idea)
    status = 200
    if form.is_submitted():
        if form.validate():
            category = _category(form, found, calls[form.call.data])
            if not form.category.errors:
                try:
                    actions_rearrange.move(
                        actor(), found, calls[form.call.data], district_id=form.district.data, category_id=category,
                        reason=form.reason.data or "", lang=form.lang.data or "",
                    )  # fmt: skip
                    flash(_("The idea has moved. Its number, its address and its supports are the same."), "success")
                    return redirect(url_for("ideas.idea", number=number), 303)
                except Denied as denied:
                    form.form_errors.append(str(denied.verdict.reason))
        status = 422
    return render_template("ideas/staff/move.html", found=found, idea=found.idea, form=form), status


def _category(form: Any, found: queries_idea.Found, to: queries.Found) -> int | None:
    """The category that the idea has afterwards, or a sentence at the field."""
    chosen, s = form.category.data, db.session()
    there = queries.category_texts(s, to.call)
    if chosen in there:
        return int(chosen)
    if chosen == NO_CATEGORY or not there:
        return None
    if chosen not in (SAME_NAME, None):
        form.category.errors = [_("This is a category of another call than the one you chose.")]
        return None
    if found.idea.category_id is None:
        return None
    if found.idea.category_id in there:
        return found.idea.category_id
    own = queries.category_texts(s, found.call).get(found.idea.category_id, {})
    said = {(code, name.strip().casefold()) for code, name in own.items()}
    for number, named in there.items():
        if said & {(code, name.strip().casefold()) for code, name in named.items()}:
            return number
    form.category.errors = [_("That call has no category of the same name. Choose one of its categories, or none.")]
    return None


# --- splitting --------------------------------------------------------------------------------------------------------


@desk.route("/idea/<number:number>/split", methods=["GET", "POST"])
@staff(*OFFICERS, scoped=True)
def split(number: int) -> ResponseReturnValue:
    """Splits an idea in two or more: the first part keeps number, address, supports and debate."""
    found, s = find_idea(number), db.session()
    must(rules_merge.may_split(found.idea, found.call), number)
    names = queries.names(s, found.call)
    asked = request.form.get("parts", "")
    parts = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) == 1 else rules_merge.LEAST_PARTS
    more = request.form.get("act") == "more"
    parts = min(max(parts + more, rules_merge.LEAST_PARTS), rules_merge.MOST_PARTS)
    form, status = split_form(parts, names, found.idea), 200
    if form.is_submitted() and not more:
        if form.validate():
            pieces = [
                actions_rearrange.Piece(
                    form[f"title_{n}"].data, form[f"body_{n}"].data,
                    form[f"category_{n}"].data if f"category_{n}" in form else None, form[f"district_{n}"].data,
                )
                for n in range(1, parts + 1)
            ]  # fmt: skip
            try:
                actions_rearrange.split(actor(), found, pieces, form.reason.data or "", lang=form.lang.data or "")
                flash(_("The idea is split. Whoever supports it is told of the other parts."), "success")
                return redirect(url_for("ideas.idea", number=number), 303)
            except Denied as denied:
                form.form_errors.append(str(denied.verdict.reason))
        status = 422
    html = render_template(
        "ideas/staff/split.html", found=found, idea=found.idea, form=form, parts=parts, most=rules_merge.MOST_PARTS
    )
    return html, status


@desk.route("/idea/<number:number>/unsplit", methods=["GET", "POST"])
@staff(*OFFICERS, scoped=True)
def unsplit(number: int) -> ResponseReturnValue:
    """Undoes the last split: the idea has its whole wording again, and the other parts live on in it."""
    found, s = find_idea(number), db.session()
    parts = queries_ties.parts_of(s, queries_ties.last_split(s, found.idea.id))
    must(rules_merge.may_unsplit(found.idea, parts, found.call), number)
    form, status = ReasonForm.begun(), 200
    if form.is_submitted():
        if form.validate():
            try:
                actions_rearrange.unsplit(actor(), found, form.reason.data or "", lang=form.lang.data or "")
                flash(_("The idea is whole again. Whoever was told of the split is told."), "success")
                return redirect(url_for("ideas.idea", number=number), 303)
            except Denied as denied:
                form.form_errors.append(str(denied.verdict.reason))
        status = 422
    html = render_template("ideas/staff/unsplit.html", found=found, idea=found.idea, parts=parts, form=form)
    return html, status
