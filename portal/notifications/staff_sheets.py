"""The newsletter and the wishes about messages, as they come on paper."""

from __future__ import annotations

from typing import Any

from portal.base import db, mail
from portal.base.actor import Actor
from portal.base.feature import Sheet
from portal.base.i18n import _l
from portal.notifications import actions, actions_newsletter, queries
from portal.notifications.forms import NewsletterForm, wished, wishes_form


def _subscribe(actor: Actor, form: Any, lang: str) -> tuple[str, str]:
    """The owner of the address still says yes by the link in the mail: an address on paper is easily misread."""
    counter = f"counter {actor.person_id}"
    actions_newsletter.subscribe(
        db.session(), email=form.email.data or "", lang=lang, browser=f"{counter} {form.email.data}", origin=counter
    )
    return "newsletter", ""


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
          keeps=False),
    Sheet("messages", _l("How you want to be told"), "notifications.wishes", _wishes, _wish, account="must",
          record="preference", keeps=False),
]  # fmt: skip

NO_PAPER = {
    "AlertForm": "news of a topic come by e-mail or in the portal; whoever has neither is not helped by asking on paper",
}
