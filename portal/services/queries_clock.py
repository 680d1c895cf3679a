"""The law's clock as cases use it: the rule of a service, the dates of a case, the holidays of the city."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from portal.base import clock, deadlines, holidays, i18n
from portal.base.deadlines import Clock, Move, Rule, Unit, Why
from portal.base.ground import settings
from portal.base.i18n import Text, _l, _n
from portal.services.models import Case, Outcome, Service, Silence

WARNING = timedelta(days=5)  # before the day: the officer is told


def today() -> date:
    """The day on the city's clock."""
    return i18n.in_zone(clock.city_now()).date()


def works(day: date) -> bool:
    """Do the city's offices work on this day?"""
    return holidays.calendar(settings().city.holidays)(day)


@dataclass(frozen=True, slots=True)
class Reckoned:
    """What a page says of the clock."""

    due: date | None
    paused: bool
    late: bool
    days_left: int | None
    moves: tuple[Text, ...]


def reckon(service: Service, case: Case, pauses: Sequence[tuple[date, date | None]], on: date) -> Reckoned:
    """The clock of a case. A case that is decided has none any more."""
    if case.decided_at is not None:
        return Reckoned(None, False, False, None, ())
    rule = Rule(service.period, service.unit, service.resume)
    start = case.complete_on if service.from_complete else i18n.in_zone(case.filed_at).date()
    start = case.reopened_on or start
    found = deadlines.reckon(rule, start, works=works, today=on, pauses=pauses, extended_by=case.extended_days)
    return _reckoned(found, rule)


def simulate(rule: Rule, start: date, pauses: Sequence[tuple[date, date | None]], extended: int, on: date) -> Reckoned:
    """What the clock of a case with this rule would say on a day; `extended`: days."""
    return _reckoned(
        deadlines.reckon(rule, start, works=works, today=on, pauses=pauses, extended_by=extended), rule
    )  # fmt: skip


def _reckoned(found: Clock, rule: Rule) -> Reckoned:
    return Reckoned(
        found.due, found.paused, found.late, found.days_left, tuple(_said(one, rule) for one in found.moves)
    )


def _said(move: Move, rule: Rule) -> Text:
    """Why the day moved, in a sentence."""
    day = {"on": i18n.day(move.on), "due": i18n.day(move.due)}
    if move.why is Why.BEGINS:
        return _l(
            "The time began on %(on)s: %(period)s, so until %(due)s.",
            period=period(rule.period, rule.unit),
            **day,
        )
    if move.why is Why.PAUSES:
        return _l("Since %(on)s the city waits for an answer. If it came today, the day would be %(due)s.", **day)
    if move.why is Why.PAUSED:
        until = i18n.day(move.until) if move.until is not None else ""
        return _n(
            "From %(on)s to %(until)s the city waited for an answer: %(n)s day more, until %(due)s.",
            "From %(on)s to %(until)s the city waited for an answer: %(n)s days more, until %(due)s.",
            move.days, until=until, **day,
        )  # fmt: skip
    if move.why is Why.RESTARTED:
        until = i18n.day(move.until) if move.until is not None else ""
        return _l(
            "The answer came on %(until)s. With it the time began again, until %(due)s.", until=until, due=day["due"]
        )
    if move.why is Why.EXTENDED:
        return _n(
            "The city took %(n)s day more, until %(due)s.", "The city took %(n)s days more, until %(due)s.", move.days,
            due=day["due"],
        )  # fmt: skip
    return _l("On %(on)s nobody works, so the day is %(due)s.", **day)


def period(number: int, unit: Unit) -> Text:
    """A period in words."""
    words: Mapping[Unit, tuple[str, str]] = PERIODS
    one, many = words[unit]
    return Text(one, many, number, {})


def _periods() -> Mapping[Unit, tuple[str, str]]:
    # the sentences stand here so that they are found by whoever collects them
    made = {
        Unit.DAYS: _n("%(n)s day", "%(n)s days", 1),
        Unit.BUSINESS_DAYS: _n("%(n)s business day", "%(n)s business days", 1),
        Unit.WEEKS: _n("%(n)s week", "%(n)s weeks", 1),
        Unit.MONTHS: _n("%(n)s month", "%(n)s months", 1),
    }
    return {unit: (text.msgid, text.plural or text.msgid) for unit, text in made.items()}


PERIODS = _periods()


def after(days: int) -> date:
    """A working day so many days from today."""
    return deadlines.working(today() + timedelta(days=days), works)


def appeal_end(told: date, days: int) -> date:
    """The last day of an appeal."""
    return deadlines.appeal_end(told, days, works)


def silence_of(service: Service) -> Outcome | None:
    """What silence means by law; None where the city still has to decide."""
    return {Silence.GRANTED: Outcome.GRANTED, Silence.REFUSED: Outcome.REFUSED}.get(service.silence)


def end_of(day: date) -> datetime:
    """The instant at which a day of the city is over (UTC)."""
    zone = i18n.in_zone(clock.now()).tzinfo
    return datetime.combine(day + timedelta(days=1), time(), zone).astimezone(UTC)
