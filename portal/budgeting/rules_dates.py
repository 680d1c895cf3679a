"""Where a budget stands: its dates and the true state of its vote, in sentences and as a timeline.

Dates alone say what was planned. A vote that nobody opened is not open, a result that is published is there whatever
day was planned for it, and one that is late does not "follow" on a day that has passed. Pure: `now` is handed in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from portal.base.i18n import Text, _l
from portal.budgeting.rules import LOOSE
from portal.processes import rules as process_rules
from portal.processes.models import ORDER, PhaseKind
from portal.processes.rules import Stage, State


@dataclass(frozen=True)
class Dated:
    """A phase as the public sees it: where the vote was prolonged, with the vote's own close."""

    kind: PhaseKind
    opens_at: datetime
    closes_at: datetime | None


@dataclass(frozen=True)
class Step:
    """One line of a budget's timeline. `kind` None: the count, which is no phase of its own."""

    kind: PhaseKind | None
    name: Text
    when: Text
    state: State


@dataclass(frozen=True)
class Dates:
    """The phases of a budget and the state of its vote (None: nothing prepared; "interrupted" by a restore until two
    officers have decided). `stopped`: why nobody can vote now though the dates say so. `notices`: what all voters have
    to know. `published_at`: since when the result can be read; None too where an imported file does not say it."""

    phases: Sequence[Dated]
    vote_state: str | None
    stopped: Text | None = None
    notices: Sequence[Text] = ()
    published_at: datetime | None = None

    @property
    def published(self) -> bool:
        """Everybody can read the result."""
        return self.vote_state == "published"

    def voting_open(self, now: datetime) -> bool:
        """Ballots are taken at this moment."""
        return self.vote_state == "open" and bool(process_rules.phase_allows(self.phases, "vote", now))

    def stage(self, now: datetime) -> Stage:
        """Coming, open or finished; what is published or broken off is finished."""
        if self.vote_state in ("published", "broken_off"):
            return Stage.FINISHED
        return process_rules.stage(self.phases, now)

    def counting(self, now: datetime) -> bool:
        """The vote has closed and its result is not published yet."""
        return self.vote_state in ("open", "counted", "kept", "finished") and self._voted(now) is State.PAST

    def now(self, now: datetime) -> Text | None:
        """What is going on at this moment, in one sentence."""
        if self.stopped is not None:
            return self.stopped
        if self.published:
            return self._after(now)
        if self.counting(now):
            return _l("Voting is over. The count is under way.")
        if self.vote_state in LOOSE and self._voted(now) is State.NOW:
            return _l("The vote has not been opened yet.")
        if self.vote_state in LOOSE and self._voted(now) is State.PAST:
            return _l("The days of the vote are over, and no vote was held.")
        return process_rules.what_now(self.phases, now)

    def next(self, now: datetime) -> Text | None:
        """What comes next, and when; None where nothing more comes or nobody can say it."""
        if self.vote_state == "broken_off" or (self.vote_state in LOOSE and self._voted(now) is State.PAST):
            return None
        if self.published:
            return process_rules.what_next([p for p in self.phases if p.kind is PhaseKind.WORKS], now)
        return process_rules.what_next(self.phases, now)

    def works(self, now: datetime) -> Text | None:
        """How far the winners are, by the dates of the works; None where no works are planned."""
        phase = process_rules.find(self.phases, PhaseKind.WORKS)
        if phase is None:
            return None
        verdict = process_rules.phase_allows([phase], "follow", now)
        return process_rules.lasts(phase) if verdict else verdict.reason

    def steps(self, now: datetime) -> list[Step]:
        """The timeline, with the count between the close and the results; what has not happened is not "now"."""
        steps = []
        for phase in sorted(self.phases, key=lambda phase: (ORDER[phase.kind], phase.opens_at)):
            if self.vote_state == "broken_off" and phase.kind in (PhaseKind.RESULTS, PhaseKind.WORKS):
                continue
            steps.append(self._step(phase, now))
            if phase.kind is PhaseKind.VOTE:
                steps += self._count(phase, now)
        return steps

    def _voted(self, now: datetime) -> State | None:
        vote = process_rules.find(self.phases, PhaseKind.VOTE)
        return None if vote is None else process_rules.state(vote, now)

    def _after(self, now: datetime) -> Text:
        works = process_rules.find(self.phases, PhaseKind.WORKS)
        if works is not None and process_rules.state(works, now) is State.NOW:
            return process_rules.lasts(works)
        return _l("The vote is over. Read the results.")

    def _step(self, phase: Dated, now: datetime) -> Step:
        state, name = process_rules.state(phase, now), process_rules.name(phase.kind)
        if phase.kind is PhaseKind.RESULTS and self.published:
            at = self.published_at or phase.opens_at
            return Step(phase.kind, name, _span(replace(phase, opens_at=at, closes_at=None)), State.NOW)
        if phase.kind is PhaseKind.RESULTS and state is not State.COMING:
            return Step(phase.kind, name, _l("not published yet"), State.COMING)
        if self.published and phase.kind is not PhaseKind.WORKS:
            state = State.PAST
        elif not self.published and phase.kind is PhaseKind.WORKS:
            state = State.COMING
        elif phase.kind is PhaseKind.VOTE and state is State.NOW and self.vote_state in LOOSE:
            state = State.COMING
        return Step(phase.kind, name, _span(phase), state)

    def _count(self, vote: Dated, now: datetime) -> list[Step]:
        """The count as a line, where there is a time for it or it is under way."""
        results = process_rules.find(self.phases, PhaseKind.RESULTS)
        planned = results.opens_at if results is not None else None
        if vote.closes_at is None or self.vote_state == "broken_off":
            return []
        if self.published:
            until, state = self.published_at or planned, State.PAST
        elif self.counting(now):
            until, state = planned if planned is not None and now < planned else None, State.NOW
        elif self._voted(now) is State.PAST and self.vote_state in LOOSE:
            return []
        else:
            until, state = planned, State.COMING
        if state is not State.NOW and (until is None or until <= vote.closes_at):
            return []
        return [Step(None, _l("The ballots are counted"), _span(Dated(vote.kind, vote.closes_at, until)), state)]


def _span(phase: Dated) -> Text:
    opens = process_rules.From(phase.opens_at)
    if phase.closes_at is None:
        return _l("from %(opens)s", opens=opens)
    return _l("%(opens)s to %(closes)s", opens=opens, closes=process_rules.Until(phase.closes_at))
