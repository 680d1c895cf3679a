"""Pages are packed on the way out, but never one that was made for a browser with a session."""

from __future__ import annotations

import gzip

import pytest

from portal.base import ground
from portal.base.web import Portal
from tests.client import Client

PAGES = ("/en/", "/ar/accessibility", "/en/search?q=bench", "/en/no-such-page")
ASKS = {"Accept-Encoding": "gzip, br;q=0.5"}
BASE = "http://127.0.0.1:8000"


@pytest.mark.parametrize("path", PAGES)
def test_a_page_without_a_session_is_packed(app: Portal, path: str) -> None:
    http = Client(app).http
    plain, packed = http.get(path, base_url=BASE), http.get(path, base_url=BASE, headers=ASKS)
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain.headers
    assert len(packed.data) == int(packed.headers["Content-Length"]) < len(plain.data)
    for answer in (plain, packed):
        assert {"accept-encoding", "cookie"} <= {word.lower() for word in answer.vary}
    if packed.status_code == 200:
        assert gzip.decompress(packed.data) == plain.data


def test_a_page_of_a_session_is_never_packed(app: Portal) -> None:
    http = Client(app).http
    http.set_cookie(ground.settings().cookie, "whatever", domain="127.0.0.1")
    answer = http.get("/en/", base_url=BASE, headers=ASKS)
    assert "Content-Encoding" not in answer.headers


def test_a_page_with_a_token_is_never_packed(app: Portal) -> None:
    answer = Client(app).http.get("/en/accessibility/report", base_url=BASE, headers=ASKS)
    assert b"csrf_token" in answer.data
    assert "Content-Encoding" not in answer.headers


def test_a_page_that_the_browser_has_is_not_sent_again(app: Portal) -> None:
    http = Client(app).http
    first = http.get("/en/", base_url=BASE, headers=ASKS)
    mark = first.headers["ETag"]
    assert mark.startswith('W/"')
    again = http.get("/en/", base_url=BASE, headers={**ASKS, "If-None-Match": mark})
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["ETag"] == mark and again.headers["Cache-Control"] == first.headers["Cache-Control"]
    assert again.vary == first.vary
    assert http.get("/de/", base_url=BASE, headers={"If-None-Match": mark}).status_code == 200
    assert http.get("/en/", base_url=BASE, headers={"If-None-Match": 'W/"other"'}).status_code == 200


def test_a_page_of_a_session_has_no_mark(app: Portal) -> None:
    http = Client(app).http
    mark = http.get("/en/", base_url=BASE).headers["ETag"]
    http.set_cookie(ground.settings().cookie, "whatever", domain="127.0.0.1")
    answer = http.get("/en/", base_url=BASE, headers={"If-None-Match": mark})
    assert answer.status_code == 200 and "ETag" not in answer.headers


def test_who_wants_no_packing_gets_none(app: Portal) -> None:
    for wish in ("identity", "gzip;q=0", "br"):
        answer = Client(app).http.get("/en/", base_url=BASE, headers={"Accept-Encoding": wish})
        assert "Content-Encoding" not in answer.headers, wish


def test_static_files_are_sent_packed(app: Portal) -> None:
    for path in ("/static/css/city.css", "/static/js/page.js", "/static/img/harbour.svg"):
        plain = Client(app).http.get(path, base_url=BASE)
        packed = Client(app).http.get(path, base_url=BASE, headers=ASKS)
        assert packed.headers["Content-Encoding"] == "gzip", path
        assert gzip.decompress(packed.data) == plain.data
        assert "Accept-Encoding" in packed.headers["Vary"]
    assert Client(app).http.get("/static/css/city.css.gz", base_url=BASE).status_code == 404
