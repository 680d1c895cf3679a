"""`portal count FILE.pb`: count an election of a file on the command line. Needs neither settings nor database."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from fractions import Fraction
from typing import Any, NoReturn

from portal.voting.counting import pabulib
from portal.voting.counting.count import count
from portal.voting.counting.explain import Loss, losses
from portal.voting.counting.outcome import fraction_text
from portal.voting.counting.pabulib import Election, money_text
from portal.voting.counting.profile import BadElection
from portal.voting.counting.rule import Result, Rule


class _Parser(argparse.ArgumentParser):
    """An argument parser whose complaint is one line."""

    def error(self, message: str) -> NoReturn:
        raise BadElection(message)


def _number(text: str) -> Fraction:
    try:
        return Fraction(text.replace(",", "."))
    except (ValueError, ZeroDivisionError):
        raise argparse.ArgumentTypeError(f"{text} is not a number") from None


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="run count",
        allow_abbrev=False,
        description="Count a .pb file. The rule comes from the options alone, never from the file.",
    )
    add = parser.add_argument
    add("file", metavar="FILE.pb")
    add("--rule", required=True, choices=["greedy", "equal-shares", "phragmen"])
    add(
        "--utility",
        choices=["cost", "cardinality", "score"],
        help="what a project is worth to its supporters; equal shares: cost unless said; greedy: by score unless said",
    )
    add("--on-misfit", choices=["skip", "stop"], default="skip", help="what greedy does when a project does not fit")
    add("--min-score", type=int, default=0, metavar="N", help="leave out projects with a lower score")
    add("--completion", choices=["none", "add1", "add1-greedy"], default="none")
    add("--add1-stop", choices=["overspend", "exhaustive"], default="overspend")
    add("--start", choices=["exact", "floor"], default="exact", help="first share: budget / ballots, or rounded down")
    add("--increment", type=_number, default=Fraction(1), metavar="N", help="currency units per voter and step")
    add("--eligibility", type=_number, metavar="N", help="leave out projects with votes/ballots < cost/(N x budget)")
    add(
        "--comparison",
        choices=["voters"],
        help="keep the outcome that more voters prefer: that of equal shares, or that of greedy by score",
    )
    add(
        "--tie",
        action="extend",
        nargs="+",
        choices=["min-cost", "max-score", "id"],
        help="criteria in order (min-cost max-score id unless said); id always closes the list",
    )
    add("--json", action="store_true", help="print one JSON object")
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Count the file that the arguments name and print the result. Exit status 2, one line on stderr, for bad input."""
    try:
        given = _parser().parse_args(argv)
        election = pabulib.read(given.file)
        rule = Rule(
            given.rule,
            utility=given.utility or ("cost" if given.rule == "equal-shares" else None),
            on_misfit=given.on_misfit,
            min_score=given.min_score,
            completion=given.completion,
            add1_stop=given.add1_stop,
            start=given.start,
            increment=given.increment * election.scale,
            unit=election.scale,
            eligibility=given.eligibility,
            comparison=given.comparison,
            ties=tuple(given.tie or ("min-cost", "max-score", "id")),
        )
        result = count(election.profile(), election.budget, rule)
    except BadElection as error:
        return _fail(" ".join(str(error).split()))
    except OSError as error:
        return _fail(f"{error.filename}: {error.strerror}")
    report = _json(election, result) if given.json else _table(election, result)
    sys.stdout.write(report)
    return 0


def _fail(why: str) -> int:
    sys.stderr.write(f"count: {why}\n")
    return 2


def _amount(amount: int, scale: int) -> int | str:
    """Currency units: a whole number, or a text with a decimal point."""
    return amount // scale if amount % scale == 0 else money_text(amount, scale)


def _options(result: Result, scale: int) -> dict[str, Any]:
    rule = result.rule
    return {
        "utility": rule.utility,
        "on_misfit": rule.on_misfit,
        "min_score": rule.min_score,
        "completion": rule.completion,
        "add1_stop": rule.add1_stop,
        "start": rule.start,
        "increment": fraction_text(rule.increment / scale),
        "eligibility": None if rule.eligibility is None else fraction_text(rule.eligibility),
        "comparison": rule.comparison,
        "tie": list(result.order.criteria),
    }


