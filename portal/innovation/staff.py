"""The innovation track in the staff area: the work list, one proposal, its screening, decision and coach."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from portal.audit.actions_looks import note_look
from portal.base import db, i18n, ui
from portal.base.actor import Actor
from portal.base.errors import Refused
from portal.base.feature import Todo
from portal.base.i18n import _, _l, _n
from portal.base.security import acting, actor, staff, within
from portal.innovation import actions_screen as act
from portal.innovation import queries, queries_desk, queries_questions, rules
from portal.innovation.forms import ProposalFilters
from portal.innovation.forms_staff import CoachForm, DecisionForm, answers, screening_form
from portal.innovation.models import Proposal, Stage
from portal.innovation.rules import Denied

desk = Blueprint("innovation_staff", __name__, url_prefix="/staff/innovation")


def find(proposal_id: int) -> Proposal:
    """The proposal, if the role that this page asks for reaches it; to others it does not exist."""
    proposal = queries.found(db.session(), proposal_id)
    if proposal is None or not within(rules.scope(proposal)):
        abort(404)
    return proposal


def refused(denied: Denied, proposal_id: int) -> Refused:
    """A page with the sentence and the way back to the proposal; nothing is stored."""
    assert denied.verdict.reason is not None
    back = url_for("innovation_staff.show", proposal_id=proposal_id)
    return Refused(denied.verdict.reason, 409, next_label=_l("Back to the proposal"), next_url=back)


def must(verdict: Any, proposal_id: int) -> None:
    """Raises the page with the sentence where the verdict is no."""
    if not verdict:
        raise refused(Denied(verdict), proposal_id)


def filled(form: Any, template: str, do: Callable[[], str], back: str, **more: Any) -> ResponseReturnValue:
    """One page with one form: what was typed is done, or shown again with what is wrong. `do` returns what to say."""
    status = 200
    if form.is_submitted():
        if form.validate():
            try:
                flash(do(), "success")
                return redirect(back, 303)
            except Denied as denied:
                form.form_errors.append(str(denied.verdict.reason))
        status = 422
    return render_template(template, form=form, back=back, **more), status


@desk.get("")
@staff(*rules.READERS, scoped=True)
def index() -> str:
    """The proposals that one's roles reach, the newest first."""
    s = db.session()
    departments = queries.department_names(s)
    form = ProposalFilters.of(departments)
    filters, own = form.filters(departments, request.args.get("page")), request.args.get("own") == "1"
    shown, total = queries_desk.listed(s, actor(), filters, own=own)
    here, query = url_for(".index"), request.args.to_dict()
    return render_template(
        "innovation/staff/index.html",
        filters_form=form,
        filters=filters,
        own=own,
        shown=shown,
        total=total,
        departments=departments,
        screeners=rules.SCREENERS,
        paging=ui.paging(total, filters.page, queries_desk.PER_PAGE, lambda n: ui.address(here, query, page=n)),
    )


@desk.get("/<int:proposal_id>")
@staff(*rules.READERS, scoped=True)
def show(proposal_id: int) -> str:
    """One proposal with its screenings, money and next steps. Who proposed it finds in their log that it was opened."""
    row = find(proposal_id)
    number = row.proposer_id
    s, who = db.session(), actor()
    page = queries.page(s, who, row)
    screened = queries_desk.screenings(s, proposal_id)
    by = {one.by_id for one in screened}
    me, day, lead = who.person_id, queries_desk.today(), acting().may(rules.LEAD)
    accompanies = bool(rules.may_accompany(row, me, lead=lead)) and acting().may(*rules.STAFF)
    held, asked = queries.granted(s, proposal_id), queries_questions.of_proposal(s, proposal_id)
    html = render_template(
        "innovation/staff/show.html",
        it=page,
        proposal=row,
        proposer=queries.person_name(s, number),
        coach=queries.person_name(s, row.coach_id),
        screened=screened if rules.may_see_scores(me, by) or not acting().may(*rules.STAFF) else [],
        number=len(screened),
        apart=rules.disagreements([{key: a.score for key, a in one.answers.items()} for one in screened]),
        granted=held,
        ledger=queries_desk.ledger(s, proposal_id=proposal_id),
        departments=queries.department_names(s),
        may={
            "screen": acting().may(*rules.STAFF) and rules.may_screen(row, me),
            "decide": lead and rules.may_decide(row, me, by),
            "coach": lead and row.stage in (Stage.TRY, Stage.PILOT),
            "grant": lead and rules.may_grant(row, me, None, None, day.year, day),
            "plan": accompanies and rules.may_plan(row),
            "begin": accompanies and page.pilot is not None and rules.may_begin(row, page.pilot, held, day),
            "check_in": accompanies and rules.may_check_in(row, page.pilot, None, day),
            "end": accompanies and rules.may_end(row, page.pilot, None, held),
        },
        begin=rules.may_begin(row, page.pilot, held, day) if row.stage is Stage.TRY else None,
        due=page.pilot is not None and rules.is_due(page.pilot, row.stage, day),
        mine=me in by,
        criteria=asked.criteria,
        scores=rules.SCORES,
        best=rules.best(asked.criteria),
        screeners=rules.SCREENERS,
        Stage=Stage,
        states=rules.STAGES,
        outcomes=rules.OUTCOMES,
        stop=rules.threshold(page.pilot, page.pilot.unit) if page.pilot else None,
        moves=rules.MOVES,
        said=rules.said,
        paragraphs=rules.paragraphs,
    )
    if number is not None:
        note_look(
            actor(), [number], page="innovation_staff.show", kind=queries.KIND, object_id=proposal_id, why="case",
            roles=rules.READERS,
        )  # fmt: skip
    return html


