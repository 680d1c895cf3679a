"""What people fill in about messages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from portal.base import fields
from portal.base.feature import Topic
from portal.base.i18n import _l
from portal.base.validators import email, length, optional, required
from portal.notifications.models import Rhythm
from portal.notifications.rules import Wish

RHYTHMS = [
    (Rhythm.NOW.value, _l("At once")),
    (Rhythm.DAILY.value, _l("Once a day, together")),
    (Rhythm.WEEKLY.value, _l("Once a week, together")),
    (Rhythm.OFF.value, _l("Only in the portal")),
]


class InboxFilters(fields.GetForm):
    """What to look for among one's messages."""

    q = fields.Search(_l("Words"), [optional(), length(max=100)])
    topic = fields.Select(_l("Topic"), [optional()], blank=_l("All topics"))
    unread = fields.YesNo(_l("Only unread messages"))


def wishes_form(topics: Sequence[Topic], wishes: Mapping[str, Wish], *, sms: bool) -> fields.Form:
    """A form with the ways out of the house for each topic that can be chosen; the law's own have no field."""

    class WishesForm(fields.Form):
        pass

    data: dict[str, Any] = {}
    for number, topic in enumerate(topics):
        wish = wishes.get(topic.name, Wish())
        if not topic.required:
            setattr(WishesForm, f"mail{number}", fields.Select(_l("By e-mail"), [required()], choices=RHYTHMS))
            data[f"mail{number}"] = wish.mail.value
        if sms:
            setattr(WishesForm, f"sms{number}", fields.YesNo(_l("Also as a text message")))
            data[f"sms{number}"] = wish.sms
    return WishesForm(data=data)


def wished(form: fields.Form, topics: Sequence[Topic], wishes: Mapping[str, Wish]) -> dict[str, Wish]:
    """What the form says, by topic."""
    found = {}
    for number, topic in enumerate(topics):
        before = wishes.get(topic.name, Wish())
        mail = form._fields.get(f"mail{number}")
        sms = form._fields.get(f"sms{number}")
        found[topic.name] = Wish(Rhythm(mail.data) if mail else before.mail, bool(sms.data) if sms else before.sms)
    return found


class AlertForm(fields.Form):
    """News of a topic, anywhere or in one district."""

    topic = fields.Select(_l("Topic"), [required(_l("Choose a topic."))], blank=_l("Choose a topic"))
    district = fields.Select(_l("District"), [optional()], blank=_l("The whole city"))


class NewsletterForm(fields.Form):
    """An address for the newsletter."""

    email = fields.Email(
        _l("Your e-mail address"), [required(_l("Enter your e-mail address.")), email(), length(max=320)]
    )


class IssueForm(fields.Form):
    """An issue of the newsletter in one language."""

    subject = fields.Text(_l("Subject"), [required(_l("Enter a subject.")), length(max=200)])
    body = fields.LongText(
        _l("Text"),
        [required(_l("Enter a text.")), length(max=60000)],
        hint=_l("Markdown: # begins a heading, * a list item, [words](address) makes a link."),
    )
