"""Questions about the other ways in: codes, checks against the register, letters, counters, mandates. Pure."""

from __future__ import annotations

import enum
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime, timedelta

from portal.base.i18n import Text, _l
from portal.base.verdict import YES, Verdict, no

EMAIL = "email"  # issuer of identities by e-mail
REGISTER, LETTER, COUNTER = "register", "letter", "counter"  # where a fact comes from, from weak to strong
OWN_WAYS = (REGISTER, LETTER, COUNTER)
# what a session with a code on paper was begun with: a letter, a slip that one clerk gave, one that two gave
LETTER_CODE, SLIP_ONE, SLIP_TWO = "letter", "slip", "slip-two"
CODE = "code"  # issuer of voters with a code on paper
VOTE = "vote"  # the scope of their sessions

MAIL_CODE = timedelta(minutes=10)
MAIL_TRIES = 5  # of one code
MAIL_PER_BROWSER, MAIL_PER_ADDRESS, MAIL_PER_ORIGIN = 5, 15, 400  # codes asked for in a quarter of an hour
MAIL_PER_COOKIE = 15  # for all addresses together, by one browser
MAIL_LONG = 6  # an address for which so many were asked gets long codes: somebody else may be asking
SUSPICIOUS = 10  # wrong codes for one address in a day: from then on its codes are long instead of it being locked
DESK_CODE = timedelta(minutes=10)
CHECKS_PER_PERSON, CHECKS_PER_NUMBER, CHECKS_PER_ORIGIN = 5, 5, 200  # wrong tries: a day, a day, a quarter of an hour
PAPER_TRIES, PAPER_PER_ORIGIN = 20, 400  # wrong paper codes in a quarter of an hour
LETTERS_PER_NUMBER = 3  # in thirty days
RESUME = timedelta(hours=24)  # a code on paper can be typed again for so long after it was first used
VOTE_IDLE, VOTE_LONGEST = timedelta(minutes=20), timedelta(hours=2)
SLIP = timedelta(days=14)
SECOND = timedelta(hours=1)  # so long a slip waits for the second clerk
LONGEST_MANDATE = timedelta(days=3 * 366)


class Strength(enum.Enum):
    """How surely an account is known to be a resident."""

    WEAK = "weak"  # by what anybody might know
    ALONE = "alone"  # by a document that one clerk alone looked at
    SURE = "sure"  # by a provider, a letter, or two clerks


WAY_NAMES: dict[str, Text] = {
    EMAIL: _l("E-mail"),
    REGISTER: _l("Your check in the register of residents"),
    LETTER: _l("The code in a letter to your address"),
    COUNTER: _l("A counter of the city"),
    CODE: _l("A code on paper"),
}
DOCUMENTS: Mapping[str, Text] = {
    "id_card": _l("Identity card"),
    "passport": _l("Passport"),
    "residence_permit": _l("Residence permit"),
    "driving_licence": _l("Driving licence"),
    "power_of_attorney": _l("Power of attorney"),
    "court_order": _l("Decision of a court"),
    "birth_certificate": _l("Birth certificate"),
    "extract": _l("Extract from a register of firms or associations"),
}
MANDATE_DOCUMENTS = ("power_of_attorney", "court_order", "birth_certificate", "extract")
RELATIONS: Mapping[str, Text] = {
    "relative": _l("A relative or friend"),
    "guardian": _l("Somebody whose guardian I am"),
    "firm": _l("A firm"),
    "association": _l("An association"),
}
SCOPES: Mapping[str, Text] = {
    "all": _l("Everything but voting"),
    "cases": _l("Applications and cases"),
    "bookings": _l("Bookings"),
    "ideas": _l("Ideas and comments"),
}


def shown_name(name: str, public_name: str) -> str:
    """What public pages show: the chosen name, else the first name and the first letter of the last. A full legal name
    is never shown unasked."""
    if public_name:
        return public_name
    words = name.split()
    return f"{words[0]} {words[-1][0]}." if len(words) > 1 else name


