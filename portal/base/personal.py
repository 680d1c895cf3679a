"""What the manifests say about people's data: found by table, and the words that several of them share."""

from __future__ import annotations

from portal.base import ground
from portal.base.feature import Consent, Machine, Record
from portal.base.i18n import _l

# Bases in law, said the same everywhere. Source: Regulation (EU) 2016/679 (GDPR), article 6(1).
TASK = _l("A public task of the city (GDPR, article 6(1)(e))")
LAW = _l("A duty by law (GDPR, article 6(1)(c))")
CONSENT = _l("Your consent, which you can withdraw (GDPR, article 6(1)(a))")

SELF = _l("You alone, and the portal itself")
OWN_STAFF = _l("You, and the staff whose work it is")
ADMINISTRATORS = _l("You, and administrators of the portal")
AUDITORS = _l("Auditors and administrators")
EVERYBODY = _l("Everybody")
OFFICER = _l("You, and the data protection officer")
NOBODY = _l("Nobody: it cannot be read or joined to a person")

WITH_ACCOUNT = _l("As long as you have an account")


def records() -> list[Record]:
    """Every kind of record about people, in the order of the features; those of wings that are off come last. Their rows
    may be older than that, and people's rights reach every one."""
    here = ground.current()
    return [record for feature in (*here.features, *here.off) for record in feature.personal]


def record_of(table: str) -> Record | None:
    """The record kept in a table; None where no feature declares it."""
    return next((record for record in records() if record.table == table), None)


def machines() -> list[Machine]:
    """Everything that the portal sorts or decides by itself."""
    return [machine for feature in ground.current().features for machine in feature.machines]


def consent_of(name: str) -> Consent | None:
    """The consent of this name; None where no feature that is on asks for it."""
    return next((consent for consent in consents() if consent.name == name), None)


def consents() -> list[Consent]:
    """Everything people may agree to."""
    return [consent for feature in ground.current().features for consent in feature.consents]
