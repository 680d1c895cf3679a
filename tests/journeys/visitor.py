"""Somebody with a browser."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, Request, Response

from tests.journeys import looks


class Visitor:
    """A browser of one's own. It notes every script error, every refusal by the content security policy and every
    request to another host; the fixture fails the test for them."""

    def __init__(
        self,
        browser: Browser,
        url: str,
        *,
        lang: str = "en",
        width: int = 1280,
        height: int = 900,
        script: bool = True,
        **more: Any,
    ) -> None:
        self.url, self.lang, self.script = url, lang, script
        self.context: BrowserContext = browser.new_context(
            base_url=url,
            viewport={"width": width, "height": height},
            java_script_enabled=script,
            locale=lang,
            reduced_motion="reduce",
            **more,
        )
        self.context.set_default_timeout(30_000)
        self.complaints: list[str] = []
        self.page: Page = self.context.new_page()
        self.context.on("console", self._console)
        self.context.on("weberror", lambda error: self.complaints.append(f"script error: {error.error}"))
        self.context.on("request", self._request)

    def close(self) -> None:
        """Put the browser away."""
        self.context.close()

    def _console(self, message: ConsoleMessage) -> None:
        # a browser calls each refused page an error of the network; statuses are the tests' own business
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            self.complaints.append(f"console: {message.text}")

    def _request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in {"http", "https"} and parts.netloc != urlsplit(self.url).netloc:
            self.complaints.append(f"another host: {request.url}")

    def go(self, path: str, status: int = 200) -> Visitor:
        """Open an address of the site; the answer must have this status."""
        answered = self.open(path)
        assert answered == status, f"{path}: {answered}"
        return self

    def open(self, path: str) -> int:
        """Open an address of the site, in one's own language where the path names none; returns the status."""
        if not re.match(r"/(en|de|et|fr|pl|ar|files|api|static|demo-idp)(/|$)", path):
            path = f"/{self.lang}{path}"
        answer = self.page.goto(path)
        assert answer is not None
        return answer.status

    def sign_in(self, name: str) -> Visitor:
        """Sign in with the demo's provider as one of its people."""
        self.go("/sign-in")
        self.page.locator("main a[href*='/sign-in/demo']").click()
        self.page.locator(f"main a[href*='persona={name}']").click()
        self.page.wait_for_url(lambda url: "/demo-idp" not in url and "/oidc/" not in url)
        assert self.page.locator(".fm-who form button").count() == 1, self.text
        return self

    @property
    def text(self) -> str:
        """The words in the main part of the page."""
        self.page.wait_for_load_state("domcontentloaded")  # a link's click returns while the next page still arrives
        return self.page.locator("main").inner_text()

    @property
    def heading(self) -> str:
        """The page's one heading of the first level."""
        return self.page.locator("h1").inner_text()

    def button(self, name: str) -> Locator:
        """A button in the main part, by what it says."""
        return self.page.locator("main").get_by_role("button", name=name, exact=True)

    def link(self, name: str) -> Locator:
        """A link in the main part, by what it says."""
        return self.page.locator("main").get_by_role("link", name=name, exact=True)

    def press(self, name: str, status: int = 200) -> Response:
        """Press a button that leads to another page; the answer must have this status in the end."""
        with self.page.expect_navigation() as waited:
            self.button(name).click()
        answer = waited.value
        assert answer.status == status, f"{answer.url}: {answer.status} {self.heading}"
        return answer

    def look(self, *, axe: bool = True) -> Visitor:
        """Look at the page as it stands now; what is wrong with it fails the test when the test has ended."""
        self.page.wait_for_load_state()  # a click on a link returns before the next page has its first element
        found = looks.faults(self.page, self.lang) if axe else looks.faults_without_axe(self.page, self.lang)
        self.complaints += [f"{self.page.url}: {one}" for one in found]
        return self
