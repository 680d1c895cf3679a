"""What an application says, for the check page, the case and the desk: answers with their origin, computed values, fees."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from portal.base.i18n import Text, _l
from portal.services import filling
from portal.services.filling_fees import Fees
from portal.services.filling_print import CheckPage, Line, check_pages, value_lines
from portal.services.schema import Form
from portal.services.schema_reckon import TooLarge

ORIGINS: Mapping[str, Text] = {"account": _l("From your account"), "register": _l("From the register")}


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything on it. `origins`: by field, where an answer came from that nobody typed."""

    pages: tuple[CheckPage, ...] = ()
    values: tuple[Line, ...] = ()
    fees: Fees | None = None
    papers: tuple[tuple[str, bool], ...] = ()  # that belong to it, and whether each is there
    cosign: str = ""  # who signs as well
    origins: Mapping[str, Text] | None = None


def answered(form: Form, answers: Mapping[str, Any], origins: Mapping[str, str], lang: str, today: date) -> Sheet:
    """The sheet of an application in a language. Empty where the numbers in it are beyond any meaning."""
    try:
        return Sheet(
            tuple(check_pages(form, answers, lang, today)),
            tuple(value_lines(form, answers, lang, today)),
            filling.charged(form, answers, today) if form.charges else None,
            tuple((form.say(paper.label, lang), there) for paper, there in filling.papers(form, answers, today)),
            form.say(filling.cosign(form, answers, today), lang),
            {key: ORIGINS[origin] for key, origin in origins.items() if origin in ORIGINS},
        )
    except TooLarge:
        return Sheet()
