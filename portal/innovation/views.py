"""What everybody sees: the list, a proposal with its pilot, how it works, figures; and handing a proposal in."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.base import db, i18n, ui
from portal.base.errors import Refused
from portal.base.i18n import Text, _, _l
from portal.base.security import actor, public, signed_in
from portal.comments import queries as comments
from portal.innovation import actions, queries, queries_figures, queries_questions, rules
from portal.innovation.actions_content import about as discussed
from portal.innovation.forms import ProposalFilters, ProposalForm, TakeBackForm
from portal.innovation.models import Proposal, Stage
from portal.innovation.queries_desk import today
from portal.innovation.rules import Denied
from portal.moderation.queries import may_write

pages = Blueprint("innovation", __name__, url_prefix="/innovation")


def find(proposal_id: int) -> Proposal:
    """The proposal at this address, if it exists for the reader; else 404."""
    proposal = queries.found(db.session(), proposal_id)
    if proposal is None or not queries.may_read(actor(), proposal):
        abort(404)
    return proposal


@pages.get("/")
@public
def index() -> str:
    """All proposals and pilots: what runs first, then the newest."""
    s = db.session()
    departments = queries.department_names(s)
    form = ProposalFilters.of(departments)
    filters = form.filters(departments, request.args.get("page"))
    shown, total = queries.listed(s, filters)
    here, query = url_for(".index"), request.args.to_dict()
    return render_template(
        "innovation/index.html",
        filters_form=form,
        filters=filters,
        shown=shown,
        total=total,
        departments=departments,
        today=today(),
        paging=ui.paging(total, filters.page, queries.PER_PAGE, lambda n: ui.address(here, query, page=n)),
    )


@pages.get("/about")
@public
def about() -> str:
    """How a proposal becomes a pilot, by which questions it is screened, and how a pilot ends."""
    criteria = queries_questions.current(db.session()).criteria
    return render_template(
        "innovation/about.html", criteria=criteria, scores=rules.SCORES, outcomes=rules.OUTCOMES,
        means=rules.OUTCOMES_MEAN,
    )  # fmt: skip


@pages.get("/figures")
@public
def figures() -> str:
    """How many were tried, what became of them, and what it cost."""
    s = db.session()
    return render_template(
        "innovation/figures.html",
        found=queries_figures.figures(s, today()),
        departments=queries.department_names(s),
    )


def asked_source() -> tuple[tuple[str, int] | None, Any]:
    """The thing that the address says the proposal grows from, as (kind, id) and as a hit; nothing where not everybody
    may see it."""
    kind, _colon, number = request.args.get("from", "").partition(":")
    if not number.isascii() or not number.isdecimal() or len(number) > 15:
        return None, None
    hit = queries.source(db.session(), kind, int(number))
    return ((kind, int(number)), hit) if hit is not None else (None, None)


@pages.route("/new", methods=["GET", "POST"])
@signed_in
def new() -> ResponseReturnValue:
    """A proposal, on one page."""
    s = db.session()
    may = may_write(s, actor()) and rules.may_propose(queries.waiting_of(s, actor().person_id))
    if not may:
        raise refused(may.reason, url_for(".index"), _l("Back to the list"))
    source, hit = asked_source()
    form, status = ProposalForm.begun(s), 200
    if hit is not None and not form.is_submitted():
        form.title.data = hit.title[: rules.LONGEST_TITLE]
        form.language.data = hit.lang
    if form.is_submitted():
        if form.validate():
            proposal = actions.propose(actor(), form.written(source), form.guard())
            if proposal.held_at is not None:
                flash(_("Your proposal is stored. A moderator looks at it before it is shown."), "success")
            else:
                flash(
                    _("Your proposal is handed in. Two people screen it, and you are told what they decide."), "success"
                )
            return redirect(url_for(".proposal", proposal_id=proposal.id), 303)
        status = 422
    return render_template("innovation/new.html", form=form, source=hit), status


@pages.get("/<int:proposal_id>")
@public
def proposal(proposal_id: int) -> str:
    """One proposal: what it says, what was decided, how its pilot runs or ended, what people say."""
    s, who, row = db.session(), actor(), find(proposal_id)
    if row.hidden_at is not None:
        return render_template("innovation/hidden.html", proposal=row)
    page = queries.page(s, who, row)
    # the plan is public from the beginning of the pilot
    pilot = page.pilot if page.pilot is not None and page.pilot.begun_at is not None else None
    may = rules.may_talk(row)
    return render_template(
        "innovation/proposal.html",
        it=page,
        proposal=row,
        pilot=pilot,
        Stage=Stage,
        steps=_steps(row, pilot),
        due=pilot is not None and rules.is_due(pilot, row.stage, today()),
        states=rules.STAGES,
        outcomes=rules.OUTCOMES,
        means=rules.OUTCOMES_MEAN,
        stop=rules.threshold(pilot, pilot.unit) if pilot else None,
        scores=rules.SCORES,
        criteria=queries_questions.of_proposal(s, row.id).criteria,
        said=rules.said,
        paragraphs=rules.paragraphs,
        may_withdraw=bool(rules.may_withdraw(row, who.person_id)),
        works=who.may(*rules.READERS, scope=rules.scope(row)),
        discussion=comments.debate(
            s, who, comments.known(s, who, queries.KIND, row.id, discussed(row), "thread", may), i18n.lang()
        ),
    )


def _steps(row: Proposal, pilot: Any) -> list[dict[str, Any]]:
    """The time-line: what happened, what happens now, what is to come."""
    if row.stage is Stage.WITHDRAWN:
        return []
    decided = row.decided_at is not None
    steps = [
        _step(_("Proposed"), i18n.day(row.created_at), "done"),
        _step(
            _("Screened by two people"), i18n.day(row.decided_at) if row.decided_at else _("in the next weeks"),
            "done" if decided else "now", rules.STAGES[row.stage] if row.stage in (Stage.NOT_NOW, Stage.NO) else None,
        ),
    ]  # fmt: skip
    if row.stage in (Stage.NOT_NOW, Stage.NO):
        return steps
    steps.append(
        _step(
            _("Prepared with a coach"), i18n.day(row.coach_since) if row.coach_since else "",
            "done" if pilot else "now" if row.stage is Stage.TRY else "next",
        )
    )  # fmt: skip
    when = _("%(start)s to %(end)s", start=pilot.starts_on, end=pilot.ends_on) if pilot else ""
    running = {Stage.PILOT: "now", Stage.ENDED: "done"}.get(row.stage, "next")
    steps.append(_step(_("Pilot"), when, running))
    ended = pilot is not None and pilot.outcome is not None
    steps.append(
        _step(
            _("Outcome published"), i18n.day(pilot.outcome_at) if ended else "", "done" if ended else "next",
            rules.OUTCOMES[pilot.outcome] if ended else None,
        )
    )  # fmt: skip
    return steps


def _step(name: str, when: str, state: str, note: Text | None = None) -> dict[str, Any]:
    return {"name": name, "when": when, "state": state, "note": note, "url": None}


def refused(reason: Text | None, back: str, label: Text) -> Refused:
    """A page with the sentence and the way back; nothing is stored."""
    assert reason is not None
    return Refused(reason, 409, next_label=label, next_url=back)


@pages.route("/<int:proposal_id>/withdraw", methods=["GET", "POST"])
@signed_in
def withdraw(proposal_id: int) -> ResponseReturnValue:
    """Takes an own proposal back, with a reason."""
    row = find(proposal_id)
    if actor().person_id != row.proposer_id or row.hidden_at is not None:
        abort(404)
    form, status = TakeBackForm(), 200
    if form.is_submitted():
        if form.validate():
            try:
                actions.withdraw(actor(), proposal_id, form.reason.data)
            except Denied as denied:
                raise refused(
                    denied.verdict.reason, url_for(".proposal", proposal_id=proposal_id), _l("Back to the proposal")
                ) from None
            flash(_("Your proposal is withdrawn."), "success")
            return redirect(url_for(".proposal", proposal_id=proposal_id), 303)
        status = 422
    return render_template("innovation/withdraw.html", form=form, proposal=row), status


def dress() -> dict[str, Any]:
    """For the pages of other wings: `innovation_from(kind, id)` is the address where a proposal grows from a thing."""
    return {
        "innovation_from": lambda kind, number: ui.address(url_for("innovation.new"), {"from": f"{kind}:{number}"}),
    }
