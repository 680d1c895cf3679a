"""Texts of one language as CSV and as XLIFF 1.2, for translators outside; errors are told by line. Pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

from portal.base.i18n import Text, _l

COLUMNS = ("key", "what", "source", "translation")
MOST_BYTES = 5_000_000
FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Unit:
    """One text: its key (kind/id/field), what it is, the source text and the translation there is."""

    key: str
    what: str
    source: str
    target: str


@dataclass(frozen=True)
class Line:
    """A text that came back, and the line of the file where it begins."""

    line: int
    key: str
    target: str


class BadFile(Exception):
    """The file cannot be taken in; `errors` says why, line by line."""

    def __init__(self, errors: Sequence[tuple[int, Text]]) -> None:
        super().__init__("the file with texts has errors")
        self.errors = list(errors)


def write_csv(units: Iterable[Unit]) -> str:
    """A table for spreadsheets. A text that a spreadsheet would take for a formula gets an apostrophe in front."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for unit in units:
        writer.writerow([unit.key, unit.what, _guarded(unit.source), _guarded(unit.target)])
    return "\ufeff" + out.getvalue()


def _guarded(text: str) -> str:
    return "'" + text if text.startswith((*FORMULA, "'")) else text


def _unguarded(text: str) -> str:
    return text[1:] if text.startswith("'") and text[1:].startswith((*FORMULA, "'")) else text


def read_csv(data: bytes) -> list[Line]:
    """The texts of a table. Raises BadFile."""
    text = _decoded(data)
    first = text.split("\n", 1)[0]
    delimiter = ";" if first.count(";") > first.count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    lines: list[Line] = []
    errors: list[tuple[int, Text]] = []
    try:
        header = [name.strip().lower() for name in next(reader, [])]
        if "key" not in header or "translation" not in header:
            raise BadFile([(1, _l("The first line must name the columns “key” and “translation”."))])
        key, target = header.index("key"), header.index("translation")
        begins = reader.line_num + 1
        for row in reader:
            if any(cell.strip() for cell in row):
                if len(row) <= max(key, target):
                    errors.append((begins, _l("This line has too few columns.")))
                else:
                    lines.append(Line(begins, row[key].strip(), _unguarded(row[target])))
            begins = reader.line_num + 1
    except csv.Error:
        raise BadFile(
            [*errors, (reader.line_num, _l("This line is not a row of a table: look at its quotation marks."))]
        ) from None
    if errors:
        raise BadFile(errors)
    return lines


def _decoded(data: bytes) -> str:
    if len(data) > MOST_BYTES:
        raise BadFile([(1, _l("The file is too large."))])
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise BadFile([(line, _l("This line is not in UTF-8. Save the file as UTF-8."))]) from None


def write_xliff(units: Iterable[Unit], source: str, target: str, original: str) -> str:
    """An XLIFF 1.2 file (OASIS), one trans-unit per text, for translation programs."""
    out = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<xliff version="1.2" xmlns="urn:oasis:names:tc:xliff:document:1.2">',
        f"<file original={quoteattr(original)} source-language={quoteattr(source)} "
        f'target-language={quoteattr(target)} datatype="plaintext"><body>',
    ]
    for unit in units:
        state = "translated" if unit.target else "new"
        out.append(
            f'<trans-unit id={quoteattr(unit.key)} xml:space="preserve"><source>{_xml(unit.source)}</source>'
            f'<target state="{state}">{_xml(unit.target)}</target><note>{_xml(unit.what)}</note></trans-unit>'
        )
    out.append("</body></file></xliff>\n")
    return "\n".join(out)


def _xml(text: str) -> str:
    """Text for XML: escaped, without the control signs that XML cannot hold."""
    return escape("".join(sign for sign in text if sign >= " " or sign in "\n\t"))


def read_xliff(data: bytes, lang: str) -> list[Line]:
    """The translations of an XLIFF 1.2 file for this language. Raises BadFile.

    Document types are refused, so no entity of the file's own is ever expanded.
    """
    _decoded(data)
    reader = _Xliff(lang)
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = lambda name, attributes: reader.start(name, attributes, parser.CurrentLineNumber)
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text

    def refuse(*_declared: Any) -> None:
        raise BadFile([(parser.CurrentLineNumber, _l("The file declares a document type. Save it without one."))])

    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise BadFile([(error.lineno, _l("This line is not XML."))]) from None
    if reader.errors:
        raise BadFile(reader.errors)
    if not reader.seen_file:
        raise BadFile([(1, _l("This is not an XLIFF 1.2 file."))])
    return reader.lines


class _Xliff:
    """Collects the trans-units while the parser runs."""

    def __init__(self, lang: str) -> None:
        self.lang = lang
        self.lines: list[Line] = []
        self.errors: list[tuple[int, Text]] = []
        self.seen_file = False
        self.unit: tuple[str, int] | None = None
        self.target: list[str] | None = None
        self.done: str | None = None

    def start(self, name: str, attributes: dict[str, str], line: int) -> None:
        tag = name.rpartition(" ")[2]
        if tag == "file":
            self.seen_file = True
            if attributes.get("target-language", self.lang) != self.lang:
                self.errors.append(
                    (line, _l("This file holds another language: %(lang)s.", lang=attributes["target-language"]))
                )
        elif tag == "trans-unit":
            if not attributes.get("id"):
                self.errors.append((line, _l("This text has no id.")))
            self.unit, self.done = (attributes.get("id", ""), line), None
        elif tag == "target" and self.unit is not None:
            self.target = []
        elif self.target is not None:
            self.errors.append((line, _l("Tags inside of a text are not supported.")))

    def text(self, data: str) -> None:
        if self.target is not None:
            self.target.append(data)

    def end(self, name: str) -> None:
        tag = name.rpartition(" ")[2]
        if tag == "target" and self.target is not None:
            self.done, self.target = "".join(self.target), None
        elif tag == "trans-unit" and self.unit is not None:
            if self.done is not None:
                self.lines.append(Line(self.unit[1], self.unit[0], self.done))
            self.unit = None
