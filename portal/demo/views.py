"""The bar of the demo: what day it is in Sundhaven, and buttons that move it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.base import clock, db, ui
from portal.base.mail import Outgoing
from portal.base.security import actor, back_to, public
from portal.demo import actions, queries

pages = Blueprint("demo", __name__, url_prefix="/demo")
plain = Blueprint("demo_plain", __name__, url_prefix="/demo")
PER_PAGE = 25


@pages.post("/clock")
@public
def move() -> Response:
    """Move the city clock: to just after the close of the open vote, to the next phase, or back to today."""
    now, wish = clock.city_now(), request.form.get("to", "")
    if wish == "close":
        to = queries.next_close(db.session(), now)
    elif wish == "next":
        to = queries.next_phase(db.session(), now)
    else:
        to = None
    if to is not None or wish == "today":
        actions.move_clock(actor(), to)
    return back_to(request.form.get("back"))


@plain.get("/mail")
@public
def mail() -> Response:
    """The short address of the demo's mail."""
    return redirect(url_for("demo.mails"), 302)


@pages.get("/mail")
@public
def mails() -> str:
    """What left the portal by mail or text message. The demo's people do not exist, so everybody may read it."""
    number = ui.page_number(request.args.get("page"))
    rows, total = queries.mails(db.session(), limit=PER_PAGE, offset=(number - 1) * PER_PAGE)
    paging = ui.paging(total, number, PER_PAGE, lambda n: ui.address(url_for(".mails"), {}, page=n))
    return render_template("demo/mails.html", rows=rows, paging=paging)


@pages.get("/mail/<int:mail_id>")
@public
def one_mail(mail_id: int) -> str:
    """One mail as text, with a link to the same as a mail program shows it."""
    return render_template("demo/mail.html", row=_mail(mail_id))


@pages.get("/mail/<int:mail_id>/html")
@public
def mail_html(mail_id: int) -> Response:
    """The mail's own page, shut into a sandbox: no script, no form, nothing from elsewhere."""
    row = _mail(mail_id)
    if not row.html:
        abort(404)
    answer = make_response(row.html)
    answer.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox allow-popups"
    return answer


def _mail(mail_id: int) -> Outgoing:
    row = db.session().get(Outgoing, mail_id)
    if row is None:
        abort(404)
    return row


def bar() -> dict[str, Any]:
    """What the bar on every page shows."""
    return {"demo_bar": True, "demo_clock": {"now": clock.city_now(), "moved": clock.shift() != 0}}
