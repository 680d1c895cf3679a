"""The form of an act on many cases."""

from __future__ import annotations

from portal.base import fields as f
from portal.base.i18n import _l
from portal.services import rules_batch
from portal.services.rules_batch import Act


class BatchForm(f.Form):
    """What is to be done, and what belongs to it."""

    act = f.Radios(
        _l("What is to be done with them?"),
        [f.required(_l("Choose one."))],
        choices=[(act.value, label) for act, label in rules_batch.ACTS.items()],
    )
    officer = f.Select(
        _l("Officer"), [f.optional()], blank=_l("Nobody: back to the office"), coerce=int, hint=_l("If they are given.")
    )
    text = f.LongText(_l("Message to the applicants"), [f.length(5000)], hint=_l("If you write to them."))

    letter = f.Select(
        _l("Template"), [f.optional()], blank=_l("None"), coerce=int, hint=_l("If you write to them with a template.")
    )

    def checked(self) -> bool:
        """Valid; a message has words."""
        good = bool(self.validate())
        if self.act.data == Act.MESSAGE and not (self.text.data or "").strip():
            self.text.errors = [str(_l("Write your message."))]
            return False
        if self.act.data == Act.LETTER and not self.letter.data and not self.letter.errors:
            self.letter.errors = [str(_l("Choose a template."))]
            return False
        return good
