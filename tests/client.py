"""A test client that checks the HTML of every page it fetches: strict parsing once per page and status, and each time
one h1, a title that names it, language and direction, unique ids, labelled fields, forms with a token."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import html5lib
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

_seen: set[tuple[str, int]] = set()


class PageError(AssertionError):
    """A page that a browser would mend in silence."""


class Page:
    """A fetched page: its text, and what a person would look for."""

    def __init__(self, response: TestResponse) -> None:
        self.response = response
        self.status = response.status_code
        readable = response.mimetype.startswith("text/") or response.mimetype.endswith(("json", "xml"))
        self.html = response.get_data(as_text=True) if readable else ""
        self.url = response.request.path

    @property
    def text(self) -> str:
        """The words on the page."""
        bare = re.sub(r"<(script|style)\b.*?</\1>", " ", self.html, flags=re.S)
        return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", bare))).strip()

    @property
    def token(self) -> str:
        """The CSRF token of the page's first form.

        Raises PageError where there is none.
        """
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', self.html)
        if not found:
            raise PageError(f"no form with a token on {self.url}")
        return unescape(found.group(1))

    def fields(self) -> dict[str, str]:
        """Names and values of hidden fields, to send a form as a browser would."""
        found = re.findall(r"<input[^>]*type=\"hidden\"[^>]*>", self.html)
        pairs = ((re.search(r'name="([^"]*)"', f), re.search(r'value="([^"]*)"', f)) for f in found)
        return {unescape(n.group(1)): unescape(v.group(1)) if v else "" for n, v in pairs if n}

    def __contains__(self, words: str) -> bool:
        return words in self.text or words in self.html


class Client:
    """Follows links and sends forms; fails at the first page that is not clean."""

    def __init__(self, app: Any) -> None:
        self.app = app
        self.http: FlaskClient = app.test_client()
        self.host = "127.0.0.1:8000"
        self.scheme = "http"

    def get(self, url: str, *, follow: bool = True, **kwargs: Any) -> Page:
        """GET as a browser."""
        return self._page(self.http.get(url, follow_redirects=follow, base_url=self.base, **kwargs))

    def post(self, url: str, data: dict[str, Any] | None = None, *, token: bool = True, follow: bool = True,
             page: str | None = None, **kwargs: Any) -> Page:  # fmt: skip
        """POST a form; its CSRF token is fetched from `page` (by default the same address) unless given."""
        data = dict(data or {})
        if token and "csrf_token" not in data:
            data["csrf_token"] = self.get(page or url).token
        return self._page(self.http.post(url, data=data, follow_redirects=follow, base_url=self.base, **kwargs))

    @property
    def base(self) -> str:
        """The site's address, as the browser has it."""
        return f"{self.scheme}://{self.host}"

    def _page(self, response: TestResponse) -> Page:
        page = Page(response)
        # a redirect's body is Werkzeug's own and never shown
        if response.mimetype == "text/html" and page.html.strip() and not 300 <= page.status < 400:
            check(page, response.request.endpoint if hasattr(response.request, "endpoint") else None)
        return page


def check(page: Page, endpoint: str | None = None) -> None:
    """Raise PageError for a page that is not clean."""
    html = page.html
    if "<html" not in html:
        if page.status in {301, 302, 303, 307, 308}:
            return
        raise PageError(f"{page.url}: not a whole page")
    if not re.search(r'<html[^>]*\blang="[a-z-]+"', html) or not re.search(r'<html[^>]*\bdir="(ltr|rtl)"', html):
        raise PageError(f"{page.url}: lang or dir missing")
    headings = re.findall(r"<h1\b[^>]*>(.*?)</h1>", html, flags=re.S)
    if len(headings) != 1:
        raise PageError(f"{page.url}: {len(headings)} h1")
    title = re.search(r"<title>(.*?)</title>", html, flags=re.S)
    words = _plain(headings[0])
    if title is None or words not in _plain(title.group(1)):
        raise PageError(f"{page.url}: the title {title and title.group(1)!r} does not name the page ({words!r})")
    ids = re.findall(r'\sid="([^"]*)"', html)
    twice = {i for i in ids if ids.count(i) > 1}
    if twice:
        raise PageError(f"{page.url}: ids twice: {twice}")
    for target in re.findall(r'\saria-(?:describedby|labelledby|controls)="([^"]*)"', html):
        lost = set(target.split()) - set(ids)
        if lost:
            raise PageError(f"{page.url}: aria points at nothing: {lost}")
    labels = set(re.findall(r'<label[^>]*\bfor="([^"]*)"', html))
    for field in re.findall(r"<(?:input|select|textarea)\b[^>]*>", html):
        kind = re.search(r'type="([^"]*)"', field)
        if kind and kind.group(1) in {"hidden", "submit", "image"}:
            continue
        own = re.search(r'\sid="([^"]*)"', field)
        if "aria-label" not in field and (own is None or own.group(1) not in labels):
            raise PageError(f"{page.url}: a field without a label: {field[:120]}")
    for form in re.findall(r"<form\b.*?</form>", html, flags=re.S):
        if re.match(r'<form[^>]*method="post"', form, flags=re.I) and "csrf_token" not in form:
            raise PageError(f"{page.url}: a form without a token")
    if re.search(r"<[^>]+\s(?:style|on[a-z]+)=", html):
        raise PageError(f"{page.url}: inline style or handler")
    if "%(" in page.text or "Undefined" in page.text:
        raise PageError(f"{page.url}: an unfilled place in a sentence")
    key = (endpoint or re.sub(r"\d+", "0", page.url), page.status)
    if key not in _seen:
        _seen.add(key)
        parser = html5lib.HTMLParser(strict=False)
        parser.parse(html)
        faults = [str(e) for e in parser.errors if "self-closing" not in str(e[1])]
        if faults:
            raise PageError(f"{page.url}: {faults[:3]}")


def _plain(html: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", "", html))).strip()
