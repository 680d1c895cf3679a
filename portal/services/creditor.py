"""References by which a payment finds its case: structured creditor references (RF). Pure.

Source: ISO 11649:2009: "RF", two check digits, then 1 to 21 letters and digits; check digits by ISO 7064 MOD 97-10 over
the reference, "RF" and the digits, letters as 10 to 35: remainder 1.
"""

from __future__ import annotations

import re

_SHAPE = re.compile(r"RF[0-9]{2}[0-9A-Z]{1,21}")
_BEGINS = re.compile(r"(?<![0-9A-Z])RF ?[0-9]{2}")
_CASE = re.compile(r"(?<![0-9A-Z])(?:20[0-9]{2})[ -]?[0-9A-Z]{5}[ -]?[0-9A-Z]{5}(?![0-9A-Z])")


def _rest(text: str) -> int:
    return int("".join(str(int(sign, 36)) for sign in text[4:] + text[:4])) % 97


def of(number: str) -> str:
    """The creditor reference of a case, from its own reference: the same signs behind RF and check digits.
    Raises ValueError for what cannot stand in one."""
    body = "".join(sign for sign in number.upper() if sign not in "- ")
    if not re.fullmatch(r"[0-9A-Z]{1,21}", body):
        raise ValueError(f"no reference can be made of {number!r}")
    return f"RF{98 - _rest(f'RF00{body}'):02}{body}"


def plain(typed: str) -> str:
    """Without blanks, in capitals; whether it is right is another question."""
    return "".join(typed.split()).upper()


def shaped(text: str) -> bool:
    """Does this have the form of a creditor reference in its plain form, whether or not its check digits fit?"""
    return bool(_SHAPE.fullmatch(text))


def good(text: str) -> bool:
    """Is this a creditor reference in its plain form with the right check digits?"""
    return shaped(text) and _rest(text) == 1


def printed(text: str) -> str:
    """In groups of four, as banks print it."""
    return " ".join(text[place : place + 4] for place in range(0, len(text), 4))


def mentioned(text: str) -> list[str]:
    """Creditor references in a free text, in their order: those whose check digits fit, however they are spaced. Other
    words may follow without a mark between, so every length is tried, the longest first."""
    said = " ".join(text.upper().split())
    found: list[str] = []
    for match in _BEGINS.finditer(said):
        run = re.match(r"RF ?[0-9]{2}(?:(?! RF ?[0-9]{2})[0-9A-Z ])*", said[match.start() :])
        signs = run.group().replace(" ", "")[:25] if run else ""
        fits = [signs[:length] for length in range(len(signs), 4, -1) if good(signs[:length])]
        found += [one for one in fits if one not in found]
    return found


def numbers(text: str) -> list[str]:
    """What looks like the reference of a case in a free text; whether its check signs fit is rules.read_reference's."""
    return [match.group() for match in _CASE.finditer(" ".join(text.upper().split()))]
