"""Locks, sessions in the browser, CSRF, headers and the one redirect function.

Every view carries a lock, written under its route; an application with a bare view does not start.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Flask, Response, abort, current_app, g, get_flashed_messages, redirect, request, session
from flask.globals import request_ctx
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user
from flask_wtf.csrf import CSRFError, CSRFProtect
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RoutingException
from werkzeug.wrappers import Response as BaseResponse

from portal.base import db, ground, limits
from portal.base.actor import CITY, NOBODY, Actor, Scope
from portal.base.errors import Refused, SignedOut, way_back
from portal.base.i18n import Text, _l

F = TypeVar("F", bound=Callable[..., Any])
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
ACTS_PER_MINUTE = 120
csrf = CSRFProtect()


def public(view: F) -> F:
    """Open to everybody."""
    view.lock = ("public",)  # type: ignore[attr-defined]
    return view


def signed_in(view: F) -> F:
    """Open to people with a living session."""
    view.lock = ("signed_in",)  # type: ignore[attr-defined]
    return view


def staff(*roles: str, scoped: bool = False) -> Callable[[F], F]:
    """Open to those who hold one of the roles for the whole city. `scoped`: in any part of it; such a view asks its
    queries for what the actor's scopes reach, and `within` for the object it loaded."""

    def lock(view: F) -> F:
        view.lock = ("staff", *roles)  # type: ignore[attr-defined]
        view.scoped = scoped  # type: ignore[attr-defined]
        return view

    return lock


def reads(view: F) -> F:
    """Marks a POST view that only reads: it gets the read-only transaction."""
    view.reads = True  # type: ignore[attr-defined]
    return view


def asks_first(questions: Callable[..., None]) -> Callable[[F], F]:
    """Marks a POST view whose first questions may go along with the session's own. `questions` is called with the
    session's reference and the address's values, and has them sent (together.along); nothing is known of the session
    then, so that they must lead to nothing where it is not good."""

    def mark(view: F) -> F:
        view.asks_first = questions  # type: ignore[attr-defined]
        return view

    return mark


def same_for_all(view: F) -> F:
    """Marks a public view whose answer is the same for everybody: the session is not even read, so it can be kept by
    browsers and caches."""
    view.same_for_all = True  # type: ignore[attr-defined]
    return view


def outside(view: F) -> F:
    """Marks a POST view that other servers call: no browser, so no CSRF token; it must prove the caller itself."""
    view.outside = True  # type: ignore[attr-defined]
    return view


def in_scope(*scopes: str) -> Callable[[F], F]:
    """Marks a view that sessions of a narrow purpose may open too (a voter with a code on paper); every other view
    behind a lock refuses them."""

    def mark(view: F) -> F:
        view.scopes = frozenset(scopes)  # type: ignore[attr-defined]
        return view

    return mark


ALONE = _l("The person does this alone, without a helper.")


def alone(view: F) -> F:
    """Marks a view that nobody opens for somebody else, a session of help least of all: the ways in, and what is for
    one's own eyes."""
    return alone_because(ALONE)(view)


def alone_because(reason: Text) -> Callable[[F], F]:
    """The same, with the sentence that a helper reads: what the act is, and what they can do instead."""

    def mark(view: F) -> F:
        view.alone = reason  # type: ignore[attr-defined]
        return view

    return mark


def for_oneself(view: F) -> F:
    """Marks a view that is a person's own: what leads to them, their data, their rights. It stays closed while they act
    for another, so that nobody takes their own page for the other's, or the other's for their own."""
    view.for_oneself = True  # type: ignore[attr-defined]
    return view


def opens_here(endpoint: str) -> bool:
    """Would this page open in this session, as far as the marks of its view tell? For links that lead there."""
    view, who = current_app.view_functions[endpoint], actor()
    if who.helped_by is not None and hasattr(view, "alone"):
        return False
    return who.acting_for is None or not hasattr(view, "for_oneself")


