"""Ideas and comments as tables (CSV) that leave the portal and come back, here or elsewhere: columns, cells, errors told
by line and column. Pure.

A table is read whole before anything is stored, so a file with one bad line changes nothing. What has an id that is here
already is left as it is: taking the same file in twice is harmless."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal, InvalidOperation
from typing import Generic, TypeVar

from portal.base.i18n import Text, _l
from portal.ideas import rules
from portal.ideas.models import IdeaState
from portal.ideas.rules import Written
from portal.identity.rules import clean_name, folded

IDEAS, COMMENTS = "ideas", "comments"
IDEA_COLUMNS = (
    "id", "number", "title", "text", "language", "category", "district", "place", "x", "y", "cost", "author", "created",
    "state", "supports", "supports_on_paper", "comments",
)  # fmt: skip
COMMENT_COLUMNS = ("id", "idea", "answers", "side", "text", "language", "author", "created", "useful")
COLUMNS = {IDEAS: IDEA_COLUMNS, COMMENTS: COMMENT_COLUMNS}
NEEDED = {IDEAS: ("title", "text", "language"), COMMENTS: ("idea", "text", "language")}
# They are written and not read: supports belong to people, who give them here; states are for the officers here.
NOT_READ = {
    IDEAS: frozenset({"number", "supports", "supports_on_paper", "comments"}),
    COMMENTS: frozenset({"useful"}),
}
# What became one with another idea, or was taken back, is not begun anew elsewhere.
LEFT_OUT = frozenset({IdeaState.MERGED, IdeaState.WITHDRAWN})

MOST_LINES = 5000
MOST_BYTES = 10_000_000
LONGEST_ID = 120
LONGEST_COMMENT = 3000
MOST_CENTS = 10**15
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Fault:
    """One error: the line of the file where the row begins, its column (empty: the whole line), a sentence."""

    line: int
    column: str
    said: Text


class BadTable(Exception):
    """A file that cannot be taken in, with everything that is wrong in it."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("the table has errors")
        self.faults = list(faults)


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the file and the line where it begins."""

    line: int
    cells: Mapping[str, str]

    def __getitem__(self, name: str) -> str:
        return self.cells.get(name, "")


@dataclass(frozen=True, slots=True)
class Table:
    """A file as it was read. `strange`: columns that nobody here knows."""

    rows: Sequence[Row]
    strange: Sequence[str] = ()


# --- writing ----------------------------------------------------------------------------------------------------------


def guarded(text: str) -> str:
    """A cell that no spreadsheet takes for a formula; `plain` takes the apostrophe away again."""
    return "'" + text if text.startswith((*_FORMULA, "'")) else text


def plain(cell: str) -> str:
    """What stood in a cell before it was guarded."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith((*_FORMULA, "'")) else cell


def write(what: str, rows: Iterable[Mapping[str, object]]) -> str:
    """A table with a head, for spreadsheets and for coming back. Cells that are missing stay empty."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS[what])
    for row in rows:
        cells = (row.get(name) for name in COLUMNS[what])
        writer.writerow(["" if cell is None else guarded(cell) if isinstance(cell, str) else cell for cell in cells])
    return "\ufeff" + out.getvalue()


def amount(cents: int | None) -> str:
    """Money as it stands in a cell."""
    return "" if cents is None else f"{cents // 100}.{cents % 100:02}"


def instant(at: datetime) -> str:
    """An instant as it stands in a cell, to the second and in UTC."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


# --- reading ----------------------------------------------------------------------------------------------------------


def read(what: str, data: bytes) -> Table:
    """The rows of a file: UTF-8 with or without a mark at its begin, commas, semicolons or tabs. Raises BadTable."""
    text = _decoded(data)
    first = text.split("\n", 1)[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=first.count), strict=True)
    rows: list[Row] = []
    faults: list[Fault] = []
    try:
        head = [name.strip().casefold() for name in next(reader, [])]
        _check_head(what, head)
        begins = reader.line_num + 1
        for cells in reader:
            if any(cell.strip() for cell in cells):
                if len(cells) > len(head) or len(cells) < len(head):
                    faults.append(
                        Fault(
                            begins,
                            "",
                            _l("This line has %(n)s cells, the first has %(all)s.", n=len(cells), all=len(head)),
                        )
                    )
                else:
                    rows.append(
                        Row(begins, {name: plain(cell.strip()) for name, cell in zip(head, cells, strict=True) if name})
                    )
            begins = reader.line_num + 1
            if len(rows) > MOST_LINES:
                raise BadTable([Fault(begins, "", _l("A file has at most %(n)s rows. Cut it in two.", n=MOST_LINES))])
    except csv.Error:
        broken = _l("This line is not a row of a table: look at its quotation marks.")
        raise BadTable([*faults, Fault(reader.line_num, "", broken)]) from None
    if faults:
        raise BadTable(faults)
    if not rows:
        raise BadTable([Fault(1, "", _l("There are no rows in this file."))])
    return Table(rows, [name for name in head if name and name not in COLUMNS[what]])


def _decoded(data: bytes) -> str:
    if len(data) > MOST_BYTES:
        raise BadTable([Fault(1, "", _l("The file is too large."))])
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise BadTable([Fault(line, "", _l("This line is not in UTF-8. Save the file as UTF-8."))]) from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise BadTable([Fault(line, "", _l("This line is not in UTF-8. Save the file as UTF-8."))])
    return text


def _check_head(what: str, head: Sequence[str]) -> None:
    missing = [name for name in NEEDED[what] if name not in head]
    faults = [Fault(1, name, _l("The first line must name this column.")) for name in missing]
    twice = sorted({name for name in head if name and head.count(name) > 1})
    faults += [Fault(1, name, _l("The first line names this column twice.")) for name in twice]
    if faults:
        raise BadTable(faults)


# --- what the cells say -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Known:
    """What cells may name: languages, categories and districts by their folded names and codes; ids of ideas."""

    languages: frozenset[str]
    categories: Mapping[str, int] = field(default_factory=dict)
    districts: Mapping[str, int] = field(default_factory=dict)
    ideas: Mapping[str, int] = field(default_factory=dict)  # by their ids and numbers
    points: bool = True  # a comment stands on a side


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
        except ValueError:
            self.wrong("created", _l("Enter a day such as 2026-03-27, or an instant such as 2026-03-27T09:30:00Z."))
            return None
        found = (found if found.tzinfo else found.replace(tzinfo=self.zone)).astimezone(UTC)
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
