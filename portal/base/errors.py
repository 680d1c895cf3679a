"""Error pages: translated, accessible, with a number that finds the log line and with what was typed kept."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlsplit

import structlog
from flask import Flask, current_app, g, render_template, request
from flask.globals import request_ctx
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from portal.base import db, fields
from portal.base.i18n import Text, _l

log = structlog.get_logger("portal.errors")
F = TypeVar("F", bound=Callable[..., Any])
PAGES = (400, 403, 404, 405, 409, 410, 413, 429, 500, 503)

NO_ROOM = _l(
    "The city's computer has no room left to store anything. What you sent was not stored; those who look after the "
    "site see it in their records. Try again later."
)


class Refused(Exception):
    """An act that cannot be: the sentence for the person, a status (403, 404, 409, 410), and the next step. `wait`:
    after how many seconds it can be tried again (Retry-After)."""

    def __init__(
        self, reason: Text, status: int = 409, *, next_label: Text | None = None, next_url: str | None = None,
        wait: int | None = None,
    ) -> None:  # fmt: skip
        super().__init__(str(reason.msgid))
        self.reason, self.status, self.wait = reason, status, wait
        self.next = (next_url, next_label) if next_url and next_label else None


def number() -> str:
    """This request's correlation number, shown on error pages and in every log line."""
    if "number" not in g:
        g.number = secrets.token_hex(5)
    return str(g.number)


def route() -> str:
    """The pattern of the address that was asked for. Log lines name this and never the address itself: codes of papers
    and of invitations stand in addresses."""
    return request.url_rule.rule if request.url_rule is not None else "(no such address)"


class SignedOut(Refused):
    """Something was sent after the session had ended; the next step leads through the sign-in back to the form."""


def never_shown(view: F) -> F:
    """Marks a view whose posts no error page may show: a browser sends a post again for whoever presses Back, and that
    may be the next person at a shared screen."""
    view.never_shown = True  # type: ignore[attr-defined]
    return view


def _is_never_shown() -> bool:
    return request.endpoint is not None and hasattr(current_app.view_functions[request.endpoint], "never_shown")


def _typed() -> list[tuple[str, str]]:
    """What a person wrote, by the label of its box: no tokens, no ticks, no names that only programs use."""
    if request.method in {"GET", "HEAD"} or _is_never_shown():
        return []
    try:
        pairs = [(fields.label_of(name), value) for name, value in request.form.items(multi=True) if value.strip()]
    except HTTPException:
        return []
    return [(label, value) for label, value in pairs if label is not None]


def way_back() -> str | None:
    """Where the form of this post stands: the page it was sent from, else its own address, if they can be opened."""
    if request.method in {"GET", "HEAD"} or request_ctx.url_adapter is None:
        return None
    came = urlsplit(request.referrer or "")
    ways = [(request.path, request.path)]
    if came.netloc == request.host and came.path.startswith("/"):
        ways.insert(0, (came.path, f"{came.path}?{came.query}" if came.query else came.path))
    adapter = request_ctx.url_adapter
    return next((address for path, address in ways if adapter.test(path, method="GET")), None)


def plain() -> str:
    """The page that asks nothing of the database, the session or the address; the usual context would."""
    return current_app.jinja_env.get_template("errors/plain.html").render(number=number())


def page(
    status: int,
    reason: Text | None = None,
    next: tuple[str, Text] | None = None,
    *,
    keep: bool = True,
    signed_out: bool = False,
) -> tuple[str, int]:
    """Render the page of a status in a fresh reading transaction."""
    db.finish(commit=False)
    if request_ctx.url_adapter is None:  # the request named a host that is not ours: no address can be made for it
        return plain(), status
    shown = status if status in PAGES else (500 if status >= 500 else 400)
    back = way_back() if next is None and status != 404 else None
    html = render_template(
        ["errors/signed_out.html" if signed_out else f"errors/{shown}.html", "errors/plain.html"],
        number=number(),
        reason=reason,
        next=next,
        typed=_typed() if keep else [],
        status=status,
        back=back,
        again=status == 503 and request.method == "POST",
        secret=request.method == "POST" and _is_never_shown(),
    )
    return html, status


def install(app: Flask) -> None:
    """Put the handlers on the application."""

    @app.errorhandler(Refused)
    def refused(error: Refused) -> tuple[str, int, dict[str, str]]:
        html, status = page(error.status, error.reason, error.next, signed_out=isinstance(error, SignedOut))
        return html, status, {} if error.wait is None else {"Retry-After": str(error.wait)}

    @app.errorhandler(CSRFError)
    def stale_form(_error: CSRFError) -> tuple[str, int]:
        reason = _l("This form was opened before you signed in, or in another session. Nothing was stored.")
        return page(400, reason)

    @app.errorhandler(HTTPException)
    def http(error: HTTPException) -> tuple[str, int] | tuple[str, int, dict[str, str]] | HTTPException:
        if error.code is None or error.code < 400:
            return error
        html, status = page(error.code, keep=error.code != 413)
        if isinstance(error, MethodNotAllowed) and error.valid_methods:
            return html, status, {"Allow": ", ".join(sorted(error.valid_methods))}  # RFC 9110, 15.5.6
        return html, status

    @app.errorhandler(db.Busy)
    def busy(_error: db.Busy) -> tuple[str, int]:
        log.warning("database_busy", route=route())
        return page(503, _l("Many people are here at this moment. Nothing was stored; try again in a minute."))

    @app.errorhandler(Exception)
    def fault(error: Exception) -> tuple[str, int]:
        if db.no_room(error):
            log.error("disk_full", route=route())
            try:
                return page(503, NO_ROOM)
            except Exception as second:
                log.error("fault_in_error_page", exc_info=second)
                db.abandon()
                return plain(), 503
        log.error("fault", route=route(), endpoint=request.endpoint, kind=type(error).__name__, exc_info=error)
        try:
            return page(500)
        except Exception as second:  # the database itself may be gone: a page without anything from it
            log.error("fault_in_error_page", exc_info=second)
            db.abandon()
            return plain(), 500
