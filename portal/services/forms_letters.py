"""Forms of letters: their templates, and a letter that is begun from one."""

from __future__ import annotations

from portal.base import fields as f
from portal.base import textforms
from portal.base.ground import settings
from portal.base.i18n import _l
from portal.services import rules_letters
from portal.services.forms import AskForm, DeskMessageForm
from portal.services.models_steps import Use


class LetterForm(f.Form):
    """A template; its texts come per language."""

    name = f.Text(
        _l("Name of the template"), [f.required(_l("Enter a name.")), f.length(120)],
        hint=_l("By which officers find it. Applicants do not see it."),
    )  # fmt: skip
    use = f.Radios(
        _l("What for"), [f.required(_l("Choose one."))], choices=list(rules_letters.USES.items()), coerce=Use
    )
    service = f.Select(_l("Service"), [f.optional()], blank=_l("All services"), coerce=int)
    version = f.Hidden()

    def checked(self) -> bool:
        """Valid, a text is there, and every field in braces is one of the list."""
        good = bool(self.validate())
        if not any(self[f"body_{lang}"].data for lang in settings().languages):
            self[f"body_{settings().languages[0]}"].errors = [str(_l("Write the text in at least one language."))]
            return False
        for name in rules_letters.TEXTS:
            for lang in settings().languages:
                box = self[f"{name}_{lang}"]
                wrong = rules_letters.fault(box.data or "", self.use.data or Use.MESSAGE)
                if wrong is not None:
                    box.errors, good = [*box.errors, str(wrong)], False
        return good


def letter_form() -> type[LetterForm]:
    """The form with the texts of a letter."""
    return textforms.with_texts(LetterForm, rules_letters.TEXTS)


class SendForm(DeskMessageForm):
    """A message that is begun from a template."""

    language = f.Select(_l("Language of the text"))


class SendQuestionForm(AskForm):
    """A question that is begun from a template."""

    language = f.Select(_l("Language of the text"))