@desk.route("/<int:proposal_id>/screening", methods=["GET", "POST"])
@staff(*rules.STAFF, scoped=True)
def screening(proposal_id: int) -> ResponseReturnValue:
    """The screening list, filled in by one member of staff."""
    row, s, who = find(proposal_id), db.session(), actor()
    must(rules.may_screen(row, who.person_id), proposal_id)
    own = next((one for one in queries_desk.screenings(s, proposal_id) if one.by_id == who.person_id), None)
    data: dict[str, Any] = {}
    for key, answer in own.answers.items() if own else ():
        data |= {f"score_{key}": answer.score, f"reason_{key}": answer.reason, "language": answer.lang}
    criteria = queries_questions.of_proposal(s, proposal_id).criteria
    form = screening_form(criteria, data)

    def do() -> str:
        act.screen(actor(), proposal_id, answers(form, criteria), form.language.data)
        return _("Your screening is stored.")

    back = url_for(".show", proposal_id=proposal_id)
    return filled(form, "innovation/staff/screening.html", do, back, proposal=row, criteria=criteria,
                  paragraphs=rules.paragraphs)  # fmt: skip


@desk.route("/<int:proposal_id>/decision", methods=["GET", "POST"])
@staff(rules.LEAD, scoped=True)
def decision(proposal_id: int) -> ResponseReturnValue:
    """What becomes of a screened proposal."""
    row, s = find(proposal_id), db.session()
    screened = queries_desk.screenings(s, proposal_id)
    must(rules.may_decide(row, actor().person_id, {one.by_id for one in screened}), proposal_id)
    form = DecisionForm.begun(department=row.department_id)
    form.department.choices = [
        (number, name)
        for number, name in queries.department_choices(s)
        if actor().may(rules.LEAD, scope={"department": {number}})
    ]
    form.department.blank = _l("Choose a department")

    def do() -> str:
        act.decide(actor(), proposal_id, form.stage.data, form.reason.data, form.language.data, form.department.data)
        return _("The decision is stored and told.")

    back, criteria = url_for(".show", proposal_id=proposal_id), queries_questions.of_proposal(s, proposal_id).criteria
    return filled(form, "innovation/staff/decision.html", do, back, proposal=row, screened=screened,
                  criteria=criteria, scores=rules.SCORES, best=rules.best(criteria))  # fmt: skip


@desk.route("/<int:proposal_id>/coach", methods=["GET", "POST"])
@staff(rules.LEAD, scoped=True)
def coach(proposal_id: int) -> ResponseReturnValue:
    """Who accompanies it."""
    row, s = find(proposal_id), db.session()
    must(rules.may_have_coach(row, 0), proposal_id)
    form = CoachForm(data={"coach": row.coach_id})
    form.coach.choices = list(queries_desk.coaches(s, row))

    def do() -> str:
        act.assign_coach(actor(), proposal_id, form.coach.data)
        return _("The coach is stored and told.")

    back = url_for(".show", proposal_id=proposal_id)
    return filled(form, "innovation/staff/coach.html", do, back, proposal=row, nobody=not form.coach.choices)


# --- what waits -------------------------------------------------------------------------------------------------------


def todo(s: Session, who: Actor) -> list[Todo]:
    """What waits for a lead or a coach."""
    if not who.may(*rules.STAFF):
        return []
    waits, found = queries_desk.waits(s, who), []

    def add(words: i18n.Text, count: int, **query: str) -> None:
        if count:
            found.append(Todo(words, ui.address(url_for("innovation_staff.index"), query), count=count))

    n = waits.to_screen
    add(_n("%(n)s proposal waits for your screening", "%(n)s proposals wait for your screening", n), n, show="proposed")
    n = waits.to_decide
    add(_n("%(n)s proposal waits for a decision", "%(n)s proposals wait for a decision", n), n, show="proposed")
    n = waits.without_coach
    add(_n("%(n)s proposal needs a coach", "%(n)s proposals need a coach", n), n, show="try")
    n = waits.to_prepare
    add(_n("You prepare %(n)s pilot", "You prepare %(n)s pilots", n), n, show="try", own="1")
    n = waits.quiet
    add(
        _n("%(n)s pilot of yours has no new value", "%(n)s pilots of yours have no new value", n),
        n,
        show="pilot",
        own="1",
    )
    n = waits.due
    add(_n("The outcome of %(n)s pilot is due", "The outcomes of %(n)s pilots are due", n), n, show="pilot", own="1")
    return found
