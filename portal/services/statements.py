"""Account statements of a bank, read strictly: camt.053 of ISO 20022, versions 001.02 and 001.08. Pure.

Source: ISO 20022 message definitions BankToCustomerStatementV02 and V08. What they have in common is read: account,
entries, and the transactions of an entry. The file comes from outside, so it is read without document types, entities or
anything that would be fetched, and with limits; a refusal names the line.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from xml.parsers import expat

from portal.base.i18n import Text, _l
from portal.services import iban

MOST_BYTES = 8_000_000
MOST_ENTRIES = 20_000
_MOST_NODES = 1_500_000
_DEEP = 30
_NAMESPACE = re.compile(r"urn:iso:std:iso:20022:tech:xsd:(camt\.\d{3}\.\d{3}\.\d{2})")
VERSIONS = ("camt.053.001.02", "camt.053.001.08")
_AMOUNT = re.compile(r"[0-9]{1,13}(?:\.[0-9]{1,5})?")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069]+")


class BadStatement(Exception):
    """A file that is not taken in, and why, in a sentence with its place."""

    def __init__(self, reason: Text) -> None:
        super().__init__(str(reason.msgid))
        self.reason = reason


@dataclass(slots=True)
class _Node:
    tag: str
    line: int
    parts: list[_Node] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    marks: dict[str, str] = field(default_factory=dict)

    def all(self, *path: str) -> Iterator[_Node]:
        if not path:
            yield self
            return
        for part in self.parts:
            if part.tag == path[0]:
                yield from part.all(*path[1:])

    def find(self, *path: str) -> _Node | None:
        return next(self.all(*path), None)

    def text(self, *path: str, most: int = 140) -> str:
        """The text there without control and direction signs, cut; empty where there is none."""
        found = self.find(*path)
        return "" if found is None else " ".join(_CONTROL.sub(" ", "".join(found.said)).split())[:most].strip()


@dataclass(frozen=True, slots=True)
class Entry:
    """An amount that the bank booked. `cents` is below 0 for money that left the account; `key` is the same in every file
    that tells of it. `references`: structured ones, as they were written."""

    key: str
    booked_on: date
    cents: int
    currency: str
    references: tuple[str, ...] = ()
    text: str = ""
    payer: str = ""
    payer_iban: str = ""
    taken_back: bool = False  # the bank undid an earlier booking
    collective: bool = False  # several payments whose single amounts the file does not tell


@dataclass(frozen=True, slots=True)
class Read:
    """A file as it was read. `pending`: entries that the bank has not booked yet, and that are left out."""

    account: str
    entries: tuple[Entry, ...]
    pending: int = 0


def read(data: bytes, account: str) -> Read:
    """What a file says of an account (by its IBAN in plain form); other accounts in it are left out. Raises BadStatement,
    also where the file is about other accounts alone."""
    document = _document(data)
    pending, found, others, ours = 0, list[tuple[Entry, list[str]]](), list[str](), False
    for statement in document.all("BkToCstmrStmt", "Stmt"):
        here = iban.plain(statement.text("Acct", "Id", "IBAN", most=40))
        if not iban.check(here):
            raise _wrong(statement, _l("the statement names no account number (IBAN)"))
        if here != account:
            others.append(here)
            continue
        ours = True
        for node in statement.all("Ntry"):
            if (node.text("Sts", "Cd") or node.text("Sts")) != "BOOK":
                pending += 1
                continue
            found += _entries(node, account)
            if len(found) > MOST_ENTRIES:
                raise BadStatement(
                    _l("The file has more than %(most)s entries. Ask the bank for smaller ones.", most=MOST_ENTRIES)
                )
    if others and not ours:
        raise BadStatement(
            _l("The file is about the account %(found)s. Fees are paid to %(ours)s.",
               found=iban.printed(others[0]), ours=iban.printed(account))
        )  # fmt: skip
    if not ours:
        raise BadStatement(_l("The file holds no account statement."))
    return Read(account, tuple(_keyed(found)), pending)


def _wrong(node: _Node, what: Text) -> BadStatement:
    return BadStatement(_l("Line %(line)s of the file: %(what)s.", line=node.line, what=what))


# --- the file ---------------------------------------------------------------------------------------------------------


def _document(data: bytes) -> _Node:
    """The tree of the file, without a document type and within limits."""
    if len(data) > MOST_BYTES:
        raise BadStatement(_l("The file is larger than %(most)s megabytes.", most=MOST_BYTES // 1_000_000))
    if not data.strip():
        raise BadStatement(_l("The file is empty."))
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    root, open_ones, seen = _Node("", 1), list[_Node](), 0
    open_ones.append(root)
    spaces: set[str] = set()

    def begin(name: str, marks: dict[str, str]) -> None:
        nonlocal seen
        seen += 1
        if seen > _MOST_NODES or len(open_ones) > _DEEP:
            raise _wrong(_Node("", parser.CurrentLineNumber), _l("there is more here than a statement holds"))
        space, _blank, tag = name.rpartition(" ")
        if len(open_ones) <= 2:
            spaces.add(space)
        node = _Node(tag, parser.CurrentLineNumber, marks=marks)
        open_ones[-1].parts.append(node)
        open_ones.append(node)

    def end(_name: str) -> None:
        open_ones.pop()

    def say(text: str) -> None:
        open_ones[-1].said.append(text)

    def refuse(*_what: object) -> int:
        raise _wrong(_Node("", parser.CurrentLineNumber), _l("document types and entities are not allowed"))

    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = begin, end, say
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = refuse
    parser.ExternalEntityRefHandler = parser.SkippedEntityHandler = refuse
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        what = _l("this is not readable XML (sign %(sign)s)", sign=error.offset + 1)
        raise _wrong(_Node("", error.lineno), what) from None
    except (LookupError, ValueError):
        raise BadStatement(_l("The file is written in an encoding that cannot be read here.")) from None
    named = _NAMESPACE.fullmatch(next(iter(spaces))) if len(spaces) == 1 else None
    if named is None or root.parts[0].tag != "Document":
        raise BadStatement(_l("The file is no account statement in the format camt.053."))
    if named[1] not in VERSIONS:
        raise BadStatement(
            _l("The file is %(found)s. Ask the bank for %(known)s.", found=named[1], known=" / ".join(VERSIONS))
        )
    return root.parts[0]


# --- entries ----------------------------------------------------------------------------------------------------------


def _cents(node: _Node | None, parent: _Node) -> tuple[int, str]:
    """An amount with its currency."""
    raw = node.text() if node is not None else ""
    if node is None or not _AMOUNT.fullmatch(raw):
        raise _wrong(node or parent, _l("an amount is missing or is none"))
    whole, _point, part = raw.partition(".")
    if part.rstrip("0")[2:]:
        raise _wrong(node, _l("an amount has parts of a cent"))
    currency = node.marks.get("Ccy", "")
    if not re.fullmatch("[A-Z]{3}", currency):
        raise _wrong(node, _l("an amount has no currency"))
    return int(whole) * 100 + int(part.ljust(2, "0")[:2]), currency


def _day(node: _Node) -> date:
    for path in (("BookgDt", "Dt"), ("BookgDt", "DtTm"), ("ValDt", "Dt"), ("ValDt", "DtTm")):
        raw = node.text(*path)[:10]
        if raw:
            try:
                return date.fromisoformat(raw)
            except ValueError:
                raise _wrong(node, _l("the day of an entry is none")) from None
    raise _wrong(node, _l("an entry has no day"))


def _sign(node: _Node, parent: _Node | None = None) -> int:
    said = node.text("CdtDbtInd") or (parent.text("CdtDbtInd") if parent is not None else "")
    if said not in ("CRDT", "DBIT"):
        raise _wrong(node, _l("an entry does not say whether money came or went"))
    return 1 if said == "CRDT" else -1


def _entries(node: _Node, account: str) -> list[tuple[Entry, list[str]]]:
    """The amounts of an entry, each with what tells it apart: its transactions where the file tells the amount of each."""
    whole, currency = _cents(node.find("Amt"), node)
    sign, day = _sign(node), _day(node)
    taken_back = node.text("RvslInd") in ("true", "1")
    ours = node.text("AcctSvcrRef")
    details = list(node.all("NtryDtls", "TxDtls"))
    parts: list[tuple[_Node, int]] = []
    for one in details:
        amount = one.find("Amt") or one.find("AmtDtls", "TxAmt", "Amt")
        if amount is not None:
            cents, of = _cents(amount, one)
            if of == currency:
                parts.append((one, cents * _sign(one, node)))
    if len(details) > 1 and len(parts) == len(details) and sum(cents for _one, cents in parts) == sign * whole:
        return [
            _entry(one, cents, currency, day, taken_back, [account, ours, str(place)])
            for place, (one, cents) in enumerate(parts, 1)
        ]
    if len(details) > 1:
        return [
            (
                Entry("", day, sign * whole, currency, taken_back=taken_back, collective=True),
                [account, ours, "", "", ""],
            )
        ]
    about = details[0] if details else node
    return [_entry(about, sign * whole, currency, day, taken_back, [account, ours, ""])]


def _entry(
    node: _Node, cents: int, currency: str, day: date, taken_back: bool, known: list[str]
) -> tuple[Entry, list[str]]:
    side = "Dbtr" if cents > 0 else "Cdtr"
    payer = node.text("RltdPties", side, "Pty", "Nm") or node.text("RltdPties", side, "Nm")
    account = iban.plain(node.text("RltdPties", f"{side}Acct", "Id", "IBAN", most=40))
    structured = [one.text() for one in node.all("RmtInf", "Strd", "CdtrRefInf", "Ref")]
    free = [one.text(most=500) for one in node.all("RmtInf", "Ustrd")]
    free += [one.text(most=500) for one in node.all("RmtInf", "Strd", "AddtlRmtInf")]
    free += [node.text("AddtlNtryInf", most=500)] if not free else []
    text = " ".join(one for one in free if one)[:1000]
    end_to_end = node.text("Refs", "EndToEndId")
    if not structured and end_to_end.upper().startswith("RF"):
        structured = [end_to_end]  # some banks carry the reference here alone
    made = Entry(
        "", day, cents, currency, tuple(one for one in structured if one), text, payer,
        account if iban.check(account) else "", taken_back,
    )  # fmt: skip
    own = node.text("Refs", "AcctSvcrRef")
    return made, [*known, own, "" if known[1] or own else "\n".join((text, payer, account, end_to_end, *structured))]


def _keyed(found: list[tuple[Entry, list[str]]]) -> Iterator[Entry]:
    """Each entry with its key: the bank's own reference with day and amount; where the bank gives none, all that the
    entry says. Entries that are the same in all of that are told apart by their number within the file, so that two equal
    payments of one day are two, and the same day in another file is the same two."""
    times: Counter[str] = Counter()
    for one, known in found:
        told = "\x1f".join([*known, one.booked_on.isoformat(), str(one.cents), one.currency])
        digest = hashlib.sha256(told.encode()).hexdigest()
        times[digest] += 1
        yield Entry(
            f"{digest}-{times[digest]}", one.booked_on, one.cents, one.currency, one.references, one.text, one.payer,
            one.payer_iban, one.taken_back, one.collective,
        )  # fmt: skip
