"""What the innovation track keeps about people."""

from __future__ import annotations

from portal.base import personal
from portal.base.feature import Fate, Record
from portal.base.i18n import _l

_WORK = _l("So that it can be checked who decided what, and on which ground")
_ACT = _l("An official act. It holds a number that leads to no name once the account is erased.")
_LONG = _l("As long as the proposal is public")

PERSONAL = [
    Record(
        "innovation_proposal",
        _l("Your proposals of what the city could try"),
        _l("To try out what could make the city’s work better, and to tell you what becomes of it"),
        personal.TASK,
        _LONG,
        Fate.ANONYMOUS,
        person=("proposer_id",),
        by=("helped_by_id", "decided_by_id", "coach_id"),
        blank={"named": False},
        reason=_l(
            "Others decided and worked on it, so the words stay without your name. If they tell who you are, report them "
            "and a moderator takes that out."
        ),
        who=_l(
            "Everybody reads the proposal. Who proposed it: the staff of the innovation track, and everybody if you chose so"
        ),
        kind="innovation_proposal",
    ),
    Record(
        "innovation_list",
        _l("Who changed the screening list"),
        _WORK,
        personal.TASK,
        _LONG,
        Fate.KEPT,
        person=(),
        by=("by_id",),
        reason=_ACT,
        who=personal.OWN_STAFF,
        since="at",
    ),
    Record(
        "innovation_screening",
        _l("Who screened which proposal"),
        _WORK,
        personal.TASK,
        _LONG,
        Fate.KEPT,
        person=(),
        by=("by_id",),
        reason=_ACT,
        who=personal.OWN_STAFF,
        since="at",
    ),
    Record(
        "innovation_pilot",
        _l("Who published the outcome of a pilot"),
        _WORK,
        personal.TASK,
        _LONG,
        Fate.KEPT,
        person=(),
        by=("outcome_by_id",),
        reason=_ACT,
        who=personal.OWN_STAFF,
        since="outcome_at",
    ),
    Record(
        "innovation_check_in",
        _l("Who entered what a pilot measured"),
        _WORK,
        personal.TASK,
        _LONG,
        Fate.KEPT,
        person=(),
        by=("by_id",),
        reason=_ACT,
        who=personal.OWN_STAFF,
        since="at",
    ),
    Record(
        "innovation_fund_entry",
        _l("Who granted money from a fund"),
        _WORK,
        personal.LAW,
        _l("10 years, as all accounts of the city"),
        Fate.KEPT,
        person=(),
        by=("by_id",),
        reason=_ACT,
        who=personal.OWN_STAFF,
        since="at",
    ),
]
