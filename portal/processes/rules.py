"""What the dates of a process allow, when, and in which sentence the answer is told. Pure: `now` is handed in."""

import enum
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from portal.base import i18n
from portal.base.i18n import Text, _l
from portal.base.verdict import YES, Verdict, no
from portal.processes.models import ORDER, PhaseKind


class PhaseLike(Protocol):
    """What a rule needs to know of a phase: rows of the database and values of a form both have it."""

    @property
    def kind(self) -> PhaseKind: ...
    @property
    def opens_at(self) -> datetime: ...
    @property
    def closes_at(self) -> datetime | None: ...


P = TypeVar("P", bound=PhaseLike)

# What a person wants to do -> the phase in which it is allowed.
VERBS: dict[str, PhaseKind] = {
    "submit": PhaseKind.SUBMIT,
    "review": PhaseKind.REVIEW,
    "vote": PhaseKind.VOTE,
    "results": PhaseKind.RESULTS,
    "follow": PhaseKind.WORKS,
}


# Who works on a process, by the kind of thing that owns it.
OWNERS: dict[str, tuple[str, ...]] = {
    "budget": ("budget_officer",),
    "plan": ("planner",),
    "idea": ("moderator", "budget_officer"),
}
# A code of a letter: 12 signs without those that are taken for one another, 59 bits.
SIGNS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
CODE_LENGTH = 12
MOST_CODES = 2000
MOST_ADDRESSES = 500


def owners(subject: str) -> tuple[str, ...]:
    """The roles that work on a process of this kind."""
    return OWNERS.get(subject, ("administrator",))


def read_code(typed: str) -> str | None:
    """A code as it was printed, from what somebody typed: spaces, hyphens and case do not count. None: not a code."""
    plain = "".join(sign for sign in typed.upper() if sign.isalnum())
    return plain if len(plain) == CODE_LENGTH and set(plain) <= set(SIGNS) else None


def printed(code: str) -> str:
    """A code in groups of four."""
    return "-".join(code[n : n + 4] for n in range(0, len(code), 4))


def may_close(phases: Iterable[PhaseLike], now: datetime) -> Verdict:
    """May a process be closed to the public, or opened? Not once its vote has begun: a vote is not hidden from its
    voters, nor shown to those who were not asked."""
    vote = find(phases, PhaseKind.VOTE)
    if vote is not None and now >= vote.opens_at:
        return no(_l("The vote has begun. Who sees this process cannot change any more."))
    return YES


class State(enum.StrEnum):
    """Where a phase stands against the clock."""

    PAST = "past"
    NOW = "now"
    COMING = "coming"


class Stage(enum.StrEnum):
    """Where a whole process stands: before its first phase, between that and the close of the vote, after it."""

    COMING = "coming"
    OPEN = "open"
    FINISHED = "finished"


@dataclass(frozen=True, slots=True)
class From:
    """The first instant of something; at midnight the day alone says it."""

    at: datetime

    def __str__(self) -> str:
        return i18n.begins(self.at)


@dataclass(frozen=True, slots=True)
class Until:
    """The end of something; what ends at midnight lasts the whole day before."""

    at: datetime | None

    def __str__(self) -> str:
        if self.at is None:
            return ""
        local = i18n.in_zone(self.at)
        if (local.hour, local.minute) == (0, 0):
            return i18n.day(local.date() - timedelta(days=1))
        return i18n.moment(self.at)


@dataclass(frozen=True)
class Step:
    """One line of the timeline that a page shows."""

    kind: PhaseKind
    name: Text
    opens_at: datetime
    closes_at: datetime | None
    state: State


@dataclass(frozen=True, slots=True)
class Words:
    """Everything that is said of one kind of phase; %(moment)s is filled in when it is said."""

    name: Text
    opens: Text
    lasts: Text
    closed: Text
    never: Text


_WORDS = {
    PhaseKind.SUBMIT: Words(
        name=_l("Ideas are handed in"),
        opens=_l("You can hand in ideas from %(moment)s."),
        lasts=_l("You can hand in ideas until %(moment)s."),
        closed=_l("The time to hand in ideas ended on %(moment)s."),
        never=_l("Ideas are not collected here."),
    ),
    PhaseKind.REVIEW: Words(
        name=_l("The city checks the projects"),
        opens=_l("The city starts to check the projects on %(moment)s."),
        lasts=_l("The city checks the projects until %(moment)s."),
        closed=_l("The check of the projects ended on %(moment)s."),
        never=_l("Projects are not checked here."),
    ),
    PhaseKind.VOTE: Words(
        name=_l("Voting"),
        opens=_l("Voting opens on %(moment)s."),
        lasts=_l("Voting is open until %(moment)s."),
        closed=_l("Voting closed on %(moment)s."),
        never=_l("No vote is planned here."),
    ),
    PhaseKind.RESULTS: Words(
        name=_l("Results"),
        opens=_l("The results follow on %(moment)s."),
        lasts=_l("The vote is over. Read the results."),
        closed=_l("The time of the results ended on %(moment)s."),
        never=_l("No results are planned here."),
    ),
    PhaseKind.WORKS: Words(
        name=_l("Projects are built"),
        opens=_l("The city starts to build the chosen projects on %(moment)s."),
        lasts=_l("The city builds the chosen projects."),
        closed=_l("The works ended on %(moment)s."),
        never=_l("No works are planned here."),
    ),
}


