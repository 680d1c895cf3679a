"""Forms of the staff for answers: the filters of the list, an answer with its texts per language, a correction, a
withdrawal."""

from __future__ import annotations

from flask import request

from portal.base import fields as f
from portal.base import ui
from portal.base.i18n import _l
from portal.base.validators import length, optional, required
from portal.ideas import rules_answers
from portal.ideas.forms_merge import ReasonForm
from portal.ideas.models import IdeaState
from portal.ideas.models_answers import Outcome
from portal.ideas.queries import Names
from portal.ideas.queries_answers_desk import Filters
from portal.ideas.rules import STATES
from portal.ideas.rules_answers import OUTCOMES

ANSWERED = {
    "missing": _l("Without an answer"),
    "draft": _l("With a draft"),
    "given": _l("Answered"),
}


class AnswerFilters(f.GetForm):
    """Search, answer, category, district, state."""

    q = f.Search(_l("Search"))
    answer = f.Select(_l("Answer"), choices=list(ANSWERED.items()), blank=_l("All"))
    category = f.Select(_l("Category"), coerce=int, blank=_l("All categories"))
    district = f.Select(_l("District"), coerce=int, blank=_l("All districts"))
    state = f.Select(_l("Status"), coerce=IdeaState, blank=_l("All"))

    @classmethod
    def of(cls, names: Names) -> AnswerFilters:
        """The form for one call; without a question it shows what has no answer yet."""
        form = cls()
        form.category.choices = list(names.categories.items())
        form.district.choices = list(names.districts.items())
        gone = (IdeaState.MERGED, IdeaState.WITHDRAWN)
        form.state.choices = [(state, STATES[state]) for state in IdeaState if state not in gone]
        if "answer" not in request.args:
            form.answer.data = "missing"
        return form

    def filters(self, names: Names) -> Filters:
        """What was asked; answers that are not in the lists are left out."""
        return Filters(
            q=(self.q.data or "")[:200].strip(),
            answer=self.answer.data if self.answer.data in ANSWERED else "",
            category=self.category.data if self.category.data in names.categories else None,
            district=self.district.data if self.district.data in names.districts else None,
            state=self.state.data if self.state.data in set(IdeaState) else None,
            page=ui.page_number(request.args.get("page")),
        )


class Seen(f.Form):
    """What is done to a public answer tells which wording of it the officer had before them."""

    version = f.Hidden(validators=[optional()])

    def seen(self) -> int:
        """That wording; none has the number 0."""
        raw = self.version.data or ""
        return int(raw) if raw.isascii() and raw.isdecimal() and len(raw) < 9 else 0


class AnswerForm(f.Form):
    """An answer: its outcome and who gives it; the texts come per language."""

    outcome = f.Radios(
        _l("Outcome"),
        [required(_l("Choose the outcome."))],
        coerce=Outcome,
        choices=list(OUTCOMES.items()),
    )
    answered_by = f.Text(
        _l("Name of who answers"),
        [required(_l("Enter the name of who answers.")), length(max=rules_answers.LONGEST_NAME)],
        hint=_l("It stands publicly below the answer, with the role that you enter with the texts."),
    )


class DraftForm(AnswerForm):
    """A draft, and the ideas that it is for."""

    ideas = f.Checks(_l("Ideas that this answers"), [optional()], coerce=int)
    more = f.Text(
        _l("More ideas, by their numbers"),
        [optional(), length(max=400)],
        hint=_l("For example: 12, 15, 31"),
        attributes={"dir": "ltr"},
    )

    def numbers(self) -> list[int]:
        """The numbers that were typed; empty where they are no numbers, which is then said at the box."""
        raw = (self.more.data or "").replace(",", " ").replace("،", " ").split()
        if any(not one.isdecimal() or len(one) > 9 for one in raw):
            self.more.errors = [str(_l("Enter numbers of ideas, such as 12, 15."))]
            return []
        return [int(one) for one in raw]


class CorrectionForm(Seen, AnswerForm):
    """Another wording of a public answer."""

    reason = f.LongText(
        _l("Why is the answer corrected?"),
        [required(_l("Say why the answer is corrected.")), length(max=rules_answers.LONGEST_REASON)],
        hint=_l("Everybody can read it beside the earlier wording, which stays on the page of the answer."),
    )


class WithdrawalForm(Seen, ReasonForm):
    """A public answer is withdrawn, with a reason that everybody reads."""
