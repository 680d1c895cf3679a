"""Read and write elections in the .pb format of Pabulib, the public participatory-budgeting library.

Format: https://pabulib.org/format. UTF-8, fields parted by semicolons, three sections (META, PROJECTS, VOTES), each
with a header line. Columns are found by their names. Of the voters only `vote` and `points` are read: the other columns
describe people and are left where they are.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

from portal.voting.counting.profile import BadElection, Ballot, Profile, Project, make_profile

SECTIONS = ("META", "PROJECTS", "VOTES")
VOTE_TYPES = ("approval", "choose-1", "cumulative", "ordinal")
META_ORDER = (
    "description country unit district subunit instance num_projects num_votes budget vote_type rule date_begin "
    "date_end min_length max_length min_sum_cost max_sum_cost min_points max_points min_sum_points max_sum_points "
    "default_score min_project_cost max_project_cost min_project_score_threshold neighborhoods subdistricts "
    "categories edition language currency fully_funded experimental comment acknowledgments leftover_budget "
    "budget_per_category budget_per_neighborhood min_length_per_category max_length_per_category "
    "min_sum_cost_per_category max_sum_cost_per_category"
).split()
PROJECT_ORDER = (
    "project_id cost votes score name category beneficiaries selected neighborhood subunit district description "
    "proposer public_id latitude longitude"
).split()
_AMOUNT = re.compile(r"\+?(\d+)(?:[.,](\d*))?")
_WHOLE = re.compile(r"\d+(?:[.,]0*)?")


@dataclass(slots=True)
class Election:
    """An election as its file tells it.

    Money (`budget`, costs of `projects`) is in parts of the currency unit, `scale` parts to one (100, more where a file
    has finer amounts). `meta` and `rows` keep every column of META and PROJECTS as text. `ballots` are merged: each
    distinct ballot with how often it occurs, in the order of its first occurrence.
    """

    meta: dict[str, str]
    columns: list[str]
    rows: list[dict[str, str]]
    projects: list[Project]
    kind: str
    budget: int
    ballots: dict[Ballot, int]
    scale: int = 100
    _profile: list[Profile] = field(default_factory=list)

    @property
    def voters(self) -> int:
        """The ballots in the file; META's num_votes may be higher where paper votes were not released."""
        return sum(self.ballots.values())

    def profile(self) -> Profile:
        """The election ready to be counted (made once)."""
        if not self._profile:
            longest = self.meta.get("max_length", "") if self.kind == "ordinal" else ""
            top = int(longest) if longest else None
            self._profile.append(make_profile(self.projects, self.kind, self.ballots.items(), top))
        return self._profile[0]

    def each_ballot(self) -> Iterator[Ballot]:
        """Every single ballot."""
        for ballot, times in self.ballots.items():
            for _ in range(times):
                yield ballot

    def amount(self, text: str) -> int:
        """An amount of money written in the file's way, in parts of the currency unit."""
        value = _fraction(text)
        if value is None or (value * self.scale).denominator != 1:
            raise BadElection(f"{text} is not an amount of money")
        return int(value * self.scale)


def read(path: Path | str) -> Election:
    """Read a file. Raises BadElection naming line and column, OSError where the file cannot be opened."""
    return parse(Path(path).read_bytes())


