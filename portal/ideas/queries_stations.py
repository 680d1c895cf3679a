"""Where ideas are that have left this wing for a ballot."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy.orm import Session

from portal.base import ground
from portal.base.i18n import Text
from portal.ideas.models import IdeaState


def stations(s: Session, ideas: Iterable[tuple[int, Any]]) -> dict[int, Text]:
    """Of ideas, given with their state, those on a ballot: how far they have come there and after it. No select where
    there is none of them; otherwise as many as the wings need that know."""
    away = [number for number, state in ideas if state == IdeaState.ON_BALLOT]
    found: dict[int, Text] = {}
    for feature in ground.current().features if away else ():
        if feature.stations is not None:
            found |= feature.stations(s, "idea", away)
    return found
