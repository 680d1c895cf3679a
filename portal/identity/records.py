"""What identity keeps about people, and the machines of signing in."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from portal.base import personal
from portal.base.feature import Fate, Machine, Record
from portal.base.i18n import _l
from portal.base.limits import Attempt
from portal.base.mail import Outgoing
from portal.identity.models import Contact, Way


def own_mail(person_id: int) -> Any:
    """Mails to a person by number or confirmed address. An address that nobody confirmed may be somebody else's."""
    mine = select(Contact.value_folded).where(
        Contact.person_id == person_id, Contact.way == Way.EMAIL, Contact.confirmed_at.is_not(None)
    )
    # never NULL, so that "not this person" is an answer, too
    return (func.coalesce(Outgoing.person_id, 0) == person_id) | func.lower(Outgoing.recipient).in_(mine)


_ACCOUNT = _l("To know you again when you sign in")
_SAFETY = _l("To protect accounts against others")

PERSONAL = [
    Record(
        "person",
        _l("Account"),
        _ACCOUNT,
        personal.TASK,
        _l("As long as you have an account; one that nobody uses for two years is erased after a notice"),
        Fate.ANONYMOUS,
        person=("id",),
        hidden=("name_folded",),
        blank={"name": "", "name_folded": "", "public_name": "", "disabled_reason": "", "language": None},
        reason=_l("The bare number stays, so that lines of records keep their order. It leads to nobody."),
        who=personal.ADMINISTRATORS,
    ),
    Record(
        "identity",
        _l("Ways to sign in"),
        _ACCOUNT,
        personal.TASK,
        personal.WITH_ACCOUNT,
        Fate.DELETED,
        who=personal.ADMINISTRATORS,
    ),
    Record(
        "sign_in",
        _l("Sessions"),
        _SAFETY,
        personal.TASK,
        _l("30 days after their end"),
        Fate.DELETED,
        hidden=("token_hash", "id_token", "sid"),
        who=personal.SELF,
    ),
    Record(
        "pending_act",
        _l("Acts that wait for your confirmation"),
        _SAFETY,
        personal.TASK,
        _l("15 minutes"),
        Fate.DELETED,
        hidden=("token_hash", "sealed"),
        who=personal.SELF,
        since="expires_at",
    ),
    Record(
        "role_grant",
        _l("Roles of staff"),
        _l("So that only those who are meant to can do staff work"),
        personal.TASK,
        _l("Until the role is taken away"),
        Fate.DELETED,
        by=("granted_by_id",),
        who=personal.ADMINISTRATORS,
        since="at",
    ),
    Record(
        "absence",
        _l("Absences and deputies of staff"),
        _l("So that work and reminders go to the deputy while somebody is away."),
        personal.TASK,
        _l("A year after the absence ended."),
        Fate.DELETED,
        person=("person_id", "deputy_id"),
        by=("set_by_id",),
        who=personal.ADMINISTRATORS,
        days=366,
        since="until_at",
    ),
    Record(
        "fact",
        _l("What your sign-in service vouched for"),
        _l("To know whether you may take part, without keeping your date of birth"),
        personal.TASK,
        _l("Until the next sign-in, 400 days at most"),
        Fate.DELETED,
        who=personal.SELF,
        since="verified_at",
    ),
    Record(
        "contact",
        _l("E-mail address, telephone, postal address"),
        _l("To reach you in the way you choose"),
        personal.CONSENT,
        _l("Until you take it back or your account ends"),
        Fate.DELETED,
        hidden=("value_folded",),
        who=personal.OWN_STAFF,
    ),
    Record(
        "invitation",
        _l("Invitations to a role"),
        _l("So that an invitation counts once"),
        personal.TASK,
        _l("30 days after their end"),
        Fate.DELETED,
        person=("used_by_id",),
        hidden=("token_hash",),
        who=personal.ADMINISTRATORS,
    ),
    Record(
        Attempt.__tablename__,
        _l("Failed attempts"),
        _SAFETY,
        personal.TASK,
        _l("1 day"),
        Fate.KEPT,
        person=(),
        hidden=("key_hash",),
        reason=_l("Only a fingerprint is kept, and only for a day. It cannot be joined to an account."),
        who=personal.NOBODY,
        since="at",
    ),
    Record(
        Outgoing.__tablename__,
        _l("Mails and text messages"),
        _l("Sending them, and seeing which did not arrive"),
        personal.TASK,
        _l("90 days"),
        Fate.DELETED,
        person=(),
        reach=own_mail,
        hidden=("message_id", "unsubscribe"),
        who=personal.SELF,
        days=90,
    ),
]

MACHINES = [
    Machine(
        "age",
        _l("Are you old enough?"),
        _l("Each sign-in answers with yes or no whether you are old enough for a vote."),
        _l("The portal compares the date of birth that your sign-in service tells with the day of the rule. It keeps only "
           "the answer."),
        _l("The residents’ registration office corrects a wrong date of birth."),
    ),
    Machine(
        "attempts",
        _l("Too many attempts"),
        _l("After many failed attempts in a short time the portal refuses further ones for some minutes."),
        _l("Attempts are counted for each code or address within 15 minutes. Nobody is shut out for longer."),
        _l("The help line helps; after 15 minutes the way opens again by itself."),
    ),
]  # fmt: skip
