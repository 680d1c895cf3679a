"""The transparency table: what was reported, decided and appealed against in each year."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.base import i18n
from portal.moderation import rules
from portal.moderation.models import Act, Appeal, Decision, Ground, Outcome, Reason, Report


@dataclass
class Year:
    """The figures of one year. Times are medians in seconds, None where there was nothing to measure."""

    year: int
    reports: Counter[Reason] = field(default_factory=Counter)
    decisions: Counter[tuple[Act, Ground, bool]] = field(default_factory=Counter)
    bulk: int = 0
    appeals: int = 0
    outcomes: Counter[Outcome] = field(default_factory=Counter)
    waited: list[int] = field(default_factory=list)
    appeal_waited: list[int] = field(default_factory=list)

    @property
    def reported(self) -> int:
        """Reports in all."""
        return sum(self.reports.values())

    @property
    def decided(self) -> int:
        """Decisions in all."""
        return sum(self.decisions.values())

    @property
    def automated(self) -> int:
        """Decisions about texts that the portal had set aside by itself."""
        return sum(n for (_act, _ground, machine), n in self.decisions.items() if machine)

    @property
    def open_appeals(self) -> int:
        """Appeals that nobody has decided yet."""
        return self.appeals - sum(self.outcomes.values())

    @property
    def median_decision(self) -> float | None:
        """From the first report to the decision."""
        return rules.median(self.waited)

    @property
    def median_appeal(self) -> float | None:
        """From the appeal to its decision."""
        return rules.median(self.appeal_waited)


def years(s: Session) -> list[Year]:
    """Every year, newest first; three selects. A year is the city's."""
    found: dict[int, Year] = {}

    def of(at: object) -> Year:
        year = i18n.in_zone(at).year  # type: ignore[arg-type]
        return found.setdefault(year, Year(year))

    for at, reason in s.execute(select(Report.at, Report.reason)):
        of(at).reports[reason] += 1
    columns = (Decision.at, Decision.act, Decision.ground, Decision.automated, Decision.waited, Decision.bulk)
    for at, act, ground, automated, waited, bulk in s.execute(select(*columns)):
        year = of(at)
        year.decisions[act, ground, automated] += 1
        year.waited.append(waited)
        year.bulk += bool(bulk)
    for at, outcome, decided_at in s.execute(select(Appeal.at, Appeal.outcome, Appeal.decided_at)):
        year = of(at)
        year.appeals += 1
        if outcome is not None and decided_at is not None:
            year.outcomes[outcome] += 1
            year.appeal_waited.append(int((decided_at - at).total_seconds()))
    return [found[year] for year in sorted(found, reverse=True)]


def table(found: list[Year]) -> list[tuple[str, ...]]:
    """The same as rows of a file: year, what, act or reason, ground, automated, number. Words are those of the record,
    the same in every language."""
    rows: list[tuple[str, ...]] = [("year", "what", "kind", "ground", "automated", "value")]
    for one in found:
        year = str(one.year)
        rows += [(year, "reports", reason.value, "", "", str(n)) for reason, n in sorted(one.reports.items())]
        rows += [
            (year, "decisions", act.value, ground.value or "none", "yes" if machine else "no", str(n))
            for (act, ground, machine), n in sorted(one.decisions.items())
        ]
        rows.append((year, "decisions_in_bulk", "", "", "", str(one.bulk)))
        rows.append((year, "appeals", "", "", "", str(one.appeals)))
        rows += [(year, "appeals", outcome.value, "", "", str(n)) for outcome, n in sorted(one.outcomes.items())]
        for name, value in (("decision", one.median_decision), ("appeal", one.median_appeal)):
            if value is not None:
                rows.append((year, "median_hours", name, "", "", f"{value / 3600:.1f}"))
    return rows
