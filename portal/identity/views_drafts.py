"""Keeping a public form and going on with it later, at any browser or terminal, with a code on a slip."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import structlog
from flask import Flask, Response, g, redirect, render_template, request, session, url_for
from flask.globals import request_ctx
from flask.typing import ResponseReturnValue
from itsdangerous import BadSignature, URLSafeTimedSerializer
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException, NotFound

from portal.base import clock, db, ground, i18n, limits, qr
from portal.base.errors import Refused, never_shown
from portal.base.feature import Sheet
from portal.base.ground import settings
from portal.base.i18n import _, _l
from portal.base.security import SAFE, actor, browser, public, reads
from portal.base.verdict import Verdict
from portal.config import secret_of
from portal.identity import actions_drafts, codes, rules_drafts, views_here
from portal.identity.forms_drafts import DraftForm
from portal.identity.forms_ways import wrong
from portal.identity.models_drafts import KeptDraft
from portal.identity.views import identity

log = structlog.get_logger("portal.identity")
HELD = "draft"  # in the session: number, mark and page of the form that this browser has open
SIGNING_IN = 3600  # seconds that the way through the sign-in may take
NEVER = {"csrf_token"}
# posts of a shared screen that send no form
GOES_ON = {"identity.more_on_page", "identity.more_time", "identity.tab_closed", "identity.keep_draft"}


def _sheets() -> list[Sheet]:
    return [one for feature in ground.current().features for one in feature.sheets if one.keeps]


def _sheet(name: str) -> Sheet:
    found = next((one for one in _sheets() if one.name == name), None)
    if found is None:
        raise NotFound
    return found


def _here(path: str) -> str:
    return rules_drafts.without_language(path, settings().languages)


def _page_of(sheet: Sheet, address: str) -> str:
    """The page that a form was kept from, without its language. Refuses any page but the form's own."""
    try:
        endpoint, _args = request_ctx.url_adapter.match(address, method="GET")  # type: ignore[union-attr]
    except HTTPException:
        raise NotFound from None
    if endpoint != (sheet.on or sheet.endpoint) or len(address) > 300:
        raise NotFound
    return _here(address)


@identity.post("/drafts/keep")
@public
def keep_draft() -> ResponseReturnValue:
    """Keep what was typed so far and show the code, once. A form that was open here already gets a new code."""
    sheet = _sheet(request.args.get("form", ""))
    path, now = _page_of(sheet, request.args.get("at", "")), clock.now()
    if not limits.allow("draft", "everybody", rules_drafts.PER_MINUTE):
        raise Refused(_l("Many forms are kept at this moment. Try again in a minute."), 429)
    known = {field.name for field in sheet.form() if field.name not in NEVER and field.kind != "hidden"}
    typed = [(n, v) for n, v in request.form.items(multi=True) if n in known or n.rpartition("-")[0] in known]
    held = session.get(HELD)
    s = db.session()
    code = actions_drafts.keep(s, actor(), sheet=sheet.name, path=path, fields=typed, now=now)
    if isinstance(code, Verdict):
        raise Refused(code.reason or rules_drafts.NONE, 422)
    if held and held[2] == path:
        actions_drafts.forget(s, held[0], held[1])
        del session[HELD]
    log.info("draft_kept", form=sheet.name)
    return render_template(
        "identity/draft_kept.html", sheet=sheet, code=code, address=_address(), own=actions_drafts.owner_of(actor()),
        until=i18n.in_zone(rules_drafts.until(now)).date(),
    )  # fmt: skip


def _address() -> str:
    return f"{settings().base_url}{url_for('identity.draft')}"


@identity.post("/drafts/slip")
@public
@never_shown
@reads
def draft_slip() -> ResponseReturnValue:
    """The code on a slip, for A4 or for the 80 mm roll: no name, nothing of what was typed."""
    row = _found(request.form.get("code", ""))
    if isinstance(row, Verdict):
        raise Refused(row.reason or rules_drafts.NONE, 404)
    narrow = request.form.get("paper") == "80"
    sheet = next((one for one in _sheets() if one.name == row.sheet), None)
    return render_template(
        "identity/draft_slip_narrow.html" if narrow else "identity/draft_slip.html",
        code=codes.grouped(codes.read(request.form["code"])),
        label=sheet.label if sheet is not None else "",
        until=i18n.in_zone(rules_drafts.until(row.created_at)).date(),
        address=_address(),
        drawing=qr.svg(_address(), _("QR code that leads to the page where you enter the code")),
    )


def _found(typed: str) -> KeptDraft | Verdict:
    """The kept form of a code. Wrong ones count, whatever becomes of the page; a right one has 75 bits and is no
    guess, whoever else failed here. Raises Refused where too many were wrong."""
    now, origin, mine = clock.now(), request.remote_addr or "", browser()
    with db.read() as s:
        row = actions_drafts.find(s, typed, actor().person_id, now)
    if isinstance(row, Verdict) and row.reason != rules_drafts.MISTYPED:  # a slip of the finger is no guess
        with db.write() as s:
            if limits.too_many(s, "draft", mine, now, most=rules_drafts.TRIES) or limits.too_many(
                s, "draft-origin", origin, now, most=rules_drafts.TRIES_OF_ORIGIN
            ):
                raise Refused(_l("Too many tries. Wait 15 minutes."), 429)
            limits.failed(s, "draft", mine, now)
            limits.failed(s, "draft-origin", origin, now)
    return row


