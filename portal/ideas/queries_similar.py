"""Ideas that are like the one that somebody is typing."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session

from portal.base import i18n, search
from portal.base.normal import normalise
from portal.ideas import rules_similar
from portal.ideas.models import Call, Idea, IdeaState

MOST = 5


@dataclass(frozen=True, slots=True)
class Alike:
    """An idea that may be the same, in its own language."""

    id: int
    number: int
    title: str
    lang: str
    lead: str
    supports: int

    @property
    def dir(self) -> str:
        """Writing direction of the words."""
        return i18n.direction(self.lang)


_I = Idea.__table__.c
_CARDS = select(_I.id, _I.number, _I.title, _I.language, _I.lead, _I.supports).where(
    _I.id.in_(bindparam("ids", expanding=True)),
    _I.call_id == bindparam("call"),
    _I.listed.is_(True),
    or_(_I.state != IdeaState.NOT_FEASIBLE, _I.supports > 0),
)


def alike(s: Session, call: Call, title: str, *, but: int | None = None, most: int = MOST) -> list[Alike]:
    """The ideas of this call that are most like a title, in whatever language they are written: two selects, none for a
    title without a word. `but`: the idea itself."""
    wanted = rules_similar.stems(title[:200])
    held = search.holding_any(s, "idea", wanted)
    if not held:
        return []
    bodies = dict(held)
    rows = {row.id: row for row in s.execute(_CARDS, {"ids": list(bodies), "call": call.id}) if row.id != but}
    order = rules_similar.ranked(wanted, [(n, normalise(row.title), bodies[n]) for n, row in rows.items()], most)
    return [Alike(n, rows[n].number, rows[n].title, rows[n].language, rows[n].lead, rows[n].supports) for n in order]
