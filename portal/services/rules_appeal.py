"""Who may appeal, who may handle it, and the words for it. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from portal.base.i18n import Text, _l
from portal.base.verdict import YES, Verdict, no
from portal.services.models import Outcome
from portal.services.models_appeal import AppealOutcome, AppealState

OPEN = (AppealState.FILED, AppealState.CHECKING)
REOPENS = (AppealOutcome.ALLOWED, AppealOutcome.PARTLY)

STATES: Mapping[AppealState, Text] = {
    AppealState.FILED: _l("Appeal filed"),
    AppealState.CHECKING: _l("Appeal being checked"),
    AppealState.DECIDED: _l("Decided"),
    AppealState.WITHDRAWN: _l("Appeal taken back"),
}
COLOURS: Mapping[AppealState, str] = {
    AppealState.FILED: "sand",
    AppealState.CHECKING: "sea",
    AppealState.DECIDED: "green",
    AppealState.WITHDRAWN: "sand",
}
OUTCOMES: Mapping[AppealOutcome, Text] = {
    AppealOutcome.ALLOWED: _l("The appeal is allowed"),
    AppealOutcome.PARTLY: _l("The appeal is allowed in part"),
    AppealOutcome.DISMISSED: _l("The appeal is dismissed"),
}
FOLLOWS: Mapping[AppealOutcome, Text] = {
    AppealOutcome.ALLOWED: _l("The decision does not count any more. The city decides on the application anew."),
    AppealOutcome.PARTLY: _l(
        "The decision does not count any more. The city decides on the application anew, as far as the appeal was allowed."
    ),
    AppealOutcome.DISMISSED: _l("The decision stays as it is."),
}
NEXT: Mapping[AppealState, Text] = {
    AppealState.FILED: _l("An officer who did not write the decision takes your appeal."),
    AppealState.CHECKING: _l("An officer who did not write the decision checks your appeal."),
    AppealState.DECIDED: _l("The outcome and its grounds stand below."),
    AppealState.WITHDRAWN: _l("You took the appeal back. The decision stays as it is."),
}


def may_appeal(*, outcome: Outcome, conditions: Collection[Any], appealed: bool) -> Verdict:
    """Can this decision be appealed against? A refusal, and a grant with conditions, once. That the last day is over is
    no reason to take nothing in: a late appeal is taken, and marked."""
    if outcome is Outcome.GRANTED and not conditions:
        return no(_l("Everything was granted: there is nothing to appeal against."))
    if appealed:
        return no(_l("There is an appeal against this decision already."))
    return YES


def may_handle(*, applicant: int | None, officer: int | None, decided: Collection[int | None]) -> Verdict:
    """May this officer handle the appeal? Neither who applied nor who decided."""
    if officer is not None and officer == applicant:
        return no(_l("This case is your own. A colleague has to handle it."))
    if officer is not None and officer in decided:
        return no(_l("You took part in the decision. Somebody else has to handle the appeal."))
    return YES


def may_take(*, state: AppealState, has: int | None, officer: int | None) -> Verdict:
    """May this officer take the appeal on them?"""
    if state not in OPEN:
        return no(_l("The appeal is over."))
    if has is not None and has != officer:
        return no(_l("A colleague has taken this appeal in the meantime."))
    return YES


def may_decide(*, state: AppealState, has: int | None, officer: int | None) -> Verdict:
    """May this officer decide on it? Who has taken it."""
    if state is not AppealState.CHECKING:
        return no(_l("The appeal is over.")) if state not in OPEN else no(_l("Take the appeal first."))
    if has != officer:
        return no(_l("A colleague has taken this appeal in the meantime."))
    return YES


def may_withdraw(state: AppealState) -> Verdict:
    """May the applicant take it back?"""
    return YES if state in OPEN else no(_l("The appeal is over."))
