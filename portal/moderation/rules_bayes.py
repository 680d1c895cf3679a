"""How much a text resembles what moderators hid as advertising: naive Bayes over its words. Pure; standard library only.

It sorts the queue and decides nothing. Words are kept as fingerprints, so that the table of counts is no dictionary of
what people wrote; figures and addresses count as "a number" and "a link" and are not kept at all.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Mapping

from portal.base.normal import normalise

TOTAL = ""  # the word under which the texts themselves are counted
TELLING = 20  # words that count most in one text
LEAST = 5  # texts of each sort before anything is said
UNKNOWN = 0.5
_LINK = re.compile(r"(?:https?://|www\.)\S+")
_WORD = re.compile(r"[^\W\d_]{2,40}|\d+")

Counts = Mapping[str, tuple[int, int]]  # fingerprint -> texts that were advertising, texts that were not


def words(text: str) -> set[str]:
    """The fingerprints of a text's words."""
    plain = _LINK.sub(" \u241flink ", normalise(text)[:20000])
    found = {"link"} if "\u241flink" in plain else set()
    found |= {"number" if word[0].isdigit() else f"w:{word}" for word in _WORD.findall(plain) if word != "link"}
    return {hashlib.blake2b(word.encode(), digest_size=8).hexdigest() for word in found}


def score(found: set[str], counts: Counts) -> float:
    """From 0 (unlike) to 1 (alike); 0.5 as long as too little was learned."""
    spam, fair = counts.get(TOTAL, (0, 0))
    if spam < LEAST or fair < LEAST:
        return UNKNOWN
    telling = []
    for word in found:
        in_spam, in_fair = counts.get(word, (0, 0))
        if in_spam + in_fair:
            telling.append(math.log((in_spam + 1) / (spam + 2)) - math.log((in_fair + 1) / (fair + 2)))
    telling.sort(key=abs, reverse=True)
    weight = sum(telling[:TELLING])
    return round(1 / (1 + math.exp(-max(-30.0, min(30.0, weight)))), 6)
