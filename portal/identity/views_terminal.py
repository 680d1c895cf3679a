"""Shared screens: the first page, enrolment, Finish, more time, and the ballot that a helper hands over."""

from __future__ import annotations

from datetime import timedelta

import structlog
from flask import flash, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from portal.base import clock, db, i18n, limits
from portal.base.i18n import Text, _, _l
from portal.base.security import actor, enter_session, public, reads, reference, safe_next, signed_in
from portal.base.verdict import Verdict
from portal.identity import actions, actions_codes, actions_help, actions_terminal, codes, rules_help, views_here
from portal.identity.forms_help import EnrolForm, TakeOverForm
from portal.identity.forms_ways import wrong
from portal.identity.views import identity
from portal.identity.views_drafts import NEVER, keep_open, leave_open
from portal.identity.views_out import clean, leave
from portal.places import actions_terminal as terminals
from portal.places import rules_terminal
from portal.places.queries_terminal import Here

log = structlog.get_logger("portal.identity")
ENROL_TRIES = 20  # wrong codes from one network address in a quarter of an hour


def _here() -> Here:
    place = views_here.here()
    if place is None:
        raise NotFound
    return place


@identity.get("/terminal")
@public
def terminal_start() -> ResponseReturnValue:
    """The first screen: each language in its own words."""
    _here()
    return render_template("identity/terminal_start.html")


@identity.get("/terminal/enrol")
@public
def enrol() -> ResponseReturnValue:
    """Make this browser a terminal: enter the code from the staff area."""
    return render_template("identity/terminal_enrol.html", form=EnrolForm())


@identity.post("/terminal/enrol")
@public
@reads
def do_enrol() -> ResponseReturnValue:
    """Enrol it. Whoever was signed in here is signed out; wrong codes count, whatever becomes of the page."""
    form, now, origin, held = EnrolForm(), clock.now(), request.remote_addr or "", reference()
    if not form.validate():
        return render_template("identity/terminal_enrol.html", form=form), 422
    with db.write() as s:
        if limits.too_many(s, "terminal", origin, now, most=ENROL_TRIES):
            wrong(form, form.code, _l("Too many tries. Wait 15 minutes."))
            return render_template("identity/terminal_enrol.html", form=form), 429
        done = terminals.enrol(s, actions_codes.keyed("terminal", codes.read(form.code.data or "")), now)
        if isinstance(done, Verdict):
            limits.failed(s, "terminal", origin, now)
        else:
            actions_terminal.end_at_terminal(s, done[0], now)
            if held:
                actions.end_session(s, held, now)
    if isinstance(done, Verdict):
        wrong(form, form.code, done.reason)
        return render_template("identity/terminal_enrol.html", form=form), 422
    answer = clean(redirect(views_here.start(), 303))
    views_here.put_cookie(answer, done[1])
    log.info("terminal_enrolled")
    return answer


@identity.post("/terminal/finish")
@public
@reads
def finish() -> ResponseReturnValue:
    """Finish: everything of this person ends, here and at the provider, and the first screen is shown."""
    _here()
    answer = leave()
    views_here.put_cookie(answer, request.cookies[views_here.cookie()])  # the year counts from the last use
    return answer


@identity.post("/terminal/more")
@public
@reads
def more_time() -> ResponseReturnValue:
    """I need more time, pressed or shown by working on: the page may stand once more as long."""
    place, who = _here(), actor()
    seconds = place.form_seconds if request.form.get("long") == "1" else place.plain_seconds
    if who.session_id is None:
        return "", 204
    with db.write() as s:
        actions_terminal.stay(s, who.session_id, seconds, clock.now())
    return "", 204


@identity.post("/terminal/closed")
@public
@reads
def tab_closed() -> ResponseReturnValue:
    """The browser says that a page was closed: its session ends in seconds, unless another page opens."""
    _here()
    session_id = actor().session_id
    if session_id is not None:
        with db.write() as s:
            actions_terminal.closing(s, session_id, clock.now())
    return "", 204


@identity.get("/terminal/still-there")
@public
def still_there() -> ResponseReturnValue:
    """Are you still there? A minute more, without a script: the browser goes on by the header, which no rule of
    accessibility takes for a page that moves without a warning. This page is the warning that WCAG 2.2.1 asks for: a
    whole minute, one press for more time, as often as needed."""
    _here()
    back = safe_next(request.args.get("back"), f"/{i18n.lang()}/")
    answer = make_response(render_template("identity/still_there.html", back=back))
    answer.headers["Refresh"] = f"{rules_terminal.STILL_THERE}; url={url_for('identity.terminal_over')}"
    return answer


