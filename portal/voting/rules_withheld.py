"""What the published outcome of a small pot may say: who won, and no number that comes from its few ballots."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any


def without_numbers(outcome: Mapping[str, Any], withheld: Collection[str]) -> dict[str, Any]:
    """The outcome as everybody may read it. Of a withheld pot it keeps money, rule and who won, in the order of the
    ids: votes, scores, prices, ties and the order of selection would say what one of few people chose."""
    pots = [_bare(pot) if pot["id"] in withheld else pot for pot in outcome["pots"]]
    return {**outcome, "pots": pots}


def _bare(pot: Mapping[str, Any]) -> dict[str, Any]:
    def bare(rows: Any) -> list[dict[str, Any]]:
        return sorted(({"id": row["id"], "cost": row["cost"]} for row in rows), key=lambda row: str(row["id"]))

    losers = bare(pot["losers"])
    gone = {row["id"] for row in pot["losers"] if row.get("reason") == "withdrawn"}
    for row in losers:
        if row["id"] in gone:  # known before anybody voted
            row["reason"] = "withdrawn"
    kept = {name: pot[name] for name in ("id", "budget", "spent", "rule", "ties_by") if name in pot}
    return {**kept, "withheld": True, "winners": bare(pot["winners"]), "losers": losers}
