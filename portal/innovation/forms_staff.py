"""Forms of staff: the screening list, the decision, the coach, the plan, values, outcome, money."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from babel.numbers import get_decimal_symbol

from portal.base import fields as f
from portal.base import i18n, texts
from portal.base.i18n import _l
from portal.base.validators import between, length, optional, required
from portal.innovation import rules
from portal.innovation.actions_pilot import Plan
from portal.innovation.models import Outcome, Stage, StopWay

MOST_VALUE = 10**12


class Value(f.Amount):
    """A measured value, with up to two decimals and below zero too; its data is in hundredths."""

    def written(self) -> str:
        sign = "-" if self.data < 0 else ""
        whole, rest = divmod(abs(self.data), 100)
        return sign + (f"{whole}" if not rest else f"{whole}{get_decimal_symbol(i18n.locale())}{rest:02}")

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = None
        raw = str(valuelist[0]).strip() if valuelist else ""
        if not raw:
            return
        minus = raw[0] in "-\N{MINUS SIGN}"
        try:
            value = f.cents_of(raw[1:].strip() if minus else raw)
            if value > MOST_VALUE:
                raise ValueError
        except ValueError:
            raise ValueError(str(_l("Enter a number with at most two decimals, such as 12 or 3.5."))) from None
        self.data = -value if minus else value


def language_field() -> f.Select:
    """In which language staff write what everybody reads."""
    return f.Select(_l("Language of what you write"), [required(_l("Choose the language in which you write."))])


class Spoken(f.Form):
    """A form whose words are in one language."""

    language = language_field()

    @classmethod
    def begun(cls, **data: Any) -> Any:
        """The form; the language of the page is the first guess."""
        form = cls(data={"language": i18n.lang(), **data})
        form.language.choices = list(texts.written())
        return form


class ScreeningForm(Spoken):
    """The screening list: a score and a reason for each question."""


def screening_form(criteria: Iterable[rules.Criterion], data: Mapping[str, Any]) -> ScreeningForm:
    """The form with two fields per question: score_need, reason_need, ..."""
    fields: dict[str, Any] = {}
    for one in criteria:
        fields[f"score_{one.key}"] = f.Radios(
            one.label,
            [required(_l("Choose an answer."))],
            coerce=int,
            choices=[(score, words) for score, words in rules.SCORES.items()],
            hint=one.hint,
        )
        fields[f"reason_{one.key}"] = f.LongText(
            _l("Reason"),
            [required(_l("Give the reason for your answer.")), length(max=rules.LONGEST_REASON)],
        )
    made: ScreeningForm = type("ScreeningForm", (ScreeningForm,), fields).begun(**data)  # type: ignore[attr-defined]
    return made


def answers(form: ScreeningForm, criteria: Iterable[rules.Criterion]) -> dict[str, tuple[int, str]]:
    """What was answered: question -> (score, reason)."""
    return {one.key: (form[f"score_{one.key}"].data, form[f"reason_{one.key}"].data) for one in criteria}


class DecisionForm(Spoken):
    """What becomes of a proposal."""

    stage = f.Radios(
        _l("What becomes of the proposal?"),
        [required(_l("Choose what becomes of the proposal."))],
        coerce=Stage,
        choices=[
            (Stage.TRY, _l("Try it"), _l("It gets a coach, a plan and money.")),
            (Stage.NOT_NOW, _l("Not now"), _l("It can be taken up again later.")),
            (Stage.NO, _l("No"), _l("The city does not try it.")),
        ],
    )
    reason = f.LongText(
        _l("Reason"),
        [required(_l("Give the reason. Who proposed it and everybody else can read it.")),
         length(max=rules.LONGEST_TEXT)],
        hint=_l("Everybody can read it, and who proposed it is told."),
    )  # fmt: skip
    department = f.Select(_l("Department in charge"), [required(_l("Choose the department in charge."))], coerce=int)


class CoachForm(f.Form):
    """Who accompanies the proposal."""

    coach = f.Select(
        _l("Coach"), [required(_l("Choose a coach."))], coerce=int, blank=_l("Choose a colleague"),
        hint=_l("Who proposed it learns the coach’s name."),
    )  # fmt: skip


class PlanForm(Spoken):
    """The plan of a pilot."""

    hypothesis = f.LongText(
        _l("Hypothesis"),
        [required(_l("Write the hypothesis.")), length(max=rules.LONGEST_TEXT)],
        hint=_l("If we do this for these people, then that will change, because …"),
    )
    measure = f.Text(
        _l("What is measured?"),
        [required(_l("Say what is measured.")), length(max=200)],
        hint=_l("One thing that can be counted, such as “letters sent back in a week”."),
    )
    unit = f.Text(
        _l("Unit"), [optional(), length(max=40)], hint=_l("Such as minutes or per cent. Empty for plain numbers.")
    )
    baseline = Value(_l("Value before the pilot"), [required(_l("Enter the value before the pilot."))])
    target = Value(_l("Target"), [required(_l("Enter the target."))])
    starts_on = f.Day(_l("First day"), [required(_l("Enter the first day."))])
    ends_on = f.Day(_l("Last day"), [required(_l("Enter the last day."))])
    cost = f.Amount(_l("What it may cost"), [required(_l("Enter what it may cost. Zero is an answer too."))])
    stop_rule = f.LongText(
        _l("Stop rule"),
        [required(_l("Write when the pilot is stopped early.")), length(max=rules.LONGEST_TEXT)],
        hint=_l("What would show that it does harm or leads nowhere? Then the pilot is stopped before its last day."),
    )
    stop_way = f.Select(
        _l("Stop rule as a threshold"),
        [optional()],
        coerce=StopWay,
        blank=_l("No threshold"),
        choices=[
            (StopWay.BELOW, _l("Stop when the value is below")),
            (StopWay.ABOVE, _l("Stop when the value is above")),
        ],
        hint=_l("When a value passes the threshold, the coach and the leads are told at once."),
    )
    stop_at = Value(_l("Threshold"), [optional()])

    def validate_target(self, field: Any) -> None:
        """A target is another value than the baseline."""
        if field.data is not None and field.data == self.baseline.data:
            raise f.Wrong(str(_l("The target is another value than the one before the pilot.")))

    def validate_ends_on(self, field: Any) -> None:
        """The end comes after the beginning."""
        if field.data and self.starts_on.data and field.data <= self.starts_on.data:
            raise f.Wrong(str(_l("The last day comes after the first day.")))

    def validate_stop_way(self, field: Any) -> None:
        """Both halves of a threshold, or none."""
        if (field.data is None) != (self.stop_at.data is None) and not self.stop_at.errors:
            raise f.Wrong(str(_l("Choose the side and enter the threshold, or neither.")))

    def plan(self) -> Plan:
        """What was typed."""
        names = [name for name in Plan.__dataclass_fields__ if name != "lang"]
        return Plan(lang=self.language.data, **{name: self[name].data for name in names})


class CheckInForm(Spoken):
    """What was measured on a day."""

    day = f.Day(_l("Day"), [required(_l("Enter the day on which it was measured."))])
    value = Value(_l("Value"), [required(_l("Enter the value."))])
    note = f.LongText(
        _l("Note"),
        [optional(), length(max=rules.LONGEST_NOTE)],
        hint=_l("What explains the value? Everybody reads it."),
    )


class OutcomeForm(Spoken):
    """How a pilot ended."""

    outcome = f.Radios(
        _l("Outcome"),
        [required(_l("Choose the outcome."))],
        coerce=Outcome,
        choices=[(one, words, rules.OUTCOMES_MEAN[one]) for one, words in rules.OUTCOMES.items()],
    )
    text = f.LongText(
        _l("What came out?"),
        [required(_l("Say what came out.")), length(max=rules.LONGEST_TEXT)],
        hint=_l("Was the hypothesis right? Say so, whichever way it went."),
    )
    learnt = f.LongText(
        _l("What was learnt?"),
        [required(_l("Say what was learnt.")), length(max=rules.LONGEST_TEXT)],
        hint=_l("What should others know who try something like this?"),
    )
    spent = f.Amount(
        _l("What it cost"),
        [required(_l("Enter what it cost. Zero is an answer too."))],
        hint=_l("What was granted and not spent goes back to the fund."),
    )


class GrantForm(f.Form):
    """Money for a pilot."""

    fund = f.Select(_l("Fund"), [required(_l("Choose a fund."))], coerce=int, blank=_l("Choose a fund"))
    cents = f.Amount(_l("Amount"), [required(_l("Enter an amount.")), between(min=1, say=i18n.money)])
    reason = f.Text(_l("Reason"), [required(_l("Give a reason.")), length(max=rules.LONGEST_REASON)])


class FundForm(f.Form):
    """The money of a department for a year."""

    department = f.Select(
        _l("Department"), [required(_l("Choose a department."))], coerce=int, blank=_l("Choose a department")
    )
    year = f.Whole(_l("Year"), [required(_l("Enter a year.")), between(min=2000, max=2999)])
    amount = f.Amount(_l("Amount of the year"), [required(_l("Enter an amount."))])
    reason = f.Text(
        _l("Reason"),
        [required(_l("Give a reason.")), length(max=rules.LONGEST_REASON)],
        hint=_l("Such as the decision of the council that gave the money."),
    )


class AmountForm(f.Form):
    """Another amount for the year."""

    amount = f.Amount(_l("Amount of the year"), [required(_l("Enter an amount."))])
    reason = f.Text(_l("Reason"), [required(_l("Give a reason.")), length(max=rules.LONGEST_REASON)])


class QuestionForm(f.Form):
    """A question of the screening list; its words come per language."""
