"""Pure questions about places."""

from __future__ import annotations

import re
from collections.abc import Iterable

from portal.base.i18n import _l
from portal.base.verdict import YES, Verdict, no

CODE = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
# words that mean something else where a district's code could stand
TAKEN = frozenset({"no", "city", "all", "any", "none", "new"})


def may_use_code(code: str, used: Iterable[str]) -> Verdict:
    """May a new district have this code?"""
    if not CODE.fullmatch(code) or len(code) > 40 or code in TAKEN:
        return no(_l("Use small letters, digits and hyphens for the code, such as old-harbour."))
    if code in set(used):
        return no(_l("Another district has this code."))
    return YES
