"""Error pages: translated, accessible, with a number that finds the log line and with what was typed kept."""

from __future__ import annotations

import secrets

import structlog
from flask import Flask, current_app, g, render_template, request
from flask.globals import request_ctx
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from portal.base import db
from portal.base.i18n import Text, _l

log = structlog.get_logger("portal.errors")
PAGES = (400, 403, 404, 405, 409, 410, 413, 429, 500, 503)


class Refused(Exception):
    """An act that cannot be: the sentence for the person, a status (403, 404, 409, 410), and the next step."""

    def __init__(
        self, reason: Text, status: int = 409, *, next_label: Text | None = None, next_url: str | None = None
    ) -> None:
        super().__init__(str(reason.msgid))
        self.reason, self.status = reason, status
        self.next = (next_url, next_label) if next_url and next_label else None


def number() -> str:
    """This request's correlation number, shown on error pages and in every log line."""
    if "number" not in g:
        g.number = secrets.token_hex(5)
    return str(g.number)


def _typed() -> list[tuple[str, str]]:
    if request.method in {"GET", "HEAD"}:
        return []
    try:
        return [(k, v) for k, v in request.form.items(multi=True) if v and k != "csrf_token" and not k.startswith("_")]
    except HTTPException:
        return []


def plain() -> str:
    """The page that asks nothing of the database, the session or the address; the usual context would."""
    return current_app.jinja_env.get_template("errors/plain.html").render(number=number())


def page(
    status: int, reason: Text | None = None, next: tuple[str, Text] | None = None, *, keep: bool = True
) -> tuple[str, int]:
    """Render the page of a status in a fresh reading transaction."""
    db.finish(commit=False)
    if request_ctx.url_adapter is None:  # the request named a host that is not ours: no address can be made for it
        return plain(), status
    shown = status if status in PAGES else (500 if status >= 500 else 400)
    html = render_template(
        [f"errors/{shown}.html", "errors/plain.html"],
        number=number(),
        reason=reason,
        next=next,
        typed=_typed() if keep else [],
        status=status,
    )
    return html, status


def install(app: Flask) -> None:
    """Put the handlers on the application."""

    @app.errorhandler(Refused)
    def refused(error: Refused) -> tuple[str, int]:
        return page(error.status, error.reason, error.next)

    @app.errorhandler(CSRFError)
    def stale_form(_error: CSRFError) -> tuple[str, int]:
        reason = _l("This form was open for too long, or in another session. What you entered was not stored.")
        return page(400, reason)

    @app.errorhandler(HTTPException)
    def http(error: HTTPException) -> tuple[str, int] | HTTPException:
        if error.code is None or error.code < 400:
            return error
        return page(error.code, keep=error.code != 413)

    @app.errorhandler(db.Busy)
    def busy(_error: db.Busy) -> tuple[str, int]:
        log.warning("database_busy", path=request.path)
        return page(503, _l("Many people are here at this moment. Nothing was stored; try again in a minute."))

    @app.errorhandler(Exception)
    def fault(error: Exception) -> tuple[str, int]:
        log.error("fault", path=request.path, endpoint=request.endpoint, kind=type(error).__name__, exc_info=error)
        try:
            return page(500)
        except Exception as second:  # the database itself may be gone: a page without anything from it
            log.error("fault_in_error_page", exc_info=second)
            db.abandon()
            return plain(), 500