def asked() -> tuple[str, ...]:
    """The roles that the lock of this request's view names; none for a view that is not the staff's."""
    lock: tuple[str, ...] = getattr(current_app.view_functions[request.endpoint or ""], "lock", ("closed",))
    return lock[1:] if lock[0] == "staff" else ()


def within(scope: Scope, *roles: str) -> bool:
    """Do these roles (without any: those that this view asks for) count for an object with this scope? Where they do
    only because the actor stands in for somebody absent, the act is that person's work from here on: the audit record
    says for whom."""
    who, roles = actor(), roles or asked()
    if not who.may(*roles, scope=scope):
        return False
    g.known_actor = replace(who, deputy_for=who.stands_in(*roles, scope=scope))
    g.acting = g.known_actor.narrowed(scope)
    return True


def acting() -> Actor:
    """Who acts on the object that `within` let through: with those grants alone that count for it, so that no rule asks
    a role that is held elsewhere. Without such an object, who acts in this request."""
    found: Actor | None = g.get("acting")
    return actor() if found is None else found


_refused: list[Callable[[Actor, tuple[str, ...]], None]] = []


def on_refused(tell: Callable[[Actor, tuple[str, ...]], None]) -> None:
    """Who is told of refused access to staff pages (the audit, which lies above this floor)."""
    _refused[:] = [tell]


_shared: list[Callable[[], int | None]] = []


def on_shared(house: Callable[[], int | None]) -> None:
    """Hand in what knows whether a request comes from a shared screen, and in which house (its number) that stands."""
    _shared[:] = [house]


def shared_screen() -> int | None:
    """The house of the shared screen from which this request comes; None from everywhere else."""
    return _shared[0]() if _shared else None


class BareView(RuntimeError):
    """A view without a lock."""


def check_locks(app: Flask) -> None:
    """Refuse to start with a view that has no lock.

    Raises BareView naming every bare endpoint.
    """
    bare = sorted(
        {
            rule.endpoint
            for rule in app.url_map.iter_rules()
            if rule.endpoint != "static" and not hasattr(app.view_functions[rule.endpoint], "lock")
        }
    )
    if bare:
        raise BareView("views without a lock: " + ", ".join(bare))


class TwoViews(RuntimeError):
    """Two views for one address: the second could never be reached."""


def check_addresses(app: Flask) -> None:
    """Refuse to start where two views share an address and a method; the names of its parts do not tell them apart.

    Raises TwoViews naming both endpoints.
    """
    known: dict[tuple[str, str], str] = {}
    for rule in app.url_map.iter_rules():
        shape = re.sub(r":\w+>|<\w+>", ">", rule.rule)
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            other = known.setdefault((method, shape), rule.endpoint)
            if other != rule.endpoint:
                raise TwoViews(f"{method} {rule.rule} is both {other} and {rule.endpoint}")


class Known(UserMixin):
    """What Flask-Login carries: the session's reference and the actor behind it."""

    def __init__(self, actor: Actor, reference: str) -> None:
        self.actor, self.reference = actor, reference

    def get_id(self) -> str:
        return self.reference


def actor() -> Actor:
    """Who acts in this request."""
    known = getattr(g, "known_actor", None)
    if known is None and ground.settings().cookie not in request.cookies:
        known = g.known_actor = NOBODY  # without touching the session: such a page may be kept by the browser
    if known is None:
        known = current_user.actor if isinstance(getattr(current_user, "actor", None), Actor) else NOBODY
        g.known_actor = known
    return known


def reference() -> str:
    """The random reference of this browser's session, or an empty string. Without a cookie the session is not read, so
    that an anonymous page stays one that may be kept."""
    if not _session_touched() and current_app.config["SESSION_COOKIE_NAME"] not in request.cookies:
        return ""
    return str(session.get("_user_id", "")) if ground.settings().cookie in request.cookies else ""


