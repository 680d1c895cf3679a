"""What an answer must be, each with an own sentence: WTForms' own messages exist in a few languages only."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from typing import Any

from wtforms import ValidationError
from wtforms.validators import StopValidation

from portal.base import addresses
from portal.base.i18n import Text, _l, _n

Check = Callable[[Any, Any], None]
Wrong = ValidationError  # what a form's own check raises, with the sentence for the person


class Length:
    """At most `maximum` characters, at least `minimum`; a text field shows how many are left."""

    def __init__(self, maximum: int | None = None, minimum: int = 0, message: Text | None = None) -> None:
        self.max, self.min, self.message = maximum, minimum, message

    def __call__(self, form: Any, field: Any) -> None:
        size = len(field.data or "")
        if self.max is not None and size > self.max:
            wrong = _n("Use at most %(n)s character.", "Use at most %(n)s characters.", self.max)
        elif size < self.min:
            wrong = _n("Use at least %(n)s character.", "Use at least %(n)s characters.", self.min)
        else:
            return
        raise ValidationError(str(self.message or wrong))


def is_empty(data: Any) -> bool:
    """No answer: nothing, blanks, an empty list, no file."""
    if isinstance(data, str):
        return not data.strip()
    if hasattr(data, "filename"):
        return not data.filename
    return data is None or data is False or (isinstance(data, (list, tuple, set)) and not data)


def required(message: Text | None = None) -> Check:
    """There must be an answer. The sentence says what to do: "Enter a title"."""

    def check(form: Any, field: Any) -> None:
        if field.errors:  # the answer could not be read: that sentence is enough
            raise StopValidation()
        if is_empty(field.data):
            raise StopValidation(str(message or _l("Answer this question.")))

    check.required = True  # type: ignore[attr-defined]
    return check


def optional() -> Check:
    """No answer is fine, and the checks behind this one are left out."""

    def check(form: Any, field: Any) -> None:
        if is_empty(field.data) and not field.errors:
            raise StopValidation()

    return check


def length(max: int | None = None, min: int = 0, message: Text | None = None) -> Length:
    """Number of characters of a text."""
    return Length(max, min, message)


def between(
    min: Any = None, max: Any = None, message: Text | None = None, say: Callable[[Any], str] | None = None
) -> Check:
    """A number, an amount or a day from `min` to `max`, both allowed. `say` writes a limit (i18n.money for cents)."""

    def check(form: Any, field: Any) -> None:
        if field.data is None or ((min is None or field.data >= min) and (max is None or field.data <= max)):
            return
        low, high = (limit if say is None or limit is None else say(limit) for limit in (min, max))
        if message:
            raise ValidationError(str(message))
        if min is None:
            raise ValidationError(str(_l("It must be %(high)s or less.", high=high)))
        if max is None:
            raise ValidationError(str(_l("It must be %(low)s or more.", low=low)))
        raise ValidationError(str(_l("It must be from %(low)s to %(high)s.", low=low, high=high)))

    return check


def email(message: Text | None = None) -> Check:
    """An e-mail address by its shape; the field then holds its plain form (base/addresses.py)."""

    def check(form: Any, field: Any) -> None:
        if not field.data:
            return
        address = addresses.plain(field.data)
        if address is None:
            raise ValidationError(str(message or _l("Enter an e-mail address such as name@example.org.")))
        field.data = address

    return check


def pattern(expression: str, message: Text) -> Check:
    """The whole text fits a regular expression; the sentence says what fits."""
    compiled = re.compile(expression)

    def check(form: Any, field: Any) -> None:
        if field.data and not compiled.fullmatch(field.data):
            raise ValidationError(str(message))

    return check


def one_of(values: Collection[Any], message: Text | None = None) -> Check:
    """One of these values."""

    def check(form: Any, field: Any) -> None:
        if field.data not in values:
            raise ValidationError(str(message or _l("Choose one of the answers in the list.")))

    return check
