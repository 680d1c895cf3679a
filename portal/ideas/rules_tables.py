"""Ideas and comments and answers of a table: what its cells say, row by row. Pure.

A table is read whole before anything is stored, so a file with one bad line changes nothing. What has an id that is here
already is left as it is: taking the same file in twice is harmless."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal, InvalidOperation
from typing import Generic, TypeVar

from portal.base.i18n import Text, _l
from portal.ideas import rules
from portal.ideas.models import IdeaState
from portal.ideas.rules import Written
from portal.ideas.rules_csv import BadTable, Fault, Row, Table
from portal.identity.rules import clean_name, folded

# What became one with another idea, or was taken back, is not begun anew elsewhere.
LEFT_OUT = frozenset({IdeaState.MERGED, IdeaState.WITHDRAWN})
LONGEST_ID = 120
LONGEST_COMMENT = 3000
LONGEST_ANSWER, LONGEST_STATUS, LONGEST_BY, LONGEST_ROLE = 10_000, 80, 120, 160
MOST_CENTS = 10**15


# --- what the cells say -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Known:
    """What cells may name: languages, categories and districts by their folded names and codes; ids of ideas."""

    languages: frozenset[str]
    categories: Mapping[str, int] = field(default_factory=dict)
    districts: Mapping[str, int] = field(default_factory=dict)
    ideas: Mapping[str, int] = field(default_factory=dict)  # by their ids and numbers
    points: bool = True  # a comment stands on a side
    outcomes: frozenset[str] = frozenset()
    site: frozenset[str] = frozenset()  # the languages in which the city writes


@dataclass(frozen=True, slots=True)
class NewIdea:
    """An idea of a file."""

    line: int
    id: str
    words: Written
    author: str
    created_at: datetime | None


@dataclass(frozen=True, slots=True)
class NewComment:
    """A comment of a file. `answers`: the id of the comment that it answers, in the file or here."""

    line: int
    id: str
    idea_id: int
    answers: str
    side: str
    body: str
    language: str
    author: str
    created_at: datetime | None


T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class NewAnswer:
    """An answer of a file, for one idea or several, with its texts: {field: {language: text}}."""

    line: int
    id: str
    ideas: tuple[int, ...]
    outcome: str
    by: str
    said: Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Checked(Generic[T]):
    """What a file would bring."""

    rows: Sequence[T]
    left_out: int = 0


class _Cells:
    """The cells of one row, read one by one; what is wrong gathers in `faults`."""

    def __init__(self, row: Row, faults: list[Fault], now: datetime, zone: tzinfo) -> None:
        self.row, self.faults, self.now, self.zone = row, faults, now, zone

    def wrong(self, column: str, said: Text) -> None:
        self.faults.append(Fault(self.row.line, column, said))

    def text(self, column: str, longest: int, *, needed: bool = False) -> str:
        found = self.row[column].replace("\r\n", "\n").replace("\r", "\n")
        if needed and not found:
            self.wrong(column, _l("This cell is empty."))
        if len(found) > longest:
            self.wrong(column, _l("This cell has %(n)s characters; at most %(most)s fit.", n=len(found), most=longest))
        return found

    def line(self, column: str, longest: int, *, needed: bool = False) -> str:
        return " ".join(self.text(column, longest, needed=needed).split())

    def language(self, known: Known) -> str:
        found = self.row["language"].casefold()
        if found not in known.languages:
            self.wrong("language", _l("Enter the code of a language that people write in here, such as “de”."))
        return found

    def one_of(self, column: str, known: Mapping[str, int], said: Text) -> int | None:
        typed = folded(self.row[column])
        if typed and typed not in known:
            self.wrong(column, said)
        return known.get(typed)

    def part(self, column: str) -> float | None:
        typed = self.row[column].replace(",", ".")
        if not typed:
            return None
        try:
            found = float(typed)
        except ValueError:
            found = -1.0
        if not 0 <= found <= 1:
            self.wrong(column, _l("Enter a number from 0 to 1."))
            return None
        return found

    def cost(self) -> int | None:
        typed = self.row["cost"].replace(" ", "").replace("\u00a0", "").replace("\u202f", "")
        if not typed:
            return None
        try:
            cents = Decimal(typed.replace(",", ".")) * 100
        except InvalidOperation:
            cents = Decimal(-1)
        if not cents.is_finite() or not 0 <= cents <= MOST_CENTS or cents != int(cents):
            self.wrong(
                "cost", _l("Enter an amount in digits, such as 1500 or 1500.50, without marks between thousands.")
            )
            return None
        return int(cents)

    def created(self) -> datetime | None:
        typed = self.row["created"]
        if not typed:
            return None
        try:
            found = (
                datetime.combine(date.fromisoformat(typed), datetime.min.time())
                if len(typed) == 10
                else datetime.fromisoformat(typed)
            )
            found = (found if found.tzinfo else found.replace(tzinfo=self.zone)).astimezone(UTC)
        except (ValueError, OverflowError):
            self.wrong("created", _l("Enter a day such as 2026-03-27, or an instant such as 2026-03-27T09:30:00Z."))
            return None
        if found > self.now or found.year < 1990:
            self.wrong("created", _l("This day cannot be right."))
            return None
        return found

    def id(self, *parts: str) -> str:
        """The id, made of the words where the file has none: the same row is then known again."""
        found = self.row["id"]
        if len(found) > LONGEST_ID:
            self.wrong("id", _l("This cell has %(n)s characters; at most %(most)s fit.", n=len(found), most=LONGEST_ID))
        if found:
            return found
        return "sha256:" + hashlib.sha256("\0".join(parts).encode()).hexdigest()[:40]


def check_ideas(table: Table, known: Known, now: datetime, zone: tzinfo) -> Checked[NewIdea]:
    """The ideas of a file. Raises BadTable with everything that is wrong."""
    faults: list[Fault] = []
    rows: list[NewIdea] = []
    seen: dict[str, int] = {}
    left_out = 0
    states = {state.value: state for state in IdeaState}
    for row in table.rows:
        cells = _Cells(row, faults, now, zone)
        state = row["state"].casefold()
        if state and state not in states:
            cells.wrong("state", _l("This is no status of an idea. Leave the cell empty."))
        if state in states and states[state] in LEFT_OUT:
            left_out += 1
            continue
        title = cells.line("title", rules.LONGEST_TITLE, needed=True)
        body = cells.text("text", rules.LONGEST_BODY, needed=True)
        x, y = cells.part("x"), cells.part("y")
        if (x is None) != (y is None):
            cells.wrong("x" if x is None else "y", _l("A place has both x and y, or neither."))
        author = clean_name(cells.line("author", 200))
        words = Written(
            title=title,
            body=body,
            language=cells.language(known),
            category_id=cells.one_of("category", known.categories, _l("This call has no category of this name.")),
            district_id=cells.one_of("district", known.districts, _l("The city has no district of this name or code.")),
            place=cells.line("place", rules.LONGEST_PLACE),
            x=x,
            y=y,
            cost_guess=cells.cost(),
        )
        found = NewIdea(row.line, cells.id(title, body, words.language, author), words, author, cells.created())
        _once(found, seen, cells)
        rows.append(found)
    if faults:
        raise BadTable(faults)
    return Checked(rows, left_out)


def _once(found: NewIdea | NewComment, seen: dict[str, int], cells: _Cells) -> None:
    if found.id in seen:
        cells.wrong("id", _l("Line %(line)s has the same id, or the same words.", line=seen[found.id]))
    seen.setdefault(found.id, found.line)


def check_comments(
    table: Table, known: Known, here: Mapping[str, int], now: datetime, zone: tzinfo
) -> Checked[NewComment]:
    """The comments of a file, those that are answered before their answers. `here`: the idea of each comment that is here
    already, by id. Raises BadTable with everything that is wrong."""
    faults: list[Fault] = []
    seen: dict[str, int] = {}
    rows: list[NewComment] = []
    for row in table.rows:
        cells = _Cells(row, faults, now, zone)
        idea = known.ideas.get(row["idea"])
        if idea is None:
            cells.wrong("idea", _l("This call has no idea with this id or number."))
        body = cells.text("text", LONGEST_COMMENT, needed=True)
        author = clean_name(cells.line("author", 200))
        answers, side = row["answers"], row["side"].casefold()
        if side not in ("", "for", "against"):
            cells.wrong("side", _l("Enter “for” or “against”."))
        elif known.points and not answers and not side:
            cells.wrong("side", _l("In this call comments speak for or against an idea. Enter “for” or “against”."))
        language = cells.language(known)
        found = NewComment(
            row.line, cells.id(row["idea"], body, language, author), idea or 0, answers,
            side if known.points and not answers else "", body, language, author, cells.created(),
        )  # fmt: skip
        _once(found, seen, cells)
        rows.append(found)
    faults += _strangers(rows, here)
    if faults:
        raise BadTable(sorted(faults, key=lambda one: one.line))
    return Checked(_in_order(rows))


def _strangers(rows: Sequence[NewComment], here: Mapping[str, int]) -> list[Fault]:
    """Answers to comments that are nowhere, under another idea, or in a circle."""
    by_id = {row.id: row for row in rows}
    faults = []
    for row in rows:
        if not row.answers:
            continue
        above = by_id.get(row.answers)
        idea = above.idea_id if above is not None else here.get(row.answers)
        if idea is None:
            faults.append(Fault(row.line, "answers", _l("No comment with this id is in the file or here.")))
        elif idea != row.idea_id:
            faults.append(Fault(row.line, "answers", _l("That comment belongs to another idea.")))
        elif _circles(row, by_id):
            faults.append(Fault(row.line, "answers", _l("These comments answer each other in a circle.")))
    return faults


def _circles(row: NewComment, by_id: Mapping[str, NewComment]) -> bool:
    met, at = {row.id}, by_id.get(row.answers)
    while at is not None and at.answers:
        if at.id in met:
            return True
        met.add(at.id)
        at = by_id.get(at.answers)
    return at is not None and at.id in met


def _in_order(rows: Sequence[NewComment]) -> list[NewComment]:
    """What is answered before its answers; lines that stand on one level keep the order of the file."""
    by_id = {row.id: row for row in rows}
    depths: dict[str, int] = {}
    for row in rows:
        chain, at = [row], by_id.get(row.answers)
        while at is not None and at.id not in depths:
            chain.append(at)
            at = by_id.get(at.answers)
        for one in reversed(chain):
            above = by_id.get(one.answers)
            depths[one.id] = 0 if above is None else depths[above.id] + 1
    return sorted(rows, key=lambda one: depths[one.id])


def check_answers(table: Table, known: Known, now: datetime, zone: tzinfo) -> Checked[NewAnswer]:
    """The answers of a file. Rows of one answer stand for its ideas and languages; a row without `answer` is one by
    itself for its idea. Raises BadTable with everything that is wrong."""
    faults: list[Fault] = []
    found: dict[str, tuple[Row, str, str, dict[int, None], dict[str, dict[str, str]]]] = {}
    answered: dict[int, tuple[str, int]] = {}
    for row in table.rows:
        cells = _Cells(row, faults, now, zone)
        idea = known.ideas.get(row["idea"])
        if idea is None:
            cells.wrong("idea", _l("This call has no idea with this id or number."))
        outcome, lang = row["outcome"].casefold(), row["language"].casefold()
        if outcome not in known.outcomes:
            allowed = ", ".join(sorted(known.outcomes))
            cells.wrong("outcome", _l("Enter one of these words: %(words)s.", words=allowed))
        if lang not in known.site:
            cells.wrong("language", _l("The city does not write in this language here."))
        texts = {
            "body": cells.text("text", LONGEST_ANSWER, needed=True),
            "state": cells.line("status", LONGEST_STATUS),
            "role": cells.line("role", LONGEST_ROLE),
        }
        by, key = cells.line("by", LONGEST_BY), row["answer"] or f"idea:{row['idea']}"
        first, said_outcome, said_by, ideas, said = found.setdefault(key, (row, outcome, by, {}, {}))
        if outcome != said_outcome:
            cells.wrong("outcome", _l("Line %(line)s of the same answer says something else.", line=first.line))
        if by != said_by:
            cells.wrong("by", _l("Line %(line)s of the same answer says something else.", line=first.line))
        for column, field_, text in (("text", "body", texts["body"]), ("status", "state", texts["state"]),
                                     ("role", "role", texts["role"])):  # fmt: skip
            if text and said.setdefault(field_, {}).setdefault(lang, text) != text:
                cells.wrong(column, _l("Line %(line)s of the same answer says something else.", line=first.line))
        if idea is not None:
            if answered.setdefault(idea, (key, row.line))[0] != key:
                cells.wrong("idea", _l("Line %(line)s answers this idea already.", line=answered[idea][1]))
            ideas[idea] = None
    if faults:
        raise BadTable(faults)
    rows = [NewAnswer(one[0].line, key, tuple(one[3]), one[1], one[2], one[4]) for key, one in found.items()]
    return Checked(rows)
