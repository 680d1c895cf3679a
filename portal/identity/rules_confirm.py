"""When a session is fresh and strong enough for an act that deserves a second look. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from portal.base.i18n import Text, _l
from portal.base.verdict import YES, Verdict, no
from portal.identity import rules

FRESH = timedelta(minutes=10)  # so long one confirmation serves
KEPT = timedelta(minutes=15)  # so long an act waits for it

# The acts that ask for a confirmation, in words that finish "You are about to ...".
ACTS: Mapping[str, Text] = {
    "link": _l("Add a way to sign in"),
    "unlink": _l("Remove a way to sign in"),
    "delete": _l("Delete the account"),
    "contact": _l("Change an address"),
    "role": _l("Change roles"),
}
# Levels are configured for groups of acts.
GROUPS = {"link": "account", "unlink": "account", "delete": "account", "contact": "account", "role": "role"}


class ProviderLike(Protocol):
    """What the questions need of a configured provider."""

    @property
    def key(self) -> str: ...
    @property
    def issuer(self) -> str: ...
    @property
    def min_acr(self) -> str: ...
    @property
    def acr_values(self) -> Sequence[str]: ...
    @property
    def act_acr(self) -> Mapping[str, str]: ...


def level_for(provider: ProviderLike, act: str) -> str:
    """The level that this provider must vouch for before the act; empty where it has no levels."""
    return provider.act_acr.get(GROUPS.get(act, act), "") or provider.min_acr


def strong_enough(providers: Iterable[ProviderLike], issuer: str, acr: str, act: str) -> bool:
    """Does what this issuer vouched for reach the level of the act? A source that is no provider (a counter, a
    letter) is judged by the rules of its own."""
    found = next((p for p in providers if p.issuer == issuer), None)
    return found is None or rules.reaches(acr, level_for(found, act), found.acr_values)


def confirmed(provider: ProviderLike | None, acr: str, confirmed_at: datetime | None, act: str, now: datetime) -> bool:
    """Is this session fresh and strong enough for the act?"""
    if confirmed_at is None or not now - FRESH <= confirmed_at <= now + timedelta(minutes=1):
        return False
    return provider is None or rules.reaches(acr, level_for(provider, act), provider.acr_values)


def may_link(
    *, owner: int | None, person: int, residents: Mapping[str, str], claimed: Mapping[str, str], issuers: Collection[str],
    issuer: str,
) -> Verdict:  # fmt: skip
    """May this identity be added to the person's account?

    `owner`: whose it is already; `residents`: the person's keyed resident hashes by scheme, `claimed`: those that the
    new identity names; `issuers`: the providers the person has already. One account is one human: an identity that
    names another resident is refused, and accounts are never merged.
    """
    if owner == person:
        return no(_l("You can already sign in this way."))
    if owner is not None:
        return no(
            _l("This way to sign in belongs to another account."),
            _l("If both accounts are yours, delete one of them, or ask at the help desk."),
        )
    if any(residents.get(scheme, value) != value for scheme, value in claimed.items()):
        return no(
            _l("This way to sign in names another person."),
            _l("An account is for one person. Sign out, and sign in with the other way."),
        )
    if issuer in issuers:
        return no(_l("Your account already has another sign-in of this provider."), _l("Remove that one first."))
    return YES


def may_unlink(count: int) -> Verdict:
    """May one of so many ways to sign in be removed? Never the last one."""
    if count < 2:
        return no(_l("This is your only way to sign in."), _l("Add another one first."))
    return YES
