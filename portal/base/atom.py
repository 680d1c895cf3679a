"""Atom feeds (RFC 4287) of public lists."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from xml.etree import ElementTree

from flask import Response

from portal.base import ground, i18n, outside
from portal.base.feature import News

_NS = "http://www.w3.org/2005/Atom"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
ElementTree.register_namespace("", _NS)


def _put(parent: ElementTree.Element, name: str, text: str = "", **attributes: str) -> ElementTree.Element:
    made = ElementTree.SubElement(parent, f"{{{_NS}}}{name}", attributes)
    if text:
        made.text = "".join(sign for sign in text if sign >= " " or sign in "\n\t")
    return made


def feed(entries: Sequence[News], *, uid: str, title: str, here: str, page: str, lang: str) -> bytes:
    """The feed as XML. `here` is its own address, `page` that of the same list for people."""
    root = ElementTree.Element(f"{{{_NS}}}feed", {_LANG: lang})
    newest = max((one.updated for one in entries), default=datetime(2000, 1, 1, tzinfo=UTC))
    _put(root, "id", uid)
    _put(root, "title", title)
    _put(root, "updated", _stamp(newest))
    _put(root, "link", rel="self", type="application/atom+xml", href=here)
    _put(root, "link", rel="alternate", type="text/html", href=page)
    _put(_put(root, "author"), "name", ground.settings().city.name)
    for one in entries:
        made = _put(root, "entry")
        if one.lang and one.lang != lang:
            made.set(_LANG, one.lang)
        _put(made, "id", f"{uid}#{one.uid}")
        _put(made, "title", one.title)
        _put(made, "updated", _stamp(one.updated))
        _put(made, "link", rel="alternate", type="text/html", href=outside.absolute(one.endpoint, lang, **one.args))
        if one.summary:
            _put(made, "summary", one.summary)
    return bytes(ElementTree.tostring(root, encoding="utf-8", xml_declaration=True))


def _stamp(when: datetime) -> str:
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def answer(entries: Sequence[News], *, title: str, here: str, page: str) -> Response:
    """The feed in the page's language; everybody gets the same, so it may be kept for a while."""
    base, lang = ground.settings().base_url, i18n.lang()
    made = Response(
        feed(entries, uid=base + here, title=title, here=base + here, page=base + page, lang=lang),
        content_type="application/atom+xml; charset=utf-8",
    )
    made.headers["Cache-Control"] = "public, max-age=300"
    made.headers["Access-Control-Allow-Origin"] = "*"
    made.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return made
