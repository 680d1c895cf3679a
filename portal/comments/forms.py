"""What people fill in to take part in a debate."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any

from portal.base import fields, ground, i18n, texts
from portal.base.actor import Actor
from portal.base.i18n import Text, _l
from portal.base.validators import length, optional, required
from portal.comments import rules
from portal.comments.models import Side
from portal.identity.queries import known_roles
from portal.moderation.forms_guard import Guarded, Trap

_HINT = _l("You can use Markdown, such as **bold** and lists.")


def _words(label: Text) -> Any:
    return fields.LongText(
        label, [required(_l("Write something first.")), length(max=rules.LONGEST, min=2)], hint=_HINT
    )


def _language() -> Any:
    return fields.Select(_l("The language you write in"), [required()])


def _role() -> Any:
    return fields.Select(_l("Write as"), [optional()], blank=_l("A private person"))


class _Said(Guarded, fields.Form):
    """Ground of the forms below: the same three answers, by names that differ where two forms stand on one page."""

    part = ""

    def dress(self, actor: Actor) -> _Said:
        """Offer the city's languages and, to staff, their roles. A form that was not sent begins in the page's
        language, in the first role, and with a mark of its own."""
        language, role = self[f"{self.part}language"], self[f"{self.part}role"]
        language.choices = texts.languages(ground.settings().languages)
        role.choices = [(one.name, one.label) for one in known_roles() if one.name in actor.roles]
        if not self.is_submitted():
            language.data = language.data or i18n.lang()
            role.data = role.choices[0][0] if role.choices else None
            self["once"].data = secrets.token_urlsafe(12)
        if not role.choices:
            del self[f"{self.part}role"]
        return self

    @property
    def shown_fields(self) -> Sequence[Any]:
        """Its boxes in their order."""
        return [self[name] for name in (f"{self.part}{one}" for one in ("body", "language", "role")) if name in self]

    @property
    def said(self) -> dict[str, Any]:
        """What was filled in, as actions take it."""
        role = self[f"{self.part}role"].data if f"{self.part}role" in self else ""
        return {
            "body": self[f"{self.part}body"].data or "",
            "lang": self[f"{self.part}language"].data or i18n.lang(),
            "badge": role or "",
            "once": (self["once"].data or "")[:24],
            "guard": self.guard(),
        }

    def refuse(self, sentence: Text | None) -> None:
        """Say at the words why they were not taken."""
        box = self[f"{self.part}body"]
        box.errors = [*box.errors, str(sentence or "")]


class CommentForm(_Said):
    """A contribution to a thread, or a reply."""

    body, language, role = _words(_l("Your comment")), _language(), _role()
    once = fields.Hidden()


class ForForm(_Said):
    """A point for something."""

    part = "for_"
    homepage = Trap(_l("Leave this empty"), id="for_homepage")
    for_body, for_language, for_role = _words(_l("Your point for it")), _language(), _role()
    once = fields.Hidden()


class AgainstForm(_Said):
    """A point against something."""

    part = "against_"
    homepage = Trap(_l("Leave this empty"), id="against_homepage")
    against_body, against_language, against_role = _words(_l("Your point against it")), _language(), _role()
    once = fields.Hidden()


class EditForm(Guarded, fields.Form):
    """Other words for an own comment."""

    body, language = _words(_l("Your comment")), _language()
    version = fields.Hidden()


FORMS: dict[Side | None, type[_Said]] = {None: CommentForm, Side.FOR: ForForm, Side.AGAINST: AgainstForm}
