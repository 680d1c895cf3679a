"""A message becomes words: phrase and values in the reader's language, as text and as HTML.

Values are kept as JSON. Dates, money and lazy sentences carry their kind; a text that exists in several languages is a
dict by language, of which the reader gets the best.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from markupsafe import Markup, escape

from portal.base import i18n
from portal.base.feature import Notice
from portal.base.i18n import Text
from portal.base.texts import Said
from portal.notifications import rules

_KIND = "@"


def pack(values: Mapping[str, object]) -> dict[str, Any]:
    """Values as JSON. Takes text, whole numbers, dates and moments, lazy sentences, a text per language, and
    `money(cents, currency)`. Raises TypeError for anything else."""
    return {name: _packed(value) for name, value in values.items()}


def money(cents: int, currency: str) -> dict[str, Any]:
    """An amount as a value."""
    return {_KIND: "money", "cents": cents, "currency": currency}


def _packed(value: object) -> Any:
    if isinstance(value, datetime):
        return {_KIND: "moment", "at": value.isoformat()}
    if isinstance(value, date):
        return {_KIND: "day", "on": value.isoformat()}
    if isinstance(value, Text):
        return {_KIND: "text", "id": value.msgid, "many": value.plural, "n": value.n, "params": pack(value.params)}
    if isinstance(value, Said):
        return {value.lang: value.body}
    if isinstance(value, Mapping):
        if _KIND not in value and not (value and all(isinstance(v, str) for v in value.values())):
            raise TypeError("a text per language is a dict of words by language")
        return dict(value)
    if isinstance(value, (str, int)):
        return str(value) if isinstance(value, str) else value
    raise TypeError(f"a message cannot hold a {type(value).__name__}")


def _unpacked(value: Any) -> tuple[str, str]:
    """The words of a value in the current language, and the language where it is another one."""
    if isinstance(value, dict):
        kind = value.get(_KIND)
        if kind == "moment":
            return i18n.moment(datetime.fromisoformat(value["at"])), ""
        if kind == "day":
            return i18n.day(date.fromisoformat(value["on"])), ""
        if kind == "money":
            return i18n.money(value["cents"], value["currency"]), ""
        if kind == "text":
            params = {name: _unpacked(one)[0] for name, one in value["params"].items()}
            return str(Text(value["id"], value["many"], value["n"], params)), ""
        here = i18n.lang()
        best = next((lang for lang in (here, i18n.SOURCE) if lang in value), next(iter(value)))
        return value[best], "" if best == here else best
    return (i18n.number(value) if isinstance(value, int) and not isinstance(value, bool) else str(value)), ""


def plain(sentence: Text, values: Mapping[str, Any]) -> str:
    """A sentence with its values, in the current language. In a script from right to left each value is isolated, so
    that a Latin name does not turn its surroundings around."""
    rtl = i18n.direction() == "rtl"
    words = {name: _unpacked(value)[0] for name, value in values.items()}
    if rtl:
        words = {name: f"\u2068{word}\u2069" for name, word in words.items()}
    return str(sentence) % words if rules.places(str(sentence)) else str(sentence)


def html(sentence: Text, values: Mapping[str, Any]) -> Markup:
    """The same as HTML: values are escaped, isolated, and marked where they are in another language."""
    words = {}
    for name, value in values.items():
        word, lang = _unpacked(value)
        mark = Markup(' lang="{}" dir="{}"').format(lang, i18n.direction(lang)) if lang else Markup("")
        words[name] = Markup("<bdi{}>{}</bdi>").format(mark, word)
    sentence_html = escape(str(sentence))
    return sentence_html % words if rules.places(str(sentence)) else sentence_html


@dataclass(frozen=True, slots=True)
class Spoken:
    """A message in words: subject and text, plain and as HTML."""

    subject: str
    text: str
    subject_html: Markup
    text_html: Markup


def speak(notice: Notice, values: Mapping[str, Any]) -> Spoken:
    """A notice in the current language."""
    return Spoken(
        plain(notice.subject, values),
        plain(notice.text, values),
        html(notice.subject, values),
        html(notice.text, values),
    )
