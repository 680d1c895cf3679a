"""Looking at a page as people and their machines do: axe, and what axe does not see."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from babel.messages.pofile import read_po

from portal.base import i18n
from portal.base.web import Portal
from portal.paths import shipped
from tests.client import Client
from tests.identity.help import enter

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

WIDE, PHONE = (1280, 900), (360, 740)
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PICTURES = Path(__file__).resolve().parents[1] / "pictures"

# What axe has no rule for. Each finding is one line.
OWN_CHECKS = """
([lang, dir, english]) => {
  const found = [];
  const html = document.documentElement;
  if (html.lang !== lang) found.push(`lang is ${html.lang}`);
  if (html.dir !== dir) found.push(`dir is ${html.dir}`);
  if (html.scrollWidth > innerWidth + 1) {
    const wide = [...document.querySelectorAll('body *')].filter(e => {
      const box = e.getBoundingClientRect();
      return box.width && (box.right > innerWidth + 1 || box.left < -1) && !e.closest('.fm-scroll, details:not([open])');
    }).slice(-3).map(e => `${e.tagName.toLowerCase()}.${e.className}`);
    found.push(`scrolls sideways (${html.scrollWidth} in ${innerWidth}): ${wide.join(' ')}`);
  }
  for (const attribute of ['aria-describedby', 'aria-labelledby', 'aria-controls']) {
    for (const element of document.querySelectorAll(`[${attribute}]`)) {
      for (const id of element.getAttribute(attribute).split(/\\s+/)) {
        if (!document.getElementById(id)) found.push(`${attribute} points at nothing: ${id}`);
      }
    }
  }
  const summary = document.querySelector('.govuk-error-summary');
  if (summary) {
    if (document.activeElement !== summary) found.push('the error summary has no focus');
    for (const link of summary.querySelectorAll('a[href^="#"]')) {
      const target = document.getElementById(link.hash.slice(1));
      if (!target) found.push(`an error leads nowhere: ${link.hash}`);
      else if (!target.matches('input, select, textarea, button')) found.push(`an error leads to no control: ${link.hash}`);
    }
  }
  for (const control of document.querySelectorAll('[class*="--error"]:is(input, select, textarea)')) {
    const ids = (control.getAttribute('aria-describedby') || '').split(/\\s+/);
    const said = ids.map(id => document.getElementById(id)?.textContent || '').join(' ');
    const group = control.closest('fieldset');
    if (!said.trim() && !group) found.push(`an error is not tied to its control: ${control.name}`);
  }
  if (lang !== 'en') {
    const known = new Set(english);
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
      const node = walk.currentNode, text = node.textContent.trim().replace(/\\s+/g, ' ');
      const host = node.parentElement;
      if (!text || host.closest('script, style, code, bdi') || host.closest('[lang]').lang !== lang) continue;
      if (known.has(text)) found.push(`English left: ${text}`);
    }
    for (const element of document.querySelectorAll('[aria-label], [alt], [placeholder]')) {
      for (const name of ['aria-label', 'alt', 'placeholder']) {
        const text = element.getAttribute(name);
        if (text && known.has(text.trim()) && element.closest('[lang]').lang === lang) found.push(`English left: ${text}`);
      }
    }
  }
  return found;
}
"""

AXE_RUN = """
tags => axe.run(document, {runOnly: {type: 'tag', values: tags}, resultTypes: ['violations']}).then(result =>
  result.violations.map(v => `${v.id}: ${v.help} — ` + v.nodes.slice(0, 2).map(n => n.target.join(' ') + ' ' +
    n.html.slice(0, 140)).join(' | ')))
