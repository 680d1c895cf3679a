"""The table of what may happen to a case, cell by cell."""

from __future__ import annotations

import pytest

from portal.services import rules
from portal.services.models import CaseState


@pytest.mark.parametrize("was", list(CaseState))
@pytest.mark.parametrize("to", list(CaseState))
@pytest.mark.parametrize("side", [rules.APPLICANT, rules.STAFF, rules.PORTAL, rules.REVIEW])
def test_only_what_the_table_says_may_happen(was: CaseState, to: CaseState, side: str) -> None:
    allowed = side in rules.TRANSITIONS.get((was, to), frozenset())
    verdict = rules.may_move(was, to, side)
    assert bool(verdict) is allowed
    assert allowed or verdict.reason is not None


def test_every_state_has_its_words_and_only_an_appeal_opens_a_closed_case() -> None:
    for words in (rules.STATES, rules.DESK_STATES, rules.COLOURS, rules.NEXT):
        assert set(words) == set(CaseState)
    opening = {who for (was, _to), sides in rules.TRANSITIONS.items() if was is CaseState.CLOSED for who in sides}
    assert opening == {rules.REVIEW}
