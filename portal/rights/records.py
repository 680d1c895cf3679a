"""What is kept about people for the sake of their rights, and the one consent that the portal asks for."""

from __future__ import annotations

from portal.base import personal
from portal.base.feature import Consent, Fate, Record
from portal.base.i18n import _l
from portal.rights.queries_records import export_files

_RIGHT = _l("To answer you, as the law wants it")

PERSONAL = [
    Record(
        "data_request",
        _l("Your requests about your data"),
        _RIGHT,
        personal.LAW,
        _l("3 years"),
        Fate.ANONYMOUS,
        by=("answered_by_id",),
        blank={"words": "", "answer": "", "extended_why": "", "giver": "", "reach": ""},
        reason=_l("That a request was answered in time must stay provable; what it said is deleted."),
        who=personal.OFFICER,
        days=1095,
        since="received_at",
    ),
    Record(
        "person_mark",
        _l("Legal holds and restrictions"),
        _l("To keep evidence, and to leave alone what you disputed"),
        personal.LAW,
        personal.WITH_ACCOUNT,
        Fate.DELETED,
        by=("placed_by_id", "lifted_by_id"),
        who=personal.OFFICER,
        since="placed_at",
    ),
    Record(
        "data_export",
        _l("Your exports"),
        _RIGHT,
        personal.LAW,
        _l("The file for 7 days, its line for 1 year"),
        Fate.DELETED,
        hidden=("name",),
        who=personal.SELF,
        days=365,
        since="asked_at",
        files=export_files,
    ),
    Record(
        "erasure",
        _l("Erasures"),
        _RIGHT,
        personal.LAW,
        _l("As long as the portal runs"),
        Fate.KEPT,
        reason=_l("It proves that the erasure was done. It holds a number that leads to no name any more."),
        who=personal.OFFICER,
        since="confirmed_at",
    ),
    Record(
        "account_use",
        _l("The day on which your account was last used"),
        _l("To erase accounts that nobody needs any more"),
        personal.LAW,
        personal.WITH_ACCOUNT,
        Fate.DELETED,
        who=personal.SELF,
        since="seen_on",
    ),
    Record(
        "breach",
        _l("Register of breaches: who made an entry"),
        _l("To document breaches of personal data"),
        personal.LAW,
        _l("As long as the portal runs"),
        Fate.KEPT,
        person=("entered_by_id",),
        reason=_l("An official act. It holds a number that leads to no name once the account is erased."),
        who=personal.OFFICER,
        since="entered_at",
    ),
]

CONSENTS = [
    Consent(
        "contact",
        _l("Being written to"),
        _l("The city may use the addresses that I store in my account to write to me about what I take part in and follow. "
           "I can withdraw this at any time; the addresses are then deleted."),
        1,
    ),
]  # fmt: skip
