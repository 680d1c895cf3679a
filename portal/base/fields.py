"""Forms: fields with own translated messages, and what the macros of templates/ui need to draw them.

`ui.field(form.title)` asks the field for `params()`, a plain dict, and draws it. Every error stands in its field's
description, every link of the error summary leads to an element that exists, and what was typed is shown again.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from typing import Any

import wtforms
from babel.numbers import get_decimal_symbol
from flask import g, request
from flask_wtf import FlaskForm
from flask_wtf.csrf import _FlaskFormCSRF
from flask_wtf.form import _Auto
from werkzeug.datastructures import MultiDict
from wtforms import ValidationError

from portal.base import clock, i18n
from portal.base.i18n import Text as Sentence
from portal.base.i18n import _l, _n
from portal.base.texts import Said, Spoken
from portal.base.ui import plural_table
from portal.base.validators import (
    Length,
    Wrong,
    between,
    email,
    is_empty,
    length,
    one_of,
    optional,
    pattern,
    required,
)  # fmt: skip

__all__ = [
    "Amount", "Checks", "Day", "Email", "Form", "GetForm", "Hidden", "Length", "LongText", "Moment", "Picture",
    "Radios", "Search", "Select", "Telephone", "Text", "Whole", "Wrong", "YesNo", "between", "email", "is_empty",
    "length", "one_of", "optional", "pattern", "required",
]  # fmt: skip

Params = dict[str, Any]
Choice = tuple[Any, Any] | tuple[Any, Any, Any]
NO_CHOICE = _l("Choose one of the answers in the list.")
MOST_CENTS = 10**15
_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹٫٬", "01234567890123456789.,")


class _Silent:
    """Stands where WTForms looks for its translations; none of its sentences is used, so none needs one."""

    def gettext(self, string: str) -> str:
        return string

    def ngettext(self, singular: str, plural: str, n: int) -> str:
        return singular if n == 1 else plural


class _Csrf(_FlaskFormCSRF):  # type: ignore[misc, unused-ignore]
    def validate_csrf_token(self, form: Any, field: Any) -> None:
        try:
            super().validate_csrf_token(form, field)
        except ValidationError:
            raise ValidationError(str(_l("This form was open for too long. Send it again."))) from None


FEW = 3  # a form with more boxes names the box in its error summary


def _leaves(fields: Iterable[Any]) -> Iterator[Any]:
    for field in fields:
        if isinstance(field, wtforms.FormField):
            yield from _leaves(field.form)
        elif isinstance(field, wtforms.FieldList):
            yield from _leaves(field.entries)
        else:
            yield field


def _errors(fields: Iterable[Any]) -> Iterator[tuple[str | None, str]]:
    leaves = list(_leaves(fields))
    many = sum(1 for field in leaves if isinstance(field, Field) and not isinstance(field, Hidden)) > FEW
    for field in leaves:
        own = isinstance(field, Field)
        name = _name(field.caption, field.attributes.get("lang")) if own and many and field.errors else ""
        for text in field.errors:
            yield (field.target() if own else None), _said(name, str(text))


def _said(name: str, sentence: str) -> str:
    """What is wrong, behind the name of the box; a name that asks something takes no colon."""
    if not name:
        return sentence
    if name.endswith(("?", "؟")):
        return f"{name} {sentence}"
    return str(_l("%(field)s: %(sentence)s", field=name, sentence=sentence))


def _name(caption: Any, lang: str | None) -> str:
    """What a person calls a box: its label, and its language where the same is asked in several."""
    label = str(caption or "")
    return f"{label} ({i18n.own_name(lang)})" if label and lang else label


# The boxes that people write in, by the name they have in a post: label and language. An error page is made without the
# form, and still has to name what was typed in words that stood on the page. A name with two labels keeps neither.
_written: dict[str, tuple[Any, str | None] | None] = {}


def _same(one: tuple[Any, str | None], other: tuple[Any, str | None]) -> bool:
    """Labels are compared by their source: at import no language is set yet."""
    return getattr(one[0], "msgid", one[0]) == getattr(other[0], "msgid", other[0]) and one[1] == other[1]


def label_of(name: str) -> str | None:
    """The label of a box that people write in, by its name in a post; "" where it has several, None for the rest:
    tokens, ticks, choices of a list."""
    if name not in _written:
        return None
    found = _written[name]
    return _name(*found) if found else ""


def _is_of(form: Any, kept: MultiDict[str, str]) -> bool:
    """Was this typed into this form, of several on its page?"""
    names = set(form._fields)  # of a form that WTForms is about to fill, it has no other way to ask
    return names >= {name.rpartition("-")[0] if name not in names else name for name in kept}


class Form(FlaskForm):  # type: ignore[misc, unused-ignore]
    """A form that is posted. Its page template calls it `form`; base.html then shows the error summary."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc, name-defined, unused-ignore]
        csrf_class = _Csrf
        csrf_field_name = "csrf_token"

        def get_translations(self, form: Any) -> _Silent:
            return _Silent()

        def wrap_formdata(self, form: Any, formdata: Any) -> Any:
            """What was sent; on a page that is only looked at, what its person kept of it earlier."""
            found = super().wrap_formdata(form, formdata)
            if found is None and (formdata is _Auto or (g.get("kept_for_page") and _is_of(form, g.kept))):
                return g.get("kept")
            return found

    def __init_subclass__(cls, **more: Any) -> None:
        super().__init_subclass__(**more)
        for name, one in vars(cls).items():
            kind = getattr(one, "field_class", None)
            if kind is None or not issubclass(kind, (Text, Whole, Amount)) or issubclass(kind, Hidden):
                continue
            label = (one.args[0] if one.args else one.kwargs.get("label"), one.kwargs.get("attributes", {}).get("lang"))
            known = _written.setdefault(name, label)
            if known is not None and not _same(known, label):
                _written[name] = None

    def error_list(self) -> list[tuple[str | None, str]]:
        """(id of the control to go to, sentence) in the order of the form; no id where there is no control."""
        return [(None, str(text)) for text in self.form_errors] + list(_errors(self))


