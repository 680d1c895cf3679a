"""The form of people who want to hear when something is offered."""

from __future__ import annotations

from collections.abc import Sequence

from portal.base import fields as f
from portal.base import ground, texts
from portal.base.i18n import _l
from portal.base.texts import Said
from portal.workshops import rules
from portal.workshops.forms_book import no_office
from portal.workshops.models import Level
from portal.workshops.rules_interest import Topic
from portal.workshops.rules_languages import SIGNED


class InterestForm(f.Form):
    """A topic, and where, in which language and when it would suit."""

    topic = f.Select(_l("What do you want to hear of?"), [f.required(_l("Choose a topic"))], blank=_l("Choose a topic"))
    venue = f.Select(_l("Where?"), coerce=int, blank=_l("Anywhere"))
    language = f.Select(_l("Language of the workshop"), [f.required(_l("Choose a language"))])
    words = f.Text(
        _l("When would it suit you? (optional)"), [f.length(300)], hint=_l("Such as: mornings, or on Saturdays.")
    )
    name = f.Text(
        _l("Your name"),
        [f.required(_l("Enter a name.")), f.length(120), no_office],
        attributes={"autocomplete": "name"},
    )
    email = f.Email(
        _l("E-mail address"),
        [f.required(_l("Enter your e-mail address.")), f.length(200), f.email()],
        hint=_l("We write to you there once something fits, and about nothing else."),
        attributes={"autocomplete": "email"},
    )
    written = f.Select(_l("Language in which we write to you"))

    @classmethod
    def fit(
        cls, workshops: Sequence[tuple[int, Said]], houses: Sequence[tuple[int, Said]], *, guest: bool, lang: str,
        wanted: str = "",
    ) -> InterestForm:  # fmt: skip
        """The form with what there is to choose from. `guest`: name and address are asked; `wanted`: the topic from which
        the person comes."""
        form = cls(data={"topic": wanted or None, "language": lang, "written": lang})
        levels = [(Topic(level=one).code, _l("Anything on “%(level)s”", level=rules.LEVEL_NAMES[one])) for one in Level]
        form.topic.choices = [*((Topic(workshop_id=number).code, title) for number, title in workshops), *levels]
        form.venue.choices = houses
        form.language.choices = [*texts.written(), *SIGNED.items()]
        form.written.choices = texts.languages(ground.settings().languages)
        if not guest:
            del form.name, form.email, form.written
        return form
