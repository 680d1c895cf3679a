"""QR codes as drawings: inline in pages, and as an address of data for papers."""

from __future__ import annotations

import segno
from markupsafe import Markup


def svg(text: str, title: str, *, utf8: bool = False) -> Markup:
    """A QR code as inline SVG for pages and print-outs; `title` says what it leads to, for those who do not see it.
    `utf8`: the text names UTF-8 as its encoding, so that the smallest one that fits will not do.

    The drawing holds no style attribute, which the content policy would stop. Scales with CSS (class fm-qr).
    """
    code = segno.make_qr(text, error="m", encoding="utf-8" if utf8 else None)
    width, _height = code.symbol_size(scale=1, border=4)
    path = "".join(
        f"M{column + 4} {row + 4}h1v1h-1z"
        for row, line in enumerate(code.matrix)
        for column, dark in enumerate(line)
        if dark
    )
    return Markup(
        '<svg class="fm-qr" role="img" viewBox="0 0 {0} {0}" width="{1}" height="{1}" focusable="false">'
        '<title>{2}</title><rect width="{0}" height="{0}" fill="#fff"/><path d="{3}"/></svg>'
    ).format(width, width * 4, title, path)


def data(text: str) -> str:
    """A QR code as a data: address, for an img on a paper."""
    return segno.make_qr(text, error="m").svg_data_uri(border=4, xmldecl=False)
