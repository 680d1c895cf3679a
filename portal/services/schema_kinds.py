"""The kinds of questions: which members each has in the document, and the small named lists that staff choose from.

There are no free regular expressions, file types or sources of prefilled answers: a list of names is all that an author
can choose from, so a form can neither stall the server nor fetch what it should not.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from portal.base.i18n import Text, _l

# Members that every field may have, beside those of its kind. An information text asks nothing and has none of them.
COMMON = ("help", "required", "condition", "prefill", "secret")

# kind -> its own members. A `!` marks those that must be there.
KINDS: Mapping[str, tuple[str, ...]] = {
    "text": ("min_length", "max_length", "pattern"),
    "long_text": ("min_length", "max_length"),
    "name": (),
    "address": (),
    "date": ("earliest", "latest"),
    "month": ("earliest", "latest"),
    "number": ("min", "max", "step", "unit"),
    "money": ("min", "max"),
    "iban": (),
    "choice": ("options!",),
    "choices": ("options!", "min_choices", "max_choices"),
    "yes_no": (),
    "email": (),
    "telephone": (),
    "plate": (),
    "table": ("columns!", "min_rows", "max_rows"),
    "file": ("accept!", "max_mb", "max_files"),
    "on_behalf": (),
    "declaration": (),
    "information": (),
}
COLUMN_KINDS = ("text", "date", "month", "number", "money", "choice", "yes_no")
ORDERED = ("number", "money", "date", "month")  # what `above` and `below` can compare
NUMERIC = ("number", "money")  # what a computed value can count with
ONE_OF = ("choice", "choices")

# Shapes that a line of text can be asked for: the whole answer must fit, and the sentence says what fits.
# All of them run in linear time.
PATTERNS: Mapping[str, tuple[re.Pattern[str], Text]] = {
    "digits": (re.compile(r"[0-9]+"), _l("Use digits only.")),
    "postcode": (re.compile(r"[A-Za-z0-9][A-Za-z0-9 -]{1,9}"), _l("Enter a postcode such as 10115.")),
    "company": (
        re.compile(r"[A-Za-z0-9][A-Za-z0-9 ./-]{3,19}"),
        _l("Enter the number under which the company is registered, such as 12345678."),
    ),
    "plot": (
        re.compile(r"[0-9]{1,5}:[0-9]{1,3}:[0-9]{1,4}"),
        _l("Enter the number of the plot as it stands in the land register, such as 78401:101:0023."),
    ),
    "reference": (
        re.compile(r"[A-Za-z0-9][A-Za-z0-9 /.-]{2,29}"),
        _l("Enter the reference as it stands on the letter, such as B-2027/114."),
    ),
    "website": (
        re.compile(r"https?://[A-Za-z0-9.-]{3,120}(?:/[!-~]{0,200})?"),
        _l("Enter the address of a website, such as https://example.org."),
    ),
}

# Where an answer can be taken from, and which kinds take it. `person` is what the person told the portal, `register`
# what the city's register says.
SOURCES: Mapping[str, tuple[str, ...]] = {
    "person.name": ("name",),
    "person.residence": ("address",),
    "person.email": ("email",),
    "person.telephone": ("telephone",),
    "register.name": ("name",),
    "register.residence": ("address",),
    "register.birth_date": ("date",),
    "register.number": ("text",),
}

# Files that can be asked for: short name -> media type. What arrives is looked at again by its content.
FILES: Mapping[str, str] = {
    "pdf": "application/pdf",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
    "odt": "application/vnd.oasis.opendocument.text",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}

# Why somebody applies for another person.
GROUNDS: Mapping[str, Text] = {
    "parent": _l("I am their parent"),
    "guardian": _l("I am their guardian"),
    "mandate": _l("They gave me a mandate"),
    "organisation": _l("I act for an organisation"),
}
FOR_ME, FOR_OTHER = "self", "other"
WHO: Mapping[str, Text] = {FOR_ME: _l("For myself"), FOR_OTHER: _l("For another person")}


@dataclass(frozen=True, slots=True)
class Limits:
    """How large a document and its parts can be."""

    bytes: int = 1_000_000
    depth: int = 24  # of the whole document
    nesting: int = 8  # of one condition or computed value
    parts: int = 60  # objects in one condition or computed value
    pages: int = 40
    fields: int = 300
    languages: int = 20
    options: int = 200
    columns: int = 12
    rows: int = 200
    values: int = 60
    charges: int = 40
    papers: int = 40
    label: int = 400
    help: int = 4000
    text: int = 300  # of an answer in one line, where the form says nothing
    long_text: int = 4000
    longest_text: int = 20_000
    number: int = 10**12
    cents: int = 10**13
    megabytes: int = 50
    files: int = 20
    faults: int = 200  # after so many, reading stops naming more


LIMITS = Limits()
DECIMALS = 2  # of a number's step: with three, 1,500 would have two meanings
KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
# Names of controls that a form's page has of its own.
RESERVED = frozenset(
    {"check", "csrf_token", "submit", "action", "next", "page", "lang", "save", "code", "draft", "version"}
)
NAME = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})?")
DAY = re.compile(r"(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})|today(?P<off>[+-][0-9]{1,5})?")
MONTH = re.compile(r"[0-9]{4}-(?:0[1-9]|1[0-2])")
OPTION = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")


def own_members(kind: str) -> tuple[set[str], set[str]]:
    """(must be there, may be there) beside key, kind and label, for a field of this kind."""
    own = KINDS[kind]
    must = {name[:-1] for name in own if name.endswith("!")}
    if kind == "information":
        return must, {"help", "condition"}
    may = {name for name in own if not name.endswith("!")} | set(COMMON)
    if kind == "declaration":  # a declaration that need not be given is none
        may.discard("required")
    if kind in ("declaration", "on_behalf", "table", "file"):
        may.discard("prefill")
    return must, may