def _certificate(result: Result, scale: int) -> dict[str, Any]:
    ids = [project.id for project in result.profile.projects]
    statement = "no comparison closer than 1e-9"
    if result.near:
        number = f"{len(result.near)} comparison{'s' * (len(result.near) > 1)}"
        statement = f"{number} closer than 1e-9, decided exactly; no other is closer"
    certificate: dict[str, Any] = {
        "statement": statement,
        "comparisons": [
            {
                "step": near.step,
                "what": near.what,
                "projects": [ids[project] for project in near.projects],
                # Money is in currency units; a price per unit of cost has no unit.
                "values": [
                    fraction_text(value if near.what == "price" and result.rule.utility == "cost" else value / scale)
                    for value in near.values
                ],
            }
            for near in result.near
        ],
    }
    if result.share is not None and result.start_share is not None:
        certificate["start_share"] = fraction_text(result.start_share / scale)
        certificate["final_share"] = fraction_text(result.share / scale)
        certificate["raises"] = result.raises
    return certificate


def _ties(result: Result) -> list[dict[str, Any]]:
    ids = [project.id for project in result.profile.projects]
    return [
        {
            "phase": tie.phase,
            "step": tie.step,
            "projects": [ids[project] for project in tie.order],
            "decided_by": list(tie.by),
        }
        for tie in result.ties
    ]


def _json(election: Election, result: Result) -> str:
    document = {
        "rule": result.rule.name,
        "options": _options(result, election.scale),
        "winners": result.winners,
        "cost": _amount(result.spent, election.scale),
        "budget": _amount(result.budget, election.scale),
        "votes": result.profile.voters,
        "ties": _ties(result),
        "certificate": _certificate(result, election.scale),
        "compared": _compared(result),
    }
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def _compared(result: Result) -> dict[str, Any] | None:
    if result.other is None:
        return None
    ids = [project.id for project in result.profile.projects]
    return {
        "rule": "equal-shares" if result.replaced else "greedy",
        "winners": [ids[project] for project in result.other],
        "prefer": list(result.prefer),
    }


def _table(election: Election, result: Result) -> str:
    names = {row["project_id"]: row.get("name", "") for row in election.rows}
    profile, scale = result.profile, election.scale
    rows = [("", "project", "cost", "score", "name")]
    for place, win in enumerate(result.wins, 1):
        project = profile.projects[win.project]
        score = str(profile.scores[win.project])
        rows.append((str(place), project.id, money_text(project.cost, scale), score, names[project.id]))
    lost = [("", "project", "cost", "score", "why not")]
    for loss in losses(result):
        project = profile.projects[loss.project]
        score = str(profile.scores[loss.project])
        lost.append(("-", project.id, money_text(project.cost, scale), score, _why(loss)))
    lines = [
        f"{result.rule.name}: " + ", ".join(f"{key} {value}" for key, value in _options(result, scale).items()),
        f"{profile.voters} ballots; {len(result.wins)} projects for {money_text(result.spent, scale)} "
        f"of {money_text(result.budget, scale)}",
        "",
        *_columns(rows),
    ]
    if len(lost) > 1:
        lines += ["", *_columns(lost)]
    lines.append("")
    for tie in _ties(result):
        lines.append(
            f"Tie ({tie['phase']}, step {tie['step']}): {', '.join(tie['projects'])}; by {', '.join(tie['decided_by'])}"
        )
    lines.append(f"Certificate: {_certificate(result, scale)['statement']}.")
    return "\n".join(lines) + "\n"


def _why(loss: Loss) -> str:
    """The reason, and how many further ballots for this project alone would have funded it."""
    return loss.code if loss.missing is None else f"{loss.code}; wins with {loss.missing} more"


def _columns(rows: list[tuple[str, str, str, str, str]]) -> list[str]:
    """Rows as text: place, id, cost and score to the right, the last column as long as it fits a line."""
    wide = [max(len(row[column]) for row in rows) for column in range(4)]
    return [
        f"{place:>{wide[0]}}  {name:<{wide[1]}}  {cost:>{wide[2]}}  {score:>{wide[3]}}  {last[:70]}".rstrip()
        for place, name, cost, score, last in rows
    ]


if __name__ == "__main__":
    sys.exit(main())
