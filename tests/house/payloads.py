"""Forty pieces of script in disguise, put wherever a person's words stand, and what a page may look like with them.

A page of the house is written in a narrow way: each "<" begins a tag of one of a few names, attributes stand in double
quotes with nothing that would have to be read twice. `faults` holds a page to that, so that no browser can read it in
another way than the next, and says what in it would run or fetch something."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from html import unescape
from itertools import cycle, islice
from typing import Any

from sqlalchemy import JSON, Enum, String, Text, literal_column, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.base import markdown
from portal.base.tables import Base
from portal.paths import shipped

PAYLOADS: tuple[str, ...] = (
    # script elements, whole, broken out of what stands around them, and nested
    "<script>xss(1)</script>",
    '"><script src=//xss.example/2></script>',
    "</script><script>xss(3)</script>",
    "<<script>xss(4)//<</script>",
    '<img """><script>xss(5)</script>">',
    "</textarea></title></style><script>xss(6)</script>",
    # handlers of events
    "<img src=x onerror=xss(7)>",
    "<svg/onload=xss(8)>",
    "<svg><script>xss(9)</script></svg>",
    '" onfocus=xss(10) autofocus x="',
    "' onmouseover='xss(11)",
    "` onmouseover=xss(12) `",
    "<img/src=x\x0conerror=xss(13)>",
    "<details open ontoggle=xss(14)>",
    # links and pictures of Markdown
    "[a](javascript:xss(15))",
    "![a](javascript:xss(16))",
    "<javascript:xss(17)>",
    "[a][r18]\n\n[r18]: javascript:xss(18)\n\n",
    "[a](data:text/html,<script>xss(19)</script>)",
    "[a](JaVaScRiPt&#58;xss(20))",
    "[a](java&Tab;script:xss(21))",
    '[a](https://x.example "\\" onclick=xss(22) x=\\"")',
    '[a](https://x.example/"onclick="xss(23))',
    "[<img src=x onerror=xss(24)>](https://x.example)",
    # entities that a second reading would turn into tags
    "&lt;script&gt;xss(25)&lt;/script&gt;",
    "&#60;img src=x onerror=xss(26)&#62;",
    '<a href="&#106;avascript:xss(27)">a</a>',
    # what one parser reads in another way than the next
    "<math><mtext><table><mglyph><style><img src=x onerror=xss(28)>",
    '<svg></p><style><a id="</style><img src=x onerror=xss(29)>">',
    "--><img src=x onerror=xss(30)><!--",
    "]]><script>xss(31)</script><![CDATA[",
    "\uff1cscript\uff1exss(32)\uff1c/script\uff1e\u2028xss\u2029\u202exss",
    # elements that fetch, lead away or send a form elsewhere
    '<iframe srcdoc="<script>xss(33)</script>">',
    "<button form=f formaction=javascript:xss(34)>",
    "<style>*{background:url(//xss.example/35)}</style>",
    '<meta http-equiv=refresh content="0;url=javascript:xss(36)">',
    "<base href=//xss.example/37/><link rel=stylesheet href=//xss.example/37>",
    # sentences and templates that are filled in, tables, calendars, headers, names of files
    "{{7*7}}xss38 {%xss%} ${7*7} %(xss)s %s {0} {xss}",
    '=HYPERLINK("//xss.example/39") @xss',
    '\r\nBEGIN:VALARM\r\nSet-Cookie: xss=40\r\n\r\n"; filename="xss.html',
)
FILLED_IN = "49xss38"  # what the template engine would have made of one of them


# --- wherever words stand ---------------------------------------------------------------------------------------------

# Columns whose texts no person writes, or writes only in a fixed form: addresses, keys, names of files and forms, what
# a provider or another machine says. Every other column of eighty characters or more is filled: a new one, too.
MACHINE = {
    "announcement.dedup", "announcement.notice", "announcement.endpoint", "budget.slug", "call.slug", "consent.name",
    "contact.value_folded", "count_run.backup", "count_run.first_draw", "data_export.name", "data_request.about",
    "fact.acr", "fact.name", "fact.source", "fact.value", "identity.issuer", "identity.sub", "job.dedup", "kept_draft.path",
    "letter_batch.file", "look.page", "look.object_id", "mail_code.value", "mail_code.value_folded", "mark.name",
    "message.dedup", "message.endpoint", "message.notice", "outbox.message_id", "outbox.unsubscribe", "outbox.html",
    "page.slug", "paper.code_sealed", "paper_signer.pem", "participation.claim", "person.name_folded",
    "plain_ballot.choice", "project_card.sort_key", "search_text.body", "sign_in.acr", "sign_in.amr", "sign_in.id_token",
    "sign_in.issuer", "sign_in.sid", "sign_in.sub", "subscriber.email_folded", "tombstone.record",
    "used_logout_token.issuer", "used_logout_token.jti", "vote.lots", "vote.lists", "vote.outcome", "vote.regulation",
    "audit_entry.object_id", "audit_entry.before", "audit_entry.after", "workshop.slug", "workshop_session.uid",
    "service.slug", "service_bank_line.key", "service_fee_entry.key", "service_file.field", "service_file.media_type",
}  # fmt: skip
SHORT = {"idea.paper_number"}  # and columns with less room that people write in
# Words among other values: only texts that stand at the top are filled, and not under these names.
VALUES = {
    "announcement.values", "message.values", "moderation_decision.texts_before", "vote.titles", "idea_draft.data",
    "budget.language_reasons", "project.source_row", "paper.lines",
}  # fmt: skip
KEYS = {"language", "lang", "step", "key", "state", "code"}


