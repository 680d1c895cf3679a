"""What moderation keeps about people, and what it sorts by itself."""

from __future__ import annotations

from portal.base import personal
from portal.base.feature import Fate, Machine, Record
from portal.base.i18n import _l

_ORDER = _l("To keep debates fair, and to show that each decision was reasoned")
_DUTY = _l("A duty by law (GDPR, article 6(1)(c); Regulation (EU) 2022/2065, articles 16 to 20)")
_MODERATORS = _l("You, and the moderators")
_COUNTED = _l("What was decided must stay countable; who it was about is deleted.")


PERSONAL = [
    Record(
        "content_report",
        _l("Your reports of texts"),
        _ORDER,
        _DUTY,
        _l("2 years"),
        Fate.ANONYMOUS,
        blank={"words": ""},
        reason=_COUNTED,
        who=_MODERATORS,
        days=730,
        since="at",
    ),
    Record(
        "flagged",
        _l("The moderators’ queue: who is at work on what"),
        _ORDER,
        _DUTY,
        _l("As long as what was decided"),
        Fate.KEPT,
        person=(),
        by=("claimed_by_id",),
        reason=_l("An official act. It holds a number that leads to no name once the account is erased."),
        who=_MODERATORS,
        since="first_at",
    ),
    Record(
        "moderation_decision",
        _l("Decisions about what you wrote"),
        _ORDER,
        _DUTY,
        _l("3 years"),
        Fate.ANONYMOUS,
        person=("author_id",),
        by=("by_id",),
        blank={"texts_before": None, "facts": "", "title": ""},
        reason=_COUNTED,
        who=_MODERATORS,
        days=1095,
        since="at",
    ),
    Record(
        "moderation_appeal",
        _l("Your appeals against decisions of moderators"),
        _ORDER,
        _DUTY,
        _l("3 years"),
        Fate.ANONYMOUS,
        person=("by_id",),
        by=("decided_by_id",),
        blank={"words": "", "reasons": ""},
        reason=_COUNTED,
        who=_MODERATORS,
        days=1095,
        since="at",
    ),
    Record(
        "suspension",
        _l("Times in which you could not write"),
        _ORDER,
        personal.TASK,
        _l("1 year"),
        Fate.DELETED,
        who=_MODERATORS,
        days=365,
        since="until",
    ),
]

MACHINES = [
    Machine(
        "held",
        _l("Texts that wait for a moderator"),
        _l("Some texts are set aside until a moderator has looked: nothing is refused, nobody is shut out."),
        _l(
            "Set aside are links of accounts younger than some days, forms sent within three seconds or with a box filled "
            "in that nobody sees, and very many texts of one person or place within an hour."
        ),
        _l("A moderator looks at each of them, by the time that you are told."),
    ),
    Machine(
        "likeness",
        _l("Order of the moderators’ queue"),
        _l("The queue can be sorted by how much a text resembles advertising. It decides nothing."),
        _l(
            "A program on the city’s own machine compares the words with texts that moderators hid as advertising or let "
            "pass. It keeps fingerprints of words, not texts."
        ),
        _l("A moderator decides on every text, whatever its place; against the decision you can appeal."),
    ),
]
