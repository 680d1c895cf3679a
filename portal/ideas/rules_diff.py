"""A difference that people can read: whole words and sentences, told in words beside the colours. Pure."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass

_WORDS = re.compile(r"\s+|[^\s]+")
SAME, GONE, NEW = "same", "gone", "new"
# so much of a paragraph has to be left to count as the same one, changed
_ALIKE = 0.4
_LONG = 600  # characters of an unchanged paragraph that are shown around a change


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of words: the same in both, gone, or new."""

    kind: str
    text: str


def words(before: str, after: str) -> list[Piece]:
    """The difference of two short texts, word by word. Gone stands before new."""
    a, b = _WORDS.findall(before), _WORDS.findall(after)
    found: list[Piece] = []
    for tag, a1, a2, b1, b2 in difflib.SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if tag == "equal":
            found.append(Piece(SAME, "".join(a[a1:a2])))
            continue
        if a1 != a2:
            found.append(Piece(GONE, "".join(a[a1:a2])))
        if b1 != b2:
            found.append(Piece(NEW, "".join(b[b1:b2])))
    return _joined(found)


def _joined(pieces: Sequence[Piece]) -> list[Piece]:
    """Changes with nothing but a space between them become one, so that a sentence is not cut to pieces."""
    found: list[Piece] = []
    at = 0
    while at < len(pieces):
        gone, new = "", ""
        while at < len(pieces) and (pieces[at].kind != SAME or (_bridges(pieces, at) and (gone or new))):
            piece = pieces[at]
            gone += piece.text if piece.kind != NEW else ""
            new += piece.text if piece.kind != GONE else ""
            at += 1
        if gone.strip() or new.strip():
            found += [Piece(kind, text) for kind, text in ((GONE, gone), (NEW, new)) if text]
        elif gone or new:
            found.append(Piece(SAME, new or gone))
        if at < len(pieces):
            found.append(pieces[at])
            at += 1
    return found


def _bridges(pieces: Sequence[Piece], at: int) -> bool:
    return not pieces[at].text.strip() and at + 1 < len(pieces) and pieces[at + 1].kind != SAME


def text(before: str, after: str) -> list[list[Piece]]:
    """The difference of two long texts: one list per paragraph. Paragraphs that stayed are left out, but for one before
    and one after each change."""
    a, b = before.split("\n"), after.split("\n")
    a, b = [one for one in a if one.strip()], [one for one in b if one.strip()]
    rows: list[list[Piece]] = []
    for tag, a1, a2, b1, b2 in difflib.SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if tag == "equal":
            rows += [[Piece(SAME, _short(one))] for one in a[a1:a2]]
            continue
        rows += _paragraphs(a[a1:a2], b[b1:b2])
    changed = {n for n, row in enumerate(rows) if any(piece.kind != SAME for piece in row)}
    return [row for n, row in enumerate(rows) if {n - 1, n, n + 1} & changed]


def _paragraphs(a: Sequence[str], b: Sequence[str]) -> list[list[Piece]]:
    """Paragraphs that took the place of others: those that are still alike are compared word by word."""
    rows: list[list[Piece]] = []
    left = list(b)
    for old in a:
        close = difflib.get_close_matches(old, left[:20], n=1, cutoff=_ALIKE)
        if not close:
            rows.append([Piece(GONE, old)])
            continue
        at = left.index(close[0])
        rows += [[Piece(NEW, one)] for one in left[:at]]
        rows.append(words(old, close[0]))
        left = left[at + 1 :]
    return rows + [[Piece(NEW, one)] for one in left]


def _short(paragraph: str) -> str:
    return paragraph if len(paragraph) <= _LONG else paragraph[:_LONG].rsplit(" ", 1)[0] + " …"
