"""Forms about two ideas: saying that they are the same, joining, parting, moving, splitting."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from portal.base import fields as f
from portal.base import i18n, texts
from portal.base.i18n import _, _l
from portal.base.texts import HOLE, Said, Spoken
from portal.base.validators import between, length, optional, required
from portal.ideas import queries, rules, rules_merge
from portal.ideas.models_merge import TwinState
from portal.ideas.queries_same import SAYS

MOST_NUMBER = 999_999_999


class OtherForm(f.Form):
    """Which other idea: one of those that are alike, or by its number."""

    other = f.Radios(_l("Ideas that are alike"), [optional()], coerce=int)
    number = f.Whole(
        _l("Number of the other idea"),
        [optional(), between(min=1, max=MOST_NUMBER)],
        hint=_l("It stands above the title of an idea. Leave it empty where you choose from the list."),
    )

    @classmethod
    def of(cls, alike: Iterable[Any]) -> Any:
        """The form with these ideas to choose from."""
        form = cls()
        form.other.choices = _alike(alike)
        if not form.other.choices:
            del form.other
        return form

    def chosen(self) -> int | None:
        """The number that was chosen or typed; None with a sentence at the field where there is not exactly one."""
        listed = self.other.data if "other" in self else None
        typed = self.number.data
        if listed is None and typed is None:
            first = self.other if "other" in self else self.number
            first.errors = [*first.errors, _("Choose an idea, or enter its number.")]
            return None
        if listed is not None and typed is not None and listed != typed:
            self.number.errors = [
                *self.number.errors,
                _("You have chosen another idea in the list. Leave one of the two."),
            ]
            return None
        return typed if listed is None else int(listed)


def choice_of(number: int, title: str, lang: str) -> Spoken:
    """An idea among others: its number, and its title in its own language."""
    return Spoken.within(_("%(number)s: %(title)s", number=str(number), title=HOLE), Said.own(title, lang))


def _alike(found: Iterable[Any]) -> list[f.Choice]:
    return [(one.number, choice_of(one.number, one.title, one.lang), Said.own(one.lead, one.lang)) for one in found]


class SameForm(OtherForm):
    """Somebody says that two ideas are the same."""

    word = f.LongText(
        _l("Why are they the same?"),
        [required(_l("Say in a sentence why they are the same.")), length(max=rules_merge.LONGEST_WORD)],
        hint=_l("The authors of both ideas and the staff read this."),
    )


class ReasonForm(f.Form):
    """A reason that everybody reads, in the language in which it is written."""

    reason = f.LongText(
        _l("Reason"),
        [required(_l("Give a reason.")), length(max=rules.LONGEST_REASON)],
        hint=_l("Everybody reads it on the page of the idea, and its authors in their message."),
    )
    lang = f.Select(_l("In which language do you write?"), [required(_l("Choose the language in which you write."))])

    @classmethod
    def begun(cls, **data: Any) -> Any:
        """The form; the language of the page is the first guess."""
        form = cls(data={"lang": i18n.lang(), **data})
        form.lang.choices = list(texts.written())
        return form


class JoinForm(ReasonForm, OtherForm):
    """The staff join an idea with another one."""

    @classmethod
    def among(cls, alike: Iterable[Any]) -> Any:
        """The form with these ideas to choose from."""
        form = cls.begun()
        form.other.choices = _alike(alike)
        if not form.other.choices:
            del form.other
        return form


APART = "apart"


class DecideForm(ReasonForm):
    """The staff decide a proposal: joined in one of the two, or left apart."""

    decision = f.Radios(_l("Decision"), [required(_l("Choose what happens to the two ideas."))])

    @classmethod
    def between(cls, one: Any, other: Any) -> Any:
        """The form of a proposal about these two ideas."""
        form = cls.begun()
        form.decision.choices = [
            (
                str(into.id),
                _("Join both in idea %(number)s", number=str(into.number)),
                Said.own(into.title, into.language),
            )
            for into in (other, one)
        ] + [(APART, _("Leave them apart"), _("Both stay as they are."))]
        return form


SAME_NAME, NO_CATEGORY = -1, 0


class MoveForm(ReasonForm):
    """An idea into another call or district."""

    call = f.Select(_l("Call for ideas"), [required(_l("Choose a call."))], coerce=int)
    district = f.Select(_l("District"), [optional()], coerce=int, blank=_l("The whole city, or several districts"))
    category = f.Select(
        _l("Category"),
        [optional()],
        coerce=int,
        hint=_l("In another call: a category of that call. “Of the same name” takes the one that is called the same."),
    )

    @classmethod
    def into(
        cls, calls: Sequence[tuple[int, Any]], districts: Any, categories: Sequence[tuple[int, Any]], now: Any
    ) -> Any:
        """The form with the calls that can be chosen, and what the idea has now."""
        form = cls.begun(call=now.call_id, district=now.district_id, category=SAME_NAME)
        form.call.choices = list(calls)
        form.district.choices = list(districts.items())
        form.category.choices = [(SAME_NAME, _("Of the same name")), (NO_CATEGORY, _("None of these")), *categories]
        return form


class SplitForm(ReasonForm):
    """An idea in several parts; the fields of each are made by `split_form`."""


def split_form(parts: int, names: queries.Names, idea: Any) -> Any:
    """The form with so many parts. The first one, which keeps the number, begins with what stands there."""
    fields: dict[str, Any] = {}
    for n in range(1, parts + 1):
        spoken = {"lang": idea.language, "dir": i18n.direction(idea.language)}
        fields[f"title_{n}"] = f.Text(
            _l("Title"),
            [required(_l("Enter a title for this part.")), length(max=rules.LONGEST_TITLE)],
            attributes=spoken,
        )
        fields[f"body_{n}"] = f.LongText(
            _l("Text"),
            [required(_l("Enter the text of this part.")), length(max=rules.LONGEST_BODY)],
            attributes=spoken,
        )
        fields[f"category_{n}"] = f.Select(_l("Category"), [optional()], coerce=int, blank=_l("None of these"))
        fields[f"district_{n}"] = f.Select(
            _l("District"), [optional()], coerce=int, blank=_l("The whole city, or several districts")
        )
    made: Any = type("SplitForm", (SplitForm,), fields)
    data: dict[str, Any] = {"title_1": idea.title, "body_1": idea.body}
    for n in range(1, parts + 1):
        data |= {f"category_{n}": idea.category_id, f"district_{n}": idea.district_id}
    form = made.begun(**data)
    for n in range(1, parts + 1):
        form[f"category_{n}"].choices = list(names.categories.items())
        form[f"district_{n}"].choices = list(names.districts.items())
        if not names.categories:
            del form[f"category_{n}"]
    return form


SAY_NAMES = {
    "both": _l("Both agree"),
    "one": _l("One agrees"),
    "against": _l("One is against it"),
    "none": _l("Nobody has said anything"),
}


class SameFilters(f.GetForm):
    """The filters of the staff's queue of proposals."""

    q = f.Search(_l("Title or number of an idea"))
    state = f.Select(_l("Status"), choices=[(one.value, rules_merge.TWIN_STATES[one]) for one in TwinState])
    call = f.Select(_l("Call for ideas"), coerce=int, blank=_l("All calls"))
    says = f.Select(_l("What the authors say"), blank=_l("All"), choices=[(key, SAY_NAMES[key]) for key in SAYS])
