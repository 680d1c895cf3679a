"""What is filled in about papers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from portal.base import fields as f
from portal.base import ground, texts
from portal.base.i18n import Text, _l
from portal.papers import rules
from portal.papers.models import PaperState

STATES: dict[PaperState, Text] = {
    PaperState.BEING_MADE: _l("Being made"),
    PaperState.READY: _l("Ready"),
    PaperState.FAILED: _l("Could not be made"),
    PaperState.REVOKED: _l("Revoked"),
    PaperState.REPLACED: _l("Replaced"),
}
NO_CODE = _l(
    "This is not a code of a paper: a character is missing or mistyped. It has 17 characters, such as "
    "7K3M-9QXT-A2B4-C6D8E."
)


class CodeForm(f.Form):
    """The code on a paper."""

    code = f.Text(
        _l("Code on the paper"),
        [f.required(_l("Enter the code that stands beside the QR code.")), f.length(max=80)],
        hint=_l("17 letters and digits. Capitals, spaces and hyphens do not matter."),
        attributes={"dir": "ltr", "autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"},
    )

    def validate_code(self, field: Any) -> None:
        """A slip is told before anything is looked up."""
        if field.data and rules.read_code(field.data) is None:
            raise f.Wrong(str(NO_CODE))


class FileForm(f.Form):
    """The paper's file."""

    file = f.Picture(
        _l("PDF file of the paper"),
        [f.required(_l("Choose the PDF file."))],
        accept="application/pdf",
        hint=_l("At most 10 megabytes. The file is looked at and never kept."),
    )


class ShownForm(f.Form):
    """What others see when they check a paper."""

    shown = f.Checks(_l("Also show"), coerce=int)

    def offer(self, lines: Sequence[Sequence[str]]) -> ShownForm:
        """Fill in the paper's lines."""
        self.shown.choices = [(place, f"{line[0]}: {line[1]}") for place, line in enumerate(lines)]
        return self


class PapersFilter(f.GetForm):
    """Looking for papers."""

    q = f.Search(_l("Number or subject"))
    kind = f.Select(_l("Kind"), blank=_l("All kinds"))
    state = f.Select(
        _l("State"), blank=_l("All states"), choices=[(state.value, label) for state, label in STATES.items()]
    )


class RecipientFilter(f.GetForm):
    """Looking for somebody to write to."""

    q = f.Search(_l("Name of the person"))


class LetterForm(f.Form):
    """A letter of the city."""

    recipient = f.Text(_l("Recipient"), [f.required(_l("Enter who the letter is for.")), f.length(max=200)])
    address = f.LongText(
        _l("Postal address (optional)"),
        [f.optional(), f.length(max=400)],
        hint=_l("One line each, as on an envelope, without the name."),
    )
    lang = f.Select(_l("Language of the letter"), [f.required(_l("Choose a language."))])
    title = f.Text(_l("Subject"), [f.required(_l("Enter a subject.")), f.length(max=200)])
    body = f.LongText(
        _l("Text"),
        [f.required(_l("Enter a text.")), f.length(max=20000)],
        hint=_l("Markdown: # begins a heading, * a list item. Greeting and name at the end are yours to write."),
    )
    expires = f.Day(_l("Valid until (optional)"), [f.optional()], hint=_l("Leave empty if the letter has no end."))
    large = f.YesNo(_l("Large type"))
    by_post = f.YesNo(_l("Send by post"), hint=_l("The letter goes into the post room’s next batch."))

    def offer(self) -> LetterForm:
        """Fill in the site's languages."""
        self.lang.choices = texts.languages(ground.settings().languages)
        return self

    def validate(self, *args: Any, **more: Any) -> bool:
        """Post needs an address."""
        fine = bool(super().validate(*args, **more))
        if self.by_post.data and not (self.address.data or "").strip():
            self.address.errors = [*self.address.errors, str(_l("Enter the postal address, or do not send by post."))]
            fine = False
        return fine


class RevokeForm(f.Form):
    """Why a paper does not count any more."""

    reason = f.Radios(
        _l("Why does it not count any more?"),
        [f.required(_l("Choose a reason."))],
        choices=[(reason.value, label) for reason, label in rules.REASONS.items()],
        hint=_l("Everybody who checks the paper reads this."),
    )
