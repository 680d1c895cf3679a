"""Forms of citizens: the filters of a list, the steps of an idea, withdrawing, co-authors, kept searches."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import request

from portal.base import fields as f
from portal.base import i18n, texts, ui
from portal.base.i18n import _l
from portal.base.texts import Said
from portal.base.validators import Length, between, email, length, optional, required
from portal.ideas import rules
from portal.ideas.models import Call, IdeaState
from portal.ideas.queries import Names
from portal.ideas.queries_list import MOST_SEED, SORTS, Filters
from portal.ideas.rules import STATES, Written
from portal.moderation.forms_guard import Guarded

SORT_NAMES = {
    "newest": _l("Newest first"),
    "supported": _l("Most supported"),
    "discussed": _l("Most discussed"),
    "random": _l("Random, another order each day"),
}


class IdeaFilters(f.GetForm):
    """Search, category, district, state, language, order."""

    q = f.Search(_l("Search"))
    category = f.Select(_l("Category"), coerce=int, blank=_l("All categories"))
    district = f.Select(_l("District"), coerce=int, blank=_l("All districts"))
    state = f.Select(_l("Status"), coerce=IdeaState, blank=_l("All"))
    language = f.Select(_l("Language"), blank=_l("All languages"))
    sort = f.Select(_l("Sort by"), choices=[(key, SORT_NAMES[key]) for key in SORTS])

    @classmethod
    def of(cls, names: Names) -> IdeaFilters:
        """The form with the categories of one call and the districts of the city."""
        form = cls()
        form.category.choices = list(names.categories.items())
        form.district.choices = list(names.districts.items())
        form.state.choices = [(state, STATES[state]) for state in IdeaState]
        form.language.choices = list(texts.written())
        return form

    def filters(self, names: Names, today: int) -> Filters:
        """What was asked; answers that are not in the lists are left out. `today` fixes the random order of a day where
        the address does not say which one was begun."""
        seed = request.args.get("seed", "")
        return Filters(
            q=(self.q.data or "")[:200].strip(),
            category=self.category.data if self.category.data in names.categories else None,
            district=self.district.data if self.district.data in names.districts else None,
            state=self.state.data if self.state.data in set(IdeaState) else None,
            language=self.language.data if self.language.data in dict(texts.written()) else "",
            sort=self.sort.data if self.sort.data in SORTS else SORTS[0],
            seed=int(seed) if seed.isascii() and seed.isdecimal() and int(seed[:9]) <= MOST_SEED else today,
            page=ui.page_number(request.args.get("page")),
        )


# --- the steps of an idea ---------------------------------------------------------------------------------------------


class IdeaForm(f.Form):
    """The idea itself."""

    title = f.Text(
        _l("Title of your idea"),
        [required(_l("Enter a title for your idea.")), length(max=rules.LONGEST_TITLE)],
        hint=_l("Say in a few words what should be there or change."),
    )
    body = f.LongText(
        _l("What do you propose, and why?"),
        [required(_l("Describe your idea.")), length(max=rules.LONGEST_BODY)],
        hint=_l("Who would it help? What is there today? A blank line begins a new paragraph."),
    )
    category = f.Select(_l("Category"), [optional()], coerce=int, blank=_l("None of these"))
    language = f.Select(
        _l("In which language do you write?"),
        [required(_l("Choose the language in which you write."))],
        hint=_l("It is marked in every list, so that programs which read aloud choose the right voice."),
    )

    @classmethod
    def begun(cls, names: Names, data: Mapping[str, Any]) -> IdeaForm:
        """The form with what the draft holds; the language of the page is the first guess."""
        form = cls(data={"language": i18n.lang(), **data})
        form.category.choices = list(names.categories.items())
        form.language.choices = list(texts.written())
        if not names.categories:
            del form.category
        return form


class PlaceForm(f.Form):
    """Where, and what it may cost. A mark on the plan is set by a press on it, or by what it is near to."""

    district = f.Select(
        _l("In which district?"), [optional()], coerce=int, blank=_l("The whole city, or several districts")
    )
    place = f.Text(
        _l("Where exactly?"),
        [optional(), length(max=rules.LONGEST_PLACE)],
        hint=_l("Street, square or building. Leave it empty when there is no single place."),
    )
    cost = f.Amount(
        _l("What do you think it costs?"),
        [optional(), between(min=0)],
        hint=_l("A rough estimate is enough. The city works out the real cost."),
    )
    like = f.Select(
        _l("At the same place as"),
        [optional()],
        blank=_l("None of these"),
        hint=_l("Places and districts whose spot on the plan is known."),
    )

    @classmethod
    def located(cls, call: Call, names: Names, spots: list[tuple[str, Said]], data: Mapping[str, Any]) -> PlaceForm:
        """The form of one call; what the call does not ask is left out. `spots`: what may be chosen on the plan."""
        form = cls(data=data)
        form.district.choices = list(names.districts.items())
        form.like.choices = list(spots)
        if not call.asks_place:
            del form.place
        if not call.asks_cost:
            del form.cost
        if not spots or not call.asks_place:
            del form.like
        return form


class EditForm(Guarded, IdeaForm, PlaceForm):
    """Everything of an idea on one page, for changing it; its mark on the plan stays. `seen`: a mark of the words that
    its author had before them, so that two authors do not write over each other."""

    seen = f.Hidden(validators=[optional()])

    @classmethod
    def whole(cls, call: Call, names: Names, data: Mapping[str, Any]) -> EditForm:
        """The form of an idea in one call."""
        form = cls(data=data)
        form.category.choices = list(names.categories.items())
        form.language.choices = list(texts.written())
        form.district.choices = list(names.districts.items())
        del form.like
        if not names.categories:
            del form.category
        if not call.asks_place:
            del form.place
        if not call.asks_cost:
            del form.cost
        return form


class PictureForm(f.Form):
    """One more picture with what it shows."""

    picture = f.Picture(_l("Picture"), [required(_l("Choose a picture."))], hint=_l("JPEG, PNG or WebP."))
    alt = f.Text(
        _l("What the picture shows, for people who do not see it"),
        [required(_l("Describe the picture for people who cannot see it.")), length(max=250)],
    )


class FileForm(f.Form):
    """One more file."""

    file = f.Picture(
        _l("File (PDF)"),
        [required(_l("Choose a file."))],
        accept=".pdf,application/pdf",
        hint=_l("Plans, drawings or letters. Say the important things in the text too: not everybody can read a PDF."),
    )


class SendForm(Guarded, f.Form):
    """The last page: nothing but the button."""


def is_lenient(form: f.Form) -> bool:
    """Is what was typed fit to be kept for later, though something is still missing? The lengths have to fit."""
    for field in form:
        for check in getattr(field, "validators", ()):
            if isinstance(check, Length):
                try:
                    check(form, field)
                except f.Wrong:
                    return False
    return True


def written(data: Mapping[str, Any]) -> Written:
    """The words of an idea from a draft."""
    return Written(
        title=str(data.get("title") or ""),
        body=str(data.get("body") or ""),
        language=str(data.get("language") or i18n.lang()),
        category_id=data.get("category"),
        district_id=data.get("district"),
        place=str(data.get("place") or ""),
        x=data.get("x"),
        y=data.get("y"),
        cost_guess=data.get("cost"),
    )


# --- authors and readers ----------------------------------------------------------------------------------------------


class WithdrawForm(f.Form):
    """Why an idea is taken back."""

    reason = f.LongText(
        _l("Why do you withdraw the idea?"),
        [required(_l("Say why you withdraw the idea.")), length(max=rules.LONGEST_REASON)],
        hint=_l("Everybody can read it on the page of the idea, which stays."),
    )


class InviteForm(f.Form):
    """Whom to write the idea with."""

    address = f.Email(
        _l("E-mail address"),
        [required(_l("Enter an e-mail address.")), email()],
        hint=_l("If somebody here has confirmed this address, they are asked now; otherwise when they do."),
    )


class SearchForm(f.Form):
    """What a kept search is called."""

    name = f.Text(
        _l("Name of the search"),
        [required(_l("Give the search a name.")), length(max=120)],
        hint=_l("Only you see it."),
    )