@cache
def columns() -> list[tuple[Any, Any, int]]:
    """(table, column, room) for each column that holds words; the room is 0 where there is no end."""
    found = []
    for table in Base.metadata.sorted_tables:
        for column in table.c:
            if isinstance(column.type, Enum) or not isinstance(column.type, (String, Text)):
                continue
            name, room = f"{table.name}.{column.name}", column.type.length or 0
            if name in SHORT or (name not in MACHINE and not 0 < room < 80):
                found.append((table, column, room))
    return found


def mark(number: int) -> str:
    """A sign by which a page tells which column it shows."""
    return f"c{number}z"


def chunk(room: int, start: int, sign: str) -> tuple[str, int]:
    """As many payloads as there is room for, from the one with this number on (in a circle), with a sign at the end;
    and how many those are. One for which there is never room is cut off."""
    text, count = "", 0
    for one in islice(cycle(PAYLOADS), start % len(PAYLOADS), start % len(PAYLOADS) + len(PAYLOADS)):
        if room and len(text) + len(one) + 1 + len(sign) > room:
            return (text + sign, count) if count else (f"{one[: room - len(sign) - 1]} {sign}", 1)
        text, count = f"{text}{one} ", count + 1
    return text + sign, count


def fill(s: Session, done: dict[int, int]) -> set[int]:
    """Write the next payloads into every column. `done`: how many each has had, by number of the column; the answer are
    the columns that had not had them all."""
    fresh, first = set(), not done
    for number, (table, column, room) in enumerate(columns()):
        if done.get(number, 0) >= len(PAYLOADS):
            continue
        text, count = chunk(room, done.get(number, 0), mark(number))
        done[number] = done.get(number, 0) + count
        fresh.add(number)
        if column.name.endswith("html"):
            # what is printed as it is comes from the renderer, as when somebody writes it
            s.execute(update(table).where(column != literal_column("''")).values({column: markdown.render(text)}))
        else:
            _set(s, table, column, text)
    for table in Base.metadata.sorted_tables:
        for column in table.c:
            if first and f"{table.name}.{column.name}" in VALUES and isinstance(column.type, JSON):
                _fill_values(s, table, column)
    return fresh


def _set(s: Session, table: Any, column: Any, text: str) -> None:
    """Fill a column, also where nobody has written anything yet; what a rule of the database keeps empty stays so."""
    try:
        with s.begin_nested():
            s.execute(update(table).values({column: text}))
    except IntegrityError:
        s.execute(update(table).where(column != literal_column("''")).values({column: text}))


def _fill_values(s: Session, table: Any, column: Any) -> None:
    key = next(iter(table.primary_key.columns))
    for row in s.execute(select(key, column)).all():
        if row[1]:
            s.execute(update(table).where(key == row[0]).values({column: _filled(row[1])}))


def _filled(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _words(k, v) for k, v in value.items()}
    if isinstance(value, list):
        return [_filled(one) if isinstance(one, (dict, list)) else _words("", one) for one in value]
    return value


def _words(name: str, value: Any) -> Any:
    if not isinstance(value, str) or name in KEYS or re.fullmatch(r"[\d.:T+-]*", value):
        return value
    return " ".join(PAYLOADS)


# --- what a page may look like ----------------------------------------------------------------------------------------

_ATTRIBUTE = r'\s+[a-zA-Z][-a-zA-Z:]*(?:="[^"<>]*")?'
_TAG = re.compile(rf"<(?:!DOCTYPE html|/([a-z][a-z0-9]*)|([a-z][a-zA-Z0-9]*)((?:{_ATTRIBUTE})*)\s*/?)>")
_PIECE = re.compile(r"<[^<>]*>")  # no tag of ours has either sign in it
_PAIR = re.compile(r'\s+([^\s="]+)(?:="([^"]*)")?')
_ADDRESSES = {
    "href",
    "src",
    "action",
    "formaction",
    "poster",
    "data",
    "cite",
    "ping",
    "srcset",
    "background",
    "xlink:href",
}
_RUNS = re.compile(r"<(script|style)\b[^>]*>(.*?)</\1>", re.S)
_CONTROL = re.compile(r"[\x00-\x20\x7f]")
# No part of a page's text, whatever a template says.
NEVER = {"iframe", "object", "embed", "applet", "base", "math", "style", "frame", "frameset", "animate"}


