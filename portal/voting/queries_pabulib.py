"""Elections in Pabulib's format, for features that import or export one (the counting core itself stays shut)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from portal.voting.counting.official import official
from portal.voting.counting.pabulib import Election, dump, money_text, parse, read
from portal.voting.counting.profile import BadElection

__all__ = ["BadElection", "Election", "export", "money_text", "parse", "read"]


def export(
    pot: Mapping[str, Any],
    kind: str,
    meta: Mapping[str, str],
    rows: Iterable[Mapping[str, str]],
    ballots: Iterable[Sequence[object]],
) -> str:
    """The .pb file of one counted pot: `pot` its part of the outcome, `ballots` already shuffled.

    Rule, `selected`, votes and scores are filled in. Raises BadElection for what the format cannot hold.
    """
    head, ordered = official(pot, kind, meta, rows)
    return dump(head, ordered, kind, ballots)
