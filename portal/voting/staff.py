"""Officers' pages of a vote: open it, see how far it is, count it together, publish it. No figure of a project here."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from flask import Blueprint, abort, flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from portal.base import clock, db, i18n
from portal.base.actor import Actor
from portal.base.feature import Todo
from portal.base.fields import Form
from portal.base.ground import settings
from portal.base.i18n import _, _l
from portal.base.security import acting, actor, staff, within
from portal.voting import (
    actions,
    actions_count,
    actions_interruption,
    actions_turnout,
    queries,
    queries_chain,
    queries_complaint,
    queries_desk,
    rules,
    rules_interruption,
    rules_turnout,
)
from portal.voting.forms import AgreeForm, CountForm, DemoOpenForm, OpenForm, PlanForm, PublishForm, entitled_form
from portal.voting.models import Vote, VoteState

MOST_LOST = 400  # entries that a restore can lose: one a day

desk = Blueprint("voting_staff", __name__, url_prefix="/staff/votes")


@desk.get("")
@staff("budget_officer", "auditor", scoped=True)
def votes() -> ResponseReturnValue:
    """All votes and where they stand."""
    s, now = db.session(), clock.city_now()
    listed = queries.statuses(s, queries.votes_listed(s, worker=actor()), now)
    return render_template("voting/staff/votes.html", votes=listed)


@desk.get("/<public_id>")
@staff("budget_officer", "auditor", scoped=True)
def vote(public_id: str) -> ResponseReturnValue:
    """One vote: the next step, and everything that is fixed."""
    return _page(find(public_id))


@desk.post("/<public_id>/open")
@staff("budget_officer", scoped=True)
def open_vote(public_id: str) -> ResponseReturnValue:
    """Freeze and open. The halves of the key stand in this answer and nowhere else: it is printed, not redirected."""
    found, form = find(public_id), _open_form()
    if not form.validate_on_submit():
        return _page(found, form, 422)
    holders = (form.holder_one.data, form.holder_two.data) if isinstance(form, OpenForm) else None
    try:
        opened = actions.open_vote(db.session(), acting(), found, holders=holders)
    except actions.NotPossible as refusal:
        db.session().expire(found)
        form.form_errors.append(str(refusal.verdict.reason))
        return _page(found, form, 422)
    if opened.halves is None:
        said = _("The vote is open. The demo makes no halves of its vote key; a real vote gives them to two officers.")
        flash(said, "success")
        return redirect(url_for("voting_staff.vote", public_id=public_id), 303)
    names = [opened.vote.holder_one, opened.vote.holder_two]
    sheets = list(zip(names, opened.halves, strict=True))
    return render_template("voting/staff/halves.html", vote=opened.vote, sheets=sheets)


@desk.post("/<public_id>/count")
@staff("budget_officer", scoped=True)
def ask_count(public_id: str) -> ResponseReturnValue:
    """The first officer asks for the count."""
    return _count(public_id, first=True)


@desk.post("/<public_id>/confirm")
@staff("budget_officer", scoped=True)
def confirm_count(public_id: str) -> ResponseReturnValue:
    """The second officer confirms it; the worker counts."""
    return _count(public_id, first=False)


def _count(public_id: str, *, first: bool) -> ResponseReturnValue:
    found, form, draw = find(public_id), CountForm(), ""
    if "lot" in found.document["ties"]:
        if not form.validate_on_submit():
            return _page(found, form, 422)
        draw = form.draw.data or ""
    if first:
        actions_count.ask_count(db.session(), acting(), found, draw=draw)
        flash(_("You asked for the count. A second budget officer has to confirm it."), "success")
    else:
        actions_count.confirm_count(db.session(), acting(), found, draw=draw)
        flash(_("The count has begun."), "success")
    return redirect(url_for("voting_staff.vote", public_id=public_id), 303)


@desk.post("/<public_id>/publish")
@staff("budget_officer", scoped=True)
def publish(public_id: str) -> ResponseReturnValue:
    """Show the result to everybody."""
    found, form = find(public_id), PublishForm()
    if found.holder_one and not form.validate_on_submit():
        return _page(found, form, 422)
    actions_count.publish(db.session(), acting(), found, halves_destroyed=bool(form.destroyed.data))
    flash(_("The result is published."), "success")
    return redirect(url_for("voting_staff.vote", public_id=public_id), 303)


@desk.route("/<public_id>/entitled", methods=["GET", "POST"])
@staff("budget_officer", scoped=True)
def entitled(public_id: str) -> ResponseReturnValue:
    """How many people were entitled, and where that stands. It is fixed with the publication."""
    found, languages = find(public_id), settings().languages
    stored = {f"source_{lang}": words for lang, words in (found.entitled_source or {}).items()}
    form = entitled_form()(data={"number": found.entitled, **stored})
    allowed = rules_turnout.may_say_entitled(found, acting())
    if form.is_submitted():
        actions.demand(allowed)
        source = {lang: form[f"source_{lang}"].data or "" for lang in languages}
        valid = form.validate()
        if valid and form.number.data is not None:
            fits = rules_turnout.can_be_entitled(found, form.number.data)
            if not fits:
                form.number.errors, valid = [str(fits.reason)], False
            if not any(source.values()):
                form[f"source_{languages[0]}"].errors = [_("Say in at least one language where the number stands.")]
                valid = False
        if valid:
            actions_turnout.say_entitled(db.session(), acting(), found, number=form.number.data, source=source)
            flash(_("The number of entitled people is stored."), "success")
            return redirect(url_for("voting_staff.vote", public_id=public_id), 303)
    title = rules.Named({"names": found.titles, "id": found.public_id})
    html = render_template(
        "voting/staff/entitled.html", form=form, vote=found, title=title, allowed=allowed, spoken=languages
    )
    return html, 422 if form.is_submitted() else 200


@desk.post("/<public_id>/plan")
@staff("budget_officer", scoped=True)
def plan(public_id: str) -> ResponseReturnValue:
    """The first officer says how an interrupted vote goes on."""
    found, form = find(public_id), PlanForm()
    if rules_interruption.pending(found) is None:
        raise actions.NotPossible(rules_interruption.NOT_INTERRUPTED)
    if not form.validate_on_submit():
        return _page(found, form, 422)
    verdict = rules_interruption.may_plan(
        found, acting(), clock.city_now(), choice=form.choice.data, closes_at=form.closes_at.data
    )
    if not verdict:
        form.closes_at.errors = [str(verdict.reason)]
        return _page(found, form, 422)
    last = queries_chain.last(db.session(), found.id)
    if form.held is not None and last is not None and form.held[0] > last.number + MOST_LOST:
        form.newest.errors = [_("No vote makes so many entries. Compare the number with the slip.")]
        return _page(found, form, 422)
    actions_interruption.plan_after_interruption(
        db.session(), acting(), found, choice=form.choice.data, closes_at=form.closes_at.data, newest=form.held
    )
    flash(_("A second budget officer has to agree now."), "success")
    return redirect(url_for("voting_staff.vote", public_id=public_id), 303)


@desk.post("/<public_id>/agree")
@staff("budget_officer", scoped=True)
def agree(public_id: str) -> ResponseReturnValue:
    """The second officer agrees, and it is done."""
    found, form = find(public_id), AgreeForm()
    choice = actions_interruption.agree_after_interruption(db.session(), acting(), found, plan=form.plan.data or "")
    goes_on = choice == rules_interruption.GO_ON
    flash(_("The vote goes on.") if goes_on else _("The vote is broken off."), "success")
    return redirect(url_for("voting_staff.vote", public_id=public_id), 303)


def todo(s: Session, who: Actor) -> list[Todo]:
    """What waits for a budget officer: votes to count, to confirm, to look at, to publish. Due is when the
    results were promised to follow. Two officers do these in person, so a deputy's role does not bring them here. Four
    selects."""
    if not who.holds(rules.OFFICER):
        return []
    now, found = clock.city_now(), []
    votes = queries.votes_listed(s, worker=who.as_self())
    promised = queries.results_promised(s, votes)
    for one, status in queries.statuses(s, votes, now):
        title = rules.Named({"names": one.titles, "id": one.public_id})
        asked = status.asked
        text = {
            "closed": _l("Confirm the count: %(title)s", title=title) if asked else _l("Count: %(title)s", title=title),
            "stopped": _l("The count was stopped: %(title)s", title=title),
            "interrupted": _l("Agree how it goes on: %(title)s", title=title)
            if asked
            else _l("Say how the interrupted vote goes on: %(title)s", title=title),
            "counted": _l("Publish the result: %(title)s", title=title),
        }.get(status.phase)
        if text is not None:
            url = url_for("voting_staff.vote", public_id=one.public_id)
            found.append(Todo(text, url, promised.get(one.id)))
    published = [one.id for one in votes if one.state is VoteState.PUBLISHED and one.key_check is not None]
    open_ = queries_complaint.waiting(s, published) if published else {}
    for one in votes:
        if number := open_.get(one.id):
            title = rules.Named({"names": one.titles, "id": one.public_id})
            text = _l("Answer complaints about the result: %(title)s", title=title)
            found.append(Todo(text, url_for("voting_staff.complaints", public_id=one.public_id), count=number))
    return found


def find(public_id: str) -> Vote:
    """The vote at this address; 404 where the role does not reach it."""
    found = queries.by_public_id(db.session(), public_id)
    if found is None or not within(queries.scope(db.session(), found)):
        abort(404)
    return found


def _next_midnight(least: datetime | None) -> datetime | None:
    """The midnight of the city at or after this moment: a close that is easy to say."""
    if least is None:
        return None
    day = i18n.in_zone(least - timedelta(microseconds=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return (day.replace(tzinfo=None) + timedelta(days=1)).replace(tzinfo=day.tzinfo).astimezone(UTC)


def _open_form() -> Form:
    return DemoOpenForm() if settings().demo else OpenForm()


def _page(found: Vote, form: Form | None = None, code: int = 200) -> ResponseReturnValue:
    s, now, who = db.session(), clock.city_now(), acting()
    status, run = queries.status(s, found, now), queries.count_run(s, found)
    faults = queries.faults(found.document)
    may_open = rules.may_open(found, who, faults, now)
    may_ask = rules.may_start_count(found, who, now)
    first = run.first_id if run else None
    one_hand = queries_desk.of_one_hand(s, found, who, first)
    may_confirm = rules.may_confirm_count(found, who, now, first=first, one_hand=one_hand)
    gap = rules_interruption.pending(found)
    least = None if gap is None else rules_interruption.least_close(found, gap, now)
    if form is None:
        form = {
            "interrupted": lambda: PlanForm(data={"closes_at": _next_midnight(least)}),
            "prepared": _open_form,
            "closed": CountForm,
            "stopped": CountForm,
            "counted": PublishForm,
        }.get(status.phase, CountForm)()
    answer = make_response(
        render_template(
            "voting/staff/vote.html",
            vote=found,
            status=status,
            run=run,
            asked=queries_desk.asked_by(s, found, run) if status.phase in ("closed", "stopped") else None,
            result=queries_desk.result_of(s, found),
            form=form,
            faults=faults,
            may_open=may_open,
            may_ask=may_ask,
            may_confirm=may_confirm,
            may_publish=rules.may_publish(found, who),
            needs_draw="lot" in found.document["ties"],
            gap=gap,
            least_close=least,
            may_agree=rules_interruption.may_agree(
                found, who, now, one_hand=queries_desk.of_one_hand(s, found, who, gap.first if gap else None)
            ),
            standing=queries_complaint.standing(s, found),
            keyless=found.state == rules.OPEN and not queries.has_key(found),
            notices=[] if gap else rules_interruption.notices(found, now),
            turnout=queries.turnout(s, found, now),
            entitled=rules_turnout.entitled(found.entitled, found.entitled_source, None),
            source=rules.Named({"names": found.entitled_source, "id": ""}),
            may_say_entitled=rules_turnout.may_say_entitled(found, who),
            sentences=queries.describe(found.document),
            parameters=queries.parameters(found.document),
            title=rules.Named({"names": found.titles, "id": found.public_id}),
            officer=who.holds(rules.OFFICER),
        ),
        code,
    )
    if status.phase == "counting":
        answer.headers["Refresh"] = "3"  # a count takes seconds; the page also has a link for those who turn this off
    return answer
