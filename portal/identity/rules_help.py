"""Questions about help at a desk and by telephone. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from portal.base.i18n import Text, _l
from portal.base.verdict import YES, Verdict, no
from portal.identity.models_help import Means

HELP = "help"  # provider and issuer of sessions of help
IDLE, LONGEST = timedelta(minutes=30), timedelta(hours=2)
HAND_OVER = timedelta(minutes=10)
HAND_OVER_TRIES = 10  # wrong numbers at one terminal in a quarter of an hour
CHECKS = ("number", "born", "postcode", "code")

# What a helper reads at pages that are the person's alone: what the act is, and the way that is open to them.
OWN_ACCOUNT = _l(
    "How somebody signs in and is reached they settle alone, without a helper. They sign in themselves, at any browser "
    "or terminal."
)
OWN_CONFIRMATION = _l("Only the person can confirm who they are. They sign in themselves, at any browser or terminal.")
OWN_CODE = _l("The code for a counter is for the person’s own eyes. They sign in themselves to see it.")
OWN_MANDATE = _l(
    "A mandate is asked for, confirmed and used by the person alone. What they signed on paper can be entered under "
    "“Forms on paper”."
)

MEANS_NAMES: Mapping[Means, Text] = {
    Means.ACCOUNT: _l("A code from their own page"),
    Means.COUNTER: _l("A document, looked at here"),
    Means.LETTER: _l("The code in a letter to their address"),
    Means.TELEPHONE: _l("A caller who is asked some questions"),
    Means.GUEST: _l("A guest, with a name only"),
}


def may_help(
    *, helper: int | None, person: int, means: Means, venue: int | None, places: Collection[int], closed: bool
) -> Verdict:
    """May this helper help this person? `places`: the houses where the helper's role counts."""
    if helper == person:
        return no(_l("Nobody helps themselves. Ask a colleague."))
    if closed:
        return no(_l("This account was closed."))
    if means is not Means.TELEPHONE and venue not in places:
        return no(_l("Your role does not count in this house."), _l("An administrator names your houses."))
    return YES


def means_offered(roles: Collection[str], checks: Collection[str]) -> list[Means]:
    """The ways in which somebody with these roles makes sure for whom they act. By telephone only clerks help, and only
    where the city has set what callers are asked."""
    known = set(checks) & set(CHECKS)
    telephone = bool(known & {"number", "code"}) and not {"clerk", "administrator"}.isdisjoint(roles)
    return [one for one in Means if one is not Means.TELEPHONE or telephone]


def number_is_good(
    *, expires_at: datetime, ended_at: datetime | None, venue: int | None, here: int, now: datetime
) -> Verdict:
    """May this number be typed at a terminal of the house `here`?"""
    if now >= expires_at or ended_at is not None or venue != here:
        return no(_l("This number is wrong or over. Ask your helper for a new one."))
    return YES
