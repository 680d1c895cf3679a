"""Filling in a form: what is asked, what has been answered, what is still open. Pure: a form, answers and a day in.

Answers are kept under the fields' keys in the JSON shapes of filling_check. What is kept of a draft may hold answers of
branches that are hidden at the moment; `seen` shows the form as it stands and drops them, and only what it returns is
printed, charged and sent.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from portal.base.i18n import Text, _l
from portal.services.filling_check import missing, wrong
from portal.services.filling_fees import Fees, fees
from portal.services.filling_read import answer_of, own, strings
from portal.services.schema import Answers, Field, Form, Page, Paper, Words
from portal.services.schema_reckon import Known, TooLarge, fields_behind, filled, holds, reckon

TOO_LARGE = _l("The numbers in this application are too large to compute with. Check them.")


@dataclass(frozen=True, slots=True)
class SeenPage:
    """A page as it is asked now."""

    page: Page
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """The form as it stands: pages and fields that are asked, and their answers; nothing of hidden branches. `good` has
    the answers with which nothing is wrong: conditions, sums and fees look at these alone."""

    pages: tuple[SeenPage, ...]
    answers: dict[str, Any]
    good: dict[str, Any]

    def keys(self) -> list[str]:
        """Keys of the pages, in their order."""
        return [one.page.key for one in self.pages]


def seen(form: Form, answers: Answers, today: date) -> Seen:
    """The pages and fields that these answers lead to. Raises TooLarge.

    Every condition looks back, so one pass in the order of the form settles everything: an answer counts for later
    conditions only while its own question is asked. Pages on which nothing stands are left out.
    """
    kept: dict[str, Any] = {}
    good: dict[str, Any] = {}
    pages: list[SeenPage] = []
    for page in form.pages:
        if not holds(page.condition, Known(form, good, today)):
            continue
        fields: list[Field] = []
        for field in page.fields:
            if not holds(field.condition, Known(form, good, today)):
                continue
            fields.append(field)
            answer = answers.get(field.key)
            if field.asks and filled(answer):
                kept[field.key] = answer
                if not wrong(field, answer, today):
                    good[field.key] = answer
        if fields:
            pages.append(SeenPage(page, tuple(fields)))
    return Seen(tuple(pages), kept, good)


# --- a page that was sent ---


@dataclass(frozen=True, slots=True)
class Entered:
    """What came of a page: all answers so far, what is wrong by the name of its control, and everything as typed."""

    answers: dict[str, Any]
    errors: dict[str, Text]
    typed: dict[str, list[str]]


def entered(
    form: Form,
    page_key: str,
    posted: Any,
    answers: Answers,
    today: date,
    files: Mapping[str, list[dict[str, Any]]] | None = None,
) -> Entered:
    """Read a page that was sent. `posted` is a MultiDict or a mapping of strings; `files` what has been handed in, by
    field (uploads travel by another way than text). Answers that are wrong are in `typed` only, so an earlier good
    answer does not stand for them. Other pages' answers stay, hidden ones as well. Numbers too large to compute with are
    wrong where they were typed, so that what is kept can always be shown again. Raises KeyError for an unknown page, and
    TooLarge where the earlier answers are too large themselves."""
    page = {one.key: one for one in form.pages}[page_key]
    typed, whole = strings(posted), dict(answers)
    for field in page.fields:
        whole.pop(field.key, None)
    known = {key: one for key, one in seen(form, answers, today).good.items() if form.page_of[key].key != page_key}
    errors: dict[str, Text] = {}
    kept: dict[str, list[str]] = {}
    within = True
    for field in page.fields:
        if not field.asks:
            continue
        mine = own(field, typed)
        kept |= mine
        try:
            asked = holds(field.condition, Known(form, known, today))
        except TooLarge:
            asked = within = False
        if not asked:
            if filled(answers.get(field.key)):
                whole[field.key] = answers[field.key]  # hidden at the moment, and there again when its branch is
            continue
        if field.kind == "file":
            answer: Any = (files or {}).get(field.key, answers.get(field.key)) or None
            bad = wrong(field, answer, today) or ({"": lacks} if (lacks := missing(field, answer)) else {})
        else:
            answer, bad = answer_of(field, mine, today)
        errors |= {f"{field.key}-{part}" if part else field.key: sentence for part, sentence in bad.items()}
        if not bad and filled(answer):
            whole[field.key] = known[field.key] = answer
    if not within or (not errors and not computes(form, whole, today)):
        here = [field for field in page.fields if field.asks and field.key in known]
        of_numbers = [field for field in here if field.kind in ("number", "money", "table")]
        return Entered(dict(answers), errors | {field.key: TOO_LARGE for field in of_numbers or here[:1]}, kept)
    return Entered(whole, errors, kept)


def computes(form: Form, answers: Answers, today: date) -> bool:
    """Can every condition, sum and fee be computed with these answers?"""
    try:
        good = seen(form, answers, today).good
        known = Known(form, good, today)
        for value in form.values:
            reckon({"value": value.key}, known)
        fees(form, good, today)
    except TooLarge:
        return False
    return True


def prefilled(
    form: Form, facts: Mapping[str, Any], answers: Answers, today: date
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Answers with what is known already (source -> answer), and the keys that were filled in this way. An answer that
    is there stays; a fact that does not fit its question is left out."""
    whole, taken = dict(answers), []
    for field in form.fields():
        fact = facts.get(field.prefill or "")
        if filled(whole.get(field.key)) or not filled(fact) or wrong(field, fact, today):
            continue
        whole[field.key] = fact
        taken.append(field.key)
    return whole, tuple(taken)


