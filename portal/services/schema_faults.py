"""Reading a JSON document part by part, with every fault named by its place: the ground under schema_read."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal
from re import Pattern, compile
from typing import Any

from babel import UnknownLocaleError

from portal.base import i18n
from portal.base.i18n import Text, _l, _n
from portal.services.schema import BadForm, Fault, Words
from portal.services.schema_kinds import LIMITS

_DECIMAL = compile(r"-?[0-9]{1,13}(?:\.[0-9]{1,6})?")
# Overrides of the writing direction: with them a text shows other words than it holds.
TURNERS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def unseen(text: str, breaks: bool = False) -> bool:
    """Has the text signs that nobody sees and that hide what it says: control signs, half characters, overrides of the
    writing direction? With `breaks`, ends of lines and tabs are fine."""
    fine = "\n\t" if breaks else ""
    return any(c in TURNERS or (unicodedata.category(c) in ("Cc", "Cs") and c not in fine) for c in text)


class _Twice(ValueError):
    pass


class _NoNumber(ValueError):
    pass


def _no_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise _Twice(name)
        found[name] = value
    return found


def _no_constant(name: str) -> Any:
    raise _NoNumber(name)


def parse(data: bytes | str) -> Any:
    """JSON text as Python objects, more strictly than the standard library: no member twice in one object, no NaN.

    Raises BadForm with a single fault.
    """

    def bad(sentence: Text) -> BadForm:
        return BadForm([Fault("", sentence)])

    if len(data) > LIMITS.bytes:
        raise bad(_l("The document is larger than %(n)s bytes.", n=LIMITS.bytes))
    try:
        text = data.decode("utf-8") if isinstance(data, bytes) else data
        return json.loads(text, object_pairs_hook=_no_twice, parse_constant=_no_constant)
    except UnicodeDecodeError:
        raise bad(_l("The document is not text in UTF-8.")) from None
    except _Twice as error:
        raise bad(_l("“%(name)s” stands twice in the same object.", name=str(error)[:40])) from None
    except _NoNumber as error:
        raise bad(_l("“%(name)s” is not a number in JSON.", name=str(error))) from None
    except json.JSONDecodeError as error:
        raise bad(
            _l("This is not JSON: line %(line)s, column %(column)s.", line=error.lineno, column=error.colno)
        ) from None
    except (RecursionError, ValueError):  # thousands of brackets, or of digits
        raise bad(_l("The document goes too deep, or has a number that is too long.")) from None


def too_deep(document: Any, most: int = LIMITS.depth) -> bool:
    """Are there more than so many lists and objects in each other? Does not recurse itself."""
    level = [document]
    for _step in range(most + 1):
        level = [
            one
            for part in level
            for one in (part.values() if isinstance(part, Mapping) else part if isinstance(part, list) else ())
            if isinstance(one, (Mapping, list))
        ]
        if not level:
            return False
    return True


def step(at: str, name: str | int) -> str:
    """A JSON pointer one step further (RFC 6901: ~ and / are written ~0 and ~1)."""
    return f"{at}/{str(name).replace('~', '~0').replace('/', '~1')}"


class Reading:
    """Reads parts and collects faults. What could not be read comes back as None or empty, and reading goes on."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.languages: tuple[str, ...] = ()

    def wrong(self, at: str, sentence: Text) -> None:
        """Note a fault; the same place is not blamed for the same thing twice."""
        fault = Fault(at, sentence)
        if len(self.faults) < LIMITS.faults and fault not in self.faults:
            self.faults.append(fault)

    def members(self, at: str, value: Any, must: Collection[str], may: Collection[str] = ()) -> Mapping[str, Any]:
        """An object with these members and no others."""
        if not isinstance(value, Mapping):
            self.wrong(at, _l("An object in curly brackets is needed here."))
            return {}
        for name in must:
            if name not in value:
                self.wrong(at, _l("“%(name)s” is missing here.", name=name))
        for name in value:
            if name not in must and name not in may:
                self.wrong(step(at, name), _l("“%(name)s” is not known here.", name=str(name)[:40]))
        return value

    def items(self, at: str, value: Any, most: int, least: int = 1) -> list[Any]:
        """A list of a bounded length."""
        if not isinstance(value, list):
            self.wrong(at, _l("A list in square brackets is needed here."))
            return []
        if len(value) < least:
            self.wrong(at, _n("At least %(n)s entry is needed here.", "At least %(n)s entries are needed here.", least))
        if len(value) > most:
            self.wrong(at, _n("At most %(n)s entry can stand here.", "At most %(n)s entries can stand here.", most))
        return value[:most]

    def string(self, at: str, value: Any, shape: Pattern[str] | None = None, sentence: Text | None = None) -> str:
        """A short text of a given shape."""
        if not isinstance(value, str):
            self.wrong(at, _l("A text in quotation marks is needed here."))
            return ""
        if shape is not None and not shape.fullmatch(value):
            assert sentence is not None
            self.wrong(at, sentence)
            return ""
        return value

    def one_of(self, at: str, value: Any, names: Iterable[str]) -> str:
        """One of a few names."""
        known = list(names)
        if isinstance(value, str) and value in known:
            return value
        self.wrong(at, _l("Only these can stand here: %(list)s.", list=", ".join(known)))
        return ""

    def flag(self, at: str, value: Any) -> bool:
        """true or false."""
        if not isinstance(value, bool):
            self.wrong(at, _l("true or false is needed here."))
            return False
        return value

    def whole(self, at: str, value: Any, low: int, high: int) -> int | None:
        """A whole number from `low` to `high`."""
        if not isinstance(value, int) or isinstance(value, bool):
            self.wrong(at, _l("A whole number is needed here."))
            return None
        if not low <= value <= high:
            self.wrong(at, _l("It must be from %(low)s to %(high)s.", low=low, high=high))
            return None
        return value

    def exact(self, at: str, value: Any, most: int = LIMITS.number) -> Decimal | None:
        """A whole number, or one with decimals as a text."""
        whole = isinstance(value, int) and not isinstance(value, bool)
        if not whole and not (isinstance(value, str) and _DECIMAL.fullmatch(value)):
            self.wrong(at, _l('A number is needed here. Decimals stand in quotation marks and stay exact: "0.15".'))
            return None
        if abs(Decimal(value)) > most:
            self.wrong(at, _l("It must be from %(low)s to %(high)s.", low=-most, high=most))
            return None
        return Decimal(value)

    def words(self, at: str, value: Any, most: int = LIMITS.label) -> Words:
        """A text in every language of the form, and in no other."""
        if not isinstance(value, Mapping):
            self.wrong(at, _l("An object with one text per language is needed here."))
            return {}
        for language in self.languages:
            if language not in value:
                self.wrong(at, _l("The text in this language is missing: %(language)s.", language=_name(language)))
        for language, text in value.items():
            here = step(at, language)
            if language not in self.languages:
                self.wrong(
                    here, _l("The form does not speak this language: %(language)s.", language=str(language)[:12])
                )
            elif not isinstance(text, str) or not text.strip():
                self.wrong(here, _l("A text in quotation marks is needed here."))
            elif len(text) > most:
                self.wrong(here, _n("Use at most %(n)s character.", "Use at most %(n)s characters.", most))
            elif unseen(text, breaks=True):
                self.wrong(here, _l("This text has signs that cannot be shown. Take them out."))
        return value


def _name(language: str) -> str:
    """A language's own name with its code, as far as the code is one."""
    try:
        return f"{i18n.own_name(language)} ({language})"
    except (UnknownLocaleError, ValueError):
        return language
