"""Answers as a person reads them: the lines of the page on which everything is checked, and of the paper."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from portal.base import i18n
from portal.base.i18n import _, _l, _n
from portal.services import iban
from portal.services.filling import seen
from portal.services.schema import Answers, Field, Form
from portal.services.schema_kinds import FOR_ME, GROUNDS, WHO
from portal.services.schema_reckon import Known, cents, filled, reckon

NOT_ANSWERED = _l("Not answered")


@dataclass(frozen=True, slots=True)
class Line:
    """A question with its answer in words. `rows` has a table's rows as (heading, value) pairs; `secret` answers stand
    here for the person and the officer in charge, and are left out of lists and exports."""

    key: str
    label: str
    value: str
    answered: bool
    secret: bool = False
    rows: tuple[tuple[tuple[str, str], ...], ...] = ()


@dataclass(frozen=True, slots=True)
class CheckPage:
    """The lines of one page; `key` is the page to go to for a change."""

    key: str
    title: str
    lines: tuple[Line, ...]


def check_pages(form: Form, answers: Answers, lang: str, today: date) -> list[CheckPage]:
    """Everything that is asked now with its answer, in a language: texts of the form in it or in the form's first
    language, values as that language writes them. Raises TooLarge."""
    found: list[CheckPage] = []
    with i18n.use_locale(lang):
        for one in seen(form, answers, today).pages:
            lines = tuple(line(form, field, answers.get(field.key), lang) for field in one.fields if field.asks)
            if lines:
                found.append(CheckPage(one.page.key, form.say(one.page.title, lang), lines))
    return found


def line(form: Form, field: Field, answer: Any, lang: str) -> Line:
    """One question with its answer, in the language that is set; `lang` is the one of the form's own texts."""
    rows: tuple[tuple[tuple[str, str], ...], ...] = ()
    if field.kind == "table" and isinstance(answer, list):
        rows = tuple(
            tuple(
                (form.say(column.label, lang), printed(form, column, row.get(column.key), lang))
                for column in field.columns
            )
            for row in answer
            if isinstance(row, Mapping)
        )
    label = form.say(field.label, lang)
    value = printed(form, field, answer, lang)
    return Line(field.key, label, value, filled(answer), field.secret, rows)


def value_lines(form: Form, answers: Answers, lang: str, today: date) -> list[Line]:
    """Computed values that are to be seen. Raises TooLarge."""
    known = Known(form, seen(form, answers, today).good, today)
    found: list[Line] = []
    with i18n.use_locale(lang):
        for value in form.values:
            if value.shown:
                number = reckon({"value": value.key}, known)
                said = i18n.money(cents(number)) if value.kind == "money" else i18n.number(number)
                found.append(Line(value.key, form.say(value.label, lang), said, True))
    return found


def printed(form: Form, field: Field, answer: Any, lang: str) -> str:
    """An answer in words, in the language that is set. An answer of a foreign shape is written as it is."""
    if not filled(answer):
        return str(NOT_ANSWERED)
    try:
        return _printed(form, field, answer, lang)
    except (ArithmeticError, AttributeError, KeyError, TypeError, ValueError):
        return str(answer)


def _printed(form: Form, field: Field, answer: Any, lang: str) -> str:
    kind = field.kind
    if kind == "number":
        unit = form.say(field.unit, lang)
        said = i18n.number(Decimal(str(answer)))
        return f"{said}\N{NO-BREAK SPACE}{unit}" if unit else said
    if kind == "money":
        return i18n.money(answer)
    if kind == "date":
        return i18n.day(date.fromisoformat(answer))
    if kind == "month":
        return i18n.month(date.fromisoformat(f"{answer}-01"))
    if kind == "iban":
        return iban.printed(answer)
    if kind in ("choice", "choices"):
        labels = {option.value: form.say(option.label, lang) for option in field.options}
        chosen = answer if isinstance(answer, list) else [answer]
        return ", ".join(labels[one] for one in chosen)
    if kind == "yes_no":
        return _("Yes") if answer else _("No")
    if kind == "declaration":
        return _("Confirmed")
    if kind == "name":
        return f"{answer.get('given', '')} {answer['family']}".strip()
    if kind == "address":
        return f"{answer['street']} {answer.get('number', '')}".strip() + f", {answer['postcode']} {answer['town']}"
    if kind == "file":
        return ", ".join(one["name"] for one in answer)
    if kind == "table":
        return str(_n("%(n)s row", "%(n)s rows", len(answer)))
    if kind == "on_behalf":
        return _on_behalf(answer)
    return str(answer)


def _on_behalf(answer: Mapping[str, Any]) -> str:
    who = str(WHO[answer["who"]])
    if answer["who"] == FOR_ME:
        return who
    parts = [f"{answer.get('given', '')} {answer['family']}".strip(), str(GROUNDS[answer["ground"]])]
    if answer.get("birth_date"):
        parts.insert(1, i18n.day(date.fromisoformat(answer["birth_date"])))
    return f"{who}: " + ", ".join(parts)
