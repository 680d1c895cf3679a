"""Texts of one language come back from translators: all of the file or nothing."""

from __future__ import annotations

from collections.abc import Sequence

from portal.audit.actions import record
from portal.base import db, texts
from portal.base.actor import Actor
from portal.base.i18n import Text, _l, _n
from portal.budgeting.actions.budgets import must_be_loose, touch
from portal.budgeting.actions.projects import refresh_cards
from portal.budgeting.models import Budget
from portal.budgeting.queries.exchange import units
from portal.budgeting.queries.plan import text_objects
from portal.budgeting.rules import TEXTS
from portal.budgeting.rules_exchange import BadFile, Line


def take_in(actor: Actor, budget: Budget, lang: str, lines: Sequence[Line]) -> int:
    """Stores the texts of a file in one language; an empty translation changes nothing. Returns how many changed.

    Raises BadFile with every faulty line (nothing is stored then), and Denied when frozen.
    """
    must_be_loose(budget)
    s = db.session()
    objects = {kind: set(ids) for kind, ids in text_objects(s, budget).items()}
    before = {unit.key: unit.target for unit in units(s, budget, lang)}
    errors: list[tuple[int, Text]] = []
    wanted: dict[tuple[str, int, str], str] = {}
    for line in lines:
        place, wrong = _place(line.key, objects)
        if wrong is not None or place is None:
            errors.append((line.line, wrong or _l("This key is not known.")))
            continue
        longest = TEXTS[place[0]][place[2]].longest
        body = line.target.strip()
        if place in wanted:
            errors.append((line.line, _l("This key stands in the file twice.")))
        elif len(body) > longest:
            errors.append(
                (
                    line.line,
                    _n(
                        "This text may have at most %(n)s character.",
                        "This text may have at most %(n)s characters.",
                        longest,
                    ),
                )
            )
        wanted[place] = body
    if errors:
        raise BadFile(errors)
    changed = {
        place: body
        for place, body in wanted.items()
        if body and body != before.get(f"{place[0]}/{place[1]}/{place[2]}", "")
    }
    for (kind, object_id, field), body in changed.items():
        texts.put(s, kind, object_id, field, lang, body, markdown=TEXTS[kind][field].markdown)
    refresh_cards(s, {place[1] for place in changed if place[0] == "project"})
    if changed:
        touch(actor, budget)
        record(actor, "take_in_texts", "budget", budget.id, after={"lang": lang, "texts": len(changed)})
    return len(changed)


def _place(key: str, objects: dict[str, set[int]]) -> tuple[tuple[str, int, str] | None, Text | None]:
    """The object and field behind a key like project/12/title, if they belong to this budget."""
    kind, _slash, rest = key.partition("/")
    number, _slash, field = rest.partition("/")
    if (
        kind not in TEXTS
        or field not in TEXTS[kind]
        or not (number.isascii() and number.isdigit() and len(number) < 12)
    ):
        return None, _l("This key is not known: %(key)s.", key=key[:80])
    if int(number) not in objects[kind]:
        return None, _l("This text belongs to another budget or is gone: %(key)s.", key=key[:80])
    return (kind, int(number), field), None
