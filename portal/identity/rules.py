"""Pure questions about people: how old, from where, how surely known, whether a session is still good."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Protocol
from urllib.parse import urlsplit

from portal.base.i18n import _l
from portal.base.verdict import YES, Verdict, no

SEEN_EVERY = timedelta(minutes=1)
INVITATION = timedelta(hours=1)

# Everyone with a role comes to the staff area; what they may do there is each door's own lock.
STAFF = (
    "moderator",
    "budget_officer",
    "case_officer",
    "planner",
    "librarian",
    "clerk",
    "auditor",
    "data_protection_officer",
    "administrator",
    # of wings that can be off: while one is, nobody can be given its roles. A test compares with the manifests
    "programme",
    "trainer",
    "innovation_lead",
    "innovation_coach",
)

# What the fact of residence says besides a district's code.
ELSEWHERE = "no"
IN_CITY = "city"


@dataclass(frozen=True, slots=True)
class AgeRule:
    """`years` old on the day `on`, that day included."""

    years: int
    on: date

    @property
    def key(self) -> str:
        """The name under which the answer is stored: "16@2026-06-01"."""
        return f"{self.years}@{self.on.isoformat()}"

    @classmethod
    def read(cls, key: str) -> AgeRule:
        """The rule that a stored name means."""
        years, _, on = key.partition("@")
        return cls(int(years), date.fromisoformat(on))


@dataclass(frozen=True, slots=True)
class Claimed:
    """What a provider said about a person, read out of its claims. Lives for the moment of the sign-in only."""

    name: str = ""
    birth: Birth | None = None
    residence: str | None = None  # a district's code, IN_CITY or ELSEWHERE; None where nothing was said
    resident: str | None = None  # the personal code or register number, raw: never stored


@dataclass(frozen=True, slots=True)
class Birth:
    """A birth date as providers give it: whole, or only its year and month (some registers know no day)."""

    year: int
    month: int | None = None
    day: int | None = None

    def latest(self) -> date:
        """The latest day it can mean, so that nobody is called old enough by a gap."""
        month = self.month or 12
        if self.day:
            return date(self.year, month, self.day)
        return date(self.year, 12, 31) if month == 12 else date(self.year, month + 1, 1) - timedelta(days=1)


@dataclass(frozen=True, slots=True)
class NewFact:
    """A fact about to be stored."""

    kind: str
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known about a person now: the input of every rule on who may take part."""

    ages: Mapping[str, bool] = field(default_factory=dict)
    residence: str | None = None
    residents: Mapping[str, str] = field(default_factory=dict)
    issuer: str = ""
    acr: str = ""
    verified_at: datetime | None = None
    # what the city's own number is a number of; where it is settled, no other number enters a roll
    scheme: str = ""
    # the resident is known by what the person knows alone (number, birth date, postcode), not by letter or document
    weak: bool = False
    # the resident is known by a document that one clerk alone looked at, and by nothing else
    alone: bool = False

    def age(self, rule: AgeRule) -> bool | None:
        """Old enough? None: not known, because the rule is newer than the last sign-in or nothing was said."""
        if rule.key in self.ages:
            return self.ages[rule.key]
        # ages only grow: an answer for another day or age may settle this one
        for known, yes in self._dated():
            if yes and known.years >= rule.years and known.on <= rule.on:
                return True
            if not yes and known.years <= rule.years and known.on >= rule.on:
                return False
        return None

    def _dated(self) -> list[tuple[AgeRule, bool]]:
        return [(AgeRule.read(key), yes) for key, yes in self.ages.items()]

    @property
    def district(self) -> str | None:
        """Code of the district of residence; None outside the city or when unknown."""
        return self.residence if self.residence not in (None, ELSEWHERE, IN_CITY) else None

    @property
    def lives_here(self) -> bool | None:
        """Lives in the city? None: nobody has said."""
        return None if self.residence is None else self.residence != ELSEWHERE

    @property
    def resident(self) -> str | None:
        """Keyed hash of the resident's claim: that of the city's own scheme, so that one resident is one entry of a roll
        whatever the way in; without one the first by scheme."""
        if self.scheme:
            return self.residents.get(self.scheme)
        return self.residents[min(self.residents)] if self.residents else None


def read_birth(text: object) -> Birth | None:
    """The birth date in a claim: YYYY-MM-DD, YYYY-MM or YYYY (OpenID Connect allows the year alone; 0000 hides it)."""
    parts = str(text or "").strip().split("-")
    if not 1 <= len(parts) <= 3 or len(parts[0]) != 4 or not all(p.isascii() and p.isdigit() for p in parts):
        return None
    numbers = [int(p) for p in parts]
    year = numbers[0]
    month = numbers[1] or None if len(numbers) > 1 else None
    day = numbers[2] or None if len(numbers) > 2 and month else None
    if year < 1850:
        return None
    try:
        date(year, month or 1, day or 1)
    except ValueError:
        return None
    return Birth(year, month, day)


