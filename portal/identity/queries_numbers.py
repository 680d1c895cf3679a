"""Finding the accounts of a human by their number in the register, without a number being readable anywhere."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.base.ground import settings
from portal.config import key_of
from portal.identity import rules, sealed
from portal.identity.models import Fact, FactKind
from portal.identity.models_ways import SealedNumber


def people_of_number(s: Session, spellings: Iterable[str]) -> list[int]:
    """The accounts that belong to one number of the city's scheme, in any of its spellings: those that proved it, and
    those whose provider stated it. Two selects."""
    site = settings()
    index, roll = key_of(site, "number-index"), key_of(site, "resident")
    plain = {rules.plain_number(one) for one in spellings} - {""}
    proved = select(SealedNumber.person_id).where(
        SealedNumber.scheme == site.scheme,
        SealedNumber.blind.in_(sorted(sealed.blind(index, site.scheme, one) for one in plain)),
    )
    stated = select(Fact.person_id).where(
        Fact.kind == FactKind.RESIDENT,
        Fact.name == site.scheme,
        Fact.value.in_(sorted(rules.resident_hash(roll, site.scheme, one) for one in plain)),
    )
    return sorted({*s.scalars(proved), *s.scalars(stated)})
