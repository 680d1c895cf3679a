"""Signing out: by the person, at a shared screen, and by order of a provider."""

from __future__ import annotations

import structlog
from flask import Response, jsonify, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as BaseResponse

from portal.base import clock, db, i18n
from portal.base.ground import settings
from portal.base.security import leave_session, outside, public, reads, reference
from portal.identity import actions, actions_codes, actions_help, oidc, views_here
from portal.identity.views import identity, plain, provider_of
from portal.identity.views_drafts import leave_open

log = structlog.get_logger("portal.identity")


@identity.post("/sign-out")
@public
@reads
def sign_out() -> ResponseReturnValue:
    """End the session here, then at the provider. Marked as reading: discovery may have to be fetched again, and that
    must not happen under the write lock; ending the session is one short write of its own."""
    return leave()


def leave() -> BaseResponse:
    """End everything that this browser holds: the session, help with the helper's own session, the provider's."""
    held, desk, place = reference(), str(session.get("desk") or ""), views_here.here()
    there, proved = None, session.get("proved")
    leave_open()
    if isinstance(proved, int):  # an address proved on the way to an account that was not made
        with db.write() as s:
            actions_codes.use_up(s, proved)
    if held or desk:
        with db.write() as s:
            rows = [actions.end_session(s, one, clock.now()) for one in (held, desk) if one]
            actions_help.end_with(s, [row.id for row in rows if row is not None], clock.now())
        row = next((row for row in reversed(rows) if row is not None), None)
        provider = next((p for p in settings().providers if row is not None and p.key == row.provider), None)
        if provider is not None and row is not None:
            try:
                with oidc.outside():
                    there = oidc.client(provider).end_session_address(
                        row.id_token, f"{settings().base_url}/oidc/signed-out", i18n.lang(), i18n.lang()
                    )
            except oidc.Crowded:
                there = None
    return clean(redirect(there or (views_here.start() if place else url_for("identity.signed_out")), 303))


def clean(answer: BaseResponse) -> BaseResponse:
    """The Back button must not show pages of the one who left: the cookie goes, and what the browser kept goes."""
    leave_session()
    answer.headers["Clear-Site-Data"] = '"cache"' if views_here.here() is None else '"cache", "storage"'
    answer.headers["Cache-Control"] = "no-store"
    if views_here.here() is not None:
        answer.delete_cookie("lang")
    return answer


@plain.get("/signed-out")
@public
def back_from_sign_out() -> ResponseReturnValue:
    """Back from the provider's sign-out page; the state holds the language."""
    if views_here.here() is not None:
        return redirect(views_here.start(), 303)
    lang = request.args.get("state", "")
    return redirect(url_for("identity.signed_out", lang=lang if lang in settings().languages else i18n.lang()), 303)


@identity.get("/signed-out")
@public
def signed_out() -> ResponseReturnValue:
    """You are signed out."""
    return render_template("identity/signed_out.html")


@plain.post("/<key>/back-channel-logout")
@outside
@public
@reads
def back_channel_logout(key: str) -> ResponseReturnValue:
    """A provider orders sessions to end. It proves itself by its signature; forged and repeated orders are refused."""
    provider = provider_of(key)
    db.finish(commit=False)
    try:
        with oidc.outside():
            order = oidc.client(provider).read_logout_token(request.form.get("logout_token"))
    except oidc.Refused as error:
        log.warning("logout_refused", provider=provider.key, why=error.why)
        return _logout_answer(400, "invalid_request")
    except (oidc.Unreachable, oidc.Crowded):
        return _logout_answer(503, "temporarily_unavailable")
    with db.write() as s:
        fresh = actions.order_logout(
            s, issuer=order.issuer, jti=order.jti, sub=order.sub, sid=order.sid, exp=order.exp, now=clock.now()
        )
    return _logout_answer(200, None) if fresh else _logout_answer(400, "invalid_request")


def _logout_answer(status: int, error: str | None) -> Response:
    answer = jsonify({"error": error} if error else {})
    answer.status_code = status
    answer.headers["Cache-Control"] = "no-store"
    return answer
