"""The written list: what every paper's file must have before it is given out. Read by pikepdf.

This is our own list and no statement about a standard: whether a file conforms to PDF/A or PDF/UA only a validator can
say, so no paper claims it.
"""

from __future__ import annotations

import importlib
import io
from collections.abc import Iterator
from typing import Any

HEADINGS = {"/H", "/H1", "/H2", "/H3", "/H4", "/H5", "/H6"}


def faults(pdf: bytes, *, lang: str, title: str) -> list[str]:
    """What a signed file lacks; an empty list when it has everything.

    The list: it opens without a password · it is tagged · it says its language · it has its title and shows it ·
    headings are tagged · every picture has words · every font is embedded and can be read back as text · one signature
    field, filled, at the end of the file · no script, no attached file, no link that acts by itself.
    """
    pikepdf = importlib.import_module("pikepdf")
    with pikepdf.open(io.BytesIO(pdf)) as file:
        return list(_faults(file, lang, title))


def _faults(file: Any, lang: str, title: str) -> Iterator[str]:
    root = file.Root
    if file.is_encrypted:
        yield "encrypted"
    if not bool(root.get("/MarkInfo", {}).get("/Marked", False)) or "/StructTreeRoot" not in root:
        yield "not tagged"
        return
    if str(root.get("/Lang", "")) != lang:
        yield "language"
    if str(file.docinfo.get("/Title", "")) != title or not bool(
        root.get("/ViewerPreferences", {}).get("/DisplayDocTitle", False)
    ):
        yield "title"
    elements = list(_elements(root["/StructTreeRoot"]))
    if not any(str(one.get("/S", "")) in HEADINGS for one in elements):
        yield "no heading"
    if any(str(one.get("/S", "")) == "/Figure" and not str(one.get("/Alt", "")) for one in elements):
        yield "a picture without words"
    yield from _fonts(file)
    form = root.get("/AcroForm")
    fields = list(form.get("/Fields", [])) if form is not None else []
    signatures = [one for one in fields if str(one.get("/FT", "")) == "/Sig" and "/V" in one]
    if len(fields) != 1 or len(signatures) != 1:
        yield "signature field"
    if any(name in root for name in ("/OpenAction", "/AA")) or any(
        name in root.get("/Names", {}) for name in ("/JavaScript", "/EmbeddedFiles")
    ):
        yield "acts by itself"


def _elements(node: Any, depth: int = 0) -> Iterator[Any]:
    """Every structure element of the tree, from the top down."""
    pikepdf = importlib.import_module("pikepdf")
    if depth > 60:
        return
    kids = node.get("/K")
    for kid in kids if isinstance(kids, pikepdf.Array) else [] if kids is None else [kids]:
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
            yield kid
            yield from _elements(kid, depth + 1)


def _fonts(file: Any) -> Iterator[str]:
    seen = False
    for page in file.pages:
        for name, font in page.get("/Resources", {}).get("/Font", {}).items():
            seen = True
            inner = font["/DescendantFonts"][0] if "/DescendantFonts" in font else font
            descriptor = inner.get("/FontDescriptor", {})
            if not any(key in descriptor for key in ("/FontFile", "/FontFile2", "/FontFile3")):
                yield f"font {name} is not embedded"
            if "/ToUnicode" not in font:
                yield f"font {name} cannot be read as text"
    if not seen:
        yield "no text"
