"""The published result of a budget's vote, ready for its page. Nothing here answers before the publication."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from portal.base.i18n import Text
from portal.base.texts import Said
from portal.budgeting.models import Budget
from portal.budgeting.queries import projects, wordings
from portal.budgeting.queries.plan import pot_key
from portal.budgeting.queries.projects import Shown
from portal.budgeting.rules_reasons import reasons
from portal.voting import queries as voting
from portal.voting.models import Vote


@dataclass(frozen=True, slots=True)
class Row:
    """One project in the result. `place`: the order of selection of a winner. Cost in cents."""

    shown: Shown | None
    code: str
    cost: int
    votes: int
    score: int
    place: int | None = None
    reasons: Sequence[Text] = ()

    @property
    def title(self) -> str:
        """The title, or the code of a project whose texts are gone."""
        return self.shown.title if self.shown is not None else self.code


@dataclass(frozen=True)
class PotResult:
    """What one pot paid for. Amounts in cents."""

    key: str
    name: Said
    budget: int
    spent: int
    ballots: int
    winners: Sequence[Row]
    losers: Sequence[Row]
    ties: int  # ties that changed who won
    share: Mapping[str, Any] | None

    @property
    def by_votes(self) -> list[Row]:
        """All projects, most votes first: the chart."""
        return sorted([*self.winners, *self.losers], key=lambda row: (-row.score, row.title))

    @property
    def most(self) -> int:
        """The highest score, for the bars."""
        return max((row.score for row in self.by_votes), default=0)


@dataclass(frozen=True)
class ResultPage:
    """The result of one budget."""

    names: wordings.Names
    pots: Sequence[PotResult]
    published: voting.Published
    points: bool  # the count went by points, not by votes

    @property
    def spent(self) -> int:
        """What all winners cost together."""
        return sum(pot.spent for pot in self.pots)

    @property
    def total(self) -> int:
        """The money of all pots."""
        return sum(pot.budget for pot in self.pots)

    @property
    def winners(self) -> int:
        """How many projects won."""
        return sum(len(pot.winners) for pot in self.pots)


def result_page(s: Session, budget: Budget, vote: Vote) -> ResultPage | None:
    """The result in two selects besides the vote; None until it is published."""
    public = voting.published(s, vote)
    if public is None:
        return None
    names = wordings.names(s, budget.id)
    cards = projects.by_code(s, budget.id)
    by_key = {pot_key(position): names.pots[pot_id] for pot_id, position in names.positions.items()}
    pots = [
        _pot(pot, by_key.get(pot["id"]) or Said(pot["id"], "en"), cards, budget.currency)
        for pot in public.outcome["pots"]
    ]
    return ResultPage(names, pots, public, public.regulation["ballot"]["kind"] in ("cumulative", "ordinal"))


def _pot(pot: Mapping[str, Any], name: Said, cards: Mapping[str, Shown], currency: str) -> PotResult:
    def title(code: str) -> str:
        return cards[code].title if code in cards else code

    def row(one: Mapping[str, Any], place: int | None = None, why: Sequence[Text] = ()) -> Row:
        return Row(cards.get(one["id"]), one["id"], one["cost"], one["votes"], one["score"], place, why)

    losers = [row(one, None, reasons(one, currency, title)) for one in pot["losers"]]
    return PotResult(
        key=pot["id"],
        name=name,
        budget=pot["budget"],
        spent=pot["spent"],
        ballots=pot["ballots"],
        winners=[row(one, place) for place, one in enumerate(pot["winners"], 1)],
        losers=sorted(losers, key=lambda one: (-one.score, one.title)),
        ties=sum(1 for tie in pot["ties"] if tie["changes"]),
        share=pot["share"],
    )
