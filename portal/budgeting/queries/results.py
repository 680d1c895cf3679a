"""The published result of a budget's vote, ready for its page. Nothing here answers before the publication."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.base.i18n import Text
from portal.base.texts import Said
from portal.budgeting.models import Budget, Project
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
    otherwise: bool = False  # an imported file says that the city funded it outside of the rule

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
    differs: bool = False  # an imported file names other winners than the count

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
    selected = _selected(s, budget) if budget.source_meta else {}
    pots = [
        _pot(pot, by_key.get(pot["id"]) or Said(pot["id"], "en"), cards, budget.currency, selected)
        for pot in public.outcome["pots"]
    ]
    won = {row.code for pot in pots for row in pot.winners}
    said = {code for code, mark in selected.items() if mark == "1"}
    points = public.regulation["ballot"]["kind"] in ("cumulative", "ordinal")
    return ResultPage(names, pots, public, points, differs=bool(said) and said != won)


def _selected(s: Session, budget: Budget) -> dict[str, str]:
    """What an imported file says of each project: "1" won by the rule, "2" and "3" funded in another way."""
    rows = s.execute(select(Project.code, Project.source_row).where(Project.budget_id == budget.id))
    return {code: str((row or {}).get("selected", "")) for code, row in rows}


def _pot(
    pot: Mapping[str, Any], name: Said, cards: Mapping[str, Shown], currency: str, selected: Mapping[str, str]
) -> PotResult:
    def title(code: str) -> str:
        return cards[code].title if code in cards else code

    def row(one: Mapping[str, Any], place: int | None = None, why: Sequence[Text] = ()) -> Row:
        code = one["id"]
        otherwise = place is None and selected.get(code) in ("2", "3")
        return Row(cards.get(code), code, one["cost"], one["votes"], one["score"], place, why, otherwise)

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