"""


@cache
def axe_source() -> str:
    """axe-core as one script."""
    spec = find_spec("axe_playwright_python")
    assert spec is not None and spec.origin is not None, "the browser group is not installed"
    return (Path(spec.origin).parent / "axe.min.js").read_text("utf-8")


@cache
def english(lang: str) -> tuple[str, ...]:
    """Source sentences without names in them that this language says otherwise: none may stand on its pages."""
    if lang == i18n.SOURCE:
        return ()
    with (Path(shipped("translations")) / lang / "LC_MESSAGES" / "messages.po").open("rb") as file:
        catalogue = read_po(file, locale=lang)
    return tuple(
        str(message.id)
        for message in catalogue
        if message.id and not message.pluralizable and "%" not in str(message.id) and message.string != message.id
    )


class Walker:
    """A person at a browser. Faults of pages are collected in `faults`; `finish` tells them all at once."""

    def __init__(self, app: Portal, base: str, browser: Browser, *, script: bool = True) -> None:
        self.app, self.base = app, base
        self.context = browser.new_context(java_script_enabled=script, reduced_motion="reduce")
        self.page: Page = self.context.new_page()
        self.faults: list[str] = []
        self.left: dict[str, str] = {}
        self.views = 0
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.faults.append(f"{self.page.url}: script: {error}"))
        self.page.on("request", self._asked)

    def _heard(self, message: Any) -> None:
        # A refused form answers 422; Chromium tells that as an error too.
        if message.type == "error" and not re.search(r"status of 4\d\d", message.text):
            self.faults.append(f"{self.page.url}: console: {message.text}")

    def _asked(self, request: Any) -> None:
        if not request.url.startswith((self.base, "data:", "blob:", "about:")):
            self.faults.append(f"{self.page.url}: asks another host: {request.url}")

    def sign_in(self, name: str, **more: Any) -> int:
        """Be somebody, without the provider; the arguments are those of tests.identity.help.enter."""
        client = Client(self.app)
        client.host = self.base.removeprefix("http://")
        person = enter(client, name, **more)
        cookie = client.http.get_cookie(self.app.ground.settings.cookie, domain="127.0.0.1")
        assert cookie is not None
        self.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": self.base}])
        return person

    def go(self, path: str, width: tuple[int, int] = WIDE) -> Page:
        """Open a page."""
        self.page.set_viewport_size({"width": width[0], "height": width[1]})
        self.page.goto(self.base + path, wait_until="load")
        return self.page

    def look(self, lang: str, widths: Iterable[tuple[int, int]] = (WIDE, PHONE), state: str = "") -> None:
        """Look at the page that is open: axe and our own checks, in every width."""
        for width in widths:
            self.page.set_viewport_size({"width": width[0], "height": width[1]})
            self.views += 1
            where = f"{self.page.url.removeprefix(self.base)}{' ' + state if state else ''} at {width[0]}"
            self.faults += [f"{where}: {fault}" for fault in self.axe()]
            own = self.page.evaluate(OWN_CHECKS, [lang, i18n.direction(lang), list(english(lang))])
            for fault in own:
                if fault.startswith("English left: "):
                    self.left.setdefault(f"{lang}: {fault}", where)
                else:
                    self.faults.append(f"{where}: {fault}")

    def axe(self) -> list[str]:
        """axe's violations on the page that is open, one line each."""
        if not self.page.evaluate("() => 'axe' in window"):
            self.page.evaluate(axe_source())
        return [str(line) for line in self.page.evaluate(AXE_RUN, TAGS)]

    def shoot(self, name: str) -> None:
        """Keep a picture of the page under tests/pictures, where PORTAL_PICTURES asks for them."""
        if os.environ.get("PORTAL_PICTURES"):
            PICTURES.mkdir(exist_ok=True)
            self.page.screenshot(path=str(PICTURES / f"{name}.png"), full_page=True)

    def finish(self) -> None:
        """Fail with every fault that was seen, each once."""
        faults = list(dict.fromkeys(self.faults)) + [f"{left} (first on {where})" for left, where in self.left.items()]
        assert not faults, f"{len(faults)} faults on {self.views} views:\n" + "\n".join(faults[:60])

    def close(self) -> None:
        """Leave."""
        self.context.close()
