"""The public register of purposes, made from what the manifests declare (GDPR, articles 13 and 30; for the machines
article 13(2)(f))."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from portal.base import ground, i18n
from portal.base.feature import Fate, Machine, Record
from portal.base.i18n import Text, _l

FATES: dict[Fate, Text] = {
    Fate.DELETED: _l("Deleted"),
    Fate.ANONYMOUS: _l("Made anonymous"),
    Fate.KEPT: _l("Kept"),
}
AREAS: dict[str, Text] = {
    "audit": _l("Records of what is done"),
    "identity": _l("Accounts"),
    "notifications": _l("Messages"),
    "papers": _l("Papers"),
    "voting": _l("Votes"),
    "budgeting": _l("Budgets"),
    "home": _l("The portal’s own pages"),
    "rights": _l("Your rights over your data"),
    "ideas": _l("Ideas"),
    "comments": _l("Comments"),
    "moderation": _l("Moderation"),
    "workshops": _l("Workshops"),
    "services": _l("Permits and certificates"),
    "innovation": _l("Innovation"),
    "processes": _l("Questionnaires and members of closed processes"),
    "admin": _l("Set-up"),
}


@dataclass(frozen=True)
class Area:
    """A part of the portal with what it keeps about people and what it leaves to machines."""

    name: str
    label: str
    records: list[Record]
    machines: list[Machine]


def areas(held: Collection[str]) -> list[Area]:
    """Every feature that keeps something about people, or sorts or decides by itself. `held`: the names of wings that are
    off and hold something from before."""
    here = ground.current()
    features = [*here.features, *(one for one in here.off if one.name in held)]
    return [
        Area(one.name, str(AREAS.get(one.name, one.name)), one.personal, one.machines)
        for one in features
        if one.personal or one.machines
    ]


def records(held: Collection[str]) -> list[Record]:
    """What these areas keep."""
    return [record for area in areas(held) for record in area.records]


def _said(text: Text | None, languages: Iterable[str]) -> dict[str, str]:
    found = {}
    for lang in languages:
        with i18n.use_locale(lang):
            found[lang] = str(text) if text is not None else ""
    return found


def document(held: Collection[str], languages: Iterable[str]) -> dict[str, Any]:
    """The register for programs; each sentence in every language."""
    tongues, found = list(languages), areas(held)
    here = ground.settings()
    return {
        "controller": here.city.name,
        "contact": here.city.mail,
        "languages": tongues,
        "records": [
            {
                "table": record.table,
                "feature": area.name,
                "label": _said(record.label, tongues),
                "purpose": _said(record.purpose, tongues),
                "basis": _said(record.basis, tongues),
                "seen_by": _said(record.who, tongues),
                "kept": _said(record.kept, tongues),
                "days": record.days,
                "on_erasure": record.fate.value,
                "reason": _said(record.reason, tongues),
            }
            for area in found
            for record in area.records
        ],
        "machines": [
            {
                "name": machine.name,
                "feature": area.name,
                "label": _said(machine.label, tongues),
                "what": _said(machine.what, tongues),
                "how": _said(machine.how, tongues),
                "human": _said(machine.human, tongues),
            }
            for area in found
            for machine in area.machines
        ],
    }
