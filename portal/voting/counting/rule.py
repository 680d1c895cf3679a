"""The parameters of a count and the records of its result."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise

from portal.voting.counting.profile import BadElection, Profile, TieOrder

VALUES = {
    "name": ("greedy", "equal-shares", "phragmen"),
    "utility": (None, "cost", "cardinality", "score"),
    "on_misfit": ("skip", "stop"),
    "completion": ("none", "add1", "add1-greedy"),
    "add1_stop": ("overspend", "exhaustive"),
    "start": ("exact", "floor"),
    "comparison": (None, "voters"),
}


@dataclass(frozen=True, slots=True)
class Rule:
    """Every parameter of a count.

    `utility` None means by score (greedy only). `increment` is what each voter receives more per step and `unit` is the
    whole unit of currency to which `start` floor rounds down, both in the smallest unit of money. `eligibility` N
    excludes a project when votes / voters < cost / (N x budget). `comparison` voters sets the outcome of equal shares
    against that of greedy by score, and keeps greedy's if more voters prefer it. Raises BadElection for values that do not exist.
    """

    name: str
    utility: str | None = None
    on_misfit: str = "skip"
    min_score: int = 0
    completion: str = "none"
    add1_stop: str = "overspend"
    start: str = "exact"
    increment: Fraction = Fraction(100)
    unit: int = 100
    eligibility: Fraction | None = None
    comparison: str | None = None
    ties: tuple[str, ...] = ("min-cost", "max-score", "id")

    def __post_init__(self) -> None:
        for parameter, allowed in VALUES.items():
            if getattr(self, parameter) not in allowed:
                raise BadElection(f"the rule has no {parameter} {getattr(self, parameter)}")
        if self.name == "equal-shares" and self.utility is None:
            raise BadElection("equal shares needs a utility")
        if self.increment <= 0 or self.unit <= 0:
            raise BadElection("increment and unit of currency must be above 0")
        if self.eligibility is not None and self.eligibility <= 0:
            raise BadElection("the number of the eligibility test must be above 0")


@dataclass(frozen=True, slots=True)
class Win:
    """A funded project. `by`: greedy, free (no cost, one supporter), shares, top-up, phragmen. `price` for shares; for
    phragmen the moment of the purchase."""

    project: int
    by: str
    price: Fraction | None = None


@dataclass(frozen=True, slots=True)
class Tie:
    """Projects that a step found equal, in tie order; `by[i]` decided between the i-th and the next.

    `phase` is greedy, shares or top-up. Steps count from 1; in greedy and top-up the step is the place of the first of
    them in the order of examination.
    """

    phase: str
    step: int
    order: tuple[int, ...]
    by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Near:
    """A comparison of the final pass whose exact relative gap is below 1e-9.

    `what` price: the step's cheapest project and another one, with both prices. `what` money: a project, with the money
    of its supporters and its cost.
    """

    step: int
    what: str
    projects: tuple[int, ...]
    values: tuple[Fraction, Fraction]


@dataclass(slots=True)
class Result:
    """What a count found.

    `out` holds the projects it passed over with the reason; `left` the money that was left when a greedy order came to
    a project that did not fit; `after_stop` those that came after the stop; `outdrawn` those that lost to the named
    equals by the tie order alone. `caps` is what the winners of a category may cost together; `over_cap` the losers for
    which that left too little, with what it left; `excluded` those of whose group the named winner came first.

    Of equal shares, `since` is the number of raises from which on the winners stayed the same; `beyond` the winners after
    one raise more, if these would cost more than the budget; `bought` what was bought before any top-up. `other` are the
    winners of the rule that they were compared with (greedy's, or where `replaced` those of equal shares); `prefer` the
    voters who prefer the winners of the count, and those who prefer the other ones.
    """

    profile: Profile
    budget: int
    rule: Rule
    order: TieOrder
    wins: list[Win] = field(default_factory=list)
    out: dict[int, str] = field(default_factory=dict)
    left: dict[int, int] = field(default_factory=dict)
    after_stop: set[int] = field(default_factory=set)
    caps: dict[str, int] = field(default_factory=dict)
    over_cap: dict[int, int] = field(default_factory=dict)
    excluded: dict[int, int] = field(default_factory=dict)
    outdrawn: dict[int, list[int]] = field(default_factory=dict)
    ties: list[Tie] = field(default_factory=list)
    near: list[Near] = field(default_factory=list)
    start_share: Fraction | None = None
    share: Fraction | None = None
    raises: int = 0
    since: int = 0
    beyond: list[int] | None = None
    bought: list[int] = field(default_factory=list)
    other: list[int] | None = None
    prefer: tuple[int, int] = (0, 0)
    replaced: bool = False

    @property
    def by_shares(self) -> bool:
        """Whether the winners are those of equal shares."""
        return self.rule.name == "equal-shares" and not self.replaced

    @property
    def spent(self) -> int:
        """What the winners cost together."""
        return sum(self.profile.projects[win.project].cost for win in self.wins)

    @property
    def winners(self) -> list[str]:
        """Ids of the winners in the order of selection."""
        return [self.profile.projects[win.project].id for win in self.wins]

    @property
    def losers(self) -> list[int]:
        """The projects that were not funded, in the order of their ids."""
        chosen = {win.project for win in self.wins}
        return [project for project in range(len(self.profile.projects)) if project not in chosen]


def make_tie(order: TieOrder, phase: str, step: int, tied: Iterable[int]) -> Tie:
    """The tie between these projects, in tie order, with the criterion between neighbours."""
    ordered = tuple(order.sort(tied))
    by = tuple(order.between(one, other) for one, other in pairwise(ordered))
    return Tie(phase, step, ordered, by)


def screen(profile: Profile, budget: int, rule: Rule) -> dict[int, str]:
    """Projects that the count passes over: withdrawn, not-eligible or below-minimum, in this order of precedence."""
    out: dict[int, str] = {}
    for position, project in enumerate(profile.projects):
        if project.withdrawn:
            out[position] = "withdrawn"
        elif rule.eligibility is not None and (
            profile.votes[position] * rule.eligibility * budget < project.cost * profile.voters
        ):
            out[position] = "not-eligible"
        elif profile.scores[position] < rule.min_score:
            out[position] = "below-minimum"
    return out
