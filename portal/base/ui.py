"""Small helpers of pages, all pure: page numbers, filters in the address, sort links, sentences for scripts."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import urlencode

from babel.numbers import get_decimal_symbol, get_group_symbol

from portal.base import i18n
from portal.base.i18n import Text


@dataclass(frozen=True, slots=True)
class PageLink:
    """A page number and its address."""

    page: int
    url: str
    current: bool


@dataclass(frozen=True)
class Paging:
    """Where the reader is in a long list. `offset` and `size` go into the query; `items` are links (None: a gap)."""

    page: int
    pages: int
    total: int
    size: int
    items: Sequence[PageLink | None]
    previous: str | None
    next: str | None

    @property
    def offset(self) -> int:
        """How many rows come before this page."""
        return (self.page - 1) * self.size


def page_number(raw: str | None) -> int:
    """A page number from the address; anything else is page 1."""
    return int(raw) if raw and raw.isascii() and raw.isdigit() and 0 < len(raw) < 7 and int(raw) else 1


def paging(total: int, page: int, size: int, url: Callable[[int], str]) -> Paging:
    """Page numbers for `total` rows; a page beyond the end becomes the last one. `url(n)` makes addresses."""
    pages = max(1, -(-total // size))
    page = min(max(1, page), pages)
    shown = sorted({1, pages, page - 1, page, page + 1} & set(range(1, pages + 1)))
    items: list[PageLink | None] = []
    before = 0
    for n in shown:
        if n == before + 2:
            items.append(PageLink(before + 1, url(before + 1), False))
        elif n > before + 2:
            items.append(None)
        items.append(PageLink(n, url(n), n == page))
        before = n
    return Paging(
        page, pages, total, size, items, url(page - 1) if page > 1 else None, url(page + 1) if page < pages else None
    )


def address(path: str, query: Mapping[str, Any], **changes: Any) -> str:
    """The same address with some parts changed; empty parts and page 1 are left out, so one view has one address."""
    pairs: list[tuple[str, str]] = []
    for name, value in {**query, **changes}.items():
        values = value if isinstance(value, (list, tuple)) else [value]
        idle = {"", "None", "1"} if name == "page" else {"", "None"}
        pairs += [(name, str(one)) for one in values if str(one) not in idle]
    return path + ("?" + urlencode(pairs) if pairs else "")


@dataclass(frozen=True)
class Sorting:
    """The order of a table, kept in the address as sort=name or sort=-name (downwards)."""

    path: str
    query: Mapping[str, Any]
    allowed: Sequence[str]
    default: str

    @property
    def order(self) -> str:
        """The valid order in force."""
        asked = str(self.query.get("sort") or "")
        return asked if asked.removeprefix("-") in self.allowed else self.default

    @property
    def key(self) -> str:
        """The column's name."""
        return self.order.removeprefix("-")

    @property
    def down(self) -> bool:
        """From large to small."""
        return self.order.startswith("-")

    def way(self, key: str) -> str | None:
        """The value of aria-sort for a column."""
        if key != self.key:
            return None
        return "descending" if self.down else "ascending"

    def url(self, key: str) -> str:
        """Where a click on the column leads: this order, or the other way round."""
        order = f"-{key}" if key == self.key and not self.down else key
        return address(self.path, self.query, sort=None if order == self.default else order, page=None)


@cache
def _samples(lang: str) -> tuple[tuple[str, int], ...]:
    """For each plural form of a language (CLDR's names) a number that takes it."""
    form = i18n.locale(lang).plural_form
    found: dict[str, int] = {}
    for n in (*range(201), 1000, 1_000_000):
        found.setdefault(form(n), n)
    return tuple(found.items())


def plural_table(text: Text) -> dict[str, str]:
    """A sentence with %(n)s in every plural form of the current language, for scripts: {"one": "{n} character left", ...}.

    The keys are those of Intl.PluralRules; `text` comes from `_n(one, many, 0)`.
    """
    catalogue = i18n._catalogue(i18n.lang())
    many = text.plural or text.msgid
    return {key: pattern(catalogue.ngettext(text.msgid, many, n)) for key, n in _samples(i18n.lang())}


def pattern(sentence: Text | str) -> str:
    """A sentence with its %(name)s written {name}, for scripts."""
    return re.sub(r"%\((\w+)\)s", r"{\1}", str(sentence))


def money_mould(currency: str | None = None) -> dict[str, str]:
    """How the language writes money, for scripts: text before and after, signs for thousands and cents."""
    sample = i18n.money(111, currency)
    before, after = re.split(r"1\D11", sample, maxsplit=1)
    locale = i18n.locale()
    return {"before": before, "after": after, "group": get_group_symbol(locale), "point": get_decimal_symbol(locale)}
