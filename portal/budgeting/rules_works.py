"""Questions about works: how far a project is, who is late, what may be entered when. Pure; today is passed in."""

from __future__ import annotations

import enum
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from portal.base.i18n import Text, _l, _n
from portal.base.verdict import YES, Verdict, no
from portal.budgeting.models_works import Moment

MOST_MILESTONES = 40
MOST_PHOTOS = 24
MOST_SPENDINGS = 500
MOST_BENEFITS = 12
MOST_NEWS = 200
MOST_IDEAS = 50  # that one project grows from


class Status(enum.StrEnum):
    """How far the works are. Late: a day has passed and nothing was said. Delayed: there is a new day and a reason."""

    PLANNED = "planned"
    UNDER_WAY = "under_way"
    DELAYED = "delayed"
    LATE = "late"
    DONE = "done"
    STOPPED = "stopped"


STATUSES: dict[Status, Text] = {
    Status.PLANNED: _l("Not begun"),
    Status.UNDER_WAY: _l("Under way"),
    Status.DELAYED: _l("Delayed"),
    Status.LATE: _l("Late"),
    Status.DONE: _l("Finished"),
    Status.STOPPED: _l("Given up"),
}
COLOURS = {
    Status.UNDER_WAY: "sea",
    Status.DELAYED: "sand",
    Status.LATE: "coral",
    Status.DONE: "green",
    Status.STOPPED: "coral",
}
MOMENTS: dict[Moment, Text] = {
    Moment.BEFORE: _l("Before"),
    Moment.DURING: _l("During the works"),
    Moment.AFTER: _l("After"),
}


@dataclass(frozen=True, slots=True)
class Step:
    """What the questions need of a milestone."""

    first_planned_on: date
    planned_on: date
    done_on: date | None = None

    def late(self, today: date) -> bool:
        """Its day has passed, and it is not done."""
        return self.done_on is None and self.planned_on < today

    @property
    def moved(self) -> bool:
        """It comes later than was said first."""
        return self.planned_on > self.first_planned_on


@dataclass(frozen=True, slots=True)
class Progress:
    """How far works are: done steps of all, the day on which the last one is planned, and a status."""

    status: Status
    done: int = 0
    total: int = 0
    ends_on: date | None = None

    @property
    def text(self) -> Text:
        """The same in a sentence."""
        if not self.total:
            return _l("No step is planned yet.")
        return _n("%(done)s of %(n)s step is done.", "%(done)s of %(n)s steps are done.", self.total, done=self.done)


def progress(steps: Collection[Step], stopped_on: date | None, today: date) -> Progress:
    """How far the works are on this day."""
    done = sum(1 for step in steps if step.done_on is not None)
    last = max((step.planned_on for step in steps), default=None)
    ended = max((step.done_on for step in steps if step.done_on is not None), default=None)
    ends_on = ended if steps and done == len(steps) else last
    return Progress(_status(steps, done, stopped_on, today), done, len(steps), ends_on)


def _status(steps: Collection[Step], done: int, stopped_on: date | None, today: date) -> Status:
    if stopped_on is not None:
        return Status.STOPPED
    if not steps:
        return Status.PLANNED
    if done == len(steps):
        return Status.DONE
    if any(step.late(today) for step in steps):
        return Status.LATE
    if any(step.moved and step.done_on is None for step in steps):
        return Status.DELAYED
    return Status.UNDER_WAY if done else Status.PLANNED


def may_work(won: bool, published: bool) -> Verdict:
    """May works be entered? For what the published result says has won."""
    if not published:
        return no(_l("The result is not published yet."), _l("Works are entered for the winners."))
    if not won:
        return no(_l("This project did not win, so there are no works."))
    return YES


def may_move(step: Step, to: date) -> Verdict:
    """May a milestone get this new day?"""
    if step.done_on is not None:
        return no(_l("This step is done. Its day does not move any more."))
    if to == step.planned_on:
        return no(_l("This is the day that is planned already."))
    return YES


def may_finish(on: date, today: date) -> Verdict:
    """May a milestone be done on this day? Not on one that is yet to come."""
    return YES if on <= today else no(_l("The day lies in the future. Enter it when the step is done."))


def may_remove(step: Step, delays: int) -> Verdict:
    """May a milestone be taken away? Not one with a history: that would hide a delay."""
    if step.done_on is not None or delays:
        return no(_l("This step is done or was moved, so it stays. Correct its name, or give it a new day."))
    return YES


# --- from an idea to a project ----------------------------------------------------------------------------------------

GROWS = ("feasible", "shortlisted")  # states of ideas, in their own wing's words


def may_grow(states: Sequence[str]) -> Verdict:
    """May a project be made of ideas in these states?"""
    if not states:
        return no(_l("Choose at least one idea."))
    if any(state not in GROWS for state in states):
        return no(_l("Only an idea that is feasible or on the short list becomes a project."))
    return YES


def may_link(vote_state: str | None) -> Verdict:
    """May ideas be linked to a project, or a link be taken away? Not while people vote: the ballot does not change under
    their eyes."""
    if vote_state in (None, "prepared", "published", "broken_off"):
        return YES
    return no(_l("The vote is not over. Links between ideas and projects do not change until its result is published."))
