"""Amounts and names in sentences, written in the reader's language when the sentence is shown."""

from __future__ import annotations

from dataclasses import dataclass

from portal.base import i18n


@dataclass(frozen=True, slots=True)
class Sum:
    """Cents written as money of the reader's language when the sentence is shown."""

    cents: int
    currency: str

    def __str__(self) -> str:
        return i18n.money(self.cents, self.currency)


@dataclass(frozen=True, slots=True)
class Several:
    """Names as a list of the reader's language."""

    names: tuple[str, ...]

    def __str__(self) -> str:
        return i18n.listing([i18n.quoted(str(name)) for name in self.names])
