"""The 2,000 made ballots of the finished budget: the same from the same seed on every machine and Python.

The voters are invented as groups with tastes: families, sport, culture, garden, and people who mind barriers. Sport is
the largest group and strong in Northfield, so most-votes-first would give it the big projects while equal shares give
every group its part. In Saltwick two projects end three votes apart, though only one of them can be paid.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

NUMBER = 2000
MOST = 6  # city-wide projects on one ballot; with two of the own district no ballot names more than eight
MARGIN = 3
CLOSE = ("quay-climbing", "saltgate-trees")  # the winner of the close contest, and who just missed

# district: share of the voters
_DISTRICTS = (("saltwick", 0.22), ("northfield", 0.38), ("rivermead", 0.23), ("larkhill", 0.17))
# district: share of each group among its voters
_GROUPS = {
    "saltwick": (("family", 0.2), ("sport", 0.22), ("culture", 0.26), ("garden", 0.16), ("access", 0.16)),
    "northfield": (("family", 0.17), ("sport", 0.57), ("culture", 0.09), ("garden", 0.1), ("access", 0.07)),
    "rivermead": (("family", 0.2), ("sport", 0.36), ("culture", 0.18), ("garden", 0.17), ("access", 0.09)),
    "larkhill": (("family", 0.16), ("sport", 0.24), ("culture", 0.22), ("garden", 0.18), ("access", 0.2)),
}
# group: how likely it ticks each project of the whole city
_TASTES = {
    "family": {
        "ice-rink": 0.36,
        "school-pitches": 0.26,
        "school-gardens": 0.66,
        "library-bus": 0.38,
        "cargo-bikes": 0.4,
        "first-aid": 0.26,
        "park-concerts": 0.22,
        "bird-islands": 0.2,
        "solar-library": 0.22,
        "ferry-ramp": 0.22,
    },
    "sport": {
        "ice-rink": 0.76,
        "school-pitches": 0.75,
        "cargo-bikes": 0.2,
        "park-concerts": 0.12,
        "first-aid": 0.1,
        "school-gardens": 0.07,
        "library-bus": 0.06,
        "solar-library": 0.09,
        "ferry-ramp": 0.05,
        "bird-islands": 0.04,
    },
    "culture": {
        "library-bus": 0.74,
        "park-concerts": 0.78,
        "cargo-bikes": 0.34,
        "solar-library": 0.36,
        "ice-rink": 0.1,
        "school-gardens": 0.24,
        "bird-islands": 0.22,
        "ferry-ramp": 0.2,
        "first-aid": 0.2,
        "school-pitches": 0.08,
    },
    "garden": {
        "school-gardens": 0.7,
        "bird-islands": 0.68,
        "solar-library": 0.6,
        "cargo-bikes": 0.5,
        "park-concerts": 0.2,
        "library-bus": 0.2,
        "ferry-ramp": 0.14,
        "first-aid": 0.16,
        "ice-rink": 0.06,
        "school-pitches": 0.06,
    },
    "access": {
        "ferry-ramp": 0.84,
        "first-aid": 0.74,
        "library-bus": 0.5,
        "park-concerts": 0.3,
        "bird-islands": 0.18,
        "cargo-bikes": 0.12,
        "school-gardens": 0.2,
        "solar-library": 0.2,
        "ice-rink": 0.06,
        "school-pitches": 0.06,
    },
}
# the two projects of each district: how likely each group ticks the first and the second
_LOCAL = {
    "saltwick": ("quay-climbing", "saltgate-trees"),
    "northfield": ("street-court", "tenants-meadow"),
    "rivermead": ("boat-racks", "mill-roof"),
    "larkhill": ("view-benches", "apple-hill"),
}
_LOCAL_TASTES = {
    "family": (0.66, 0.42),
    "sport": (0.72, 0.2),
    "culture": (0.3, 0.62),
    "garden": (0.22, 0.76),
    "access": (0.46, 0.5),
}


@dataclass(frozen=True, slots=True)
class MadeBallot:
    """One ballot: the voter's district, and the projects ticked for each pot used (`city` and the own district)."""

    district: str
    choices: tuple[tuple[str, tuple[str, ...]], ...]

    def projects(self, pot: str) -> tuple[str, ...]:
        """The projects ticked in a pot, none where it was left out."""
        return dict(self.choices).get(pot, ())


def made_ballots(seed: int = 2025, number: int = NUMBER) -> tuple[MadeBallot, ...]:
    """The ballots of `decides-2025`. Each names at least one project; pots left empty are not in it."""
    source = random.Random(seed)  # noqa: S311 (made data)
    drawn: list[tuple[str, list[str], list[str]]] = []
    while len(drawn) < number:
        district = _pick(source, _DISTRICTS)
        group = _pick(source, _GROUPS[district])
        city = [project for project, chance in _TASTES[group].items() if source.random() < chance][:MOST]
        local = [
            project
            for project, chance in zip(_LOCAL[district], _LOCAL_TASTES[group], strict=True)
            if source.random() < chance
        ]
        if city or local:
            drawn.append((district, city, local))
    _make_close(source, drawn)
    return tuple(
        MadeBallot(
            district, tuple((pot, tuple(sorted(ids))) for pot, ids in (("city", city), (district, local)) if ids)
        )
        for district, city, local in drawn
    )


def _pick(source: random.Random, shares: tuple[tuple[str, float], ...]) -> str:
    """One name by its share; only random() is used, whose values are the same in every Python."""
    at = source.random()
    for name, share in shares:
        at -= share
        if at < 0:
            return name
    return shares[-1][0]


def _make_close(source: random.Random, drawn: list[tuple[str, list[str], list[str]]]) -> None:
    """Move ticks between the two close projects until the first leads by MARGIN votes."""
    first, second = CLOSE
    home = [ballot for ballot in drawn if ballot[0] == "saltwick"]
    while True:
        votes = {project: sum(project in local for _, _, local in home) for project in CLOSE}
        gap = votes[first] - votes[second] - MARGIN
        if gap == 0:
            return
        rich, poor = (first, second) if gap > 0 else (second, first)
        _, city, local = home[int(source.random() * len(home))]
        if rich in local and poor not in local and abs(gap) > 1:
            local[:] = [poor]
        elif rich in local and city and abs(gap) == 1:
            local.remove(rich)
