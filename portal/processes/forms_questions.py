"""Forms of questionnaires: what officers fill in, and the one that people answer, made from its questions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from portal.base import fields as f
from portal.base import i18n
from portal.base.ground import settings
from portal.base.i18n import _, _l
from portal.base.texts import Spoken, Wording
from portal.processes import rules_questions as rules
from portal.processes.models_questions import Ask, Audience
from portal.processes.queries_questions import Asked

LONGEST = {"title": 150, "lead": 3000, "text": 300, "hint": 300, "low": 60, "high": 60, "names": 3000}
LABELS = {
    "title": _l("Title"),
    "lead": _l("Introduction"),
    "text": _l("Question"),
    "hint": _l("Hint below the question"),
    "names": _l("Answers to choose from"),
    "low": _l("Words of the first step"),
    "high": _l("Words of the last step"),
}
HINTS = {
    "lead": _l("Markdown: **bold**, lists with a hyphen, [link](https://…)"),
    "names": _l("One answer in each line, in the same order in every language."),
}
ROWS = {"lead": 6, "names": 6}


def _per_language(name: str) -> dict[str, Any]:
    control = f.LongText if name in ROWS else f.Text
    return {
        f"{name}_{lang}": control(
            LABELS[name],
            [f.optional(), f.length(max=LONGEST[name])],
            hint=HINTS.get(name),
            attributes={"lang": lang, "dir": i18n.direction(lang)},
        )
        for lang in settings().languages
    }


def tongues(*names: str) -> list[dict[str, Any]]:
    """What the template draws: per language its name, direction and the names of its fields."""
    return [
        {
            "lang": lang,
            "dir": i18n.direction(lang),
            "name": i18n.own_name(lang),
            "fields": [(f"{name}_{lang}", ROWS.get(name)) for name in names],
        }
        for lang in settings().languages
    ]


def fill(rows: Mapping[tuple[str, str], Wording]) -> dict[str, str]:
    """A form's data from stored texts."""
    return {f"{field}_{lang}": row.body for (field, lang), row in rows.items()}


def words(form: f.Form, *names: str) -> dict[str, dict[str, str]]:
    """What was typed: field -> language -> text."""
    return {name: {lang: form[f"{name}_{lang}"].data or "" for lang in settings().languages} for name in names}


def need_one(form: f.Form, name: str, sentence: str) -> bool:
    """At least one language must have this text; the sentence goes to the first one."""
    fields = [form[f"{name}_{lang}"] for lang in settings().languages]
    if any(field.data for field in fields):
        return True
    fields[0].errors = [*fields[0].errors, sentence]
    return False


class SurveyForm(f.Form):
    """When a questionnaire is open and who answers; its texts come per language."""

    opens_at = f.Moment(_l("Opens"), [f.required(_l("Enter when it opens."))])
    closes_at = f.Moment(_l("Closes"), [f.required(_l("Enter when it closes."))])
    audience = f.Radios(
        _l("Who may answer"),
        [f.required(_l("Choose who may answer."))],
        choices=[(one.value, name) for one, name in rules.AUDIENCES.items()],
        hint=_l("In a closed process only its members, and of them those named here."),
    )
    officers = f.YesNo(
        _l("Ask officers too"),
        hint=_l(
            "Everybody with a staff role answers in a group of its own. The results show both groups side by side."
        ),
    )
    on_paper = f.YesNo(_l("Also on paper"), hint=_l("It can be printed, and staff enter the papers."))
    keep_days = f.Whole(
        _l("Days after the close until the link between person and answer is deleted"),
        [f.required(_l("Enter a number of days.")), f.between(0, 365)],
    )

    def fits(self) -> bool:
        """The close comes after the opening."""
        if self.opens_at.data and self.closes_at.data and self.closes_at.data <= self.opens_at.data:
            self.closes_at.errors = [_("The end must be later than the beginning.")]
            return False
        return True


def survey_form() -> type[SurveyForm]:
    """The form with its texts in each language."""
    return type("SurveyForm", (SurveyForm,), {**_per_language("title"), **_per_language("lead")})


class ProlongForm(f.Form):
    """A later close."""

    closes_at = f.Moment(_l("Closes"), [f.required(_l("Enter when it closes."))])


class QuestionForm(f.Form):
    """A question of any kind; what does not belong to the kind is left aside."""

    ask = f.Radios(
        _l("How it is answered"),
        [f.required(_l("Choose how it is answered."))],
        choices=[(one.value, name) for one, name in rules.KINDS.items()],
    )
    required = f.YesNo(_l("An answer is required"))
    least = f.Whole(_l("At least so many answers"), [f.optional(), f.between(1, rules.MOST_CHOICES)])
    most = f.Whole(_l("At most so many answers"), [f.optional(), f.between(1, rules.MOST_CHOICES)])
    steps = f.Whole(_l("Number of steps"), [f.optional(), f.between(*rules.STEPS)])

    def fits(self) -> bool:
        """What belongs to the kind is there, and every language names as many answers as the others."""
        good = need_one(self, "text", _("Enter the question in at least one language."))
        if self.ask.data == Ask.SCALE and not self.steps.data:
            self.steps.errors = [_("Enter how many steps the scale has.")]
            good = False
        if self.ask.data == Ask.SEVERAL and self.least.data and self.most.data and self.least.data > self.most.data:
            self.most.errors = [_("This number is smaller than the least number.")]
            good = False
        if self.ask.data in (Ask.SINGLE, Ask.SEVERAL):
            good = need_one(self, "names", _("Enter the answers in at least one language.")) and good
            lists = {lang: lines(self[f"names_{lang}"].data) for lang in settings().languages}
            number = max(len(one) for one in lists.values())
            for lang, found in lists.items():
                if found and len(found) != number:
                    self[f"names_{lang}"].errors = [_("Enter %(n)s answers, as in the other languages.", n=number)]
                    good = False
                elif len(found) > rules.MOST_CHOICES:
                    self[f"names_{lang}"].errors = [_("Enter at most %(n)s answers.", n=rules.MOST_CHOICES)]
                    good = False
        return good


