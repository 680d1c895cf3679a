"""What Estonia's Data Tracker (Andmejälgija) asks, read strictly. Pure.

Source: the OpenAPI description of the service "findUsage", version 2.1.0, and the protocol of presenting usage data,
version 1.6 of 19 January 2026 (github.com/e-gov/AJ). Times are RFC 3339 with a zone; numbers of rows are int32.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address, ip_network
from urllib.parse import unquote

COUNTRY = "EE"
DEFAULT_LIMIT = 1000
INT32 = 2**31 - 1
LOOKS_ARE_KEPT = timedelta(days=730)  # as audit/records.py says of the access log
_CODE = re.compile(r"[A-Za-z0-9-]{3,32}")
_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)")
_PART = re.compile(r"[A-Za-z0-9'()+,\-.=?]+")


class NotSo(ValueError):
    """The question does not meet the description; the word names the parameter and never repeats its value."""


@dataclass(frozen=True, slots=True)
class Usage:
    """A question for usage data. `since` and `until` bound whole seconds, both included; None: no bound."""

    person: tuple[str, ...]  # spellings of the person's code
    represented: bool  # somebody else asks, under a right of representation that the state has checked
    since: datetime | None
    until: datetime | None
    offset: int
    limit: int


def spellings(code: str) -> tuple[str, ...]:
    """A personal code with its country and without: X-Road writes EE38001085718, registers often 38001085718."""
    plain = code.strip().upper()
    bare = plain.removeprefix(COUNTRY)
    return (bare, COUNTRY + bare) if bare.isdigit() else (plain,)


def _one(values: Sequence[str], name: str) -> str | None:
    if len(values) > 1:
        raise NotSo(name)
    return values[0] if values else None


def _code(text: str | None, name: str) -> str:
    if text is None or not _CODE.fullmatch(text):
        raise NotSo(name)
    return text


def _number(text: str | None, name: str, default: int) -> int:
    if text is None:
        return default
    if not re.fullmatch(r"[0-9]{1,10}", text, re.ASCII) or int(text) > INT32:
        raise NotSo(name)
    return int(text)


def _time(text: str | None, name: str) -> datetime | None:
    if text is None:
        return None
    if not _TIME.fullmatch(text):
        raise NotSo(name)
    try:
        return datetime.fromisoformat(text.upper()).astimezone(UTC).replace(microsecond=0)
    except (ValueError, OverflowError):
        raise NotSo(name) from None


def read_usage(user: str | None, given: Mapping[str, Sequence[str]]) -> Usage:
    """The question in the header X-Road-UserId and the parameters. Raises NotSo."""
    asks = _code(user, "X-Road-UserId")
    person = _code(_one(given.get("userCode", ()), "userCode"), "userCode")
    return Usage(
        person=spellings(person),
        represented=spellings(asks) != spellings(person),
        since=_time(_one(given.get("periodStart", ()), "periodStart"), "periodStart"),
        until=_time(_one(given.get("periodEnd", ()), "periodEnd"), "periodEnd"),
        offset=_number(_one(given.get("offset", ()), "offset"), "offset", 0),
        limit=_number(_one(given.get("limit", ()), "limit"), "limit", DEFAULT_LIMIT),
    )


def stamp(at: datetime) -> str:
    """A time as the description writes it: UTC, whole seconds, Z."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def comes_from(address: str | None, allowed: Iterable[str]) -> bool:
    """Does a request come from one of these addresses or networks?"""
    try:
        caller = ip_address(address or "")
    except ValueError:
        return False
    mapped = getattr(caller, "ipv4_mapped", None)
    return any((mapped or caller) in ip_network(one) for one in allowed)


def shows(certificate: str | None, allowed: Iterable[str]) -> bool:
    """Is the certificate that the proxy states one of these? Colons and case of a fingerprint do not count."""

    def bare(text: str) -> bytes:
        return text.replace(":", "").strip().casefold().encode()

    return any(hmac.compare_digest(bare(certificate or ""), bare(one)) for one in allowed if one.strip())


def client_of(header: str | None) -> str | None:
    """The X-Road client in a header as plain text; None for what is no identifier of three or four parts."""
    parts = [unquote(part) for part in (header or "").split("/")]
    return "/".join(parts) if len(parts) in (3, 4) and all(_PART.fullmatch(part) for part in parts) else None
