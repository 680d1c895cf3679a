"""What an election from a Pabulib file means here: names, dates, parameters of the regulation. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any

from babel import Locale, UnknownLocaleError

from portal.base.i18n import SOURCE

CASTABLE = ("approval", "choose-1")
LONGEST_CODE = 64
_LETTERS = {ord("ł"): "l", ord("Ł"): "L", ord("ß"): "ss", ord("ø"): "o"}
# The declared rules of the archive that the count knows. The others are counted by votes, and the page says so.
RULES: dict[str, tuple[str, dict[str, Any]]] = {
    "greedy": ("most-votes", {}),
    "greedy-threshold": ("most-votes", {}),
    "greedy-no-skip": ("most-votes", {"on_misfit": "stop"}),
    "equalshares": ("equal-shares-assen", {"completion": "none", "add1_stop": None}),
    "equalshares/add1": ("equal-shares-assen", {}),
}


STEP_SECONDS = 0.1  # aimed at for one step under the write lock
MOST_SECONDS = 0.2  # what no step is planned to take
MOST_ITEMS = 5000


def next_step(items: int, took: float) -> int:
    """How many items the next step writes, after one of `items` took `took` seconds under the write lock. At the pace
    just measured no step of more than one item is planned beyond MOST_SECONDS: growth is at most twofold and only below
    half the aim; a step that was too slow is followed by one that would have taken less than the aim."""
    if took > STEP_SECONDS:
        return max(1, int(items * STEP_SECONDS / took * 0.8))
    if took < STEP_SECONDS / 2:
        return min(items * 2, MOST_ITEMS)
    return items


class CannotImport(Exception):
    """The file is sound, but what it holds cannot become a budget here; the text is one plain line."""


def rule_of(meta: Mapping[str, str], kind: str) -> tuple[str, dict[str, Any], bool]:
    """Ready regulation, changed parameters, and whether META's rule is one that the count knows."""
    declared = meta.get("rule", "")
    ready, changed = RULES.get(declared, RULES["greedy"])
    changed = dict(changed)
    if meta.get("min_project_score_threshold"):
        changed["min_score"] = int(meta["min_project_score_threshold"])
    if ready != "most-votes" and kind in ("cumulative", "ordinal"):
        changed["utility"] = "score"
    return ready, changed, rule_known(meta)


def rule_known(meta: Mapping[str, str]) -> bool:
    """Whether the count knows the rule that META declares."""
    return meta.get("rule", "") in RULES


def ballot_of(meta: Mapping[str, str], kind: str) -> dict[str, Any]:
    """Kind and limits of a ballot as META states them; limits that are not whole numbers are left out."""
    ballot: dict[str, Any] = {"kind": kind, "min": _whole(meta, "min_length"), "max": _whole(meta, "max_length")}
    for key in ("min_points", "max_points", "min_sum_points", "max_sum_points"):
        if _whole(meta, key) is not None:
            ballot[key] = _whole(meta, key)
    if kind == "choose-1":
        ballot["min"], ballot["max"] = 1, 1
    return ballot


def _whole(meta: Mapping[str, str], key: str) -> int | None:
    text = meta.get(key, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def language_of(meta: Mapping[str, str]) -> str:
    """The language of the file's names where it is a known one, else English."""
    code = meta.get("language", "").strip().lower()
    if re.fullmatch(r"[a-z]{2,3}", code):
        try:
            Locale.parse(code)
        except (UnknownLocaleError, ValueError):
            return SOURCE
        return code
    return SOURCE


def currency_of(meta: Mapping[str, str], default: str) -> str:
    """META's currency as three letters, else the city's."""
    code = meta.get("currency", "").strip().upper()
    return code if re.fullmatch(r"[A-Z]{3}", code) else default


def title_of(meta: Mapping[str, str]) -> str:
    """City, district and year, as people say it."""
    place = meta.get("unit") or meta.get("country") or "Pabulib"
    for part in (meta.get("district"), meta.get("subunit")):
        if part and part != place:
            place += f", {part}"
    return f"{place} {meta.get('instance', '')}".strip()[:120]


def slug_of(text: str) -> str:
    """An address from a title: small letters, digits and hyphens."""
    plain = unicodedata.normalize("NFKD", text.translate(_LETTERS))
    return re.sub(r"[^a-z0-9]+", "-", plain.encode("ascii", "ignore").decode().lower()).strip("-")[:80] or "import"


def dates_of(meta: Mapping[str, str], now: datetime, zone: tzinfo) -> tuple[datetime, datetime]:
    """First and last instant of a finished vote: META's days on the city's clock, always before now."""
    last = _day(meta.get("date_end", ""), end=True) or _day(meta.get("date_begin", ""), end=True)
    last = last or _day(meta.get("instance", ""), end=True) or (now - timedelta(days=1)).date()
    first = _day(meta.get("date_begin", ""), end=False) or last - timedelta(days=14)
    closes = datetime.combine(last + timedelta(days=1), time(), zone).astimezone(UTC)
    opens = datetime.combine(min(first, last), time(), zone).astimezone(UTC)
    if closes >= now:
        closes = now - timedelta(minutes=1)
        opens = min(opens, closes - timedelta(days=1))
    return opens, closes


def _day(text: str, *, end: bool) -> date | None:
    """27.03.2023, 2023-03-27 or a year alone."""
    text = text.strip()
    if re.fullmatch(r"(19|20)\d\d", text):
        return date(int(text), 12, 31) if end else date(int(text), 1, 1)
    for form in ("%d.%m.%Y", "%Y-%m-%d", "%d/%m/%Y"):
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007  a day without a time has no zone
        except ValueError:
            continue
    return None


def first_category(text: str) -> str:
    """A project may name several categories; lists show the first."""
    return text.split(",")[0].strip()[:80]


def caps_of(meta: Mapping[str, str]) -> dict[str, str]:
    """Limits per category as META writes them ("name:amount" pairs); what reads otherwise is shown as it stands."""
    found = {}
    for pair in meta.get("budget_per_category", "").strip("[]{} ").split(","):
        name, colon, amount = pair.rpartition(":")
        if colon:
            found[name.strip(" '\"")] = amount.strip(" '\"")
    return found