# --- how far it is ---


class State(StrEnum):
    """How far a page is, for the list of tasks."""

    LOCKED = "locked"
    NOT_YET = "not-yet"
    INCOMPLETE = "incomplete"
    PROBLEM = "problem"
    DONE = "done"


STATES: Mapping[State, Text] = {
    State.LOCKED: _l("Cannot start yet"),
    State.NOT_YET: _l("Not yet started"),
    State.INCOMPLETE: _l("Incomplete"),
    State.PROBLEM: _l("There is a problem"),
    State.DONE: _l("Done"),
}


def tasks(
    form: Form, answers: Answers, today: date, visited: Collection[str] = (), kept: Collection[str] = ()
) -> list[tuple[Page, State]]:
    """Each page that is asked with its state. `visited` are keys of pages that were sent once (one with optional
    questions only is done then); `kept` keys of fields in which something wrong was typed and kept. Raises TooLarge.

    A page cannot be started while a question that it depends on is unanswered.
    """
    now = seen(form, answers, today)
    asked = {field.key for one in now.pages for field in one.fields}
    return [(one.page, _state(form, one, now.answers, today, asked, visited, kept)) for one in now.pages]


def _state(
    form: Form,
    one: SeenPage,
    answers: Answers,
    today: date,
    asked: set[str],
    visited: Collection[str],
    kept: Collection[str],
) -> State:
    fields = [field for field in one.fields if field.asks]
    if any(field.key in kept or wrong(field, answers.get(field.key), today) for field in fields):
        return State.PROBLEM
    here = {field.key for field in one.page.fields}
    values = {value.key: value.reckoning for value in form.values}
    behind = fields_behind([one.page.condition, *(field.condition for field in one.page.fields)], values)
    if any(key in asked and key not in answers and form.by_key[key].required for key in behind - here):
        return State.LOCKED
    lacking = any(missing(field, answers.get(field.key)) for field in fields)
    begun = one.page.key in visited or any(field.key in answers for field in fields)
    if not begun:
        return State.NOT_YET if fields else State.DONE
    return State.INCOMPLETE if lacking else State.DONE


def next_page(form: Form, answers: Answers, today: date, after: str | None = None) -> str | None:
    """The key of the page that follows `after` (or of the first one); None where all answers are to be checked next.
    Also right where `after` itself has become hidden. Raises TooLarge."""
    order = [page.key for page in form.pages]
    behind = order.index(after) if after in order else -1
    return next((key for key in seen(form, answers, today).keys() if order.index(key) > behind), None)


# --- before it is sent ---


@dataclass(frozen=True, slots=True)
class Problem:
    """What stands against sending: the page and field to change, the control's name, and the sentence. No page for what
    concerns the application as a whole."""

    page: str | None
    field: str | None
    name: str | None
    sentence: Text


def problems(form: Form, answers: Answers, today: date, kept: Collection[str] = ()) -> list[Problem]:
    """Everything that stands against sending, in the order of the form; empty when it can be sent. `kept` as in
    `tasks`. Looks at every answer anew, whoever checked it before."""
    if not computes(form, answers, today):
        return [Problem(None, None, None, TOO_LARGE)]
    now = seen(form, answers, today)
    return [problem for one in now.pages for problem in _of_page(one, now.answers, today, kept)]


def _of_page(one: SeenPage, answers: Answers, today: date, kept: Collection[str]) -> list[Problem]:
    found: list[Problem] = []
    for field in one.fields:
        answer = answers.get(field.key)
        lacking = missing(field, answer)
        bad = wrong(field, answer, today) if field.asks else {}
        if field.key in kept and not bad and not filled(answer):
            bad = {"": _l("What was typed here cannot be read. Correct it.")}
        elif lacking and not bad:
            bad = {"": lacking}
        for part, sentence in bad.items():
            name = f"{field.key}-{part}" if part else field.key
            found.append(Problem(one.page.key, field.key, name, sentence))
    return found


def papers(form: Form, answers: Answers, today: date) -> list[tuple[Paper, bool]]:
    """Papers that must be handed in, and whether each has been (through a file field). Raises TooLarge."""
    now = seen(form, answers, today).good
    known = Known(form, now, today)
    return [(one, bool(one.field and filled(now.get(one.field)))) for one in form.papers if holds(one.condition, known)]


def cosign(form: Form, answers: Answers, today: date) -> Words | None:
    """Who must sign as well, in words; None where one signature is enough. Raises TooLarge."""
    if form.cosign is None:
        return None
    known = Known(form, seen(form, answers, today).good, today)
    return form.cosign.label if holds(form.cosign.condition, known) else None


def charged(form: Form, answers: Answers, today: date) -> Fees:
    """What the application costs as it stands, line by line. Raises TooLarge."""
    return fees(form, seen(form, answers, today).good, today)


def computed(form: Form, answers: Answers, today: date) -> dict[str, Decimal]:
    """Every computed value by its key, exact; amounts in cents. Raises TooLarge."""
    known = Known(form, seen(form, answers, today).good, today)
    return {value.key: reckon({"value": value.key}, known) for value in form.values}
