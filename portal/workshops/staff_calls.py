"""The list of calls of a house: people who can be reached by telephone alone, those due first."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from portal.audit.actions_looks import note_look
from portal.audit.models_looks import How
from portal.base import clock, db, ui
from portal.base.actor import Actor
from portal.base.errors import Refused
from portal.base.feature import Todo
from portal.base.i18n import _, _l, _n
from portal.base.security import actor, staff
from portal.workshops import actions, actions_calls, queries, queries_people, rules, rules_calls, rules_day
from portal.workshops.forms_bookings import CallForm, OfferCallForm, UsingCallForm
from portal.workshops.models import BookingState, CallOutcome, CallReason, Using
from portal.workshops.queries_people import CallLine
from portal.workshops.rules import Denied
from portal.workshops.staff import desk


@desk.get("/calls")
@staff(*rules.DESK, scoped=True)
def calls() -> str:
    """Whom to call, and about what."""
    s, who, now = db.session(), actor(), clock.city_now()
    page = ui.page_number(request.args.get("page"))
    found = queries_people.calls(s, who, now, page)
    people = [one.booking.person_id for one in found.lines if one.booking.person_id is not None]
    note_look(who, people, page="workshops_staff.calls", why="list", how=How.SEARCH, roles=rules.DESK)
    here = url_for(".calls")
    return render_template(
        "workshops/staff/calls.html",
        found=found,
        now=now,
        reasons=rules_calls.REASONS,
        paging=ui.paging(found.total, page, queries_people.PER_PAGE, lambda n: ui.address(here, {}, page=n)),
    )


def _form(line: CallLine) -> Any:
    """What is asked after this call."""
    if line.call.reason is CallReason.OFFER and line.booking.state is BookingState.OFFERED:
        return OfferCallForm()
    return UsingCallForm() if line.call.reason is CallReason.STILL_USING else CallForm()


@desk.route("/calls/<int:call_id>", methods=["GET", "POST"])
@staff(*rules.DESK, scoped=True)
def call(call_id: int) -> ResponseReturnValue:
    """One call: the number, what to say, and how it went."""
    line = queries_people.call(db.session(), actor(), call_id)
    if line is None:
        abort(404)
    form, status = _form(line), 200
    if form.is_submitted():
        _must_be_open(line)
        if form.validate():
            try:
                flash(_note(line, form.outcome.data), "success")
                return redirect(url_for(".calls"), 303)
            except Denied as denied:
                form.form_errors.append(str(denied.verdict.reason))
        status = 422
    named = queries_people.names(db.session(), [line.workshop.id], [line.session.venue_id])
    if line.booking.person_id is not None:
        note_look(
            actor(), [line.booking.person_id], page="workshops_staff.call", kind="workshop_booking",
            object_id=line.booking.id, why="booking", roles=rules.DESK,
        )  # fmt: skip
    html = render_template(
        "workshops/staff/call.html",
        line=line,
        names=named,
        form=form if line.call.done_at is None else None,
        reason=rules_calls.REASONS[line.call.reason],
        to_say=rules_calls.TO_SAY[line.call.reason],
        outcomes=rules_calls.OUTCOMES,
        slip=queries.slip_of(line.booking),
    )
    return html, status


def _must_be_open(line: CallLine) -> None:
    """Raises the page with the sentence where a colleague was faster."""
    verdict = rules_calls.may_note(line.call.done_at)
    if not verdict:
        assert verdict.reason is not None
        raise Refused(verdict.reason, 409, next_label=_l("Back to the calls"), next_url=url_for(".calls"))


def _note(line: CallLine, said: str) -> str:
    """Store what came of it; an answer to an offer counts as the person's own. Raises Denied."""
    who, now, number = actor(), clock.city_now(), line.call.id
    if said in ("accept", "decline"):
        actions_calls.note(who, number, CallOutcome.REACHED, now)
        (actions.accept if said == "accept" else actions.decline)(who, line.booking.id, now)
        return _("The seat is booked.") if said == "accept" else _("The seat goes to the next person.")
    if said in tuple(Using):
        actions_calls.note(who, number, CallOutcome.REACHED, now, using=Using(said))
        return _("The answer is noted.")
    row = actions_calls.note(who, number, CallOutcome(said), now)
    return _("The call is noted.") if row.done_at is not None else _("Noted. The call comes up again in some hours.")


def todo(s: Session, who: Actor) -> list[Todo]:
    """What waits in the wing: sessions that nobody holds, drafts that begin soon, calls that are due, and for trainers
    the days after which nobody noted who came. One select."""
    if not who.may(*rules.DESK):
        return []
    waits = queries_people.waits(s, who, clock.city_now())
    found, here = [], url_for("workshops_staff.index")
    if nobody := waits.nobody:
        words = _n(
            "%(n)s session of the next week has nobody who holds it",
            "%(n)s sessions of the next week have nobody who holds them", nobody,
        )  # fmt: skip
        found.append(Todo(words, here, count=nobody))
    if drafts := waits.drafts:
        words = _n(
            "%(n)s session begins within two weeks and is not shown yet",
            "%(n)s sessions begin within two weeks and are not shown yet", drafts,
        )  # fmt: skip
        found.append(Todo(words, ui.address(here, {"show": "draft"}), count=drafts))
    if number := waits.calls:
        words = _n("%(n)s call to make", "%(n)s calls to make", number)
        found.append(Todo(words, url_for("workshops_staff.calls"), waits.since, number))
    if waits.ended is not None:
        words = _n("Note who came: %(n)s day that you held", "Note who came: %(n)s days that you held", waits.unnoted)
        past = ui.address(here, {"show": "past"})
        found.append(Todo(words, past, waits.ended + rules_day.LATEST, waits.unnoted))
    return found
