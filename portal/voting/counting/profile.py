"""Projects and ballots in the form that every rule counts: ballots merged with their number, scores, tie order."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple, cast

KINDS = ("approval", "knapsack", "choose-1", "cumulative", "ordinal")
CRITERIA = ("min-cost", "max-score", "lot", "id")

Ballot = tuple[str, ...] | tuple[tuple[str, int], ...]
"""Project ids (in ordinal ballots the order is the ranking) or, in cumulative ballots, pairs of id and points."""


class BadElection(ValueError):
    """The election or the parameters cannot be counted; the text is one plain line that says why."""


@dataclass(frozen=True, slots=True)
class Project:
    """One project. `cost` is in the smallest unit of money (cents, unless the caller says otherwise). Of the projects
    with the same `group` only one can win."""

    id: str
    cost: int
    category: str = ""
    withdrawn: bool = False
    group: str = ""


class Choice(NamedTuple):
    """Identical ballots: positions of the projects named, sorted, their points (None: one each), and their number."""

    projects: tuple[int, ...]
    points: tuple[int, ...] | None
    times: int


@dataclass(frozen=True, slots=True)
class Profile:
    """Everything a rule may look at. Projects stand in the order of their ids, so no outcome depends on input order.

    `votes` counts the ballots that name a project, `scores` what the ballot kind makes of them. `choices` is None where
    only totals are known, which suffices for greedy rules. `first` is what a ballot gives that names one project alone:
    a first rank, one point, or a vote.
    """

    projects: tuple[Project, ...]
    kind: str
    voters: int
    votes: tuple[int, ...]
    scores: tuple[int, ...]
    choices: tuple[Choice, ...] | None
    first: int = 1


def sort_projects(projects: Iterable[Project]) -> tuple[Project, ...]:
    """Projects in the order of their ids as text. Raises BadElection for a repeated id or a negative cost."""
    ordered = tuple(sorted(projects, key=lambda project: project.id))
    for before, after in pairwise(ordered):
        if before.id == after.id:
            raise BadElection(f"project {after.id} is listed twice")
    for project in ordered:
        if project.cost < 0:
            raise BadElection(f"project {project.id} has a negative cost")
    return ordered


def make_profile(
    projects: Iterable[Project], kind: str, ballots: Iterable[tuple[Ballot, int]], longest: int | None = None
) -> Profile:
    """Merge ballots, given with how often each occurs, into a profile.

    A project named twice on a ballot counts once (its first mention). Points: one each for approval, knapsack and
    choose-1; as given for cumulative; `longest`, `longest` - 1, ... for ordinal, the ballot's own length where no
    `longest` is given. Raises BadElection for an unknown kind or project and for points that are not whole or negative.
    """
    if kind not in KINDS:
        raise BadElection(f"ballot kind {kind} is not known")
    ordered = sort_projects(projects)
    place = {project.id: position for position, project in enumerate(ordered)}
    merged: dict[tuple[tuple[int, ...], tuple[int, ...] | None], int] = {}
    try:
        for ballot, times in ballots:
            if kind == "cumulative":
                key = _with_points(place, cast(tuple[tuple[str, int], ...], ballot))
            elif kind == "ordinal":
                key = _ranked(place, cast(tuple[str, ...], ballot), longest)
            else:
                key = (tuple(sorted({place[project] for project in cast(tuple[str, ...], ballot)})), None)
            merged[key] = merged.get(key, 0) + times
    except KeyError as error:
        raise BadElection(f"a ballot names the unknown project {error.args[0]}") from None
    votes = [0] * len(ordered)
    scores = [0] * len(ordered)
    for (positions, points), times in merged.items():
        for position in positions:
            votes[position] += times
        for position, number in zip(positions, points or (), strict=False):
            scores[position] += times * number
    if kind not in ("cumulative", "ordinal"):
        scores = votes
    choices = tuple([Choice(positions, points, times) for (positions, points), times in merged.items()])
    first = longest or 1 if kind == "ordinal" else 1
    return Profile(ordered, kind, sum(merged.values()), tuple(votes), tuple(scores), choices, first)


def _with_points(
    place: Mapping[str, int], ballot: tuple[tuple[str, int], ...]
) -> tuple[tuple[int, ...], tuple[int, ...] | None]:
    given: dict[int, int] = {}
    for project, points in ballot:
        if type(points) is not int or points < 0:
            raise BadElection(f"points of project {project} are not a whole number from 0 up")
        given.setdefault(place[project], points)
    positions = tuple(sorted(given))
    return positions, tuple(given[position] for position in positions)


def _ranked(
    place: Mapping[str, int], ballot: tuple[str, ...], longest: int | None
) -> tuple[tuple[int, ...], tuple[int, ...] | None]:
    named = dict.fromkeys(place[project] for project in ballot)
    top = len(named) if longest is None else longest
    given = {position: max(top - rank, 0) for rank, position in enumerate(named)}
    positions = tuple(sorted(given))
    return positions, tuple(given[position] for position in positions)


def from_totals(
    projects: Iterable[Project],
    kind: str,
    voters: int,
    votes: Mapping[str, int],
    scores: Mapping[str, int],
    longest: int | None = None,
) -> Profile:
    """A profile of totals alone (project id to number), enough for a greedy count."""
    ordered = sort_projects(projects)
    known = {project.id for project in ordered}
    for project in (*votes, *scores):
        if project not in known:
            raise BadElection(f"the totals name the unknown project {project}")
    return Profile(
        ordered,
        kind,
        voters,
        tuple(votes.get(project.id, 0) for project in ordered),
        tuple(scores.get(project.id, 0) for project in ordered),
        None,
        longest or 1 if kind == "ordinal" else 1,
    )


def lot(seed: bytes, project: str) -> str:
    """The lot of a project: SHA-256 of the seed's bytes followed by the id in UTF-8, in hex. The lowest is first."""
    return hashlib.sha256(seed + project.encode()).hexdigest()