def question_form() -> type[QuestionForm]:
    """The form with its texts in each language."""
    made: dict[str, Any] = {}
    for name in ("text", "hint", "names", "low", "high"):
        made |= _per_language(name)
    return type("QuestionForm", (QuestionForm,), made)


def lines(typed: str | None) -> list[str]:
    """The lines with something in them."""
    return [line.strip()[:200] for line in (typed or "").splitlines() if line.strip()]


def choices(form: f.Form) -> list[dict[str, str]]:
    """The answers to choose from: for each its words by language."""
    lists = {lang: lines(form[f"names_{lang}"].data) for lang in settings().languages}
    number = max(len(one) for one in lists.values())
    return [{lang: found[n] for lang, found in lists.items() if n < len(found)} for n in range(number)]


# --- the form that people answer --------------------------------------------------------------------------------------


class AnswerForm(f.Form):
    """The questions as fields q1, q2, ...; made by `answer_form`."""

    asked: Sequence[Asked] = ()
    paper = False  # a clerk enters what a paper says, and nobody can ask who left a question out

    def validate(self, extra_validators: Any = None) -> bool:
        """Every field can be read, and the rules find nothing wrong with an answer."""
        good = bool(super().validate(extra_validators))
        for one in self.asked:
            field = self[one.name]
            if field.errors or (self.paper and not field.data):
                continue
            wrong = rules.check(one.row, field.data, {number for number, _name in one.choices})
            if wrong is not None:
                field.errors = [str(wrong)]
                good = False
        if good and self.paper and self.asked and len(self.blank()) == len(self.asked):
            self[self.asked[0].name].errors = [_("This paper answers no question, so it is not counted.")]
            good = False
        return good

    def blank(self) -> list[Asked]:
        """The questions without an answer."""
        return [one for one in self.asked if not self[one.name].data]

    def values(self) -> dict[int, Any]:
        """What was answered, by question."""
        return {one.row.id: self[one.name].data for one in self.asked}


LEFT_BLANK = _l("Left blank on the paper, or not to be read")


def answer_form(asked: Sequence[Asked], *, paper: bool = False) -> type[AnswerForm]:
    """The form of a questionnaire. A question without a must offers "no answer", which no radio button can be without
    once it was pressed. `paper`: the one by which a clerk enters a paper as it is, whatever was left blank on it."""
    made: dict[str, Any] = {"asked": tuple(asked), "paper": paper}
    for one in asked:
        must = one.row.required and not paper
        label = Spoken(one.text, before=f"{one.number}. ")
        hint = _hint(one)
        blank = None if must else LEFT_BLANK if paper else _l("No answer")
        if one.row.ask is Ask.TEXT:
            made[one.name] = f.LongText(label, [f.optional()], hint=hint, attributes={"dir": "auto"})
        elif one.row.ask is Ask.SEVERAL:
            made[one.name] = f.Checks(label, hint=hint, coerce=int, choices=_answers(one))
        else:
            made[one.name] = f.Radios(label, hint=hint, coerce=int, choices=_answers(one), blank=blank)
    return type("AnswerForm", (AnswerForm,), made)


def _answers(one: Asked) -> list[tuple[int, Any]]:
    if one.row.steps is None:
        return [(number, Spoken(name)) for number, name in one.choices]
    ends = {1: one.low, one.row.steps: one.high}
    return [
        (step, Spoken(said, before=f"{i18n.number(step)} – ") if (said := ends.get(step)) else i18n.number(step))
        for step in range(1, one.row.steps + 1)
    ]


@dataclass(frozen=True, slots=True)
class _Hints:
    """The officers' own hint, then how the question is answered."""

    parts: tuple[Any, ...]

    def __str__(self) -> str:
        return " ".join(str(part) for part in self.parts)

    def __html__(self) -> str:
        return str(Markup(" ").join(self.parts))


def _hint(one: Asked) -> Any:
    parts: list[Any] = [Spoken(one.hint)] if one.hint else []
    how = rules.how(one.row)
    if how is not None:
        parts.append(how)
    if not one.row.required:
        parts.append(_l("You can leave this out."))
    return _Hints(tuple(parts)) if parts else None


def stored(asked: Sequence[Asked], replies: Mapping[int, Any]) -> dict[str, Any]:
    """The form's data from what a person answered."""
    found = {}
    for one in asked:
        value = replies.get(one.row.id)
        if isinstance(value, list) and one.row.ask is Ask.SINGLE:
            value = value[0]
        found[one.name] = value
    return found


AUDIENCE = {one.value: one for one in Audience}
