"""Questions about kept forms. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from portal.base.i18n import _l
from portal.base.verdict import YES, Verdict, no

LASTS = timedelta(days=14)
OPEN = timedelta(hours=2)  # in a browser of one's own; a shared screen closes it as soon as a page of it would end
MOST = 200_000  # bytes of a kept form
TRIES, TRIES_OF_ORIGIN = 5, 100  # wrong codes in a quarter of an hour: of a browser, of a network address
PER_MINUTE = 60  # forms that all people together may keep
NONE = _l("There is no such form. It was sent or kept anew, or the 14 days are over.")
MISTYPED = _l("This code is mistyped. Look at the slip again: it has 16 letters and digits.")


def until(created_at: datetime) -> datetime:
    """When a kept form goes."""
    return created_at + LASTS


def may_open(*, owner: int | None, reader: int | None, created_at: datetime, now: datetime) -> Verdict:
    """May this reader go on with it? What somebody signed in kept is for them alone."""
    if now >= until(created_at):
        return no(NONE)
    if owner is not None and reader is not None and owner != reader:
        return no(_l("Somebody else kept this form. Sign in with the account in which it was kept."))
    return YES


def may_keep(*, size: int, filled: bool) -> Verdict:
    """May this be kept? An empty form need not, and none that is larger than any of ours."""
    if not filled:
        return no(_l("There is nothing to keep yet. Fill in a part of the form first."))
    return YES if size <= MOST else no(_l("This form is too long to be kept."))


def without_language(path: str, languages: Iterable[str]) -> str:
    """The address of a page, the same in every language."""
    first, _sep, rest = path.removeprefix("/").partition("/")
    return f"/{rest}" if first in set(languages) else path
