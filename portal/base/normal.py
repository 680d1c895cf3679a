"""The form in which words are compared: one normaliser for search, filters and sorting.

A reader who types "lodz", "strasse" or "حديقه" must find Łódź, Straße and الحديقة. Both databases store the
same normalised column, so both find the same. Pure: standard library only.
"""

import unicodedata

# Letters that Unicode does not take apart, or takes apart in a way nobody types.
_FOLD = str.maketrans(
    {
        "ß": "ss",
        "æ": "ae",
        "œ": "oe",
        "ı": "i",
        "ł": "l",
        "ø": "o",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "ħ": "h",
        "ŧ": "t",
        "ŋ": "n",
        "ĸ": "k",
        "ſ": "s",
        "ς": "σ",  # final sigma
        # Arabic: the forms of alef, ya, ta marbuta and hamza that writers exchange freely
        "أ": "ا",
        "إ": "ا",
        "آ": "ا",
        "ٱ": "ا",
        "ٲ": "ا",
        "ٳ": "ا",
        "ى": "ي",
        "ئ": "ي",
        "ؤ": "و",
        "ة": "ه",
        # Persian and Urdu keyboards
        "ک": "ك",
        "ی": "ي",
        "ے": "ي",
        "ہ": "ه",
        "ھ": "ه",
        "ـ": "",  # tatweel only stretches a word
        # typed and typeset apostrophes and hyphens
        "’": "'",
        "‘": "'",
        "ʼ": "'",
        "ʹ": "'",
        "´": "'",
        "`": "'",
        "‐": "-",
        "‑": "-",
        "–": "-",
        "—": "-",
        **{chr(0x0660 + n): str(n) for n in range(10)},
        **{chr(0x06F0 + n): str(n) for n in range(10)},
    }
)
_ARTICLE = "ال"


def normalise(text: str) -> str:
    """The comparable form of a text: case, accents, harakat, tatweel, invisible marks and spacing taken out.

    Applying it twice changes nothing. Order: casefold, fold map, NFKD, drop combining marks, fold map again, NFC.
    """
    previous = None
    # Some letters reach their end only on the second pass (a capital that appears after decomposition).
    while text != previous:
        previous = text
        text = _once(text)
    return text


def _once(text: str) -> str:
    text = unicodedata.normalize("NFKD", text.casefold().translate(_FOLD))
    text = "".join(c for c in text if not unicodedata.combining(c) and not _invisible(c))
    text = unicodedata.normalize("NFC", text.translate(_FOLD))
    return " ".join(text.split())


def _invisible(char: str) -> bool:
    """Soft hyphens, joiners, direction marks, and control characters other than white space."""
    return unicodedata.category(char) in {"Cf", "Cc"} and not char.isspace()


def tokens(query: str, most: int = 12) -> list[str]:
    """The words of a search query in comparable form, each once, in the order typed, at most `most`.

    An Arabic word loses its article, so that الحديقة also finds حديقة; the text keeps its own.
    """
    found: list[str] = []
    for word in normalise(query).split():
        if word.startswith(_ARTICLE) and len(word) > 4:
            word = word[len(_ARTICLE) :]
        if word not in found:
            found.append(word)
    return found[:most]


def sort_key(text: str) -> tuple[str, str]:
    """Sorts names as people expect without ICU: accents do not matter, then they break the tie."""
    return normalise(text), text
