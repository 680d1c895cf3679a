"""Languages: sentences, numbers, money and dates in the reader's language.

A thin layer over Babel's catalogues. It knows no Flask: the language is a context variable, so rules, mails and the
worker use the same functions as pages. Sentences made outside a request are lazy `Text` objects; what they say is
decided when they are shown.
"""

from __future__ import annotations

import gettext as stdlib_gettext
import re
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale
from babel import dates as babel_dates
from babel import lists as babel_lists
from babel import numbers as babel_numbers

from portal.paths import shipped

SOURCE = "en"
SHIPPED = ("en", "de", "et", "fr", "pl", "ar")
RIGHT_TO_LEFT = frozenset({"ar", "he", "fa", "ur"})

_language: ContextVar[str] = ContextVar("language", default=SOURCE)
_zone: ContextVar[tzinfo] = ContextVar("zone", default=UTC)
_currency: ContextVar[str] = ContextVar("currency", default="EUR")


@lru_cache(maxsize=32)
def _catalogue(language: str) -> stdlib_gettext.NullTranslations:
    if language == SOURCE or language not in SHIPPED:  # never a path made from outside
        return stdlib_gettext.NullTranslations()
    return stdlib_gettext.translation("messages", str(shipped("translations")), [language], fallback=True)


@lru_cache(maxsize=32)
def _locale(language: str) -> Locale:
    return Locale.parse(language)


def locale(language: str | None = None) -> Locale:
    """Babel's locale of a language (the current one by default)."""
    return _locale(language or _language.get())


def lang() -> str:
    """The current language's code."""
    return _language.get()


def direction(language: str | None = None) -> str:
    """'rtl' or 'ltr'."""
    return "rtl" if (language or lang()) in RIGHT_TO_LEFT else "ltr"


def direction_of(text: str) -> str:
    """'rtl' or 'ltr', by the first letter that has a direction: an address keeps the one of its country."""
    for sign in text:
        way = unicodedata.bidirectional(sign)
        if way in {"L", "R", "AL"}:
            return "ltr" if way == "L" else "rtl"
    return "ltr"


@lru_cache(maxsize=32)
def own_name(language: str) -> str:
    """A language's name in itself, with a capital where it has capitals."""
    name = locale(language).get_display_name(language) or language
    return name[0].upper() + name[1:]


def set_locale(language: str, zone: str = "UTC", currency: str = "EUR") -> None:
    """Language, zone and currency of everything said from here on in this thread."""
    _language.set(language)
    _zone.set(ZoneInfo(zone))
    _currency.set(currency)


@contextmanager
def use_locale(language: str) -> Iterator[None]:
    """Say everything inside in another language (mails, papers, tests)."""
    token = _language.set(language)
    try:
        yield
    finally:
        _language.reset(token)


_RTL = "\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc"
_AGAINST_LTR, _AGAINST_RTL = re.compile(f"[{_RTL}]"), re.compile(f"[^\\W\\d_{_RTL}]")


def isolated(words: str) -> str:
    """Words inside a sentence that runs the other way stand between U+2068 and U+2069, as in <bdi>: a Latin name in an
    Arabic sentence turns neither what stands beside it around nor a sign at its own end. Characters and not an element,
    since the same sentences stand in titles, attributes and mails. Addresses stay as they are: programs make links of
    them. Words that run as the sentence does are left alone."""
    against = _AGAINST_RTL if _language.get() in RIGHT_TO_LEFT else _AGAINST_LTR
    if words[:1] == "\u2068" or not against.search(words) or "://" in words:
        return words
    return f"\u2068{words}\u2069"


def shown(value: Any) -> Any:
    """Numbers and dates inside a sentence are written as the language writes them, and words that run against it are
    isolated."""
    if type(value) is str:
        return isolated(value)
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int):
        return number(value)
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, date):
        return day(value)
    return value


def _fill(sentence: str, params: dict[str, Any]) -> str:
    return sentence % {key: shown(value) for key, value in params.items()} if params else sentence


def _(msgid: str, **params: Any) -> str:
    """The sentence in the current language, now."""
    return _fill(_catalogue(_language.get()).gettext(msgid) if msgid else "", params)


def ngettext(one: str, many: str, n: int, **params: Any) -> str:
    """The sentence in the form that goes with `n`, now; %(n)s stands for the number."""
    return _fill(bare_ngettext(one, many, n), {"n": n, **params})


def bare_ngettext(one: str, many: str, n: int) -> str:
    """The form that goes with `n`, its places not filled yet."""
    return _catalogue(_language.get()).ngettext(one, many, n)


gettext = _


