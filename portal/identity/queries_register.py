"""What other features ask the register of residents: who somebody on a paper is. Never asked under the write lock."""

from __future__ import annotations

import structlog

from portal.base.ground import settings
from portal.base.i18n import _l
from portal.base.verdict import Verdict, no
from portal.identity import register, rules, rules_ways

log = structlog.get_logger()
UNKNOWN = no(_l("The register knows nobody with this number and date of birth. Look at the paper again."))


def asks() -> bool:
    """Has this city a register that can be asked?"""
    return register.of(settings()) is not None


def ask(number: str, birth: rules.Birth) -> rules.Claimed | Verdict:
    """What the register says of the resident with this number who was born on this day; a no with a sentence where it
    knows none, or does not answer. One answer for a wrong number and for a wrong day. Other servers may be asked: no
    transaction waits for it."""
    reg, plain = register.of(settings()), rules_ways.read_number(number)
    if reg is None or plain is None:
        return UNKNOWN
    try:
        found = reg.find(plain)
    except register.RegisterError as error:
        log.error("register_down", why=str(error))
        return error.verdict
    if found is None or (found.birth is not None and found.birth.latest() != birth.latest()):
        return UNKNOWN
    claimed = found.claimed()
    return (
        claimed
        if claimed.birth is not None
        else rules.Claimed(claimed.name, birth, claimed.residence, claimed.resident)
    )
