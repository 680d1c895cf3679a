"""Pages on their way out: packed where that gives nothing away.

A packed answer's length tells how often a guess repeats what the page holds (BREACH, breachattack.com). A page made
for a browser with a session holds secrets (a CSRF token, a name, a ballot), so it is never packed. Without a session
there is nothing to guess. Static files are packed ahead of time (portal/assets/build.py).
"""

from __future__ import annotations

import gzip
import hashlib

from flask import Flask, Response, request

from portal.base import ground

TYPES = frozenset({"text/html", "text/css", "image/svg+xml"})
LEVEL = 6
SMALL = 500  # bytes: below, the header costs more than the packing saves


def _pack(response: Response) -> Response:
    if response.mimetype not in TYPES or response.is_streamed or response.direct_passthrough:
        return response
    response.vary.add("Accept-Encoding")
    if "Content-Encoding" in response.headers or response.status_code in {204, 304} or request.method == "HEAD":
        return response
    same_for_all = response.cache_control.public
    if not same_for_all and (ground.settings().cookie in request.cookies or response.cache_control.no_store):
        return response
    if request.method == "GET" and response.status_code == 200 and _known(response):
        return response
    if request.accept_encodings.quality("gzip") <= 0 or len(body := response.get_data()) < SMALL:
        return response
    response.set_data(gzip.compress(body, LEVEL, mtime=0))
    response.headers["Content-Encoding"] = "gzip"
    return response


def _known(response: Response) -> bool:
    """Mark the page, and answer 304 without a body where the browser has this very page. The mark is weak: packed and
    plain it is the same page. Only pages without a person in them come here."""
    response.set_etag(hashlib.blake2b(response.get_data(), digest_size=12).hexdigest(), weak=True)
    if not request.if_none_match.contains_weak(response.get_etag()[0] or ""):
        return False
    response.set_data(b"")
    response.status_code = 304
    for name in ("Content-Length", "Content-Type"):
        response.headers.pop(name, None)
    return True


def install(app: Flask) -> None:
    """Put packing on the application. It must be installed before whatever sets the cache headers: Flask calls what
    was registered last first."""
    app.after_request(_pack)
