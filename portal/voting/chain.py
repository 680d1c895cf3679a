"""The chain of a vote: entries that anybody can check, and what whoever holds the vote key can prove with them. Pure.

Each entry names the ballots that were new since the one before, by their commitments, and those that these replaced, and
continues the hash of the entry before. Kinds, in their order: "open" (regulation and check value of the key), "day" (once
a day, from ten new ballots on), "close" (whatever was left at the close), "late" (what settlement added), "restored" (after
a restore: it continues the newest head that somebody held, and names the entries that are gone), "count" (the hashes of
the lists, the numbers, the report of the check). A head is

    SHA-256 of the canonical JSON [kind, number, date, head before, new, replaced, ballots, body]

with both lists of commitments sorted; commitments are explained in sealing.py. Nonces are never published, so nobody can
tell from a commitment whose ballot it is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from portal.voting.sealing import tagged_hash

FORMAT = "folkmoot-chain-1"
START = "0" * 64  # stands where an entry before the first one would be named
OPEN, DAY, CLOSE, LATE, RESTORED, COUNT = "open", "day", "close", "late", "restored", "count"
LEAST = 10  # new ballots in an entry of a day: fewer would say too much about when somebody voted

Difference = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as it is published. `day`: the city's, as YYYY-MM-DD; `new` and `replaced`: commitments, sorted; `ballots`:
    how many ballots stand after it; `head`: its own hash."""

    number: int
    kind: str
    day: str
    previous: str
    new: tuple[str, ...]
    replaced: tuple[str, ...]
    ballots: int
    body: Mapping[str, Any]
    head: str

    def hashed(self) -> str:
        """The head that these contents have."""
        return head_of(
            self.kind, self.number, self.day, self.previous, self.new, self.replaced, self.ballots, self.body
        )  # fmt: skip

    def document(self) -> dict[str, Any]:
        """The entry whole, as everybody may download it."""
        return {
            "number": self.number, "kind": self.kind, "date": self.day, "previous": self.previous, "new": list(self.new),
            "replaced": list(self.replaced), "ballots": self.ballots, "body": dict(self.body), "head": self.head,
        }  # fmt: skip


def head_of(
    kind: str,
    number: int,
    day: str,
    previous: str,
    new: Iterable[str],
    replaced: Iterable[str],
    ballots: int,
    body: Mapping[str, Any],
) -> str:
    """The hash of an entry, in hex."""
    return tagged_hash(kind, number, day, previous, sorted(new), sorted(replaced), ballots, dict(body))


def following(
    before: Entry | None,
    kind: str,
    day: str,
    *,
    new: Iterable[str] = (),
    replaced: Iterable[str] = (),
    body: Mapping[str, Any] | None = None,
    after: tuple[int, str] | None = None,
) -> Entry:
    """The entry that continues `before` (None: the first one). `after`: number and head that it continues instead, where
    a restore has lost some."""
    fresh, gone, said = tuple(sorted(new)), tuple(sorted(replaced)), dict(body or {})
    number, previous = (before.number, before.head) if before is not None else (-1, START)
    if after is not None:
        number, previous = after
    ballots = (before.ballots if before is not None else 0) + len(fresh) - len(gone)
    head = head_of(kind, number + 1, day, previous, fresh, gone, ballots, said)
    return Entry(number + 1, kind, day, previous, fresh, gone, ballots, said, head)


def restored_after(before: Entry, newest: tuple[int, str] | None) -> tuple[tuple[int, str], dict[str, Any]]:
    """What an entry "restored" continues, and what its body says: the entry before it that is still there, and those that
    are gone. `newest`: number and head of the newest entry that somebody outside holds; None where it is still there."""
    held = newest if newest is not None and newest[0] > before.number else (before.number, before.head)
    lost = list(range(before.number + 1, held[0] + 1))
    return held, {"after": [before.number, before.head], "void": lost}


# --- what anybody can check -------------------------------------------------------------------------------------------


def broken(
    entries: Sequence[Entry], *, regulation: str | None = None, key_check: str | None = None
) -> list[Difference]:
    """Whether entries continue each other from the first on. `regulation`: hash of the vote's regulation, and
    `key_check`: check value of its key, which the first entry holds. Empty: whole."""
    found: list[Difference] = []
    if not entries:
        return [{"what": "chain", "detail": "there is no entry"}]
    before: Entry | None = None
    named: set[str] = set()
    gone: set[str] = set()
    for entry in entries:
        told = {"entry": entry.number, "what": "chain"}
        if entry.head != entry.hashed():
            found.append({**told, "detail": f"entry {entry.number} is not what its head says"})
        if not _continues(before, entry):
            found.append({**told, "detail": f"entry {entry.number} does not continue the one before"})
        if (entry.kind == OPEN) is not (before is None) or (before is not None and before.kind == COUNT):
            found.append({**told, "detail": f"entry {entry.number} stands at a wrong place"})
        if twice := (named & set(entry.new)) | (gone & set(entry.replaced)):
            found.append({**told, "detail": f"entry {entry.number} names {len(twice)} ballots a second time"})
        if strange := set(entry.replaced) - named:
            found.append({**told, "detail": f"entry {entry.number} replaces {len(strange)} ballots nobody named"})
        named |= set(entry.new)
        gone |= set(entry.replaced)
        if entry.ballots != len(named) - len(gone):
            found.append({**told, "detail": f"entry {entry.number} says another number of ballots than it names"})
        before = entry
    first = entries[0].body
    if regulation is not None and first.get("regulation") != regulation:
        found.append({"entry": 0, "what": "regulation", "detail": "it is not the one of the first entry"})
    if key_check is not None and first.get("key_check") != key_check:
        found.append({"entry": 0, "what": "vote key", "detail": "it is not the one of the first entry"})
    return found


