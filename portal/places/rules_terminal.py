"""Questions about terminals: codes, how long a page may stand, and what a shared screen leaves out of a page. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from html import unescape

from portal.base.i18n import _l
from portal.base.verdict import YES, Verdict, no

CODE = timedelta(minutes=30)  # how long an enrolment code is good
STILL_THERE = 60  # seconds of "Are you still there?" before anything ends
CLOSED = 10  # seconds after which a closed tab's session ends
STEP = 15  # ends are rounded up to it: no row tells the second of a step, and a slow line costs nobody the page
LEAST, MOST = 60, 3600  # what a place may set, in seconds
LONG_TEXT = 2500  # signs of a page from which it takes longer to read than a plain page may stand

_CONTROL = re.compile(r"<(?:textarea|select)\b|<input\b(?![^>]*type=\"(?:hidden|submit|search)\")", re.I)
_TAG = re.compile(r"<[^>]+>")
_LINK = re.compile(r"<a\b([^>]*)>", re.I)
_HREF = re.compile(r"""\shref="([^"]*)\"""")
_GOES = re.compile(r"\s(?:href|download|target|hreflang)(?:=\"[^\"]*\")?")
_BOX = re.compile(r"<(form|input|textarea|select)\b([^>]*)>", re.I)
_KEEPS = re.compile(r"\sautocomplete=\"[^\"]*\"")
_FORM = re.compile(r"<form\b([^>]*)>(.*?)</form>", re.I | re.S)
_POSTS = re.compile(r"\smethod=\"post\"", re.I)
_ACTION = re.compile(r"\saction=\"([^\"]*)\"", re.I)
# addresses of our own that answer with a file
_FILES = re.compile(r"^/(?:api|files)/|\.(?:csv|json|zip|pb|ics|pdf|xml|xliff)(?:\?|$)")


def code_is_good(*, until: datetime | None, retired_at: datetime | None, now: datetime) -> Verdict:
    """May a terminal still be enrolled with this code?"""
    if until is None or retired_at is not None or now >= until:
        return no(_l("This code is over. Make a new one in the staff area."))
    return YES


def takes_time(html: str) -> bool:
    """Is this a page that one fills in, ticks or reads for long? Then the longer limit holds."""
    return bool(_CONTROL.search(html)) or len(" ".join(_TAG.sub(" ", html).split())) > LONG_TEXT


def ends_at(now: datetime, seconds: int) -> datetime:
    """When a session ends whose page may stand so long: after the page's time and the minute of the question."""
    whole = -(-(now.timestamp() + seconds + STILL_THERE) // STEP) * STEP
    return datetime.fromtimestamp(whole, now.tzinfo)


def tidy(html: str) -> str:
    """A page as a shared screen shows it: links lead to pages of this site only, nothing is offered to be kept by the
    browser. What a link says stays to be read."""
    html = _LINK.sub(_inside, html)
    return _BOX.sub(lambda m: f'<{m[1]}{_KEEPS.sub("", m[2])} autocomplete="off">' if _keeps(m) else m[0], html)


def with_more_time(html: str, button: str, keeps: Callable[[str], bool]) -> str:
    """Put a button into every form that one fills in, as its last, so that Enter still sends the form. `keeps` says of
    the address that a form is sent to (empty: its own page) whether what is typed in it may be kept."""

    def put(m: re.Match[str]) -> str:
        action = _ACTION.search(m[1])
        posts = _POSTS.search(m[1]) and _CONTROL.search(m[2])
        return f"<form{m[1]}>{m[2]}{button}</form>" if posts and keeps(unescape(action[1]) if action else "") else m[0]

    return _FORM.sub(put, html)


def _keeps(m: re.Match[str]) -> bool:
    return not re.search(r"type=\"(?:hidden|submit|checkbox|radio|image)\"", m[2])


def _inside(m: re.Match[str]) -> str:
    found = _HREF.search(m[1])
    target = found[1] if found else ""
    own = target.startswith(("/", "#", "?")) and not target.startswith("//")
    if not own or _FILES.search(target) or re.search(r"\sdownload\b", m[1]):
        return f"<a{_GOES.sub('', m[1])}>"
    return m[0].replace(' target="_blank"', "")
