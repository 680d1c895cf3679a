"""The newsletter and the wishes about messages, as they come on paper."""

from __future__ import annotations

from typing import Any

from portal.base import db, mail
from portal.base.actor import Actor
from portal.base.feature import Sheet
from portal.base.i18n import _l
from portal.notifications import actions, actions_newsletter, queries
from portal.notifications.forms import NewsletterForm, wished, wishes_form


def _subscribe(_actor: Actor, form: Any, lang: str, paper: str) -> tuple[str, int]:
    """The signature is the yes. An address on paper is easily misread: the mail that tells its owner ends it with one
    press."""
    row = actions_newsletter.subscribe_signed(db.session(), email=form.email.data or "", lang=lang, paper=paper)
    return "subscriber", row.id


def _wishes(**_given: Any) -> Any:
    """The form of wishes with the topic in each label: a paper has no headings between its boxes."""
    topics = list(queries.topics().values())
    form = wishes_form(topics, {}, sms=mail.sms_on())
    for number, topic in enumerate(topics):
        for name in (f"mail{number}", f"sms{number}"):
            if name in form:
                form[name].caption = _l("%(topic)s: %(way)s", topic=topic.label, way=form[name].caption)
    return form


def _wish(actor: Actor, form: Any, _lang: str) -> tuple[str, int]:
    assert actor.person_id is not None
    topics = list(queries.topics().values())
    stored = {topic: wish for (_person, topic), wish in queries.wishes(db.session(), [actor.person_id]).items()}
    actions.wish(actor.person_id, wished(form, topics, stored))
    return "person", actor.person_id


SHEETS = [
    Sheet("newsletter", _l("Newsletter"), "notifications.newsletter", NewsletterForm, _subscribe, record="subscriber",
          keeps=False, signed=actions_newsletter.AGREED, numbered=True),
    Sheet("messages", _l("How you want to be told"), "notifications.wishes", _wishes, _wish, account="must",
          record="preference", keeps=False),
]  # fmt: skip

NO_PAPER = {
    "AlertForm": "news of a topic come by e-mail or in the portal; whoever has neither is not helped by asking on paper",
}
