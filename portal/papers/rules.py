"""Questions about papers and codes. Pure: the time and the keys are handed in."""

from __future__ import annotations

import hashlib
import hmac
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from portal.base.actor import Actor
from portal.base.feature import PaperKind
from portal.base.i18n import Text, _l
from portal.base.verdict import YES, Verdict, no
from portal.papers.models import Fault, Paper, PaperState, Revocation

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: no I, L, O, U
SIGNS = 16  # 80 bits
GUESSES = 30  # wrong codes from one address within a quarter of an hour; a library shares one address
MOST_BYTES = 10 * 1024 * 1024
# Uploads guess nothing, so nobody is shut out for having sent many: what they cost is bounded by their size and by the
# number of readers (checking.py). This is far above what all desks of a library together send.
UPLOADS_PER_MINUTE = 300  # from one address
POSTED = timedelta(days=3)  # so soon a finished letter is printed and in the post
FIRST = "0" * 64  # what the first head of the register is chained to

REASONS: dict[Revocation, Text] = {
    Revocation.MISTAKE: _l("It contained a mistake."),
    Revocation.CHANGED: _l("The facts in it have changed."),
    Revocation.LOST: _l("It was lost or stolen."),
    Revocation.ENDED: _l("What it was given for has ended."),
}
FAULTS: dict[Fault, Text] = {
    Fault.NO_PRESS: _l(
        "It waits: this server lacks the programs that make PDF files. It is made by itself once they are installed."
    ),
    Fault.NO_KEY: _l("It waits: the city’s signing key is missing, cannot be opened or is out of date."),
    Fault.NO_TIME_STAMP: _l("It waits: the time-stamp service does not answer. It is tried again by itself."),
    Fault.LETTERS: _l("Its text contains characters that no font on this server can write."),
    Fault.STRUCTURE: _l("The file that was made lacks something that every paper must have."),
    Fault.BROKEN: _l("It could not be made. The server’s log says why."),
}
# A paper that only waits is made by itself; the others need a person.
WAITING = (Fault.NO_PRESS, Fault.NO_KEY, Fault.NO_TIME_STAMP)

# --- codes

_LOOK_ALIKE = str.maketrans("OILU", "011V") | str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "01234567890123456789")


def _times(a: int, b: int) -> int:
    """Multiply in the field of 32 elements (x⁵ + x² + 1)."""
    product = 0
    while b:
        if b & 1:
            product ^= a
        a <<= 1
        if a & 32:
            a ^= 0b100101
        b >>= 1
    return product


def check_sign(signs: str) -> str:
    """The sign that goes behind a code. Each sign weighs differently, so every single slip and every exchange of two
    signs is noticed: no lookup in the register is spent on it."""
    total, weight = 0, 1
    for sign in signs:
        weight = _times(weight, 2)
        total ^= _times(weight, ALPHABET.index(sign))
    return ALPHABET[total]


def code_of(random: bytes) -> str:
    """Ten random bytes as a code of 16 signs and its check sign.

    Raises ValueError for another number of bytes.
    """
    if len(random) != 10:
        raise ValueError("a code is made of 80 bits")
    number = int.from_bytes(random, "big")
    signs = "".join(ALPHABET[number >> 5 * place & 31] for place in reversed(range(SIGNS)))
    return signs + check_sign(signs)


def grouped(code: str) -> str:
    """A code as it is printed: in groups of four, the last one with the check sign."""
    return "-".join((code[:4], code[4:8], code[8:12], code[12:]))


def read_code(typed: str) -> str | None:
    """What somebody typed as a code, or None where it cannot be one. Spaces, hyphens, small letters, Arabic digits and
    the letters that look like others are all understood."""
    if len(typed) > 80:
        return None
    plain = unicodedata.normalize("NFKC", typed).upper().translate(_LOOK_ALIKE)
    signs = "".join(sign for sign in plain if unicodedata.category(sign) not in {"Pd", "Zs", "Cc", "Cf"})
    if len(signs) != SIGNS + 1 or set(signs) - set(ALPHABET) or check_sign(signs[:-1]) != signs[-1]:
        return None
    return signs


def code_hash(key: bytes, code: str) -> str:
    """How the register finds a code without holding it. Keyed: the copy of a database proves nobody's paper."""
    return hmac.new(key, b"code\0" + code.encode(), hashlib.sha256).hexdigest()


def number_of(series: str, year: int, sequence: int) -> str:
    """A paper's number: series, year, running number."""
    return f"{series}-{year}-{sequence:05d}"


# --- who may what


def may_read(paper: Paper, actor: Actor, kinds: Iterable[PaperKind]) -> Verdict:
    """May this person see the paper itself? Its holder, and the staff of the part of the city that gave it out."""
    if paper.person_id is not None and paper.person_id == actor.person_id:
        return YES
    return may_handle(paper.kind, actor, kinds)


def may_handle(kind: str, actor: Actor, kinds: Iterable[PaperKind]) -> Verdict:
    """May this person give out and revoke papers of a kind?"""
    if any(one.name == kind and actor.everywhere(*one.roles) for one in kinds):
        return YES
    return no(_l("Another part of the city is responsible for this paper."))


def may_revoke(state: PaperState) -> Verdict:
    """Can a paper in this state be revoked?"""
    if state in {PaperState.REVOKED, PaperState.REPLACED}:
        return no(_l("This paper does not count any more already."))
    return YES


