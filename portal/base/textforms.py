"""Forms of texts that the city writes per language: one field per text and language, and how they are read and filled."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from portal.base import fields as f
from portal.base import i18n
from portal.base.ground import settings
from portal.base.i18n import _
from portal.base.textfield import TextField
from portal.base.texts import Wording
from portal.base.validators import length, optional

F = TypeVar("F", bound=f.Form)
Spec = Mapping[str, TextField]


def with_texts(base: type[F], spec: Spec, *, prefix: str = "") -> type[F]:
    """The form with one field per text and language: title_en, title_de, ..."""
    fields: dict[str, Any] = {}
    for name, one in spec.items():
        control = f.LongText if one.rows else f.Text
        for lang in settings().languages:
            fields[f"{prefix}{name}_{lang}"] = control(
                one.label,
                [optional(), length(max=one.longest)],
                hint=_("Markdown: **bold**, lists with a hyphen, [link](https://…)") if one.markdown else None,
                attributes={"lang": lang, "dir": i18n.direction(lang)},
            )
    return type(base.__name__, (base,), fields)


def texts_of(form: f.Form, spec: Spec, *, prefix: str = "") -> dict[str, dict[str, str]]:
    """What was typed: field -> language -> text."""
    return {name: {lang: form[f"{prefix}{name}_{lang}"].data or "" for lang in settings().languages} for name in spec}


def fill(rows: Mapping[tuple[str, str], Wording], *, prefix: str = "") -> dict[str, str]:
    """The form's data from stored texts."""
    return {f"{prefix}{field}_{lang}": row.body for (field, lang), row in rows.items()}


def need_one(form: f.Form, name: str, sentence: str) -> bool:
    """At least one language must have this text; the sentence goes to the first one. True when there is one."""
    fields = [form[f"{name}_{lang}"] for lang in settings().languages]
    if any(field.data for field in fields):
        return True
    fields[0].errors = [*fields[0].errors, sentence]
    return False


def tongues(spec: Spec, *, prefix: str = "") -> list[dict[str, Any]]:
    """What the template draws: per language its name, direction and the names of its fields."""
    return [
        {
            "lang": lang,
            "dir": i18n.direction(lang),
            "name": i18n.own_name(lang),
            "fields": [(f"{prefix}{name}_{lang}", one.rows) for name, one in spec.items()],
        }
        for lang in settings().languages
    ]
