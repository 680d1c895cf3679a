"""A page of a service's form, drawn with the site's own controls. What is typed is read by filling.py, not here: these
boxes hold it, under the names that the same form has on paper, and show the sentences on what is wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from werkzeug.datastructures import MultiDict

from portal.base import fields as f
from portal.base.i18n import Text, _l
from portal.services.filling_check import PARTS
from portal.services.schema import Field, Form
from portal.services.schema_kinds import FILES, GROUNDS, WHO

PART_LABELS: Mapping[str, Text] = {
    "given": _l("Given names"),
    "family": _l("Family name"),
    "street": _l("Street"),
    "number": _l("House number"),
    "postcode": _l("Postcode"),
    "town": _l("Town"),
    "month": _l("Month"),
    "year": _l("Year"),
    "ground": _l("Why you apply for them"),
    "birth_date": _l("Their day of birth"),
}
AUTOCOMPLETE = {"given": "given-name", "family": "family-name", "postcode": "postal-code", "town": "address-level2"}
MOST_RADIOS = 7
EMPTY_ROWS = 2  # of a table, beyond those that are filled in
COMPOSED = ("name", "address", "month", "on_behalf")


def _box(form: Form, one: Field, lang: str) -> f.Field:
    """The control of a question that has one box."""
    label, hint = form.say(one.label, lang), form.say(one.help, lang) or None
    attributes: dict[str, Any] = {}
    if one.kind == "long_text":
        return f.LongText(label, hint=hint)
    if one.kind == "date":
        return f.Day(label, hint=hint)
    if one.kind in ("choice", "yes_no"):
        offered = [(option.value, form.say(option.label, lang)) for option in one.options]
        if one.kind == "yes_no":
            offered = [("yes", str(_l("Yes"))), ("no", str(_l("No")))]
        if len(offered) > MOST_RADIOS:
            return f.Select(label, hint=hint, blank=_l("Choose"), choices=offered)
        return f.Radios(label, hint=hint, choices=offered)
    if one.kind == "choices":
        return f.Checks(label, hint=hint, choices=[(o.value, form.say(o.label, lang)) for o in one.options])
    if one.kind == "declaration":
        return f.YesNo(label, hint=hint)
    if one.kind == "email":
        return f.Email(label, hint=hint, attributes={"autocomplete": "email"})
    if one.kind == "telephone":
        return f.Telephone(label, hint=hint, attributes={"autocomplete": "tel"})
    if one.kind == "file":
        accepted = ",".join(FILES[kind] for kind in one.limits["accept"])
        return f.Picture(label, hint=hint, accept=accepted)
    if one.kind in ("number", "money"):
        attributes = {"inputmode": "decimal"}
    elif one.kind in ("iban", "plate"):
        attributes = {"dir": "ltr", "autocomplete": "off", "spellcheck": "false"}
    return f.Text(label, hint=hint, attributes=attributes)


def _composed(form: Form, one: Field, lang: str) -> Iterator[tuple[str, f.Field]]:
    """The controls of a question that has several, by their names."""
    if one.kind == "month":
        for part in ("month", "year"):
            yield f"{one.key}-{part}", f.Text(PART_LABELS[part], attributes={"inputmode": "numeric"})
    elif one.kind == "on_behalf":
        yield f"{one.key}-who", f.Radios(form.say(one.label, lang), choices=list(WHO.items()))
        for part in ("given", "family"):
            yield f"{one.key}-{part}", f.Text(PART_LABELS[part])
        yield f"{one.key}-birth_date", f.Day(PART_LABELS["birth_date"])
        yield f"{one.key}-ground", f.Select(PART_LABELS["ground"], blank=_l("Choose"), choices=list(GROUNDS.items()))
    else:
        for part in PARTS[one.kind]:
            attributes = {"autocomplete": AUTOCOMPLETE[part]} if part in AUTOCOMPLETE else {}
            yield f"{one.key}-{part}", f.Text(PART_LABELS[part], attributes=attributes)


class PageForm(f.Form):
    """The boxes of one page."""

    questions: Sequence[Field] = ()
    many: Mapping[str, int] = {}

    @classmethod
    def fit(
        cls, form: Form, questions: Sequence[Field], lang: str, typed: Mapping[str, list[str]],
        errors: Mapping[str, Text] | None = None,
    ) -> PageForm:  # fmt: skip
        """The boxes for these questions, with what stands in them and what is wrong with it."""
        made: dict[str, Any] = {}
        many: dict[str, int] = {}
        for one in questions:
            if one.kind == "table":
                many[one.key] = rows_of(one, typed)
                for row in range(many[one.key]):
                    made |= {f"{one.key}-{row}-{column.key}": _box(form, column, lang) for column in one.columns}
            elif one.kind in COMPOSED:
                made |= dict(_composed(form, one, lang))
            elif one.asks:
                made[one.key] = _box(form, one, lang)
        kind = type("PageForm", (cls,), {**made, "questions": tuple(questions), "many": many})
        page: PageForm = kind(formdata=MultiDict([(name, value) for name, values in typed.items() for value in values]))
        for name, sentence in (errors or {}).items():
            page._mark(name, sentence)
        return page

    def _mark(self, name: str, sentence: Text) -> None:
        """Put a sentence where it belongs: at its box, or at the first box of its question."""
        box = self._fields.get(name) or next(
            (found for key, found in self._fields.items() if key.startswith(f"{name}-")), None
        )
        if box is None:
            self.form_errors.append(str(sentence))
        else:
            box.errors = [str(sentence)]

    def boxes(self, one: Field) -> list[Any]:
        """The controls of a question, in order."""
        if one.kind in COMPOSED:
            return [box for name, box in self._fields.items() if name.startswith(f"{one.key}-")]
        return [self[one.key]] if one.key in self._fields else []

    def rows(self, one: Field) -> list[list[Any]]:
        """The controls of a table, row by row."""
        return [
            [self[f"{one.key}-{row}-{column.key}"] for column in one.columns]
            for row in range(self.many.get(one.key, 0))
        ]


def rows_of(one: Field, typed: Mapping[str, list[str]]) -> int:
    """How many rows of a table stand on the page: those with something in them, and some empty ones."""
    numbers = [
        int(name.split("-")[1]) for name, values in typed.items() if name.startswith(f"{one.key}-") and any(values)
    ]
    most = int(one.limits.get("max_rows", 20))
    return max(1, min(most, max(numbers, default=-1) + 1 + EMPTY_ROWS))


def typed_of(questions: Sequence[Field], answers: Mapping[str, Any]) -> dict[str, list[str]]:
    """Stored answers as somebody would have typed them."""
    found: dict[str, list[str]] = {}
    for one in questions:
        value = answers.get(one.key)
        if value is not None and one.asks and one.kind != "file":
            found |= dict(_typed(one, one.key, value))
    return found


def _typed(one: Field, name: str, value: Any) -> Iterator[tuple[str, list[str]]]:
    if one.kind in ("date", "month") and isinstance(value, str):
        numbers = zip(("year", "month", "day"), value.split("-"), strict=False)
        yield from ((f"{name}-{part}", [number]) for part, number in numbers)
    elif one.kind == "on_behalf":
        for part, said in value.items():
            if part == "birth_date":
                yield from _typed(Field("", "date", {}, None, True, None, None, False, {}), f"{name}-{part}", said)
            else:
                yield f"{name}-{part}", [said]
    elif one.kind in PARTS and isinstance(value, Mapping):
        yield from ((f"{name}-{part}", [said]) for part, said in value.items())
    elif one.kind == "table":
        for row, cells in enumerate(value):
            for column in one.columns:
                if column.key in cells:
                    yield from _typed(column, f"{name}-{row}-{column.key}", cells[column.key])
    elif one.kind == "choices":
        yield name, list(value)
    elif one.kind == "yes_no":
        yield name, ["yes" if value else "no"]
    elif one.kind == "declaration":
        yield name, ["1"] if value else []
    elif one.kind == "money":
        whole, cents = divmod(int(value), 100)
        yield name, [f"{whole}.{cents:02}" if cents else str(whole)]
    else:
        yield name, [str(value)]