def may_make_again(state: PaperState) -> Verdict:
    """Can the making be begun anew?"""
    if state is not PaperState.FAILED:
        return no(_l("Only a paper that could not be made can be made again."))
    return YES


# --- what a check answers


@dataclass(frozen=True, slots=True)
class Standing:
    """What everybody may know of a paper who has its code. `word` is one of valid, expired, revoked, replaced,
    being_made."""

    word: str
    kind: str
    number: str
    issued_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    reason: Text | None
    lang: str
    lines: tuple[tuple[str, str], ...]


def standing(paper: Paper, now: datetime) -> Standing:
    """Where a paper stands at this moment, with nothing more than its holder lets others see."""
    words = {
        PaperState.REVOKED: "revoked",
        PaperState.REPLACED: "replaced",
        PaperState.BEING_MADE: "being_made",
        PaperState.FAILED: "being_made",
    }
    word = words.get(paper.state, "valid")
    if word == "valid" and paper.expires_at is not None and paper.expires_at <= now:
        word = "expired"
    lines = tuple((str(label), str(value)) for label, value in (paper.lines[place] for place in paper.shown))
    return Standing(
        word=word,
        kind=paper.kind,
        number=paper.number,
        issued_at=paper.issued_at,
        expires_at=paper.expires_at,
        revoked_at=paper.revoked_at,
        reason=REASONS[paper.reason] if paper.reason else None,
        lang=paper.lang,
        lines=lines if word in {"valid", "expired"} else (),
    )


def chosen(places: Iterable[int], lines: Sequence[object]) -> list[int]:
    """The lines that a holder lets others see: known places, each once, in their order."""
    return sorted({place for place in places if 0 <= place < len(lines)})


@dataclass(frozen=True, slots=True)
class Signature:
    """What the reader of an uploaded file found of one signature."""

    fingerprint: str
    name: str
    intact: bool  # what it covers is unchanged, and the signature fits its certificate
    whole: bool  # it covers everything in the file


@dataclass(frozen=True, slots=True)
class Difference:
    """How a file differs from the one in the register: bytes that differ (the first at `at`, counted from 1), and
    bytes behind its end."""

    changed: int
    at: int
    appended: int


def difference(original: bytes, file: bytes) -> Difference:
    """Compare a file with the one that was given out."""
    both = min(len(original), len(file))
    places = [n for n in range(both) if original[n] != file[n]] if original[:both] != file[:both] else []
    missing = len(original) - both
    at = places[0] + 1 if places else (both + 1 if missing else 0)
    return Difference(len(places) + missing, at, len(file) - both)


@dataclass(frozen=True, slots=True)
class Judgement:
    """What an uploaded file is: genuine, changed, appended, foreign, unsigned, unknown (signed by us but not in the
    register), unreadable, no_pdf, unchecked (this server lacks the program that reads signatures)."""

    word: str
    difference: Difference | None = None
    signer: str = ""


def judge(
    file: bytes,
    *,
    known: bool,
    original: bytes | None,
    signatures: Sequence[Signature] | None,
    readable: bool,
    ours: Iterable[str],
) -> Judgement:
    """Judge an upload. `known`: its hash is in the register; `original`: the paper whose number it bears;
    `signatures`: None where they could not be looked at; `ours`: fingerprints of the city's certificates."""
    if known:
        return Judgement("genuine")
    if not file.startswith(b"%PDF-"):
        return Judgement("no_pdf")
    if original is not None:
        if file.startswith(original):
            return Judgement("appended", Difference(0, 0, len(file) - len(original)))
        if len(file) == len(original):
            return Judgement("changed", difference(original, file))
    if signatures is None:
        return Judgement("unchecked")
    fingerprints = set(ours)
    city = [one for one in signatures if one.fingerprint in fingerprints]
    if city:
        if not all(one.intact for one in city):
            return Judgement("changed")
        if not any(one.whole for one in city) or len(city) < len(signatures):
            return Judgement("appended")
        return Judgement("changed" if original is not None else "unknown")
    if signatures:
        return Judgement("foreign", signer=signatures[0].name)
    return Judgement("unsigned" if readable else "unreadable")


# PDF writers may write a hyphen in a string as \055
_BEARS = re.compile(rb"/Reason\s*\(([A-Z]{1,12})(?:-|\\055)([0-9]{4})(?:-|\\055)([0-9]{5,9})\)")


def number_in(file: bytes) -> str | None:
    """The number that a file says it has, so that it can be compared with what was given out; a claim, no proof."""
    found = _BEARS.search(file)
    return b"-".join(found.groups()).decode() if found else None


# --- the register


def leaf(number: str, sha256: str) -> str:
    """How the register names a paper: only who has the paper can make this hash again."""
    return hashlib.sha256(f"{number}\n{sha256}".encode()).hexdigest()


def head(day: date, previous: str, issued: Iterable[str], revoked: Iterable[str]) -> str:
    """The head of a day: SHA-256 over lines of text. Anyone can make it again from the published day.

    The lines: the day, the head before, "issued " and the leaf of each paper made that day, "revoked " and the number
    of each paper revoked or replaced that day; both sorted; each line ends with a line feed.
    """
    lines = [day.isoformat(), previous]
    lines += [f"issued {one}" for one in sorted(issued)]
    lines += [f"revoked {one}" for one in sorted(revoked)]
    return hashlib.sha256("".join(f"{line}\n" for line in lines).encode()).hexdigest()
