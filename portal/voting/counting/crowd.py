"""The voters of an equal-shares count: who supports what, and two ways to keep their balances.

`make_till` returns a till in floating point numbers (arrays where numpy is installed, else lists): fast, and close
enough to guess. `ExactTill` keeps balances as whole numbers over one common denominator and settles what the guess
cannot decide. Voters with equal balance form one class there, so a purchase costs a few operations on long numbers.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from fractions import Fraction
from math import gcd
from typing import Protocol, Self, cast

from portal.voting.counting.profile import BadElection, Profile


class Crowd:
    """Voters merged by what they support in this race.

    For each project p: `members[p]` the groups that support it, `worth[p]` the utility that it has for each of them
    (one number where it is the same for all), `heads[p]` their voters, `total[p]` their utility together. `size[g]` is
    the number of voters of group g and `likes[g]` the projects that it supports.
    """

    def __init__(self, profile: Profile, race: Iterable[int], utility: str) -> None:
        if profile.choices is None:
            raise BadElection("equal shares cannot be counted from totals; it needs the ballots")
        running = set(race)
        merged: dict[tuple[tuple[int, ...], tuple[int, ...]], int] = {}
        for choice in profile.choices:
            points = choice.points or (1,) * len(choice.projects)
            pairs = [
                (project, points[number])
                for number, project in enumerate(choice.projects)
                if project in running and points[number] > 0
            ]
            if not pairs:
                continue
            worth = tuple(number for _, number in pairs) if utility == "score" and choice.points else ()
            key = (tuple(project for project, _ in pairs), worth)
            merged[key] = merged.get(key, 0) + choice.times
        self.projects = profile.projects
        count = len(profile.projects)
        self.likes = [key[0] for key in merged]
        self.size = list(merged.values())
        self.members: list[list[int]] = [[] for _ in range(count)]
        self.worth: list[int | list[int]] = [project.cost if utility == "cost" else 1 for project in profile.projects]
        if any(key[1] for key in merged):
            self.worth = [[] for _ in range(count)]
        self.heads = [0] * count
        self.total = [0] * count
        for group, (key, times) in enumerate(merged.items()):
            for number, project in enumerate(key[0]):
                self.members[project].append(group)
                self.heads[project] += times
                worth_of = self.worth[project]
                if isinstance(worth_of, list):
                    worth_of.append(key[1][number] if key[1] else 1)
                    self.total[project] += times * worth_of[-1]
                else:
                    self.total[project] += times * worth_of


class Till(Protocol):
    """Balances in floating point. Prices are per unit of utility."""

    def twin(self) -> Self:
        """Another till of the same crowd."""

    def reset(self, share: float) -> None:
        """Give every voter the same share."""

    def money(self, project: int) -> float:
        """What the supporters of a project own together."""

    def price(self, project: int, low: float) -> tuple[float, float, bool]:
        """Price, utility of those who pay it in full, and whether that is surely everybody.

        `low` is a price known not to be above the result, such as one found earlier in the same pass.
        """

    def cover(self, project: int, price: float) -> float:
        """What the supporters can pay together if nobody pays more than the price for a unit of utility."""

    def pay(self, project: int, price: float) -> None:
        """Take the price from each supporter, or the balance where that is less."""

    def straight(self, far: Self, project: int, high: float, low: float, slack: float) -> bool:
        """Whether the price is surely a straight line between the shares of this till and of a higher one.

        `high` is not below the price here, `low` not above the price there, and no balance is wrong by `slack`.
        """

    def bend(self, far: Self, project: int, high: float, low: float, slack: float) -> None:
        """Note, before both tills pay, whose balance may be no straight line any more. Parameters as in `straight`."""


class ListTill:
    """A till of plain lists."""

    def __init__(self, crowd: Crowd) -> None:
        self._crowd = crowd
        self._size = crowd.size
        self._balance: list[float] = []
        self._bent: set[int] = set()

    def twin(self) -> ListTill:
        return ListTill(self._crowd)

    def reset(self, share: float) -> None:
        self._balance = [share] * len(self._size)
        self._bent = set()

    def money(self, project: int) -> float:
        balance, size = self._balance, self._size
        return sum([balance[group] * size[group] for group in self._crowd.members[project]])

    def price(self, project: int, low: float) -> tuple[float, float, bool]:
        balance, size, worth = self._balance, self._size, self._crowd.worth[project]
        members = self._crowd.members[project]
        cost, total = self._crowd.projects[project].cost, self._crowd.total[project]
        # One row for each supporter: the price at which the balance is used up, what they own, their utility.
        if isinstance(worth, list):
            rows = [(balance[g] / u, balance[g] * size[g], u * size[g]) for g, u in zip(members, worth, strict=True)]
        else:
            rows = [(balance[g] / worth, balance[g] * size[g], worth * size[g]) for g in members]
        poor, rich, price = 0.0, float(total), low
        while True:
            gone = [row for row in rows if row[0] < price]
            if gone:
                poor += sum([row[1] for row in gone])
                rich -= sum([row[2] for row in gone])
                rows = [row for row in rows if row[0] >= price]
            if not rows:
                return price, 1.0, False
            higher = max(price, (cost - poor) / rich)
            if higher == price:
                break
            price = higher
        clear = len(rows) == len(members) and min(rows)[0] > price * (1 + 1e-9)
        return price, rich, clear

    def cover(self, project: int, price: float) -> float:
        balance, size, worth = self._balance, self._size, self._crowd.worth[project]
        members = self._crowd.members[project]
        each = worth if isinstance(worth, list) else [worth] * len(members)
        return sum([min(balance[g], price * u) * size[g] for g, u in zip(members, each, strict=True)])

    def pay(self, project: int, price: float) -> None:
        balance, worth = self._balance, self._crowd.worth[project]
        members = self._crowd.members[project]
        if isinstance(worth, list):
            for group, utility in zip(members, worth, strict=True):
                rest = balance[group] - price * utility
                balance[group] = rest if rest > 0 else 0.0
        else:
            each = price * worth
            for group in members:
                rest = balance[group] - each
                balance[group] = rest if rest > 0 else 0.0

    def _sides(
        self, far: ListTill, project: int, high: float, low: float, slack: float
    ) -> tuple[bool, list[tuple[int, bool, bool]]]:
        """Whether the price is a line; per supporter whether both tills leave nothing, or both surely something."""
        worth, members = self._crowd.worth[project], self._crowd.members[project]
        each = worth if isinstance(worth, list) else [worth] * len(members)
        sides = [
            (g, far._balance[g] < u * low - slack, self._balance[g] > u * high + slack)
            for g, u in zip(members, each, strict=True)
        ]
        return all(rich or (poor and group not in self._bent) for group, poor, rich in sides), sides

    def straight(self, far: ListTill, project: int, high: float, low: float, slack: float) -> bool:
        return self._sides(far, project, high, low, slack)[0]

    def bend(self, far: ListTill, project: int, high: float, low: float, slack: float) -> None:
        line, sides = self._sides(far, project, high, low, slack)
        for group, poor, rich in sides:
            if poor:
                self._bent.discard(group)
            elif not (line and rich):
                self._bent.add(group)


def make_till(crowd: Crowd) -> Till:
    """The fastest till that this machine offers."""
    try:
        # Loaded only when something is counted: numpy would cost every process of the portal its memory.
        arrays = importlib.import_module("portal.voting.counting.arrays")
    except ImportError:
        return ListTill(crowd)
    return cast(Till, arrays.ArrayTill(crowd))


class ExactTill:
    """Balances as whole numbers over `scale`, one for each class of voters with equal balance."""

    def __init__(self, crowd: Crowd, share: Fraction) -> None:
        self._crowd = crowd
        self.scale = share.denominator
        # Class 0 is everybody at first, class 1 are those who have nothing left.
        self._balance = [share.numerator, 0]
        self._class_of = [0] * len(crowd.size)
        self._voters = [sum(crowd.size), 0]

    def _tally(self, project: int) -> dict[tuple[int, int], int]:
        """Voters behind a project by class and utility."""
        crowd, class_of, size = self._crowd, self._class_of, self._crowd.size
        worth = crowd.worth[project]
        tally: dict[tuple[int, int], int] = {}
        if isinstance(worth, list):
            for group, utility in zip(crowd.members[project], worth, strict=True):
                key = (class_of[group], utility)
                tally[key] = tally.get(key, 0) + size[group]
            return tally
        heads: dict[int, int] = {}
        for group in crowd.members[project]:
            number = class_of[group]
            heads[number] = heads.get(number, 0) + size[group]
        return {(number, worth): voters for number, voters in heads.items()}

    def money(self, project: int) -> Fraction:
        """What the supporters of a project own together."""
        owned = sum(self._balance[number] * voters for (number, _), voters in self._tally(project).items())
        return Fraction(owned, self.scale)

    def cover(self, project: int, price: Fraction) -> tuple[Fraction, bool]:
        """What the supporters can pay together at this price per unit of utility, and whether all of them give all."""
        need, top = price.denominator, price.numerator * self.scale
        paid, all_give_all = 0, True
        for (number, utility), voters in self._tally(project).items():
            owned = self._balance[number]
            if owned * need < top * utility:
                paid += owned * need * voters
            else:
                paid += top * utility * voters
                all_give_all = False
        return Fraction(paid, need * self.scale), all_give_all

    def price(self, project: int) -> Fraction:
        """The smallest price at which the supporters cover the cost; they must own enough."""
        return self._price(project, self._tally(project))

    def _price(self, project: int, tally: dict[tuple[int, int], int]) -> Fraction:
        rows = [(self._balance[number], utility, voters) for (number, utility), voters in tally.items()]
        need, rich = self._crowd.projects[project].cost * self.scale, self._crowd.total[project]
        while True:
            gone = [row for row in rows if row[0] * rich < need * row[1]]
            if not gone:
                return Fraction(need, rich * self.scale)
            rows = [row for row in rows if row[0] * rich >= need * row[1]]
            need -= sum(row[0] * row[2] for row in gone)
            rich -= sum(row[1] * row[2] for row in gone)

    def buy(self, project: int) -> Fraction:
        """Let the supporters pay; the price."""
        tally = self._tally(project)
        price = self._price(project, tally)
        factor = price.denominator // gcd(price.denominator, self.scale)
        if factor > 1:
            self.scale *= factor
            self._balance = [value * factor for value in self._balance]
        unit = price.numerator * (self.scale // price.denominator)
        number_of = {0: 1}
        after: dict[tuple[int, int], int] = {}
        for (number, utility), voters in tally.items():
            value = self._balance[number]
            rest = max(value - unit * utility, 0)
            new = number_of.get(rest)
            if new is None:
                new = number_of[rest] = len(self._balance)
                self._balance.append(rest)
                self._voters.append(0)
            after[number, utility] = new
            self._voters[number] -= voters
            self._voters[new] += voters
        class_of, worth, members = self._class_of, self._crowd.worth[project], self._crowd.members[project]
        if isinstance(worth, list):
            for group, utility in zip(members, worth, strict=True):
                class_of[group] = after[class_of[group], utility]
        else:
            moved = {number: new for (number, _), new in after.items()}
            for group in members:
                class_of[group] = moved[class_of[group]]
        for number, _ in after:
            if not self._voters[number]:
                self._balance[number] = 0  # a class without voters need not be carried along as a long number
        return price

    def balances(self, project: int) -> list[int]:
        """What each supporter of a project owns, over `scale`, in the order of `members`."""
        return [self._balance[self._class_of[group]] for group in self._crowd.members[project]]