class GetForm(Form):
    """Filters in the address: read from the query, no token, no error page."""

    class Meta(Form.Meta):
        csrf = False

        def wrap_formdata(self, form: Any, formdata: Any) -> Any:
            return formdata if isinstance(formdata, MultiDict) else request.args

    def narrows(self) -> bool:
        """Does the address set a filter beside the search box, or another order than the first one?"""
        return any(
            one.set_otherwise() for one in self if isinstance(one, Field) and not isinstance(one, (Search, Hidden))
        )


class Field(wtforms.Field):  # type: ignore[misc, unused-ignore]
    """Ground of all fields. Options: `hint`, a sentence under the label; `attributes`, further HTML attributes."""

    kind = "input"
    type_ = "text"

    def __init__(
        self,
        label: Any = None,
        validators: Sequence[Callable[[Any, Any], None]] = (),
        *,
        hint: Sentence | str | None = None,
        attributes: dict[str, Any] | None = None,
        **more: Any,
    ) -> None:
        super().__init__(label, list(validators), **more)
        self.caption = label
        self.hint, self.attributes = hint, dict(attributes or {})

    def target(self) -> str:
        """The id of the element that the error summary leads to."""
        return str(self.id)

    def set_otherwise(self) -> bool:
        """Was anything asked here that an untouched field would not ask?"""
        return any(str(raw) for raw in self.raw_data or ())

    def shown(self) -> str:
        """The value for the box: what was typed, else the data."""
        if self.raw_data:
            return str(self.raw_data[0])
        return self.written() if self.data is not None else ""

    def written(self) -> str:
        """The data as a person would type it."""
        return str(self.data)

    def params(self, **options: Any) -> Params:
        """What the macros draw; `options` are the keywords of ui.field()."""
        error = " ".join(str(e) for e in self.errors)
        p: Params = {
            "kind": self.kind, "type": self.type_, "id": self.id, "name": self.name, "label": self.caption or "",
            "hint": self.hint, "error": error, "value": self.shown(),
        }  # fmt: skip
        attributes = self.attributes | (options.pop("attributes", None) or {})
        attributes |= {name: options.pop(name) for name in ("lang", "dir") if options.get(name)}
        p |= options
        p["attributes"] = attributes
        p["describedby"] = " ".join(f"{self.id}-{part}" for part in ("hint", "error") if p[part])
        return p