def _session_touched() -> bool:
    """Whether anything read or wrote the session in this request. Flask's proxy would count this question itself."""
    held = request_ctx._session
    return held is not None and held.accessed


def said(**wish: Any) -> Any:
    """Flask's flashed messages; a browser without a session is not asked for any."""
    if not _session_touched() and current_app.config["SESSION_COOKIE_NAME"] not in request.cookies:
        return []
    return get_flashed_messages(**wish)


def browser() -> str:
    """A random mark of this browser, so that limits need not count everybody behind one network address together."""
    if "browser" not in session:
        session["browser"] = secrets.token_urlsafe(12)
    return str(session["browser"])


def enter_session(actor: Actor, reference: str) -> None:
    """Begin a signed-in session in this browser: everything the anonymous one held is thrown away."""
    session.clear()
    login_user(Known(actor, reference))
    session.pop("_id", None)
    g.known_actor = actor


def leave_session() -> None:
    """End the session in this browser; the row on the server is ended by the caller."""
    logout_user()
    session.clear()
    g.known_actor = NOBODY


def safe_next(target: str | None, default: str = "/") -> str:
    """The path a person may be sent on to: one of our own, or the default. Refuses other hosts and the slash tricks
    that browsers repair (//, /\\, control signs)."""
    if not target or not target.startswith("/") or target[1:2] in {"/", "\\"} or len(target) > 2000:
        return default
    if any(ord(sign) < 33 or sign == "\\" for sign in target):
        return default
    parts = urlsplit(target)
    return default if parts.scheme or parts.netloc else target


def back_to(target: str | None, default: str = "/") -> BaseResponse:
    """The one redirect to an address that came from outside."""
    return redirect(safe_next(target, default), 303)


def opens_in(scope: str, path: str) -> bool:
    """Is the page of an address of this site open to a session of this scope?"""
    try:
        endpoint, _args = current_app.url_map.bind("localhost").match(urlsplit(path).path)
    except (HTTPException, RoutingException):
        return False
    view = current_app.view_functions[endpoint]
    return getattr(view, "lock", ("closed",))[0] == "public" or scope in getattr(view, "scopes", ())


def install(app: Flask, load_actor: Callable[[str], Actor | None], sign_in_address: Callable[[str], str]) -> None:
    """Put locks, CSRF, sessions and headers on the application. `load_actor` turns a session's reference into an
    actor; `sign_in_address` gives the sign-in page's address with the way back."""
    manager = LoginManager()
    manager.session_protection = None
    manager.init_app(app, add_context_processor=False)
    # no remember-me cookie: its hook would read the session on every page, and no page could be kept by a browser
    app.after_request_funcs[None].remove(manager._update_remember_cookie)
    app.config["WTF_CSRF_CHECK_DEFAULT"] = False
    app.config["WTF_CSRF_TIME_LIMIT"] = None
    app.config["WTF_CSRF_SSL_STRICT"] = False
    csrf.init_app(app)

    @manager.user_loader
    def load(reference: str) -> Known | None:
        found = load_actor(reference)
        return Known(found, reference) if found else None

    def guard() -> BaseResponse | None:
        if request.endpoint is None or request.endpoint == "static":
            return None
        if request.method == "OPTIONS" and getattr(request.url_rule, "provide_automatic_options", False):
            return None  # Flask answers with the methods of the address, and no view runs
        view = app.view_functions[request.endpoint]
        lock: tuple[str, ...] = getattr(view, "lock", ("closed",))
        if lock[0] == "public" and request.method in SAFE and getattr(view, "same_for_all", False):
            return None
        if getattr(view, "reads", False):
            db.as_reading()
        if request.method not in SAFE:
            len(request.form)  # the body is read before any lock is taken
            if not getattr(view, "outside", False):
                try:
                    csrf.protect()
                except CSRFError:
                    if lock[0] != "public" and not actor().signed_in:
                        raise _signed_out(sign_in_address) from None
                    raise
        ahead = getattr(view, "asks_first", None)
        if ahead is not None:
            ahead(reference(), **(request.view_args or {}))
        who = actor() if lock[0] != "public" or reference() else NOBODY
        if request.method not in SAFE and who.signed_in and not limits.allow("act", reference(), ACTS_PER_MINUTE):
            abort(429)
        if who.scope and lock[0] != "public" and who.scope not in getattr(view, "scopes", ()):
            raise Refused(_l("In this session you can only vote."), 403)
        alone: Text | None = getattr(view, "alone", None)
        if who.helped_by is not None and alone is not None:
            raise Refused(alone, 403)
        if who.acting_for is not None and hasattr(view, "for_oneself"):
            raise Refused(
                _l(
                    "This page is your own, and you act for %(name)s just now. Act for yourself again, then open it.",
                    name=who.acting_for.name,
                ),
                403,
            )
        return _pass(view, who, sign_in_address)

    app.before_request(guard)
    app.after_request(_headers)