class TieOrder:
    """The declared order between projects that nothing else tells apart; the id as text always closes it.

    `rank[p]` is the place of project p in the whole order. Raises BadElection for an unknown criterion and for a lot
    without a seed.
    """

    def __init__(self, profile: Profile, criteria: Sequence[str], seed: bytes | None = None) -> None:
        self.criteria = tuple(dict.fromkeys(criteria))
        if "id" in self.criteria:
            self.criteria = self.criteria[: self.criteria.index("id")]
        self.criteria += ("id",)
        for criterion in self.criteria:
            if criterion not in CRITERIA:
                raise BadElection(f"tie criterion {criterion} is not known")
        if "lot" in self.criteria and seed is None:
            raise BadElection("ties are decided by lot, but no lots were drawn")
        self._keys: list[tuple[int | str, ...]] = []
        for position, project in enumerate(profile.projects):
            value: dict[str, int | str] = {
                "min-cost": project.cost,
                "max-score": -profile.scores[position],
                "lot": lot(seed, project.id) if seed is not None else "",
                "id": project.id,
            }
            self._keys.append(tuple(value[criterion] for criterion in self.criteria))
        order = sorted(range(len(self._keys)), key=self._keys.__getitem__)
        self.rank = [0] * len(order)
        for place, position in enumerate(order):
            self.rank[position] = place

    def sort(self, projects: Iterable[int]) -> list[int]:
        """Projects in tie order."""
        return sorted(projects, key=self.rank.__getitem__)

    def before(self, one: int, other: int, more: int) -> bool:
        """Whether the first of two projects would come first if its score were `more` higher."""
        key = [
            part - more if criterion == "max-score" and isinstance(part, int) else part
            for criterion, part in zip(self.criteria, self._keys[one], strict=True)
        ]
        return tuple(key) < self._keys[other]

    def between(self, one: int, other: int) -> str:
        """The criterion that decides between two projects."""
        pairs = zip(self.criteria, self._keys[one], self._keys[other], strict=True)
        return next(criterion for criterion, left, right in pairs if left != right)