def _clean(raw: str, breaks: bool) -> str:
    text = unicodedata.normalize("NFC", raw.replace("\r\n", "\n").replace("\r", "\n"))
    if not breaks:
        text = text.replace("\n", " ")
    return "".join(c for c in text if c >= " " and c != "\x7f" or c in "\n\t").strip()


class Text(Field):
    """One line."""

    breaks = False

    def process_formdata(self, valuelist: list[Any]) -> None:
        if valuelist:
            self.data = _clean(str(valuelist[0]), self.breaks)

    def shown(self) -> str:
        return str(self.data or "")


class LongText(Text):
    """Several lines; with a length limit it shows how many characters are left."""

    kind, breaks = "textarea", True

    def params(self, **options: Any) -> Params:
        p = super().params(**options)
        limit = next((v.max for v in self.validators if isinstance(v, Length) and v.max), None)
        if limit:
            p |= {
                "limit": limit,
                "limit_text": _n("You can use %(n)s character.", "You can use up to %(n)s characters.", limit),
                "left_texts": plural_table(_n("%(n)s character left", "%(n)s characters left", 0)),
                "over_texts": plural_table(_n("%(n)s character too many", "%(n)s characters too many", 0)),
            }
            p["describedby"] = (p["describedby"] + f" {self.id}-left").strip()
        return p


class Email(Text):
    """An e-mail address; put the check `email()` beside it."""

    type_ = "email"

    def __init__(self, *args: Any, **more: Any) -> None:
        more["attributes"] = {"autocomplete": "email", "spellcheck": "false"} | (more.get("attributes") or {})
        super().__init__(*args, **more)


class Telephone(Text):
    """A telephone number."""

    type_ = "tel"

    def __init__(self, *args: Any, **more: Any) -> None:
        more["attributes"] = {"autocomplete": "tel", "dir": "ltr"} | (more.get("attributes") or {})
        super().__init__(*args, **more)


class Search(Text):
    """Words to search for."""

    type_ = "search"


class Hidden(Text):
    """A value that travels with the form. It is never trusted."""

    kind = "hidden"


def _plain_number(raw: Any) -> str:
    """Western digits, without the blanks and marks that people put between thousands."""
    return "".join(c for c in str(raw).translate(_DIGITS) if not c.isspace() and c not in "'’_\u200e\u200f\u061c")


class Whole(Field):
    """A whole number."""

    def __init__(self, *args: Any, **more: Any) -> None:
        more["attributes"] = {"inputmode": "numeric"} | (more.get("attributes") or {})
        super().__init__(*args, **more)

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = None
        raw = _plain_number(valuelist[0]) if valuelist else ""
        if not raw:
            return
        if not raw.removeprefix("-").isdecimal() or len(raw) > 15:
            raise ValueError(str(_l("Enter a whole number, such as 15.")))
        self.data = int(raw)