def _pass(view: Any, who: Actor, sign_in_address: Callable[[str], str]) -> BaseResponse | None:
    lock: tuple[str, ...] = getattr(view, "lock", ("closed",))
    if lock[0] == "public":
        return None
    if lock[0] == "closed":
        abort(500)
    if not who.signed_in:
        if request.method in SAFE:
            return redirect(sign_in_address(request.full_path.rstrip("?")), 303)
        raise _signed_out(sign_in_address)
    if lock[0] != "staff":
        return None
    scope = None if getattr(view, "scoped", False) else CITY
    if not who.may(*lock[1:], scope=scope):
        for tell in _refused:
            tell(who, lock)
        if who.may(*lock[1:]):
            raise Refused(_l("This page is for staff whose role counts for the whole city."), 403)
        raise Refused(_l("This page is for staff with another role."), 403)
    absent = who.stands_in(*lock[1:], scope=scope)
    if absent is not None:
        g.known_actor = replace(who, deputy_for=absent)
    return None


def _signed_out(sign_in_address: Callable[[str], str]) -> SignedOut:
    return SignedOut(
        _l("Sign in again and go on. What you sent was not stored."),
        403,
        next_label=_l("Sign in and go on"),
        next_url=sign_in_address(way_back() or "/"),
    )


@lru_cache(maxsize=8)
def _policy(issuers: tuple[str, ...], pictures: str) -> str:
    hosts = " ".join(sorted({f"{u.scheme}://{u.netloc}" for u in map(urlsplit, issuers)}))
    shown = f"'self' {pictures}".rstrip()
    return (
        f"default-src 'none'; style-src 'self'; script-src 'self'; img-src {shown}; "
        "font-src 'self'; connect-src 'self'; "
        f"manifest-src 'self'; form-action 'self' {hosts}".rstrip()
        + "; base-uri 'none'; frame-ancestors 'none'"
    )


def _headers(response: Response) -> Response:
    settings = ground.settings()
    head = response.headers
    head.setdefault("Content-Security-Policy", _policy(tuple(p.issuer for p in settings.providers), settings.map.host))
    head["X-Content-Type-Options"] = "nosniff"
    head["Referrer-Policy"] = "same-origin"
    head["X-Frame-Options"] = "DENY"
    head["Cross-Origin-Opener-Policy"] = "same-origin"
    head["Cross-Origin-Resource-Policy"] = "same-origin"
    head["Permissions-Policy"] = "camera=(), microphone=(), geolocation=(), interest-cohort=()"
    if settings.secure:
        head["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    # a page that may hold something of one person; asking the session itself would mark it as used
    personal = settings.cookie in request.cookies or "csrf_token" in g or request.method not in SAFE
    if personal and not response.cache_control.public:
        head["Cache-Control"] = "no-store"
    elif response.mimetype == "text/html":
        head.setdefault("Cache-Control", "no-cache")
        response.vary.add("Cookie")
    return response
