"""The receipt code by mail, asked for on the page that shows it: a request of its own, after the cast.

Neither a line of the record nor a row that stays holds person, address and code together: the mail waits in the outbox
under its address, not under a person, and is blanked once it is sent (text and receiver). The code proves "recorded"
and "counted", never what was chosen.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from portal.base import mail
from portal.base.ground import settings
from portal.base.i18n import _, _l
from portal.base.verdict import no
from portal.voting import queries
from portal.voting.actions import NotPossible
from portal.voting.models import Vote
from portal.voting.sealing import SealingError


def can_mail() -> bool:
    """Whether mail leaves this portal at all; in the demo it is shown on a page of its own."""
    return bool(settings().smtp.host) or settings().demo


def mail_receipt(s: Session, vote: Vote, *, code: str, to: str, title: str, url: str, lang: str) -> None:
    """Put the code into a mail in the language of the request. Raises NotPossible for a code that no ballot of this
    vote has: the portal sends nothing that somebody made up."""
    try:
        known = queries.receipt(s, vote, code) is not None
    except SealingError:
        known = False
    if not known:
        raise NotPossible(no(_l("No ballot of this vote has this receipt code.")))
    body = [
        _("This is the receipt code that you asked for: %(code)s", code=code),
        _(
            "It shows that your ballot is recorded and, after the count, that it was counted. It does not show what you chose."
        ),
        _("Check it here: %(url)s", url=url),
        _("If you did not ask for this mail, somebody mistyped an address. Delete it."),
    ]
    mail.put(
        s, to=to, subject=_("Your receipt code: %(title)s", title=title), body="\n\n".join(body), lang=lang, secret=True
    )
