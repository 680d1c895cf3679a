"""Text fields per language, side by side, for whatever kind of thing has texts."""

from __future__ import annotations

from typing import Any, TypeVar

from portal.base import fields as f
from portal.base import textforms
from portal.budgeting.rules import TEXTS

F = TypeVar("F", bound=f.Form)


def with_texts(base: type[F], kind: str, *, prefix: str = "") -> type[F]:
    """The form with one field per text of the kind and language: title_en, title_de, ..."""
    return textforms.with_texts(base, TEXTS[kind], prefix=prefix)


def texts_of(form: f.Form, kind: str, *, prefix: str = "") -> dict[str, dict[str, str]]:
    """What was typed: field -> language -> text."""
    return textforms.texts_of(form, TEXTS[kind], prefix=prefix)


def tongues(kind: str, *, prefix: str = "") -> list[dict[str, Any]]:
    """What the template draws: per language its name, direction and the names of its fields."""
    return textforms.tongues(TEXTS[kind], prefix=prefix)
