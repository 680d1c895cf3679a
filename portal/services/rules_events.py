"""Life events under which services are found. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from portal.base.i18n import Text, _l

EVENTS: Mapping[str, Text] = {
    "child": _l("A child is born"),
    "moving": _l("I am moving"),
    "building": _l("I am building or rebuilding"),
    "business": _l("I sell or make something"),
    "driving": _l("I have a car"),
    "money": _l("Money is short"),
    "abroad": _l("I need papers for another office or country"),
}
