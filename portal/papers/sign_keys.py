"""Where the city's key is: in a file, or in a token."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from portal.config import Settings
from portal.papers import sign, sign_token
from portal.papers.sign import Key, NoKey


@contextmanager
def opened(settings: Settings, now: datetime, *, insist: bool = False) -> Iterator[Key]:
    """The key, for as long as the block lasts. `insist`: also with a PIN that its token refused before. Raises NoKey."""
    if settings.papers.pkcs11.module:
        with sign_token.opened(settings, now, insist=insist) as key:
            yield key
    else:
        yield sign.load(settings, now)


def named(settings: Settings) -> bool:
    """Has an operator named a key? The demo has its own without."""
    return bool(settings.papers.pkcs11.module) or sign.file_of(settings) is not None


def lacks(settings: Settings, now: datetime) -> str:
    """What keeps the city's key from signing, as one line for operators; empty when it can."""
    if settings.papers.pkcs11.module:
        return sign_token.lacks(settings, now)
    try:
        sign.load(settings, now)
    except NoKey as error:
        return str(error)
    return ""
