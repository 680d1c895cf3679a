"""What the audit record, the access log and the ledger of consents keep about people."""

from __future__ import annotations

from portal.base import personal
from portal.base.feature import Fate, Record
from portal.base.i18n import _l

PERSONAL = [
    Record(
        "audit_entry",
        _l("Audit record"),
        _l("So that every change can be traced to who made it"),
        personal.LAW,
        _l("As long as the portal runs"),
        Fate.KEPT,
        person=("person_id", "helped_by", "deputy_for"),
        who=personal.AUDITORS,
        reason=_l(
            "The record proves what happened. It holds a number that leads to no name once the account is erased."
        ),
        since="at",
    ),
    Record(
        "look",
        _l("Access log"),
        _l("So that you can see who looked at your data, and why"),
        personal.LAW,
        _l("2 years"),
        Fate.ANONYMOUS,
        by=("actor_id",),
        hidden=("session_id",),
        blank={"object_id": "", "words": ""},
        reason=_l("That staff looked at somebody’s data must stay open to control; at whose is forgotten."),
        who=personal.OFFICER,
        days=730,
        since="at",
    ),
    Record(
        "consent",
        _l("Your consents"),
        _l("To prove what you agreed to, and when"),
        personal.LAW,
        _l("3 years"),
        Fate.KEPT,
        by=("helped_by",),
        reason=_l("The city must be able to prove a consent (GDPR, article 7(1))."),
        who=personal.OFFICER,
        days=1100,
        since="at",
    ),
]
