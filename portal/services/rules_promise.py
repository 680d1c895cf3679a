"""How long a service really takes, against what the law promises: figures that speak of at least ten cases. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from math import ceil

from portal.base.figures import FEWEST, Told, merged, share
from portal.base.i18n import Text, _l

PERIOD = timedelta(days=365)  # of decisions, back from today
# Upper ends of the groups of days that are told; the last group has none.
STEPS: Mapping[int, Text] = {
    1: _l("on the same or the next day"),
    7: _l("2 to 7 days"),
    14: _l("8 to 14 days"),
    30: _l("15 to 30 days"),
    60: _l("31 to 60 days"),
    0: _l("more than 60 days"),
}


@dataclass(frozen=True, slots=True)
class Decided:
    """A decided case, in days of the city. `promised`: the day by which the law wanted it, None where its clock did not run;
    `reason`: of a refusal, a key of rules.REASONS; empty where it was granted."""

    filed: date
    decided: date
    promised: date | None = None
    reason: str = ""

    @property
    def days(self) -> int:
        """Days from the filing to the decision, as the applicant waited."""
        return max((self.decided - self.filed).days, 0)


@dataclass(frozen=True, slots=True)
class Promise:
    """What is told of a service. `half` and `most`: days within which half and nine in ten were decided; `on_time`: the
    share that was decided by the law's day, rounded. All empty where fewer than ten were decided."""

    number: int = 0
    half: int | None = None
    most: int | None = None
    on_time: float | None = None
    granted: float | None = None
    steps: Told[int] = field(default_factory=lambda: Told({}))
    reasons: Told[str] = field(default_factory=lambda: Told({}))

    def __bool__(self) -> bool:
        return self.number >= FEWEST


def quantile(days: Iterable[int], part: float) -> int:
    """The least number of days within which at least this part of them lies (nearest rank)."""
    found = sorted(days)
    return found[max(ceil(part * len(found)), 1) - 1]


def promise(cases: Iterable[Decided]) -> Promise:
    """The figures of a service."""
    rows = list(cases)
    if len(rows) < FEWEST:
        return Promise()
    known = [one for one in rows if one.promised is not None]
    late = sum(1 for one in known if one.promised is not None and one.decided > one.promised)
    steps = Counter(step_of(one.days) for one in rows)
    refused = Counter(one.reason for one in rows if one.reason)
    return Promise(
        number=len(rows),
        half=quantile((one.days for one in rows), 0.5),
        most=quantile((one.days for one in rows), 0.9),
        on_time=share(len(known) - late, len(known)),
        granted=share(len(rows) - refused.total(), len(rows)),
        steps=merged({step: steps[step] for step in STEPS if steps[step]}),
        reasons=merged(dict(sorted(refused.items()))),
    )


def step_of(days: int) -> int:
    """The group of days in which a number of days lies."""
    return next((end for end in STEPS if end and days <= end), 0)