def _continues(before: Entry | None, entry: Entry) -> bool:
    if before is None:
        return entry.number == 0 and entry.previous == START
    if entry.kind != RESTORED:
        return entry.number == before.number + 1 and entry.previous == before.head
    void = list(range(before.number + 1, entry.number))
    said = entry.body.get("after") == [before.number, before.head] and entry.body.get("void") == void
    return said and (bool(void) or entry.previous == before.head)


def rolled_back(entries: Sequence[Entry], heads: Iterable[tuple[int, str]]) -> list[Difference]:
    """Heads that somebody kept elsewhere and that do not stand in these entries, nor are named as lost by a restore."""
    here = {entry.number: entry.head for entry in entries}
    restored = [entry for entry in entries if entry.kind == RESTORED]
    void = {number for entry in restored for number in entry.body.get("void", ())}
    newest = {entry.number - 1: entry.previous for entry in restored}
    found: list[Difference] = []
    for number, head in heads:
        if number in newest and number not in here:
            if newest[number] != head:
                found.append(_head(number, "is another one than the restore says"))
        elif number in void:
            continue
        elif number not in here:
            found.append(_head(number, "is gone: the chain was rolled back"))
        elif here[number] != head:
            found.append(_head(number, "is another one: the chain was written anew"))
    return found


def _head(number: int, words: str) -> Difference:
    return {"entry": number, "what": "head", "detail": f"the kept head of entry {number} {words}"}


_LINE = re.compile(r"[^0-9a-f]*(\d{1,9})\b[^0-9a-f]+([0-9a-f\s]{64,160})\s*")


def read_heads(text: str) -> list[tuple[int, str]]:
    """Heads that somebody kept: the portal's heads.json, or lines with a number and a hash, in groups or not. Raises
    ValueError for a file that holds none."""
    try:
        found = [(int(one["number"]), str(one["head"])) for one in json.loads(text)["heads"]]
    except (ValueError, KeyError, TypeError):
        lines = (_LINE.fullmatch(line.lower()) for line in text.splitlines())
        told = [(int(line[1]), "".join(line[2].split())) for line in lines if line is not None]
        found = [one for one in told if len(one[1]) == 64]
    if not found:
        raise ValueError("this file holds no heads: lines with a number and 64 signs, or the portal's heads.json")
    return found


def says_lists(entries: Sequence[Entry], lists: Mapping[str, str], receipts: str) -> list[Difference]:
    """Whether the last entry names these hashes of the plain lists per pot and of the list of receipts."""
    if not entries or entries[-1].kind != COUNT:
        return [{"what": "chain", "detail": "there is no entry of the count"}]
    body, told = entries[-1].body, {"entry": entries[-1].number}
    found: list[Difference] = []
    for pot in sorted({*lists, *body.get("lists", {})}):
        if body.get("lists", {}).get(pot) != lists.get(pot):
            found.append({**told, "what": "plain list", "detail": f"pot {pot}: not the list that the last entry names"})
    if body.get("receipts") != receipts:
        found.append({**told, "what": "receipts", "detail": "not the list that the last entry names"})
    return found


def receipts_hash(codes: Iterable[str]) -> str:
    """The hash of the list of receipts in the counted set."""
    return tagged_hash("receipt list", sorted(codes))


# --- what the holder of the key can check -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Stored:
    """A stored ballot whose envelope was opened: its commitment, and the one that it says it replaces."""

    slot: str
    commitment: str
    prior: str | None


def standing(entries: Iterable[Entry]) -> dict[str, int]:
    """The commitments that are named and not replaced, each with the number of the entry that named it."""
    alive: dict[str, int] = {}
    for entry in entries:
        for one in entry.replaced:
            alive.pop(one, None)
        alive.update(dict.fromkeys(entry.new, entry.number))
    return alive


def unnamed(entries: Iterable[Entry], stored: Iterable[Stored]) -> list[Stored]:
    """The stored ballots that no entry names yet."""
    named = {one for entry in entries for one in entry.new}
    return [one for one in stored if one.commitment not in named]


def strange(entries: Sequence[Entry], stored: Iterable[Stored], *, settled: bool) -> list[Difference]:
    """Where the stored ballots are not all commitments less the replaced ones. `settled`: the last ballots have been named,
    so that each stored one must be."""
    alive = standing(entries)
    named = {one: entry.number for entry in entries for one in entry.new}
    found: list[Difference] = []
    fresh: list[Stored] = []
    for one in stored:
        if one.commitment in alive:
            del alive[one.commitment]
        elif one.commitment in named:
            detail = f"an older ballot was put back, named in entry {named[one.commitment]} and replaced since"
            found.append({"slot": one.slot, "what": "rolled back", "detail": detail})
        else:
            fresh.append(one)
    for one in fresh:
        if settled:
            found.append({"slot": one.slot, "what": "added", "detail": "no entry names this ballot"})
        if one.prior is None:
            continue
        if one.prior in alive:
            del alive[one.prior]
        else:
            detail = "it says it replaces a ballot that does not stand"
            found.append({"slot": one.slot, "what": "swapped", "detail": detail})
    for commitment, number in sorted(alive.items()):
        detail = f"a ballot that entry {number} names is not stored as it was"
        found.append({"slot": commitment, "what": "missing", "detail": detail})
    return found