@identity.get("/drafts")
@public
def draft() -> ResponseReturnValue:
    """Enter the code; or, after the sign-in that it asked for, go on."""
    row = _signed(request.args.get("form", "")) if actor().signed_in else None
    if row is not None:
        return render_template("identity/draft_go_on.html", token=request.args["form"], label=_label(row))
    return render_template("identity/draft.html", form=DraftForm())


def _label(row: KeptDraft) -> Any:
    return next((one.label for one in _sheets() if one.name == row.sheet), "")


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(secret_of(settings()), salt="kept draft")


def _signed(token: str) -> KeptDraft | None:
    """The form of a token from before the sign-in; it opens nothing for anybody but the one who kept it."""
    try:
        draft_id = int(_signer().loads(token, max_age=SIGNING_IN))
    except (BadSignature, ValueError, TypeError):
        return None
    return actions_drafts.own(db.session(), draft_id, actor().person_id, clock.now())


@identity.post("/drafts")
@public
@never_shown
@reads
def go_on() -> ResponseReturnValue:
    """Open the form as it was kept."""
    form = DraftForm()
    if request.form.get("form"):
        row: KeptDraft | Verdict | None = _signed(request.form["form"])
        if row is None:
            raise Refused(rules_drafts.NONE, 404)
    else:
        row = _found(form.code.data or "") if form.validate() else None
        if row is None:
            return render_template("identity/draft.html", form=form), 422
    if isinstance(row, Verdict):
        wrong(form, form.code, row.reason)
        return render_template("identity/draft.html", form=form), 422
    if row.person_id is not None and not actor().signed_in:
        back = url_for("identity.draft", form=_signer().dumps(row.id))
        return render_template("identity/draft_sign_in.html", label=_label(row), back=back)
    place = views_here.here()
    lasts = timedelta(seconds=place.form_seconds + 60) if place is not None else rules_drafts.OPEN
    with db.write() as s:
        fresh = s.get(KeptDraft, row.id)
        if fresh is None:
            raise Refused(rules_drafts.NONE, 404)
        session[HELD] = [row.id, actions_drafts.open_here(s, fresh, lasts, clock.now()), row.path]
    return redirect(f"/{i18n.lang()}{row.path}", 303)


# What every request is asked


def install(app: Flask) -> None:
    """Fill in the kept form where its page is opened, and forget it once it was sent."""
    app.before_request(_fill_in)
    app.after_request(_sent)


def _held() -> list[Any] | None:
    """The form that this browser has open, if this is its page. A browser without a session is not asked."""
    if settings().cookie not in request.cookies or request.endpoint is None:
        return None
    known = {one.on or one.endpoint for one in _sheets()}
    if request.method in SAFE and request.endpoint not in known and views_here.here() is None:
        return None  # at a shared screen any form may be open, see keep_open
    held = session.get(HELD)
    if held and len(held) > 3 and request.method not in SAFE:
        return None if request.endpoint in GOES_ON else held  # whatever was sent from that page: it was this form
    return held if held and held[2] == _here(request.path) else None


def _fill_in() -> None:
    held = _held() if request.method in SAFE else None
    if held:
        found = actions_drafts.opened(db.session(), held[0], held[1], actor().person_id, clock.now())
        if found is not None:
            g.kept, g.kept_for_page = MultiDict(found), len(held) > 3


def _sent(response: Response) -> Response:
    held = _held() if request.method not in SAFE and response.status_code < 400 else None
    if held:
        with db.write() as s:
            actions_drafts.forget(s, held[0], held[1])
        session.pop(HELD, None)
    return response


def keep_open(typed: list[tuple[str, str]], at: str, lasts: timedelta, now: datetime) -> None:
    """Show this browser the page `at` with what was typed on it, as long as it may stand there. Nobody is told a code,
    and it goes with the visit. Nothing happens where nothing was typed."""
    s, path, held = db.session(), _here(at.partition("?")[0]), session.get(HELD)
    if held and held[2] == path:
        sheet = actions_drafts.sheet_of(s, held[0], held[1])
        if sheet:  # a form whose code is on a slip: it stays what it is, and its page shows what was typed since
            actions_drafts.rewrite(s, held[0], held[1], typed)
            return
        actions_drafts.forget(s, held[0], held[1])
    kept = actions_drafts.keep_here(s, actor(), path=path, fields=typed, lasts=lasts, now=now)
    if kept is not None:
        session[HELD] = [*kept, path, "page"]


def leave_open() -> None:
    """Whoever leaves this browser takes the form along: only its code opens it again. What has no code goes."""
    held = session.get(HELD)
    if held:
        with db.write() as s:
            actions_drafts.close(s, held[0], held[1])
