"""Forms of the check: giving ideas to somebody, the valuation with its lines, notes, objections, the council's picks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import request

from portal.base import fields as f
from portal.base import i18n, texts, ui
from portal.base.i18n import _l
from portal.base.validators import length, optional, required
from portal.ideas import queries_desk, rules_value
from portal.ideas.forms_merge import choice_of
from portal.ideas.models_value import CostLine, Subject, Valuation
from portal.ideas.queries_desk import Wish
from portal.ideas.rules_value import SUBJECTS, Finding, Line

LINES = 4  # empty lines of a cost to begin with
MORE = 5


def _written_in() -> Any:
    return f.Select(_l("Language in which you wrote this"), [required(_l("Choose the language in which you write."))])


def _offered(field: Any) -> set[Any]:
    return {choice[0] for choice in field.choices}


class WorkFilters(f.GetForm):
    """What to show of the ideas to value."""

    state = f.Select(
        _l("Show"),
        choices=[
            ("open", _l("To be valued")),
            ("late", _l("Late")),
            ("valued", _l("Valued")),
            ("objection", _l("With an open objection")),
            ("all", _l("All ideas")),
        ],
    )
    whose = f.Select(
        _l("Who has it"),
        choices=[("mine", _l("I, or my department")), ("nobody", _l("Nobody yet")), ("others", _l("Somebody else"))],
        blank=_l("Anybody"),
    )
    department = f.Select(_l("Department"), coerce=int, blank=_l("All departments"))
    call = f.Select(_l("Call for ideas"), coerce=int, blank=_l("All calls"))
    q = f.Search(_l("Search"))

    @classmethod
    def of(cls, departments: Sequence[tuple[int, Any]], calls: Sequence[tuple[int, Any]]) -> WorkFilters:
        """The form with what there is to choose from."""
        form = cls()
        form.department.choices, form.call.choices = list(departments), list(calls)
        return form

    def wish(self) -> Wish:
        """What was asked; answers that are not in the lists are left out."""
        return Wish(
            state=self.state.data if self.state.data in queries_desk.STATES else "open",
            whose=self.whose.data if self.whose.data in queries_desk.WHOSE else "",
            department=self.department.data if self.department.data in _offered(self.department) else None,
            call=self.call.data if self.call.data in _offered(self.call) else None,
            q=(self.q.data or "")[:200].strip(),
            page=ui.page_number(request.args.get("page")),
        )


class AssignForm(f.Form):
    """Who gets an idea, or several, and by what day it is to be valued."""

    to_department = f.Select(_l("Department"), [optional()], coerce=int, blank=_l("None"))
    officer = f.Select(
        _l("Officer"),
        [optional()],
        coerce=int,
        blank=_l("Nobody in particular"),
        hint=_l("Only staff see the name. Everybody sees the department, or what the role is called."),
    )
    due_on = f.Day(_l("To be valued by"), [required(_l("Enter the day by which it is to be valued."))])

    def offer(self, departments: Sequence[tuple[int, Any]], officers: Sequence[tuple[int, str]]) -> AssignForm:
        """Fill in what there is to choose from."""
        self.to_department.choices, self.officer.choices = list(departments), list(officers)
        return self

    def whole(self, today: Any) -> bool:
        """Is it filled in? Errors stand at the fields otherwise."""
        fine = bool(self.validate())
        if self.to_department.data is None and self.officer.data is None and not self.to_department.errors:
            self.to_department.errors = [str(_l("Choose a department, an officer, or both."))]
            fine = False
        if self.due_on.data is not None and self.due_on.data < today:
            self.due_on.errors = [str(_l("Enter a day that is not over."))]
            fine = False
        return fine


class _Lines(f.Form):
    """Lines of a cost: a name and an amount each; made by `with_lines`."""

    rows = 0

    def lines(self) -> tuple[Line, ...] | None:
        """The lines that were filled in; None where one is only half, which its field then says."""
        found, fine = [], True
        for n in range(1, self.rows + 1):
            label, amount = self[f"label_{n}"], self[f"amount_{n}"]
            if amount.errors:
                fine = False
            elif label.data and amount.data is None:
                amount.errors, fine = [str(_l("Enter the amount of this line."))], False
            elif amount.data is not None and not label.data:
                label.errors, fine = [str(_l("Say what this amount is for."))], False
            elif label.data:
                found.append(Line(label.data, amount.data))
        return tuple(found) if fine else None


def with_lines(base: Any, stored: int) -> Any:
    """The form with as many lines as were sent, or as are stored and some more; the button for more adds some."""
    sent = sum(1 for name in request.form if name.startswith("label_"))
    rows = max(sent, stored + LINES if not sent else 0)
    if request.form.get("act") == "more":
        rows += MORE
    rows = min(rows, rules_value.MOST_LINES)
    made: dict[str, Any] = {"rows": rows}
    for n in range(1, rows + 1):
        made[f"label_{n}"] = f.Text(
            _l("Line %(n)s: what for", n=n), [optional(), length(max=rules_value.LONGEST_LABEL)]
        )
        made[f"amount_{n}"] = f.Amount(_l("Line %(n)s: amount", n=n), [optional()])
    return type(base.__name__, (base,), made)


def line_data(lines: Sequence[CostLine]) -> dict[str, Any]:
    """Stored lines as the form takes them."""
    found: dict[str, Any] = {}
    for n, line in enumerate(lines, 1):
        found |= {f"label_{n}": line.label, f"amount_{n}": line.amount}
    return found


class FindingForm(_Lines):
    """What an officer says of an idea."""

    feasible = f.Radios(
        _l("Is the idea feasible?"),
        [optional()],
        choices=[("yes", _l("Yes, it is feasible")), ("no", _l("No, it is not feasible"))],
    )
    reason = f.LongText(
        _l("Explanation"),
        [length(max=rules_value.LONGEST_REASON)],
        hint=_l("Everybody reads it. Say what was looked at, what would have to be done, and what stands in the way."),
    )
    language = _written_in()

    @classmethod
    def begun(cls, row: Valuation | None, lines: Sequence[CostLine]) -> FindingForm:
        """The form with what stands in a draft, or in the last valuation."""
        data: dict[str, Any] = {"language": i18n.lang()}
        if row is not None:
            said = {True: "yes", False: "no", None: None}[row.feasible]
            data = {"feasible": said, "reason": row.reason, "language": row.language, **line_data(lines)}
        form: FindingForm = with_lines(cls, len(lines))(data=data)
        form.language.choices = list(texts.written())
        return form

    def finding(self, *, whole: bool) -> Finding | None:
        """What was filled in; `whole`: it is to be published, so nothing may be missing. None: the fields say what is
        wrong."""
        fine = bool(self.validate())
        lines = self.lines()
        said = {"yes": True, "no": False}
        found = Finding(said.get(self.feasible.data), self.reason.data or "", self.language.data, lines or ())
        missing: Mapping[str, Any] = rules_value.faults(found) if whole else {}
        for name, sentence in missing.items():
            if not self[name].errors and (lines is not None or name != "label_1"):
                self[name].errors = [str(sentence)]
        return None if missing or lines is None or not fine else found


class NoteForm(f.Form):
    """A note of a department."""

    body = f.LongText(
        _l("New note"),
        [required(_l("Write a note.")), length(max=rules_value.LONGEST_NOTE)],
        hint=_l("Only staff read it. It is in no public page, file or feed."),
    )


class ObjectForm(f.Form):
    """An author does not agree."""

    subject = f.Radios(_l("What do you object to?"), [required(_l("Choose what you object to."))], coerce=Subject)
    words = f.LongText(
        _l("Why?"),
        [required(_l("Say why you do not agree.")), length(max=rules_value.LONGEST_WORDS)],
        hint=_l("The staff and the authors read it. The decision on it is public."),
    )
    language = f.Select(
        _l("In which language do you write?"), [required(_l("Choose the language in which you write."))]
    )

    @classmethod
    def of(cls, subjects: Sequence[Subject]) -> ObjectForm:
        """The form with what can be objected to; the only thing is chosen already."""
        form = cls(data={"language": i18n.lang(), "subject": subjects[0] if len(subjects) == 1 else None})
        form.subject.choices = [(subject, SUBJECTS[subject]) for subject in subjects]
        form.language.choices = list(texts.written())
        return form


class DecideForm(_Lines):
    """The decision on an objection."""

    upheld = f.Radios(
        _l("Your decision"),
        [required(_l("Choose your decision."))],
        choices=[("yes", _l("The author is right")), ("no", _l("What was decided stands"))],
    )
    statement = f.LongText(
        _l("Your reasons"),
        [required(_l("Give your reasons.")), length(max=rules_value.LONGEST_REASON)],
        hint=_l("Everybody reads this on the idea’s page."),
    )
    language = _written_in()
    due_on = f.Day(
        _l("To be valued anew by"), [optional()], hint=_l("Needed where the author is right. The same office gets it.")
    )

    @classmethod
    def of(cls, subject: Subject, lines: Sequence[CostLine]) -> DecideForm:
        """The form with what this subject asks: a new day, or the right cost."""
        data = {"language": i18n.lang(), **line_data(lines)}
        cost = subject is Subject.COST
        form: DecideForm = (with_lines(cls, len(lines)) if cost else cls)(data=data)
        form.language.choices = list(texts.written())
        if subject is not Subject.FEASIBILITY:
            del form.due_on
        return form

    def whole(self, today: Any) -> tuple[Line, ...] | None:
        """The lines where all is filled in that the decision asks, None where the fields say what is missing."""
        fine, lines = bool(self.validate()), self.lines()
        if self.upheld.data == "yes" and "due_on" in self:
            if self.due_on.data is None and not self.due_on.errors:
                self.due_on.errors, fine = [str(_l("Enter the day by which it is to be valued."))], False
            elif self.due_on.data is not None and self.due_on.data < today:
                self.due_on.errors, fine = [str(_l("Enter a day that is not over."))], False
        if self.upheld.data == "yes" and self.rows and lines == ():
            self["label_1"].errors, fine = [str(_l("Enter the lines of the right cost."))], False
        return lines if fine else None


class PickForm(f.Form):
    """The council puts an idea onto the list."""

    idea = f.Select(_l("Idea"), [required(_l("Choose an idea."))], coerce=int, blank=_l("Choose"))
    reason = f.LongText(
        _l("The council’s reasons"),
        [required(_l("Give the reasons of the council.")), length(max=rules_value.LONGEST_WORDS)],
        hint=_l("Everybody reads this beside the list."),
    )
    language = _written_in()

    def offer(self, ideas: Sequence[Any]) -> PickForm:
        """Fill in what there is to choose from."""
        self.idea.choices = [(one.id, choice_of(one.number, one.title, one.language)) for one in ideas]
        self.language.choices = list(texts.written())
        if not self.is_submitted():
            self.language.data = i18n.lang()
        return self


class UnpickForm(f.Form):
    """The council takes its pick off again."""

    reason = f.LongText(
        _l("Why it is taken off the list"),
        [required(_l("Give the reasons of the council.")), length(max=rules_value.LONGEST_WORDS)],
        hint=_l("Everybody reads this beside the list."),
    )
    language = _written_in()

    def offer(self) -> UnpickForm:
        """Fill in the languages."""
        self.language.choices = list(texts.written())
        if not self.is_submitted():
            self.language.data = i18n.lang()
        return self