def cents_of(raw: str) -> int:
    """What a person typed as money, in cents: 45000, 45,000, 45 000, 45.000,50. A comma or point before one or two
    last digits begins the cents; any other stands between thousands.

    Raises ValueError for anything else.
    """
    text = _plain_number(raw).strip("€$£zł")
    whole, cents = text, "0"
    at = max(text.rfind(","), text.rfind("."))
    if at >= 0 and 1 <= len(text) - at - 1 <= 2:
        whole, cents = text[:at], text[at + 1 :]
    parts = whole.replace(".", ",").split(",")
    if not all(p.isdecimal() for p in [*parts, cents]) or any(len(p) != 3 for p in parts[1:]):
        raise ValueError("not an amount")
    amount = int("".join(parts)) * 100 + int(cents.ljust(2, "0"))
    if amount > MOST_CENTS:
        raise ValueError("too large")
    return amount


class Amount(Field):
    """Money; its data is integer cents."""

    def __init__(self, *args: Any, **more: Any) -> None:
        more["attributes"] = {"inputmode": "decimal"} | (more.get("attributes") or {})
        super().__init__(*args, **more)

    def written(self) -> str:
        whole, cents = divmod(self.data, 100)
        return str(whole) if not cents else f"{whole}{get_decimal_symbol(i18n.locale())}{cents:02}"

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = None
        if not valuelist or not str(valuelist[0]).strip():
            return
        try:
            self.data = cents_of(str(valuelist[0]))
        except ValueError:
            raise ValueError(str(_l("Enter an amount, such as %(example)s.", example=i18n.money(4500000)))) from None


class Day(Field):
    """A date in three boxes; its data is a date."""

    kind = "day"
    PARTS = (("day", _l("Day"), 2), ("month", _l("Month"), 2), ("year", _l("Year"), 4))

    def process(self, formdata: Any, *args: Any, **more: Any) -> None:
        names = [f"{self.name}-{part}" for part, _label, _width in self.PARTS]
        if formdata is not None and any(name in formdata for name in names):
            formdata = MultiDict([(self.name, formdata.get(name, "")) for name in names])
        super().process(formdata, *args, **more)

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = None
        parts = [_plain_number(part) for part in valuelist]
        if not any(parts):
            return
        try:
            day, month, year = (int(part) for part in parts)
            self.data = date(year, month, day)
            if year not in clock.YEARS:
                raise ValueError
        except ValueError:
            self.data = None
            raise ValueError(str(_l("Enter a real date, such as 27 3 2027."))) from None

    def target(self) -> str:
        return f"{self.id}-day"

    def shown(self) -> str:
        return ""

    def params(self, **options: Any) -> Params:
        p = super().params(**options)
        typed = list(self.raw_data or [])
        if not typed and self.data:
            typed = [self.data.day, self.data.month, self.data.year]
        typed += [""] * (3 - len(typed))
        p["role"] = "group"
        p["choices"] = [
            {"id": f"{self.id}-{part}", "name": f"{self.name}-{part}", "text": label, "width": width, "value": value}
            for (part, label, width), value in zip(self.PARTS, typed, strict=False)
        ]
        return p


class Moment(Field):
    """Day and time on the city's clock; its data is an aware UTC instant."""

    type_ = "datetime-local"

    def written(self) -> str:
        return i18n.in_zone(self.data).strftime("%Y-%m-%dT%H:%M")

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = None
        raw = str(valuelist[0]).strip().translate(_DIGITS) if valuelist else ""
        if not raw:
            return
        zone = i18n.in_zone(datetime.now(UTC)).tzinfo
        try:
            local = datetime.fromisoformat(raw)
            if local.tzinfo is not None or local.year not in clock.YEARS:
                raise ValueError
            utc = local.replace(tzinfo=zone).astimezone(UTC)
        except (ValueError, OverflowError):
            raise ValueError(str(_l("Enter a day and a time, such as 2027-03-27 18:00."))) from None
        if utc.astimezone(zone).replace(tzinfo=None) != local:
            raise ValueError(str(_l("The clocks go forward then: this time does not exist on that day.")))
        self.data = utc