def old_enough(birth: Birth, rule: AgeRule) -> bool:
    """Has the birthday been reached on the rule's day? Who was born on 29 February has it on 1 March in other years."""
    born = birth.latest()
    year = born.year + rule.years
    try:
        birthday = born.replace(year=year)
    except ValueError:
        birthday = date(year, 3, 1)
    return birthday <= rule.on


def at_path(claims: Mapping[str, Any], path: str) -> Any:
    """The claim at a dotted path ("address.locality"); None where it is missing."""
    if not path:
        return None
    if path in claims:
        return claims[path]
    value: Any = claims
    for step in path.split("."):
        if not isinstance(value, Mapping) or step not in value:
            return None
        value = value[step]
    return value


def clean_name(name: object) -> str:
    """A name fit to be shown: composed letters, no control or direction characters, at most 200 characters."""
    text = unicodedata.normalize("NFC", str(name or ""))
    text = "".join(c if unicodedata.category(c)[0] != "C" else " " for c in text)
    return " ".join(text.split())[:200].strip()


def folded(name: str) -> str:
    """A name as search compares it: without case and accents, the same on both databases."""
    text = unicodedata.normalize("NFKD", name.casefold())
    return " ".join("".join(c for c in text if not unicodedata.combining(c)).split())[:400]


def read_claims(
    claims: Mapping[str, Any],
    paths: Mapping[str, str],
    *,
    districts: Iterable[str] = (),
    told: Mapping[str, str] | None = None,
    residents: str = "",
) -> Claimed:
    """Read a provider's claims.

    `paths`: where each claim is; `districts`: codes of the city's districts (a district that is none of them means
    that the person lives elsewhere); `told`: what the provider calls them, if not by code; `residents`: the value of
    the residence claim that means "lives in the city".
    """
    name = clean_name(at_path(claims, paths.get("name", "name")))
    if not name:
        name = clean_name(f"{at_path(claims, 'given_name') or ''} {at_path(claims, 'family_name') or ''}")
    residence: str | None = None
    said = _word(at_path(claims, paths.get("district", "")))
    if said:
        names = {value.casefold(): code for value, code in (told or {}).items()}
        known = {code.casefold(): code for code in districts}
        residence = known.get(names.get(said.casefold(), said).casefold(), ELSEWHERE)
    home = _word(at_path(claims, paths.get("residence", "")))
    if home and residents:
        if home.casefold() != residents.casefold():
            residence = ELSEWHERE
        elif residence in (None, ELSEWHERE):
            residence = IN_CITY
    return Claimed(
        name=name,
        birth=read_birth(at_path(claims, paths.get("birthdate", "birthdate"))),
        residence=residence,
        resident=_word(at_path(claims, paths.get("resident", ""))) or None,
    )


def _word(value: object) -> str:
    return str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""


def plain_number(claim: str) -> str:
    """A number as it is compared: spaces, dashes and case do not count."""
    return "".join(c for c in unicodedata.normalize("NFKC", claim).casefold() if c.isalnum())


def resident_hash(key: bytes, scheme: str, claim: str) -> str:
    """The keyed hash under which a resident is known in every roll. Spaces, dashes and case do not count.

    A plain hash of a personal code is undone in minutes by trying all codes (Moscow 2020): hence the key, which lies
    outside the database.
    """
    return hmac.new(key, f"resident\0{scheme}\0{plain_number(claim)}".encode(), hashlib.sha256).hexdigest()


def facts_of(claimed: Claimed, ages: Iterable[AgeRule], key: bytes, scheme: str) -> list[NewFact]:
    """What of the claims is kept: yes or no per age rule in force, the district, the keyed hash."""
    found: list[NewFact] = []
    if claimed.birth is not None:
        found += [NewFact("age", rule.key, "yes" if old_enough(claimed.birth, rule) else "no") for rule in ages]
    if claimed.residence is not None:
        found.append(NewFact("residence", "", claimed.residence))
    if claimed.resident is not None and scheme:
        found.append(NewFact("resident", scheme, resident_hash(key, scheme, claimed.resident)))
    return found


def over_tls(url: object) -> bool:
    """May this address be called: over TLS, or on this machine itself? No environment variable loosens it."""
    if not isinstance(url, str):
        return False
    try:
        parts = urlsplit(url)
        return bool(parts.hostname) and (parts.scheme == "https" or (parts.scheme == "http" and _here(parts.hostname)))
    except ValueError:
        return False


