"""What the check of ideas keeps about people."""

from portal.base import personal
from portal.base.feature import Fate, Record
from portal.base.i18n import _l

_ACT = _l("An official act. It holds a number that leads to no name once the account is erased.")
_WHY = _l("To show how the city came to what it says about an idea")
_KEPT = _l("As long as the idea")

PERSONAL = [
    Record(
        "idea_assignment",
        _l("Which officer had an idea to value"),
        _WHY,
        personal.TASK,
        _KEPT,
        Fate.KEPT,
        person=(),
        by=("officer_id", "given_by_id"),
        reason=_ACT,
        who=personal.OWN_STAFF,
        since="given_at",
    ),
    Record(
        "idea_valuation",
        _l("Which officer valued an idea"),
        _WHY,
        personal.TASK,
        _KEPT,
        Fate.KEPT,
        person=(),
        by=("by_id",),
        reason=_ACT,
        who=personal.OWN_STAFF,
        since="written_at",
    ),
    Record(
        "idea_note",
        _l("Notes of officers on ideas"),
        _WHY,
        personal.TASK,
        _KEPT,
        Fate.KEPT,
        person=(),
        by=("by_id",),
        reason=_ACT,
        who=personal.OWN_STAFF,
        since="at",
    ),
    Record(
        "idea_objection",
        _l("Your objections to what was decided about your ideas"),
        _l("So that somebody else decides on them"),
        personal.TASK,
        _KEPT,
        Fate.ANONYMOUS,
        person=("by_id",),
        by=("decided_by_id",),
        blank={"words": ""},
        reason=_l("That there was an objection, and the decision on it, stay public; who made it does not."),
        who=personal.OWN_STAFF,
        since="at",
    ),
    Record(
        "short_list",
        _l("Which officer froze a short list"),
        _WHY,
        personal.TASK,
        _KEPT,
        Fate.KEPT,
        person=(),
        by=("by_id",),
        reason=_ACT,
        who=personal.OWN_STAFF,
        since="frozen_at",
    ),
    Record(
        "short_list_pick",
        _l("Which officer entered what the council picked"),
        _WHY,
        personal.TASK,
        _KEPT,
        Fate.KEPT,
        person=(),
        by=("by_id", "removed_by_id"),
        reason=_ACT,
        who=personal.OWN_STAFF,
        since="at",
    ),
]
