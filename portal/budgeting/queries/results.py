"""The published result of a budget's vote, ready for its page. Nothing here answers before the publication."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.base.i18n import Text
from portal.base.normal import normalise, tokens
from portal.base.texts import Said
from portal.budgeting.models import Budget, Project
from portal.budgeting.queries import projects, wordings
from portal.budgeting.queries.plan import pot_key
from portal.budgeting.queries.projects import Shown
from portal.budgeting.rules_explained import Beside, about_shares, beside, how_sure, satisfied
from portal.budgeting.rules_import import rule_known
from portal.budgeting.rules_reasons import why_lost, why_won
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
    ballots: int = 0  # cast in its pot
    withheld: bool = False  # too few ballots in its pot: votes, score and place say nothing
    otherwise: bool = False  # an imported file says that the city funded it outside of the rule

    @property
    def anchor(self) -> str:
        """Where it stands on the page."""
        return f"project-{self.shown.number}" if self.shown is not None else f"gone-{self.code}"

    @property
    def sought(self) -> str:
        """What a search looks through."""
        return normalise(f"{self.title} {self.code}")

    @property
    def support(self) -> float | None:
        """The part of the pot's voters who chose it; None where nobody voted."""
        return self.votes / self.ballots if self.ballots else None

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
    withheld: bool = False  # fewer than 10 ballots: winners are told, and no number that comes from the ballots
    about: Sequence[Text] = ()  # the shares
    sure: Sequence[Text] = ()
    beside: Beside | None = None  # the other way of counting
    only_here: Sequence[str] = ()  # titles
    only_there: Sequence[str] = ()
    satisfied: tuple[float, float] | None = None  # voters without a winner; winners per voter

    @cached_property  # the page asks once per row
    def by_votes(self) -> list[Row]:
        """All projects, most votes first: the chart."""
        return sorted([*self.winners, *self.losers], key=lambda row: (-row.score, row.title))

    @property
    def size(self) -> int:
        """How many projects it had."""
        return len(self.winners) + len(self.losers)

    @cached_property
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
    elsewhere: bool  # the vote was held elsewhere, and an imported file tells of it
    rule_known: bool = True  # an imported file may name a rule that the count does not know
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

    def found(self, query: str) -> list[tuple[PotResult, Row]]:
        """The projects whose title or number holds every word of the query, with their pots."""
        words = tokens(query)
        rows = [(pot, row) for pot in self.pots for row in [*pot.winners, *pot.losers]]
        return [(pot, row) for pot, row in rows if words and all(word in row.sought for word in words)]


def result_page(s: Session, budget: Budget, vote: Vote) -> ResultPage | None:
    """The result in two selects besides the vote; None until it is published."""
    public = voting.published(s, vote)
    if public is None:
        return None
    names = wordings.names(s, budget.id)
    cards = projects.by_code(s, budget.id)
    by_key = {pot_key(position): names.pots[pot_id] for pot_id, position in names.positions.items()}
    selected = _selected(s, budget) if budget.source_meta else {}
    points, elsewhere = voting.by_points(public.regulation), voting.held_elsewhere(public.regulation)
    pots = [
        _pot(pot, by_key.get(pot["id"]) or Said(pot["id"], "en"), cards, budget.currency, selected, points)
        for pot in public.outcome["pots"]
    ]
    won = {row.code for pot in pots for row in pot.winners}
    said = {code for code, mark in selected.items() if mark == "1"}
    return ResultPage(
        names,
        pots,
        public,
        points,
        elsewhere,
        rule_known=not budget.source_meta or rule_known(budget.source_meta),
        differs=bool(said) and said != won,
    )


def _selected(s: Session, budget: Budget) -> dict[str, str]:
    """What an imported file says of each project: "1" won by the rule, "2" and "3" funded in another way."""
    rows = s.execute(select(Project.code, Project.source_row).where(Project.budget_id == budget.id))
    return {code: str((row or {}).get("selected", "")) for code, row in rows}


def _pot(
    pot: Mapping[str, Any],
    name: Said,
    cards: Mapping[str, Shown],
    currency: str,
    selected: Mapping[str, str],
    points: bool,
) -> PotResult:
    def title(code: str) -> str:
        return cards[code].title if code in cards else code

    def row(one: Mapping[str, Any], place: int | None = None, why: Sequence[Text] = ()) -> Row:
        code = one["id"]
        otherwise = place is None and selected.get(code) in ("2", "3")
        if withheld:
            return Row(cards.get(code), code, one["cost"], 0, 0, place, why, 0, True, otherwise)
        number = pot["ballots"]
        return Row(cards.get(code), code, one["cost"], one["votes"], one["score"], place, why, number, False, otherwise)

    withheld = bool(pot.get("withheld"))
    losers = [row(one, None, why_lost(one, currency, title, points, pot)) for one in pot["losers"]]
    winners = [row(one, place, why_won(pot, place, currency)) for place, one in enumerate(pot["winners"], 1)]
    other = None if withheld else beside(pot)
    return PotResult(
        key=pot["id"],
        name=name,
        budget=pot["budget"],
        spent=pot["spent"],
        ballots=pot.get("ballots", 0),
        winners=sorted(winners, key=lambda one: one.title) if withheld else winners,
        losers=sorted(losers, key=lambda one: (-one.score, one.title)),
        ties=sum(1 for tie in pot.get("ties", ()) if tie["changes"]),
        share=pot.get("share"),
        withheld=withheld,
        about=() if withheld else about_shares(pot, currency),
        sure=() if withheld else how_sure(pot, currency, title, points),
        beside=other,
        only_here=[title(code) for code in other.only_here] if other else (),
        only_there=[title(code) for code in other.only_there] if other else (),
        satisfied=None if withheld else satisfied(pot),
    )
