"""What one voter's share paid for, and what past counts say to whoever proposes something next. Pure: from one pot of a
published outcome, whole cents rounded down."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from portal.budgeting.rules_explained import by_shares


@dataclass(frozen=True, slots=True)
class Spent:
    """A voter's way through one pot. `share` None: this pot was not counted by shares. `paid`: for each winner among the
    choices what the voter paid, in the order of selection (None where the pot paid, not the voters); `lost`: the
    choices that did not win. Amounts in cents."""

    share: int | None
    paid: tuple[tuple[str, int | None], ...]
    lost: tuple[str, ...]
    rest: int


def can_tell(pot: Mapping[str, Any]) -> bool:
    """Whether the outcome says enough: enough ballots, and payments that do not hang on each voter's points."""
    if pot.get("withheld") or "voters" not in pot:
        return False
    return not by_shares(pot) or pot["rule"]["utility"] != "score"


def spent(pot: Mapping[str, Any], chosen: Collection[str]) -> Spent:
    """What a ballot with these projects paid in a pot that `can_tell`.

    A supporter of a winner pays what its full payers paid, or all that is left of the share where that is less.
    """
    share = int(Fraction(pot["share"]["final"])) if by_shares(pot) else None
    left, paid = share or 0, []
    for winner in pot["winners"]:
        if winner["id"] not in chosen:
            continue
        amount = None
        if winner["by"] == "shares":
            amount = min(left, winner["paid"]["most"])
            left -= amount
        elif winner["by"] == "free":
            amount = 0
        paid.append((winner["id"], amount))
    lost = tuple(row["id"] for row in pot["losers"] if row["id"] in chosen)
    return Spent(share, tuple(paid), lost, left)


# --- advice -----------------------------------------------------------------------------------------------------------

GROUPS = 3


@dataclass(frozen=True, slots=True)
class Costly:
    """Projects of similar cost: how many ran and won, and the fewest votes of a winner. Costs in cents."""

    low: int
    high: int
    ran: int
    won: int
    fewest: int | None
    share: float  # the part that won


@dataclass(frozen=True, slots=True)
class Advice:
    """What the result of one pot teaches. `needs`: for example costs the fewest supporters that could pay it alone, with
    whole shares; empty where the count was not by shares."""

    groups: tuple[Costly, ...]
    needs: tuple[tuple[int, int], ...]
    share: int | None


def advice(pot: Mapping[str, Any]) -> Advice | None:
    """None where the pot had too few ballots, or fewer projects than groups. Withdrawn projects are left out."""
    if pot.get("withheld"):
        return None
    won = {row["id"] for row in pot["winners"]}
    ran = sorted(
        [*pot["winners"], *(row for row in pot["losers"] if row.get("reason") != "withdrawn")],
        key=lambda row: (row["cost"], row["id"]),
    )
    if len(ran) < GROUPS:
        return None
    groups = []
    for number in range(GROUPS):
        rows = ran[len(ran) * number // GROUPS : len(ran) * (number + 1) // GROUPS]
        winners = [row["votes"] for row in rows if row["id"] in won]
        groups.append(
            Costly(
                rows[0]["cost"],
                rows[-1]["cost"],
                len(rows),
                len(winners),
                min(winners, default=None),
                len(winners) / len(rows),
            )
        )
    if not by_shares(pot) or not (final := Fraction(pot["share"]["final"])):
        return Advice(tuple(groups), (), None)
    costs = sorted({ran[(len(ran) - 1) * part // 4]["cost"] for part in range(5)} - {0})
    needs = tuple((cost, -(-cost * final.denominator // final.numerator)) for cost in costs)
    return Advice(tuple(groups), needs, int(final))