class YesNo(Field):
    """One box to tick; its label is the sentence beside the box."""

    kind = "yesno"

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = bool(valuelist) and valuelist[0] not in ("", "0", "false", False)

    def process(self, formdata: Any, *args: Any, **more: Any) -> None:
        super().process(formdata, *args, **more)
        if formdata is None and self.data is None:
            self.data = False

    def params(self, **options: Any) -> Params:
        p = super().params(**options)
        p["choices"] = [
            {
                "id": self.id,
                "value": "1",
                "text": p["label"],
                "checked": bool(self.data),
                "describedby": p["describedby"],
                "attributes": p["attributes"],
            }
        ]
        return p


def _spoken(words: Any) -> Any:
    return Spoken(words) if isinstance(words, Said) else words


class Select(Field):
    """One of a list. `choices`: (value, label) pairs, or (value, label, hint) for radios; they may be set later. A label or
    hint in a language of its own is a Said or Spoken of base.texts.

    `blank`: the words of an empty first answer, whose data is None. `coerce` makes the data (int for ids).
    """

    kind = "select"

    def __init__(
        self,
        *args: Any,
        choices: Iterable[Choice] = (),
        coerce: Callable[[Any], Any] = str,
        blank: Sentence | str | None = None,
        **more: Any,
    ) -> None:
        super().__init__(*args, **more)
        self.choices: Sequence[Choice] = list(choices)
        self.coerce, self.blank = coerce, blank

    def _values(self) -> list[Any]:
        return [choice[0] for choice in self.choices]

    def _one(self, raw: Any) -> Any:
        try:
            return self.coerce(raw)
        except (TypeError, ValueError):
            raise ValueError(str(NO_CHOICE)) from None

    def process_formdata(self, valuelist: list[Any]) -> None:
        if valuelist:
            self.data = None if valuelist[0] == "" else self._one(valuelist[0])

    def pre_validate(self, form: Any) -> None:
        if self.data is not None and self.data not in self._values():
            raise ValidationError(str(NO_CHOICE))

    def set_otherwise(self) -> bool:
        first = "" if self.blank is not None or not self.choices else str(self.choices[0][0])
        return any(str(raw) not in ("", first) for raw in self.raw_data or ())

    def _chosen(self, value: Any) -> bool:
        return bool(self.data is not None and value == self.data)

    def answers(self) -> list[Params]:
        """The answers to draw, with the chosen one marked."""
        found: list[Params] = []
        if self.blank is not None:
            found.append({"id": "", "value": "", "text": self.blank, "checked": self.data in (None, "")})
        for choice in self.choices:
            hint = choice[2] if len(choice) > 2 else None
            text, checked = _spoken(choice[1]), self._chosen(choice[0])
            found.append({"value": choice[0], "text": text, "hint": _spoken(hint), "checked": checked})
            if self.kind == "select" and isinstance(text, Spoken):
                found[-1] |= {"text": str(text), **text.marks}  # an option holds no elements
        for index, item in enumerate(found, 1):
            item["id"] = self.id if index == 1 else f"{self.id}-{index}"
        return found

    def params(self, **options: Any) -> Params:
        return super().params(**options) | {"choices": self.answers()}


class Radios(Select):
    """One of a few, all in sight."""

    kind = "radios"


class Checks(Select):
    """Any number of a few; its data is a list."""

    kind = "checkboxes"

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = [self._one(raw) for raw in valuelist if raw != ""]

    def pre_validate(self, form: Any) -> None:
        known = self._values()
        if any(value not in known for value in self.data or []):
            raise ValidationError(str(NO_CHOICE))

    def _chosen(self, value: Any) -> bool:
        return value in (self.data or [])


class Picture(Field):
    """A file to choose; its data is the upload, or None. The browser never shows a chosen file again."""

    kind = "file"

    def __init__(self, *args: Any, accept: str = "image/jpeg,image/png,image/webp", **more: Any) -> None:
        more["attributes"] = {"accept": accept} | (more.get("attributes") or {})
        super().__init__(*args, **more)

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = next((one for one in valuelist if getattr(one, "filename", None)), None)

    def shown(self) -> str:
        return ""
