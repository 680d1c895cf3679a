"""What a text that the city writes per language is like. Pure: rules list them, base.texts stores them."""

from __future__ import annotations

from dataclasses import dataclass

from portal.base.i18n import Text


@dataclass(frozen=True)
class TextField:
    """A text that the city writes per language: its name, its greatest length, Markdown or not, needed or not, rows of
    its box."""

    label: Text
    longest: int
    markdown: bool = False
    needed: bool = False
    rows: int = 0
