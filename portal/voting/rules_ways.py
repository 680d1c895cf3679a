"""By which way a ballot comes in, its name, and which ballots a code from a counter may replace. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from portal.base.i18n import Text, _l
from portal.base.verdict import YES, Verdict, no
from portal.identity import rules_ways
from portal.voting.models import Channel

NAMES: Mapping[str, Text] = {
    "web": _l("On the web"),
    "desk": _l("At a desk"),
    "paper": _l("On paper"),
    "letter": _l("By letter"),
}


# Sessions to vote that one clerk alone vouches for: a code, and a hand-over to whom a helper found by a document.
ONE_CLERK = (rules_ways.SLIP_ONE, rules_ways.COUNTER)


def channel_of(scope: str, assurance: str, *, alone: bool = False) -> Channel:
    """The channel of a session: a code from a counter, a code from a letter, or an account. An account that one clerk
    alone joined with a resident (`alone`) votes on the strength of that counter, as a code of one clerk does."""
    if scope != rules_ways.VOTE:
        return Channel.DESK if alone else Channel.WEB
    return Channel.LETTER if assurance == rules_ways.LETTER_CODE else Channel.DESK


def may_replace(scope: str, assurance: str, standing: str, *, alone: bool = False) -> Verdict:
    """May a ballot of this session take the place of one that came by the channel `standing`? What is marked on paper
    stays. A code that one clerk alone gave out, and an account that one clerk alone joined with the resident, replace
    nothing but what was cast at a desk: otherwise one clerk could vote in the place of everybody who has voted."""
    if standing == Channel.PAPER:
        return no(_l("The roll says that you vote on paper."), _l("If this is wrong, ask at a polling desk."))
    if scope == rules_ways.VOTE and assurance in ONE_CLERK and standing != Channel.DESK:
        return no(
            _l("A ballot was cast for this resident already, and one clerk alone gave out this code."),
            _l("Go back to the counter: a second clerk has to confirm a code that replaces a ballot."),
        )
    if alone and standing != Channel.DESK:
        return no(
            _l("A ballot was cast for this resident already, and one clerk alone has looked at your document."),
            _l("Go back to the counter: a second clerk has to confirm a code that replaces a ballot."),
        )
    return YES
