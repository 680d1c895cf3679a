"""Bank account numbers (IBAN): shape, length of the country and check digits.

Source: ISO 13616-1:2020 with the register that SWIFT keeps for it (release 99), lengths of countries; check digits by
ISO 7064 MOD 97-10: first four signs to the end, letters as 10 to 35, remainder 1.
"""

from __future__ import annotations

import re

from portal.base.i18n import _l
from portal.base.verdict import YES, Verdict, no

LENGTHS = {
    "AD": 24, "AE": 23, "AL": 28, "AT": 20, "AZ": 28, "BA": 20, "BE": 16, "BG": 22, "BH": 22, "BI": 27, "BR": 29, "BY": 28,
    "CH": 21, "CR": 22, "CY": 28, "CZ": 24, "DE": 22, "DJ": 27, "DK": 18, "DO": 28, "EE": 20, "EG": 29, "ES": 24, "FI": 18,
    "FK": 18, "FO": 18, "FR": 27, "GB": 22, "GE": 22, "GI": 23, "GL": 18, "GR": 27, "GT": 28, "HN": 28, "HR": 21, "HU": 28,
    "IE": 22, "IL": 23, "IQ": 23, "IS": 26, "IT": 27, "JO": 30, "KW": 30, "KZ": 20, "LB": 28, "LC": 32, "LI": 21, "LT": 20,
    "LU": 20, "LV": 21, "LY": 25, "MC": 27, "MD": 24, "ME": 22, "MK": 19, "MN": 20, "MR": 27, "MT": 31, "MU": 30, "NI": 28,
    "NL": 18, "NO": 15, "OM": 23, "PK": 24, "PL": 28, "PS": 29, "PT": 25, "QA": 29, "RO": 24, "RS": 22, "RU": 33, "SA": 24,
    "SC": 31, "SD": 18, "SE": 24, "SI": 19, "SK": 24, "SM": 27, "SO": 23, "ST": 25, "SV": 28, "TL": 23, "TN": 24, "TR": 26,
    "UA": 29, "VA": 22, "VG": 24, "XK": 20, "YE": 30,
}  # fmt: skip
_SHAPE = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")


def plain(typed: str) -> str:
    """Without blanks and hyphens, in capitals; whether it is right is another question."""
    return "".join(c for c in typed if not c.isspace() and c not in "-\u2011\u2013").upper()


def check(text: str) -> Verdict:
    """Yes for an account number in its plain form that can exist; else what is wrong with it."""
    if not _SHAPE.fullmatch(text):
        return no(_l("Enter an account number (IBAN), such as DE89 3704 0044 0532 0130 00."))
    length = LENGTHS.get(text[:2])
    if length is None:
        return no(_l("No country's account numbers begin with %(letters)s.", letters=text[:2]))
    if len(text) != length:
        return no(
            _l("An account number that begins with %(letters)s has %(length)s signs, not %(found)s.",
               letters=text[:2], length=length, found=len(text))
        )  # fmt: skip
    if int("".join(str(int(sign, 36)) for sign in text[4:] + text[:4])) % 97 != 1:
        return no(_l("The account number has a mistake: its check digits do not fit. Compare it with your bank card."))
    return YES


def printed(text: str) -> str:
    """In groups of four, as banks print it."""
    return " ".join(text[place : place + 4] for place in range(0, len(text), 4))
