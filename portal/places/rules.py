"""Pure questions about places."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple, Protocol

from portal.base.i18n import Text, _l
from portal.base.verdict import YES, Verdict, no

CODE = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
# words that mean something else where a district's code could stand
TAKEN = frozenset({"no", "city", "all", "any", "none", "new"})


def may_use_code(code: str, used: Iterable[str], taken: Text | None = None) -> Verdict:
    """May a new district (or department, whose sentence is `taken`) have this code?"""
    if not CODE.fullmatch(code) or len(code) > 40 or code in TAKEN:
        return no(_l("Use small letters, digits and hyphens for the code, such as old-harbour."))
    if code in set(used):
        return no(taken or _l("Another district has this code."))
    return YES


class Spot(NamedTuple):
    """A place on the city plan, each part from 0 to 1 from the upper left corner."""

    x: float
    y: float


class Placed(Protocol):
    """Something that may lie on the plan."""

    @property
    def x(self) -> float | None: ...
    @property
    def y(self) -> float | None: ...


def spot_of(thing: Placed) -> Spot | None:
    """Where something lies, if anywhere."""
    return None if thing.x is None or thing.y is None else Spot(thing.x, thing.y)


def clicked(form: Mapping[str, str], name: str, width: int, height: int) -> Spot | Verdict | None:
    """What an `<input type=image>` of this name and size (CSS pixels) sent: None when it was not pressed, a no when it
    was pressed without a pointer. A keyboard, a switch or a voice presses such a button at 0, 0, and so does nobody
    who aims with a mouse at something on the plan: that corner is never taken for an answer."""
    raw_x, raw_y = form.get(f"{name}.x"), form.get(f"{name}.y")
    if raw_x is None or raw_y is None:
        return None
    if not (raw_x.isascii() and raw_y.isascii() and raw_x.isdecimal() and raw_y.isdecimal()):
        return no(_l("The plan was not pressed with a pointer. Choose from the list instead, or enter the numbers."))
    x, y = int(raw_x[:6]), int(raw_y[:6])
    if (x, y) == (0, 0) or x > width or y > height:
        return no(_l("The plan was not pressed with a pointer. Choose from the list instead, or enter the numbers."))
    return Spot(round(x / width, 4), round(y / height, 4))