def read_name(typed: str) -> str:
    """A typed name as it is stored: composed letters, no odd widths, one space between words."""
    return " ".join(unicodedata.normalize("NFKC", typed).split())


def _words(name: str) -> tuple[str, ...]:
    """The words of a name as they are compared: without case, accents and signs."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", name).casefold())
    kept = "".join(c if c.isalnum() else " " for c in plain if not unicodedata.combining(c))
    return tuple(kept.split())


def _one_script(word: str) -> bool:
    """Do the letters of a word come from one script? Latin, Greek and Cyrillic have letters that look the same."""
    scripts = {unicodedata.name(c, "").split(" ")[0] for c in word if c.isalpha()}
    return len(scripts & {"LATIN", "GREEK", "CYRILLIC"}) < 2


def may_be_shown(name: str, *, offices: Iterable[str], staff: Iterable[str]) -> Verdict:
    """May somebody call themselves this in public? Not by the name of an office or of the city, which stand anywhere in
    it as whole words, and not as somebody else of the staff is called."""
    words = _words(name)
    if any(unicodedata.category(c)[0] == "C" for c in name) or not all(_one_script(one) for one in name.split()):
        return no(
            _l("This name has characters in it that other people cannot see, or letters of two scripts in one word.")
        )
    for office in offices:
        taken = _words(office)
        if taken and any(words[at : at + len(taken)] == taken for at in range(len(words))):
            return no(_l("This name sounds like the city or one of its offices. Choose another one."))
    if words and any(words == _words(one) for one in staff):
        return no(_l("Somebody who works for the city has this name. Choose another one."))
    return YES


def folded_address(address: str) -> str:
    """An e-mail address as it is compared."""
    return "".join(address.split()).casefold()


def code_is_good(*, used_at: datetime | None, expires_at: datetime, tries: int, now: datetime) -> Verdict:
    """May this mailed code still be tried?"""
    if used_at is not None or now >= expires_at:
        return no(_l("This code is over. Ask for a new one."))
    if tries >= MAIL_TRIES:
        return no(_l("This code was typed wrong too often. Ask for a new one."))
    return YES


def may_prove(
    *, way: str, own: str | None, wanted: str, holder: int | None, holder_way: str | None, person: int
) -> Verdict:
    """May this account be joined with this resident? `own`: keyed index of the number that the account has already;
    `wanted`: of the number now proved; `holder`: the account that the number belongs to, proved by `holder_way`.

    One resident has one account, and an account never changes its resident: otherwise one account could enter a roll
    twice. Who proves as strongly as the holder did (letter or counter) takes the number along; what anybody might know
    never takes it from another account.
    """
    if own is not None and own != wanted:
        return no(_l("This account belongs to another resident already."), _l("Ask at a counter of the city."))
    if holder is None or holder == person:
        return YES
    order = OWN_WAYS
    if way != REGISTER and (holder_way not in order or order.index(way) >= order.index(str(holder_way))):
        return YES
    return no(
        _l("Another account was joined with this resident before."),
        _l("Sign in with that account, or bring a document to a counter of the city."),
    )


def may_have_letter(*, sent: int, waiting: bool) -> Verdict:
    """May another letter go to this resident? `sent`: letters of the last thirty days."""
    if waiting:
        return no(_l("A letter for this resident is on its way already."))
    if sent >= LETTERS_PER_NUMBER:
        return no(_l("Too many letters were sent to this resident in the last thirty days."))
    return YES


def paper_code_is_good(*, expires_at: datetime | None, used_at: datetime | None, now: datetime) -> Verdict:
    """May a code on paper be used: printed, not too old, and not spent more than a day ago?"""
    if expires_at is None or now >= expires_at or (used_at is not None and now >= used_at + RESUME):
        return no(_l("This code is over."), _l("Ask for a new letter, or go to a counter of the city."))
    return YES


def strength(told: Iterable[tuple[str, str]]) -> Strength | None:
    """How sure is it, by the origins of what names the resident and their levels? The strongest counts; None where
    nothing names one."""
    kinds = set(told)
    if any(source not in (REGISTER, COUNTER) or (source == COUNTER and level == SLIP_TWO) for source, level in kinds):
        return Strength.SURE
    if any(source == COUNTER for source, _level in kinds):
        return Strength.ALONE
    return Strength.WEAK if kinds else None


def read_number(typed: str) -> str | None:
    """A number as a counter types it: letters A to Z and digits; spaces and dashes do not count. None where another
    sign stands in it: letters of other scripts that look alike would name a second resident."""
    kept = []
    for sign in unicodedata.normalize("NFKC", typed):
        if sign.isspace() or unicodedata.category(sign) in ("Pd", "Cf"):
            continue
        if sign.isdecimal():
            kept.append(str(unicodedata.decimal(sign)))
        elif sign.isascii() and sign.isalpha():
            kept.append(sign)
        else:
            return None
    return "".join(kept) or None


def slip_needs_second(*, register: bool, used: bool) -> bool:
    """Does a code for the counter need a second clerk? Where no register says who exists, and where the code can
    replace a ballot: one clerk alone could otherwise make up residents, or vote in their place."""
    return used or not register


def proof_needs_second(*, register: bool, one: bool, used: bool) -> bool:
    """Does a proof at a counter need a second clerk before it joins an account with a resident? As for a code: where no
    register says who exists (unless the city settled on one clerk), and where the resident's entry has voted already
    and the account is not yet theirs."""
    return used or not (register or one)


def may_confirm_proof(*, first: int, confirming: int | None, document: str, seen: str) -> Verdict:
    """May this clerk be the second for a proof? Never the first; and both have seen the same document."""
    if confirming is None or first == confirming:
        return no(_l("You noted this proof yourself. A colleague confirms it."))
    if document != seen:
        return no(_l("Your colleague has seen another kind of document. Look at it together and begin again."))
    return YES


def may_give_slip(*, given: int, most: int) -> Verdict:
    """May this clerk give one more code? `given`: those of the last hour, first or second."""
    if given >= most:
        return no(_l("You have given out as many codes as one clerk may in an hour."), _l("Ask a colleague."))
    return YES


def may_confirm_slip(*, first: int | None, confirming: int | None, document: str, seen: str) -> Verdict:
    """May this clerk be the second? Never the first; and both have seen the same document."""
    if confirming is None or first == confirming:
        return no(_l("You asked for this code yourself. A colleague confirms it."))
    if document != seen:
        return no(_l("Your colleague has seen another kind of document. Look at it together and begin again."))
    return YES


def mandate_holds(
    *,
    confirmed_at: datetime | None,
    revoked_at: datetime | None,
    from_day: date,
    until_day: date,
    today: date,
) -> bool:
    """Is a mandate in force on this day, both days included?"""
    return confirmed_at is not None and revoked_at is None and from_day <= today <= until_day


def may_ask_mandate(*, from_day: date, until_day: date, today: date) -> Verdict:
    """Are these days fit for a mandate?"""
    if until_day < from_day or until_day < today:
        return no(_l("The last day has to be after the first, and not in the past."))
    if until_day - from_day > LONGEST_MANDATE:
        return no(_l("A mandate holds for at most three years."))
    return YES


def may_confirm_mandate(
    *, agent: int, confirming: int | None, staff: bool, document: str, confirmed: bool, revoked: bool
) -> Verdict:
    """May this person confirm a request? The one who is acted for, or a counter that saw a document; never the one who
    asked."""
    if revoked:
        return no(_l("This request was withdrawn."))
    if confirmed:
        return no(_l("This mandate is confirmed already."))
    if confirming is None or confirming == agent:
        return no(_l("Nobody confirms a mandate for themselves."))
    if staff and document not in MANDATE_DOCUMENTS:
        return no(_l("Choose the kind of document that you have seen."))
    return YES


def may_act(scope: str, wanted: str) -> bool:
    """Does a mandate of this scope cover an act of the wanted kind? Never a ballot."""
    return wanted != "vote" and scope in ("all", wanted)


def fits(value: str, allowed: Collection[str]) -> bool:
    """Is this one of the allowed words?"""
    return value in allowed
