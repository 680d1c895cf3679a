"""What can be done with many cases at once. Each case is still judged by its own rule. Pure."""

from __future__ import annotations

import enum
from collections.abc import Mapping

from portal.base.i18n import Text, _l
from portal.base.verdict import YES, Verdict, no
from portal.services import rules
from portal.services.models import CaseState

MOST = 200


class Act(enum.StrEnum):
    """An act on many cases."""

    TAKE = "take"
    GIVE = "give"
    MESSAGE = "message"
    LETTER = "letter"
    CLOSE = "close"


ACTS: Mapping[Act, Text] = {
    Act.TAKE: _l("Take them on myself"),
    Act.GIVE: _l("Give them to somebody, or back to the office"),
    Act.MESSAGE: _l("Write the same message to all applicants"),
    Act.LETTER: _l("Write to all applicants with a template, to each in their language"),
    Act.CLOSE: _l("Close them"),
}


def may_close(*, state: CaseState, appealed: bool) -> Verdict:
    """May an officer close this case? A decided one, while no appeal is open."""
    if appealed:
        return no(_l("An appeal is open in this case."))
    return rules.may_move(state, CaseState.CLOSED, rules.STAFF)


def few_enough(count: int) -> Verdict:
    """Are these not too many for once?"""
    if count > MOST:
        return no(_l("At most %(most)s cases at once.", most=MOST))
    return YES
