"""The texts of a budget that leave for translation."""

from __future__ import annotations

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from portal.base import i18n
from portal.base.texts import Wording
from portal.budgeting.models import Budget
from portal.budgeting.queries.plan import text_objects
from portal.budgeting.rules import TEXTS
from portal.budgeting.rules_exchange import Unit


def units(s: Session, budget: Budget, lang: str) -> list[Unit]:
    """Every text of the budget that exists in some language, with its translation into `lang` where there is one.

    The source is English, else the first other language that has it.
    """
    objects = text_objects(s, budget)
    asked = [(Wording.kind == kind) & Wording.object_id.in_(ids) for kind, ids in objects.items() if ids]
    said: dict[tuple[str, int, str], dict[str, str]] = {}
    statement = select(Wording.kind, Wording.object_id, Wording.field, Wording.lang, Wording.body).where(or_(*asked))
    for kind, object_id, field, language, body in s.execute(statement):
        said.setdefault((kind, object_id, field), {})[language] = body
    found = []
    for kind, ids in objects.items():
        for object_id in ids:
            for field, spec in TEXTS[kind].items():
                by_lang = said.get((kind, object_id, field), {})
                others = {language: body for language, body in by_lang.items() if language != lang}
                if not by_lang:
                    continue
                source = others.get(i18n.SOURCE) or next((others[one] for one in sorted(others)), by_lang.get(lang, ""))
                key = f"{kind}/{object_id}/{field}"
                found.append(Unit(key, str(spec.label), source, by_lang.get(lang, "")))
    return found
