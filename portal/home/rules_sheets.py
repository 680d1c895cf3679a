"""Forms on paper and their numbers. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from portal.base.feature import Feature, Sheet

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


def offered(features: Iterable[Feature]) -> list[Sheet]:
    """Every form that exists on paper, in the order of the features that are on."""
    return [one for feature in features for one in feature.sheets]


def found(features: Iterable[Feature], name: str) -> Sheet | None:
    """The form with this name."""
    return next((one for one in offered(features) if one.name == name), None)
