"""Forms of the applicant's pages and of the desk. The forms of the services themselves are documents (schema.py)."""

from __future__ import annotations

from portal.base import fields as f
from portal.base.i18n import _l
from portal.services import rules
from portal.services.models import Outcome, Wanted


class FindForm(f.GetForm):
    """Find a service."""

    q = f.Search(_l("What do you need?"), [f.optional(), f.length(max=100)])
    event = f.Select(_l("Life event"), [f.optional()], blank=_l("All"))


class MessageForm(f.Form):
    """A message about a case."""

    text = f.LongText(_l("Your message"), [f.required(_l("Write your message.")), f.length(5000)])


class AnswerForm(f.Form):
    """The answer to what the city asked for."""

    text = f.LongText(_l("Your answer"), [f.required(_l("Write your answer, or what the file shows.")), f.length(5000)])
    file = f.Picture(
        _l("File"),
        hint=_l("A PDF or a picture, if a paper is asked for."),
        accept="application/pdf,image/jpeg,image/png,image/webp",
    )


class WithdrawForm(f.Form):
    """Taking an application back."""

    reason = f.LongText(_l("Reason"), [f.length(1000)], hint=_l("You need not say why."))
    sure = f.YesNo(_l("Take my application back"), [f.required(_l("Tick the box if you want to take it back."))])


class DeskFilters(f.GetForm):
    """The queue of cases."""

    q = f.Search(_l("Reference or name"), [f.optional(), f.length(max=100)])
    state = f.Select(_l("State"), [f.optional()], blank=_l("Open ones"))
    service = f.Select(_l("Service"), [f.optional()], blank=_l("All"), coerce=int)
    whose = f.Select(
        _l("Who has it"),
        [f.optional()],
        blank=_l("Anybody"),
        choices=[("mine", _l("I have it")), ("nobody", _l("Nobody has it")), ("others", _l("Others have it"))],
    )
    due = f.Select(
        _l("Due"), [f.optional()], blank=_l("Whenever"), choices=[("late", _l("Late")), ("week", _l("Within a week"))]
    )


class AskForm(f.Form):
    """Asking the applicant for more."""

    kind = f.Radios(
        _l("What is it about?"),
        [f.required(_l("Choose one."))],
        choices=[(kind.value, label) for kind, label in rules.WANTED.items()],
    )
    text = f.LongText(
        _l("What do you need, and why?"),
        [f.required(_l("Write what you need.")), f.length(4000)],
        hint=_l("The applicant reads exactly this."),
    )
    amount = f.Amount(
        _l("Amount of the fee"),
        [f.optional()],
        hint=_l("Only where a fee is asked for. Empty: what is open already."),
    )
    due = f.Day(_l("Until when?"), [f.required(_l("Enter a day."))])

    def wanted(self) -> Wanted:
        """What is asked for."""
        return Wanted(self.kind.data)

    def cents(self) -> int:
        """What is to be paid more; 0 where no fee is asked for."""
        return (self.amount.data or 0) if self.wanted() is Wanted.FEE else 0


class DeskMessageForm(f.Form):
    """A message to the applicant."""

    text = f.LongText(_l("Message to the applicant"), [f.required(_l("Write your message.")), f.length(5000)])


class NoteForm(f.Form):
    """A note that staff alone read."""

    text = f.LongText(_l("Note"), [f.required(_l("Write the note.")), f.length(4000)])


class ExtendForm(f.Form):
    """More time."""

    days = f.Whole(_l("How many days more?"), [f.required(_l("Enter a number."))])
    why = f.LongText(
        _l("Reason"), [f.required(_l("Give the reason.")), f.length(1000)], hint=_l("The applicant reads exactly this.")
    )


class AssignForm(f.Form):
    """Who works on a case."""

    officer = f.Select(_l("Officer"), [f.optional()], blank=_l("Nobody: back to the office"), coerce=int)


class DecisionForm(f.Form):
    """A decision. A refusal is impossible without reason, text and legal basis."""

    outcome = f.Radios(
        _l("Decision"),
        [f.required(_l("Choose one."))],
        choices=[(outcome.value, label) for outcome, label in rules.OUTCOMES.items()],
    )
    reason = f.Select(_l("Reason of a refusal"), [f.optional()], blank=_l("None"), choices=list(rules.REASONS.items()))
    text = f.LongText(
        _l("Grounds"),
        [f.length(8000)],
        hint=_l("In the official language. For a refusal: the facts, and why the law says no to them."),
    )
    basis = f.Text(_l("Legal basis"), [f.length(500)], hint=_l("Such as: Market order of the city, section 4"))
    conditions = f.LongText(_l("Conditions of a grant"), [f.length(4000)], hint=_l("One on each line."))

    def checked(self) -> bool:
        """Valid, and a refusal has all that the law asks for."""
        good = bool(self.validate())
        if self.outcome.data != Outcome.REFUSED:
            return good
        for field, sentence in (
            (self.reason, _l("A refusal needs a reason from the list.")),
            (self.text, _l("A refusal needs its grounds.")),
            (self.basis, _l("A refusal needs its legal basis.")),
        ):
            if not (field.data or "").strip() and not field.errors:
                field.errors = [str(sentence)]
                good = False
        return good

    def lines(self) -> list[str]:
        """The conditions, one each."""
        return [line.strip() for line in (self.conditions.data or "").splitlines() if line.strip()]


class ReturnForm(f.Form):
    """Sending a proposed decision back."""

    why = f.LongText(_l("What has to be changed?"), [f.required(_l("Write what has to be changed.")), f.length(2000)])