def _here(host: str | None) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False


def rank(acr: str, ranks: Sequence[str]) -> int:
    """Place of a level in its provider's order, 0 the weakest; -1 for a level that is not in it."""
    return ranks.index(acr) if acr in ranks else -1


def reaches(acr: str, wanted: str, ranks: Sequence[str]) -> bool:
    """Is this level at least the wanted one?"""
    return not wanted or (rank(wanted, ranks) >= 0 and rank(acr, ranks) >= rank(wanted, ranks))


def staff_ok(acr: str, amr: Iterable[str], acr_staff: str, staff_amr: Sequence[str], ranks: Sequence[str]) -> bool:
    """May staff roles be used in a session like this? Yes where the provider offers no second factor at all."""
    if not acr_staff and not staff_amr:
        return True
    return bool((acr_staff and reaches(acr, acr_staff, ranks)) or set(amr) & set(staff_amr))


def session_is_good(
    *,
    revoked_at: datetime | None,
    last_seen_at: datetime,
    idle_seconds: int,
    ends_at: datetime,
    now: datetime,
    idle_at: datetime | None = None,
) -> bool:
    """Is a session alive: not ended, not idle for too long, not too old? `idle_at`: the date that says when it is idle
    for too long, on a shared screen."""
    idle = idle_at or last_seen_at + timedelta(seconds=idle_seconds)
    return revoked_at is None and now < ends_at and now < idle


# Roles that are given for the whole city alone: their work knows no parts.
CITY_ONLY = frozenset({"administrator", "clerk", "data_protection_officer"})
# Roles that no absence passes on: an administrator gives them by name, and an auditor has to stay apart from the work.
NOT_PASSED_ON = frozenset({"administrator", "auditor"})
SCOPE_KINDS = ("city", "department", "district", "process", "place")
LONGEST_ABSENCE = timedelta(days=366)


def told(role: str, kind: str, number: int) -> str:
    """A grant as the audit record writes it: "planner" for the whole city, "planner@district:3" for a part."""
    return role if kind == "city" else f"{role}@{kind}:{number}"


def may_change_role(
    *, acting: int | None, person: int, role: str, grant: bool, known: Iterable[str], kind: str = "city"
) -> Verdict:
    """May an administrator give or take this role? Nobody gives themselves one: an act of two people would be one
    person's. Nobody takes the administrator's role from themselves, so that a city is never left without one by a
    slip."""
    if role not in set(known):
        return no(_l("There is no such role."))
    if grant and acting == person:
        return no(_l("Nobody gives themselves a role."), _l("Ask another administrator to do it."))
    if grant and role in CITY_ONLY and kind != "city":
        return no(_l("This role is given for the whole city only."))
    if not grant and role == "administrator" and acting == person:
        return no(
            _l("You cannot take the administrator's role from yourself."), _l("Ask another administrator to do it.")
        )
    return YES


def may_disable(*, acting: int | None, person: int, disabled: bool) -> Verdict:
    """May an administrator shut this account? Never their own: somebody has to be left to open it again."""
    if acting == person:
        return no(_l("You cannot disable your own account."), _l("Ask another administrator to do it."))
    if disabled:
        return no(_l("This account is disabled already."))
    return YES


def may_be_away(
    *, person: int, deputy: int | None, staff: Iterable[int], start: datetime, end: datetime, now: datetime
) -> Verdict:
    """May this absence be entered? `staff`: everybody who has a role of their own, for only they can be deputies."""
    if end <= start:
        return no(_l("The last day must not be before the first."))
    if end <= now:
        return no(_l("This absence is over already. Enter a day in the future."))
    if end - start > LONGEST_ABSENCE:
        return no(_l("An absence lasts a year at most. For longer, let an administrator change the roles."))
    if deputy == person:
        return no(_l("Choose somebody else as the deputy."))
    if deputy not in set(staff):
        return no(_l("Choose a deputy who has a role of their own."))
    return YES


def invitation_is_good(*, used_at: datetime | None, expires_at: datetime, now: datetime) -> Verdict:
    """May this invitation still be used?"""
    if used_at is not None:
        return no(_l("This invitation has been used already."), _l("Ask for a new one."))
    if now >= expires_at:
        return no(_l("This invitation is too old. It was good for one hour."), _l("Ask for a new one."))
    return YES


class ProviderLike(Protocol):
    """What is asked of a provider's configuration."""

    @property
    def auth_time(self) -> bool: ...
    @property
    def remembers(self) -> bool: ...


def offered_at_terminal(provider: ProviderLike) -> bool:
    """May people sign in with this provider at a shared screen? Only where it can prove that it asked the person
    anew, or is known never to remember anybody."""
    return provider.auth_time or not provider.remembers
