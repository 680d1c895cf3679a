"""The till of numpy arrays. Importing this module needs numpy; nothing else does."""

from __future__ import annotations

from copy import copy

import numpy as np
from numpy.typing import NDArray

from portal.voting.counting.crowd import Crowd


class ArrayTill:
    """See `Till`. A few array operations per price keep numpy's overhead per call small against the work."""

    def __init__(self, crowd: Crowd) -> None:
        self._cost = [project.cost for project in crowd.projects]
        self._total = crowd.total
        self._members = [np.array(members, dtype=np.intp) for members in crowd.members]
        size = np.array(crowd.size, dtype=np.float64)
        self._size = [size[members] for members in self._members]
        self._worth = [
            np.array(worth, dtype=np.float64) if isinstance(worth, list) else float(worth) for worth in crowd.worth
        ]
        self._balance = np.empty(len(size))
        self._bent = np.zeros(len(size), dtype=bool)

    def twin(self) -> ArrayTill:
        other = copy(self)
        other._balance, other._bent = self._balance.copy(), self._bent.copy()
        return other

    def reset(self, share: float) -> None:
        self._balance.fill(share)
        self._bent.fill(False)

    def money(self, project: int) -> float:
        return float(self._balance[self._members[project]] @ self._size[project])

    def price(self, project: int, low: float) -> tuple[float, float, bool]:
        balance, size = self._balance[self._members[project]], self._size[project]
        worth, cost, total = self._worth[project], self._cost[project], float(self._total[project])
        limit = worth * low
        poor = balance < limit
        count = int(np.count_nonzero(poor))
        price, rich, everybody = low, total, len(balance)
        while True:
            if count == everybody:
                return price, 1.0, False
            if count:
                weight = size[poor]
                owned = float(balance[poor] @ weight)
                if isinstance(worth, float):
                    rich = total - worth * float(weight.sum())
                else:
                    rich = total - float(worth[poor] @ weight)
                price = max(price, (cost - owned) / rich)
            else:
                price = cost / total
            limit = worth * price
            poor = poor | (balance < limit) if count else balance < limit
            before, count = count, int(np.count_nonzero(poor))
            if count == before:
                break
        clear = count == 0 and bool((balance > limit * (1 + 1e-9)).all())
        return price, rich, clear

    def cover(self, project: int, price: float) -> float:
        balance = self._balance[self._members[project]]
        return float(np.minimum(balance, self._worth[project] * price) @ self._size[project])

    def pay(self, project: int, price: float) -> None:
        members = self._members[project]
        rest = self._balance[members] - self._worth[project] * price
        self._balance[members] = np.maximum(rest, 0.0)

    def _sides(
        self, far: ArrayTill, project: int, high: float, low: float, slack: float
    ) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        members, worth = self._members[project], self._worth[project]
        poor = far._balance[members] < worth * low - slack
        return poor, self._balance[members] > worth * high + slack

    def straight(self, far: ArrayTill, project: int, high: float, low: float, slack: float) -> bool:
        poor, rich = self._sides(far, project, high, low, slack)
        return bool((poor | rich).all()) and not bool((self._bent[self._members[project]] & poor).any())

    def bend(self, far: ArrayTill, project: int, high: float, low: float, slack: float) -> None:
        members = self._members[project]
        poor, rich = self._sides(far, project, high, low, slack)
        bent = self._bent[members]
        line = bool((poor | rich).all()) and not bool((bent & poor).any())
        self._bent[members] = (bent & ~poor) | ~(poor | rich) if line else ~poor
