"""Whose a payment is: by its reference alone, never by its amount or by a name. Pure.

A structured reference counts first, then one in the free text, then the case's own reference in it. What names two cases,
none, or one that there is not is left to a person.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from portal.services import creditor
from portal.services.rules import read_reference
from portal.services.rules_fees import Stand
from portal.services.statements import Entry


class Fit(enum.StrEnum):
    """How the amount fits what was to be paid."""

    EXACT = "exact"
    PART = "part"
    MORE = "more"  # more than was still to be paid
    AGAIN = "again"  # nothing was to be paid any more: a double payment, most often


@dataclass(frozen=True, slots=True)
class Match:
    """What an entry is. `reference`: of the account that it belongs to; else `why` is a word of rules_fees.WHY, or
    `out` says that money left."""

    reference: str = ""
    why: str = ""
    out: bool = False
    fit: Fit | None = None


def named(entry: Entry) -> tuple[list[str], bool]:
    """The creditor references that an entry may mean, and whether it names some that are mistyped."""
    mistyped = False
    found: list[str] = []
    texts: list[str] = []
    for typed in entry.references:
        plain = creditor.plain(typed)
        if creditor.good(plain):
            found.append(plain)
        elif creditor.shaped(plain):
            mistyped = True  # whole, and wrong: one of its beginnings may fit by chance (1 in 97) and means nothing
        else:
            texts.append(typed)
    if not found:
        texts.append(entry.text)
        found = [one for text in texts for one in creditor.mentioned(text)]
        cases = [read_reference(number) for text in texts for number in creditor.numbers(text)]
        found += [creditor.of(number) for number in cases if number is not None]
        mistyped = mistyped or "RF" in {word[:2] for word in entry.text.upper().split() if word[2:4].isdigit()}
    return list(dict.fromkeys(found)), mistyped


def match(entry: Entry, known: Callable[[str], bool], *, currency: str) -> Match:
    """Whose an entry is. `known`: is there an account with this reference?"""
    if entry.cents <= 0 and not entry.taken_back:
        return Match(out=True)
    if entry.collective:
        return Match(why="collective")
    if entry.cents <= 0:
        return Match(why="taken_back")
    if entry.currency != currency:
        return Match(why="currency")
    meant, mistyped = named(entry)
    fits = [one for one in meant if known(one)]
    if len(fits) > 1:
        return Match(why="several")
    if fits:
        return Match(fits[0])
    return Match(why="unknown" if meant else "mistyped" if mistyped else "none")


def fit(cents: int, open_cents: int) -> Fit:
    """How an amount fits what is still to be paid."""
    if open_cents <= 0:
        return Fit.AGAIN
    if cents == open_cents:
        return Fit.EXACT
    return Fit.PART if cents < open_cents else Fit.MORE


def match_all(entries: Iterable[Entry], stands: Mapping[str, Stand], *, currency: str) -> list[Match]:
    """Every entry with whose it is and how it fits, each as if those before it were booked already."""
    left = {reference: it.owed - it.received for reference, it in stands.items()}
    found: list[Match] = []
    for entry in entries:
        one = match(entry, left.__contains__, currency=currency)
        if one.reference:
            one = Match(one.reference, fit=fit(entry.cents, left[one.reference]))
            left[one.reference] -= entry.cents
        found.append(one)
    return found
