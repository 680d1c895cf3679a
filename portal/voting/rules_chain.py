"""What the entries of a vote's chain are called. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from portal.base.i18n import Text, _l

KINDS: Mapping[str, Text] = {
    "open": _l("Opening"),
    "day": _l("Entry of the day"),
    "close": _l("Close"),
    "late": _l("After the close"),
    "restored": _l("After a restore"),
    "count": _l("Count"),
}
