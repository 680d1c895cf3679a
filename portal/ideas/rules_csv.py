"""Tables (CSV) that leave the portal and come back: columns, cells that no spreadsheet takes for a formula, faults told by
line and column. Pure. What the cells say is asked in rules_tables."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from portal.base.i18n import Text, _l

IDEAS, COMMENTS, ANSWERS = "ideas", "comments", "answers"
IDEA_COLUMNS = (
    "id", "number", "title", "text", "language", "category", "district", "place", "x", "y", "cost", "author", "created",
    "state", "supports", "supports_on_paper", "comments",
)  # fmt: skip
COMMENT_COLUMNS = ("id", "idea", "answers", "side", "text", "language", "author", "created", "useful")
ANSWER_COLUMNS = ("answer", "idea", "outcome", "status", "language", "text", "role", "by", "published")
COLUMNS = {IDEAS: IDEA_COLUMNS, COMMENTS: COMMENT_COLUMNS, ANSWERS: ANSWER_COLUMNS}
NEEDED = {
    IDEAS: ("title", "text", "language"),
    COMMENTS: ("idea", "text", "language"),
    ANSWERS: ("idea", "outcome", "language", "text"),
}
# They are written and not read: supports belong to people, who give them here; states are for the officers here.
NOT_READ = {
    IDEAS: frozenset({"number", "supports", "supports_on_paper", "comments"}),
    COMMENTS: frozenset({"useful"}),
    ANSWERS: frozenset({"published"}),
}

MOST_LINES = 5000
MOST_BYTES = 10_000_000
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
