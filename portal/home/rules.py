"""Questions about pages, notices and reports. Pure: the time is handed in."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from portal.base.i18n import Text, _l
from portal.base.verdict import YES, Verdict, no
from portal.home.models import NoticeKind

# Pages every city has: each has its place in the footer, may not be taken away, and shows even while it is empty.
FIXED: dict[str, Text] = {
    "help": _l("Help"),
    "privacy": _l("Privacy notice"),
    "legal": _l("Legal notice"),
}
# The city's own words in the accessibility statement are a page too, but stand inside the statement.
STATEMENT = "accessibility"
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_RANK = {NoticeKind.EMERGENCY: 0, NoticeKind.OUTAGE: 1, NoticeKind.NEWS: 2}
REPORTS_PER_MINUTE = 30
# The accessibility statement promises it.
ANSWERED_IN = timedelta(days=14)


def may_be_slug(slug: str, taken: Iterable[str]) -> Verdict:
    """Can this be the last part of a new page's address?"""
    if not _SLUG.fullmatch(slug) or len(slug) > 60:
        return no(
            _l("Write the address in small letters without accents, with hyphens between words, like opening-hours.")
        )
    if slug in FIXED or slug == STATEMENT or slug in set(taken):
        return no(_l("Another page has this address already."))
    return YES


def may_remove(slug: str) -> Verdict:
    """Can this page be taken away?"""
    if slug in FIXED or slug == STATEMENT:
        return no(_l("This page belongs to every city and cannot be removed."))
    return YES


def shows(starts_at: datetime, ends_at: datetime | None, now: datetime) -> bool:
    """Does a notice stand on the pages at this moment? From its start (included) to its end (excluded)."""
    return starts_at <= now and (ends_at is None or now < ends_at)


def foremost(notices: Iterable[Mapping[str, Any]], now: datetime) -> Mapping[str, Any] | None:
    """The notice to show: an emergency before an outage before news, then the newest."""
    current = [
        notice
        for notice in notices
        if shows(
            datetime.fromisoformat(notice["from"]),
            datetime.fromisoformat(notice["to"]) if notice["to"] else None,
            now,
        )
    ]
    newest_first = sorted(current, key=lambda notice: str(notice["from"]), reverse=True)
    return min(newest_first, key=lambda notice: _RANK[NoticeKind(notice["kind"])], default=None)


def in_language(texts: Mapping[str, Any], lang: str) -> tuple[str, Any] | None:
    """The text in the reader's language, else in English, else in any; with the language it is really in."""
    for code in (lang, "en", *sorted(texts)):
        if code in texts:
            return code, texts[code]
    return None
