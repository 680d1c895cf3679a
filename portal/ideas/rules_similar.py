"""How alike two ideas are, by their words alone, in any language: which ones are shown to somebody who types a title.
Pure. Words are compared in the normaliser's form; an inflected word still shares most of its letters."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import log

from portal.base.normal import tokens

SHORTEST = 3  # letters of a word that counts
MOST_WORDS = 10
LEAST = 0.34  # of the weight of what was typed has to be found in the other idea
# words that say nothing about an idea, in the normaliser's form; short ones fall out by themselves
EMPTY = frozenset(
    "the and for with from our more that this new into onto near und der die das den dem des ein eine einen einer mit "
    "fuer auf mehr neue neuen neuer von zum zur vom bei les des une pour dans avec sur plus aux nos notre nouveau "
    "nouvelle ja ning voi uus uued rohkem linna dla oraz nowy nowa nowe przy jest wiecej miasta przez في من على الى "
    "علي عن مع هذا هذه جديد جديده".split()
)


def stems(title: str) -> list[str]:
    """The words of a title by which similar ideas are looked up: without empty ones, longer ones without their end, so
    that "benches" finds "bench" and "Spielplätze" finds "Spielplatz"."""
    found = []
    for word in tokens(title, most=30):
        plain = word.strip(".,;:!?()[]{}\"'«»“”„‚‘’…/-–—#*")
        if len(plain) >= SHORTEST and plain not in EMPTY:
            found.append(stem(plain))
    return list(dict.fromkeys(found))[:MOST_WORDS]


def stem(word: str) -> str:
    """A word without its last letters, as far as it stays recognisable."""
    return word[: max(4, len(word) - max(1, len(word) // 4))] if len(word) > 4 else word


def ranked(wanted: Sequence[str], found: Iterable[tuple[int, str, str]], most: int = 5) -> list[int]:
    """The numbers of those among `found` (number, title, whole text; both normalised) that are alike enough, the most
    alike first. A rare word weighs more than one that many have; a word in the title more than one in the text."""
    rows = list(found)
    if not wanted or not rows:
        return []
    holders = {word: sum(1 for _number, _title, body in rows if word in body) for word in wanted}
    weight = {word: 1 + log((len(rows) + 1) / (holders[word] + 1)) for word in wanted}
    whole = sum(weight.values())
    scored = []
    for number, title, body in rows:
        in_title = sum(weight[word] for word in wanted if word in title)
        in_text = sum(weight[word] for word in wanted if word not in title and word in body)
        score = (in_title + 0.4 * in_text) / whole
        # one common word of a long title is no likeness
        if score >= LEAST and (len(wanted) == 1 or in_title > 0):
            scored.append((-score, number))
    return [number for _score, number in sorted(scored)[:most]]
