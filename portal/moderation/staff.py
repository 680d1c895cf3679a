"""The moderators' desk: one thing with its decision, appeals, the city's words in the house rules. The queue itself is
in staff_queue.py."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from portal.audit.actions import record
from portal.audit.actions_looks import note_look
from portal.base import clock, db, ground, i18n, texts, ui
from portal.base.actor import Actor
from portal.base.errors import Refused
from portal.base.feature import Todo
from portal.base.i18n import _, _l, _n
from portal.base.security import acting, actor, staff, within
from portal.moderation import actions, actions_appeal, actions_decide, queries, queries_list, rules
from portal.moderation.forms import AppealDecisionForm, RulesForm, StatementForm
from portal.moderation.models import Flagged

desk = Blueprint("moderation_staff", __name__, url_prefix="/staff/moderation")
DOOR = rules.ROLES


def _found(flagged_id: int) -> Flagged:
    """The thing, if the actor moderates there; to others it does not exist."""
    s = db.session()
    row = queries_list.flagged(s, actor(), flagged_id)
    if row is None or not within(queries_list.scope_of(s, row)):
        abort(404)
    return row


def _late(late: actions_decide.Late, flagged_id: int) -> Refused:
    return Refused(
        late.reason, 409, next_label=_l("See what was decided"), next_url=url_for(".item", flagged_id=flagged_id)
    )


def _page(row: Flagged, form: StatementForm | None = None) -> ResponseReturnValue:
    s, now = db.session(), clock.city_now()
    page = queries_list.page(s, row, i18n.lang(), now)
    form = form or StatementForm(formdata=None)
    form.offer(page)
    html = render_template(
        "moderation/staff/item.html",
        page=page,
        row=row,
        form=form if form.errors else None,
        statement_form=form,
        typed={name: request.form.get(f"text-{name}", words) for name, words in page.texts.items()},
        kind=queries.kinds()[row.kind].label if row.kind in queries.kinds() else row.kind,
        reasons=rules.REASONS,
        held=rules.HELD,
        done=rules.DONE,
        outcomes=rules.OUTCOMES,
        phrases=rules.PHRASES,
        mine=row.claimed_by_id == actor().person_id,
        own=page.author_id is not None and page.author_id == actor().person_id,
        overdue=row.decided_at is None and row.due_at is not None and row.due_at < now,
    )
    if page.author_id is not None:
        note_look(
            actor(), [page.author_id], page="moderation_staff.item", kind=row.kind, object_id=row.object_id,
            why="check", roles=DOOR,
        )  # fmt: skip
    return html, 422 if form.errors else 200


@desk.get("/<int:flagged_id>")
@staff(*DOOR, scoped=True)
def item(flagged_id: int) -> ResponseReturnValue:
    """One thing: what it says, who reported why, what was decided before, and the decision."""
    return _page(_found(flagged_id))


@desk.post("/<int:flagged_id>")
@staff(*DOOR, scoped=True)
def decide(flagged_id: int) -> ResponseReturnValue:
    """Decide, with the statement of reasons."""
    row, s = _found(flagged_id), db.session()
    form = StatementForm()
    page = queries_list.page(s, row, i18n.lang(), clock.city_now())
    if page.thing is None:
        raise Refused(_l("The text is gone: its author has deleted it."), 409)
    version = form.version.data or ""
    if version.isascii() and version.isdigit() and len(version) < 10 and int(version) != row.version:
        raise _late(actions_decide.Late(actions_decide.late(s, row)), flagged_id)
    told = form.offer(page).told(page)
    if told is None:
        return _page(row, form)
    try:
        verdict = actions_decide.decide(acting(), flagged_id, told, version=row.version, seen=form.seen.data or "")
    except actions_decide.Late as late:
        raise _late(late, flagged_id) from None
    if not verdict:
        raise Refused(
            verdict.reason or _l("This cannot be changed any more."), 409, next_label=_l("Back to the text"),
            next_url=url_for(".item", flagged_id=flagged_id),
        )  # fmt: skip
    flash(_("%(done)s. The author and those who reported it are told.", done=str(rules.DONE[told.act])), "success")
    return redirect(url_for("moderation_staff.queue"), 303)


@desk.post("/<int:flagged_id>/claim")
@staff(*DOOR, scoped=True)
def claim(flagged_id: int) -> ResponseReturnValue:
    """Say that one is at work on it, or take it over."""
    actions.claim(acting(), _found(flagged_id))
    return redirect(url_for(".item", flagged_id=flagged_id), 303)


@desk.post("/<int:flagged_id>/unclaim")
@staff(*DOOR, scoped=True)
def unclaim(flagged_id: int) -> ResponseReturnValue:
    """Give an own claim back."""
    verdict = actions.unclaim(acting(), _found(flagged_id))
    if not verdict:
        raise Refused(verdict.reason or _l("You have not claimed this."), 409)
    return redirect(url_for("moderation_staff.queue"), 303)


# Appeals


@desk.get("/appeals")
@staff(*DOOR, scoped=True)
def appeals() -> ResponseReturnValue:
    """Appeals that wait, the earliest due first; or those that were decided."""
    decided = request.args.get("decided") == "1"
    number = ui.page_number(request.args.get("page"))
    size = queries_list.PER_PAGE
    lines, total = queries_list.appeals(
        db.session(), actor(), clock.city_now(), decided=decided, offset=(number - 1) * size
    )
    here, query = url_for(".appeals"), {"decided": "1" if decided else ""}
    return render_template(
        "moderation/staff/appeals.html", lines=lines, total=total, decided=decided, done=rules.DONE,
        outcomes=rules.OUTCOMES, paging=ui.paging(total, number, size, lambda n: ui.address(here, query, page=n)),
    )  # fmt: skip


@desk.route("/appeals/<int:appeal_id>", methods=["GET", "POST"])
@staff(*DOOR, scoped=True)
def appeal(appeal_id: int) -> ResponseReturnValue:
    """One appeal, and its decision by somebody who had no part in the first one."""
    s, now = db.session(), clock.city_now()
    found = queries_list.appeal(s, actor(), appeal_id, now)
    if found is None or not within(scope := queries_list.scope_of(s, found.flagged)):
        abort(404)
    one, form = found.decision, AppealDecisionForm().offer()
    verdict = rules.may_decide_appeal(
        acting(), scope=scope, author_id=one.author_id, decided_by=one.by_id,
        others=queries.other_moderators(s, one, scope, now), fallback=ground.settings().moderation.appeals,
    )  # fmt: skip
    if request.method == "POST":
        if not verdict:
            raise Refused(verdict.reason or _l("This cannot be changed any more."), 409)
        if form.validate():
            try:
                actions_appeal.decide_appeal(
                    acting(), appeal_id, outcome=form.outcome.data, reasons=form.reasons.data or "",
                    lang=form.reasons_lang.data or i18n.lang(),
                )  # fmt: skip
            except actions_decide.Late as late:
                raise Refused(late.reason, 409) from None
            flash(_("The appeal is decided, and the author is told."), "success")
            return redirect(url_for(".appeals"), 303)
    page = queries_list.page(s, found.flagged, i18n.lang(), now)
    html = render_template(
        "moderation/staff/appeal.html", it=found, page=page, form=form if form.errors else None, appeal_form=form,
        may=verdict, done=rules.DONE, outcomes=rules.OUTCOMES, phrases=rules.PHRASES, rules=rules.RULES,
    )  # fmt: skip
    if one.author_id is not None:
        note_look(
            actor(), [one.author_id], page="moderation_staff.appeal", kind=found.flagged.kind,
            object_id=found.flagged.object_id, why="check", roles=DOOR,
        )  # fmt: skip
    return html, 422 if form.errors else 200


# The house rules


@desk.route("/rules/<lang:code>", methods=["GET", "POST"])
@staff(*DOOR)
def rules_text(code: str) -> ResponseReturnValue:
    """What the city adds to the house rules, in one language."""
    if code not in ground.settings().languages:
        abort(404)
    s, (kind, number) = db.session(), rules.OWN_TEXT
    known = texts.all_languages(s, kind, number)
    row = known.get(("body", code))
    form = RulesForm(data={"body": row.body if row else ""}) if request.method == "GET" else RulesForm()
    if form.validate_on_submit():
        texts.put(s, kind, number, "body", code, form.body.data or "", markdown=True)
        record(actor(), "changed house rules", "house_rules", number, after={"lang": code})
        flash(_("The text is stored."), "success")
        return redirect(url_for("moderation.house_rules"), 303)
    html = render_template(
        "moderation/staff/rules.html", form=form, code=code, codes=ground.settings().languages,
        written={lang for _field, lang in known},
    )  # fmt: skip
    return html, 422 if form.errors else 200


def todo(s: Session, who: Actor) -> list[Todo]:
    """What waits for a moderator: the queue, and appeals that somebody else decided first."""
    if not who.may(*DOOR):
        return []
    found: list[Todo] = []
    waiting, number, due = queries_list.all_waiting(s, who)
    if waiting.count:
        words = _n("%(n)s text waits for a moderator", "%(n)s texts wait for a moderator", waiting.count)
        found.append(Todo(words, url_for("moderation_staff.queue"), waiting.due, waiting.count))
    if number:
        words = _n("%(n)s appeal waits for a decision", "%(n)s appeals wait for a decision", number)
        found.append(Todo(words, url_for("moderation_staff.appeals"), due, number))
    return found