@dataclass(frozen=True, slots=True)
class Text:
    """A sentence that is put into a language when it is shown."""

    msgid: str
    plural: str | None = None
    n: int = 0
    params: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        if self.plural is not None:
            return ngettext(self.msgid, self.plural, self.n, **self.params)
        return _(self.msgid, **self.params)

    def __html__(self) -> str:
        from_text = str(self)
        for sign, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&#34;"), ("'", "&#39;")):
            from_text = from_text.replace(sign, entity)
        return from_text

    def __mod__(self, params: dict[str, Any]) -> str:
        return str(self) % params

    def __hash__(self) -> int:
        return hash((self.msgid, self.plural, self.n, tuple(sorted((k, str(v)) for k, v in self.params.items()))))


def _l(msgid: str, **params: Any) -> Text:
    """A lazy sentence."""
    return Text(msgid, params=params)


def _n(one: str, many: str, n: int, **params: Any) -> Text:
    """A lazy sentence in the form that goes with `n`."""
    return Text(one, many, n, params)


def number(n: int | float | Decimal) -> str:
    """12,345 as the language writes it."""
    return _number(_language.get(), n)


@lru_cache(maxsize=4096)
def _number(language: str, n: int | float | Decimal) -> str:
    return babel_numbers.format_decimal(n, locale=locale(language))


def percent(fraction: float | Decimal, digits: int = 0) -> str:
    """A fraction (0.25) as a percentage (25 %)."""
    pattern = locale().percent_formats[None].pattern
    if digits:
        pattern = pattern.replace("0", "0." + "0" * digits, 1) if "." not in pattern else pattern
    return babel_numbers.format_percent(fraction, format=pattern, locale=locale())


def money(cents: int, currency: str | None = None) -> str:
    """Integer cents as money; whole amounts without decimals."""
    return _money(_language.get(), cents, currency or _currency.get())


@lru_cache(maxsize=8192)  # a page of a hundred projects writes two hundred amounts, the same at each visit
def _money(language: str, cents: int, currency: str) -> str:
    pattern = locale(language).currency_formats["standard"].pattern
    if cents % 100 == 0:
        pattern = pattern.replace("0.00", "0")
    if babel_numbers.get_currency_symbol(currency, locale(language))[-1:].isalpha():
        pattern = pattern.replace("¤#", "¤\N{NO-BREAK SPACE}#")  # PLN 1,000, as CLDR spaces letters from digits
    return babel_numbers.format_currency(
        Decimal(cents) / 100, currency, format=pattern, locale=locale(language), currency_digits=False
    )


def in_zone(when: datetime) -> datetime:
    """The instant on the city's clock."""
    return when.astimezone(_zone.get())


def day(when: date | datetime, form: str = "long") -> str:
    """A day in words: 5 June 2026."""
    if isinstance(when, datetime):
        when = in_zone(when).date()
    return _day(_language.get(), when, form)


@lru_cache(maxsize=4096)
def _day(language: str, when: date, form: str) -> str:
    return babel_dates.format_date(when, format=form, locale=locale(language))


def month(when: date) -> str:
    """A month in words: June 2026."""
    return babel_dates.format_skeleton("yMMMM", when, locale=locale())


def weekday(when: date) -> str:
    """A weekday in few letters: Tue."""
    return babel_dates.format_date(when, "ccc", locale=locale())


def moment(when: datetime, form: str = "long") -> str:
    """Day and time on the city's clock, without seconds; the time is never torn apart at the end of a line."""
    local = in_zone(when)
    return f"{day(when, form)}, {_time(_language.get(), local.hour, local.minute)}"


def begins(start: datetime, form: str = "long") -> str:
    """Since when something holds that begins at an instant: the day alone where it begins with it, else the moment."""
    return day(start, form) if in_zone(start).time() == time() else moment(start, form)


def last(end: datetime, form: str = "long") -> str:
    """Until when something holds that ends at an instant: its last day where it ends with a day, else the moment."""
    local = in_zone(end)
    return day(local.date() - timedelta(days=1), form) if local.time() == time() else moment(end, form)


def hours(start: datetime, end: datetime) -> str:
    """From when until when on the city's clock: 10:00–11:30. Never torn apart at the end of a line."""
    one, other = in_zone(start), in_zone(end)
    said = _language.get()
    # a word joiner on each side of the dash: between two times a line may not end
    return f"{_time(said, one.hour, one.minute)}\u2060–\u2060{_time(said, other.hour, other.minute)}"


@lru_cache(maxsize=4096)
def _time(language: str, hour: int, minute: int) -> str:
    said = babel_dates.format_time(time(hour, minute), format="short", locale=locale(language))
    return said.replace(" ", "\N{NO-BREAK SPACE}")


_QUOTES = {"de": "„“", "et": "„“", "fr": ("«\u202f", "\u202f»"), "pl": "„”", "ar": "«»"}


def quoted(words: str) -> str:
    """A name between the language's own quotation marks."""
    before, after = _QUOTES.get(lang(), "“”")
    return f"{before}{words}{after}"


def listing(parts: list[str]) -> str:
    """a, b and c."""
    return babel_lists.format_list(parts, locale=locale())
