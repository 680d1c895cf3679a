"""Forms of the staff area: a call with its texts per language, its dates, its categories, the list of its ideas."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from portal.base import fields as f
from portal.base import i18n, textforms
from portal.base.ground import settings
from portal.base.i18n import _l
from portal.base.validators import between, length, optional, pattern, required
from portal.ideas.models import Audience, Debate
from portal.ideas.rules import AUDIENCES, TEXTS
from portal.processes.models import PhaseKind
from portal.processes.rules import name as phase_name

F = TypeVar("F", bound=f.Form)
PHASES = [(kind, phase_name(kind)) for kind in (PhaseKind.SUBMIT, PhaseKind.REVIEW)]
NEW_CATEGORIES = 3


# addresses below /ideas/ that are pages of their own
TAKEN = ("mine", "searches", "files", "new", "valuations", "objections", "same", "idea")


class CallForm(f.Form):
    """A call: its address, who takes part, what it asks; its texts come per language."""

    slug = f.Text(
        _l("Address of the page"),
        [
            required(_l("Enter an address, such as 2027.")),
            length(max=80),
            pattern(r"[a-z0-9]+(-[a-z0-9]+)*", _l("Use small letters, digits and hyphens.")),
        ],
        hint=_l("The last part of the web address, such as ideas-2027: small letters, digits and hyphens."),
        attributes={"dir": "ltr", "spellcheck": "false"},
    )
    belongs = f.Select(
        _l("Dates"),
        [optional()],
        coerce=int,
        blank=_l("Dates of its own, or none"),
        hint=_l("A call within a budget has the dates of that budget. This cannot be changed later."),
    )
    always_open = f.YesNo(_l("Always open: ideas can be handed in and supported at any time"))
    challenge = f.YesNo(
        _l("A challenge to firms, schools and associations"),
        hint=_l("People take part for one of them, by a mandate. Its name stands beside the idea."),
    )
    audience = f.Radios(
        _l("Who may hand in and support ideas"),
        [required(_l("Choose who may take part."))],
        coerce=Audience,
        choices=[(audience, AUDIENCES[audience]) for audience in Audience],
    )
    age = f.Whole(
        _l("Age from which people may take part"), [optional(), between(min=5, max=99)], hint=_l("Empty: any age.")
    )
    age_on = f.Day(_l("Day on which the age counts"))
    debate = f.Radios(
        _l("How people talk about an idea"),
        [required(_l("Choose how people talk about an idea."))],
        coerce=Debate,
        choices=[
            (Debate.POINTS, _l("Points for and against, in two columns")),
            (Debate.THREAD, _l("A thread of comments and replies")),
        ],
    )
    premoderated = f.YesNo(
        _l("A moderator reads every idea and comment before it is shown"), hint=_l("Say on the page why.")
    )
    promised_hours = f.Whole(
        _l("Hours within which a moderator has read it"),
        [required(_l("Enter a number of hours.")), between(min=1, max=720)],
    )
    support_until = f.Moment(
        _l("Ideas can be supported until"),
        [optional()],
        hint=_l("Empty: as long as ideas can be handed in."),
    )
    short_list_size = f.Whole(
        _l("How many ideas of each district come onto the short list"),
        [required(_l("Enter a number.")), between(min=1, max=500)],
    )
    threshold = f.Whole(
        _l("Fewest supports for the short list"), [required(_l("Enter a number.")), between(min=0, max=1_000_000)]
    )
    edit_minutes = f.Whole(
        _l("Minutes in which authors may change an idea although others support it"),
        [required(_l("Enter a number of minutes.")), between(min=0, max=100_000)],
    )
    objection_days = f.Whole(
        _l("Days in which authors may object to what was decided"),
        [required(_l("Enter a number of days.")), between(min=0, max=365)],
    )
    forget_days = f.Whole(
        _l("Days after the end until nobody can be linked to what they supported"),
        [required(_l("Enter a number of days.")), between(min=0, max=3650)],
    )
    asks = f.Checks(
        _l("What people are asked, besides title and text"),
        [optional()],
        choices=[
            ("asks_place", _l("Where it would be")),
            ("asks_cost", _l("What they think it costs")),
            ("takes_pictures", _l("Pictures")),
            ("takes_files", _l("Files (PDF)")),
        ],
    )

    def validate_age_on(self, field: Any) -> None:
        """An age needs its day, and a day its age."""
        if (self.age.data is None) != (field.data is None) and not field.errors:
            raise f.Wrong(str(_l("Enter the age and the day on which it counts, or neither.")))

    def validate_slug(self, field: Any) -> None:
        """A number alone is the address of an idea, and some words are pages of their own."""
        if (field.data or "").isdecimal() or field.data in TAKEN:
            raise f.Wrong(str(_l("Choose an address with letters in it, such as ideas-2027.")))

    def values(self) -> dict[str, Any]:
        """What is set on the call."""
        asked = set(self.asks.data or [])
        names = (
            "always_open", "challenge", "audience", "age", "age_on", "debate", "premoderated", "promised_hours",
            "support_until", "short_list_size", "threshold", "edit_minutes", "objection_days", "forget_days",
        )  # fmt: skip
        found = {name: self[name].data for name in names}
        return found | {name: name in asked for name in ASKS}


ASKS = ("asks_place", "asks_cost", "takes_pictures", "takes_files")


class DatesForm(f.Form):
    """Begin and end of each phase; two empty boxes leave a phase out."""


def dates_form() -> type[DatesForm]:
    """The form with two moments per phase of a call."""
    fields: dict[str, Any] = {}
    for kind, _name in PHASES:
        fields[f"{kind.value}_opens"] = f.Moment(_l("Begins"), [optional()])
        fields[f"{kind.value}_closes"] = f.Moment(_l("Ends"), [optional()])
    return type("DatesForm", (DatesForm,), fields)


class CategoriesForm(f.Form):
    """The categories of a call, one box per language each; an empty one goes."""


def categories_form(ids: list[int]) -> type[CategoriesForm]:
    """The form with the categories there are, and room for a few more: name_3_en, name_new1_en, ..."""
    fields: dict[str, Any] = {}
    for key in category_keys(ids):
        for code in settings().languages:
            fields[f"name_{key}_{code}"] = f.Text(
                _l("Name"),
                [optional(), length(max=80)],
                attributes={"lang": code, "dir": i18n.direction(code)},
            )
    return type("CategoriesForm", (CategoriesForm,), fields)


def category_keys(ids: list[int]) -> list[str]:
    """What the boxes of each category are called."""
    return [*(str(number) for number in ids), *(f"new{n}" for n in range(1, NEW_CATEGORIES + 1))]


def typed_categories(form: f.Form, ids: list[int]) -> list[tuple[int | None, Mapping[str, str]]]:
    """What was typed: (number, or None for a new one; names by language); empty ones are left out."""
    found: list[tuple[int | None, Mapping[str, str]]] = []
    for key in category_keys(ids):
        names = {code: (form[f"name_{key}_{code}"].data or "").strip() for code in settings().languages}
        if any(names.values()):
            found.append((int(key) if key.isdecimal() else None, names))
    return found


# --- texts per language -----------------------------------------------------------------------------------------------


def with_texts(base: type[F], kind: str) -> type[F]:
    """The form with one field per text of the kind and language: title_en, title_de, ..."""
    return textforms.with_texts(base, TEXTS[kind])


def texts_of(form: f.Form, kind: str) -> dict[str, dict[str, str]]:
    """What was typed: field -> language -> text."""
    return textforms.texts_of(form, TEXTS[kind])


def tongues(kind: str) -> list[dict[str, Any]]:
    """What the template draws: per language its name, direction and the names of its fields."""
    return textforms.tongues(TEXTS[kind])
