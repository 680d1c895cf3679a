"""Numbers of forms on paper. Pure."""

from __future__ import annotations

SIGNS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
LENGTH = 8


def read(typed: str) -> str:
    """A number as it was printed: capitals, no spaces or dashes; empty where it cannot be one of ours."""
    number = "".join(sign for sign in typed.upper() if sign.isalnum())
    return number if len(number) == LENGTH and all(s in SIGNS for s in number) and _check(number) else ""


def whole(body: str) -> str:
    """A number with its check sign, from its first seven signs."""
    return body + SIGNS[-sum((n + 1) * SIGNS.index(sign) for n, sign in enumerate(body)) % 31]


def _check(number: str) -> bool:
    return whole(number[:-1]) == number


def printed(number: str) -> str:
    """The number in two groups."""
    return f"{number[:4]}-{number[4:]}"
