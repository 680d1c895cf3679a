"""Which language a reader gets when the address names none: the account's, the cookie's, the browser's, the city's.

Pure: the header is read here by hand, because browsers send tags (zh-TW, no, sr-Latn) that fit no offered tag as they
stand, and a plain comparison then serves the wrong script.
"""

from collections.abc import Sequence

# What a tag means where its own form is not offered; tried in this order before it is shortened.
_ALIASES: dict[str, tuple[str, ...]] = {
    "zh-tw": ("zh-hant",),
    "zh-hk": ("zh-hant",),
    "zh-mo": ("zh-hant",),
    "zh-cn": ("zh-hans",),
    "zh-sg": ("zh-hans",),
    "zh-my": ("zh-hans",),
    "zh": ("zh-hans", "zh-cn"),
    "zh-hant": ("zh-tw", "zh-hk"),
    "zh-hans": ("zh-cn",),
    "no": ("nb", "nn"),
    "nb": ("no",),
    "nn": ("no", "nb"),
    "sr-latn": ("sr-latn-rs", "sh", "bs", "hr"),
    "sr-cyrl": ("sr",),
    "sr": ("sr-cyrl", "sr-latn"),
    "iw": ("he",),
    "in": ("id",),
    "ji": ("yi",),
    "tl": ("fil",),
    "mo": ("ro",),
    "sh": ("sr-latn", "hr"),
}
# Another script is another language for its reader: these are never shortened to the bare tag.
_OTHER_SCRIPT = {"zh-hant", "zh-hans", "sr-latn"}
_LONGEST_HEADER = 1000


def choose(offered: Sequence[str], accept: str = "", cookie: str = "", account: str = "") -> str:
    """The best offered language; the first offered one where nothing fits. `accept` is the Accept-Language header."""
    for wish in (account, cookie):
        found = match(wish, offered)
        if found:
            return found
    wishes = parse(accept)
    refused = {tag for tag, weight in wishes if weight == 0}
    open_to = [tag for tag in offered if tag.lower() not in refused] or list(offered)
    for tag, weight in wishes:
        if weight == 0:
            continue
        found = open_to[0] if tag == "*" else match(tag, open_to)
        if found:
            return found
    return open_to[0]


def parse(accept: str) -> list[tuple[str, float]]:
    """The header's tags in lower case with their weights, best first; what cannot be read is left out."""
    wishes: list[tuple[str, float]] = []
    for part in accept[:_LONGEST_HEADER].split(","):
        tag, _semicolon, rest = part.strip().partition(";")
        tag = tag.strip().lower().replace("_", "-")
        weight = _weight(rest.strip())
        if tag and weight is not None and all(piece.isalnum() or piece == "*" for piece in tag.split("-")):
            wishes.append((tag, weight))
    return sorted(wishes, key=lambda wish: -wish[1])


def _weight(rest: str) -> float | None:
    if not rest:
        return 1.0
    name, _equals, value = rest.partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        weight = float(value)
    except ValueError:
        return None
    return weight if 0 <= weight <= 1 else None


def match(wish: str, offered: Sequence[str]) -> str | None:
    """The offered language that a single tag means, or None."""
    by_tag = {tag.lower(): tag for tag in offered}
    tag = wish.strip().lower().replace("_", "-")
    while tag:
        for candidate in (tag, *_ALIASES.get(tag, ())):
            if candidate in by_tag:
                return by_tag[candidate]
        if tag in _OTHER_SCRIPT or tag in {"zh-tw", "zh-hk", "zh-mo"}:
            return None
        tag = tag.rpartition("-")[0]
    return None
