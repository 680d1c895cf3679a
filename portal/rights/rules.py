"""What the law says about days, and who may do what. Pure."""

from __future__ import annotations

import calendar
from datetime import date, datetime, timedelta

from portal.base.i18n import Text, _l
from portal.base.verdict import YES, Verdict, no
from portal.rights.models import Outcome, Wish

EXPORT_LASTS = timedelta(days=7)
BREACH_HOURS = timedelta(hours=72)  # GDPR, article 33(1)
MONTHS_TO_ANSWER = 1  # GDPR, article 12(3)
MONTHS_MORE = 2  # the same: where requests are many or hard, with reasons given within the first month
UNUSED = timedelta(days=730)
NOTICE = timedelta(days=30)
SOON = timedelta(days=7)

WISHES: dict[Wish, Text] = {
    Wish.QUESTION: _l("Question about a look at your data"),
    Wish.ACCESS: _l("Copy of your data"),
    Wish.CORRECTION: _l("Correction of your data"),
    Wish.RESTRICTION: _l("Restriction of the use of your data"),
    Wish.OBJECTION: _l("Objection to the use of your data"),
}
OUTCOMES: dict[Outcome, Text] = {
    Outcome.DONE: _l("Done as asked"),
    Outcome.PARTLY: _l("Done in part"),
    Outcome.REFUSED: _l("Refused"),
}


def may_ask_on_paper(*, account: bool, giver: str, reach: str) -> Verdict:
    """May a request on paper be taken in? Somebody must be answered: an account, or a name with an address."""
    if account or (giver.strip() and reach.strip()):
        return YES
    return no(_l("Enter the person’s account, or the name and the address for the answer."))


def months_later(day: date, months: int) -> date:
    """The day on which a period of months ends: the day with the same number, or the last of a shorter month
    (Regulation (EEC, Euratom) 1182/71, article 3(2)(c))."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def due_on(received: date) -> date:
    """By when a request must be answered."""
    return months_later(received, MONTHS_TO_ANSWER)


def longest(received: date) -> date:
    """By when it must be answered where the period was extended."""
    return months_later(received, MONTHS_TO_ANSWER + MONTHS_MORE)


def may_extend(*, answered: bool, extended: bool, received: date, today: date) -> Verdict:
    """May the period be extended? Once, and only within its first month."""
    if answered:
        return no(_l("This request has been answered already."))
    if extended:
        return no(_l("The period was extended already. The law allows it once."))
    if today > due_on(received):
        return no(_l("The first month is over. The law wants the person to be told within it."))
    return YES


def may_erase(*, held: bool, roles: bool) -> Verdict:
    """May an account be erased now?"""
    if held:
        return no(
            _l(
                "A legal hold stands on your data: they are evidence in a proceeding, and nothing is erased until it ends."
            ),
            _l("Ask the data protection officer."),
        )
    if roles:
        return no(
            _l("Your account has staff roles."),
            _l("Ask an administrator to take them away first, so that the city’s work goes on."),
        )
    return YES


def is_typed(typed: str, word: str) -> bool:
    """Was the word of confirmation typed? Case and spaces around it do not count."""
    return typed.strip().casefold() == word.strip().casefold()


def export_is_there(made_at: datetime | None, now: datetime) -> bool:
    """Can an export still be fetched?"""
    return made_at is not None and now < made_at + EXPORT_LASTS


def authority_by(discovered_at: datetime) -> datetime:
    """By when the supervisory authority must be told of a breach."""
    return discovered_at + BREACH_HOURS


def may_close_breach(*, told_authority: bool, why_not: str) -> Verdict:
    """May a breach be closed? Only when the authority was told, or when it is written why not (GDPR, article 33(1))."""
    if told_authority or why_not.strip():
        return YES
    return no(_l("Enter when the authority was told, or why it need not be."))


def is_unused(seen_on: date, today: date) -> bool:
    """Was the account left unused so long that its person is given notice?"""
    return today - seen_on >= UNUSED - NOTICE


def notice_is_over(warned_at: datetime | None, now: datetime) -> bool:
    """Have the days of the notice passed?"""
    return warned_at is not None and now >= warned_at + NOTICE
