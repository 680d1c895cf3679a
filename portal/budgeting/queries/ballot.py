"""Everything the ballot page shows to one voter. What is ticked comes with the post and is stored nowhere."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from portal.base import i18n, search
from portal.base.actor import Actor
from portal.base.texts import Said
from portal.base.verdict import Verdict
from portal.budgeting.models import Budget
from portal.budgeting.queries import projects, wordings
from portal.budgeting.queries.plan import pot_key
from portal.budgeting.queries.projects import Shown
from portal.voting import queries as voting
from portal.voting import rules as vote_rules
from portal.voting.models import Vote
from portal.voting.queries import Used

SORTS = ("random", "number", "title", "cheap", "dear")


@dataclass(frozen=True)
class Look:
    """How the voter looks at the list: search, filters, order. Never stored."""

    q: str = ""
    pot: str = ""
    category: int | None = None
    sort: str = "random"


@dataclass(frozen=True)
class PotOnBallot:
    """A pot in which this voter may choose, with what is ticked in it. Amounts in cents."""

    key: str
    name: Said
    limit: int
    seen: Sequence[Shown]  # in the voter's order, after search and filters
    chosen: Sequence[Shown]  # everything ticked in this pot
    elsewhere: Sequence[Shown]  # ticked, but not among those seen

    @property
    def spent(self) -> int:
        """What the ticked projects cost together."""
        return sum(project.cost for project in self.chosen)

    @property
    def left(self) -> int:
        """What is left of the pot; below zero when the ticked projects cost more."""
        return self.limit - self.spent


@dataclass(frozen=True)
class BallotPage:
    """The page of one voter at one moment."""

    budget: Budget
    vote: Vote
    names: wordings.Names
    verdict: Verdict
    used: Used | None
    pots: Sequence[PotOnBallot]
    look: Look
    kind: str
    least: int
    most: int | None
    prove: bool = False  # proving where one lives would help

    @property
    def chosen(self) -> list[Shown]:
        """Everything ticked, pot by pot."""
        return [project for pot in self.pots for project in pot.chosen]

    @property
    def seen(self) -> int:
        """How many projects the list shows."""
        return sum(len(pot.seen) for pot in self.pots)


def ballot_page(
    s: Session,
    actor: Actor,
    budget: Budget,
    vote: Vote,
    now: datetime,
    *,
    look: Look,
    ticked: Collection[str],
    secret: str,
) -> BallotPage:
    """Loads the ballot for one voter in a fixed number of selects. `ticked`: codes of projects."""
    document = vote.document
    facts = voting.voter_facts(s, actor, vote)
    verdict = vote_rules.may_vote(facts, vote, voting.has_key(vote), now)
    names = wordings.names(s, budget.id)
    mine = set(vote_rules.pots_for(facts, document))
    withdrawn = {project["id"] for project in document["projects"] if project.get("withdrawn")}
    listed = [project for project in projects.on_ballot(s, budget.id) if project.code not in withdrawn]
    ordered = _ordered(listed, look.sort, _order_key(secret), f"{actor.person_id}", vote.public_id)
    found = set(search.find(s, "project", look.q, i18n.lang())) if look.q.strip() else None
    ballot = document["ballot"]
    frozen = {pot["id"]: pot for pot in document["pots"]}
    pots = []
    for pot_id, name in names.pots.items():
        key = pot_key(names.positions[pot_id])
        if key not in mine:
            continue
        here = [project for project in ordered if project.pot_id == pot_id]
        seen = [project for project in here if _fits(project, key, look, found)]
        chosen = [project for project in here if project.code in ticked]
        shown = {project.id for project in seen}
        pots.append(
            PotOnBallot(
                key=key,
                name=name,
                limit=vote_rules.knapsack_limit(frozen[key], document),
                seen=seen,
                chosen=chosen,
                elsewhere=[project for project in chosen if project.id not in shown],
            )
        )
    return BallotPage(
        budget=budget,
        vote=vote,
        names=names,
        verdict=verdict,
        used=voting.own_participation(s, actor, vote, facts),
        pots=pots,
        look=look,
        kind=ballot["kind"],
        least=ballot.get("min") or 0,
        most=1 if ballot["kind"] == "choose-1" else ballot.get("max"),
        prove=facts is not None and not actor.scope and (not facts.claim or facts.weak or facts.resident is None),
    )


def _order_key(secret: str) -> bytes:
    """A key of its own for the order, so that it gives nothing away about the portal's secret."""
    return hashlib.sha256(b"order of the ballot\0" + secret.encode()).digest()


def _ordered(listed: list[Shown], sort: str, key: bytes, person: str, vote: str) -> list[Shown]:
    if sort == "number":
        return listed
    if sort == "title":
        return sorted(listed, key=lambda project: (project.sort_key, project.number))
    if sort in ("cheap", "dear"):
        way = 1 if sort == "cheap" else -1
        return sorted(listed, key=lambda project: (way * project.cost, project.number))
    return projects.shuffled(listed, key, person, vote)


def _fits(project: Shown, key: str, look: Look, found: set[int] | None) -> bool:
    return (
        (not look.pot or look.pot == key)
        and (look.category is None or project.category_id == look.category)
        and (found is None or project.id in found)
    )
