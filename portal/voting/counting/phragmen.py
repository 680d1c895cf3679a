"""Sequential Phragmen, a third opinion for `./run count`; no regulation can choose it.

Source: Brill, Freeman, Janson, Lackner, "Phragmen's Voting Methods and Justified Representation" (2017), with costs as in
Los, Christoff, Grossi, "Proportional Budget Allocations: Towards a Systematization" (2022). Every voter earns money at
the same speed from nothing. The first project whose supporters own its cost together is bought at that moment, and they
have nothing left. The rule ends when the next project would cost more than what is left of the budget.

All exact: moments are fractions. Supporters name a project with at least one point; points say no more here.
"""

from __future__ import annotations

from fractions import Fraction

from portal.voting.counting.crowd import Crowd
from portal.voting.counting.profile import BadElection
from portal.voting.counting.rule import Result, Win, make_tie


def phragmen(result: Result) -> None:
    """Fill `result`, after the projects in `result.out` were struck. The price of a win is the moment of its purchase:
    what each voter had earned until then. Raises BadElection where only totals are known."""
    if result.budget < 0:
        raise BadElection("the budget is negative")
    projects, left = result.profile.projects, result.budget
    running = [project for project in range(len(projects)) if project not in result.out]
    crowd = Crowd(result.profile, running, "cardinality")
    free = [p for p in running if crowd.heads[p] and not projects[p].cost]
    result.wins = [Win(project, "free") for project in result.order.sort(free)]
    race = {p for p in running if crowd.heads[p] and projects[p].cost}
    emptied = [Fraction(0)] * len(crowd.size)  # when each group paid last
    # A project's moment: (cost + what its supporters had earned when they paid last) / supporters. It never falls.
    moment = {p: Fraction(projects[p].cost, crowd.heads[p]) for p in race}
    while race:
        now = min(moment[project] for project in race)
        tied = result.order.sort(project for project in race if moment[project] == now)
        if len(tied) > 1:
            result.ties.append(make_tie(result.order, "shares", len(result.wins) + 1, tied))
        chosen = tied[0]
        if projects[chosen].cost > left:
            result.left[chosen] = left
            result.after_stop = race - {chosen}
            return
        left -= projects[chosen].cost
        result.wins.append(Win(chosen, "phragmen", now))
        race.remove(chosen)
        touched: dict[int, Fraction] = {}
        for group in crowd.members[chosen]:
            more = (now - emptied[group]) * crowd.size[group]
            emptied[group] = now
            for project in crowd.likes[group]:
                if project in race and more:
                    touched[project] = touched.get(project, Fraction(0)) + more
        for project, more in touched.items():
            moment[project] += more / crowd.heads[project]
