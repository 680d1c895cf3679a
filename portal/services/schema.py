"""What a service asks: a form as a document, and the parts it is made of.

A form is a JSON document (`folkmoot-form`, version 1), so that it can be frozen per version, compared, exported and
printed as paper with the same keys. `schema_read.read` makes a `Form` of it or names every fault with its place;
`schema_reckon` evaluates its conditions and computed values; `schema_json` publishes its JSON Schema. All of it is
pure: no page, no database, no clock.

Conditions and computed values are small JSON expressions, never code:

    {"field": "kind", "is": "food"}          {"field": "…", "in": ["a", "b"]}     {"field": "…", "filled": true}
    {"field": "…", "above": 3}               {"value": "total", "below": 100}     {"all": […]}  {"any": […]}  {"not": …}

    12   "0.15"   {"field": "metres"}   {"value": "days"}   {"count": "goods"}   {"table": "income", "sum": {"column": "…"}}
    {"sum": […]}  {"product": […]}  {"least": […]}  {"most": […]}  {"if": condition, "then": …, "else": …}
    {"lookup": …, "steps": [{"to": 100, "is": 6000}, {"is": 24000}]}          the first step whose `to` is not exceeded
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from portal.base.i18n import Text

FORMAT, VERSION = "folkmoot-form", 1

Words = Mapping[str, str]  # language -> text; every language of the form has one
Condition = Mapping[str, Any]  # a condition as it stands in the document, checked by schema_read
Reckoning = Any  # an expression: int, decimal as text, or an object; checked by schema_read
Answers = Mapping[str, Any]  # field key -> JSON value, in the shapes that filling_check describes


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a document, and where: a JSON pointer (RFC 6901) and a sentence for the author."""

    pointer: str
    sentence: Text


class BadForm(ValueError):
    """A document that is no form. `faults` has all of them, in the order of the document."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("; ".join(f"{fault.pointer or '/'}: {fault.sentence.msgid}" for fault in faults[:5]))
        self.faults = tuple(faults)


@dataclass(frozen=True, slots=True)
class Option:
    """One answer of a choice."""

    value: str
    label: Words
    help: Words | None = None


@dataclass(frozen=True, slots=True)
class Field:
    """A question, or a column of a table. `limits` has what its kind adds (schema_kinds.KINDS), as in the document."""

    key: str
    kind: str
    label: Words
    help: Words | None
    required: bool
    condition: Condition | None
    prefill: str | None
    secret: bool  # shown to the person and to the officer in charge, never in lists and exports
    limits: Mapping[str, Any]
    options: tuple[Option, ...] = ()
    columns: tuple[Field, ...] = ()
    unit: Words | None = None

    @property
    def asks(self) -> bool:
        """Is there anything to answer? A piece of information only stands there."""
        return self.kind != "information"


@dataclass(frozen=True, slots=True)
class Page:
    """Questions that stand together on one page."""

    key: str
    title: Words
    help: Words | None
    condition: Condition | None
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Value:
    """A computed value. `kind` is "number" or "money" (then in cents)."""

    key: str
    label: Words
    kind: str
    reckoning: Reckoning
    shown: bool  # on the check page; others only serve conditions and fees


@dataclass(frozen=True, slots=True)
class Charge:
    """What is to be paid: integer cents, or an expression in cents."""

    key: str
    label: Words
    condition: Condition | None
    reckoning: Reckoning


@dataclass(frozen=True, slots=True)
class Reduction:
    """A reason to pay less: `percent` of the charges it is for, or an amount in cents. 100 percent is an exemption."""

    key: str
    label: Words
    condition: Condition | None
    percent: int | None
    cents: int | None
    charges: tuple[str, ...]  # keys; empty for all


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper that must be handed in: through a file field of the same form (`field`), or afterwards."""

    key: str
    label: Words
    help: Words | None
    condition: Condition | None
    field: str | None


@dataclass(frozen=True, slots=True)
class Cosign:
    """When a second person must sign, and who that is in words."""

    label: Words
    condition: Condition | None


@dataclass(frozen=True)
class Form:
    """A form that was read without a fault."""

    name: str
    languages: tuple[str, ...]  # the first is the one that others fall back to
    title: Words
    help: Words | None
    pages: tuple[Page, ...]
    values: tuple[Value, ...]
    charges: tuple[Charge, ...]
    reductions: tuple[Reduction, ...]
    papers: tuple[Paper, ...]
    cosign: Cosign | None
    document: Mapping[str, Any]

    def fields(self) -> Iterator[Field]:
        """Every field in the order of the form."""
        for page in self.pages:
            yield from page.fields

    @cached_property
    def by_key(self) -> Mapping[str, Field]:
        """Fields by their keys, which are the same on paper, in the address and in the API."""
        return {field.key: field for field in self.fields()}

    @cached_property
    def value_by_key(self) -> Mapping[str, Value]:
        """Computed values by their keys."""
        return {value.key: value for value in self.values}

    @cached_property
    def page_of(self) -> Mapping[str, Page]:
        """The page on which each field stands, by the field's key."""
        return {field.key: page for page in self.pages for field in page.fields}

    def say(self, words: Words | None, lang: str) -> str:
        """A text of the form in a language, or in the form's first language where it lacks that one; "" for none."""
        if not words:
            return ""
        return words.get(lang) or words[self.languages[0]]

    def speaks(self, lang: str) -> str:
        """The language in which `say` answers to this one; a page marks a text in another language with it."""
        return lang if lang in self.languages else self.languages[0]