@identity.post("/terminal/more-on-page")
@public
def more_on_page() -> ResponseReturnValue:
    """I need more time, pressed within a form without a script: the page is shown again with what was typed. It is kept
    under lock for as long as that page may stand, opened by this browser alone, and gone when it is sent or left. A
    ballot never comes here (views_here.py): its own button shows it again and stores nothing."""
    place, now = _here(), clock.now()
    at = safe_next(request.args.get("at"), "")
    if not at or not views_here.keeps_typed(at):
        raise NotFound
    typed = [(name, value) for name, value in request.form.items(multi=True) if name not in NEVER]
    keep_open(typed, at, timedelta(seconds=place.form_seconds + rules_terminal.STILL_THERE), now)
    return redirect(at, 303)


@identity.get("/terminal/over")
@public
def terminal_over() -> ResponseReturnValue:
    """The minute has passed. A session that is still used in another window goes on; any other ends here."""
    _here()
    held, session_id, now = reference(), actor().session_id, clock.now()
    ends = actions_terminal.ends(db.session(), session_id) if session_id is not None else None
    if ends is not None and ends > now + timedelta(seconds=2 * rules_terminal.STEP):
        return redirect(f"/{i18n.lang()}/", 303)
    leave_open()
    if held:
        with db.write() as s:
            actions.end_session(s, held, now)
    return clean(redirect(views_here.start(), 303))


@identity.get("/terminal/vote")
@public
def take_over() -> ResponseReturnValue:
    """Vote without the helper: enter the number that they gave."""
    _here()
    return render_template("identity/take_over.html", form=TakeOverForm())


@identity.post("/terminal/vote")
@public
@reads
def do_take_over() -> ResponseReturnValue:
    """Begin the voter's own session."""
    form, place, now, held = TakeOverForm(), _here(), clock.now(), reference()
    if not form.validate():
        return render_template("identity/take_over.html", form=form), 422
    key = f"terminal {place.terminal_id}"
    with db.write() as s:
        if limits.too_many(s, "hand-over", key, now, most=rules_help.HAND_OVER_TRIES):
            wrong(form, form.code, _l("Too many tries. Wait 15 minutes."))
            return render_template("identity/take_over.html", form=form), 429
        done = actions_help.take_over(s, form.code.data or "", place, with_help=form.alone.data == "with", now=now)
        if isinstance(done, Verdict):
            limits.failed(s, "hand-over", key, now)
        elif held:
            actions.end_session(s, held, now)
    if isinstance(done, Verdict):
        wrong(form, form.code, done.reason)
        return render_template("identity/take_over.html", form=form), 422
    enter_session(done.actor, done.reference)
    flash(_("You can vote now, and nobody sees it. Open the vote."), "success")
    return redirect(f"/{i18n.lang()}/", 303)


# In the helper's browser


@identity.get("/help/hand-over")
@signed_in
def hand_over() -> ResponseReturnValue:
    """Before the ballot: what handing over means. A caller stands at no terminal, so nothing is offered for them."""
    if actor().helped_by is not None and actor().venue_id is None:
        return _not_handed_over(actions_help.BY_TELEPHONE)
    return _hand_over("")


def _not_handed_over(reason: Text | None) -> ResponseReturnValue:
    return render_template(
        "identity/trouble.html", heading=_l("Nothing was handed over"), words=reason, wait=None, bare=None
    ), 409


@identity.post("/help/hand-over")
@signed_in
def do_hand_over() -> ResponseReturnValue:
    """The short number, shown once."""
    if actor().helped_by is None:
        raise NotFound
    done = actions_help.hand_over(actor(), clock.now())
    if isinstance(done, Verdict):
        return _not_handed_over(done.reason)
    db.finish(commit=True)
    return _hand_over(f"{done[:3]} {done[3:]}")


def _hand_over(code: str) -> ResponseReturnValue:
    if actor().helped_by is None:
        raise NotFound
    minutes = int(rules_help.HAND_OVER.total_seconds() // 60)
    return render_template("identity/hand_over.html", code=code, minutes=minutes)


@identity.post("/help/end")
@public
@reads
def end_help() -> ResponseReturnValue:
    """The help ends, and the helper is themselves again; where their own session is over too, they sign in."""
    held, desk, now = reference(), str(session.get("desk") or ""), clock.now()
    with db.write() as s:
        row = actions.end_session(s, held, now) if held else None
        if row is not None:
            actions_help.end_with(s, [row.id], now)
        helper = actions_help.alive(s, desk, now) if desk else None
        if helper is not None and helper.session_id is not None:
            actions.touch(s, helper.session_id, now)
    if helper is None:
        return clean(redirect(url_for("identity.sign_in"), 303))
    enter_session(helper, desk)
    answer = redirect(url_for("identity_help.begin"), 303)
    answer.headers["Clear-Site-Data"] = '"cache"'
    return answer