def name(kind: PhaseKind) -> Text:
    """The phase as a heading of the timeline."""
    return _WORDS[kind].name


def state(phase: PhaseLike, now: datetime) -> State:
    """Past, now or coming. A phase is open at its opening instant and no longer at its closing instant."""
    if now < phase.opens_at:
        return State.COMING
    if phase.closes_at is not None and now >= phase.closes_at:
        return State.PAST
    return State.NOW


def find(phases: Iterable[P], kind: PhaseKind) -> P | None:
    """The phase of this kind, if the process has one."""
    return next((phase for phase in phases if phase.kind == kind), None)


def timeline(phases: Iterable[PhaseLike], now: datetime) -> list[Step]:
    """All phases in order, each with its state."""
    ordered = sorted(phases, key=lambda phase: (phase.opens_at, ORDER[phase.kind]))
    return [Step(p.kind, name(p.kind), p.opens_at, p.closes_at, state(p, now)) for p in ordered]


def coming(phases: Iterable[P], now: datetime) -> P | None:
    """The next phase that will open."""
    later = [phase for phase in phases if now < phase.opens_at]
    return min(later, key=lambda phase: (phase.opens_at, ORDER[phase.kind]), default=None)


def stage(phases: Sequence[PhaseLike], now: datetime) -> Stage:
    """Coming, open or finished. Finished starts when the vote closes, or the last phase that does close."""
    if not phases or all(now < phase.opens_at for phase in phases):
        return Stage.COMING
    decisive = [p for p in phases if p.kind not in (PhaseKind.RESULTS, PhaseKind.WORKS)] or list(phases)
    closes = [p.closes_at for p in decisive]
    if all(moment is not None and now >= moment for moment in closes):
        return Stage.FINISHED
    return Stage.OPEN


def phase_allows(phases: Iterable[PhaseLike], verb: str, now: datetime) -> Verdict:
    """May this be done now, by the dates alone? A no says since when or from when, and what comes next.

    Raises KeyError for a verb that no phase knows.
    """
    kind = VERBS[verb]
    phases = list(phases)
    phase = find(phases, kind)
    if phase is None:
        return no(_WORDS[kind].never, next=what_next(phases, now))
    where = state(phase, now)
    if where is State.COMING:
        return no(opens(phase), next=what_next(phases, now))
    if where is State.PAST:
        return no(_closed(phase), next=what_next(phases, now))
    return YES


def opens(phase: PhaseLike) -> Text:
    """The sentence that says when a phase opens."""
    return replace(_WORDS[phase.kind].opens, params={"moment": From(phase.opens_at)})


def lasts(phase: PhaseLike) -> Text:
    """The sentence that says until when an open phase lasts."""
    return replace(_WORDS[phase.kind].lasts, params={"moment": Until(phase.closes_at)})


def _closed(phase: PhaseLike) -> Text:
    return replace(_WORDS[phase.kind].closed, params={"moment": Until(phase.closes_at)})


def what_now(phases: Iterable[PhaseLike], now: datetime) -> Text | None:
    """What is open at this moment, in one sentence; the latest of the open phases. None between two phases."""
    open_now = [phase for phase in phases if state(phase, now) is State.NOW]
    latest = max(open_now, key=lambda phase: ORDER[phase.kind], default=None)
    return None if latest is None else lasts(latest)


def what_next(phases: Iterable[PhaseLike], now: datetime) -> Text | None:
    """What opens next, and when; None when nothing more comes."""
    phase = coming(phases, now)
    return None if phase is None else opens(phase)


def dates_fit(phases: Sequence[PhaseLike]) -> dict[PhaseKind, Text]:
    """What is wrong with a set of dates, by phase: each ends after it begins, and begins after the one in front."""
    wrong: dict[PhaseKind, Text] = {}
    before: PhaseLike | None = None
    for phase in sorted(phases, key=lambda phase: ORDER[phase.kind]):
        if phase.closes_at is None and phase.kind is not PhaseKind.WORKS:
            wrong[phase.kind] = _l("Enter the day on which this phase ends.")
        elif phase.closes_at is not None and phase.closes_at <= phase.opens_at:
            wrong[phase.kind] = _l("The end must be later than the beginning.")
        elif before is not None and phase.opens_at < before.opens_at:
            wrong[phase.kind] = _l("This phase opens before the phase in front of it.")
        elif before is not None and before.kind is PhaseKind.VOTE and _overlap(before, phase):
            wrong[phase.kind] = _l("This phase opens before the vote closes.")
        before = phase
    return wrong


def _overlap(earlier: PhaseLike, later: PhaseLike) -> bool:
    return earlier.closes_at is not None and later.opens_at < earlier.closes_at