def parse(data: bytes) -> Election:
    """Read the bytes of a file. Raises BadElection naming line and column."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise BadElection(f"line {line}: not UTF-8 text") from None
    return _Reader(text).election()


def _fraction(text: str) -> Fraction | None:
    """A number from 0 up with a decimal point or comma, exactly; None for anything else."""
    found = _AMOUNT.fullmatch(text)
    if found is None:
        return None
    whole, decimals = found[1], found[2] or ""
    return Fraction(int(whole + decimals), 10 ** len(decimals))


def _bad(line: int, column: int, name: str, why: str) -> BadElection:
    """The error for a field; columns count from 1."""
    return BadElection(f"line {line}, column {column} ({name}): {why}")


class _Reader:
    """One reading of one file."""

    def __init__(self, text: str) -> None:
        self.reader = csv.reader(io.StringIO(text, newline=""), delimiter=";")
        self.lines = 0
        self.meta: dict[str, str] = {}
        self.meta_line: dict[str, int] = {}
        self.columns: list[str] = []
        self.rows: list[dict[str, str]] = []
        self.row_line: list[int] = []
        self.texts: dict[tuple[str, str], int] = {}
        self.text_line: dict[tuple[str, str], int] = {}
        self.votes_at = (0, 0)

    def election(self) -> Election:
        seen: list[str] = []
        row = self._next()
        while row is not None:
            section = row[0].strip().upper()
            if section not in SECTIONS or any(cell.strip() for cell in row[1:]):
                raise BadElection(f"line {self.lines}, column 1: expected a section (META, PROJECTS or VOTES)")
            if section in seen:
                raise BadElection(f"line {self.lines}, column 1: section {section} occurs twice")
            seen.append(section)
            header = self._next()
            if header is None:
                raise BadElection(f"line {self.lines}, column 1: section {section} has no header")
            names = [name.strip() for name in header]
            for number, name in enumerate(names):
                if name and name in names[:number]:
                    raise _bad(self.lines, number + 1, name, "column occurs twice")
            row = {"META": self._read_meta, "PROJECTS": self._read_projects, "VOTES": self._read_votes}[section](names)
        for section in SECTIONS:
            if section not in seen:
                raise BadElection(f"line {self.lines}, column 1: section {section} is missing")
        return self._finish()

    def _next(self) -> list[str] | None:
        """The next row that is not empty."""
        started = self.reader.line_num
        try:
            for row in self.reader:
                started, self.lines = self.lines, self.reader.line_num
                if row and any(row):
                    return row
        except csv.Error as error:
            raise BadElection(f"line {max(started, self.lines) + 1}, column 1: {error}") from None
        return None

    def _starts_section(self, row: list[str]) -> bool:
        return row[0].strip() in SECTIONS and not any(cell.strip() for cell in row[1:])

    def _read_meta(self, names: list[str]) -> list[str] | None:
        if names[:2] != ["key", "value"]:
            raise BadElection(f"line {self.lines}, column 1: META's header is not key;value")
        while (row := self._next()) is not None and not self._starts_section(row):
            key = row[0].strip()
            if not key:
                raise BadElection(f"line {self.lines}, column 1 (key): empty")
            if key in self.meta:
                raise BadElection(f"line {self.lines}, column 1 (key): {key} occurs twice")
            # A semicolon that should have been quoted belongs to the value; trailing ones come from spreadsheets.
            self.meta[key] = ";".join(row[1:]).rstrip(";").strip()
            self.meta_line[key] = self.lines
        return row

    def _read_projects(self, names: list[str]) -> list[str] | None:
        for needed in ("project_id", "cost"):
            if needed not in names:
                raise BadElection(f"line {self.lines}, column 1: PROJECTS has no column {needed}")
        self.columns = [name for name in names if name]
        known: dict[str, int] = {}
        while (row := self._next()) is not None and not self._starts_section(row):
            self._check_width(row, names)
            cells = [cell.strip() for cell in row] + [""] * (len(names) - len(row))
            values = {name: cells[number] for number, name in enumerate(names) if name}
            column = names.index("project_id") + 1
            if not values["project_id"]:
                raise _bad(self.lines, column, "project_id", "empty")
            if "," in values["project_id"]:
                raise _bad(self.lines, column, "project_id", "a comma cannot stand in an id")
            if values["project_id"] in known:
                first = known[values["project_id"]]
                raise _bad(self.lines, column, "project_id", f"{values['project_id']} stands already in line {first}")
            known[values["project_id"]] = self.lines
            if _fraction(values["cost"]) is None:
                raise _bad(self.lines, names.index("cost") + 1, "cost", f"'{values['cost']}' is not an amount of money")
            self.rows.append(values)
        return row

    def _read_votes(self, names: list[str]) -> list[str] | None:
        if "vote" not in names:
            raise BadElection(f"line {self.lines}, column 1: VOTES has no column vote")
        vote, points = names.index("vote"), names.index("points") if "points" in names else -1
        self.votes_at = (vote + 1, points + 1)
        width, texts, text_line, reader = len(names), self.texts, self.text_line, self.reader
        try:
            for row in reader:
                if len(row) != width or row[0] in SECTIONS:
                    self.lines = reader.line_num
                    if not row or not any(row):
                        continue
                    if self._starts_section(row):
                        return row
                    self._check_width(row, names)
                    row += [""] * (width - len(row))
                key = (row[vote], row[points] if points >= 0 else "")
                if key in texts:
                    texts[key] += 1
                else:
                    texts[key] = 1
                    text_line[key] = reader.line_num
        except csv.Error as error:
            raise BadElection(f"line {reader.line_num + 1}, column 1: {error}") from None
        self.lines = reader.line_num
        return None

    def _check_width(self, row: list[str], names: list[str]) -> None:
        if len(row) > len(names) and any(cell.strip() for cell in row[len(names) :]):
            raise BadElection(f"line {self.lines}, column {len(names) + 1}: more fields than the header has")

    def _finish(self) -> Election:
        kind = self._meta_text("vote_type")
        if kind not in VOTE_TYPES:
            raise _bad(self.meta_line["vote_type"], 2, "vote_type", f"'{kind}' is not one of {', '.join(VOTE_TYPES)}")
        budget = _fraction(self._meta_text("budget"))
        if budget is None:
            raise _bad(self.meta_line["budget"], 2, "budget", f"'{self.meta['budget']}' is not an amount of money")
        for key in ("max_length", "min_project_score_threshold"):
            if self.meta.get(key) and not _WHOLE.fullmatch(self.meta[key]):
                raise _bad(self.meta_line[key], 2, key, f"'{self.meta[key]}' is not a whole number")
            if self.meta.get(key):
                self.meta[key] = str(int(self.meta[key].replace(",", ".").split(".")[0]))
        costs = [_fraction(row["cost"]) or Fraction(0) for row in self.rows]
        scale = 100
        while any((amount * scale).denominator != 1 for amount in (budget, *costs)):
            scale *= 10
        projects = [
            Project(row["project_id"], int(cost * scale), row.get("category", ""))
            for row, cost in zip(self.rows, costs, strict=True)
        ]
        ballots = self._ballots(kind, {project.id for project in projects})
        return Election(self.meta, self.columns, self.rows, projects, kind, int(budget * scale), ballots, scale)

    def _meta_text(self, key: str) -> str:
        if not self.meta.get(key):
            raise BadElection(f"line {self.meta_line.get(key, 1)}, column 1 (key): META has no {key}")
        return self.meta[key]

    def _ballots(self, kind: str, known: set[str]) -> dict[Ballot, int]:
        """Distinct ballots, each text parsed once."""
        ballots: dict[Ballot, int] = {}
        if kind == "cumulative" and not self.votes_at[1] and self.texts:
            raise BadElection(f"line {min(self.text_line.values()) - 1}, column 1: VOTES has no column points")
        for key, times in self.texts.items():
            ids = key[0].split(",") if key[0] else []
            if not known.issuperset(ids):
                ids = self._known_ids(key, known)
            ballot: Ballot
            if kind == "cumulative":
                ballot = self._with_points(key, ids)
            else:
                ballot = tuple(ids) if len(ids) < 2 else tuple(dict.fromkeys(ids))
                if kind == "choose-1" and len(ballot) > 1:
                    raise _bad(self.text_line[key], self.votes_at[0], "vote", "a choose-1 ballot names one project")
            ballots[ballot] = ballots.get(ballot, 0) + times
        return ballots

    def _known_ids(self, key: tuple[str, str], known: set[str]) -> list[str]:
        """The ids of a ballot whose text has spaces in it, or the error that one of them is unknown."""
        ids = [name.strip() for name in key[0].split(",")] if key[0].strip() else []
        for number, name in enumerate(ids):
            if name not in known:
                at = f"entry {number + 1}: " if len(ids) > 1 else ""
                raise _bad(self.text_line[key], self.votes_at[0], "vote", f"{at}unknown project '{name}'")
        return ids

    def _with_points(self, key: tuple[str, str], ids: list[str]) -> Ballot:
        line, column = self.text_line[key], self.votes_at[1]
        texts = [text.strip() for text in key[1].split(",")] if key[1].strip() else []
        if len(texts) != len(ids):
            raise _bad(line, column, "points", f"{len(texts)} numbers for {len(ids)} projects")
        pairs: dict[str, int] = {}
        for name, text in zip(ids, texts, strict=True):
            if not _WHOLE.fullmatch(text):
                raise _bad(line, column, "points", f"'{text}' is not a whole number from 0 up")
            pairs.setdefault(name, int(text.replace(",", ".").split(".")[0]))
        return tuple(pairs.items())


def money_text(amount: int, scale: int = 100) -> str:
    """An amount with a decimal point and no superfluous zeros: 123400 cents are 1234, 123450 are 1234.5."""
    whole, part = divmod(amount, scale)
    if not part:
        return str(whole)
    return f"{whole}.{part:0{len(str(scale)) - 1}d}".rstrip("0")


def dump(
    meta: Mapping[str, str], rows: Iterable[Mapping[str, str]], kind: str, ballots: Iterable[Sequence[object]]
) -> str:
    """The text of a .pb file that pabulib-checker accepts.

    `rows` are the PROJECTS columns as text (`project_id` and `cost` at least; `votes`, `score` and `num_*` are filled
    in here, columns that the format does not know are left out). `ballots` come one by one and already shuffled: lists
    of ids or, for cumulative, of pairs of id and points; they are numbered anew and carry no voter columns. META's keys
    are put in the official order; `knapsack` is written as approval with a cost limit, which the caller puts into META
    as `max_sum_cost`. Raises BadElection for an id or a text that the format cannot hold.
    """
    if kind not in (*VOTE_TYPES, "knapsack"):
        raise BadElection(f"ballot kind {kind} is not known")
    vote_lines, votes, scores = _vote_lines(kind, ballots, meta.get("max_length", ""))
    listed = [dict(row) for row in rows]
    for row in listed:
        name = row["project_id"]
        if not name or "," in name or name != name.strip():
            raise BadElection(f"project id '{name}' cannot be written")
        row["votes"] = str(votes.pop(name, 0))
        if kind in ("cumulative", "ordinal"):
            row["score"] = str(scores.get(name, 0))
        else:
            row.pop("score", None)
    if votes:
        raise BadElection(f"a ballot names the unknown project {next(iter(votes))}")
    head = dict(meta)
    head["vote_type"] = "approval" if kind == "knapsack" else kind
    head["num_projects"], head["num_votes"] = str(len(listed)), str(len(vote_lines))
    if kind != "ordinal" and head.get("max_length") and int(head["max_length"]) > len(listed):
        head["max_length"] = str(len(listed))  # a limit for the whole ballot may exceed the projects of one pot
    if head.get("comment") and not head["comment"].startswith("#1: "):
        head["comment"] = "#1: " + head["comment"]
    columns = [name for name in PROJECT_ORDER if any(row.get(name) for row in listed) or name in ("project_id", "cost")]
    if any("target" in row for row in listed) and "beneficiaries" not in columns:
        columns.insert(columns.index("selected") if "selected" in columns else len(columns), "beneficiaries")
        for row in listed:
            row["beneficiaries"] = row.get("target", "")
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\n")
    writer.writerows([["META"], ["key", "value"]])
    writer.writerows([[key, _one_line(head[key])] for key in META_ORDER if head.get(key)])
    writer.writerows([["PROJECTS"], columns])
    writer.writerows([[_one_line(row.get(name, "")) for name in columns] for row in listed])
    writer.writerows([["VOTES"], ["voter_id", "vote", "points"] if kind == "cumulative" else ["voter_id", "vote"]])
    writer.writerows([[number, *line] for number, line in enumerate(vote_lines, 1)])
    return out.getvalue()


def _one_line(text: str) -> str:
    return " ".join(str(text).split())


def _vote_lines(
    kind: str, ballots: Iterable[Sequence[object]], longest: str
) -> tuple[list[list[str]], dict[str, int], dict[str, int]]:
    """The fields of each ballot, and votes and scores per project."""
    lines: list[list[str]] = []
    votes: dict[str, int] = {}
    scores: dict[str, int] = {}
    for ballot in ballots:
        if kind == "cumulative":
            pairs = sorted(((str(name), int(points)) for name, points in ballot), key=lambda pair: -pair[1])  # type: ignore[misc, has-type]
            lines.append([",".join(name for name, _ in pairs), ",".join(str(points) for _, points in pairs)])
        else:
            ids = [str(name) for name in ballot]
            top = int(longest) if longest else len(ids)
            pairs = [(name, max(top - rank, 0)) for rank, name in enumerate(ids)]
            lines.append([",".join(ids)])
        for name, points in pairs:
            votes[name] = votes.get(name, 0) + 1
            scores[name] = scores.get(name, 0) + points
    return lines, votes, scores
