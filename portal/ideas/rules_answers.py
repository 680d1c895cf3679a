"""Questions about the city's answers: what an outcome means, what may be answered, when a call can be closed. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from portal.base.i18n import Text, _l, _n
from portal.base.verdict import YES, Verdict, no
from portal.ideas import rules
from portal.ideas.models import IdeaState
from portal.ideas.models_answers import Outcome
from portal.processes import rules as process_rules

LONGEST_NAME = 120
LONGEST_REASON = 500
MOST_TOGETHER = 200  # ideas of one answer

OUTCOMES: dict[Outcome, Text] = {
    Outcome.DONE: _l("It will be done"),
    Outcome.BALLOT: _l("It goes on the ballot"),
    Outcome.PARTLY: _l("It will be done in part"),
    Outcome.NOT: _l("It will not be done"),
    Outcome.EXISTS: _l("It exists already"),
    Outcome.ELSEWHERE: _l("It is not for the city to decide"),
}
# How an outcome looks on a page: the colour of its tag says no more than its words.
COLOURS = {Outcome.DONE: "green", Outcome.BALLOT: "green", Outcome.PARTLY: "sea", Outcome.EXISTS: "sea"}

# States in which nothing was decided yet, or only the check: an answer ends them.
_BEFORE_ANSWER = frozenset({*rules.OPEN, IdeaState.NOT_FEASIBLE, IdeaState.ANSWERED})
# What is gone from the lists needs no answer.
_GONE = frozenset({IdeaState.MERGED, IdeaState.WITHDRAWN})


def may_answer(idea: rules.IdeaLike) -> Verdict:
    """Can an idea have an answer? Whatever stands in the lists."""
    if idea.state in _GONE:
        return no(_l("This idea was withdrawn or joined with another one, so it has no answer of its own."))
    if idea.hidden_at is not None or idea.held_at is not None:
        return no(_l("A moderator decides on this idea first."))
    return YES


def fits(outcome: Outcome, states: Iterable[IdeaState]) -> Verdict:
    """Does the outcome agree with what was found out about the ideas? Nobody votes on what cannot be done."""
    if outcome is Outcome.BALLOT and IdeaState.NOT_FEASIBLE in set(states):
        return no(_l("An idea that is not feasible cannot go on the ballot. Choose another outcome, or take it off."))
    return YES


def state_after(outcome: Outcome, state: IdeaState, before: IdeaState | None) -> IdeaState:
    """The state of an idea once its answer is public. An idea that goes on the ballot waits for its project in the state
    it had; for all others the answer is the end. `before`: the state before an earlier answer to the same idea."""
    if state not in _BEFORE_ANSWER:
        return state
    if outcome is Outcome.BALLOT:
        return state_again(state, before)
    return IdeaState.ANSWERED


class AnswerLike(Protocol):
    """What these questions need of an answer."""

    @property
    def version(self) -> int: ...
    @property
    def published_at(self) -> datetime | None: ...
    @property
    def withdrawn_at(self) -> datetime | None: ...


def may_change(answer: AnswerLike, version: int | None = None) -> Verdict:
    """Can a public answer be corrected? `version`: the wording that the officer had before them, where that counts."""
    if answer.withdrawn_at is not None:
        return no(_l("This answer was withdrawn. A new one can take its place."))
    if answer.published_at is None or version not in (None, answer.version):
        return no(_l("Somebody else has changed this answer in the meantime. Look at it again."))
    return YES


def may_withdraw(call: rules.CallLike, answer: AnswerLike, version: int | None = None) -> Verdict:
    """Can a public answer be withdrawn? Not once the call is closed for good, which it is with an answer to every idea."""
    if call.closed_at is not None:
        return no(
            _l("This call is closed, and every idea in it keeps its answer."),
            _l("The answer can still be corrected."),
        )
    return may_change(answer, version)


def state_again(state: IdeaState, before: IdeaState | None) -> IdeaState:
    """The state of an idea whose answer was withdrawn: the one before the answer, where the answer had ended it."""
    return before if state is IdeaState.ANSWERED and before is not None else state


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a call is: ideas in its lists, those of them with a public answer and with a draft, and those that wait
    for a moderator."""

    total: int = 0
    answered: int = 0
    drafted: int = 0
    held: int = 0

    @property
    def missing(self) -> int:
        """Ideas without a public answer."""
        return self.total - self.answered

    @property
    def text(self) -> Text:
        """The same in a sentence."""
        return _n(
            "%(answered)s of %(n)s idea is answered.",
            "%(answered)s of %(n)s ideas are answered.",
            self.total,
            answered=self.answered,
        )


def may_close(
    call: rules.CallLike, dates: Iterable[process_rules.PhaseLike], progress: Progress, now: datetime
) -> Verdict:
    """Can a call be closed for good? When nothing more comes in and every listed idea has its public answer."""
    if call.closed_at is not None:
        return no(_l("This call is closed already."))
    if not call.always_open and rules.submits(call, dates, now):
        return no(_l("Ideas can still be handed in."), _l("Close the call when its dates are over."))
    if progress.held:
        return no(
            _n(
                "%(n)s idea waits for a moderator.",
                "%(n)s ideas wait for a moderator.",
                progress.held,
            ),
            _l("Each has to be shown or hidden first."),
        )
    if progress.missing:
        return no(
            _n("%(n)s idea has no answer yet.", "%(n)s ideas have no answer yet.", progress.missing),
            _l("A call can be closed when every idea has its answer."),
        )
    return YES
