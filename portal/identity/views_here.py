"""At a shared screen: which terminal a request comes from, how long its page may stand, and what it leaves out."""

from __future__ import annotations

from typing import Any

import structlog
from flask import Flask, Response, current_app, g, make_response, redirect, request, url_for
from markupsafe import escape
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as BaseResponse

from portal.base import clock, db, errors
from portal.base.ground import settings
from portal.base.i18n import _, _l
from portal.base.security import SAFE, actor
from portal.identity import actions_terminal
from portal.places import queries_terminal, rules_terminal
from portal.places.queries_terminal import Here

log = structlog.get_logger("portal.identity")

YEAR = 365 * 24 * 3600
# what a browser shows by itself; everything else would be kept or opened by another program
SHOWN = ("text/html", "text/css", "text/javascript", "application/javascript", "image/", "font/")
# pages at which nothing ends later because they were opened
RESTING = {"identity.terminal_start", "identity.terminal_over", "identity.still_there", "identity.tab_closed"}


def cookie() -> str:
    """The name of the cookie that makes a browser a terminal."""
    return "__Host-terminal" if settings().secure else "terminal"


def here() -> Here | None:
    """The terminal at which this request is made; None for everybody else, without asking anything."""
    token = request.cookies.get(cookie())
    if not token:
        return None
    if "here" not in g:
        with db.read() as s:
            g.here = queries_terminal.here(s, token)
    return g.here  # type: ignore[no-any-return]


def put_cookie(answer: BaseResponse, token: str) -> None:
    """Make this browser the terminal, for a year from its last use on."""
    answer.set_cookie(cookie(), token, max_age=YEAR, secure=settings().secure, httponly=True, samesite="Lax")


def start() -> str:
    """The first screen, in the city's first language."""
    return url_for("identity.terminal_start", lang=settings().languages[0])


class Screen:
    """What pages at a shared screen need to know of it."""

    def __init__(self, place: Here) -> None:
        self.place = place
        self.finish_url = url_for("identity.finish")
        self.more_url = url_for("identity.more_time")
        self.closed_url = url_for("identity.tab_closed")
        self.over_url = url_for("identity.terminal_over")
        self.question = rules_terminal.STILL_THERE
        self.seconds = place.plain_seconds
        self.resting = request.endpoint in ("identity.terminal_start", "identity.still_there")
        self.read = request.method in SAFE  # the answer to a cast asks for nothing more by itself

    def measure(self, html: str) -> int:
        """How many seconds a page may stand, from what is on it; kept for the rest of the request."""
        self.seconds = self.place.form_seconds if rules_terminal.takes_time(html) else self.place.plain_seconds
        g.page_seconds = self.seconds
        return self.seconds

    @property
    def minutes(self) -> int:
        """The same in whole minutes."""
        return max(1, self.seconds // 60)

    @property
    def still_url(self) -> str:
        """Where a page leads when nothing has happened on it, with the way back to it."""
        return url_for("identity.still_there", back=_own_address())


def _own_address() -> str | None:
    if request.method in SAFE:
        return request.full_path.rstrip("?")[:500]
    try:  # a page that answers a post is opened again by its address, where it has one
        current_app.url_map.bind("").match(request.path, method="GET")
    except HTTPException:
        return None
    return request.path[:500]


def page() -> dict[str, Any]:
    """What every template may ask: `terminal`, or nothing."""
    place = here()
    return {"terminal": Screen(place) if place is not None else None}


def install(app: Flask) -> None:
    """Put the first screen before the site's own, and look after every answer."""
    app.before_request(_first_screen)
    app.after_request(_look_after)


def _first_screen() -> BaseResponse | None:
    return redirect(start(), 303) if request.path == "/" and here() is not None else None


def _look_after(response: Response) -> Response:
    place = here() if request.cookies.get(cookie()) else None
    if place is None:
        return response
    kind = response.mimetype or ""
    kept = "attachment" in response.headers.get("Content-Disposition", "")
    if response.status_code == 200 and (kept or not kind.startswith(SHOWN)):
        html, status = errors.page(403, _l("Files cannot be taken away from this screen."))
        response = make_response(html, status)
        kind = "text/html"
    if kind == "text/html":
        response.headers["Cache-Control"] = "no-store"
        if not response.is_streamed:
            response.set_data(_with_more_time(rules_terminal.tidy(response.get_data(as_text=True))))
        _stay(place, response.status_code)
    return response


def keeps_typed(address: str) -> bool:
    """May what is typed on the page with this address be kept for a while? Not where no error page may show it either
    (ballots, codes): those pages have their own way to stand longer."""
    adapter, path = current_app.url_map.bind(""), address.partition("?")[0]
    if len(path) > 300:
        return False
    for method in ("GET", "POST"):
        try:
            endpoint, _args = adapter.match(path, method=method)
        except HTTPException:
            if method == "GET":
                return False  # the page itself is shown again
            continue
        if getattr(current_app.view_functions[endpoint], "never_shown", False):
            return False
    return True


def _goes_nowhere_secret(action: str) -> bool:
    """Is this form sent to a view whose posts may be shown again?"""
    path = action.partition("?")[0].partition("#")[0] or request.path
    try:
        endpoint, _args = current_app.url_map.bind("").match(path, method="POST")
    except HTTPException:
        return False
    return not getattr(current_app.view_functions[endpoint], "never_shown", False)


def _with_more_time(html: str) -> str:
    """Without a script a page cannot be told to stand longer, but it can be shown again with what was typed."""
    at = _own_address()
    if at is None or request.endpoint in RESTING or not keeps_typed(at):
        return html
    url, label = url_for("identity.more_on_page", at=at), _("I need more time")
    button = (
        f'<noscript><p><button type="submit" class="fm-button fm-button--secondary" formaction="{escape(url)}" '
        f"formnovalidate>{escape(label)}</button></p></noscript>"
    )
    return rules_terminal.with_more_time(html, button, _goes_nowhere_secret)


def _stay(place: Here, status: int) -> None:
    """The page that is shown says how long the session may stand. Not the answer to a cast: it leaves no trace."""
    view = current_app.view_functions.get(request.endpoint or "")
    looks = request.method in SAFE or status >= 400 or getattr(view, "reads", False)
    if not looks or status in range(300, 400) or request.endpoint in RESTING:
        return
    who = actor()
    if who.session_id is None or who.channel != "terminal":
        return
    now, seconds = clock.now(), int(g.get("page_seconds", place.plain_seconds))
    try:
        with db.write() as s:
            actions_terminal.stay(s, who.session_id, seconds, now)
    except db.Busy:
        log.warning("terminal_busy")
