"""What an e-mail address is here: narrower than the letter of RFC 5321, so that forms, limits and the mail server all
read the same mailbox out of it. No comments, quotes, brackets or signs that nobody sees."""

from __future__ import annotations

import re
import unicodedata

LONGEST, LONGEST_LOCAL = 254, 64
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LOCAL = re.compile(rf"{_ATOM}(?:\.{_ATOM})*")
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_DOMAIN = re.compile(rf"(?:{_LABEL}\.)+(?=[A-Za-z0-9-]*[A-Za-z]){_LABEL}")


def plain(typed: str) -> str | None:
    """The address in its plain form, a domain of another script in the letters that the net uses (IDNA); None where it
    is none. Upper and lower case stay as typed."""
    local, at, domain = typed.strip(" ").rpartition("@")
    if not at or len(local) > LONGEST_LOCAL or not _LOCAL.fullmatch(local):
        return None
    if not domain.isascii():
        try:
            domain = domain.encode("idna").decode("ascii")
        except UnicodeError:
            return None
    whole = f"{local}@{domain}"
    return whole if len(whole) <= LONGEST and _DOMAIN.fullmatch(domain) else None


def can_be_sent_to(address: str) -> bool:
    """Whether a mail server would read this and no other mailbox out of it. Letters of other scripts before the @ may
    come from a sign-in provider; whether the server takes them, it says itself."""
    return plain("".join("x" if not sign.isascii() and _letter(sign) else sign for sign in address)) is not None


def _letter(sign: str) -> bool:
    return unicodedata.category(sign)[0] in "LMN"
