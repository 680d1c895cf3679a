"""The public side: reporting a text, the house rules, statements of reasons with their appeal, the yearly figures."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.base import clock, db, i18n, texts
from portal.base.errors import Refused
from portal.base.feature import Hit
from portal.base.i18n import _l
from portal.base.security import actor, public, signed_in
from portal.moderation import actions, actions_appeal, queries, queries_figures, rules
from portal.moderation.forms import AppealForm, ReportForm
from portal.moderation.models import Act, Extent, Ground

pages = Blueprint("moderation", __name__)


def _back(hit: Hit) -> str:
    return url_for(hit.endpoint, **hit.args)


@pages.route("/report/<kind>/<int:number>", methods=["GET", "POST"])
@public
def report(kind: str, number: int) -> ResponseReturnValue:
    """Report a text that one can see; no account is needed."""
    s, who = db.session(), actor()
    hit = queries.open_to(s, who, kind, number, i18n.lang())
    if hit is None:
        abort(404)
    form = ReportForm()
    if form.validate_on_submit():
        guard = form.guard()
        verdict = actions.may_report(s, who, guard["origin"])
        if not verdict:
            raise Refused(verdict.reason or _l("Send it again later."), 429)
        made = actions.report(
            who, kind, number, reason=form.reason.data, words=form.words.data or "", lang=i18n.lang(),
            origin=guard["origin"],
        )  # fmt: skip
        return redirect(url_for("moderation.reported", reference=made.reference), 303)
    html = render_template(
        "moderation/report.html", form=form, hit=hit, back=_back(hit), label=queries.kinds()[kind].label
    )
    return html, 422 if form.is_submitted() else 200


@pages.get("/moderation/reports/<reference>")
@public
def reported(reference: str) -> ResponseReturnValue:
    """How a report stands, for whoever has its number: not what was reported, and not by whom."""
    found = queries.report_by(db.session(), reference)
    if found is None:
        abort(404)
    return render_template(
        "moderation/reported.html",
        report=found.report,
        done=rules.DONE[found.done] if found.done else None,
        desk=actor().may(*rules.ROLES),
    )


@pages.get("/house-rules")
@public
def house_rules() -> ResponseReturnValue:
    """The rules, what the city adds, and what moderators do."""
    kind, number = rules.OWN_TEXT
    own = texts.load(db.session(), kind, [number], ["body"], html=True).get((number, "body"))
    return render_template("moderation/rules.html", rules=list(rules.RULES.values()), own=own)


@pages.route("/moderation/<int:decision_id>", methods=["GET", "POST"])
@signed_in
def statement(decision_id: int) -> ResponseReturnValue:
    """A decision about what one wrote, with its reasons; one click appeals."""
    s, who = db.session(), actor()
    found = queries.statement(s, who, decision_id, i18n.lang())
    if found is None:
        abort(404)
    one, form = found.decision, AppealForm()
    verdict = rules.may_appeal(
        who, act=one.act, author_id=one.author_id, at=one.at, appealed=found.appeal is not None,
        ended=one.ended_at is not None, now=clock.city_now(),
    )  # fmt: skip
    if request.method == "POST":
        if not verdict:
            raise Refused(
                verdict.reason or _l("This cannot be changed any more."), 409, next_label=_l("Back to the decision"),
                next_url=url_for("moderation.statement", decision_id=decision_id),
            )  # fmt: skip
        if form.validate():
            actions_appeal.appeal(who, one, words=form.words.data or "", lang=i18n.lang())
            return redirect(url_for("moderation.statement", decision_id=decision_id), 303)
    html = render_template(
        "moderation/statement.html",
        it=found,
        one=one,
        done=rules.DONE[one.act],
        reason=_reason(one),
        facts=rules.PHRASES.get(one.phrase) if one.phrase != "own" else None,
        extent=rules.EXTENTS[one.extent] if one.act in rules.RESTRICTS else None,
        restricts=one.act in rules.RESTRICTS,
        may=bool(verdict),
        appeal_until=one.at + rules.APPEAL_WITHIN,
        outcomes=rules.OUTCOMES,
        form=form if form.errors else None,
        appeal_form=form,
        back=_back(found.hit) if found.hit else None,
        account=one.extent is Extent.ACCOUNT,
    )
    return html, 422 if form.errors else 200


def _reason(one: Any) -> Any:
    """What the decision rests on: a house rule with its number and words, or the law as cited."""
    if one.act in (Act.RESTORE, Act.RELEASE):
        return None
    if one.ground is Ground.RULE:
        rule = rules.RULES.get(one.reference)
        return {"rule": rule, "number": rules.rule_number(one.reference)} if rule else None
    return {"law": one.reference} if one.ground is Ground.LAW else None


def everywhere() -> dict[str, Any]:
    """A question that forms ask (moderation/_suspended.html): does a suspension keep the reader from writing?"""
    return {"silence": lambda: queries.suspension(db.session(), actor().person_id)}


@pages.get("/moderation/figures")
@public
def figures() -> ResponseReturnValue:
    """What was reported, decided and appealed against, year by year."""
    return render_template(
        "moderation/figures.html", years=queries_figures.years(db.session()), reasons=rules.REASONS, done=rules.DONE
    )