@cache
def known_tags() -> frozenset[str]:
    """The names of tags that the templates, the renderer of texts and the drawings write."""
    found = {"p", "strong", "em", "a", "blockquote", "code", "pre", "hr", "br", "ul", "ol", "li", "h4", "h5"}
    sources = [*shipped("templates").rglob("*.html"), *(shipped("templates").parent / "portal").rglob("*.py")]
    for path in sources:
        found |= set(re.findall(r"<([a-z][a-zA-Z0-9]*)[\s>{]", path.read_text("utf-8")))
    return frozenset(found) - NEVER


def faults(html: str, host: str) -> list[str]:
    """What is wrong with a page: a "<" that begins no tag of the house, something that would run, or fetch from
    elsewhere."""
    found: list[str] = []
    rest = 0
    for tag in _PIECE.finditer(html):
        at = html.find("<", rest, tag.start())
        if at >= 0:
            found.append(_no_tag(html[at:]))
        rest = tag.end()
        found += _tag(tag[0], host)
    if "<" in html[rest:]:
        found.append(_no_tag(html[html.index("<", rest) :]))
    found += [f"it would run: {inside[:120]!r}" for _name, inside in _RUNS.findall(html) if inside.strip()]
    if FILLED_IN in html:
        found.append("a template was filled in by a reader's words")
    return found


def _no_tag(html: str) -> str:
    return f"no tag of the house: {html[:120]!r}"


@lru_cache(maxsize=1 << 17)  # most tags of a page stand on others, too
def _tag(piece: str, host: str) -> tuple[str, ...]:
    """What is wrong with what stands between "<" and the next ">"."""
    tag = _TAG.fullmatch(piece)
    if tag is None:
        return (_no_tag(piece),)
    found: list[str] = []
    name = (tag[1] or tag[2] or "").lower()
    if tag[2] and tag[2] not in known_tags():
        found.append(f"an element of no template: {piece[:120]!r}")
    if name:
        for key, value in _PAIR.findall(tag[3] or ""):
            found += _attribute(piece, name, key.lower(), unescape(value), host)
    return tuple(found)


def _attribute(tag: str, name: str, key: str, value: str, host: str) -> list[str]:
    if key.startswith("on") or key in {"style", "srcdoc"} or "xss" in key:
        return [f"an attribute that no template writes: {key} in {tag[:120]!r}"]
    if key == "http-equiv" and value.lower() != "refresh":
        return [f"a header in the page: {tag[:120]!r}"]
    if key not in _ADDRESSES:
        return []
    bare = _CONTROL.sub("", value)
    scheme = re.match(r"([a-zA-Z][a-zA-Z0-9+.-]*):", bare)
    if scheme and scheme[1].lower() not in {"http", "https", "mailto", "tel"}:
        return [f"an address that runs: {tag[:160]!r}"]
    away = re.match(r"(?:https?:)?[/\\]{2}([^/?#]*)", bare)
    if name != "a" and away and away[1] != host:
        return [f"fetched from elsewhere: {tag[:160]!r}"]
    return []


def seen(text: str) -> set[int]:
    """The columns whose signs stand on a page."""
    return {int(number) for number in re.findall(r"c(\d+)z", text)}


def tree_faults(root: Any) -> list[str]:
    """The same of what a browser's parser made of the page (an ElementTree of html5lib)."""
    found = []
    for one in root.iter():
        if not isinstance(one.tag, str):
            if "xss" in str(one.text):
                found.append(f"words in a comment: {str(one.text)[:80]!r}")
            continue
        name = one.tag.rsplit("}", 1)[-1]
        if name not in known_tags() and name not in {"tbody", "html", "head", "body"}:
            found.append(f"the parser made <{name}> of it")
        if name == "script" and ((one.text or "").strip() or not one.get("src", "").startswith("/static/")):
            found.append(f"a script of nobody: {one.attrib}")
        found += [f"the parser found {key} at <{name}>" for key in one.attrib if key.startswith("on") or "xss" in key]
    return found


def told(words: Iterable[str]) -> str:
    """A few faults as a sentence for the test's failure."""
    listed: Sequence[str] = list(dict.fromkeys(words))
    return json.dumps(listed[:12], ensure_ascii=False, indent=1) + (
        f" … {len(listed)} in all" if len(listed) > 12 else ""
    )
